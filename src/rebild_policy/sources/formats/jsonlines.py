"""JSON lines: one object a line; what can't be read is named by its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from rebild_policy.sources.formats.texts import OVERLONG, bad_text, judged
from rebild_policy.sources.raw import OnRead
from rebild_policy.sources.records import Reader, Row, refuse_missing, row_of
from rebild_policy.sources.shapes import Mapping
from rebild_policy.sources.stream import Lines, OverlongError, Stream

_HOPELESS = 100  # lines that are no JSON before the format itself is doubted


def open_reader(path: Path, mapping: Mapping, progress: OnRead | None) -> Reader:
    """The rows of a file of JSON lines. Raises `SourceError`, and `MappingError` where it lacks a mapped column."""
    stream = Stream(path, mapping.source.encoding, progress)
    return Reader(stream.name, judged(_rows(stream, mapping), stream), lambda: stream.sha256, stream.close)


def _rows(stream: Stream, mapping: Mapping) -> Iterator[Row]:
    missing = set(mapping.columns.values())
    names: set[str] = set()
    good = bad = 0
    for number, text in _lines(stream.lines):
        record = OVERLONG if text is None else _record(text)
        if isinstance(record, dict):
            good += 1
            missing -= record.keys()
            if good <= _HOPELESS:
                names |= record.keys()
            yield row_of(number, record, mapping, bad_text(stream.lines.taken, stream.encoding))
            continue
        bad += 1
        if not good and (bad >= _HOPELESS or (text or "").lstrip().startswith("[")):
            break
        yield Row(number, dict.fromkeys(mapping.columns), record, aligned=False)
    if not good and bad:
        stream.fail("no line of the file is a JSON object.", "Is it JSON lines: one object, {…}, on each line?")
    for short, column in mapping.columns.items():
        if good and column in missing:
            refuse_missing(short, names, mapping, stream.name)


def _lines(lines: Lines) -> Iterator[tuple[int, str | None]]:
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
        record = DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return str(error) if isinstance(error, JsonProblemError) else "the line is not JSON"
    return record if isinstance(record, dict) else "the line is not a JSON object"


class JsonProblemError(ValueError):
    """What is wrong with something that is JSON in form; its message is fixed."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise JsonProblemError("the line gives a value to one name twice")
    return record


def _refuse_constant(_name: str) -> NoReturn:
    raise JsonProblemError("the line holds a number that is none")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)
