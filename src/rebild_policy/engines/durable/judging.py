"""From what fired to verdicts: the values of quantifiers, the due dates that go with them, and the ladder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple, TypeAlias

from rebild_policy.engines.base import key_with_gaps, verdict
from rebild_policy.engines.durable.conditions import Bound, Conditions
from rebild_policy.engines.durable.rules import Asked, Compiled
from rebild_policy.expressions import Truth
from rebild_policy.plan import Plan, open_links
from rebild_policy.results import Row, Verdict
from rebild_policy.rules import Formula, Group, Holds, Quantifier

FALSE, UNKNOWN, OPEN, TRUE = Truth.FALSE, Truth.UNKNOWN, Truth.OPEN, Truth.TRUE
Found: TypeAlias = tuple[bool, bool]  # is there a candidate that is certain, and one that is possible?


class Answer(NamedTuple):
    """The place of a formula on the chain, and its due date."""

    value: Truth
    due: date | None


class Match:
    """One way to bind the events of a rule, and what candidates were found for its quantifiers."""

    __slots__ = ("bound", "condition", "dues", "found")

    def __init__(self, asked: list[Asked], bound: Bound, condition: Truth, as_of: date) -> None:
        self.bound = bound
        self.condition = condition
        self.dues = [each.due(bound, as_of) if each.due else None for each in asked]
        self.found: list[Found] = [(False, False)] * len(asked)


_Answering: TypeAlias = Callable[[Match, date], Answer]


class Judge:
    """Says what follows for the matches of one rule."""

    def __init__(self, plan: Plan, compiled: Compiled) -> None:
        self.rule = compiled.rule
        self._asked = compiled.asked
        self._others = compiled.variables[1:]
        self._trigger = compiled.variables[0]
        self.links = open_links(compiled.rule)
        self.key_with_gaps = key_with_gaps(plan, compiled.rule)
        self._conditions = Conditions(plan, self._trigger)
        self._place = 0  # of the next quantifier, in the order in which the compiler met them
        self._exempt = self._formula(compiled.rule.unless)
        self._required = self._formula(compiled.rule.require)

    def row(self, match: Match, as_of: date) -> Row:
        """What is said of a match."""
        required, exempt = self._required(match, as_of), self._exempt(match, as_of)
        said = verdict(match.condition, exempt.value, required.value)
        assert said is not None  # noqa: S101 - what does not fulfil the condition is no match
        if said is Verdict.SATISFIED:
            due = required.due
        else:
            due = exempt.due if said is Verdict.EXEMPT else _combined("any", [exempt, required]).due
        return Row(self.rule.name, match.bound[self._trigger]["id"], self._key(match), said, due)

    def _key(self, match: Match) -> tuple[str, ...]:
        empty = [link for link in self.links if match.bound[link.field.var][link.field.name] is None]
        freed = {var for link in empty for var in link.frees}
        return tuple(match.bound[var]["id"] for var in self._others if var not in freed)

    # --------------------------------------------------------------------------------------------------------- formulas
    def _formula(self, formula: Formula) -> _Answering:
        match formula:
            case Holds(condition):
                test = self._conditions.truth(condition)
                return lambda match, _: Answer(Truth(test(match.bound)), None)
            case Quantifier():
                self._place += 1
                return self._quantifier(self._place - 1)
            case Group(kind, parts):
                inner = [self._formula(part) for part in parts]
                return lambda match, as_of: _combined(kind, [part(match, as_of) for part in inner])

    def _quantifier(self, place: int) -> _Answering:
        asked = self._asked[place]

        def answer(match: Match, as_of: date) -> Answer:
            due = match.dues[place]
            return Answer(value_of(asked, match.found[place], base_of(asked, due, as_of)), due)

        return answer


def base_of(asked: Asked, due: date | None, as_of: date) -> Truth:
    """What is said without any candidate."""
    node = asked.node
    if not node.covered or (asked.due is not None and due is None):
        return UNKNOWN
    if due is not None and as_of <= due:
        return OPEN
    return FALSE if node.kind == "some" else TRUE


def value_of(asked: Asked, found: Found, base: Truth) -> Truth:
    """The place of a quantifier on the chain; see the head of `rules.py`."""
    certain, possible = found
    if asked.node.kind == "some":
        return TRUE if certain else max(UNKNOWN, base) if possible else base
    return FALSE if certain else min(UNKNOWN, base) if possible else base


def _combined(kind: str, answers: list[Answer]) -> Answer:
    """`any`: the greatest value, and the latest due date that goes with it; `all`: the least, and the earliest."""
    if not answers:
        return Answer(TRUE if kind == "all" else FALSE, None)
    if len(answers) == 1:
        return answers[0]
    best = min if kind == "all" else max
    value = best([answer.value for answer in answers])
    dues = [answer.due for answer in answers if answer.value is value and answer.due]
    return Answer(value, best(dues) if dues else None)
