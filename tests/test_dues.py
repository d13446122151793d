"""What falls due, as JSON and for a calendar: read back by a parser that others wrote."""

from __future__ import annotations

import json
from datetime import date

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from rebild_policy import Case, Policy, Report
from rebild_policy.dues import DueList
from rebild_policy.ical import Entry, calendar
from rebild_policy.strategies import CaseAsOf, pending_cases

POLICY = Policy.rebild(profile="statutory")
LETTER = {"type": "inquiry_received", "id": "letter", "time": "2026-03-02", "channel": "email"}
ACCESS = {"type": "access_requested", "id": "access", "time": "2026-03-03"}


def report(as_of: date = date(2026, 3, 4), id_: str = "c-1") -> Report:
    return POLICY.check(Case.read({"id": id_, "events": [ACCESS, LETTER]}), as_of)


def entries(text: str) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def test_the_earliest_comes_first() -> None:
    due = report().due()
    assert [one.day for one in due] == sorted(one.day for one in due)
    assert {one.rule for one in due} >= {"late-reply", "access-late-without-explanation"}
    assert all(one.day >= date(2026, 3, 4) for one in due)


def test_what_is_done_or_too_late_is_not_due() -> None:
    assert not report(date(2026, 12, 1)).due()
    assert report(date(2026, 12, 1)).due() == DueList()


def test_json_says_all_of_it() -> None:
    (letter,) = [one for one in json.loads(report().due().to_json()) if one["rule"] == "late-reply"]
    finding = next(one for one in report().findings if one.rule == "late-reply")
    assert letter == {
        "day": "2026-03-16",
        "case": "c-1",
        "rule": "late-reply",
        "title": finding.title.model_dump(),
        "remedy": finding.explanation.remedy.model_dump(),  # type: ignore[union-attr]
        "statements": ["G21", "G26"],
        "severity": "medium",
        "event": "inquiry_received",
        "trigger": "letter",
        "fingerprint": finding.fingerprint,
        "as_of": "2026-03-04",
    }


def test_a_calendar_program_reads_it() -> None:
    due = report().due()
    found = entries(due.to_ical())
    assert [entry["DTSTART"].dt for entry in found] == [one.day for one in due]
    assert [str(entry["UID"]) for entry in found] == [f"{one.fingerprint}@rebild-policy" for one in due]
    assert str(found[0]["SUMMARY"]) == f"Sag c-1, sidste dag: {due[0].title.da}"
    assert due[0].remedy is not None
    assert str(found[0]["DESCRIPTION"]).startswith(due[0].remedy.da)
    assert str(entries(due.to_ical(lang="en"))[0]["SUMMARY"]) == f"Case c-1, last day: {due[0].title.en}"


def test_uids_stay_the_same_and_differ() -> None:
    first, later = (entries(report(day).due().to_ical()) for day in (date(2026, 3, 4), date(2026, 3, 6)))
    assert {str(entry["UID"]) for entry in first} == {str(entry["UID"]) for entry in later}
    assert len({str(entry["UID"]) for entry in first}) == len(first)
    assert max(entry["DTSTAMP"].dt for entry in first) < min(entry["DTSTAMP"].dt for entry in later)


def test_no_cpr_number_and_no_text_of_the_case_comes_out() -> None:
    letter = {**LETTER, "id": "0101901234", "kind": "hemmelig", "actor": "M07"}
    due = POLICY.check(Case.read({"id": "010190-1234", "events": [letter]}), date(2026, 3, 4)).due()
    assert due
    for text in (due.to_json(), due.to_ical(), due.to_ical(lang="en")):
        assert not [word for word in ("0101901234", "010190-1234", "hemmelig", "M07") if word in text]


@given(pending_cases(POLICY))
def test_every_pending_finding_is_in_the_calendar(drawn: CaseAsOf) -> None:
    found = POLICY.check(*drawn)
    text = found.due().to_ical()
    pending = [one for one in found.findings if one.verdict == "pending"]
    assert sorted(entry["DTSTART"].dt for entry in entries(text)) == sorted(one.due for one in pending if one.due)


@given(
    st.lists(
        st.builds(
            Entry, st.text(min_size=1), st.dates(date(1990, 1, 1), date(2100, 12, 30)), st.just(date(2026, 1, 1)), st.text()
        )
    )
)
def test_any_text_survives(made: list[Entry]) -> None:
    text = calendar(made)
    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert all(len(line.encode()) <= 75 and "\n" not in line for line in lines)
    for entry, read in zip(made, entries(text), strict=True):
        kept = "".join(
            char for char in entry.summary.replace("\r\n", "\n").replace("\r", "\n") if char == "\n" or char.isprintable()
        )
        assert str(read["SUMMARY"]) == kept
        assert read["DTSTART"].dt == entry.day
