"""The calendar as tables: when each duration from each day is due, and the working day after each day off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import duckdb
import pyarrow

from rebild_policy.calendar import FIRST_YEAR, LAST_YEAR, Calendar, Duration

# A start lies in the years of the calendar; what it leads to lies after them where the duration is long.
_MARGIN_YEARS: Final = 17  # the most working days that a duration can have, and some
_ROLLS_UNTIL: Final = 2405

_DUE: Final = """
INSERT INTO "$due"
SELECT ?::INTEGER, s.day, CASE WHEN ?::BOOLEAN THEN coalesce(f.next, s.due) ELSE s.due END
FROM ({due}) s LEFT JOIN "$free" f ON f.day = s.due
"""
_BY_UNIT: Final = {
    "working days": """
        SELECT s.day, CASE WHEN n.steps = 0 THEN s.day ELSE e.day END AS due
        FROM "$days" s, LATERAL (SELECT ?::INTEGER - CASE WHEN ?::BOOLEAN AND s.working THEN 1 ELSE 0 END AS steps) n
        LEFT JOIN "$days" e ON e.working AND e.rank = s.rank + n.steps WHERE s.day BETWEEN ? AND ?
    """,
    "days": 'SELECT day, day + ?::INTEGER AS due FROM "$days" WHERE day BETWEEN ? AND ?',
    "weeks": 'SELECT day, day + 7 * ?::INTEGER AS due FROM "$days" WHERE day BETWEEN ? AND ?',
    "months": 'SELECT day, (day + to_months(?::INTEGER))::DATE AS due FROM "$days" WHERE day BETWEEN ? AND ?',
}


class DueDates:
    """The tables `$free` and `$due`, for the starts that have been asked for so far: of a connection, or of its database."""

    def __init__(self, con: duckdb.DuckDBPyConnection, calendar: Calendar, *, temporary: bool = True) -> None:
        self.con = con
        self.calendar = calendar
        self.kind = "TEMP TABLE" if temporary else "TABLE"
        self.years: tuple[int, int] = (LAST_YEAR, FIRST_YEAR)
        self.filled: set[int] = set()
        con.register("$days", _days(calendar))
        con.register("$free days", _free(calendar))
        con.execute(f'CREATE {self.kind} "$free" AS FROM "$free days"')

    def cover(self, durations: Mapping[tuple[Duration, bool], int], first: date, last: date) -> None:
        """See to it that `$due` has the durations of a plan, under their numbers, from each day between two."""
        wanted = max(FIRST_YEAR, first.year), min(LAST_YEAR, last.year)
        if not self.filled or wanted[0] < self.years[0] or wanted[1] > self.years[1]:
            self.years = min(wanted[0], self.years[0]), max(wanted[1], self.years[1])
            self.filled = set()
            self.con.execute(f'CREATE OR REPLACE {self.kind} "$due" (duration INTEGER, start DATE, due DATE)')
        for (duration, roll), number in durations.items():
            if number not in self.filled:
                self._fill(duration, number, roll=roll)
                self.filled.add(number)

    def _fill(self, duration: Duration, number: int, *, roll: bool) -> None:
        arguments: list[object] = [number, roll, duration.value]
        if duration.unit == "working days":
            arguments.append(self.calendar.count_first_day and duration.value > 0)
        starts = [date(self.years[0], 1, 1), date(self.years[1], 12, 31)]
        self.con.execute(_DUE.format(due=_BY_UNIT[duration.unit]), [*arguments, *starts])


@lru_cache(maxsize=16)
def _days(calendar: Calendar) -> pyarrow.Table:
    """Every day with whether it is a working day, and how many there were up to and including it."""
    day, end = date(FIRST_YEAR, 1, 1), date(LAST_YEAR + _MARGIN_YEARS, 12, 31)
    days = [day + timedelta(days=number) for number in range((end - day).days + 1)]
    working = [calendar.is_working_day(day) for day in days]
    ranks, rank = [], 0
    for is_working in working:
        rank += is_working
        ranks.append(rank)
    return pyarrow.table(
        {"day": pyarrow.array(days, pyarrow.date32()), "working": working, "rank": pyarrow.array(ranks, pyarrow.int32())}
    )


@lru_cache(maxsize=16)
def _free(calendar: Calendar) -> pyarrow.Table:
    """The days off, each with the next working day."""
    free, nexts = [], []
    following = day = date(_ROLLS_UNTIL, 12, 31)
    while day.year >= FIRST_YEAR:
        if calendar.is_working_day(day):
            following = day
        else:
            free.append(day)
            nexts.append(following)
        day -= timedelta(days=1)
    return pyarrow.table({"day": pyarrow.array(free, pyarrow.date32()), "next": pyarrow.array(nexts, pyarrow.date32())})
