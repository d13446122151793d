"""Every example of every bundled rule, on every engine and in every profile that it names."""

from datetime import timedelta
from functools import cache

import pytest

from rebild_policy.bundled import rules_folder
from rebild_policy.engines import ENGINES
from rebild_policy.facts import Case, Coverage
from rebild_policy.loading import load_rules
from rebild_policy.plan import build_plan

RULES = load_rules(rules_folder())
EXAMPLES = [
    pytest.param(rule, example, engine, profile, id=f"{rule.name}: {example.name.en} [{engine}, {profile}]")
    for rule in RULES.rules
    for example in rule.examples
    for engine in ENGINES
    for profile in example.profiles
]


@cache
def judge(engine, profile, without, same_day):
    return ENGINES[engine](build_plan(RULES, profile=profile, coverage=Coverage.all().without(*without), same_day=same_day))


def rows_of(rule, example, engine, profile, as_of=None):
    engine = judge(engine, profile, example.without, example.same_day)
    rows = engine.verdicts(Case.read(example.case), as_of or example.as_of)
    return [row for row in rows if row.rule == rule.name]


@pytest.mark.parametrize(("rule", "example", "engine", "profile"), EXAMPLES)
def test_example(rule, example, engine, profile):
    rows = rows_of(rule, example, engine, profile)
    said = {"+".join((row.trigger, *row.key)): str(row.verdict) for row in rows}
    # A star stands for all findings there are, of which there must be one.
    wanted = dict.fromkeys(said, example.expect["*"]) if "*" in example.expect else example.expect
    assert said == (wanted or {})
    assert said or not example.expect
    if example.due:
        assert {row.due for row in rows} == {example.due}


DEADLINES = [param for param in EXAMPLES if param.values[1].deadline]


@pytest.mark.parametrize(("rule", "example", "engine", "profile"), DEADLINES)
def test_the_examples_of_a_deadline_stand_on_its_last_day_and_the_day_after(rule, example, engine, profile):
    (row,) = rows_of(rule, example, engine, profile)
    assert row.due is not None
    latest = max(event.day for event in Case.read(example.case).events)
    assert latest == row.due + timedelta(days=example.deadline == "day after")
    assert str(row.verdict) == ("satisfied" if example.deadline == "last day" else "violated")


@pytest.mark.parametrize(
    ("rule", "example", "engine", "profile"), [param for param in EXAMPLES if "pending" in param.values[1].expect.values()]
)
def test_what_is_pending_is_so_up_to_the_due_date_and_no_longer(rule, example, engine, profile):
    (row,) = rows_of(rule, example, engine, profile)
    assert [str(one.verdict) for one in rows_of(rule, example, engine, profile, row.due)] == ["pending"]
    after = rows_of(rule, example, engine, profile, row.due + timedelta(days=1))
    assert [str(one.verdict) for one in after] == ["violated"]


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.name)
def test_the_examples_of_a_rule_show_each_profile_it_is_in(rule):
    profiles = {rule.profile} if rule.profile else {"guideline", "statutory"}
    assert {profile for example in rule.examples for profile in example.profiles} == profiles
    names = [example.name.en for example in rule.examples]
    assert len(names) == len(set(names))
