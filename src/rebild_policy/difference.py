"""A difference between two engines, and the file that it is written to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from rebild_policy.calendar import Calendar
from rebild_policy.examples import NOTE
from rebild_policy.facts import FieldSpec, vocabulary
from rebild_policy.results import Row
from rebild_policy.rulefiles import NOT_APPLICABLE
from rebild_policy.rules import Profile, Text
from rebild_policy.scenario import Scenario

USUAL = Calendar()
BY_THE_SELFTEST = Text(da="fundet af selvtesten", en="found by the self-test")


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule on which an engine and the reference differ, with the smallest scenario found that shows it.

    `error` is what an engine raised; `rule` is empty where no one rule is to blame. `gaps` are event types of which the
    case may lack some, though its source records them (`Plan.with_gaps`).
    """

    rule: str
    engine: str
    expected: tuple[Row, ...]
    got: tuple[Row, ...]
    scenario: Scenario
    profile: Profile
    calendar: Calendar = USUAL
    gaps: tuple[str, ...] = ()
    not_applicable: tuple[int, int] = (0, 0)  # expected and got
    error: str | None = None


class _Flow(dict[str, Any]):
    """A mapping written on one line."""


class _Dumper(yaml.SafeDumper):
    """Writes what the reader of rule files reads back: texts are quoted where they could turn into something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the reader takes none
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if _PLAIN.fullmatch(text) else '"')


def _one_line(dumper: yaml.SafeDumper, data: _Flow) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)


_PLAIN = re.compile("[a-z](?:[a-z0-9_.+ -]*[a-z0-9])?")
_Dumper.add_representer(_Flow, _one_line)
_Dumper.add_representer(str, _text)


def write_counterexample(path: Path, difference: Difference, name: Text = BY_THE_SELFTEST) -> None:
    """Write a difference as YAML; the item under `examples` can be pasted into the rule's file as it stands."""
    document: dict[str, Any] = {"rule": difference.rule, "engine": difference.engine}
    document["expected"] = [_row(row) for row in difference.expected]
    document["got"] = [_row(row) for row in difference.got]
    if difference.not_applicable[0] != difference.not_applicable[1]:
        document["not_applicable"] = _Flow(zip(("expected", "got"), difference.not_applicable, strict=True))
    if difference.error:
        document["error"] = difference.error
    if difference.calendar != USUAL:
        document["calendar"] = _Flow(_options(difference.calendar))
    if difference.gaps:
        document["gaps"] = list(difference.gaps)
    document["examples"] = [example(difference.scenario, difference.expected, difference.profile, name)]
    path.write_text(_yaml(document), encoding="utf-8")


def example_text(
    scenario: Scenario, expected: Iterable[Row], profile: Profile, name: Text, notes: Mapping[str, str] | None = None
) -> str:
    """A scenario as YAML that can be pasted under `examples` as it stands; `notes` are put to events by id."""
    found = example(scenario, expected, profile, name)
    for event in found["events"]:
        if notes and event["id"] in notes:
            event[NOTE] = notes[event["id"]]
    return _yaml([found])


def _yaml(document: object) -> str:
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return text


def example(scenario: Scenario, expected: Iterable[Row], profile: Profile, name: Text) -> dict[str, Any]:
    """A scenario as an example of a rule file, expecting these rows."""
    events = scenario.data.get("events", [])
    expect = {"+".join((row.trigger, *row.key)): str(row.verdict) for row in expected}
    of_case = {name: value for name, value in scenario.data.items() if name != "events"}
    if not any("case" in event for event in events):
        del of_case["id"]
    found: dict[str, Any] = {"name": _Flow(name._asdict())}
    found |= {"as_of": scenario.as_of, "profile": profile}
    if scenario.same_day != "unknown":
        found["same_day"] = scenario.same_day
    if scenario.missing:
        found["without"] = list(scenario.missing)
    if of_case:
        found["case"] = _Flow(_dated(of_case, vocabulary().case))
    found["events"] = [_short(event) for event in events]
    found["expect"] = _Flow(expect) if expect else NOT_APPLICABLE
    return found


def _short(event: Mapping[str, Any]) -> _Flow:
    """An event in the short form of examples: `{reply_sent: 2026-01-05, id: e0, inquiry: e1}`."""
    rest = {name: value for name, value in event.items() if name not in {"type", "id", "time"}}
    fields = vocabulary().types[event["type"]].fields
    return _Flow({event["type"]: _day(event["time"]), "id": event["id"], **_dated(rest, fields)})


def _dated(values: Mapping[str, Any], fields: Mapping[str, FieldSpec]) -> dict[str, Any]:
    """`values` with the dates among them as dates, which are written without quotes."""
    is_date = {name for name, spec in fields.items() if spec.kind == "date"}
    return {name: _day(value) if name in is_date else value for name, value in values.items()}


def _day(text: Any) -> Any:
    return date.fromisoformat(text) if isinstance(text, str) and len(text) == len("YYYY-MM-DD") else text


def _options(calendar: Calendar) -> dict[str, Any]:
    """The options of a calendar that are not the usual."""
    options = {field.name: getattr(calendar, field.name) for field in fields(calendar)}
    changed = {name: value for name, value in options.items() if value != getattr(USUAL, name)}
    return {
        name: sorted(map(str, value)) if isinstance(value, frozenset) else value if isinstance(value, bool) else str(value)
        for name, value in changed.items()
    }


def _row(row: Row) -> _Flow:
    return _Flow(rule=row.rule, trigger=row.trigger, key=list(row.key), verdict=str(row.verdict), due=row.due)
