"""How a due date was counted, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rebild_policy.calendar import Calendar, CountedDay, Duration
from rebild_policy.engines.reference import Match
from rebild_policy.expressions import Parameter, parameter
from rebild_policy.results import DayCounted, Words
from rebild_policy.rules import Within


def counted_days(match: Match, window: Within, due: date) -> Iterator[DayCounted]:
    """The days from the start to the due date, each with its number or why it does not count.

    Where suspensions or a roll moved the due date, it comes last, with how many days were added.
    """
    start = match.start(window)
    duration = parameter(window.duration, match) if isinstance(window.duration, Parameter) else None
    if start is None or not isinstance(duration, Duration):
        return
    calendar = match.plan.calendar
    last = start
    for counted in calendar.count(start, duration):
        last = counted.day
        yield _told(calendar, counted)
    if last < due:
        unrolled = window.paused and calendar.due(start, duration, "next working day") != due
        yield DayCounted(day=due, number=None, skipped="paused" if unrolled else "rolled", added=(due - last).days)


def _told(calendar: Calendar, counted: CountedDay) -> DayCounted:
    holiday = None
    if counted.reason == "holiday":
        names = (calendar.holiday_name(counted.day, lang) or "" for lang in ("da", "en"))
        holiday = Words(**dict(zip(("da", "en"), names, strict=True)))
    return DayCounted(day=counted.day, number=counted.number, skipped=counted.reason, holiday=holiday)
