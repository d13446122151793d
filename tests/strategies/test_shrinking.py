"""Shrinking: smaller, still failing, still valid, and the same every time."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest

from rebild_policy.engines import CompiledEngine
from rebild_policy.loading import load_rules
from rebild_policy.plan import build_plan
from rebild_policy.strategies.choosing import RandomChooser
from rebild_policy.strategies.generator import CaseGenerator, Scenario, generators
from rebild_policy.strategies.shrinking import shrink

RULES = load_rules(Path(__file__).parents[2] / "rules")
COMMON_DAY = "2026-01-05"


def scenario(*events: dict[str, object], as_of: str = "2026-06-30", **rest: object) -> Scenario:
    return Scenario({"id": "c1", **rest, "events": list(events)}, date.fromisoformat(as_of))


def test_events_and_fields_that_do_not_matter_are_dropped() -> None:
    start = scenario(
        {"type": "reply_sent", "id": "x", "time": "2025-03-01T10:00", "inquiry": "y", "actor": "æøå"},
        {"type": "inquiry_received", "id": "y", "time": "2025-03-02", "channel": "post", "kind": "long text"},
        kind="m",
    )
    found = shrink(start, lambda s: any(event.type == "inquiry_received" for event in s.case.events))
    assert found.data == {"id": "c", "events": [{"type": "inquiry_received", "id": "e0", "time": COMMON_DAY}]}
    assert found.as_of == date(2026, 1, 5)


def test_coverage_names_are_dropped() -> None:
    start = Scenario({"id": "c", "events": []}, date(2026, 1, 5), ("reply_sent", "case.kind", "hearing_sent"), "source-order")
    found = shrink(start, lambda s: "case.kind" in s.missing)
    assert (found.missing, found.same_day) == (("case.kind",), "unknown")
    assert shrink(start, lambda s: s.same_day == "source-order").missing == ()


def test_days_move_as_near_as_they_go() -> None:
    start = scenario(
        {"type": "inquiry_received", "id": "a", "time": "2024-03-01T23:30:00Z"},
        {"type": "reply_sent", "id": "b", "time": "2024-05-20T08:00:00+02:00"},
    )
    found = shrink(start, lambda s: len(s.case.events) == 2 and (s.case.events[1].day - s.case.events[0].day).days >= 11)
    assert [event["time"] for event in found.data["events"]] == [COMMON_DAY, "2026-01-16"]


def test_a_clock_that_matters_stays() -> None:
    start = scenario({"type": "reply_sent", "id": "a", "time": "2024-03-01T23:30:00Z"})
    found = shrink(start, lambda s: any(event.instant for event in s.case.events))
    assert found.data["events"][0]["time"] == f"{COMMON_DAY}T10:00"


def test_equal_texts_stay_equal_and_links_follow_ids() -> None:
    start = scenario(
        {"type": "decision_made", "id": "x" * 150, "time": "2026-02-01", "decided_by": "y" * 300},
        {"type": "interest_declared", "id": "é", "time": "2026-02-01", "employee": "y" * 300},
        {"type": "complaint_received", "id": "z", "time": "2026-02-01", "decision": "x" * 150},
    )

    def fails(s: Scenario) -> bool:
        one = {event.type: event for event in s.case.events}
        if len(one) < 3 or one["complaint_received"].decision != one["decision_made"].id:
            return False
        return one["decision_made"].decided_by == one["interest_declared"].employee is not None

    assert shrink(start, fails).data["events"] == [
        {"type": "decision_made", "id": "e0", "time": COMMON_DAY, "decided_by": "a"},
        {"type": "interest_declared", "id": "e1", "time": COMMON_DAY, "employee": "a"},
        {"type": "complaint_received", "id": "e2", "time": COMMON_DAY, "decision": "e0"},
    ]


def test_ids_that_swap_places_lose_no_link() -> None:
    start = scenario(
        {"type": "note_recorded", "id": "e1", "time": "2026-02-01", "about": ["e0", "nobody", "e1"]},
        {"type": "meeting_held", "id": "e0", "time": "2026-02-01"},
    )

    def fails(s: Scenario) -> bool:
        note = next((event for event in s.case.events if event.type == "note_recorded"), None)
        others = {event.id for event in s.case.events if event.type == "meeting_held"}
        return note is not None and bool(others & set(note.about or ()))

    found = shrink(start, fails).data["events"]
    assert found == [
        {"type": "note_recorded", "id": "e0", "time": COMMON_DAY, "about": ["e1"]},
        {"type": "meeting_held", "id": "e1", "time": COMMON_DAY},
    ]


def test_numbers_come_near_nothing() -> None:
    start = scenario({"type": "measure_started", "id": "a", "time": "2026-02-01", "intrusiveness": 2**62})
    found = shrink(start, lambda s: any((event.intrusiveness or 0) > 1000 for event in s.case.events))
    assert 1000 < found.data["events"][0]["intrusiveness"] <= 2001


def test_what_does_not_fail_is_left_alone() -> None:
    start = CaseGenerator().scenario(RandomChooser(Random(3)))
    assert shrink(start, lambda s: False) == start


def test_the_budget_is_kept() -> None:
    asked = []
    start = CaseGenerator().scenario(RandomChooser(Random(4)))

    def fails(s: Scenario) -> bool:
        asked.append(s)
        return len(asked) % 3 == 0

    shrink(start, fails, budget=25)
    assert len(asked) <= 25


@pytest.mark.parametrize("rule", ["late-reply", "decision-before-hearing-deadline", "acknowledgement-without-caseworker"])
def test_violations_shrink_to_few_events_and_the_same_ones_each_time(rule: str) -> None:
    engine = CompiledEngine(build_plan(RULES, profile="guideline"))
    needed = len(RULES.rule(rule).each)

    def fails(s: Scenario) -> bool:
        rows = engine.verdicts(s.case, s.as_of)
        return any(row.rule == rule and row.verdict == "violated" for row in rows)

    chooser, generator = RandomChooser(Random(1)), generators(RULES)[rule]
    drawn = [generator.scenario(chooser) for _ in range(1500)]
    failing = [s for s in drawn if fails(s)][:8]
    assert failing
    for start in failing:
        found = shrink(start, fails)
        assert fails(found)
        assert len(found.data["events"]) == needed
        assert found == shrink(start, fails)
        assert found.case.id == "c"
