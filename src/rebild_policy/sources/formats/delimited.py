"""CSV, row by row, with every row that can't be read named by its line.

A row's number is the line of the file that it starts on, counted from 1 with the header: what an editor shows an
auditor. A line that holds nothing is no row.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from rebild_policy.sources.formats.texts import OVERLONG, bad_text, judged
from rebild_policy.sources.raw import OnRead
from rebild_policy.sources.records import MAX_FIELD, Reader, Row, check_columns, clean, refuse_missing
from rebild_policy.sources.shapes import Mapping, SourceFormat
from rebild_policy.sources.stream import Lines, OverlongError, Stream

_DELIMITERS = ";,\t|"
_UNCLOSED = "the row can't be split into fields: a quotation mark is not closed, or stands inside a field"


def open_reader(path: Path, mapping: Mapping, progress: OnRead | None) -> Reader:
    """The rows of a CSV file. Raises `SourceError`, and `MappingError` where it lacks a mapped column."""
    stream = Stream(path, mapping.source.encoding, progress)
    return Reader(stream.name, judged(_rows(stream, mapping), stream), lambda: stream.sha256, stream.close)


def _rows(stream: Stream, mapping: Mapping) -> Iterator[Row]:
    rows = DelimitedRows(stream, mapping)
    read = 0
    while (row := rows.next()) is not None:
        read += 1
        yield row
    if not read:
        rows.refuse_empty()


class DelimitedRows:
    """The rows of a CSV file, one when it is asked for. Its header is read at once."""

    def __init__(self, stream: Stream, mapping: Mapping) -> None:
        if csv.field_size_limit() < MAX_FIELD:
            csv.field_size_limit(MAX_FIELD)  # of the whole process; it is only ever raised
        self.stream, self.source = stream, mapping.source
        self.header = _header(stream, mapping.source)
        self.places = _places(self.header, stream, mapping)  # where each mapped column stands in a row
        self._reader = _reader(stream.lines, mapping.source)

    def refuse_empty(self) -> NoReturn:
        """Raise the error for a file without rows."""
        self.stream.fail("the file has a header and no rows.", "Was the export stopped before it wrote any?")

    def next(self) -> Row | None:
        """The next row; None at the end."""
        lines = self.stream.lines
        while True:
            number = lines.begin()
            fields: list[str] | None = None
            problem: str | None = None
            try:
                fields = next(self._reader)
            except StopIteration:
                return None
            except OverlongError:
                problem = OVERLONG
            except csv.Error as error:
                problem = OVERLONG if "larger than" in str(error) else _UNCLOSED
            if fields is None or any(map(str.strip, fields)):
                return self._row(number, fields, problem)

    def _row(self, number: int, fields: list[str] | None, problem: str | None) -> Row:
        lines = self.stream.lines
        if fields is not None and len(fields) != len(self.header):
            problem = f"the row has {len(fields)} fields where the header has {len(self.header)}"
        if problem is None and fields is not None:
            return _aligned(number, fields, self.places, lines.taken, self.stream.encoding)
        guess = fields or lines.taken[0].split(self.source.delimiter)
        lines.put_back_rest()
        self._reader = _reader(lines, self.source)
        return Row(number, _guessed(guess, self.places), problem, aligned=False)


def _reader(lines: Lines, source: SourceFormat) -> Iterator[list[str]]:
    if source.quote is None:
        return csv.reader(lines, delimiter=source.delimiter, quoting=csv.QUOTE_NONE, strict=True)
    return csv.reader(lines, delimiter=source.delimiter, quotechar=source.quote, strict=True)


def _aligned(number: int, fields: list[str], places: dict[str, int], taken: list[str], encoding: str) -> Row:
    cells = {short: clean(fields[place]) for short, place in places.items()}
    problem = bad_text(taken, encoding)
    if sum(map(len, taken)) > MAX_FIELD and any(len(field) > MAX_FIELD for field in fields):
        problem = OVERLONG
    return Row(number, cells, problem)


def _guessed(fields: list[str], places: dict[str, int]) -> dict[str, str | None]:
    return {short: clean(fields[place].strip(" \"'")) if place < len(fields) else None for short, place in places.items()}


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
    if bad_text(stream.lines.taken, stream.encoding):
        stream.refuse_encoding()
    return [name.strip() for name in header]


def _places(header: list[str], stream: Stream, mapping: Mapping) -> dict[str, int]:
    """Where each mapped column stands in a row."""
    names = set(header)
    for short, column in mapping.columns.items():
        if column not in names:
            refuse_missing(short, header, mapping, stream.name, _header_hint(header, stream, mapping))
    check_columns(header, mapping, stream.name)
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
