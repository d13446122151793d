"""Law: advancing `as_of` with no new visible event leaves all but pending and undetermined unchanged."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from laws import Setting, place, with_events

from rebild_policy.facts.base import LATEST
from rebild_policy.results import Verdict
from rebild_policy.strategies.generator import Scenario

OPEN = (Verdict.PENDING, Verdict.UNDETERMINED)


@settings(max_examples=200)
@given(data=st.data())
def test_a_later_day_changes_only_what_was_open(setting: Setting, data: st.DataObject) -> None:
    setting = setting.one_rule(data)
    scenario = setting.scenario(data)
    days = data.draw(st.sampled_from((1, 2, 7, 14, 15, 30, 60, 400)))
    due = {row.due for row in setting.answer(scenario).rows if row.due and row.due <= LATEST}
    for as_of in {scenario.as_of, *due}:  # on the last day of a time limit answers change
        compare(setting, scenario, as_of, as_of + timedelta(days=days))


def compare(setting: Setting, scenario: Scenario, as_of: date, later: date) -> None:
    """Ask on both days about the events that are seen on either: those of the days between would be new."""
    case = with_events(scenario.case, (event for event in scenario.case.events if not as_of < event.day <= later))
    before, after = setting.answer(scenario, case, as_of), setting.answer(scenario, case, later)
    assert after.not_applicable == before.not_applicable
    assert [place(row) for row in after.rows] == [place(row) for row in before.rows]
    for old, new in zip(before.rows, after.rows, strict=True):
        if old.verdict is Verdict.EXEMPT and new.verdict is Verdict.SATISFIED:
            continue  # what must not happen within a time limit has not: a duty that is met goes before an exemption
        if old.verdict not in OPEN:
            assert new.verdict is old.verdict
            # Of several parts with its value the earliest or latest date is shown: one that ran out meanwhile joins them.
            assert new.due == old.due or (new.due and as_of <= new.due < later)
