"""Working days and due dates, counted in whole days of the Danish calendar.

No statute says in general what a working day (hverdag) is. The default reading is Monday to Friday less the public
holidays of Denmark; the day of receipt is day 0, and the last day runs to its end in Europe/Copenhagen. Every other
reading is an option of `Calendar`.

Moments become days once, by `local_day` or `Calendar.received_day`. From there on everything is a `datetime.date`, and
no elapsed hours are counted. The holidays come from the `holidays` package and are looked up by date, never by name,
because the names change with the language; Store Bededag ended with 2023 (Act no. 214 of 6 March 2023).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from typing import Final, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from holidays.countries.denmark import Denmark

Unit = Literal["working days", "days", "weeks", "months"]
Roll = Literal["next working day"]
ClosingDay = Literal["1 May", "5 June", "24 December", "31 December"]
Closure = Literal["holiday", "saturday", "sunday", "closed"]
Language = Literal["da", "en"]

COPENHAGEN: Final = ZoneInfo("Europe/Copenhagen")
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
MAX_VALUE: Final = 3660

# 3660 months from the last year end in 2405, and a roll at New Year needs the first days of the year after.
_LAST_DUE_YEAR: Final = LAST_YEAR + MAX_VALUE // 12 + 1
_CLOSING_DAYS: Final = {(5, 1): "1 May", (6, 5): "5 June", (12, 24): "24 December", (12, 31): "31 December"}
_STRICTER: Final[frozenset[ClosingDay]] = frozenset({"5 June", "24 December", "31 December"})
# The package knows no plain "en" for Denmark, and answers a language it does not know in Danish.
_LANGUAGES: Final[Mapping[Language, str]] = {"da": "da", "en": "en_US"}
_WEEKEND: Final[Mapping[int, Closure]] = {5: "saturday", 6: "sunday"}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: a whole number, 0 to 3660, of working days, days, weeks or months.

    Raises ValueError for any other value or unit.
    """

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse what cannot be counted."""
        if type(self.value) is not int or not 0 <= self.value <= MAX_VALUE:
            raise _no_duration(f"{self.value!r} {self.unit}", f"{self.value!r} is not a whole number in range")
        if self.unit not in get_args(Unit):
            raise _no_duration(f"{self.value} {self.unit}", f"{self.unit!r} is not a unit")

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read `10 working days`, `4 weeks` or `1 month`; the singular goes with 1 only.

        Raises ValueError, with what was wrong and the units there are, for any other text.
        """
        number, _, name = str(text).partition(" ")
        if not re.fullmatch("0|[1-9][0-9]{0,3}", number):
            raise _no_duration(text, f"{number!r} is not a whole number in range")
        plural = f"{name}s" if int(number) == 1 and not name.endswith("s") else name
        unit = next((unit for unit in get_args(Unit) if unit == plural), None)
        if unit is None:
            raise _no_duration(text, f"{name!r} is not a unit" if name else "the unit is missing")
        return cls(int(number), unit)

    def __str__(self) -> str:
        """Write the canonical form, which `parse` reads back: `1 month`, `10 working days`."""
        return f"{self.value} {self.unit[:-1] if self.value == 1 else self.unit}"


def _no_duration(text: str, wrong: str) -> ValueError:
    units = f"one of the units {', '.join(get_args(Unit))}"
    return ValueError(f"{text!r} is not a duration: {wrong}. Write a whole number from 0 to {MAX_VALUE} and {units}.")


class CountedDay(NamedTuple):
    """A day in the count towards a due date: with its number in the duration's unit, or the reason it was skipped."""

    day: date
    number: int | None
    reason: Closure | None


