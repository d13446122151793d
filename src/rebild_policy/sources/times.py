"""Dates and times of an export: what each text stands for, by the mapping's time settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rebild_policy.facts import COPENHAGEN
from rebild_policy.facts.base import EARLIEST, LATEST, local
from rebild_policy.sources.shapes import Precision, TimeSettings

_CLOCK = ("%H", "%I", "%T", "%X", "%c")
_SAMPLE = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)
_ISO_DATE = len("2026-01-05")


class UnreadableError(ValueError):
    """A cell that can't be read. The message says what was expected, never what stood there."""


class Times:
    """Reads texts as moments and as days.

    Raises `ValueError` where the settings name a zone or a pattern that does not exist.
    """

    def __init__(self, settings: TimeSettings) -> None:
        try:
            self.zone = ZoneInfo(settings.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"'{settings.zone}' is not a time zone.") from None
        self.precision = settings.precision
        self._readers = [_reader(form) for form in settings.format]
        self._expected = f"a date or time was expected, written as {' or '.join(settings.format)}"

    def moment(self, text: str, precision: Precision | None = None) -> date | datetime:
        """An aware time, or a date where only the day is known. Raises `UnreadableError`."""
        for read in self._readers:
            try:
                moment = read(text)
            except (ValueError, OverflowError, OSError):
                continue
            return self._settled(moment, precision or self.precision)
        raise UnreadableError(self._expected)

    def day(self, text: str, precision: Precision | None = None) -> date:
        """The local date of a moment. Raises `UnreadableError`."""
        moment = self.moment(text, precision)
        return moment.astimezone(COPENHAGEN).date() if isinstance(moment, datetime) else moment

    def _settled(self, moment: date | datetime, precision: Precision) -> date | datetime:
        if not EARLIEST.year <= moment.year <= LATEST.year:
            raise UnreadableError("a date in the years 1990 to 2100 was expected")
        if not isinstance(moment, datetime):
            return moment
        moment = moment if moment.tzinfo else local(moment, self.zone)
        if precision == "clock":
            return moment
        here = moment.astimezone(self.zone)
        # Fractions of a second are noise that an export adds to a date.
        at_midnight = here.hour == here.minute == here.second == 0
        return here.date() if precision == "day" or at_midnight else moment


def _reader(form: str) -> Callable[[str], date | datetime]:
    if form == "iso":
        return _iso
    if form == "epoch":
        return lambda text: datetime.fromtimestamp(float(text), UTC)
    clock = any(code in form for code in _CLOCK)
    try:
        # A pattern that loses the day, or that Python can't read back, would put every event on a wrong day.
        same = datetime.strptime(_SAMPLE.strftime(form), form).date() == _SAMPLE.date()  # noqa: DTZ007 - the day is meant
    except ValueError:
        same = False
    if not same:
        raise ValueError(f"'{form}' is not a pattern that gives a day, a month and a year, nor iso or epoch.")
    if clock:
        return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 - the mapping's zone is put on by `local`
    return lambda text: datetime.strptime(text, form).date()  # noqa: DTZ007


def _iso(text: str) -> date | datetime:
    # Python reads 20260105 as a midnight; without a clock time it is a day.
    return date.fromisoformat(text) if len(text) <= _ISO_DATE else datetime.fromisoformat(text)
