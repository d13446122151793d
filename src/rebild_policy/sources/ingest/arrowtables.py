"""Arrow batches as tables of texts: each value that occurs is made a text once, by the function that makes every cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow

from rebild_policy.sources.formats.arrow import check_size, values_of
from rebild_policy.sources.ingest.columns import Column, Ints, used_of
from rebild_policy.sources.ingest.rowtables import clean_table, schema_of
from rebild_policy.sources.records import FIRST_ROW, cell_of
from rebild_policy.sources.shapes import Mapping


def tables_of_batches(batches: Iterable[Any], mapping: Mapping, name: str) -> Iterator[Any]:
    """The rows of batches as tables: what `records_of` and `rows_of` make of them. Raises `SourceError` for a batch too large."""
    number = FIRST_ROW
    for batch in batches:
        check_size(batch, name)
        yield _table(batch, number, mapping)
        number += batch.num_rows


def _table(batch: Any, start: int, mapping: Mapping) -> Any:
    size = batch.num_rows
    numbers = pyarrow.array(np.arange(start, start + size), pyarrow.int64())
    problem, blamed = (np.full(size, None, dtype=object) for _ in range(2))
    cells = []
    for short, column in mapping.columns.items():
        texts, wrong = _cells(batch.column(column))
        cells.append(texts.array())
        if wrong:
            # The first column of the mapping that has something wrong with it is to blame.
            first = np.flatnonzero(np.isin(texts.codes, list(wrong)) & (problem == None))  # noqa: E711 - for each of them
            problem[first] = [wrong[code] for code in texts.codes[first].tolist()]
            blamed[first] = short
    if not any(problem):
        return clean_table(cells, numbers, list(mapping.columns))
    known = [pyarrow.array(problem, pyarrow.string()), pyarrow.array(blamed, pyarrow.string())]
    aligned = pyarrow.repeat(pyarrow.scalar(value=True), size)
    return pyarrow.Table.from_arrays([*cells, numbers, *known, aligned], schema=schema_of(mapping.columns))


def _cells(column: Any) -> tuple[Column, dict[int, str]]:
    """A column as texts, and by the number of a value what is wrong with it."""
    values, codes = _values(column)
    read = [cell_of(value) for value in values]
    texts = pyarrow.array([text for text, _ in read], pyarrow.string())
    return Column(texts, codes), {number: wrong for number, (_, wrong) in enumerate(read) if wrong is not None}


def _values(column: Any) -> tuple[list[Any], Ints]:
    """The values that occur, and for each row the number of its own."""
    try:
        encoded = Column.of(column)
    except pyarrow.ArrowNotImplementedError:
        return values_of(column), np.arange(len(column))  # lists, and others that are no cells anyway
    used, codes = used_of(encoded.codes, len(encoded.values))
    return values_of(encoded.values.take(pyarrow.array(used))), codes
