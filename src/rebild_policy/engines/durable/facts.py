"""Facts: how events and matches are written for the boards, as the inside of JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple, TypeAlias

from rebild_policy.engines.durable.boards import Board, Names
from rebild_policy.engines.durable.clauses import Reading
from rebild_policy.engines.durable.conditions import MAYBE, NO, RECORD, YES, Bound, Conditions, Test
from rebild_policy.engines.durable.encoding import ABSENT_HERE, ABSENT_THERE, Numbers, Range
from rebild_policy.engines.durable.order import Record
from rebild_policy.engines.durable.patterns import ALWAYS, NUMBER, OWN, Measured, Pieces, Property
from rebild_policy.expressions import Expression
from rebild_policy.facts import ANY_EVENT
from rebild_policy.plan import Plan

Ranges: TypeAlias = Sequence[Range]
Ranged: TypeAlias = Callable[[Bound, Numbers], Ranges]
Settled: TypeAlias = Callable[[Bound], bool]

_MEETS: Final[dict[Reading, frozenset[int]]] = {
    Reading.TRUE: frozenset({YES}),
    Reading.FALSE: frozenset({NO}),
    Reading.POSSIBLE: frozenset({YES, MAYBE}),
    Reading.DOUBTFUL: frozenset({NO, MAYBE}),
    Reading.UNKNOWN: frozenset({MAYBE}),
}
_SAID: Final[dict[Reading, frozenset[bool | None]]] = {
    Reading.TRUE: frozenset({True}),
    Reading.FALSE: frozenset({False}),
    Reading.POSSIBLE: frozenset({True, None}),
    Reading.DOUBTFUL: frozenset({False, None}),
}
# "That one is earlier than this" is true where "this is earlier than that one" is false.
_TURNED: Final = {
    Reading.TRUE: Reading.FALSE,
    Reading.FALSE: Reading.TRUE,
    Reading.POSSIBLE: Reading.DOUBTFUL,
    Reading.DOUBTFUL: Reading.POSSIBLE,
}


# ----------------------------------------------------------------------------------------------------- conditions, numbers
def settled(conditions: Conditions, node: Expression, reading: Reading) -> Settled:
    """Whether a condition is as it is asked for, for what is settled before a fact is asserted."""
    test: Test = conditions.truth(node)
    accepted = _MEETS[reading]
    return lambda bound: test(bound) in accepted


def ranged(conditions: Conditions, what: Property) -> Ranged:
    """What a property is for one fact: one range, or the pieces it falls into."""
    match what:
        case Measured("value", node):
            value = conditions.value(node)
            return lambda bound, numbers: (numbers.range_of(value(bound)),)
        case Measured(kind, node):
            link, absent = conditions.value(node), ABSENT_HERE if kind == "link here" else ABSENT_THERE
            return lambda bound, numbers: (numbers.link(link(bound), absent),)
        case Pieces(None, reading, earlier):
            said = _SAID[reading if earlier else _TURNED[reading]]
            return lambda bound, _: bound[RECORD].runs(bound[NUMBER], said)
        case Pieces(node, reading, _, here):
            assert node is not None  # noqa: S101 - the arm before
            ids, none = conditions.value(node), ABSENT_HERE if here else ABSENT_THERE
            return lambda bound, numbers: numbers.pieces(ids(bound), reading, none)


class Written:
    """The properties of facts of one kind, by number: how each is worked out, and the names of its ends."""

    def __init__(self, conditions: Conditions, names: Names) -> None:
        self._conditions = conditions
        self._names = names
        self._index: dict[Property, int] = {}
        self._ranged: list[Ranged] = []
        self._keys: list[tuple[str, str]] = []

    def numbers(self, properties: Iterable[Property]) -> tuple[int, ...]:
        """The numbers of some properties."""
        return tuple(self._number(what) for what in properties)

    def _number(self, what: Property) -> int:
        if what not in self._index:
            low, high = self._names.ends(what)
            self._index[what] = len(self._ranged)
            self._ranged.append(ranged(self._conditions, what))
            self._keys.append((f',"{low}":', f',"{high}":'))
        return self._index[what]

    def known(self, number: int, known: dict[int, Ranges], bound: Bound, numbers: Numbers) -> Ranges:
        """A property of one fact, worked out once."""
        found = known.get(number)
        if found is None:
            found = known[number] = self._ranged[number](bound, numbers)
        return found

    def texts(self, properties: Iterable[int], several: tuple[int, ...], known: Mapping[int, Ranges]) -> Iterator[str]:
        """Properties as JSON, once for each way to choose a piece of what comes in several."""
        fixed = "".join([self._pair(what, known[what][0]) for what in properties if what not in several])
        for chosen in product(*(known[what] for what in several)):
            pieces = "".join([self._pair(what, piece) for what, piece in zip(several, chosen, strict=True)])
            yield f'{fixed}{pieces},"{ALWAYS}":1'

    def _pair(self, what: int, found: Range) -> str:
        low, high = self._keys[what]
        return f"{low}{found[0]}{high}{found[1]}"


# ------------------------------------------------------------------------------------------------------------------ events
class _Seat(NamedTuple):
    """A slot of a board, with its conditions and properties by number."""

    group: str
    flag: str
    tests: tuple[int, ...]
    pieces: tuple[int, ...]
    properties: tuple[int, ...]


class EventFacts:
    """Writes the events of a case for one board."""

    def __init__(self, plan: Plan, board: Board) -> None:
        conditions = Conditions(plan, OWN)
        self._written = Written(conditions, board.names)
        self._tests: list[Settled] = []
        index: dict[tuple[Any, Reading], int] = {}
        self._seats: dict[str, list[_Seat]] = {}
        for slot in board.slots.values():
            for asked in slot.tests:
                if asked not in index:
                    index[asked] = len(self._tests)
                    self._tests.append(settled(conditions, *asked))
            seat = _Seat(
                f'"{slot.group}":1,',
                f'"{slot.flag}":1,',
                tuple(index[asked] for asked in slot.tests),
                self._written.numbers(slot.pieces),
                self._written.numbers(slot.properties),
            )
            for type_ in plan.vocabulary.types if slot.types == (ANY_EVENT,) else slot.types:
                self._seats.setdefault(type_, []).append(seat)

    def of(self, record: Record, numbers: Numbers, case: Mapping[str, Any]) -> list[str]:
        """The events of a case as the facts of this board."""
        found: list[str] = []
        for number, event in enumerate(record.events):
            seats = self._seats.get(event.type)
            if seats:
                self._event(seats, {OWN: event.__dict__, NUMBER: number, "case": case, RECORD: record}, numbers, found)
        return found

    def _event(self, seats: list[_Seat], bound: Bound, numbers: Numbers, found: list[str]) -> None:
        """An event as one fact, and as several more for the places where it stands in pieces."""
        written = self._written
        said: list[bool | None] = [None] * len(self._tests)
        known: dict[int, Ranges] = {}
        groups: dict[tuple[int, ...], list[_Seat]] = {}
        for seat in seats:
            for test in seat.tests:
                if said[test] is None:
                    said[test] = self._tests[test](bound)
                if not said[test]:
                    break
            else:
                pieces = [(what, len(written.known(what, known, bound, numbers))) for what in seat.pieces]
                if all(count for _, count in pieces):
                    groups.setdefault(tuple(what for what, count in pieces if count > 1), []).append(seat)
        for several, taken in groups.items():
            properties = {what for seat in taken for what in seat.properties}
            for what in properties:
                written.known(what, known, bound, numbers)
            flags = "".join([*{seat.group for seat in taken}, *[seat.flag for seat in taken]])
            found += [f'{flags}"{NUMBER}":{bound[NUMBER]}{text}' for text in written.texts(properties, several, known)]
