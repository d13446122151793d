"""Rows of an export as Arrow tables of texts: a column for each short name, and what is known of the row as such."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import pyarrow

from rebild_policy.sources.records import Row

NUMBER, PLACE, PROBLEM, BLAMED, ALIGNED = "$number", "$place", "$problem", "$blamed", "$aligned"
BATCH: Final = 50_000  # rows
_BLOCK: Final = 1 << 25  # bytes of text in a batch, about


def schema_of(columns: Iterable[str]) -> Any:
    """The schema of rows with some short names."""
    texts = [(short, pyarrow.string()) for short in columns]
    known = [(NUMBER, pyarrow.int64()), (PROBLEM, pyarrow.string()), (BLAMED, pyarrow.string()), (ALIGNED, pyarrow.bool_())]
    return pyarrow.schema([*texts, *known])


def table_of(rows: Sequence[Row], columns: Sequence[str]) -> Any:
    """Rows as a table."""
    arrays = [pyarrow.array([row.cells[short] for row in rows], pyarrow.string()) for short in columns]
    arrays += [
        pyarrow.array([row.number for row in rows], pyarrow.int64()),
        pyarrow.array([row.problem for row in rows], pyarrow.string()),
        pyarrow.array([row.column for row in rows], pyarrow.string()),
        pyarrow.array([row.aligned for row in rows], pyarrow.bool_()),
    ]
    return pyarrow.Table.from_arrays(arrays, schema=schema_of(columns))


def tables_of(rows: Iterator[Row], columns: Sequence[str], size: int = BATCH) -> Iterator[Any]:
    """Rows as tables, a batch at a time: so many rows, fewer where they hold much text."""
    while batch := list(islice(rows, 1)):
        held = 0
        for row in rows:
            batch.append(row)
            held += sum(len(cell) for cell in row.cells.values() if cell)
            if len(batch) >= size or held > _BLOCK:
                break
        yield table_of(batch, columns)


def clean_table(cells: Sequence[Any], numbers: Any, columns: Sequence[str]) -> Any:
    """Rows that nothing is wrong with, from their columns."""
    size = len(numbers)
    nothing = pyarrow.nulls(size, pyarrow.string())
    aligned = pyarrow.repeat(pyarrow.scalar(value=True), size)
    return pyarrow.Table.from_arrays([*cells, numbers, nothing, nothing, aligned], schema=schema_of(columns))


def rows_of_table(table: Any, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a table, as readers give them."""
    for record in table.to_pylist():
        cells = {short: record[short] for short in columns}
        yield Row(record[NUMBER], cells, record[PROBLEM], record[BLAMED], aligned=record[ALIGNED])