@dataclass(frozen=True)
class Calendar:
    """Which days are working days, and when something is due. The defaults are the Danish reading.

    A calendar fills a cache of its own as it answers, so keep it and ask it again. Raises ValueError for an option that
    would have no effect. Its methods raise ValueError for a day before 1990, and TypeError for a datetime as a day.

    Attributes:
        saturdays: Saturdays count as working days.
        closed: optional days, the same each year, on which the municipality is closed.
        local_closed: single dates on which the municipality is closed.
        count_first_day: the day of receipt counts as day 1 of a number of working days when it is one.
        cut_off: the clock time in Copenhagen after which an event counts as received on the next calendar day.
    """

    saturdays: bool = False
    closed: frozenset[ClosingDay] = frozenset()
    local_closed: frozenset[date] = frozenset()
    count_first_day: bool = False
    cut_off: time | None = None

    def __post_init__(self) -> None:
        """Refuse what would silently have no effect."""
        if unknown := self.closed.difference(get_args(ClosingDay)):
            known = ", ".join(get_args(ClosingDay))
            raise ValueError(f"unknown closing days {sorted(unknown)}: there are {known}; others go in local_closed")
        for day in self.local_closed:
            _check(day, _LAST_DUE_YEAR)
        if self.cut_off is not None and self.cut_off.tzinfo is not None:
            raise ValueError(f"cut_off {self.cut_off} has a time zone: give the clock time in Copenhagen")

    def stricter(self) -> Calendar:
        """Return this calendar with 5 June, 24 and 31 December closed too: the reading that makes due dates later."""
        return replace(self, closed=self.closed | _STRICTER)

    def lenient(self) -> Calendar:
        """Return this calendar with Saturdays counted as working days: the reading that makes due dates earlier."""
        return replace(self, saturdays=True)

    def received_day(self, local: datetime) -> date:
        """Return the day on which an event counts as received: the next calendar day if it came after the cut-off.

        A time with an offset is read on the clock in Copenhagen, one without is taken to be that clock.
        """
        if local.tzinfo is not None:
            local = local.astimezone(COPENHAGEN)
        late = self.cut_off is not None and local.time() > self.cut_off
        return local.date() + _DAY if late else local.date()

    def closure(self, day: date) -> Closure | None:
        """Return why `day` is no working day, None if it is one. A holiday in a weekend is a holiday."""
        _check(day, _LAST_DUE_YEAR)
        if day in _public_holidays(day.year, "da"):
            return "holiday"
        weekend = _WEEKEND.get(day.weekday())
        if weekend and not (weekend == "saturday" and self.saturdays):
            return weekend
        if day in self.local_closed or _CLOSING_DAYS.get((day.month, day.day)) in self.closed:
            return "closed"
        return None

    def is_working_day(self, day: date) -> bool:
        """Say whether `day` is a working day."""
        return self.closure(day) is None

    def holiday_name(self, day: date, lang: Language) -> str | None:
        """Return the name of the public holiday on `day` in Danish or English, None if there is none."""
        _check(day, _LAST_DUE_YEAR)
        return _public_holidays(day.year, lang).get(day)

    def due(self, start: date, duration: Duration, roll: Roll | None = None) -> date:
        """Return the last day of `duration` from `start`, which is day 0.

        Working days: the n-th working day after `start`, and `start` itself for 0. Months: the same day of the month,
        or its last. In all but working days the due date may fall on a day off, from which `roll` moves it to the next
        working day. Raises ValueError if `start` is outside 1990 to 2100.
        """
        # The parts, not the duration, are the key: a tuple hashes without a call into Python, and this is the hot path.
        known = self._due_dates.setdefault((duration.value, duration.unit, roll), {})
        if (due := known.get(start)) is None:
            due = known[start] = self._rolled(self._end(start, duration), roll)
        return due

    def deadline(self, start: date | None, duration: Duration, paused: Iterable[date] = (), *, roll: bool = False) -> date | None:
        """Return `due`, moved by `paused` days; None where there is no start, or one outside 1990 to 2100.

        The due date is the least day D that is as many days after the unpaused one as there are paused days after
        `start` up to D.
        """
        if start is None or not FIRST_YEAR <= start.year <= LAST_YEAR:
            return None
        due = self.due(start, duration)
        for day in sorted(set(paused)):
            if start < day <= due:
                due += _DAY
        return self._rolled(due, "next working day" if roll else None)

    def working_days_between(self, start: date, end: date) -> int:
        """Return the number of working days after `start` up to and including `end`; negative when `end` is earlier.

        `count_first_day` plays no part: this measures a distance, such as the working days since a due date.
        """
        if end < start:
            return -self.working_days_between(end, start)
        whole_years = sum(len(self._working_days(year)) for year in range(start.year, end.year))
        return whole_years + self._rank(end) - self._rank(start)

    def count(self, start: date, duration: Duration, roll: Roll | None = None) -> tuple[CountedDay, ...]:
        """Explain `due`: the days from `start` to the due date, each with its number or the reason it was skipped.

        Working days are told day by day. In days, weeks and months there are `start`, the due date, and between them
        only the days that `roll` passed over. Raises ValueError as `due` does.
        """
        due = self.due(start, duration, roll)
        number = self._counted_at_start(start, duration)
        days = [CountedDay(start, number, None)]
        day_by_day = duration.unit == "working days"
        for day in _days_after(start if day_by_day else max(start, self.due(start, duration) - _DAY), due):
            reason = None if day == due else self.closure(day)
            number = duration.value if day == due else number + (reason is None)
            days.append(CountedDay(day, None if reason else number, reason))
        return tuple(days)

    # Cached properties rather than fields, to keep them out of equality, hash, repr and a list of the options.
    @cached_property
    def _due_dates(self) -> dict[tuple[int, Unit, Roll | None], dict[date, date]]:
        return {}

    @cached_property
    def _years(self) -> dict[int, tuple[date, ...]]:
        return {}

    def _working_days(self, year: int) -> tuple[date, ...]:
        if (days := self._years.get(year)) is None:
            whole_year = _days_after(date(year - 1, 12, 31), date(year, 12, 31))
            days = self._years[year] = tuple(filter(self.is_working_day, whole_year))
        return days

    def _rank(self, day: date) -> int:
        """Return the number of working days in the year of `day` up to and including it."""
        _check(day, _LAST_DUE_YEAR)
        return bisect_right(self._working_days(day.year), day)

    def _working_day_after(self, day: date, number: int) -> date:
        year, index = day.year, self._rank(day) + number - 1
        while index >= len(self._working_days(year)):
            index -= len(self._working_days(year))
            year += 1
        return self._working_days(year)[index]

    def _counted_at_start(self, start: date, duration: Duration) -> int:
        """Return 1 if the start is itself the first of the working days to count, else 0."""
        counts = self.count_first_day and duration.unit == "working days" and duration.value > 0
        return int(counts and self.is_working_day(start))

    def _end(self, start: date, duration: Duration) -> date:
        _check(start, LAST_YEAR)
        match duration.unit:
            case "working days":
                left = duration.value - self._counted_at_start(start, duration)
                return self._working_day_after(start, left) if left else start
            case "days":
                return start + timedelta(days=duration.value)
            case "weeks":
                return start + timedelta(weeks=duration.value)
            case "months":
                return _months_after(start, duration.value)

    def _rolled(self, day: date, roll: Roll | None) -> date:
        if roll not in (None, *get_args(Roll)):
            raise ValueError(f"unknown roll {roll!r}: there is {', '.join(get_args(Roll))}")
        return day if roll is None or self.is_working_day(day) else self._working_day_after(day, 1)


