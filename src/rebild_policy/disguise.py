"""A case under made-up names, so that it can be shown to others: ids and texts are replaced, what rules turn on is kept.

Dates, numbers, yes and no, and the values of enums stay as they are, and so does a text that stands in a rule or a parameter,
such as a case kind. Every other text is replaced by a name that says nothing, equal texts by the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rebild_policy.expressions import Literal, Membership, walk
from rebild_policy.facts import Case, FieldSpec, vocabulary
from rebild_policy.parameters import ParameterDefinition
from rebild_policy.plan import Plan
from rebild_policy.plan.walks import expressions

CASE_ID = "case"
_DROPPED = {"case", "recorded_at"}  # the case's own id again, and what no rule asks for


def disguised(case: Case, plan: Plan) -> dict[str, Any]:
    """The case as `Case.read` takes it, with made-up ids and texts."""
    names = _Names(case, set(_said_in(plan)))
    data = _given(case)
    del data["events"]
    renamed = {name: names.value(value, vocabulary().case.get(name)) for name, value in data.items()}
    events = [names.event(event.type, _given(event)) for event in case.events]
    return {**renamed, "id": CASE_ID, "events": events}


def _given(model: Any) -> dict[str, Any]:
    """The fields that were given; those that follow from others follow again."""
    found: dict[str, Any] = model.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    return found


def _said_in(plan: Plan) -> Iterator[str]:
    """The texts that rules and parameters compare with."""
    for rule in plan.rules:
        for node in (part for expression in expressions(rule) for part in walk(expression)):
            match node:
                case Literal(str(text)):
                    yield text
                case Membership(_, tuple(options)):
                    yield from (option for option in options if isinstance(option, str))
    for parameter in plan.parameters.values():
        yield from _texts_of(parameter)


def _texts_of(parameter: ParameterDefinition) -> Iterator[str]:
    yield from (row.key for row in parameter.rows)
    for dated in parameter.values:
        if isinstance(dated.value, str):
            yield dated.value
        elif isinstance(dated.value, tuple):
            yield from dated.value


class _Names:
    """Hands out names for the ids and texts of one case."""

    def __init__(self, case: Case, kept: set[str]) -> None:
        self._kept = kept
        self._events = {event.id: f"e{number}" for number, event in enumerate(case.events)}
        self._elsewhere: dict[str, str] = {}  # ids of events that the case does not have
        self._texts: dict[str, str] = {}

    def event(self, type_: str, data: dict[str, Any]) -> dict[str, Any]:
        """An event under made-up names."""
        fields = vocabulary().types[type_].fields
        given = {name: value for name, value in data.items() if name not in _DROPPED}
        renamed = {name: self.value(value, fields.get(name)) for name, value in given.items()}
        return {"type": type_, **renamed, "id": self._events[data["id"]]}

    def value(self, value: Any, spec: FieldSpec | None) -> Any:
        """A value under a made-up name, if it has to have one."""
        if spec is not None and spec.kind == "link":
            return [self._id(id_) for id_ in value] if isinstance(value, list) else self._id(value)
        if spec is not None and spec.kind == "text" and value not in self._kept:
            return self._texts.setdefault(value, f"text-{len(self._texts) + 1}")
        return value

    def _id(self, id_: str) -> str:
        if id_ in self._events:
            return self._events[id_]
        return self._elsewhere.setdefault(id_, f"x{len(self._elsewhere)}")
