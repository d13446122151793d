"""Lines in order, whatever their number: what does not fit in memory waits in files."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO, Final

Keyed = tuple[tuple[str | int, ...], str]  # what a line is sorted by, and the line
IN_MEMORY: Final = 20_000  # lines


def in_order(lines: Iterable[Keyed]) -> Iterator[str]:
    """The lines, sorted by their keys."""
    with ExitStack() as stack:
        runs: list[IO[str]] = []
        waiting: list[Keyed] = []
        for line in lines:
            waiting.append(line)
            if len(waiting) >= IN_MEMORY:
                runs.append(stack.enter_context(TemporaryFile("w+", encoding="utf-8", newline="\n")))
                _save(sorted(waiting, key=_key), runs[-1])
                waiting = []
        yield from (line for _, line in heapq.merge(*map(_saved, runs), sorted(waiting, key=_key), key=_key))


def _key(line: Keyed) -> tuple[str | int, ...]:
    return line[0]


def _save(lines: list[Keyed], run: IO[str]) -> None:
    for key, line in lines:
        run.write(json.dumps([key, line]) + "\n")
    run.seek(0)


def _saved(run: IO[str]) -> Iterator[Keyed]:
    for text in run:
        key, line = json.loads(text)
        yield tuple(key), line
