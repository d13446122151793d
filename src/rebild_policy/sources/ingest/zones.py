"""Time zones for columns of moments: how far local time is from UTC, before and after each change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1989, 1, 1, tzinfo=UTC), datetime(2102, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class Zone:
    """One zone between 1989 and 2102; moments are microseconds since 1970."""

    def __init__(self, zone: ZoneInfo) -> None:
        changes, offsets = _changes(zone)
        self._offsets: Ints = np.array(offsets, dtype=np.int64)
        self._changes: Ints = np.array(changes, dtype=np.int64)
        # In a repeated hour the first of the two is meant, and a skipped one is counted by the clock before the change: so
        # local time is counted by the new clock once both would say that the change is over.
        self._local: Ints = self._changes + np.maximum(self._offsets[:-1], self._offsets[1:])

    def to_utc(self, local: Ints) -> Ints:
        """Local times without an offset, as `facts.base.local` reads them."""
        found: Ints = local - self._offsets[np.searchsorted(self._local, local, side="right")]
        return found

    def to_local(self, utc: Ints) -> Ints:
        """What the clocks of the zone show."""
        found: Ints = utc + self._offsets[np.searchsorted(self._changes, utc, side="right")]
        return found


@cache
def zone_named(name: str) -> Zone:
    """A zone by its name, made once."""
    return Zone(ZoneInfo(name))


def _changes(zone: ZoneInfo) -> tuple[list[int], list[int]]:
    """When the offset changes, and the offset before the first change and after each, in microseconds."""
    offsets, changes = [_offset(_FIRST, zone)], []
    day = _FIRST
    while day < _LAST:
        # No zone changes its clocks and puts them back within a week.
        following = day + timedelta(days=7)
        while (last := _offset(following, zone)) != offsets[-1]:
            change = _first_change(day, following, offsets[-1], zone)
            changes.append((change - _EPOCH) // MICROSECOND)
            offsets.append(_offset(change, zone))
            if offsets[-1] == last:
                break
        day = following
    return changes, offsets


def _first_change(before: datetime, after: datetime, offset: int, zone: ZoneInfo) -> datetime:
    """The second at which the offset is another for the first time."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(middle, zone) == offset else (before, middle)
    return after


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return (offset or timedelta()) // MICROSECOND
