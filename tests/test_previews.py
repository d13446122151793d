"""What would follow if something were done now."""

from __future__ import annotations

from datetime import date

import pytest

from rebild_policy import Case, Coverage, Policy, events
from rebild_policy.errors import CaseError, UsageError

POLICY = Policy.rebild()
HEARING = {"type": "hearing_sent", "id": "hearing", "time": "2026-03-02T09:00", "matter": "m", "respond_by": "2026-03-16"}
LETTER = {"type": "inquiry_received", "id": "letter", "time": "2026-03-02", "channel": "email"}
REFUSAL = {
    "type": "decision_made",
    "time": "2026-03-10T14:00",
    "matter": "m",
    "act": "decision",
    "outcome": "refused",
    "final": True,
    "legal_basis": "§ 1",
}


def case(*facts: object) -> Case:
    return Case.read({"id": "c", "events": list(facts)})


def test_a_decision_that_comes_too_early() -> None:
    before = case(HEARING)
    preview = POLICY.preview(before, REFUSAL)
    assert [finding.rule for finding in preview.deviates] == ["decision-before-hearing-deadline"]
    assert preview.deviates[0].explanation is not None
    assert (preview.event.type, preview.event.day, preview.as_of) == ("decision_made", date(2026, 3, 10), date(2026, 3, 10))
    assert len(before.events) == 1
    assert not POLICY.preview(before, {**REFUSAL, "time": "2026-03-17T10:00"}).deviates


def test_what_an_event_brings_with_it() -> None:
    preview = POLICY.preview(case(), LETTER)
    assert {(finding.rule, finding.due) for finding in preview.falls_due} >= {("late-reply", date(2026, 3, 16))}
    assert [due.rule for due in preview.due()] == [finding.rule for finding in preview.falls_due]
    assert not preview.settles


def test_what_an_event_settles() -> None:
    reply = {"type": "reply_sent", "time": "2026-03-05", "inquiry": "letter"}
    preview = POLICY.preview(case(LETTER), reply)
    assert "late-reply" in [finding.rule for finding in preview.settles]
    assert not preview.deviates


def test_what_is_violated_already_is_not_told_again() -> None:
    late = POLICY.preview(case(LETTER), {"type": "agreement_made", "time": "2026-05-01"})
    assert "late-reply" not in [finding.rule for finding in late.deviates]


def test_an_event_by_class_and_another_day() -> None:
    event = events.DecisionMade.model_validate({**REFUSAL, "id": "refusal"})
    preview = POLICY.preview(case(HEARING), event, as_of=date(2026, 4, 1))
    assert preview.as_of == date(2026, 4, 1)
    assert preview.deviates[0].trigger.id == "refusal"


def test_what_is_not_recorded_is_unknown() -> None:
    assert POLICY.preview(case(), REFUSAL).deviates
    assert not POLICY.preview(case(), REFUSAL, coverage=Coverage.all().without("hearing_sent")).deviates


def test_wrong_events_are_refused() -> None:
    with pytest.raises(CaseError, match="unknown event type"):
        POLICY.preview(case(), {"type": "decision", "time": "2026-03-10"})
    with pytest.raises(UsageError, match="an event of that id already"):
        POLICY.preview(case(HEARING), {**REFUSAL, "id": "hearing"})
    with pytest.raises(UsageError, match="lies after as_of"):
        POLICY.preview(case(), REFUSAL, as_of=date(2026, 3, 9))
