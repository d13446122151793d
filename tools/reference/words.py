"""The vocabulary of events: types, fields, links, defaults, and labels in both languages."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

from rebild_policy.facts import Event, EventType, FieldSpec, events, vocabulary
from rebild_policy.labels import event_label, field_label, value_label
from reference.markdown import code, sentence, table

_BASE = {
    "id": ("text of at most 200 characters", "unique within the case"),
    "time": ("time with an offset or without, or a date", "when it happened; a date where only the day is known"),
    "case": ("text", "the id of the case; may be left out of the events of a `Case`"),
    "recorded_at": ("time or date", "when it was registered; rules do not read it"),
    "actor": ("text", "an employee's pseudonym"),
    "unit": ("text", "the department"),
    "channel": ("", "how it came or went"),
}


def base_fields() -> str:
    """The fields that every event has."""
    specs = vocabulary().event_type("any_event").fields
    rows = []
    for name, (kind, meaning) in _BASE.items():
        holds = kind or _enum(specs[name])
        needed = "yes" if Event.model_fields[name].is_required() else ""
        rows.append([code(name), holds, needed, meaning, _both(field_label, "event", name)])
    return table(("Field", "Holds", "Required", "Meaning", "Label"), rows)


def case_fields() -> str:
    """The fields of the case."""
    rows = [[code(name), _holds(spec), _both(field_label, "case", name)] for name, spec in vocabulary().case.items()]
    return table(("Field", "Holds", "Label"), rows)


def event_types() -> str:
    """Every event type, by area, in the order of the module that defines them."""
    source = inspect.getsource(events)
    headings = [(match.start(), match[1]) for match in re.finditer(r"^# -+ (\w+)$", source, re.MULTILINE)]
    parts: list[str] = []
    area = ""
    for name, known in vocabulary().types.items():
        if known.model.__module__ != events.__name__:
            continue
        place = source.index(f"class {known.model.__name__}(")
        here = [heading for start, heading in headings if start < place][-1]
        if here != area:
            area = here
            parts.append(f"### {area.capitalize()}")
        parts.append(_event_type(name, known))
    return "\n\n".join(parts)


def _event_type(name: str, known: EventType) -> str:
    title = _both(event_label, name)
    lines = [f"#### {code(name)}", f"{title}. {sentence(known.model.__doc__ or '')}"]
    own = {field: spec for field, spec in known.fields.items() if field not in Event.model_fields}
    if own:
        rows = [[code(field), _holds(spec), _both(field_label, name, field)] for field, spec in own.items()]
        lines.append(table(("Field", "Holds", "Label"), rows))
    for field, spec in own.items():
        if spec.derived:
            lines.append(f"{code(field)} is derived: {code(spec.derived.text)}. {spec.derived.__doc__}")
        elif spec.fallback:
            lines.append(f"{code(field)}, where it is not given: {code(spec.fallback.text)}. {spec.fallback.__doc__}")
    return "\n\n".join(lines)


_KINDS = {"bool": "`true` or `false`", "int": "whole number", "date": "date", "text": "text", "id": "id", "time": "time"}


def _holds(spec: FieldSpec) -> str:
    if spec.link:
        targets = "any event" if spec.link.targets == ("*",) else " or ".join(map(code, spec.link.targets))
        direction = "may come later" if spec.link.forward else "earlier"
        return f"{'list of ids' if spec.many else 'id'}: link to {targets}, {direction}"
    if spec.kind == "enum":
        return _enum(spec)
    kind = _KINDS[spec.kind]
    if spec.derived:
        return f"{kind}, derived"
    return kind if spec.default is None else f"{kind}; empty counts as {code(str(spec.default).lower())}"


def _enum(spec: FieldSpec) -> str:
    return ", ".join(f"{code(value)} ({_both(value_label, spec.name, value)})" for value in spec.values)


def _both(label: Callable[..., str], *about: str) -> str:
    """The label in English and Danish, once where they are the same."""
    english, danish = label(*about, "en"), label(*about, "da")
    return english if english == danish else f"{english}, *{danish}*"
