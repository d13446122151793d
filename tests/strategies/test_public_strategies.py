"""The strategies as users meet them: their own events and rules, options, what failures shrink to, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import Field

import rebild_policy
from rebild_policy import Case, Coverage, Policy, events
from rebild_policy.errors import UsageError
from rebild_policy.expressions import ids
from rebild_policy.facts import Event, Link, vocabulary
from rebild_policy.facts.base import REGISTRY, Date, Flag, OneId, Text
from rebild_policy.loading import load_rules
from rebild_policy.results import Verdict
from rebild_policy.strategies import (
    CaseAsOf,
    cases,
    compliant_cases,
    pending_cases,
    undetermined_cases,
    violating_cases,
)
from rebild_policy.strategies import events as strategy_of
from rebild_policy.strategies.pools import NOBODY

POLICY = Policy.rebild(profile="statutory")
MAY = date(2026, 5, 1)


def drawn_from(strategy: st.SearchStrategy[Any], number: int = 60) -> list[Any]:
    looked_at: list[Any] = []

    @settings(max_examples=number, phases=[Phase.generate])
    @given(strategy)
    def draw(one: Any) -> None:
        looked_at.append(one)

    draw()
    return looked_at


def smallest(strategy: st.SearchStrategy[Any], condition: Any) -> Any:
    """What a test that fails where the condition holds is shrunk to."""
    found: list[Any] = []

    @settings(max_examples=1000, database=None)
    @given(strategy)
    def fails(one: Any) -> None:
        if condition(one):
            found.append(one)
            raise AssertionError

    with pytest.raises(AssertionError):
        fails()
    return found[-1]


def verdicts(policy: Policy, drawn: CaseAsOf, rule: str, **options: Any) -> set[Verdict]:
    return {row.verdict for row in policy.verdicts(*drawn, **options) if row.rule == rule}


# ------------------------------------------------------------------------------------------------------ events and cases
@pytest.mark.parametrize("type_", sorted(vocabulary().types))
def test_events_of_every_type_by_name_and_by_class(type_: str) -> None:
    model = vocabulary().types[type_].model
    assert all(type(event) is model for event in [*drawn_from(strategy_of(type_), 5), *drawn_from(strategy_of(model), 5)])


def test_events_of_any_type() -> None:
    assert len({event.type for event in drawn_from(strategy_of(), 100)}) > 10


def test_fields_are_what_they_are_given() -> None:
    channels = st.sampled_from(["post", "email"])
    found = drawn_from(strategy_of("inquiry_received", channel=channels, requires_reply=False))
    assert {event.channel for event in found} == {"post", "email"}
    assert {event.requires_reply for event in found} == {False}


def test_links_of_an_event_name_something() -> None:
    assert any(event.inquiry for event in drawn_from(strategy_of(events.ReplySent)))


def test_an_event_type_or_field_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match=r"there is no such event type. Did you mean 'reply_sent'\?"):
        strategy_of("reply_snt")
    with pytest.raises(UsageError, match=r"reply_sent has no field 'chanel'. Did you mean 'channel'\?"):
        strategy_of("reply_sent", chanel="post")
    with pytest.raises(UsageError, match="reply_sent does not take this: channel: Input should be 'post'"):
        drawn_from(strategy_of("reply_sent", channel="pigeon"))


def test_plain_cases_are_in_order_and_link_to_what_is_there() -> None:
    for case in [*drawn_from(cases()), *drawn_from(cases(policy=POLICY))]:
        days = [event.day for event in case.events]
        assert days == sorted(days)
        for event in case.events:
            for spec in vocabulary().types[event.type].links:
                assert {*ids(getattr(event, spec.name))} <= {*case.positions, NOBODY}


def test_odd_cases_are_not() -> None:
    found = drawn_from(cases(odd=True), 200)
    assert any([event.day for event in case.events] != sorted(event.day for event in case.events) for case in found)
    assert any("e0" not in case.positions for case in found)


def test_cases_about_a_policy_come_out_either_way() -> None:
    said = {row.verdict for case in drawn_from(cases(policy=POLICY), 200) for row in POLICY.verdicts(case, date(2100, 1, 1))}
    assert said > {Verdict.SATISFIED, Verdict.VIOLATED, Verdict.UNDETERMINED}


# ------------------------------------------------------------------------------------------------------------- variety
def test_violating_cases_violate_in_more_ways_than_one() -> None:
    found = drawn_from(violating_cases(POLICY, rule="late-reply"), 200)
    late, never = [], []
    for case, _ in found:
        (late if "reply_sent" in case.by_type else never).append(case)
    assert late
    assert never
    assert len({len(case.events) for case, _ in found}) > 5
    assert len({str(case) for case, _ in found}) > 100


def test_without_a_rule_they_are_about_many() -> None:
    found = drawn_from(violating_cases(POLICY), 200)
    assert len({row.rule for drawn in found for row in POLICY.verdicts(*drawn) if row.verdict is Verdict.VIOLATED}) > 25


def test_compliant_cases_are_not_empty_of_duties() -> None:
    found = drawn_from(compliant_cases(POLICY), 200)
    satisfied = {row.rule for drawn in found for row in POLICY.verdicts(*drawn) if row.verdict is Verdict.SATISFIED}
    assert len(satisfied) > 25
    assert not [drawn for drawn in found if POLICY.check(*drawn).violations]


# ------------------------------------------------------------------------------------------------------------- options
@pytest.mark.parametrize("rule", ["late-reply", "decision-before-hearing-deadline", "access-over-a-month", "agreement-not-noted"])
@pytest.mark.parametrize("strategy", [violating_cases, compliant_cases])
def test_a_day_that_is_fixed_is_kept(strategy: Any, rule: str) -> None:
    wanted = {Verdict.VIOLATED} if strategy is violating_cases else {Verdict.SATISFIED, Verdict.EXEMPT}
    for drawn in drawn_from(strategy(POLICY, rule=rule, as_of=MAY), 30):
        assert drawn.as_of == MAY
        assert all(event.day <= MAY for event in drawn.case.events)
        assert verdicts(POLICY, drawn, rule) & wanted


def test_pending_on_a_fixed_day() -> None:
    for drawn in drawn_from(pending_cases(POLICY, rule="late-reply", as_of=MAY), 30):
        assert any(row.due and row.due >= MAY for row in POLICY.verdicts(*drawn) if row.verdict is Verdict.PENDING)


def test_a_coverage_puts_a_rule_in_doubt() -> None:
    with pytest.raises(UsageError, match="no case was found in which 'complaint-ignored' is undetermined"):
        drawn_from(undetermined_cases(POLICY, rule="complaint-ignored"))
    coverage = Coverage.all().without("complaint_forwarded")
    for drawn in drawn_from(undetermined_cases(POLICY, rule="complaint-ignored", coverage=coverage), 20):
        assert Verdict.UNDETERMINED in verdicts(POLICY, drawn, "complaint-ignored", coverage=coverage)


def test_odd_ids_and_texts_on_request() -> None:
    found = drawn_from(violating_cases(POLICY, rule="late-reply", odd=True), 200)
    assert any("e0" not in case.positions for case, _ in found)
    assert all(Verdict.VIOLATED in verdicts(POLICY, drawn, "late-reply") for drawn in found)


def test_wrong_options_are_refused() -> None:
    with pytest.raises(UsageError, match=r"unknown rule 'late-replies'. Did you mean 'late-reply'\?"):
        violating_cases(POLICY, rule="late-replies")
    with pytest.raises(UsageError, match="as_of is a date"):
        compliant_cases(POLICY, as_of="2026-05-01")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="1990 to 2100"):
        compliant_cases(POLICY, as_of=date(1989, 1, 1))


def test_a_rule_that_never_waits_has_no_pending_cases() -> None:
    with pytest.raises(UsageError, match="no case was found in which 'decision-without-hearing' is pending"):
        drawn_from(pending_cases(POLICY, rule="decision-without-hearing"))


def test_nobody_has_suppressed_a_health_check() -> None:
    # Hypothesis itself leaves this one out where it sees that it runs on a machine for builds.
    assert set(settings.default.suppress_health_check) <= {HealthCheck.too_slow}
    for path in (Path(rebild_policy.__file__).parent / "strategies").glob("*.py"):
        assert "suppress_health_check" not in path.read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------------------ shrinking
@pytest.mark.parametrize(
    ("rule", "types"),
    [
        ("decision-without-hearing", ["decision_made"]),
        ("late-reply", ["inquiry_received"]),
        ("decision-before-hearing-deadline", ["hearing_sent", "decision_made"]),
        ("complaint-sent-elsewhere", ["decision_made", "complaint_received", "complaint_forwarded"]),
    ],
)
def test_a_failure_shrinks_to_what_the_rule_is_about(rule: str, types: list[str]) -> None:
    case, _ = smallest(violating_cases(POLICY, rule=rule), lambda _: True)
    assert sorted(event.type for event in case.events) == sorted(types)
    assert [event.id for event in case.events] == [f"e{number}" for number in range(len(types))]


def test_a_failure_on_something_more_keeps_it_and_little_else() -> None:
    case, _ = smallest(violating_cases(POLICY, rule="late-reply"), lambda drawn: "note_recorded" in drawn.case.by_type)
    assert sorted(event.type for event in case.events) == ["inquiry_received", "note_recorded"]


def test_compliant_cases_shrink() -> None:
    case, _ = smallest(compliant_cases(POLICY), lambda _: True)
    assert not case.events
    case, _ = smallest(compliant_cases(POLICY, rule="decision-without-hearing"), lambda _: True)
    assert sorted(event.type for event in case.events) == ["decision_made", "hearing_sent"]


def test_a_failing_test_shows_a_case_that_can_be_copied() -> None:
    drawn = smallest(violating_cases(POLICY, rule="late-reply"), lambda _: True)
    copied = eval(repr(drawn), {"CaseAsOf": CaseAsOf, "Case": Case, "datetime": __import__("datetime")})
    assert copied == drawn
    assert "None" not in repr(drawn)


# --------------------------------------------------------------------------------------------- events and rules of users
@pytest.fixture
def own(tmp_path: Path, rules: Any) -> Any:
    """An event type of a user, and rules on it."""
    before = dict(REGISTRY)

    class InspectionDue(Event):
        """An inspection was announced."""

        type: Literal["inspection_due"] = "inspection_due"
        by: Date = None
        urgent: Flag = None
        place: Text

    class InspectionMade(Event):
        """It took place."""

        type: Literal["inspection_made"] = "inspection_made"
        inspection: Annotated[OneId, Link(("inspection_due",))] = None
        place: Text = None

    yield InspectionDue
    REGISTRY.clear()
    REGISTRY.update(before)


INSPECTION = """
each: {due: inspection_due}
if: due.urgent
unless:
  - some: {note: note_recorded}
    after: due
    where: note.actor == 'leader'
