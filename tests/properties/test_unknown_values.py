"""Law: making a value unknown (no longer covered) never turns satisfied or exempt into violated, or back."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from laws import Setting, focuses

from rebild_policy.expressions import Attribute, walk
from rebild_policy.facts import ANY_EVENT, Case, vocabulary
from rebild_policy.results import Row, Verdict
from rebild_policy.strategies.focus import CASE
from rebild_policy.strategies.generator import Scenario
from rebild_policy.strategies.shapes import recorded

KEPT = {Verdict.SATISFIED, Verdict.EXEMPT}
# A field that follows from others where it is not given is unknown only if they are, too.
GROUNDS = {
    f"{type_}.{name}": {f"{type_}.{node.name}" for node in walk(found.expression) if isinstance(node, Attribute)}
    for type_, spec in vocabulary().types.items()
    for name, found in spec.model.fallbacks.items()
}


@settings(max_examples=250)
@given(data=st.data())
def test_an_unknown_value_neither_accuses_nor_acquits(setting: Setting, data: st.DataObject) -> None:
    setting = setting.one_rule(data)
    scenario = setting.scenario(data)
    uncovered = data.draw(st.sets(st.sampled_from(read_of(setting, scenario.case)), min_size=1, max_size=4))
    emptied = data.draw(st.sets(st.sampled_from(sorted(uncovered))))
    check(setting, scenario, uncovered, {name for name in emptied if GROUNDS.get(name, set()) <= emptied})


def test_an_unknown_link_settles_no_order(setting: Setting) -> None:
    time = "2026-01-05T10:00"
    reply = {"type": "reply_sent", "id": "reply", "time": time, "inquiry": "inquiry"}
    inquiry = {"type": "inquiry_received", "id": "inquiry", "time": time, "channel": "email"}
    scenario = Scenario({"id": "c", "events": [reply, inquiry]}, as_of=date(2026, 3, 31))
    check(setting, scenario, {"reply_sent.inquiry"}, {"reply_sent.inquiry"})


def check(setting: Setting, scenario: Scenario, uncovered: set[str], emptied: set[str]) -> None:
    """Compare what is known with what is known without some names; of those in `emptied` the values are taken away."""
    less = replace(scenario, data=without(scenario.data, emptied), missing=(*scenario.missing, *sorted(uncovered)))
    rows, lost = setting.answer(less).rows, setting.not_checkable(less)
    before = defaultdict(set)
    for old in setting.answer(scenario).rows:
        if old.rule not in lost:
            before[same_finding(old, rows)].add(old.verdict)
    for row in rows:
        if row.verdict is Verdict.VIOLATED:
            assert Verdict.VIOLATED in before[row]
        if row.verdict in KEPT:
            assert before[row] <= KEPT


def same_finding(old: Row, rows: list[Row]) -> Row:
    """The row that says now what `old` said: that with its key, less the events that an unknown link may have named."""
    same = [row for row in rows if row[:2] == old[:2] and set(row.key) <= set(old.key)]
    assert same, "a finding is gone"
    return max(same, key=lambda row: len(row.key))


def without(data: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """A case without the values, or the events, of some names."""

    def less(type_: str, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if f"{type_}.{name}" not in names}

    events = [less(event["type"], event) for event in data["events"] if event["type"] not in names]
    return {**less(CASE, data), "events": events}


def read_of(setting: Setting, case: Case) -> list[str]:
    """What the rules read of a case, by the names of a coverage: fields, and event types, whether there or not."""
    there = {event.type for event in case.events}
    names = set()
    for focus in focuses(setting).values():
        types = there if ANY_EVENT in focus.types else {*focus.triggers, *focus.types}
        names |= types.difference(focus.triggers)
        names |= {f"{type_}.{name}" for type_ in types & there for name in recorded_of(type_) & focus.names(type_)}
        names |= {f"{CASE}.{name}" for name in focus.names(CASE) & set(vocabulary().case)}
    return sorted(names) or sorted(there)


def recorded_of(type_: str) -> set[str]:
    return {spec.name for spec in recorded(vocabulary().types[type_])}
