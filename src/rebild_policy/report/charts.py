"""What the charts of an audit show: numbers by month, unit, channel and case kind, how long answers took, what is awaited.

Every count by month or group enters a page here, and those by rule in `figures`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import accumulate
from math import ceil
from typing import Final

from rebild_policy.audits.results import Audit, Dimension
from rebild_policy.report.figures import ORDER, Counts
from rebild_policy.report.writing import Writer
from rebild_policy.results import Statistic, Verdict

# The parameter that a statistic of working days is held against on the page: the ten days of the guideline.
LIMITS: Final = {"days-to-answer": "reply_deadline", "days-to-contact": "contact_deadline"}
_MOST_COLUMNS: Final = 36
_LABELS: Final = 6  # along an axis, so that they fit a telephone
_FROM_LONG: Final = 3  # answers that took longer than so many times the limit share one column
_LONG: Final = 30
_THINNEST: Final = 0.6  # per cent of a bar: what is there is seen
_DAYS_A_LABEL: Final = 5
_WEEK = 7  # days
_QUARTER, _YEAR = 3, 12  # months


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: where it starts and how long it is, in per cent of the bar."""

    kind: str
    start: float
    length: float


def pieces(parts: Iterable[tuple[str, int]]) -> list[Piece]:
    """The parts of a bar; each that is not 0 is long enough to be seen."""
    given = [(kind, number) for kind, number in parts if number > 0]
    whole = sum(number for _, number in given)
    wide = [max(100 * number / whole, _THINNEST) for _, number in given]
    scaled = [length * 100 / sum(wide) for length in wide]
    starts = accumulate(scaled, initial=0.0)
    return [
        Piece(kind, round(start, 2), round(length, 2)) for (kind, _), start, length in zip(given, starts, scaled, strict=False)
    ]


def no_counts() -> Counts:
    """No finding at all."""
    return dict.fromkeys(ORDER, 0)


def kept(counts: Counts) -> tuple[int, int]:
    """How many were kept, and of how many that were decided either way."""
    return counts[Verdict.SATISFIED], counts[Verdict.SATISFIED] + counts[Verdict.VIOLATED]


# ------------------------------------------------------------------------------------------------------------ by month
@dataclass(frozen=True, slots=True)
class Trend:
    """The verdicts of all rules and of each by period: months, or quarters or years where there are many."""

    periods: list[str]
    all: list[Counts]
    by_rule: dict[str, list[Counts]] = field(repr=False)

    def of(self, rules: Iterable[str]) -> list[Counts]:
        """The verdicts of some rules by period."""
        found = [self.by_rule[rule] for rule in rules if rule in self.by_rule]
        return [{verdict: sum(one[place][verdict] for one in found) for verdict in ORDER} for place in range(len(self.periods))]


