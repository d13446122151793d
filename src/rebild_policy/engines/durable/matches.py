"""The matches of one rule: read from what fired, and asked about as facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import prod
from typing import Final, NamedTuple, TypeAlias

from rebild_policy.engines.durable.boards import Board, Names
from rebild_policy.engines.durable.conditions import RECORD, Bound, Conditions
from rebild_policy.engines.durable.encoding import Numbers
from rebild_policy.engines.durable.facts import Ranges, Settled, Written, settled
from rebild_policy.engines.durable.judging import Judge, Match
from rebild_policy.engines.durable.order import Record
from rebild_policy.engines.durable.patterns import ALIASES, MATCH, NUMBER, Pattern, due_of, number_of
from rebild_policy.engines.durable.rules import Compiled
from rebild_policy.engines.durable.session import Fired
from rebild_policy.expressions import Truth
from rebild_policy.plan import Plan

CERTAIN: Final = True
Add: TypeAlias = Callable[[Board, str, list["Question"]], None]  # a fact on a board, and what it asks


class Question(NamedTuple):
    """A pattern that says that a quantifier has no candidate, as the facts of matches are written for it."""

    name: str
    place: int  # of the quantifier
    certain: bool
    board: Board
    bound: tuple[Settled, ...]  # without these no event can be a candidate, and nothing is asked
    pieces: tuple[int, ...]
    properties: tuple[int, ...]
    shown: str


class RuleMatches:
    """The matches of one rule in one case after the other."""

    def __init__(self, plan: Plan, compiled: Compiled, board_of: dict[str, Board], names: Names) -> None:
        self.compiled = compiled
        self.rule = compiled.rule
        self.judge = Judge(plan, compiled)
        self.trigger = self.rule.each[0][1]  # its type
        self._variables = compiled.variables
        self._certain = [pattern.name for pattern in compiled.certain]
        self._possible = [pattern.name for pattern in compiled.possible]
        self._patterns = {*self._certain, *self._possible}
        self._conditions = Conditions(plan, compiled.variables[0])
        self._written = Written(self._conditions, names)
        self._group = f',"{names.match_of(self.rule.name)}":1'
        self._names = [f',"{names.of(number_of(at))}":' for at in range(len(compiled.variables))]
        self._dues = [f',"{names.of(due_of(at))}":' for at in range(len(compiled.asked))]
        self._questions = [
            [
                self._question(pattern, at, certain, board_of[pattern.name], names)
                for certain, patterns in ((CERTAIN, asked.certain), (not CERTAIN, asked.possible or ()))
                for pattern in patterns
            ]
            for at, asked in enumerate(compiled.asked)
        ]

    def _question(self, pattern: Pattern, at: int, certain: bool, board: Board, names: Names) -> Question:
        place = pattern.places[0]
        return Question(
            pattern.name,
            at,
            certain,
            board,
            tuple(settled(self._conditions, one.node, one.reading) for one in pattern.bound),
            self._written.numbers(place.pieces),
            self._written.numbers(place.properties),
            f',"{names.of(pattern.name)}":1',
        )

    # ---------------------------------------------------------------------------------------------------------- finding
    def ways(self, by_type: Mapping[str, int], triggers: Sequence[date]) -> int:
        """How many ways there are to bind the events of `each` on days when the rule is in force."""
        types = [type_ for _, type_ in self.rule.each]
        others = [by_type.get(type_, 0) - types[:at].count(type_) for at, type_ in enumerate(types) if at]
        in_force = sum(1 for day in triggers if self.rule.valid_from <= day <= self.rule.valid_to)
        return in_force * prod(max(0, count) for count in others)

    def of(self, fired: Fired, record: Record, as_of: date) -> list[Match]:
        """The matches that patterns have found, in the order of the source."""
        if self._patterns.isdisjoint(fired):
            return []
        certain, possible = self._tuples(self._certain, fired), self._tuples(self._possible, fired)
        events, positions = record.events, record.case.positions
        found = []
        for numbers in sorted(certain | possible, key=lambda numbers: [positions[events[number].id] for number in numbers]):
            if self.rule.valid_from <= events[numbers[0]].day <= self.rule.valid_to:
                bound: Bound = {var: events[number].__dict__ for var, number in zip(self._variables, numbers, strict=True)}
                bound["case"], bound[RECORD] = record.case.__dict__, record
                condition = Truth.TRUE if numbers in certain else Truth.UNKNOWN
                found.append(Match(self.compiled.asked, bound, condition, as_of))
        return found

    def _tuples(self, patterns: list[str], fired: Fired) -> set[tuple[int, ...]]:
        aliases = ALIASES[: len(self._variables)]
        return {tuple([frame[alias][NUMBER] for alias in aliases]) for name in patterns for frame in fired.get(name, ())}

    # ----------------------------------------------------------------------------------------------------------- asking
    def ask(self, number: int, match: Match, numbers: Numbers, add: Add) -> None:
        """Write a match as facts: one for each board, and more for patterns that hold it in pieces."""
        known: dict[int, Ranges] = {}
        groups: dict[tuple[int, tuple[int, ...]], list[Question]] = {}
        for at, questions in enumerate(self._questions):
            if self.compiled.asked[at].due is not None and match.dues[at] is None:
                continue  # without a due date no candidate can change anything
            for question in questions:
                if all(test(match.bound) for test in question.bound):
                    for what in question.properties:
                        self._written.known(what, known, match.bound, numbers)
                    if all(known[what] for what in question.pieces):
                        several = tuple([what for what in question.pieces if len(known[what]) > 1])
                        groups.setdefault((question.board.number, several), []).append(question)
        record: Record = match.bound[RECORD]
        events = "".join(
            [f"{key}{record.numbers[match.bound[var]['id']]}" for key, var in zip(self._names, self._variables, strict=True)]
        )
        dues = "".join([f"{key}{due.toordinal()}" for key, due in zip(self._dues, match.dues, strict=True) if due])
        for (_, several), asking in groups.items():
            shown = "".join([question.shown for question in asking])
            properties = {what for question in asking for what in question.properties}
            for text in self._written.texts(properties, several, known):
                add(asking[0].board, f'"{MATCH}":{number}{self._group}{events}{dues}{shown}{text}', asking)
