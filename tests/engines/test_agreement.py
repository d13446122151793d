"""The engines agree with the reference on thousands of generated cases, and on rules that use the whole language."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.reference.nodes import features

from rebild_policy.engines import available
from rebild_policy.expressions import Expression
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.selftest.comparing import run

ROOT = Path(__file__).parents[2]
SHIPPED = load_rules(ROOT / "rules")
LANGUAGE = load_rules(Path(__file__).parent / "language_rules")


# -------------------------------------------------------------------------------------------------------------- language
def test_the_rules_together_use_every_node_of_the_language() -> None:
    used = {feature for ruleset in (SHIPPED, LANGUAGE) for rule in ruleset.rules for feature in features(rule)}
    expressions = {node.__name__ for node in Expression.__args__} - {"Field", "Linked"}  # made by the plan
    assert expressions <= used
    assert {"some", "none", "any", "all", "Holds", "before", "after", "of", "same", "Within", "By"} <= used
    assert {"paused", "roll", "from", "types", "any_event", "joined 3", "statistic", "valid", "subsumed"} <= used
    assert {"window in unless", "profile of rule", "profile of item"} <= used


# Much has to come together for these, such as one case kind of ten; tests/strategies draws more cases of each rule alone.
RARE = {
    ("complaint-refused-without-ground", "undetermined"),
    ("complaint-sent-elsewhere", "violated"),
    *(
        (rule, verdict)
        for rule in ("processing-time-exceeded", "processing-time-exceeded-after-application")
        for verdict in ("satisfied", "violated", "pending")
    ),
}


# ------------------------------------------------------------------------------------------------------- generated cases
@pytest.mark.parametrize(("ruleset", "cases"), [(SHIPPED, 9_000), (LANGUAGE, 11_000)], ids=["shipped", "language"])
def test_engines_agree_on_generated_cases(ruleset: RuleSet, cases: int) -> None:
    result = run(ruleset, [name for name in available() if name != "reference"], cases, seed=20260105)
    assert result.differences == ()
    assert result.differing == 0
    assert result.cases == cases
    for name in available():
        assert result.counts[name] == result.counts["reference"]
    assert min(result.verdicts().values()) > cases / 50
    # What the examples of a rule show it can say, the cases show too.
    shown = {rule.name: {said for example in rule.examples for said in example.expect.values()} for rule in ruleset.rules}
    unseen = result.unseen("satisfied", "violated", "undetermined", "pending")
    missed = {(rule, verdict) for rule, verdicts in unseen.items() for verdict in verdicts if verdict in shown[rule]}
    assert missed <= RARE
