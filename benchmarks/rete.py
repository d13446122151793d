"""The joins of four of the ten rules, written with durable-rules' public interface: what the durable engine is measured against.

It does less than the engine: it finds the pairs of events that satisfy four requirements and says nothing of deadlines,
exemptions, missing values, equal days or verdicts. Facts are prepared as its users would: one fact an event, times as
numbers, and a state for each case, deleted afterwards. The other six rules are left out, for no reason but length.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any

from durable.lang import assert_fact, c, delete_state, m, ruleset, when_all

from rebild_policy.facts import Case

RULES = ("complaint-not-forwarded", "late-reply", "decision-without-hearing", "decided-with-declared-interest")
NAME = "four joins"
END = "end"
found: list[tuple[str, str, str]] = []  # what the actions have seen: rule, bound event, candidate

with ruleset(NAME):

    @when_all(c.one << m.kind == "inquiry_received", c.two << (m.kind == "reply_sent") & (m.inquiry == c.one.key))
    def answered(context: Any) -> None:
        found.append((RULES[1], context.one.key, context.two.key))

    @when_all(c.one << m.kind == "complaint_received", c.two << (m.kind == "complaint_forwarded") & (m.complaint == c.one.key))
    def forwarded(context: Any) -> None:
        found.append((RULES[0], context.one.key, context.two.key))

    @when_all(
        c.one << m.kind == "decision_made",
        c.two << (m.kind == "hearing_sent") & (m.matter == c.one.matter) & (m.time < c.one.time) & (m.always == c.one.always),
    )
    def heard(context: Any) -> None:
        found.append((RULES[2], context.one.key, context.two.key))

    @when_all(
        c.one << m.kind == "decision_made",
        c.two << (m.kind == "interest_declared")
        & (m.employee == c.one.decided_by)
        & (m.time < c.one.time)
        & (m.always == c.one.always),
    )
    def interested(context: Any) -> None:
        found.append((RULES[3], context.one.key, context.two.key))

    # A state that never fired must not be deleted.
    @when_all(m.kind == END)
    def ended(context: Any) -> None:
        pass


_FIELDS = ("inquiry", "complaint", "matter", "employee", "decided_by")
_KINDS = (
    "inquiry_received",
    "reply_sent",
    "complaint_received",
    "complaint_forwarded",
    "decision_made",
    "hearing_sent",
    "interest_declared",
)
_numbers = count()


def joined(case: Case, as_of: date) -> None:
    """Assert the events of a case, let the rules fire, and forget the case."""
    for fact in facts_of(case, as_of):
        assert_fact(NAME, {**fact, "sid": case.id})
    assert_fact(NAME, {"sid": case.id, "id": "last", "kind": END})
    delete_state(NAME, case.id)


def facts_of(case: Case, as_of: date) -> Iterator[dict[str, Any]]:
    """The events as facts. What is absent is a text that equals no other."""
    for number, event in enumerate(case.events):
        if event.day <= as_of and event.type in _KINDS:  # a fact that no rule asks for is an error
            fields = event.__dict__
            given = {name: fields.get(name) or f"absent-{next(_numbers)}" for name in _FIELDS}
            yield {"id": f"e{number}", "kind": event.type, "key": event.id, "time": event.day.toordinal(), "always": 1, **given}


def by_hand(case: Case, as_of: date) -> list[tuple[str, str, str]]:
    """The same pairs, by two loops: what the test and the benchmark hold the joins to."""
    facts = list(facts_of(case, as_of))
    pairs = [(one, two) for one in facts for two in facts]
    return sorted((rule, one["key"], two["key"]) for one, two in pairs for rule in RULES if _joins(rule, one, two))


def _joins(rule: str, one: dict[str, Any], two: dict[str, Any]) -> bool:
    kinds = (one["kind"], two["kind"])
    match rule:
        case "late-reply":
            return kinds == ("inquiry_received", "reply_sent") and two["inquiry"] == one["key"]
        case "complaint-not-forwarded":
            return kinds == ("complaint_received", "complaint_forwarded") and two["complaint"] == one["key"]
    if two["time"] >= one["time"]:
        return False
    if rule == "decision-without-hearing":
        return kinds == ("decision_made", "hearing_sent") and two["matter"] == one["matter"]
    return kinds == ("decision_made", "interest_declared") and two["employee"] == one["decided_by"]
