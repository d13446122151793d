"""A verdict is disputed where another reading of working days gives another."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rebild_policy import Calendar, Case, Policy

READINGS = {
    "closed": Calendar(closed=frozenset({"24 December", "31 December", "5 June"})),
    "saturdays": Calendar(saturdays=True),
}


def case(received: str, answered: str | None, **more: str) -> Case:
    events = [{"type": "inquiry_received", "id": "letter", "time": received, "channel": "email", **more}]
    if answered:
        events.append({"type": "reply_sent", "id": "answer", "time": answered, "inquiry": "letter"})
    return Case.read({"id": "c", "events": events})


def late_reply(report):
    return next(finding for finding in report.findings if finding.rule == "late-reply")


# The table of the domain: ten working days from the day of receipt, in the three readings.
@pytest.mark.parametrize(
    ("received", "answered", "verdict", "disputed"),
    [
        ("2025-12-15", "2025-12-29", "satisfied", False),  # in time in every reading: 29, 31 December and 5 January
        ("2025-12-15", "2025-12-30", "satisfied", True),  # too late if Saturdays count
        ("2025-12-15", "2025-12-31", "satisfied", True),
        ("2025-12-15", "2026-01-05", "violated", True),  # in time if 24 and 31 December are closed
        ("2025-12-15", "2026-01-06", "violated", False),
        ("2025-05-27", "2025-06-13", "violated", True),  # in time if Constitution Day is closed
        ("2026-01-05", "2026-01-16", "satisfied", False),
        ("2026-01-05", "2026-01-17", "satisfied", True),
        ("2026-01-05", "2026-01-20", "violated", False),
        ("2026-01-05", None, "violated", False),
    ],
)
def test_a_verdict_is_disputed_where_a_reading_flips_it(received, answered, verdict, disputed):
    finding = late_reply(Policy.rebild().check(case(received, answered), date(2026, 3, 31)))
    assert str(finding.verdict) == verdict
    assert finding.disputed is disputed


def test_what_is_pending_or_overdue_today_is_disputed_around_the_due_date():
    asked = case("2026-01-05", None)
    told = {}
    for day in range(14, 24):
        finding = late_reply(Policy.rebild().check(asked, date(2026, 1, day)))
        told[day] = (str(finding.verdict), finding.disputed)
    assert told[16] == ("pending", False)
    assert told[17] == ("pending", True), "with Saturdays it was due on the 16th"
    assert told[19] == ("pending", True)
    assert told[20] == ("violated", False)


def test_without_working_days_nothing_is_disputed():
    events = [{"type": "complaint_received", "id": "k", "time": "2025-12-01", "at": "citizen_service"}]
    late = {"type": "complaint_forwarded", "id": "f", "time": "2025-12-30", "complaint": "k"}
    report = Policy.rebild().check(Case.read({"id": "c", "events": [*events, late]}), date(2026, 3, 31))
    assert [finding.disputed for finding in report.findings] == [False] * len(report.findings)


def test_disputed_says_what_the_other_calendars_say():
    """Around a due date, day by day, against policies that have the other calendars."""
    policies = {name: Policy.rebild(calendar=calendar) for name, calendar in READINGS.items()}
    default = Policy.rebild()
    for start in (date(2025, 12, 10), date(2025, 5, 26), date(2026, 3, 26), date(2025, 12, 23)):
        for step in range(5, 30):
            asked = case(start.isoformat(), (start + timedelta(days=step)).isoformat())
            finding = late_reply(default.check(asked, date(2026, 12, 31)))
            others = {str(late_reply(policy.check(asked, date(2026, 12, 31))).verdict) for policy in policies.values()}
            assert finding.disputed == (others != {str(finding.verdict)}), (start, step)
