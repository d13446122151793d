"""The quarantined rows of an export on disk, in a file for each bucket: there may be as many as the export has rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from heapq import merge
from pathlib import Path
from typing import Any, Final

from rebild_policy.sources.accounting import Quarantined

QUARANTINE: Final = "quarantine.jsonl"  # the rows of a bucket, or those of which no bucket tells, by their line
_PIECE: Final = 1 << 16  # bytes


def set_aside(file: Path, rows: Iterable[Quarantined], mode: str = "w") -> None:
    """Write rows, in the order of their lines; with mode "a" after those that are there."""
    with file.open(mode, encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps([row.row, row.column, row.reason, row.case_known]) + "\n")


def every(files: Iterable[Path]) -> Iterator[Quarantined]:
    """The rows of some files in the order of their lines."""
    return merge(*map(_rows, files), key=_line)


def _rows(file: Path) -> Iterator[Quarantined]:
    """The rows of a file, which is open only while a piece of it is read: hundreds of them are read side by side."""
    at, lines = 0, list[Any]()
    while at == 0 or lines:
        with file.open("rb") as stream:
            stream.seek(at)
            lines = stream.readlines(_PIECE)
            at = stream.tell()
        if not at:
            return
        yield from (Quarantined(*json.loads(line)) for line in lines)


def _line(row: Quarantined) -> int:
    return row.row
