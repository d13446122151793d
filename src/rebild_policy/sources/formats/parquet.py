"""Parquet files, a few thousand rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import pyarrow as pa
import pyarrow.parquet as pq

from rebild_policy.errors import Location, SourceError, shown
from rebild_policy.sources.formats.arrow import BATCH, records_of
from rebild_policy.sources.raw import OnRead, hash_of
from rebild_policy.sources.records import Reader, check_columns, no_rows, rows_of
from rebild_policy.sources.shapes import Mapping

MAX_CHUNK = 1 << 30  # bytes of one column in one row group, unpacked


class ParquetFile(NamedTuple):
    """A file that is open: the mapped columns in batches."""

    name: str
    sha256: str
    batches: Iterator[Any]
    close: Callable[[], None]


def open_reader(path: Path, mapping: Mapping, progress: OnRead | None) -> Reader:
    """The rows of a Parquet file. Raises what `open_file` raises."""
    file = open_file(path, mapping, progress)
    return Reader(file.name, rows_of(records_of(file.batches, file.name), mapping, file.name), lambda: file.sha256, file.close)


def open_file(path: Path, mapping: Mapping, progress: OnRead | None) -> ParquetFile:
    """A Parquet file. Raises `SourceError`, and `MappingError` where it lacks a mapped column."""
    name, sha256 = shown(path), hash_of(path, progress)
    try:
        file = pq.ParquetFile(path)
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError, ValueError):
        _refuse(name)
    check_columns(names, mapping, name)
    columns = list(dict.fromkeys(mapping.columns.values()))
    if not file.metadata.num_rows:
        no_rows(name)
    _check_size(file.metadata, set(columns), name)
    texts = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
    file = pq.ParquetFile(path, read_dictionary=texts)
    return ParquetFile(name, sha256, _batches(file, columns, name), file.close)


def _batches(file: Any, columns: list[str], name: str) -> Iterator[Any]:
    try:
        yield from file.iter_batches(batch_size=BATCH, columns=columns)
    except (pa.ArrowException, OSError, ValueError):
        _refuse(name)


def _check_size(metadata: Any, columns: set[str], name: str) -> None:
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(place)
            if chunk.path_in_schema in columns and chunk.total_uncompressed_size > MAX_CHUNK:
                message = f"a column of one row group unpacks to more than {MAX_CHUNK // 1_000_000} MB."
                raise SourceError(message, at=Location(name), remedy="Write it again with smaller row groups.")


def _refuse(name: str) -> NoReturn:
    message = "the file is no Parquet file, or is damaged."
    raise SourceError(message, at=Location(name), remedy="Does the mapping's 'format' fit it?") from None
