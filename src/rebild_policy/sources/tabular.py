"""Reading an export row by row: CSV and JSON lines, streamed, with every row that can't be read named by its line.

A row's number is the line of the file that it starts on, counted from 1 with the header: what an editor shows an
auditor. A line that holds nothing is no row.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from rebild_policy.errors import MappingError, did_you_mean
from rebild_policy.sources.shapes import Mapping, SourceFormat
from rebild_policy.sources.stream import BAD, MAX_FIELD, Lines, OverlongError, Stream

_DELIMITERS = ";,\t|"
_ENOUGH, _CLEAR = 10, 100  # rows that can't be decoded before the encoding is doubted: at the end, and on the way
_HOPELESS = 100  # lines that are no JSON before the format itself is doubted
_UNCLOSED = "the row can't be split into fields: a quotation mark is not closed, or stands inside a field"
_OVERLONG = f"a field is longer than {MAX_FIELD} characters, or the row runs over too many lines"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file and its mapped cells by short name; an empty cell, or one of bad bytes, is None.

    `problem` says why it can't be used, `column` which column (its short name) is to blame. Where `aligned` is false,
    it is not sure which cell belongs to which column.
    """

    number: int
    cells: dict[str, str | None]
    problem: str | None = None
    column: str | None = None
    aligned: bool = True


def read_rows(stream: Stream, mapping: Mapping) -> Iterator[Row]:
    """The rows of an export.

    Raises `MappingError` where it lacks a mapped column and `SourceError` where it is not what the mapping says it is.
    """
    rows = _csv_rows(stream, mapping) if mapping.source.format == "csv" else _json_rows(stream, mapping)
    return _judged(rows, stream)


def _judged(rows: Iterator[Row], stream: Stream) -> Iterator[Row]:
    """The same rows; where most of the text outside ASCII is unreadable, the mapping names the wrong encoding."""
    count = bad = good = 0
    undecodable = _undecodable(stream.encoding)
    for row in rows:
        count += 1
        if row.problem == undecodable:
            bad += 1
            if bad >= _CLEAR and not good:
                stream.refuse_encoding()
        elif not all(map(str.isascii, stream.lines.taken)):
            good += 1
        yield row
    if bad and (bad == count or (bad >= _ENOUGH and bad > good)):
        stream.refuse_encoding()


def _undecodable(encoding: str) -> str:
    return f"the row holds bytes that are not text in {encoding}"


def _bad_text(lines: list[str], encoding: str) -> str | None:
    """What is wrong with the text of a row as such."""
    for line in lines:
        if (not line.isascii() or "\0" in line) and (found := BAD.search(line)):
            return "the row holds a NUL character" if found[0] == "\0" else _undecodable(encoding)
    return None


def _clean(cell: str) -> str | None:
    """A cell without blanks around it; None where nothing is left, or where its bytes can't be read."""
    text = cell.strip()
    return None if not text or BAD.search(text) else text


# ------------------------------------------------------------------------------------------------------------------ csv
def _csv_rows(stream: Stream, mapping: Mapping) -> Iterator[Row]:
    if csv.field_size_limit() < MAX_FIELD:
        csv.field_size_limit(MAX_FIELD)  # of the whole process; it is only ever raised
    lines, header = stream.lines, _header(stream, mapping.source)
    places = _places(header, stream, mapping)
    reader = _reader(lines, mapping.source)
    read = 0
    while True:
        number = lines.begin()
        fields: list[str] | None = None
        problem: str | None = None
        try:
            fields = next(reader)
        except StopIteration:
            if not read:
                stream.fail("the file has a header and no rows.", "Was the export stopped before it wrote any?")
            return
        except OverlongError:
            problem = _OVERLONG
        except csv.Error as error:
            problem = _OVERLONG if "larger than" in str(error) else _UNCLOSED
        if fields is not None and not any(map(str.strip, fields)):
            continue
        if fields is not None and len(fields) != len(header):
            problem = f"the row has {len(fields)} fields where the header has {len(header)}"
        read += 1
        if problem is None and fields is not None:
            yield _aligned(number, fields, places, lines.taken, stream.encoding)
            continue
        guess = fields or lines.taken[0].split(mapping.source.delimiter)
        lines.put_back_rest()
        reader = _reader(lines, mapping.source)
        yield Row(number, _guessed(guess, places), problem, aligned=False)


def _reader(lines: Lines, source: SourceFormat) -> Iterator[list[str]]:
    if source.quote is None:
        return csv.reader(lines, delimiter=source.delimiter, quoting=csv.QUOTE_NONE, strict=True)
    return csv.reader(lines, delimiter=source.delimiter, quotechar=source.quote, strict=True)


def _aligned(number: int, fields: list[str], places: dict[str, int], taken: list[str], encoding: str) -> Row:
    cells = {short: _clean(fields[place]) for short, place in places.items()}
    problem = _bad_text(taken, encoding)
    if sum(map(len, taken)) > MAX_FIELD and any(len(field) > MAX_FIELD for field in fields):
        problem = _OVERLONG
    return Row(number, cells, problem)


def _guessed(fields: list[str], places: dict[str, int]) -> dict[str, str | None]:
    return {short: _clean(fields[place].strip(" \"'")) if place < len(fields) else None for short, place in places.items()}


