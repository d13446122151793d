"""The links of a bucket: those that the mapping's policies make, and those that point to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow
from pyarrow import compute

from rebild_policy.expressions import UNKNOWN
from rebild_policy.sources.ingest.columns import Column, Flags, Ints, joined
from rebild_policy.sources.ingest.events import Made
from rebild_policy.sources.links import LinkPolicy, link


@dataclass(slots=True, eq=False)
class _Event:
    """What a policy asks of an event; the numbers stand in for its id, its day and its time."""

    id: Any
    type: str
    day: Any
    instant: Any


class Linker:
    """Makes the links of one policy in all clean cases of a bucket."""

    def __init__(self, policy: LinkPolicy) -> None:
        self.policy = policy
        self.counts = [0, 0, 0]
        self._targets: dict[int, Column] = {}  # by maker: the id that each of its events points to
        self._found: list[tuple[Ints, Ints]] = []  # of the events that link: their case, and what was found for each

    def link(self, made: Sequence[Made], case: Ints, clean: Flags) -> Ints:
        """Find what each event points to, and say in which cases the policy can't tell. `case`: the case of each row."""
        made = [one for one in made if one.maker.type in {self.policy.type, self.policy.target}]
        if not made:
            return np.zeros(0, dtype=np.int64)
        ids = joined([one.ids for one in made])
        rows = np.concatenate([one.rows for one in made])
        places = np.concatenate([np.full(len(one.rows), one.position) for one in made])
        links = np.concatenate([np.full(len(one.rows), one.maker.type == self.policy.type) for one in made])
        aims = np.concatenate([np.full(len(one.rows), one.maker.type == self.policy.target) for one in made])
        day = np.concatenate([one.moments.day for one in made])
        instant = np.concatenate([np.where(one.moments.clocked, one.moments.instant, 0) for one in made])
        order = np.lexsort((places, rows))
        order = order[clean[case[rows[order]]]]
        of = case[rows]
        linked = np.bincount(of[order][links[order]], minlength=len(clean))
        aimed = np.bincount(of[order][aims[order]], minlength=len(clean))
        answer = np.full(len(rows), _NONE)
        self._one_each(order, answer, (of, links, aims, day, instant), (linked == 1) & (aimed == 1))
        hard = order[((linked > 0) & (aimed > 0) & ~((linked == 1) & (aimed == 1)))[of[order]]]
        for start, end in _groups(of[hard]):
            self._walk(hard[start:end], answer, (links, day, instant))
        start = 0
        for one in made:
            part = answer[start : start + len(one.rows)]
            start += len(one.rows)
            if one.maker.type == self.policy.type:
                self._targets[id(one.maker)] = Column(ids.values, np.where(part < 0, -1, ids.codes[part]))
                self._found.append((case[one.rows], part))
        unknown: Ints = np.unique(of[order][answer[order] == _UNSURE])
        return unknown

    def _one_each(self, order: Ints, answer: Ints, events: tuple[Any, ...], simple: Flags) -> None:
        """The cases in which one event links and one can be linked to."""
        of, links, aims, day, instant = events
        if self.policy.type == self.policy.target:
            return
        order = order[simple[of[order]]]
        froms, tos = order[links[order]], order[aims[order]]
        timeless = (instant[froms] == 0) | (instant[tos] == 0)
        earlier = (day[tos] < day[froms]) | ((day[tos] == day[froms]) & (timeless | (instant[tos] <= instant[froms])))
        answer[froms] = np.where(earlier | (self.policy.kind == "only"), tos, _NONE)

    def _walk(self, places: Ints, answer: Ints, events: tuple[Any, ...]) -> None:
        """One case, event by event, as a case alone is linked."""
        links, day, instant = events
        policy = self.policy
        found = link(
            policy,
            [
                _Event(place, policy.type if links[place] else policy.target, day[place], int(instant[place]) or None)  # type: ignore[misc]
                for place in places.tolist()
            ],
        )
        for place, target in found.items():
            answer[int(place)] = _UNSURE if target is UNKNOWN else _NONE if target is None else int(target)

    def fill(self, made: Made, rows: Ints, good: Flags) -> None:
        """Set the links in the events of a maker that were kept. `rows` are those that it had."""
        ids = self._targets[id(made.maker)].take(good[rows])
        if self.policy.many:
            there = ids.codes >= 0
            lists = pyarrow.ListArray.from_arrays(
                pyarrow.array(np.arange(there.sum() + 1), pyarrow.int32()), ids.take(there).array()
            )
            ids = Column(lists, np.where(there, np.cumsum(there) - 1, -1))
        made.fields[self.policy.field] = ids

    def count(self, clean: Flags) -> None:
        """Count what was found in clean cases."""
        for case, answer in self._found:
            known = answer[clean[case]]
            self.counts[0] += int((known >= 0).sum())
            self.counts[1] += int((known == _NONE).sum())


_NONE, _UNSURE = -1, -2


def _groups(case: Ints) -> Iterator[tuple[int, int]]:
    """Where the rows of each case begin and end."""
    if len(case):
        starts = np.flatnonzero(np.concatenate([[True], case[1:] != case[:-1]]))
        yield from zip(starts.tolist(), [*starts[1:].tolist(), len(case)], strict=True)


def loose_links(kept: Sequence[Made], case: Ints) -> Iterator[tuple[str, int]]:
    """Of the links that rows hold, how many events have one to no event of their case."""
    linking = [made for made in kept if made.maker.links]
    if not linking:
        return
    ids = joined([made.ids for made in kept])
    width = len(ids.values) + 1
    known = np.sort(np.concatenate([case[made.rows] for made in kept]) * width + ids.codes)
    numbered: dict[int, tuple[Any, Ints]] = {}  # the values of columns, which several fields may share, with their numbers
    for made in linking:
        for name in made.maker.links:
            owner, targets = _targets(made.fields[name])
            if id(targets.values) not in numbered:
                found = compute.index_in(targets.values, value_set=ids.values).fill_null(width - 1)
                numbered[id(targets.values)] = targets.values, found.to_numpy(zero_copy_only=False)
            key = case[made.rows[owner]] * width + numbered[id(targets.values)][1][targets.codes]
            loose = owner[known[np.minimum(np.searchsorted(known, key), len(known) - 1)] != key]
            yield f"{made.maker.type}.{name}: points to no event of the case", len(np.unique(loose))


def _targets(links: Column) -> tuple[Ints, Column]:
    """The events that have a link, once for each, and what it is."""
    if not pyarrow.types.is_list(links.values.type):
        owner = np.flatnonzero(links.given())
        return owner, links.take(owner)
    column = links.array()
    owner = compute.list_parent_indices(column).to_numpy(zero_copy_only=False)
    return owner, Column.each(compute.list_flatten(column))
