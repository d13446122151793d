"""A JSON document that holds a list of rows, read one row at a time however long the list is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from rebild_policy.sources.raw import BLOCK, OnRead
from rebild_policy.sources.records import FIRST_ROW, Reader, Row, no_rows, refuse_missing, row_of
from rebild_policy.sources.shapes import Mapping
from rebild_policy.sources.stream import MAX_LINE, Stream

_BLANKS = " \t\r\n"
_NAMES_OF = 100


def open_reader(path: Path, mapping: Mapping, progress: OnRead | None) -> Reader:
    """The rows of a JSON document. Raises `SourceError`, and `MappingError` where it lacks a mapped column."""
    stream = Stream(path, mapping.source.encoding, progress)
    return Reader(stream.name, _rows(stream, mapping), lambda: stream.sha256, stream.close)


def _rows(stream: Stream, mapping: Mapping) -> Iterator[Row]:
    missing = set(mapping.columns.values())
    names: set[str] = set()
    number = FIRST_ROW - 1
    for number, record in enumerate(_items(stream, mapping.source.records), FIRST_ROW):
        if isinstance(record, dict) and not isinstance(record, _Doubled):
            missing -= record.keys()
            if number <= _NAMES_OF:
                names |= record.keys()
            yield row_of(number, record, mapping)
        else:
            doubled = isinstance(record, _Doubled)
            problem = "the record gives a value to one name twice" if doubled else "the record is not a JSON object"
            yield Row(number, dict.fromkeys(mapping.columns), problem, aligned=False)
    if number < FIRST_ROW:
        no_rows(stream.name)
    for short, column in mapping.columns.items():
        if names and column in missing:
            refuse_missing(short, names, mapping, stream.name)


def _items(stream: Stream, place: str | None) -> Iterator[Any]:
    """The items of the list at a place of the document; the rest of it is passed over."""
    text = _Text(stream)
    for name in place.split(".") if place else ():
        _enter(text, name)
    if text.peek() != "[":
        remedy = "Write 'records: NAME' under source in the mapping: the name of the list in the document."
        stream.fail("there is no list of rows in the JSON document.", remedy)
    text.take("[")
    if text.peek() == "]":
        return
    while True:
        yield text.value()
        if text.peek() == "]":
            break
        text.take(",")
    while stream.read(BLOCK):
        pass


def _enter(text: _Text, name: str) -> None:
    """Go to the value of a name in the object that comes next."""
    text.take("{")
    while text.peek() == '"':
        key = text.value()
        text.take(":")
        if key == name:
            return
        text.value()
        if text.peek() != ",":
            break
        text.take(",")
    text.stream.fail(f"the JSON document has nothing named '{name}' there.", "Correct 'records' under source in the mapping.")


class _Doubled(dict[str, Any]):
    """An object with one name twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    return record if len(record) == len(pairs) else _Doubled(record)


# A number that is none, such as NaN, becomes an object, which no cell can be read from.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=lambda _: object())


class _Text:
    """The text of a document, of which only what is being read is held."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._held, self._place, self._ended = "", 0, False

    def peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            while self._place < len(self._held):
                if self._held[self._place] not in _BLANKS:
                    return self._held[self._place]
                self._place += 1
            if not self._more():
                return ""

    def take(self, char: str) -> None:
        """Pass over a character that must come next."""
        if self.peek() != char:
            self._refuse()
        self._place += 1

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._held, self._place)
            except RecursionError:
                self.stream.fail("the JSON document is nested too deeply.", "Export the rows as a flat list.")
            except ValueError:
                end = len(self._held)
            else:
                # A number at the end of what is held may go on.
                if end < len(self._held) or self._ended:
                    self._place = end
                    return value
            if not self._more():
                self._refuse()

    def _more(self) -> bool:
        """Hold twice as much, so that a long value is not tried too often. False at the end of the text."""
        rest = self._held[self._place :]
        if len(rest) > MAX_LINE:
            self.stream.fail(f"a value of the JSON document is longer than {MAX_LINE} characters.", "Export it as JSON lines.")
        added = self.stream.read(max(BLOCK, len(rest)))
        self._ended = self._ended or not added
        self._held, self._place = rest + added, 0
        return bool(added)

    def _refuse(self) -> NoReturn:
        self.stream.fail("the file is not JSON, or ends in the middle.", "Was it copied whole? JSON lines are 'format: jsonl'.")
