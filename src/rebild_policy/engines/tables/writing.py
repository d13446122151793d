"""Rows of a bucket as Parquet, in the order of their cases, rules and events.

DuckDB finds them, and Arrow sorts and writes them: DuckDB's own sort carries every text along, and took half of the time of a
bucket with many verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow
from pyarrow import parquet

from rebild_policy.engines.tables.arrays import numbers
from rebild_policy.engines.tables.layout import CASE

Ints = npt.NDArray[np.int64]
_ROWS: Final = 131_072  # in a group
_BITS: Final = 63  # of a number that holds several columns
_DISTINCT: Final = {"trigger", "fingerprint"}  # hardly any value twice: a dictionary would be of no use


def write_rows(con: duckdb.DuckDBPyConnection, query: str, keys: int, bucket: Path, into: Path) -> list[Ints]:
    """Write what a query gives on the cases of a bucket to `into`, sorted by its first `keys` columns: -1 stands last.

    They are numbers, and left out; the first is that of the case, in whose place stands its id. The last two are numbers and left
    out as well: they come back, after the second, row by row in no order.
    """
    found = con.sql(query).to_arrow_table()
    order = _order(map(_filled, found.columns[:keys]))
    case = _case_of(bucket, np.from_dlpack(found[0].combine_chunks()))
    rows = found.select(found.column_names[keys:-2]).add_column(0, "case", case).combine_chunks()
    told = [np.from_dlpack(found[place].combine_chunks()).astype(np.int64) for place in (1, -2, -1)]
    del found  # there are many of them
    often = [name for name in rows.column_names if name not in _DISTINCT]
    # Without Arrow's own schema, what is a dictionary here is read as plain text. Rows are looked up by their case.
    how = {"compression": "zstd", "use_dictionary": often, "write_statistics": ["case"], "store_schema": False}
    with parquet.ParquetWriter(into, rows.schema, **how) as writer:
        for start in range(0, len(order), _ROWS):
            writer.write_table(rows.take(numbers(order[start : start + _ROWS], pyarrow.int64())))
    return told


def _case_of(bucket: Path, cids: npt.NDArray[Any]) -> Any:
    """The ids of cases by their numbers, each id once however many rows it has."""
    cases = parquet.ParquetFile(bucket / f"{CASE}.parquet").read(["cid", "case"]).combine_chunks()
    known = np.from_dlpack(cases["cid"].combine_chunks())
    if not np.array_equal(known, np.arange(len(known))):
        order = np.argsort(known, kind="stable")
        cids = order[np.searchsorted(known, cids, sorter=order)]
    return pyarrow.DictionaryArray.from_arrays(numbers(cids, pyarrow.int32()), cases["case"].combine_chunks())


def _filled(column: Any) -> Ints:
    """A column of numbers from 0 up; -1, for an event that is not bound, is greater than all of them."""
    found = np.from_dlpack(column.combine_chunks()).astype(np.int64)
    filled: Ints = np.where(found < 0, found.max(initial=0) + 1, found)
    return filled


def _order(keys: Iterable[Ints]) -> Ints:
    """The order of rows by several columns. As many as fit are put together in one number, which sorts faster."""
    packed: list[Ints] = []
    left = 0
    for key in keys:
        width = int(key.max(initial=0)).bit_length()
        if not packed or width > left:
            packed.append(key)
            left = _BITS - width
        else:
            packed[-1] = (packed[-1] << width) | key
            left -= width
    return np.argsort(packed[0]) if len(packed) == 1 else np.lexsort(packed[::-1])
