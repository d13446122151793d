"""The order of the events of a case as whole numbers, which is all that a Rete pattern can compare.

Events are numbered by day, then by time where every event of the day has one, then by their place in the source. An event is
later than a *run* of numbers: nearly always all smaller ones. Ties are asked pair by pair, since links may settle them and
day precision may leave them open, so an event may be later than several runs; one that is left open is in none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from typing import Any, TypeAlias

from rebild_policy.facts import Case, Event, earlier
from rebild_policy.plan import Plan

Run: TypeAlias = tuple[int, int]  # from a number to a number, both included
_BEFORE, _AFTER = False, True  # what is said of "is this event earlier than that one?" for all of an earlier, or a later day


class Record:
    """The visible events of one case, numbered in their order."""

    def __init__(self, case: Case, as_of: date, plan: Plan) -> None:
        self.case = case
        self._plan = plan
        visible = [event for event in case.events if event.day <= as_of]
        self.events: list[Event] = []
        self._groups: list[Run] = []  # by number: the first of its day, and the first of the next
        for _, of_day in groupby(sorted(visible, key=lambda event: event.day), key=lambda event: event.day):
            group = _by_time(list(of_day))
            span = (len(self.events), len(self.events) + len(group))
            self._groups += [span] * len(group)
            self.events += group
        self.numbers = {event.id: number for number, event in enumerate(self.events)}
        self._said: dict[Run, bool | None] = {}
        self._runs: dict[tuple[int, frozenset[bool | None]], list[Run]] = {}

    def earlier(self, first: str, second: str) -> bool | None:
        """Is one event earlier than another? None where that is open."""
        return self._earlier(self.numbers[first], self.numbers[second])

    def _earlier(self, first: int, second: int) -> bool | None:
        start, end = self._groups[first]
        if not start <= second < end:
            return second >= end
        if (first, second) not in self._said:
            plan = self._plan
            self._said[first, second] = earlier(self.events[first], self.events[second], self.case, plan.same_day, plan.covers)
        return self._said[first, second]

    def runs(self, number: int, accepted: frozenset[bool | None]) -> list[Run]:
        """The numbers of the events of which "this one is earlier" is said to be one of `accepted`.

        The event itself goes with its neighbour: no pattern holds an event against itself.
        """
        found = self._runs.get((number, accepted))
        if found is None:
            start, end = self._groups[number]
            inside = [other for other in range(start, end) if other != number and self._earlier(number, other) in accepted]
            runs = [(0, start - 1)] if start and _BEFORE in accepted else []
            runs += [(other, other) for other in inside]
            runs += [(end, len(self.events) - 1)] if end < len(self.events) and _AFTER in accepted else []
            found = self._runs[number, accepted] = _joined(runs, number)
        return found


def _by_time(group: list[Event]) -> list[Event]:
    """The events of a day by time, equal times in source order; in source order throughout where one has no time."""
    if len(group) > 1 and all(event.instant is not None for event in group):
        by_instant: Callable[[Event], Any] = lambda event: event.instant  # noqa: E731 - typed for sorted()
        return sorted(group, key=by_instant)
    return group


def _joined(runs: Sequence[Run], own: int) -> list[Run]:
    """Runs that touch, or that only the event's own number parts, as one."""
    joined: list[Run] = []
    for first, last in runs:
        if joined and first - joined[-1][1] <= (2 if first - 1 == own else 1):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
