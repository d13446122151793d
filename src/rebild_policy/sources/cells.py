"""From the text of a cell to the value of a field. An error says what was expected, never what stood there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from rebild_policy.facts import FieldSpec, vocabulary
from rebild_policy.sources.shapes import Constant, FieldSource
from rebild_policy.sources.times import Times, UnreadableError

MAX_ID, MAX_TEXT = 200, 10_000  # as the event models have them
_YES = ("ja", "true", "1", "yes", "sand")
_NO = ("nej", "false", "0", "no", "falsk")
_FLAGS = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
_WHOLE = re.compile(r"[-+]?\d{1,18}")
# With separators of thousands, and with decimals that are all zero.
_WRITTEN = {
    mark: re.compile(rf"([-+]?(?:\d{{1,3}}(?:{re.escape(other)}\d{{3}}){{1,5}}|\d{{1,18}}))(?:{re.escape(mark)}0+)?")
    for mark, other in (",.", ".,")
}
_RECORDED_AT = FieldSpec("recorded_at", "time")

Read = Callable[[str], object]


def settable(event_type: str) -> dict[str, FieldSpec]:
    """The fields of an event type that a mapping may set or cover: not its id, and none that follows from others."""
    fields = vocabulary().types[event_type].fields
    return {name: spec for name, spec in fields.items() if not spec.derived and spec.kind != "id"}


def assignable(event_type: str) -> dict[str, FieldSpec]:
    """The fields that a mapping may set: `recorded_at` too, which rules don't see."""
    return {**settable(event_type), _RECORDED_AT.name: _RECORDED_AT}


def misfit(spec: FieldSpec, value: Constant | None) -> str | None:
    """Why a constant of the mapping can't be the value of a field, or None where it can."""
    fits = {
        "bool": isinstance(value, bool),
        "int": isinstance(value, int) and not isinstance(value, bool),
        "date": isinstance(value, date) and not isinstance(value, datetime),
        "time": isinstance(value, date),
        "enum": value in spec.values,
        "text": isinstance(value, str),
        "link": isinstance(value, str),
    }
    if value is None or fits.get(spec.kind, False):
        return None
    return {
        "bool": "true or false is expected here.",
        "int": "a whole number is expected here.",
        "date": "a date (YYYY-MM-DD) is expected here.",
        "time": "a date (YYYY-MM-DD) is expected here.",
        "enum": f"'{value}' is not one of {', '.join(spec.values)}.",
    }.get(spec.kind, "a text is expected here.")


def reader_of(spec: FieldSpec, source: FieldSource, times: Times, decimal: str | None = None) -> Read:
    """What turns the text of a cell that is not empty into the field's value; it raises `UnreadableError`."""
    if source.values is not None:
        return _translation(spec, source.values)
    if spec.kind == "enum":
        return _translation(spec, {name: name for name in spec.values})
    if spec.kind == "link" and spec.many:
        return _many_ids
    readers: dict[str, Read] = {
        "bool": _flag,
        "int": _whole if decimal is None else partial(_written, decimal),
        "date": times.day,
        "time": times.moment,
        "text": _text,
        "link": identifier,
    }
    return readers[spec.kind]


def _translation(spec: FieldSpec, values: dict[str, Constant | None]) -> Read:
    known = {text.strip(): (value,) if spec.many and isinstance(value, str) else value for text, value in values.items()}
    expected = f"one of the {len(known)} texts that the mapping gives for '{spec.name}' was expected"

    def read(text: str) -> object:
        if text not in known:
            raise UnreadableError(expected)
        return known[text]

    return read


def _flag(text: str) -> bool:
    word = text.lower()
    if word not in _FLAGS:
        raise UnreadableError(f"yes or no was expected, as one of {', '.join((*_YES, *_NO))}")
    return _FLAGS[word]


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise UnreadableError("a whole number was expected")
    return int(text)


def _written(decimal: str, text: str) -> int:
    found = _WRITTEN[decimal].fullmatch(text)
    if not found:
        raise UnreadableError(f"a whole number was expected, with '{decimal}' before decimals")
    return int(re.sub(r"[.,]", "", found[1]))


def _text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise UnreadableError(f"a text of at most {MAX_TEXT} characters was expected")
    return text


def identifier(text: str) -> str:
    """An id, of a case or of an event."""
    if len(text) > MAX_ID:
        raise UnreadableError(f"an id of at most {MAX_ID} characters was expected")
    return text


def _many_ids(text: str) -> tuple[str, ...]:
    return tuple(identifier(part.strip()) for part in text.split(",") if part.strip())