require:
  - some: {made: inspection_made}
    of: due
    by: due.by
    where: made.place == due.place
"""


def test_own_events_and_rules(own: type[Event], rules: Any) -> None:
    rules.rule(INSPECTION, "inspection-missed")
    policy = Policy(load_rules(rules.folder))
    for strategy, wanted in [
        (violating_cases, Verdict.VIOLATED),
        (compliant_cases, Verdict.SATISFIED),
        (pending_cases, Verdict.PENDING),
        (undetermined_cases, Verdict.UNDETERMINED),
    ]:
        for drawn in drawn_from(strategy(policy, rule="inspection-missed"), 40):
            assert wanted in verdicts(policy, drawn, "inspection-missed")
    assert any("inspection_made" in case.by_type for case, _ in drawn_from(violating_cases(policy), 100))
    assert all(isinstance(event, own) for event in drawn_from(strategy_of("inspection_due")))


def test_a_field_of_ones_own_that_nothing_fits(own: type[Event]) -> None:
    class Coded(Event):
        """A code of the user's own."""

        type: Literal["coded"] = "coded"
        code: Annotated[str, Field(pattern=r"^\d{4}-X$")]

    with pytest.raises(UsageError, match="no value that is drawn fits the field 'code'"):
        drawn_from(strategy_of(Coded))
    assert {event.code for event in drawn_from(strategy_of(Coded, code="1234-X"), 5)} == {"1234-X"}
