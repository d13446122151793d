"""The calendar as tables: when each duration from each day is due, and the working day after each day off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import accumulate
from typing import Final

import duckdb
import pyarrow

from rebild_policy.calendar import FIRST_YEAR, LAST_YEAR, Calendar, Duration
from rebild_policy.engines.tables.arrays import numbers

_EPOCH: Final = date(1970, 1, 1).toordinal()
# How many of a unit there are in a year, at least: so far a due date can lie after its start, and some.
_IN_A_YEAR: Final = {"working days": 220, "days": 365, "weeks": 52, "months": 12}

_DUE: Final = """
INSERT INTO "$due"
SELECT ?::INTEGER, s.day, CASE WHEN ?::BOOLEAN THEN coalesce(f.next, s.due) ELSE s.due END
FROM ({due}) s LEFT JOIN "$free" f ON f.day = s.due
"""
_BY_UNIT: Final = {
    "working days": """
        SELECT s.day, CASE WHEN n.steps = 0 THEN s.day ELSE e.day END AS due
        FROM "$days" s, LATERAL (SELECT ?::INTEGER - CASE WHEN ?::BOOLEAN AND s.working = 1 THEN 1 ELSE 0 END AS steps) n
        LEFT JOIN "$days" e ON e.working = 1 AND e.rank = s.rank + n.steps WHERE s.day BETWEEN ? AND ?
    """,
    "days": 'SELECT day, day + ?::INTEGER AS due FROM "$days" WHERE day BETWEEN ? AND ?',
    "weeks": 'SELECT day, day + 7 * ?::INTEGER AS due FROM "$days" WHERE day BETWEEN ? AND ?',
    "months": 'SELECT day, (day + to_months(?::INTEGER))::DATE AS due FROM "$days" WHERE day BETWEEN ? AND ?',
}


class DueDates:
    """The tables `$free` and `$due` of a connection, or of its database, for the starts that have been asked for so far."""

    def __init__(self, con: duckdb.DuckDBPyConnection, calendar: Calendar, *, temporary: bool = True) -> None:
        self.con = con
        self.calendar = calendar
        self.kind = "TEMP TABLE" if temporary else "TABLE"
        self.years: tuple[int, int] = (LAST_YEAR, FIRST_YEAR)
        self.until = FIRST_YEAR  # the last year of `$free`
        self.filled: set[int] = set()

    def cover(self, durations: Mapping[tuple[Duration, bool], int], first: date, last: date) -> None:
        """See to it that `$due` has the durations of a plan, under their numbers, from each day between two."""
        begin = min(max(FIRST_YEAR, first.year), LAST_YEAR)
        wanted = begin, max(begin, min(LAST_YEAR, last.year))
        until = wanted[1] + 1 + max((of.value // _IN_A_YEAR[of.unit] for of, _ in durations), default=0)
        if not self.filled or wanted[0] < self.years[0] or wanted[1] > self.years[1] or until > self.until:
            self.years = min(wanted[0], self.years[0]), max(wanted[1], self.years[1])
            self.until = max(until, self.until)
            self._start()
        for (duration, roll), number in durations.items():
            if number not in self.filled:
                self._fill(duration, number, roll=roll)
                self.filled.add(number)

    def _start(self) -> None:
        """Make the tables anew, for the years that are wanted now."""
        self.filled = set()
        days, free = _days(self.calendar, self.years[0], self.until)
        self.con.register("$days", days)
        self.con.register("$free days", free)
        self.con.execute(f'CREATE OR REPLACE {self.kind} "$free" AS FROM "$free days"')
        self.con.execute(f'CREATE OR REPLACE {self.kind} "$due" (duration INTEGER, start DATE, due DATE)')

    def _fill(self, duration: Duration, number: int, *, roll: bool) -> None:
        arguments: list[object] = [number, roll, duration.value]
        if duration.unit == "working days":
            arguments.append(self.calendar.count_first_day and duration.value > 0)
        starts = [date(self.years[0], 1, 1), date(self.years[1], 12, 31)]
        self.con.execute(_DUE.format(due=_BY_UNIT[duration.unit]), [*arguments, *starts])


def _days(calendar: Calendar, first: int, last: int) -> tuple[pyarrow.Table, pyarrow.Table]:
    """The days of some years, whether each is a working day and how many there were up to and including it; and the days off,
    each with the next working day.
    """
    days, working = _years(calendar, first, last)
    free, nexts, following = [], [], days[-1]
    for day, is_working in zip(reversed(days), reversed(working), strict=True):
        if is_working:
            following = day
        else:
            free.append(day)
            nexts.append(following)
    ranks = numbers(list(accumulate(map(int, working))), pyarrow.int32())
    return (
        pyarrow.table({"day": _dates(days), "working": numbers(working, pyarrow.int8()), "rank": ranks}),
        pyarrow.table({"day": _dates(free), "next": _dates(nexts)}),
    )


def _years(calendar: Calendar, first: int, last: int) -> tuple[list[date], list[bool]]:
    days = [date.fromordinal(number) for number in range(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1)]
    return days, [is_working for year in range(first, last + 1) for is_working in _working(calendar, year)]


@lru_cache(maxsize=4096)
def _working(calendar: Calendar, year: int) -> tuple[bool, ...]:
    """For each day of a year, whether it is a working day."""
    days = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
    return tuple(calendar.is_working_day(date.fromordinal(number)) for number in days)


def _dates(days: list[date]) -> pyarrow.Array:
    return numbers([day.toordinal() - _EPOCH for day in days], pyarrow.date32())
