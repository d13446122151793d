"""What a task is given: rows sorted by case, as Arrow batches; and what it works on: a few whole cases at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pyarrow
from pyarrow import compute

from rebild_policy.errors import SourceError
from rebild_policy.sources.formats.arrow import BATCH, records_of
from rebild_policy.sources.records import Row, row_of
from rebild_policy.sources.shapes import Mapping

# Columns go by their place: names of exports hold dots, colons and quotes, and Spark takes no notice of case.
KEY, NUMBER = "rebild_case", "rebild_row"


def place(number: int) -> str:
    """What the mapped column with this place is called on the way."""
    return f"c{number}"


def columns_of(mapping: Mapping) -> list[str]:
    """The columns that a mapping reads, as the export names them, each once."""
    return list(dict.fromkeys(mapping.columns.values()))


def whole_cases(batches: Iterable[Any], rows: int) -> Iterator[Any]:
    """The batches as tables of whole cases, of about `rows` rows: a longer one holds a single case.

    The rows of a case stand together, in the order of the export.
    """
    waiting: list[Any] = []
    held = 0
    for batch in batches:
        waiting.append(batch)
        held += batch.num_rows
        if held < rows:
            continue
        table = pyarrow.Table.from_batches(waiting)
        end = _last_case(table[KEY])
        if end:
            yield table.slice(0, end)
        waiting, held = table.slice(end).to_batches(), table.num_rows - end
    if held:
        yield pyarrow.Table.from_batches(waiting)


def _last_case(keys: Any) -> int:
    """Where the last case begins; it may go on in the next batch."""
    last = keys[len(keys) - 1]
    if keys[0] == last:
        return 0
    return len(keys) - int(compute.sum(compute.equal(keys, last)).as_py())


def rows_of_cases(table: Any, mapping: Mapping) -> Iterator[Row]:
    """The rows of a table as the sources give them, each with the number it has in the export."""
    names = columns_of(mapping)
    numbers: Sequence[int | None] = table[NUMBER].to_pylist()
    if table[NUMBER].null_count:
        raise SourceError("the column with the numbers of the rows has an empty cell.", remedy="Number every row.")
    cells = table.select([place(number) for number in range(len(names))]).rename_columns(names)
    slices = (part.slice(start, BATCH) for part in cells.to_batches() for start in range(0, part.num_rows, BATCH))
    for number, (_, record) in zip(numbers, records_of(slices, "a part of the DataFrame"), strict=True):
        if number is not None:
            yield row_of(number, record, mapping)


_BLANKS: Final = "".join(sign for sign in map(chr, range(0x110000)) if sign.isspace())


def key_of(column: str, kind: str) -> str:
    """SQL for what the rows of one case have in common: the cell as the mapping reads it.

    Rows without a case have nothing in common; each gets a key of its own, so that they spread over the tasks.
    """
    text = f"trim(BOTH '{_BLANKS}' FROM {column})" if kind == "string" else f"CAST({column} AS STRING)"
    return f"coalesce(nullif({text}, ''), concat('{chr(0)}', CAST({NUMBER} AS STRING))) AS {KEY}"
