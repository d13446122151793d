"""A stateful machine: a test drives a case system by actions, and after each of them the policy is asked about its facts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rebild_policy.errors import UsageError
from rebild_policy.facts import Case, Coverage, Event
from rebild_policy.policy import Policy
from rebild_policy.report.failures import failure
from rebild_policy.results import Verdict
from rebild_policy.rules import Language
from rebild_policy.testing.assertions import bundled_policy, deviations


class CaseMachine(RuleBasedStateMachine):
    """Subclass it with a `rule` for each thing that people do in your system, and `record` what it registers.

    After each step the case is checked as of `today`, and a possible deviation fails the test. `watched`: only these rules
    count; duties that people keep, and not the system, are best left out, since no action keeps them. Time passes by itself
    now and then, at most `longest_wait` days at once; `on_new_day` is called for each. `case_fields` are those of the case.
    """

    policy: ClassVar[Policy | None] = None  # the bundled one
    watched: ClassVar[Collection[str] | None] = None
    coverage: ClassVar[Coverage | None] = None
    start: ClassVar[date] = date(2026, 1, 5)
    longest_wait: ClassVar[int] = 14
    case_fields: ClassVar[dict[str, Any]] = {}
    lang: ClassVar[Language] = "en"

    def __init__(self) -> None:
        super().__init__()
        self.today = self.start
        self.case = Case.read({"id": "case", **self.case_fields})
        self._names: dict[str, int] = {}
        self._minute = 0

    def record(self, type: str | Event, /, **fields: Any) -> str:
        """Put a fact on record, now unless `time` says otherwise, and say its id, which links can name.

        Raises `CaseError` for what is no event.
        """
        if isinstance(type, Event):
            event = type
        else:
            self._names[type] = self._names.get(type, 0) + 1
            given = {"type": type, "id": f"{type}-{self._names[type]}", "time": self._now(), **fields}
            event = Case.read({"id": self.case.id, "events": [given]}).events[0]
        if event.id in self.case.positions:
            raise UsageError("there is an event of that id already.", remedy="Leave the id out, or give another.")
        self.case = self.case.model_copy(update={"events": (*self.case.events, event)})
        return event.id

    def _now(self) -> datetime:
        """A time of today after all that was recorded before: so the order of what happened is known."""
        self._minute += 1
        return datetime.combine(self.today, time(8)) + timedelta(minutes=self._minute)  # local time

    def on_new_day(self) -> None:
        """Called when a day begins: override it to have your system do what it does by night."""

    @rule(days=st.integers(1, 60))
    def days_pass(self, days: int) -> None:
        """Let some days pass, one after the other."""
        for _ in range(1 + (days - 1) % self.longest_wait):
            self.today += timedelta(days=1)
            self._minute = 0
            self.on_new_day()

    @invariant()
    def nothing_deviates(self) -> None:
        """No rule that counts is violated as of today."""
        judge = self.policy or bundled_policy()
        # Verdicts alone cost a tenth of a report.
        rows = judge.verdicts(self.case, self.today, coverage=self.coverage)
        if any(row.verdict is Verdict.VIOLATED for row in rows):
            report = judge.check(self.case, self.today, coverage=self.coverage)
            found = deviations(report, judge, self.watched)
            if found:
                raise AssertionError(failure(report, found, self.lang))
