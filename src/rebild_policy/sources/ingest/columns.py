"""Columns of cells to columns of values: each text that occurs is read once, by the same readers that read cells one by one.

What is bad here is not said to be wrong: its whole case is read row by row, which tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow
from pyarrow import compute

from rebild_policy.sources.cells import MAX_ID, MAX_TEXT
from rebild_policy.sources.ingest.moments import Clock
from rebild_policy.sources.rows import Setter
from rebild_policy.sources.times import UnreadableError

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

TYPES: Final = {"bool": pyarrow.bool_(), "int": pyarrow.int64(), "date": pyarrow.date32()}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the values that occur, an Arrow array, and for each row the number of its own, -1 where it has none.

    Values are moved about as numbers, so that each text is copied once, when the column is written.
    """

    values: Any
    codes: Ints

    @classmethod
    def of(cls, cells: Any) -> Column:
        """An Arrow array. Each value occurs once, unless the array brings a dictionary of its own in which it does not."""
        cells = cells.combine_chunks() if isinstance(cells, pyarrow.ChunkedArray) else cells
        encoded = cells if pyarrow.types.is_dictionary(cells.type) else cells.dictionary_encode()
        return cls(encoded.dictionary, encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64))

    @classmethod
    def each(cls, values: Any) -> Column:
        """A value for each row."""
        return cls(values, np.arange(len(values)))

    @classmethod
    def empty(cls, kind: Any, size: int) -> Column:
        """Nothing in any row."""
        return cls(pyarrow.nulls(0, kind), np.full(size, -1))

    def take(self, rows: Ints | Flags) -> Column:
        """Some rows, by number or by mask."""
        return Column(self.values, self.codes[rows])

    def array(self) -> Any:
        """The rows as an Arrow array."""
        if not len(self.values):
            return pyarrow.nulls(len(self.codes), self.values.type)
        return self.values.take(pyarrow.array(self.codes, mask=self.codes < 0))

    def given(self) -> Flags:
        """Which rows have a value."""
        there: Flags = self.codes >= 0
        if self.values.null_count:
            there[there] = self.values.is_valid().to_numpy(zero_copy_only=False)[self.codes[there]]
        return there

    def number_of(self, text: str) -> int:
        """The number of a text; -2 where it does not occur."""
        found: int | None = compute.index(self.values, text).as_py()
        return -2 if found is None or found < 0 else found


def joined(columns: Sequence[Column]) -> Column:
    """The rows of some columns of texts one after the other; each text occurs once among the values."""
    first = columns[0].values
    if all(column.values is first for column in columns):
        return Column(first, np.concatenate([column.codes for column in columns]))
    return Column.of(pyarrow.chunked_array([column.array() for column in columns], pyarrow.string()))


@dataclass(frozen=True, slots=True)
class Values:
    """Values, and which could not be read."""

    values: Any  # an Arrow array
    bad: Flags


def type_of(setter: Setter) -> Any:
    """The Arrow type of a field."""
    return pyarrow.list_(pyarrow.string()) if setter.spec.many else TYPES.get(setter.spec.kind, pyarrow.string())


def arrow_type(kind: str) -> Any:
    """The Arrow type of a column of the layout."""
    kinds = {"BOOLEAN": "bool", "BIGINT": "int", "DATE": "date"}
    return pyarrow.list_(pyarrow.string()) if kind == "VARCHAR[]" else TYPES.get(kinds.get(kind, ""), pyarrow.string())


def is_text(setter: Setter) -> bool:
    """Does a setter take a cell as it stands?"""
    return setter.plain and setter.spec.kind in {"text", "link"} and not setter.spec.many


def longest_of(setter: Setter) -> int:
    """How many characters its text may have."""
    return MAX_ID if setter.spec.kind == "link" else MAX_TEXT


def read_column(setter: Setter, texts: Any, clock: Clock) -> Values:
    """What a setter makes of each text of its column."""
    if is_text(setter):
        return Values(texts, compute.greater(compute.utf8_length(texts), longest_of(setter)).to_numpy(zero_copy_only=False))
    if setter.plain and setter.spec.kind in {"date", "time"}:
        moments = clock.moments(texts)
        return Values(pyarrow.array(moments.day.astype(np.int32), pyarrow.int32()).cast(pyarrow.date32()), moments.bad)
    read = [_read(setter, text) for text in texts.to_pylist()]
    bad = np.fromiter((not good for _, good in read), dtype=np.bool_, count=len(read))
    return Values(pyarrow.array([value for value, _ in read], type=type_of(setter)), bad)


def _read(setter: Setter, text: str) -> tuple[object, bool]:
    """The value of a text, and whether it could be read."""
    try:
        return fitting(setter, setter.read(text))
    except UnreadableError:
        return None, False


def fitting(setter: Setter, value: object) -> tuple[object, bool]:
    """A value as the event model keeps it, and whether it takes it as it stands."""
    if isinstance(value, tuple):
        return (list(value) or None), all(isinstance(id_, str) and id_.strip() for id_ in value)
    if isinstance(value, str) and not value.strip():
        return None, setter.spec.kind in {"text", "link"}
    fits = not (isinstance(value, str) and len(value) > longest_of(setter))
    return value, (not setter.spec.many and fits) or value is None


def constant(setter: Setter, size: int) -> Values:
    """The constant of a setter, so many times."""
    value, good = fitting(setter, setter.source.value)
    return Values(pyarrow.array([value if good else None], type=type_of(setter)), np.array([not good])) if size else empty(setter)


def empty(setter: Setter) -> Values:
    """No values."""
    return Values(pyarrow.nulls(0, type_of(setter)), np.zeros(0, dtype=np.bool_))


def spread(read: Values, codes: Ints) -> tuple[Column, Flags]:
    """The values of rows from those of the texts that occur, nothing for an empty cell; and which rows could not be read."""
    bad: Flags = codes >= 0
    bad[bad] = read.bad[codes[bad]]
    return Column(read.values, codes), bad


def used_of(codes: Ints, size: int) -> tuple[Ints, Ints]:
    """The numbers below `size` that occur, and for each of `codes` its place among them; -1 stays as it is."""
    there = np.zeros(size + 1, dtype=np.bool_)
    there[codes] = True  # -1 is the last
    there[size] = False
    place = np.cumsum(there) - 1
    place[size] = -1
    found: Ints = place[codes]
    return np.flatnonzero(there), found


def combined(codes: Sequence[Ints]) -> tuple[Ints, Ints]:
    """The combinations of numbers that occur: a row that has each, and for every row the number of its own."""
    mixed = np.zeros(len(codes[0]), dtype=np.int64)
    for column in codes:
        _, column_codes = np.unique(column, return_inverse=True)
        mixed = mixed * (int(column_codes.max(initial=0)) + 1) + column_codes
        _, mixed = np.unique(mixed, return_inverse=True)
    _, first = np.unique(mixed, return_index=True)
    return first.astype(np.int64), mixed.astype(np.int64)
