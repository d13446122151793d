"""The order of events: earlier time first, and what decides where times do not."""

from __future__ import annotations

from typing import Literal

from rebild_policy.expressions import ids
from rebild_policy.facts.base import Event
from rebild_policy.facts.case import Case
from rebild_policy.facts.vocabulary import vocabulary

SameDay = Literal["unknown", "source-order"]


def earlier(first: Event, second: Event, case: Case, same_day: SameDay) -> bool | None:
    """Is `first` earlier than `second`? None where the source can't tell.

    At equal times, and on equal days where one has no clock time, an event comes after the one that it links back to and
    before the one that it links ahead to. Otherwise source order decides equal times, and `same_day` decides equal days.
    """
    if first.day != second.day:
        return first.day < second.day
    clocks = first.instant is not None and second.instant is not None
    if clocks and first.instant != second.instant:
        return first.instant < second.instant  # type: ignore[operator]
    linked = _by_link(first, second)
    if linked is not None:
        return linked
    if clocks or same_day == "source-order":
        return case.positions[first.id] < case.positions[second.id]
    return None


def _by_link(first: Event, second: Event) -> bool | None:
    """What the links between the two say; None where there is none, or where they contradict each other."""
    said = {_says(second, first), _negated(_says(first, second))} - {None}
    return said.pop() if len(said) == 1 else None


def _says(event: Event, other: Event) -> bool | None:
    """Does `event` link back to `other` (True: it comes after it) or ahead to it (False)?"""
    for spec in vocabulary().types[event.type].links:
        if spec.link and other.id in ids(getattr(event, spec.name)):
            return not spec.link.forward
    return None


def _negated(said: bool | None) -> bool | None:
    return None if said is None else not said
