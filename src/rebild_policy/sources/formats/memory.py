"""A table in memory, of any library that speaks Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from rebild_policy.errors import Location, SourceError
from rebild_policy.sources.formats.arrow import BATCH, records_of
from rebild_policy.sources.records import ArrowTable, Reader, RowHash, check_columns, rows_of
from rebild_policy.sources.shapes import Mapping

NAME = "table in memory"


def open_reader(table: ArrowTable, mapping: Mapping) -> Reader:
    """The rows of a table. Raises `MappingError` where it lacks a mapped column."""
    try:
        stream = pa.RecordBatchReader.from_stream(table)
    except (pa.ArrowException, ValueError, TypeError):
        message = "the table can't be read as Arrow: a column mixes kinds of values."
        raise SourceError(message, at=Location(NAME), remedy="Make the mapped columns texts, numbers or times.") from None
    check_columns(stream.schema.names, mapping, NAME)
    batches = _slices(stream, list(dict.fromkeys(mapping.columns.values())))
    hashed = RowHash()
    return Reader(NAME, hashed.over(rows_of(records_of(batches, NAME), mapping, NAME)), hashed.digest, stream.close)


def _slices(batches: Any, columns: list[str]) -> Iterator[Any]:
    """The mapped columns, a few rows at a time."""
    for batch in batches:
        chosen = batch.select(columns)
        yield from (chosen.slice(start, BATCH) for start in range(0, batch.num_rows, BATCH))
