"""What all engines share: the interface, and the verdict of a match from its parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from rebild_policy.calendar import LAST_YEAR, Calendar
from rebild_policy.expressions import Expression, Parameter, Truth
from rebild_policy.facts import Case, Event
from rebild_policy.parameters import ParameterValue
from rebild_policy.plan import Plan, open_links
from rebild_policy.results import Row, Verdict, overall
from rebild_policy.rules import Rule


@dataclass(slots=True)
class Judgement:
    """The verdicts on one case, and how many matches each rule did not apply to."""

    rows: list[Row]
    not_applicable: dict[str, int] = field(default_factory=dict)


class Engine(Protocol):
    """A plan that can be asked about cases."""

    def verdicts(self, case: Case, as_of: date) -> list[Row]:
        """The verdicts on `case` as of the end of a day, in the order of rules and source."""

    def judge(self, case: Case, as_of: date) -> Judgement:
        """The verdicts, with the matches that rules did not apply to counted."""


def verdict(condition: Truth, exempt: Truth, required: Truth) -> Verdict | None:
    """The verdict of one match; None where the rule does not apply."""
    if condition is Truth.FALSE:
        return None
    if required is Truth.TRUE:
        return Verdict.SATISFIED
    if exempt is Truth.TRUE:
        return Verdict.EXEMPT
    if condition is Truth.UNKNOWN:
        return Verdict.UNDETERMINED
    return (Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING)[max(exempt, required)]


def constant_of(node: Expression, plan: Plan) -> ParameterValue | None:
    """The value of a parameter that has one for all days; None for any other."""
    return plan.parameters[node.name].constant if isinstance(node, Parameter) and node.key is None else None


def received(event: Event, calendar: Calendar) -> date:
    """The day an event counts from: its local day, or the next where it came in after the calendar's cut-off hour."""
    if calendar.cut_off is None or not isinstance(event.time, datetime):
        return event.day
    return calendar.received_day(event.time)


def paused_days(suspensions: Iterable[Event], start: date) -> set[date] | None:
    """The days after `start` on which suspensions stop the clock; None where one is open-ended.

    So is one until a day beyond the calendar, such as the 9999-12-31 that exports write for want of a date.
    """
    days: set[date] = set()
    for event in suspensions:
        until = getattr(event, "until", None)
        if until is None or until.year > LAST_YEAR:
            return None
        first = max(event.day, start)
        days.update(first + timedelta(days=step) for step in range(1, (until - first).days + 1))
    return days


def key_with_gaps(plan: Plan, rule: Rule) -> int | None:
    """The length of a whole key, where an event that an empty link could name may be missing from the case; else None."""
    freed = {var for link in open_links(rule) for var in link.frees}
    missing = any(var in freed and not plan.coverage.covers(type_) for var, type_ in rule.each)
    return len(rule.each) - 1 if missing else None


def collapse(rows: Iterable[Row], key_with_gaps: int | None) -> list[Row]:
    """One row for each rule, trigger and key: matches that differ only in an uncovered link come without a key.

    Where an event that the link could name is missing, a finding without a whole key is undetermined: what it would be
    about may be what is missing.
    """
    found: dict[tuple[str, str, tuple[str, ...]], Row] = {}
    for row in rows:
        place = row[:3]
        other = found.get(place)
        if other is None:
            found[place] = row
        else:
            said = overall((other.verdict, row.verdict)) or row.verdict
            dues = [one.due for one in (other, row) if one.verdict is said and one.due]
            found[place] = Row(*place, said, max(dues, default=None))
    if key_with_gaps is None:
        return list(found.values())
    unknown = Verdict.UNDETERMINED
    return [row if len(row.key) == key_with_gaps else row._replace(verdict=unknown, due=None) for row in found.values()]
