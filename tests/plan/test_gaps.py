"""The plan for a case of which something is not known: each rule is planned for the gaps that it can see."""

from __future__ import annotations

from random import Random
from typing import get_args

import pytest

from rebild_policy import Policy
from rebild_policy.bundled import rules_folder
from rebild_policy.facts import Coverage, vocabulary
from rebild_policy.loading import load_rules
from rebild_policy.plan import build_plan
from rebild_policy.rules import Profile

SHIPPED = load_rules(rules_folder())


def names(random: Random) -> set[str]:
    """Some event types and fields, as gaps name them."""
    words = vocabulary()
    fields = [
        f"{type_.name}.{name}" for type_ in words.types.values() for name, spec in type_.fields.items() if spec.kind == "link"
    ]
    return set(random.sample([*words.types, *fields, "case.kind", "case.urgent"], random.choice((1, 2, 5, 20))))


@pytest.mark.parametrize("profile", get_args(Profile))
@pytest.mark.parametrize("seed", range(6))
def test_rules_come_out_as_if_planned_for_all_gaps(profile: Profile, seed: int) -> None:
    random = Random(seed)
    source = Coverage.all().without(*(() if seed % 2 else ("hearing_sent", "decision_made.matter")))
    base = build_plan(SHIPPED, profile=profile, coverage=source)
    for _ in range(3):
        gaps = names(random)
        partial = base.with_gaps(gaps)
        assert partial.rules == build_plan(SHIPPED, profile=profile, coverage=source.without(*gaps), source=source).rules
        assert (partial.source, partial.coverage) == (source, source.without(*gaps))
        assert partial.with_gaps(()).rules == base.rules


def test_a_policy_keeps_the_plan_that_those_for_single_cases_rest_on() -> None:
    """A thousand sets of gaps are no thousand plans: an export of which most rows are bad took a hundred times as long."""
    policy = Policy.rebild()
    base = policy.ready(Coverage.all())
    random = Random(7)
    for _ in range(100):
        policy.ready(Coverage.all(), engine="compiled" if random.random() < 0.1 else "reference", gaps=frozenset(names(random)))
        assert policy.ready(Coverage.all()) is base
