"""Patterns: what a fact has to show to take a place in a rule of the Rete network, and the rules themselves as JSON.

A *place* is one fact of a pattern: its event types, the conditions it meets by itself (settled before it is asserted, and shown
as a flag), the numbers it is compared by, and its pieces where one event stands as several facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from rebild_policy.engines.durable.clauses import Atom, Clause, Clauses, Cross, CrossLink, Ordered, Reading, Single, of_one
from rebild_policy.expressions import Day, Expression
from rebild_policy.facts import ANY_EVENT

# The place of an alias in a frame is its hash modulo 16, and some of the C code looks only at the first places. There are
# more than enough: a rule joins four events at the most.
ALIASES: Final = ("M", "F", "K", "L", "A", "J", "O", "P")
OWN: Final = "e"  # what a place calls its own event
NUMBER: Final = "n"  # the number of an event in the order of the case
ALWAYS: Final = "k"  # is 1 on every fact
MATCH: Final = "m"  # the number of a match
MOST_TERMS: Final = 28  # of the 32 that the C code has room for, less the frame around them

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """A value by which facts are compared; it gives a fact two properties, or none of its own where it is a piece."""

    kind: Literal["value", "link here", "link there"]
    node: Expression


@dataclass(frozen=True, slots=True)
class Pieces:
    """What makes several facts of one: the runs of an order, or the ids of a list. `node` is None for the order."""

    node: Expression | None
    reading: Reading
    earlier: bool = False  # of an order: this event is to be the earlier one
    here: bool = True
    use: int = 0  # of a pattern that asks for the same pieces twice


Property: TypeAlias = Measured | Pieces


@dataclass(slots=True)
class Place:
    """One fact of a pattern."""

    types: tuple[str, ...]
    tests: set[tuple[Expression, Reading]] = field(default_factory=set)
    properties: set[Property] = field(default_factory=set)

    @property
    def pieces(self) -> frozenset[Pieces]:
        """What makes several facts of one event here."""
        return frozenset(each for each in self.properties if isinstance(each, Pieces))

    @property
    def key(self) -> object:
        """What places of one kind have in common."""
        return self.types, frozenset(self.tests), self.pieces


@dataclass(frozen=True, slots=True)
class Term:
    """A comparison of a property of the fact at hand with one of an earlier fact: `("$lte", mine, 1, theirs, 0)`."""

    sign: str
    mine: Property | str
    end: int
    other: int
    theirs: Property | str
    their_end: int


@dataclass(slots=True)
class Pattern:
    """A rule of the network. `absent`: it fires where no event can take the last place."""

    name: str
    places: list[Place]
    terms: list[list[Term]]
    absent: bool = False
    bound: tuple[Single, ...] = ()  # for `absent`: conditions on what is bound, without which there is nothing to ask


class TooManyTermsError(Exception):
    """A pattern compares more than the C code has room for."""


# ------------------------------------------------------------------------------------------------------------ making them
_MIRRORED: Final = {"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
LOW, HIGH = 0, 1
# sign -> (operator, end of mine, end of theirs), certain and possible; see encoding.py
_CERTAIN: Final = {
    "==": (("$eq", LOW, HIGH),),
    "<": (("$lt", HIGH, LOW),),
    "<=": (("$lte", HIGH, LOW),),
    ">": (("$gt", LOW, HIGH),),
    ">=": (("$gte", LOW, HIGH),),
}
_POSSIBLE: Final = {
    "==": (("$lte", LOW, HIGH), ("$gte", HIGH, LOW)),
    "<": (("$lt", LOW, HIGH),),
    "<=": (("$lte", LOW, HIGH),),
    ">": (("$gt", HIGH, LOW),),
    ">=": (("$gte", HIGH, LOW),),
}
_IN_THE_GAP: Final = {  # mine a single id and theirs the gap, then the other way round
    Reading.FALSE: ((("$gt", LOW, LOW), ("$lt", HIGH, HIGH)), (("$lt", LOW, LOW), ("$gt", HIGH, HIGH))),
    Reading.DOUBTFUL: ((("$gt", HIGH, LOW), ("$lt", LOW, HIGH)), (("$lt", LOW, HIGH), ("$gt", HIGH, LOW))),
}


class Builder:
    """Builds the pattern of one clause. `variables` are the events in the order of their places."""

    def __init__(self, clauses: Clauses, variables: Sequence[str], *, matched: bool = False) -> None:
        self.clauses = clauses
        # A match is one fact that holds all bound events, and stands at the first place.
        self.matched = matched
        self.last = variables[-1]
        self.variables = variables
        self.place_of = {var: int(var == self.last) if matched else at for at, var in enumerate(variables)}
        count = 2 if matched else len(variables)
        by_place = {self.place_of[var]: var for var in variables}
        self.places = [Place(() if matched and at == 0 else clauses.types[by_place[at]]) for at in range(count)]
        self.terms: list[list[Term]] = [[] for _ in range(count)]
        self.pieces: list[set[Pieces]] = [set() for _ in range(count)]
        self.bound: list[Single] = []

    def pattern(self, name: str, clause: Clause, extra: Iterable[Term] = ()) -> Pattern:
        """The pattern of a clause."""
        for atom in sorted(clause, key=repr):
            self._atom(atom)
        self.terms[-1] += extra
        for place, terms in zip(self.places, self.terms, strict=True):
            if len(terms) > MOST_TERMS:
                raise TooManyTermsError
            for term in terms:
                self._needs(place, term.mine)
                self._needs(self.places[term.other], term.theirs)
        return Pattern(name, self.places, self.terms, absent=self.matched, bound=tuple(self.bound))

    @staticmethod
    def _needs(place: Place, what: Property | str) -> None:
        if not isinstance(what, str):
            place.properties.add(what)

    def _atom(self, atom: Atom) -> None:
        match atom:
            case Single():
                self._single(atom)
            case Cross(sign, left, right, certain, link):
                self._cross(sign, left, right, certain=certain, link=link)
            case CrossLink(left, right, reading):
                self._cross_link(left, right, reading)
            case Ordered(first, second, reading):
                self._ordered(first, second, reading)

    def _single(self, atom: Single) -> None:
        variables = self.clauses.variables(atom.node)
        at = max((self.place_of[var] for var in variables), default=0)
        if self.matched and at == 0:
            self.bound.append(atom)
        else:
            var = next(iter(variables), self.last)
            self.places[at].tests.add((of_one(atom.node, var, OWN), atom.reading))

    def _sides(self, left: Expression, right: Expression) -> tuple[int, Expression, int, Expression, bool]:
        """The later place with its side, the earlier with its own, and whether they were turned round."""
        (one, mine), (other, theirs) = self._side(left), self._side(right)
        if one > other:
            return one, mine, other, theirs, False
        return other, theirs, one, mine, True

    def _side(self, node: Expression) -> tuple[int, Expression]:
        variables = self.clauses.variables(node)
        at = max(self.place_of[var] for var in variables)
        if self.matched and at == 0:
            return 0, node
        (var,) = variables
        return at, of_one(node, var, OWN)

    def _cross(self, sign: str, left: Expression, right: Expression, *, certain: bool, link: bool) -> None:
        at, mine, other, theirs, turned = self._sides(left, right)
        here: Property = Measured("link here" if link else "value", mine)
        there: Property = Measured("link there" if link else "value", theirs)
        sign = _MIRRORED[sign] if turned else sign
        for operator, end, their_end in (_CERTAIN if certain else _POSSIBLE)[sign]:
            self.terms[at].append(Term(operator, here, end, other, there, their_end))

    def _cross_link(self, left: Expression, right: Expression, reading: Reading) -> None:
        at, mine, other, theirs, turned = self._sides(left, right)
        mine_is_list, theirs_is_list = (self.clauses.holds_list(side) for side in ((right, left) if turned else (left, right)))
        here: Property = self._own(at, Pieces(mine, reading)) if mine_is_list else Measured("link here", mine)
        there: Property = Measured("link there", theirs)
        if theirs_is_list:
            there = self._own(other, Pieces(theirs, reading, here=False))
        ends: tuple[tuple[str, int, int], ...]
        if reading in _IN_THE_GAP:
            ends = _IN_THE_GAP[reading][1 if mine_is_list else 0]
        else:
            ends = (_CERTAIN if reading is Reading.TRUE else _POSSIBLE)["=="]
        for operator, end, their_end in ends:
            self.terms[at].append(Term(operator, here, end, other, there, their_end))

    def _own(self, at: int, what: Pieces) -> Pieces:
        """Pieces for one comparison alone: of two, each may need another piece, as an event that is later than two others, which
        lie in different runs.
        """
        while what in self.pieces[at]:
            what = replace(what, use=what.use + 1)
        self.pieces[at].add(what)
        return what

    def _ordered(self, first: str, second: str, reading: Reading) -> None:
        """The runs are those of the later place; the earlier shows its number."""
        turned = self.place_of[first] < self.place_of[second]
        at, other, var = (
            (self.place_of[second], self.place_of[first], first)
            if turned
            else (self.place_of[first], self.place_of[second], second)
        )
        runs = self._own(at, Pieces(None, reading, earlier=not turned))
        number = number_of(self.variables.index(var)) if self.matched and other == 0 else NUMBER
        self.terms[at] += [Term("$lte", runs, LOW, other, number, LOW), Term("$gte", runs, HIGH, other, number, LOW)]


def number_of(at: int) -> str:
    """What a match calls the number of one of its events, by its place in `each`."""
    return f"number {at}"


def due_of(at: int) -> str:
    """What a match calls the due date of one of its quantifiers."""
    return f"due {at}"


def apart(others: Iterable[tuple[int, str]]) -> list[Term]:
    """An event is not one that is bound already."""
    return [Term("$neq", NUMBER, LOW, other, number, LOW) for other, number in others]


def day_by(due: str) -> Term:
    """The candidate's day is not after the due date."""
    return Term("$lte", Measured("value", Day(OWN)), LOW, 0, due, LOW)


def may_be_same(types: Sequence[str], others: Sequence[str]) -> bool:
    """May an event of some types be one of others?"""
    return ANY_EVENT in {*types, *others} or bool(set(types) & set(others))