def local_day(moment: datetime) -> date:
    """Return the date of `moment` in Copenhagen. Raises ValueError if it has no offset, for then it is no moment."""
    if moment.utcoffset() is None:
        raise ValueError("a time with no offset from UTC has no certain day in Copenhagen")
    return moment.astimezone(COPENHAGEN).date()


def _check(day: date, last_year: int) -> None:
    # A datetime is a date to isinstance, but equals none: it would quietly miss every holiday. The messages leave the
    # day out, for it may come from a case.
    if isinstance(day, datetime):
        raise TypeError("a moment is not a day: convert it with local_day first")
    if not FIRST_YEAR <= day.year <= last_year:
        raise ValueError(f"the day is outside the supported years {FIRST_YEAR} to {last_year}")


def _days_after(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=number) for number in range(1, (end - start).days + 1))


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@cache
def _public_holidays(year: int, lang: Language) -> Mapping[date, str]:
    # One object a year, which takes 0.2 ms. A shared one that grows year by year is not safe between threads: it marks
    # a year as known before it has filled it.
    return dict(_DenmarkBeyond2100(years=year, language=_LANGUAGES[lang]))  # type: ignore[no-untyped-call]


class _DenmarkBeyond2100(Denmark):
    # The package answers later years with no holidays and no warning, and a due date may fall in them.
    end_year = _LAST_DUE_YEAR