# --------------------------------------------------------------------------------------------------------------- header
def _header(stream: Stream, source: SourceFormat) -> list[str]:
    reader = _reader(stream.lines, source)
    try:
        header = next(reader)
        # Excel's own first line, or blank ones.
        while not any(map(str.strip, header)) or "".join(header).startswith("sep="):
            stream.lines.begin()
            header = next(reader)
    except (csv.Error, OverlongError):
        stream.fail("the first line can't be split into column names.", "Is it CSV? Do delimiter and quote fit?")
    except StopIteration:
        stream.fail("the file is empty.", "Was the export stopped before it wrote anything?")
    if _bad_text(stream.lines.taken, stream.encoding):
        stream.refuse_encoding()
    return [name.strip() for name in header]


def _places(header: list[str], stream: Stream, mapping: Mapping) -> dict[str, int]:
    """Where each mapped column stands in a row."""
    for short, column in mapping.columns.items():
        if column not in header:
            _refuse_missing(short, header, _header_hint(header, stream, mapping), mapping, stream)
        if header.count(column) > 1:
            raise MappingError(
                f"{stream.name} has {header.count(column)} columns named '{column}'.",
                at=mapping.at(short),
                remedy="Rename all but one in the export.",
            )
    return {short: header.index(column) for short, column in mapping.columns.items()}


def _header_hint(header: list[str], stream: Stream, mapping: Mapping) -> str | None:
    """A remedy where another delimiter or another encoding would give the mapped columns."""
    wanted = set(mapping.columns.values())
    line = "".join(stream.lines.taken).strip()
    for delimiter in _DELIMITERS:
        if wanted <= {name.strip(' "') for name in line.split(delimiter)}:
            return f"Write 'delimiter: {json.dumps(delimiter)}' under source in the mapping."
    for encoding in ("utf-8", "cp1252"):
        try:
            others = [name.encode(stream.encoding).decode(encoding) for name in header]
        except UnicodeError:
            continue
        if wanted <= set(others):
            return f"Write 'encoding: {encoding}' under source in the mapping."
    return None


def _refuse_missing(short: str, names: list[str], hint: str | None, mapping: Mapping, stream: Stream) -> NoReturn:
    """Raise the error for a column that the export does not have.

    The names are shown only where one of them is mapped: else the first line may be no header but a citizen's data.
    """
    column = mapping.columns[short]
    if hint is None and set(names) & set(mapping.columns.values()):
        hint = did_you_mean(column, names)
    if hint is None:
        hint = "None of the mapped columns is there: does the first line hold the names, and is the delimiter right?"
    raise MappingError(f"{stream.name} has no column '{column}'.", at=mapping.at(short), remedy=hint)


# ----------------------------------------------------------------------------------------------------------- json lines
def _json_rows(stream: Stream, mapping: Mapping) -> Iterator[Row]:
    missing = set(mapping.columns.values())
    names: set[str] = set()
    good = bad = 0
    for number, text in _json_lines(stream.lines):
        record = _OVERLONG if text is None else _record(text)
        if isinstance(record, dict):
            good += 1
            missing -= record.keys()
            if good <= _HOPELESS:
                names |= record.keys()
            yield _json_row(number, record, mapping, _bad_text(stream.lines.taken, stream.encoding))
            continue
        bad += 1
        if not good and (bad >= _HOPELESS or (text or "").lstrip().startswith("[")):
            break
        yield Row(number, dict.fromkeys(mapping.columns), record, aligned=False)
    if not good and bad:
        stream.fail("no line of the file is a JSON object.", "Is it JSON lines: one object, {…}, on each line?")
    for short, column in mapping.columns.items():
        if good and column in missing:
            _refuse_missing(short, list(names), None, mapping, stream)


def _json_lines(lines: Lines) -> Iterator[tuple[int, str | None]]:
    """Each line that holds something, with its number; None for one that is too long."""
    while True:
        number = lines.begin()
        try:
            text = next(lines)
        except StopIteration:
            return
        except OverlongError:
            yield number, None
            continue
        if text.strip():
            yield number, text


def _record(text: str) -> dict[str, Any] | str:
    """The object on a line, or what is wrong with it."""
    try:
        record = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        return str(error) if isinstance(error, _JsonProblemError) else "the line is not JSON"
    return record if isinstance(record, dict) else "the line is not a JSON object"


class _JsonProblemError(ValueError):
    """What is wrong with a line that is JSON in form; its message is fixed."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _JsonProblemError("the line gives a value to one name twice")
    return record


def _refuse_constant(_name: str) -> NoReturn:
    raise _JsonProblemError("the line holds a number that is none")


def _json_row(number: int, record: dict[str, Any], mapping: Mapping, problem: str | None) -> Row:
    cells: dict[str, str | None] = {}
    blamed = None
    for short, column in mapping.columns.items():
        value = record.get(column)
        text = _json_text(value)
        cells[short] = _clean(text) if text is not None else None
        if problem is None and value is not None:
            problem = _cell_problem(text)
            blamed = short if problem else None
    return Row(number, cells, problem, blamed)


def _json_text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) if isinstance(value, int) else None


def _cell_problem(text: str | None) -> str | None:
    if text is None:
        return "a text, a number, true or false was expected, not a list or an object"
    if len(text) > MAX_FIELD:
        return f"the field is longer than {MAX_FIELD} characters"
    return "the field holds characters that are no text" if BAD.search(text) else None
