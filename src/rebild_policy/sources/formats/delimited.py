"""CSV, row by row, with every row that can't be read named by its line.

A row's number is the line of the file that it starts on, counted from 1 with the header: what an editor shows an
auditor. A line that holds nothing is no row.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

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
            problem = OVERLONG
        except csv.Error as error:
            problem = OVERLONG if "larger than" in str(error) else _UNCLOSED
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
