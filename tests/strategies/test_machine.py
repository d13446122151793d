"""The stateful machine: what it records, when it asks the policy, and how it fails."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from rebild_policy import Coverage, Policy, events
from rebild_policy.errors import CaseError, UsageError
from rebild_policy.strategies import CaseMachine

QUICK = settings(max_examples=25, stateful_step_count=15, database=None)


class Careless(CaseMachine):
    """A system in which a letter comes in, and nobody answers."""

    watched = ("late-reply",)

    @rule(channel=st.sampled_from(["email", "post"]))
    def letter(self, channel: str) -> None:
        self.record("inquiry_received", channel=channel, date_stamped_on=self.today)


class Careful(Careless):
    """The same with a system that answers by night on the ninth working day at the latest."""

    def on_new_day(self) -> None:
        answered = {event.inquiry for event in self.case.events if isinstance(event, events.ReplySent)}
        for event in self.case.events:
            if event.type == "inquiry_received" and event.id not in answered and self.today >= event.day + timedelta(days=7):
                self.record("reply_sent", inquiry=event.id)


def test_a_deviation_fails_the_test_with_its_finding() -> None:
    with pytest.raises(AssertionError, match=r"possible deviation: Written inquiry not answered in time \(late-reply") as failed:
        run_state_machine_as_test(Careless, settings=QUICK)
    steps = "\n".join(failed.value.__notes__)
    assert steps.count("state.letter(") == 1
    assert "state.days_pass(" in steps


def test_a_system_that_keeps_the_rule_passes() -> None:
    run_state_machine_as_test(Careful, settings=QUICK)


@pytest.mark.parametrize(
    "changed",
    [
        {"watched": ("decision-without-hearing",)},
        {"coverage": Coverage.all().without("reply_sent", "acknowledgement_sent")},
        {"policy": Policy.rebild(parameters={"reply_deadline": "500 weeks"})},
    ],
)
def test_what_counts_can_be_set(changed: dict[str, object]) -> None:
    run_state_machine_as_test(type("Changed", (Careless,), changed), settings=QUICK)


def test_time_passes_day_by_day_and_no_longer_than_it_may() -> None:
    class Clock(CaseMachine):
        longest_wait = 3
        start = date(2026, 2, 27)

        def __init__(self) -> None:
            super().__init__()
            self.days: list[date] = []

        def on_new_day(self) -> None:
            self.days.append(self.today)

    for asked, passed in [(1, 1), (3, 3), (4, 1), (60, 3)]:
        machine = Clock()
        machine.days_pass(asked)
        assert machine.days == [date(2026, 2, 27) + timedelta(days=number) for number in range(1, passed + 1)]


def test_facts_are_recorded_in_the_order_in_which_they_come() -> None:
    machine = CaseMachine()
    first = machine.record("inquiry_received", channel="phone")
    second = machine.record("reply_sent", inquiry=first)
    third = machine.record(events.MeetingHeld(id="meeting", time=date(2026, 1, 5)))
    assert (first, second, third) == ("inquiry_received-1", "reply_sent-1", "meeting")
    one, other, _ = machine.case.events
    assert one.instant and other.instant and one.instant < other.instant  # noqa: PT018
    assert {event.day for event in machine.case.events} == {date(2026, 1, 5)}


def test_what_is_no_fact_is_refused() -> None:
    machine = CaseMachine()
    with pytest.raises(CaseError, match="unknown event type"):
        machine.record("reply_snt")
    machine.record("meeting_held", id="meeting")
    with pytest.raises(UsageError, match="an event of that id already"):
        machine.record("meeting_held", id="meeting")


def test_fields_of_the_case() -> None:
    class Aged(CaseMachine):
        case_fields = {"kind": "aeldrebolig", "authority": True}  # noqa: RUF012

    assert (Aged().case.kind, Aged().case.authority) == ("aeldrebolig", True)
