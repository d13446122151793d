"""Whether a verdict is disputed: whether it would be another under a stricter or a more lenient reading of working days.

No statute says in general what a working day is. Stricter: 24 and 31 December and 5 June are closed, too. More lenient:
Saturdays count. Asking costs two more looks at one match, so it is asked when a finding's `disputed` is read, and only where
something happened, or the as-of day lies, near enough to the due date for the readings to differ.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from rebild_policy.calendar import Duration
from rebild_policy.engines.reference import Match, ReferenceEngine
from rebild_policy.expressions import Parameter, walk
from rebild_policy.plan import Plan
from rebild_policy.plan.walks import quantifiers
from rebild_policy.results import Row, Verdict
from rebild_policy.rules import Rule, Within

# The two readings of n working days differ by at most one day in six, and by the closed days of a year around New Year.
_SATURDAYS, _SLACK = 5, timedelta(days=10)


def is_disputed(match: Match, row: Row) -> bool:
    """Would another reading of working days give the match of a row another verdict?"""
    if row.verdict is Verdict.UNDETERMINED or not _counts_working_days(match.rule, match.plan):
        return False
    if row.due is not None and not _near(match, row.due):
        return False
    for calendar in (match.plan.calendar.stricter(), match.plan.calendar.lenient()):
        plan = replace(match.plan, calendar=calendar)
        said = ReferenceEngine(plan).row(replace(match, plan=plan))
        if said is None or said.verdict is not row.verdict:
            return True
    return False


def _near(match: Match, due: date) -> bool:
    """Did anything happen between the earliest and the latest due date that a reading could give?"""
    earliest = due - timedelta(days=max(0, (due - match.trigger.day).days) // _SATURDAYS) - _SLACK
    latest = due + _SLACK
    days = [event.day for event in match.case.events if event.day <= match.as_of]
    return any(earliest <= day <= latest for day in (*days, match.as_of))


def _counts_working_days(rule: Rule, plan: Plan) -> bool:
    """Does a deadline of the rule hang on what a working day is?"""
    windows = (node.window for node in quantifiers(rule))
    return any(
        window.roll or any(duration.unit == "working days" for duration in _durations(window, plan))
        for window in windows
        if isinstance(window, Within)
    )


def _durations(window: Within, plan: Plan) -> list[Duration]:
    names = [node.name for node in walk(window.duration) if isinstance(node, Parameter)]
    values = [dated.value for name in names for dated in plan.parameters[name].values]
    values += [row.value for name in names for row in plan.parameters[name].rows if row.in_force]
    return [value for value in values if isinstance(value, Duration)]
