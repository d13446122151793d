"""The order of events: earlier time first, and what decides where times do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from rebild_policy.expressions import ids
from rebild_policy.facts.base import Event
from rebild_policy.facts.case import Case
from rebild_policy.facts.vocabulary import vocabulary

SameDay = Literal["unknown", "source-order"]
Covers: TypeAlias = Callable[[str, str], bool]  # event type, field: is an empty one a fact?


def earlier(first: Event, second: Event, case: Case, same_day: SameDay, covers: Covers) -> bool | None:
    """Is `first` earlier than `second`? None where the source can't tell.

    At equal times, and on equal days where one has no clock time, an event comes after the one that it links back to and
    before the one that it links ahead to. Otherwise source order decides equal times, and `same_day` decides equal days.
    A link that is not known may be there or not: where that would change the answer, nobody can tell.
    """
    if first.day != second.day:
        return first.day < second.day
    clocks = first.instant is not None and second.instant is not None
    if clocks and first.instant != second.instant:
        return first.instant < second.instant  # type: ignore[operator]
    if first is second:
        return False
    otherwise = case.positions[first.id] < case.positions[second.id] if clocks or same_day == "source-order" else None
    links = [*_links(second, first, covers), *((known, not after) for known, after in _links(first, second, covers))]
    said = {answer for known, answer in links if known}
    possible = {answer for known, answer in links if not known}
    answers = {_decided(said | more, otherwise) for more in (set(), *({answer} for answer in possible), possible)}
    return answers.pop() if len(answers) == 1 else None


def _links(event: Event, other: Event, covers: Covers) -> Iterator[tuple[bool, bool]]:
    """For each link of `event` that names `other`, or might: is it known, and does it say that `event` comes after it?"""
    for spec in vocabulary().types[event.type].links:
        if spec.link is None:
            continue
        value = getattr(event, spec.name)
        if other.id in ids(value):
            yield True, not spec.link.forward
        elif value is None and spec.link.may_name(other.type) and not covers(event.type, spec.name):
            yield False, not spec.link.forward


def _decided(said: set[bool], otherwise: bool | None) -> bool | None:
    """What the links say; links that contradict each other say nothing."""
    return next(iter(said)) if len(said) == 1 else otherwise
