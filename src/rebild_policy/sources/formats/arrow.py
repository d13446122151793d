"""Arrow batches as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from rebild_policy.errors import Location, SourceError
from rebild_policy.sources.records import FIRST_ROW, Record, Unreadable

BATCH = 2_000  # rows
MAX_BATCH = 1 << 28  # bytes
_UNREADABLE = Unreadable("the value is out of range, or no text")


def records_of(batches: Iterable[Any], name: str) -> Iterator[tuple[int, Record]]:
    """Numbered records. Raises `SourceError` for a batch that is too large to be a table of cells."""
    number = FIRST_ROW
    for batch in batches:
        check_size(batch, name)
        columns = [values_of(column) for column in batch.columns]
        for values in zip(*columns, strict=True):
            yield number, dict(zip(batch.schema.names, values, strict=True))
            number += 1


def check_size(batch: Any, name: str) -> None:
    """Raise `SourceError` for a batch that is too large to be a table of cells."""
    if batch.nbytes > MAX_BATCH:
        message = f"{batch.num_rows} rows take more than {MAX_BATCH // 1_000_000} MB of memory."
        raise SourceError(message, at=Location(name), remedy="Leave out the large column, or export fewer rows a group.")


def values_of(column: Any) -> list[Any]:
    """The values of a column, `Unreadable` where Python has none for it."""
    if pa.types.is_dictionary(column.type):
        texts = values_of(column.dictionary)  # each text once, however often it is used
        return [None if place is None else texts[place] for place in column.indices.to_pylist()]
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        return [_value(item) for item in column]  # a date out of range, or bytes that are no text
    return values


def _value(item: Any) -> Any:
    try:
        return item.as_py()
    except (ValueError, OverflowError, pa.ArrowException):
        return _UNREADABLE
