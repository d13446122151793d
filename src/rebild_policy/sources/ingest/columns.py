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


class Column:
    """The cells of one column: the texts that occur, and for each row the number of its text, -1 where it is empty."""

    def __init__(self, cells: Any) -> None:
        cells = cells.combine_chunks() if isinstance(cells, pyarrow.ChunkedArray) else cells
        encoded = cells if pyarrow.types.is_dictionary(cells.type) else cells.dictionary_encode()
        self.texts = encoded.dictionary
        self.codes: Ints = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)

    def number_of(self, text: str) -> int:
        """The number of a text; -2 where it does not occur."""
        found: int | None = compute.index(self.texts, text).as_py()
        return -2 if found is None or found < 0 else found


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


def read_column(setter: Setter, texts: Any, clock: Clock) -> Values:
    """What a setter makes of each text of its column."""
    kind = setter.spec.kind
    if setter.plain and kind in {"text", "link"} and not setter.spec.many:
        longest = MAX_TEXT if kind == "text" else MAX_ID
        return Values(texts, compute.greater(compute.utf8_length(texts), longest).to_numpy(zero_copy_only=False))
    if setter.plain and kind in {"date", "time"}:
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
    longest = MAX_ID if setter.spec.kind == "link" else MAX_TEXT
    return value, (not setter.spec.many and not (isinstance(value, str) and len(value) > longest)) or value is None


def constant(setter: Setter, size: int) -> Values:
    """The constant of a setter, so many times."""
    value, good = fitting(setter, setter.source.value)
    return Values(pyarrow.array([value if good else None], type=type_of(setter)), np.array([not good])) if size else empty(setter)


def empty(setter: Setter) -> Values:
    """No values."""
    return Values(pyarrow.nulls(0, type_of(setter)), np.zeros(0, dtype=np.bool_))


def spread(read: Values, codes: Ints) -> Values:
    """The values of rows from those of the texts that occur; nothing for an empty cell."""
    places = pyarrow.array(codes, mask=codes < 0)
    bad = np.zeros(len(codes), dtype=np.bool_)
    there = codes >= 0
    bad[there] = read.bad[codes[there]]
    return Values(read.values.take(places), bad)


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
