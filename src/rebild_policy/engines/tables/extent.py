"""What a bucket holds, read off the statistics that Parquet files keep: no row is read for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pyarrow import parquet

from rebild_policy.calendar import FIRST_YEAR, LAST_YEAR
from rebild_policy.engines.tables.layout import CASE


class Extent(NamedTuple):
    """The greatest place of an event in its case, and the first and last of all dates.

    `events`: how many there are of each type, where it is known that none of them lies after the day.
    """

    last_place: int
    first_day: date
    last_day: date
    events: Mapping[str, int]


def extent_of(folder: Path, as_of: date) -> Extent:
    """The extent of a bucket and the day as of which it is judged. A file that keeps no statistics may hold anything."""
    last_place, first_day, last_day = -1, as_of, as_of
    events = {}
    for file in sorted(folder.glob("*.parquet")):
        metadata, latest = parquet.read_metadata(file), as_of
        for name, low, high in _columns(metadata):
            if name == "pos" and file.stem != CASE:
                last_place = max(last_place, 2**31 if high is None else high)
            elif isinstance(low, date):
                first_day, last_day = min(first_day, low), max(last_day, high)
                latest = max(latest, high) if name == "day" else latest
        if latest == as_of:
            events[file.stem] = metadata.num_rows
    return Extent(last_place, first_day, last_day, events)


def _columns(metadata: parquet.FileMetaData) -> Iterator[tuple[str, Any, Any]]:
    """The columns of each group of rows that say where it begins or stops, with the least and the greatest of their values."""
    kinds = [metadata.schema.column(number) for number in range(metadata.num_columns)]
    wanted = [n for n, kind in enumerate(kinds) if kind.path == "pos" or kind.logical_type.type == "DATE"]
    for group in range(metadata.num_row_groups):
        for number in wanted:
            column = metadata.row_group(group).column(number)
            known = column.statistics
            if known is not None and known.has_min_max:
                yield kinds[number].path, known.min, known.max
            elif known is None or known.null_count != column.num_values:
                is_place = kinds[number].path == "pos"
                yield (kinds[number].path, None, None) if is_place else (kinds[number].path, *_EVER)


_EVER = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
