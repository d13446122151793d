"""From an export to tables of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rebild_policy.sources.ingest.rowtables import tables_of
from rebild_policy.sources.opening import open_export
from rebild_policy.sources.raw import OnRead
from rebild_policy.sources.records import ArrowTable
from rebild_policy.sources.shapes import Mapping


@dataclass(frozen=True, slots=True)
class Tables:
    """An export, open for reading as tables. `digest` gives the hash of what was read, once `tables` are at their end."""

    name: str
    tables: Iterator[Any]
    digest: Callable[[], str]
    close: Callable[[], None]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_tables(export: Path | ArrowTable, mapping: Mapping, progress: OnRead | None = None) -> Tables:
    """The rows of an export as tables. Raises what `open_export` raises."""
    reader = open_export(export, mapping, progress)
    return Tables(reader.name, tables_of(reader.rows, list(mapping.columns)), reader.digest, reader.close)
