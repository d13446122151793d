"""Dated values: what a rule turns on and the municipality or the legislator can change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias

from rebild_policy.calendar import Duration
from rebild_policy.errors import Location, ParameterError, did_you_mean
from rebild_policy.expressions import UNKNOWN, Unknown
from rebild_policy.rules import Text

Kind = Literal["duration", "number", "flag", "text", "list", "table"]
ParameterValue: TypeAlias = Duration | int | bool | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """A value in force from a day on, and where it is written."""

    since: date
    value: ParameterValue
    reference: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table of durations, as a municipality adopts it. Only rows `in_force` are used."""

    key: str
    value: Duration
    valid_from: date
    valid_to: date
    in_force: bool
    start: str
    end: str
    adopted_on: date | None
    adopted_by: str | None
    published_at: str | None


@dataclass(frozen=True, slots=True)
class ParameterDefinition:
    """A named value that can change over time; a table has `rows`, every other kind has `values`, oldest first.

    `assumption` says that the guideline gives no value and why this one stands in.
    """

    name: str
    kind: Kind
    title: Text
    values: tuple[Dated, ...] = ()
    rows: tuple[TableRow, ...] = ()
    assumption: Text | None = None
    overridden: bool = False
    at: Location = field(default=Location(""), compare=False)

    def on(self, day: date, key: str | None = None) -> ParameterValue | Unknown:
        """The value in force on `day`; UNKNOWN before the first, and for a key without a row in force."""
        if self.kind == "table":
            rows = [row for row in self.rows if row.key == key and row.in_force and row.valid_from <= day <= row.valid_to]
            return rows[-1].value if rows else UNKNOWN
        known = [dated.value for dated in self.values if dated.since <= day]
        return known[-1] if known else UNKNOWN

    @property
    def constant(self) -> ParameterValue | None:
        """The one value that holds on every day a case can have, if there is only one."""
        only = len(self.values) == 1 and self.values[0].since <= date(1990, 1, 1)
        return self.values[0].value if only else None

    def overridden_by(self, value: object) -> ParameterDefinition:
        """This parameter with one value for all days. Raises `ParameterError` for a value of the wrong kind."""
        if self.kind == "table":
            raise ParameterError(f"the table '{self.name}' can't be set to a single value.", remedy="Use an overlay folder.")
        dated = Dated(date.min, read_value(self.kind, value, self.name), "set by the caller")
        return replace(self, values=(dated,), overridden=True)


def read_value(kind: Kind, value: object, name: str) -> ParameterValue:
    """`value` as a parameter of `kind`. Raises `ParameterError` saying what is expected."""
    if kind == "duration" and isinstance(value, str | Duration):
        try:
            return value if isinstance(value, Duration) else Duration.parse(value)
        except ValueError as error:
            raise ParameterError(f"the value of '{name}' is wrong: {error}") from None
    if kind == "number" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "flag" and isinstance(value, bool):
        return value
    if kind == "text" and isinstance(value, str):
        return value
    if kind == "list" and isinstance(value, list | tuple | set | frozenset) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ParameterError(f"the value of '{name}' is not a {kind}.", remedy=_EXPECTED[kind])


def value_from_text(parameter: ParameterDefinition, text: str) -> object:
    """What a text on a command line stands for, as a value of the parameter's kind; a list is separated by commas."""
    match parameter.kind:
        case "number":
            return int(text) if text.removeprefix("-").isdecimal() and text.isascii() else text
        case "flag":
            return {"true": True, "false": False}.get(text, text)
        case "list":
            return [item.strip() for item in text.split(",")]
    return text


_EXPECTED: dict[Kind, str] = {
    "duration": "Write it as '10 working days'.",
    "number": "Write a whole number.",
    "flag": "Write true or false.",
    "text": "Write a text.",
    "list": "Write a list of texts.",
    "table": "Write its rows.",
}


def override(parameters: dict[str, ParameterDefinition], values: dict[str, object]) -> dict[str, ParameterDefinition]:
    """`parameters` with some set for all days. Raises `ParameterError` for a name that does not exist."""
    changed = dict(parameters)
    for name, value in values.items():
        if name not in parameters:
            raise ParameterError(f"unknown parameter '{name}'.", remedy=did_you_mean(name, parameters))
        changed[name] = parameters[name].overridden_by(value)
    return changed
