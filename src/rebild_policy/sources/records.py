"""What every format gives: rows of texts. And the way there for those whose values have types and names.

A value is written as a text that the mapping then reads: a date or time as in ISO 8601, a number without needless zeros.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from types import TracebackType
from typing import NoReturn, Protocol, Self, runtime_checkable
from uuid import UUID

from rebild_policy.errors import Location, MappingError, SourceError, did_you_mean
from rebild_policy.sources.shapes import Mapping as MappingFile

MAX_FIELD = 1_000_000  # characters
FIRST_ROW = 2  # formats without lines count as a spreadsheet does: the names of the columns stand in row 1
# Bytes that the encoding can't read become lone surrogates, so that one bad row does not end the reading.
BAD = re.compile("[\x00\ud800-\udfff]")
NO_TEXT = "a text, a number, true or false was expected, not a list or an object"
_NAMES_OF = 100  # records whose names are remembered, to find the nearest to one that is missing

Record = Mapping[str, object]


@runtime_checkable
class ArrowTable(Protocol):
    """A table in memory that can be read as Arrow: of pandas, Polars, PyArrow, DuckDB and others."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule interface."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number and its mapped cells by short name; an empty cell, or one of bad bytes, is None.

    `problem` says why it can't be used, `column` which column (its short name) is to blame. Where `aligned` is false,
    it is not sure which cell belongs to which column.
    """

    number: int
    cells: dict[str, str | None]
    problem: str | None = None
    column: str | None = None
    aligned: bool = True


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A value that a format can't give; `reason` says why in fixed words. Its row goes to quarantine if it is mapped."""

    reason: str


class Opened:
    """What is closed at the end of a `with`."""

    __slots__ = ()
    close: Callable[[], None]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Reader(Opened):
    """An export, open for reading. `digest` gives the hash of what was read, once `rows` are at their end."""

    name: str
    rows: Iterator[Row]
    digest: Callable[[], str]
    close: Callable[[], None]


# --------------------------------------------------------------------------------------------------------------- records
def rows_of(records: Iterable[tuple[int, Record]], mapping: MappingFile, name: str) -> Iterator[Row]:
    """Numbered records as rows. Raises `MappingError` where, at the end, none of them had a mapped column."""
    missing = set(mapping.columns.values())
    names: set[str] = set()
    read = 0
    for number, record in records:
        read += 1
        missing -= record.keys()
        if read <= _NAMES_OF:
            names |= record.keys()
        yield row_of(number, record, mapping)
    if not read:
        no_rows(name)
    for short, column in mapping.columns.items():
        if column in missing:
            refuse_missing(short, names, mapping, name)


def row_of(number: int, record: Record, mapping: MappingFile, problem: str | None = None) -> Row:
    """One record as a row; `problem` is what is already known to be wrong with it."""
    cells: dict[str, str | None] = {}
    blamed = None
    for short, column in mapping.columns.items():
        cells[short], wrong = cell_of(record.get(column))
        if problem is None and wrong is not None:
            problem, blamed = wrong, short
    return Row(number, cells, problem, blamed)


def cell_of(value: object) -> tuple[str | None, str | None]:
    """A value as the text of a cell, and what is wrong with it."""
    text = text_of(value)
    cell = clean(text) if text is not None and len(text) <= MAX_FIELD else None
    return cell, None if value is None else _cell_problem(value, text)


def text_of(value: object) -> str | None:
    """A value as a text; None for one that is no single value, or no number."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return (str(int(value)) if value.is_integer() else repr(value)) if math.isfinite(value) else None
        case Decimal():
            return _plain(value) if value.is_finite() else None
        case date() | time():
            return value.isoformat()
        case int() | UUID():
            return str(value)
        case _:
            return None


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def clean(cell: str) -> str | None:
    """A cell without blanks around it; None where nothing is left, or where its bytes can't be read."""
    text = cell.strip()
    return None if not text or BAD.search(text) else text


def _cell_problem(value: object, text: str | None) -> str | None:
    if text is None:
        return value.reason if isinstance(value, Unreadable) else NO_TEXT
    if len(text) > MAX_FIELD:
        return f"the field is longer than {MAX_FIELD} characters"
    return "the field holds characters that are no text" if BAD.search(text) else None


# --------------------------------------------------------------------------------------------------------------- columns
class MissingColumnError(MappingError):
    """An export without a mapped column; `names` are the columns that it has."""

    def __init__(self, message: str, names: tuple[str, ...], *, at: Location | None = None, remedy: str | None = None) -> None:
        super().__init__(message, at=at, remedy=remedy)
        self.names = names


def check_columns(names: Sequence[str], mapping: MappingFile, name: str) -> None:
    """Raise `MappingError` for a mapped column that is not there, or there twice."""
    for short, column in mapping.columns.items():
        if column not in names:
            refuse_missing(short, names, mapping, name)
        if names.count(column) > 1:
            raise MappingError(
                f"{name} has {names.count(column)} columns named '{column}'.",
                at=mapping.at(short),
                remedy="Rename all but one in the export.",
            )


def refuse_missing(short: str, names: Collection[str], mapping: MappingFile, name: str, hint: str | None = None) -> NoReturn:
    """Raise the error for a column that the export does not have.

    The names are shown only where one of them is mapped: else the first line may be no header but a citizen's data.
    """
    column = mapping.columns[short]
    if hint is None and set(names) & set(mapping.columns.values()):
        hint = did_you_mean(column, names)
    if hint is None:
        hint = "None of the mapped columns is there: does the first line hold the names, and is the delimiter right?"
    raise MissingColumnError(f"{name} has no column '{column}'.", tuple(names), at=mapping.at(short), remedy=hint)


def no_rows(name: str) -> NoReturn:
    """Raise the error for an export that holds nothing."""
    raise SourceError(f"{name} has no rows.", remedy="Was the export stopped before it wrote any?")


class RowHash:
    """The hash of an export that has no bytes of its own: of its rows' mapped cells, in their order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def over(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, hashed on their way."""
        for row in rows:
            line = json.dumps([row.number, row.cells, row.problem], sort_keys=True) + "\n"
            self._hash.update(line.encode())
            yield row

    def digest(self) -> str:
        """The hash of the rows so far, in hexadecimal."""
        return self._hash.hexdigest()
