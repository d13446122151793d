"""From an export to tables of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow

from rebild_policy.sources.formats import parquet
from rebild_policy.sources.ingest.arrowtables import tables_of_batches
from rebild_policy.sources.ingest.csvtables import ENCODINGS, CsvTables
from rebild_policy.sources.ingest.rowtables import tables_of
from rebild_policy.sources.opening import kind_of, open_export
from rebild_policy.sources.raw import OnRead
from rebild_policy.sources.records import ArrowTable, Opened
from rebild_policy.sources.shapes import Mapping

_ENOUGH: Final = 1 << 25  # bytes of a table


@dataclass(frozen=True, slots=True)
class Tables(Opened):
    """An export, open for reading as tables. `digest` gives the hash of what was read, once `tables` are at their end."""

    name: str
    tables: Iterator[Any]
    digest: Callable[[], str]
    close: Callable[[], None]


def open_tables(export: Path | ArrowTable, mapping: Mapping, progress: OnRead | None = None) -> Tables:
    """The rows of an export as tables. Raises what `open_export` raises."""
    if isinstance(export, Path) and kind_of(export, mapping) == "csv" and mapping.source.encoding in ENCODINGS:
        rows = CsvTables(export, mapping, progress)
        return Tables(rows.stream.name, ahead(gathered(rows.tables())), lambda: rows.stream.sha256, rows.stream.close)
    if isinstance(export, Path) and kind_of(export, mapping) == "parquet":
        file = parquet.open_file(export, mapping, progress)
        tables = tables_of_batches(file.batches, mapping, file.name)
        return Tables(file.name, ahead(gathered(tables)), lambda: file.sha256, file.close)
    reader = open_export(export, mapping, progress)
    return Tables(reader.name, tables_of(reader.rows, list(mapping.columns)), reader.digest, reader.close)


def gathered(tables: Iterator[Any]) -> Iterator[Any]:
    """The same rows in fewer tables: to part a table into buckets has a price for each bucket, however few rows go there."""
    held: list[Any] = []
    for table in tables:
        held.append(table)
        if sum(one.nbytes for one in held) >= _ENOUGH:
            yield pyarrow.concat_tables(held)
            held = []
    if held:
        yield pyarrow.concat_tables(held)


def ahead(tables: Iterator[Any]) -> Iterator[Any]:
    """The same tables, of which the next is made by another thread meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, tables, None)
        while (table := coming.result()) is not None:
            coming = pool.submit(next, tables, None)
            yield table
