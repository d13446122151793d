"""Boards: patterns put together into rulesets.

A board holds few enough patterns that no fact feeds too many of them; patterns that do not fit go to the next board. Two kinds
never share one: those that join events, whose state is deleted after each case, and those whose facts are taken back one by one.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from weakref import ref

from rebild_policy.engines.durable.clauses import Reading
from rebild_policy.engines.durable.patterns import ALIASES, ALWAYS, MATCH, NUMBER, Json, Pattern, Pieces, Place, Property, Term
from rebild_policy.engines.durable.session import MOST_AT_ONCE, Session
from rebild_policy.facts import ANY_EVENT

MOST_FED: Final = 48  # patterns that one event may feed, of the 64 that the C code has room for
MOST_PROPERTIES: Final = 200  # of 254 that a fact may have
MOST_LIVE: Final = 128  # rulesets at one time, of all engines together


class Names:
    """Short names for properties; durable-rules tells them apart by a 32-bit hash, so no two may share one."""

    def __init__(self) -> None:
        self._names: dict[object, str] = {NUMBER: NUMBER, ALWAYS: ALWAYS, MATCH: MATCH}

    def of(self, what: object) -> str:
        """The name of a property."""
        return self._names.setdefault(what, f"p{len(self._names)}")

    def match_of(self, rule: str) -> str:
        """The name of the property that tells the matches of a rule."""
        return self.of(("match of", rule))

    def ends(self, what: Property | str) -> tuple[str, str]:
        """The names of a property's two ends; a number has one."""
        return (self.of(what), self.of(what)) if isinstance(what, str) else (self.of((what, 0)), self.of((what, 1)))


@dataclass(slots=True)
class Slot:
    """A kind of place on a board: places that ask the same of an event share a flag.

    The group comes before the flag in a pattern. Without it every property of every fact would be held against all flags.
    """

    group: str
    flag: str
    types: tuple[str, ...]
    tests: tuple[tuple[Any, Reading], ...]
    pieces: frozenset[Pieces]
    properties: set[Property] = field(default_factory=set)


class Board:
    """Some patterns, as one ruleset."""

    def __init__(self, number: int, names: Names, *, joins: bool) -> None:
        self.number = number
        self.names = names
        self.joins = joins
        self.patterns: dict[str, tuple[str, Pattern]] = {}  # with the rules they are of
        self.slots: dict[object, Slot] = {}
        self._fed: dict[str, int] = {}
        self.shown: dict[str, set[object]] = {}  # what the facts of a type, or of a rule's matches, may show
        self._session: Session | None = None

    # --------------------------------------------------------------------------------------------------------- building
    def takes(self, pattern: Pattern, rule: str) -> bool:
        """Is there room for a pattern of a rule?"""
        fed = {**self._fed}
        for type_ in (type_ for place in pattern.places for type_ in place.types):
            fed[type_] = fed.get(type_, 0) + 1
        general = fed.pop(ANY_EVENT, 0)
        return general + max(fed.values(), default=0) <= MOST_FED and self._has_room(pattern, rule)

    def _has_room(self, pattern: Pattern, rule: str) -> bool:
        general = len(self.shown.get(ANY_EVENT, ()))
        for holder, whats in _shows(pattern, rule):
            held = self.shown.get(holder, set())
            if general + len(held) + len(whats - held) > MOST_PROPERTIES:
                return False
        return True

    def add(self, pattern: Pattern, rule: str) -> None:
        """Take a pattern in."""
        self.patterns[pattern.name] = (rule, pattern)
        for place in pattern.places:
            if place.types:
                self._slot(place).properties |= place.properties
            for type_ in place.types:
                self._fed[type_] = self._fed.get(type_, 0) + 1
        for holder, whats in _shows(pattern, rule):
            self.shown.setdefault(holder, set()).update(whats)

    def _slot(self, place: Place) -> Slot:
        key = place.key
        if key not in self.slots:
            tests = tuple(sorted(place.tests, key=repr))
            group = self.names.of(("events", place.types))
            self.slots[key] = Slot(group, self.names.of(key), place.types, tests, place.pieces)
        return self.slots[key]

    @property
    def rules(self) -> dict[str, Json]:
        """The ruleset, as durable-rules takes it."""
        return {name: self._rule(rule, pattern) for name, (rule, pattern) in self.patterns.items()}

    def _rule(self, rule: str, pattern: Pattern) -> Json:
        facts: list[Json] = []
        for at, (place, terms) in enumerate(zip(pattern.places, pattern.terms, strict=True)):
            slot = self._slot(place) if place.types else None
            group = slot.group if slot else self.names.match_of(rule)
            shown = [{group: 1}, {slot.flag if slot else self.names.of(pattern.name): 1}]
            alias = ALIASES[at] + ("$not" if pattern.absent and at else "")
            # The last term is true of every fact: the C code reads past the end where the last one is false.
            always = {ALWAYS: {ALIASES[0]: ALWAYS}}
            facts.append({alias: {"$and": [*shown, *map(self._term, terms), always] if at else shown}})
        return {"cap": MOST_AT_ONCE, "all": facts}

    def _term(self, term: Term) -> Json:
        mine, theirs = self.names.ends(term.mine)[term.end], self.names.ends(term.theirs)[term.their_end]
        compared = {mine: {ALIASES[term.other]: theirs}}
        return compared if term.sign == "$eq" else {term.sign: compared}

    # ---------------------------------------------------------------------------------------------------------- running
    @cached_property
    def _rules(self) -> dict[str, Json]:
        return self.rules

    @property
    def session(self) -> Session:
        """The ruleset at work; a new one where the last was left unclean, or was closed to make room."""
        if self._session is None:
            self._session = Session(f"board{self.number}", self._rules, whole=self.joins)
        _LIVE[id(self)] = ref(self)
        _LIVE.move_to_end(id(self))
        _make_room()
        return self._session

    @property
    def is_busy(self) -> bool:
        """Are there facts on the board?"""
        return self._session is not None and self._session.asserted

    @property
    def is_open(self) -> bool:
        """Is a ruleset at work?"""
        return self._session is not None

    def close(self) -> None:
        """Give the memory of the ruleset back."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def abandon(self) -> None:
        """Leave the ruleset as it is and make another when one is needed."""
        if self._session is not None:
            self._session.abandon()
            self._session = None


# A ruleset of all rules takes some megabytes, so those that were not used for longest are closed. Touched under `LOCK` alone.
_LIVE: OrderedDict[int, ref[Board]] = OrderedDict()


def _make_room() -> None:
    while len(_LIVE) > MOST_LIVE:
        place, oldest = next(iter(_LIVE.items()))
        board = oldest()
        if board is not None and board.is_busy:
            return
        del _LIVE[place]
        if board is not None:
            board.close()


def _shows(pattern: Pattern, rule: str) -> list[tuple[str, set[object]]]:
    """What the facts of a pattern show: by event type, or by the rule that a match is of."""
    found: list[tuple[str, set[object]]] = []
    for place in pattern.places:
        whats: set[object] = {(what, end) for what in place.properties for end in (0, 1)} | {place.key}
        if place.types:
            found += [(type_, whats) for type_ in place.types]
        else:
            found.append((f"match of {rule}", whats | {pattern.name}))
    return found


def placed(boards: list[Board], names: Names, pattern: Pattern, rule: str) -> Board:
    """The first board that has room for a pattern, with it."""
    joins = not pattern.absent and len(pattern.places) > 1
    for board in boards:
        if board.joins is joins and board.takes(pattern, rule):
            break
    else:
        board = Board(len(boards), names, joins=joins)
        boards.append(board)
    board.add(pattern, rule)
    return board
