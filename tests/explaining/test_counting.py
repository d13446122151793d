"""A due date counted day by day: what counts, what does not and why, and what suspensions and a roll add."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rebild_policy import Case, Policy
from rebild_policy.report.sentences import days as in_words
from rebild_policy.report.writing import Writer

AS_OF = date(2026, 12, 31)
RULE = """\
each: {{letter: inquiry_received}}
require:
  - some: {{answer: reply_sent}}
    of: letter
    within: parameters.time
    {more}
"""


def finding(rules, time: str, more: str = "", day: str = "2026-03-27", *others: dict[str, str]):
    rules.parameter("time", time)
    rules.rule(RULE.format(more=more))
    events = [{"type": "inquiry_received", "id": "letter", "time": day, "channel": "email"}, *others]
    return Policy.load(rules.folder).check(Case.read({"id": "c", "events": events}), AS_OF).findings[0]


def test_every_day_has_a_number_or_a_reason():
    events = [{"type": "inquiry_received", "id": "letter", "time": "2026-03-27", "channel": "email"}]
    found = Policy.rebild().check(Case.read({"id": "c", "events": events}), AS_OF).findings
    late = next(one for one in found if one.rule == "late-reply")
    counted = late.days
    assert [one.day for one in counted] == [date(2026, 3, 27) + timedelta(days=step) for step in range(20)]
    assert [one.number for one in counted if one.number is not None] == list(range(11))
    skipped = {one.day.isoformat(): one.skipped for one in counted if one.skipped}
    assert skipped["2026-03-28"] == "saturday"
    assert skipped["2026-03-29"] == "sunday"
    assert [day for day, reason in skipped.items() if reason == "holiday"] == [
        "2026-04-02",
        "2026-04-03",
        "2026-04-05",
        "2026-04-06",
    ]
    assert counted[-1].day == late.due == date(2026, 4, 15)
    told = dict(in_words(Writer("da"), late))
    assert told["tors. 2. april 2026"] == "Skærtorsdag, tæller ikke"
    assert told["ons. 15. april 2026"] == "dag 10"
    assert dict(in_words(Writer("en"), late))["Thu 2026-04-02"] == "Maundy Thursday, does not count"


@pytest.mark.parametrize("time", ["4 weeks", "1 month", "10 days", "3 working days"])
def test_the_count_ends_on_the_due_date(rules, time):
    one = finding(rules, time)
    assert one.days[0].day == date(2026, 3, 27)
    assert one.days[-1].day == one.due


def test_suspensions_add_days(rules):
    pause = {"type": "suspension", "id": "pause", "time": "2026-04-01", "until": "2026-04-10"}
    one = finding(rules, "2 weeks", "paused_by: suspension", "2026-03-27", pause)
    assert one.due == date(2026, 4, 10) + timedelta(days=9)
    assert (one.days[-1].day, one.days[-1].skipped, one.days[-1].added) == (one.due, "paused", 9)
    assert list(in_words(Writer("en"), one))[-1][1] == "9 days later, on which the case was suspended"


def test_a_roll_adds_days(rules):
    one = finding(rules, "1 week", "roll: next working day", "2026-03-27")
    assert one.due == date(2026, 4, 7), "Good Friday to the Tuesday after Easter"
    assert (one.days[-1].skipped, one.days[-1].added) == ("rolled", 4)


def test_without_a_duration_there_is_nothing_to_count():
    events = [{"type": "decision_made", "id": "d", "time": "2026-02-20", "act": "decision", "outcome": "refused", "final": True}]
    report = Policy.rebild().check(Case.read({"id": "c", "events": events}), AS_OF)
    assert {one.days for one in report.findings if one.due is None} == {()}
