"""Every example of every rule, on every engine and in every profile that it names: the conformance suite."""

from pathlib import Path

import pytest

from rebild_policy.bundled import rules_folder
from rebild_policy.engines import available
from rebild_policy.loading import load_rules
from rebild_policy.proving.trials import Bench

RULESETS = {"shipped": load_rules(rules_folder()), "language": load_rules(Path(__file__).parent / "language_rules")}
BENCHES = {(name, engine): Bench(ruleset, engine) for name, ruleset in RULESETS.items() for engine in available()}
EXAMPLES = [
    pytest.param(bench, rule, example, profile, id=f"{rule.name}: {example.name.en} [{engine}, {profile}]")
    for (name, engine), bench in BENCHES.items()
    for rule in RULESETS[name].rules
    for example in rule.examples
    for profile in example.profiles
]


@pytest.mark.parametrize(("bench", "rule", "example", "profile"), EXAMPLES)
def test_an_example_comes_out_as_it_says(bench, rule, example, profile):
    assert bench.trial(rule, example, profile).problems == ()


@pytest.mark.parametrize("rule", RULESETS["shipped"].rules, ids=lambda rule: rule.name)
def test_the_examples_of_a_rule_show_each_profile_it_is_in(rule):
    profiles = {rule.profile} if rule.profile else {"guideline", "statutory"}
    # An example of a rule of one profile may show that the rule does not exist in the other.
    assert {profile for example in rule.examples for profile in example.profiles} >= profiles
    names = [example.name.en for example in rule.examples]
    assert len(names) == len(set(names))