def trend(audit: Audit, writer: Writer) -> Trend:
    """The verdicts by month, without a gap between the first and the last."""
    cells = [(cell, cell.value) for cell in audit.by("month").cells if cell.value]
    numbers = [_month_number(value) for _, value in cells]
    if not numbers:
        return Trend([], [], {})
    first, last = min(numbers), max(numbers)
    step = next((step for step in (1, _QUARTER) if (last - first) // step < _MOST_COLUMNS), _YEAR)
    first -= first % step
    places = range(first, last + 1, step)
    every = [no_counts() for _ in places]
    by_rule: dict[str, list[Counts]] = {}
    for (cell, _), number in zip(cells, numbers, strict=True):
        of_rule = by_rule.setdefault(cell.rule, [no_counts() for _ in places])
        for verdict, found in cell.verdicts.items():
            every[(number - first) // step][verdict] += found
            of_rule[(number - first) // step][verdict] += found
    return Trend([_period(number, step, writer) for number in places], every, by_rule)


def _month_number(value: str) -> int:
    year, month = value.split("-")
    return int(year) * _YEAR + int(month) - 1


def _period(number: int, step: int, writer: Writer) -> str:
    year, month = divmod(number, _YEAR)
    if step == 1:
        return writer.month(date(year, month + 1, 1))
    return writer.say("quarter", quarter=str(month // _QUARTER + 1), year=str(year)) if step == _QUARTER else str(year)


# ------------------------------------------------------------------------------------------------------------ by group
@dataclass(frozen=True, slots=True)
class Group:
    """The verdicts on what shares a value. `name` is None where none is given; `others`: of all values not listed."""

    name: str | None
    others: bool
    counts: Counts


def groups(audit: Audit, by: Dimension, most: int = 12) -> list[Group]:
    """The verdicts by unit, channel or case kind: at most `most` values, all others as one, and what gives none last.

    Nothing where the export gives no value at all.
    """
    found: dict[tuple[str | None, bool], Counts] = {}
    for cell in audit.by(by).cells:
        counts = found.setdefault((cell.value, cell.others), no_counts())
        for verdict, number in cell.verdicts.items():
            counts[verdict] += number
    listed = [Group(name, others, counts) for (name, others), counts in found.items()]
    named = [group for group in listed if group.name is not None]
    if not named and not any(group.others for group in listed):
        return []
    rest = [group.counts for group in (*named[most:], *(group for group in listed if group.others))]
    others = [Group(None, True, {verdict: sum(counts[verdict] for counts in rest) for verdict in ORDER})] if rest else []
    return [*named[:most], *others, *(group for group in listed if group.name is None and not group.others)]


# ------------------------------------------------------------------------------------------------------------ in columns
@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart: its name, its number, its height in per cent, and what it is."""

    name: str
    number: int
    height: float
    kind: str
    axis: str = ""  # what stands under it; nothing under most where there are many


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of columns. `limit`: after which of them a line stands, and what it says."""

    columns: list[Column]
    limit: int | None = None
    limit_name: str = ""

    @property
    def total(self) -> int:
        """All that is counted."""
        return sum(column.number for column in self.columns)


def columns(
    parts: Iterable[tuple[str, int, str]], limit: int | None = None, limit_name: str = "", every: int | None = None
) -> Columns:
    """A chart of columns from names, numbers and kinds; `every` how many of them one has its name under it."""
    given = list(parts)
    highest = max((number for _, number, _ in given), default=0) or 1
    every = every or ceil(len(given) / _LABELS)
    made = [
        Column(name, number, round(100 * number / highest, 1), kind, name if place % every == 0 else "")
        for place, (name, number, kind) in enumerate(given)
    ]
    return Columns(made, limit, limit_name)


def deviations_by_period(trend: Trend) -> Columns:
    """The possible deviations of each period."""
    found = zip(trend.periods, trend.all, strict=True)
    return columns((name, counts[Verdict.VIOLATED], "violated") for name, counts in found)


def waiting(audit: Audit, writer: Writer) -> Columns:
    """What is pending by its due day, without a gap: by week or month where the last is far off."""
    due = Counter[date]()
    for one in audit.awaited:
        if one.day:
            due[one.day] += one.findings
    if not due:
        return columns(())
    first, last = min(due), max(due)
    if (last - first).days < _MOST_COLUMNS:
        days = [first + timedelta(number) for number in range((last - first).days + 1)]
        return columns((writer.short(day), due[day], "pending") for day in days)
    by_week = Counter[date]()
    for day, number in due.items():
        by_week[day - timedelta(day.weekday())] += number
    first, last = min(by_week), max(by_week)
    if (last - first).days < _MOST_COLUMNS * _WEEK:
        weeks = [first + timedelta(number) for number in range(0, (last - first).days + 1, _WEEK)]
        return columns((writer.say("week-of", day=writer.short(week)), by_week[week], "pending") for week in weeks)
    return columns(_by_month(due, writer))


def _by_month(due: Counter[date], writer: Writer) -> Iterator[tuple[str, int, str]]:
    by_month = Counter[date]()
    for day, number in due.items():
        by_month[day.replace(day=1)] += number
    for month in sorted(by_month):
        yield writer.month(month), by_month[month], "pending"


def took(statistic: Statistic, audit: Audit, writer: Writer) -> Columns:
    """How many answers took how many working days, with the line of the guideline; the long ones share a column."""
    limit = _limit(statistic, audit)
    most = max(one.days for one in statistic.days)
    longest = min(most, max(_LONG, _FROM_LONG * (limit or 0)))
    counts = Counter[int]()
    for one in statistic.days:
        counts[min(one.days, longest)] += one.count
    parts = []
    for days in range(longest + 1):
        name = writer.say("or-longer", n=days) if days == longest < most else writer.number(days)
        parts.append((name, counts[days], "late" if limit is not None and days > limit else "timely"))
    said = writer.duration(f"{limit} working days") if limit is not None else ""
    made = columns(parts, limit if limit is not None and limit < longest else None, said, _DAYS_A_LABEL)
    if longest < most:
        made.columns[-1] = replace(made.columns[-1], axis=writer.say("or-longer-short", n=longest))
    return made


def _limit(statistic: Statistic, audit: Audit) -> int | None:
    """The working days of the parameter that a statistic is held against, where it is given in working days."""
    name = LIMITS.get(statistic.rule)
    for parameter in audit.parameters:
        number, _, unit = parameter.value.partition(" ")
        if parameter.name == name and unit in {"working days", "working day"} and number.isdigit():
            return int(number)
    return None


def within(statistic: Statistic, audit: Audit) -> tuple[int, int, int] | None:
    """How many were within the line, of how many, and where the line is; None without one."""
    limit = _limit(statistic, audit)
    if limit is None:
        return None
    counted = sum(one.count for one in statistic.days)
    return sum(one.count for one in statistic.days if one.days <= limit), counted, limit
