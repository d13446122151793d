"""Scenarios for Hypothesis: the choices of the generator come from `draw`, so that failures are shrunk and replayed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

from rebild_policy.errors import UsageError, did_you_mean
from rebild_policy.loading import RuleSet
from rebild_policy.plan import Plan
from rebild_policy.scenario import Scenario
from rebild_policy.strategies.choosing import Chooser
from rebild_policy.strategies.generator import CaseGenerator, generators

T = TypeVar("T")


class HypothesisChooser:
    """Choices that Hypothesis makes: `draw` is what a composite strategy is given."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        """See `Chooser`."""
        return low + self._draw(_up_to(high - low))

    def pick(self, options: Sequence[T]) -> T:
        """See `Chooser`."""
        return options[self._draw(_up_to(len(options) - 1))] if len(options) > 1 else options[0]

    def chance(self, probability: float) -> bool:
        """See `Chooser`."""
        return self._draw(_up_to(99)) >= round(100 - 100 * probability)

    def group(self, make: Callable[[Chooser], T]) -> T:
        """See `Chooser`."""
        return self._draw(_group(make))


@st.composite
def _group(draw: st.DrawFn, make: Callable[[Chooser], T]) -> T:
    return make(HypothesisChooser(draw))


@cache
def _up_to(high: int) -> st.SearchStrategy[int]:
    return st.integers(0, high)


def scenarios(rules: Plan | RuleSet | None = None, *, rule: str | None = None) -> st.SearchStrategy[Scenario]:
    """Scenarios about the rules of a plan or a rule set, one rule at a time; about the whole vocabulary without them.

    `rule` names the only one to draw for.
    """
    if rules is None:
        if rule is not None:
            raise UsageError("'rule' needs the rules that it is one of.")
        return _scenarios((CaseGenerator(),))
    known = generators(rules)
    if rule is not None and rule not in known:
        raise UsageError(f"unknown rule '{rule}'.", remedy=did_you_mean(rule, known))
    return _scenarios(tuple(known.values()) if rule is None else (known[rule],))


@st.composite
def _scenarios(draw: st.DrawFn, among: tuple[CaseGenerator, ...]) -> Scenario:
    chooser = HypothesisChooser(draw)
    return chooser.pick(among).scenario(chooser)
