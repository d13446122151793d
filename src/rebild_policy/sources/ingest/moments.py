"""Columns of texts as moments: what `Times` says of each, but a column at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow
from pyarrow import compute

from rebild_policy.facts.base import COPENHAGEN, EARLIEST, LATEST, local_day
from rebild_policy.sources.ingest.layouts import Layout, layouts_of
from rebild_policy.sources.ingest.zones import MICROSECOND, zone_named
from rebild_policy.sources.shapes import Precision, TimeSettings
from rebild_policy.sources.times import Times, UnreadableError

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
DAY: Final = 86_400_000_000  # microseconds
_SECOND: Final = 1_000_000
_EPOCH, _FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC), date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments: the local `day` since 1970; `instant` in microseconds UTC where `clocked`; which are `bad`."""

    day: Ints
    instant: Ints
    clocked: Flags
    bad: Flags

    def take(self, places: Ints | Flags) -> Moments:
        """Those at some places, by number or by mask."""
        return Moments(self.day[places], self.instant[places], self.clocked[places], self.bad[places])


class Clock:
    """Reads columns by the time settings of a mapping."""

    def __init__(self, settings: TimeSettings, times: Times) -> None:
        self._times = times
        self._zone = zone_named(settings.zone)
        self._here = zone_named(COPENHAGEN.key)
        self._layouts: dict[int, list[Layout]] = {}
        for layout in layouts_of(settings.format):
            self._layouts.setdefault(len(layout.text), []).append(layout)

    def moments(self, texts: Any, precision: Precision | None = None) -> Moments:
        """An array of texts, none of them null."""
        size = len(texts)
        day, instant = (np.zeros(size, dtype=np.int64) for _ in range(2))
        clocked, bad = (np.zeros(size, dtype=np.bool_) for _ in range(2))
        found = Moments(day, instant, clocked, bad)
        left = np.ones(size, dtype=np.bool_)
        lengths = compute.binary_length(texts).to_numpy(zero_copy_only=False)
        start, data = _bytes(texts)
        for length, layouts in self._layouts.items():
            places = np.flatnonzero(lengths == length)
            if not len(places):
                continue
            if len(places) == size:
                cells = data[start[0] : start[0] + size * length].reshape(size, length)
            else:
                cells = data[start[places][:, None] + np.arange(length)]
            for layout in layouts:
                written, good = layout.read(cells)
                good &= left[places]
                self._put(found, places[good], written[good], layout, precision or self._times.precision)
                left[places[good]] = False
        for place in np.flatnonzero(left).tolist():
            self._read(found, place, texts[place].as_py(), precision)
        return found

    def _put(self, found: Moments, places: Ints, written: Ints, layout: Layout, precision: Precision) -> None:
        if not layout.clock:
            found.day[places] = written // DAY
            return
        utc = written if layout.offset is not None else self._zone.to_utc(written)
        there = self._zone.to_local(utc)
        here = there if self._here is self._zone else self._here.to_local(utc)
        # Fractions of a second are noise that an export adds to a date.
        midnight = there % DAY < _SECOND
        only_day = np.full(len(places), precision == "day") | (midnight if precision == "midnight-is-day" else False)
        found.day[places] = np.where(only_day, there, here) // DAY
        found.clocked[places] = ~only_day
        found.instant[places] = np.where(only_day, 0, utc)

    def _read(self, found: Moments, place: int, text: str, precision: Precision | None) -> None:
        """One text as `Times` reads it."""
        try:
            moment = self._times.moment(text, precision)
        except UnreadableError:
            found.bad[place] = True
            return
        day = local_day(moment)
        found.day[place] = (day - _FIRST_DAY).days
        # At the edges of the calendar the event model has a word as well.
        found.bad[place] = not EARLIEST.year < day.year < LATEST.year
        if isinstance(moment, datetime):
            found.clocked[place] = True
            found.instant[place] = (moment.astimezone(UTC) - _EPOCH) // MICROSECOND

    def clocks(self, moments: Moments) -> Ints:
        """The local time of day, in microseconds; of no meaning where only the day is known."""
        found: Ints = self._here.to_local(moments.instant) % DAY
        return found


def _bytes(texts: Any) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Where each text of an array begins in its bytes, and the bytes."""
    _, offsets, data = texts.buffers()
    kind = np.int64 if pyarrow.types.is_large_string(texts.type) else np.int32
    starts = np.frombuffer(offsets, dtype=kind, count=len(texts) + 1, offset=texts.offset * np.dtype(kind).itemsize)
    return starts[:-1].astype(np.int64), np.frombuffer(data, dtype=np.uint8) if data else np.zeros(0, dtype=np.uint8)
