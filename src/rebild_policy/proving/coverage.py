"""What the examples of rules cover: each condition and each quantifier seen true, false and unknown, and open where it can be.

A place counts as seen where the rule is asked: its exemptions and requirements in matches to which it may apply, and the
condition on a candidate for candidates that may stand where it is sought. A term counts in every rule that uses it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from rebild_policy.engines import ReferenceEngine
from rebild_policy.engines.reference import Match
from rebild_policy.expressions import TRUE, And, Compare, Day, Expression, Literal, Not, Or, Term, Truth, unparse, walk
from rebild_policy.facts import Case, Coverage
from rebild_policy.loading import RuleSet
from rebild_policy.plan.passes import applied
from rebild_policy.proving.asking import asking_plan, candidate_condition, each_kind
from rebild_policy.proving.exceptions import Exceptions, Place, Point
from rebild_policy.proving.spots import Spot, conditions, formulas, parts
from rebild_policy.proving.trials import as_in
from rebild_policy.rules import Example, Formula, Holds, Profile, Quantifier, Rule

CONDITION = (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN)


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """What the examples showed of one rule or term: every point, and those that were seen or are listed as unreachable."""

    name: str
    points: tuple[Point, ...]
    seen: frozenset[Point]
    unreachable: frozenset[Point]

    @property
    def missing(self) -> tuple[Point, ...]:
        """What no example shows and no exception names."""
        return tuple(point for point in self.points if point not in self.seen | self.unreachable)

    @property
    def needed(self) -> int:
        """How many points there are that can be reached."""
        return len(self.points) - len(self.unreachable)

    @property
    def shown(self) -> int:
        """How many of them were seen."""
        return self.needed - len(self.missing)


@dataclass(frozen=True, slots=True)
class RuleSetCoverage:
    """The coverage of every rule and every used term. `stale`: exceptions whose point is seen, or is none."""

    rules: tuple[RuleCoverage, ...]
    stale: tuple[str, ...]

    @property
    def needed(self) -> int:
        """How many points there are that can be reached, over all."""
        return sum(rule.needed for rule in self.rules)

    @property
    def shown(self) -> int:
        """How many of them were seen."""
        return sum(rule.shown for rule in self.rules)


def cover(ruleset: RuleSet, exceptions: Exceptions | None = None, *, rules: Collection[str] | None = None) -> RuleSetCoverage:
    """Run the examples of every rule (or of some) and say which truth each place was seen to have."""
    chosen = [rule for rule in ruleset.rules if rules is None or rule.name in rules]
    points: dict[str, dict[Point, None]] = {}
    seen: set[Point] = set()
    for rule in chosen:
        items = list(_items(rule, ruleset))
        for item in items:
            points.setdefault(item.place.owner, {}).update(dict.fromkeys(item.points))
        seen.update(_seen(rule, items, ruleset))
    excepted = exceptions.points if exceptions else {}
    found: list[RuleCoverage] = []
    for owner, wanted in points.items():
        named = frozenset(point for point in wanted if point in excepted)
        found.append(RuleCoverage(owner, tuple(wanted), frozenset(seen & wanted.keys()), named - seen))
    every = {point for wanted in points.values() for point in wanted}
    stale = [f"{where}: " + ("it is seen" if point in seen else "there is no such place") for point, where in excepted.items()
             if point.place.owner in points and (point in seen or point not in every)]  # fmt: skip
    return RuleSetCoverage(tuple(found), tuple(stale))


# ------------------------------------------------------------------------------------------------------------ the places
@dataclass(frozen=True, slots=True)
class _Item:
    """A place of a rule, as a formula that can be asked by itself.

    `of_candidates`: it is a condition on the candidates of a quantifier, asked of each; `sought` is the quantifier without
    condition and window, which says which candidates come into question.
    """

    place: Place
    ask: Formula
    profile: Profile | None
    values: tuple[Truth, ...] = CONDITION
    sought: Quantifier | None = None
    of_match: bool = False  # the rule's `if`, which is asked of every match

    @property
    def points(self) -> tuple[Point, ...]:
        return tuple(Point(self.place, value.name.lower()) for value in self.values)


def _items(rule: Rule, ruleset: RuleSet) -> Iterator[_Item]:
    for spot in conditions(rule):
        for part in parts(spot.value):
            # What stands inside a `not` says all that the `not` does.
            if isinstance(part.value, Not | Literal):
                continue
            yield _item(Place(rule.name, spot.name, unparse(part.value)), part.value, spot)
            if isinstance(part.value, Term) and part.value.name in ruleset.terms:
                yield from _of_term(part.value, spot, ruleset)
    for formula in formulas(rule):
        if isinstance(formula.value, Quantifier):
            node = replace(formula.value, profile=None)
            values = (*CONDITION, Truth.OPEN) if node.window else CONDITION
            text = f"{node.kind} {' or '.join(node.types)}"
            yield _Item(Place(rule.name, formula.name, text), node, formula.profile, values)


def _values(condition: Expression) -> tuple[Truth, ...]:
    """The truths that a condition can have: one that reads nothing but days and constants is never unknown."""
    known = all(isinstance(node, Compare | Day | Literal | And | Or | Not) for node in walk(condition))
    return (Truth.TRUE, Truth.FALSE) if known else CONDITION


def _item(place: Place, condition: Expression, spot: Spot[Expression]) -> _Item:
    if spot.candidate is None:
        return _Item(place, Holds(condition), spot.profile, _values(condition), of_match=spot.name == "if")
    bare = replace(spot.candidate, kind="some", where=TRUE, window=None, profile=None)
    return _Item(place, candidate_condition(spot.candidate, condition), spot.profile, _values(condition), sought=bare)


def _of_term(term: Term, spot: Spot[Expression], ruleset: RuleSet) -> Iterator[_Item]:
    definition = ruleset.terms[term.name]
    for part in parts(definition.means):
        if not isinstance(part.value, Not | Literal):
            yield _item(Place(term.name, "means", unparse(part.value)), applied(definition, term, part.value), spot)


# ---------------------------------------------------------------------------------------------------------------- seeing
def _seen(rule: Rule, items: list[_Item], ruleset: RuleSet) -> set[Point]:
    seen: set[Point] = set()
    engines: dict[tuple[object, ...], tuple[ReferenceEngine, list[_Item]]] = {}
    for example in rule.examples:
        for profile in example.profiles:
            key = (profile, example.without, example.same_day, repr(example.parameters))
            if key not in engines:
                engines[key] = _asking(rule, items, ruleset, profile, example)
            engine, asked = engines[key]
            for carrier in engine.plan.rules:
                for match in engine.matches(carrier, Case.read(example.case), example.as_of):
                    seen.update(_of_match(match, asked))
    return seen


def _asking(
    rule: Rule, items: list[_Item], ruleset: RuleSet, profile: Profile, example: Example
) -> tuple[ReferenceEngine, list[_Item]]:
    """An engine for a rule that requires each item, so that the plan makes it ready and `match.answer` can ask it."""
    asked = [item for item in items if item.profile in {None, profile}]
    formulas = [formula for item in asked for formula in (item.ask, item.sought or Holds(TRUE))]
    coverage = Coverage.all().without(*example.without)
    plan = asking_plan(as_in(ruleset, example), rule, formulas, profile, coverage, example.same_day)
    return ReferenceEngine(plan), asked


def _of_match(match: Match, asked: list[_Item]) -> Iterator[Point]:
    applies = match.holds(match.rule.condition) is not Truth.FALSE
    ready = match.rule.require.parts
    for number, item in enumerate(asked):
        if not (applies or item.of_match):
            continue
        ask, sought = ready[2 * number], ready[2 * number + 1]
        if item.sought is None:
            yield Point(item.place, match.answer(ask).value.name.lower())
        else:
            for value in _of_candidates(match, ask, sought):
                yield Point(item.place, value.name.lower())


def _of_candidates(match: Match, ask: Formula, sought: Formula) -> Iterator[Truth]:
    """The truth of a condition for each candidate that may stand where it is sought."""
    places = {event.id for node in each_kind(sought) for event in match.candidates(node)
              if match.candidate(node, event, None) is not Truth.FALSE}  # fmt: skip
    for node in each_kind(ask):
        for event in match.candidates(node):
            if event.id in places:
                yield match.candidate(node, event, None)
