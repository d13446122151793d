"""Which numbers of a table to leave out, so that none below five can be read from it or worked out from the others.

A table with its totals is a network: a number flows from the total of all to the total of its row, through its cell, to the
total of its column, and back. A hidden number can be worked out exactly if no other table fits what is shown; another table
that fits is the same one with a cycle of hidden numbers raised and lowered by one. So each small number is given a cycle, the
cheapest there is: it hides the smallest numbers beside it, and totals last.

Who reads a table knows that a zero is always shown, and hence that what is hidden is at least one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from heapq import heappop, heappush
from typing import Final, NamedTuple

LEAST: Final = 5  # persons, or cases, below which a number is left out
Place = tuple[int, int]  # row and column; one past the last is the total


class _Arc(NamedTuple):
    place: Place
    tail: int
    head: int
    value: int


def hidden(table: Sequence[Sequence[int]], *, least: int = LEAST, keep: Collection[Place] = ()) -> frozenset[Place] | None:
    """The places of a table to hide, totals among them: those from 1 to below `least`, and what would give them away.

    `table` holds rows of counts without totals. Row `len(table)` is that of the totals, and so is the last column. Places in
    `keep` are shown whatever happens, since they are shown elsewhere. None: the table can't be shown, since some small number
    follows whatever is hidden, as where four places hold one each: their sum is at least four.
    """
    arcs = list(_arcs(table))
    small = sorted((arc for arc in arcs if 0 < arc.value < least), key=lambda arc: (-arc.value, arc.place))
    if any(arc.place in keep for arc in small):
        return None
    away = {arc.place for arc in small}
    network = _Network(arcs, away, set(keep))
    for arc in small:
        cycle = network.cycle(arc, least)
        if cycle is None:
            return None
        away |= cycle
    return frozenset(away)


def hidden_of_list(numbers: Sequence[int], *, least: int = LEAST) -> frozenset[int] | None:
    """The same for numbers whose sum is shown. None: none of them can be."""
    rows = len(numbers)
    away = hidden([[number] for number in numbers], least=least, keep={(rows, 0), (rows, 1)})
    return None if away is None else frozenset(row for row, _ in away)


def _arcs(table: Sequence[Sequence[int]]) -> Iterator[_Arc]:
    """Every number that is not zero, as what flows from one place of the network to another."""
    rows, columns = len(table), len(table[0]) if table else 0
    source, sink = rows + columns, rows + columns + 1
    for row, numbers in enumerate(table):
        yield _Arc((row, columns), source, row, sum(numbers))
        yield from (_Arc((row, column), row, rows + column, number) for column, number in enumerate(numbers))
    for column in range(columns):
        yield _Arc((rows, column), rows + column, sink, sum(numbers[column] for numbers in table))
    yield _Arc((rows, columns), sink, source, sum(map(sum, table)))


class _Network:
    """Finds cycles. What is hidden already costs nothing; `away` may grow meanwhile."""

    def __init__(self, arcs: Sequence[_Arc], away: Collection[Place], keep: Collection[Place]) -> None:
        self.away, self.keep = away, keep
        self.whole = max((arc.value for arc in arcs), default=0)
        self.totals = max(arc.place for arc in arcs)
        self.steps: dict[int, list[tuple[int, _Arc]]] = {}
        for arc in arcs:
            if arc.value > 0:
                self.steps.setdefault(arc.tail, []).append((arc.head, arc))
            if arc.value > 1:  # lowered, it is still at least one
                self.steps.setdefault(arc.head, []).append((arc.tail, arc))

    def cycle(self, small: _Arc, least: int) -> set[Place] | None:
        """What to hide so that another small number could stand in this place."""
        found = []
        if small.value + 1 < least or small.value == 1:
            found.append(self._path(small.head, small.tail, small))
        if small.value > 1:
            found.append(self._path(small.tail, small.head, small))
        possible = [path for path in found if path is not None]
        return min(possible, key=lambda path: path[0])[1] if possible else None

    def _path(self, start: int, end: int, without: _Arc) -> tuple[int, set[Place]] | None:
        """The cheapest way, and what it costs."""
        best: dict[int, int] = {}
        waiting: list[tuple[int, int, list[Place]]] = [(0, start, [])]
        while waiting:
            cost, node, path = heappop(waiting)
            if node == end:
                return cost, set(path)
            if node in best:
                continue
            best[node] = cost
            for other, arc in self.steps.get(node, ()):
                if arc.place != without.place and arc.place not in self.keep:
                    heappush(waiting, (cost + self._cost(arc), other, [*path, arc.place]))
        return None

    def _cost(self, arc: _Arc) -> int:
        if arc.place in self.away:
            return 0
        is_total = arc.place[0] == self.totals[0] or arc.place[1] == self.totals[1]
        return arc.value + (self.whole if is_total else 0)
