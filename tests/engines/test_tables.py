"""The table engine: the conformance suite and generated cases, judged in batches, since it is slow on one case alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from benchmarks.audit.agreement import agree

from rebild_policy.bundled import rules_folder
from rebild_policy.calendar import Calendar
from rebild_policy.engines import ReferenceEngine
from rebild_policy.engines.tables.engine import TablesEngine
from rebild_policy.errors import EngineError
from rebild_policy.facts import Case, Coverage
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.plan import Plan, build_plan
from rebild_policy.proving.trials import as_in, differences
from rebild_policy.results import Verdict
from rebild_policy.rules import Example, Profile, Rule

RULESETS = {"shipped": load_rules(rules_folder()), "language": load_rules(Path(__file__).parent / "language_rules")}
SHIPPED = RULESETS["shipped"]


def plan_for(ruleset: RuleSet, profile: Profile, examples: list[tuple[Rule, Example]]) -> Plan:
    """The plan of the rules that some examples are about, which all have the same coverage, order and parameters."""
    names, example = {rule.name for rule, _ in examples}, examples[0][1]
    chosen = replace(ruleset, rules=tuple(rule for rule in ruleset.rules if rule.name in names))
    coverage = Coverage.all().without(*example.without)
    return build_plan(as_in(chosen, example), profile=profile, coverage=coverage, same_day=example.same_day)


@pytest.mark.parametrize("ruleset", RULESETS.values(), ids=RULESETS)
def test_every_example_of_every_rule_comes_out_as_it_says(ruleset: RuleSet) -> None:
    batches: dict[tuple[Profile, str], list[tuple[Rule, Example]]] = defaultdict(list)
    for rule in ruleset.rules:
        for example in rule.examples:
            for profile in example.profiles:
                batches[profile, repr((sorted(example.without), example.same_day, example.parameters))].append((rule, example))
    wrong, judged = [], 0
    for key, examples in batches.items():
        plan = plan_for(ruleset, key[0], examples)
        asked = [(Case.read(example.case), example.as_of) for _, example in examples]
        for (rule, example), judgement in zip(examples, TablesEngine(plan).judge_many(asked), strict=True):
            judged += 1
            problems = list(differences(example, [row for row in judgement.rows if row.rule == rule.name]))
            wrong += [(rule.name, example.name.en, key, problem) for problem in problems]
    assert wrong == []
    assert judged == sum(len(example.profiles) for rule in ruleset.rules for example in rule.examples)


@pytest.mark.parametrize(("ruleset", "cases"), [("shipped", 500), ("language", 700)])
def test_it_agrees_with_the_reference_on_generated_cases(ruleset: str, cases: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "rebild_policy.selftest.drawing.VARIANTS", 2
    )  # each is a plan of its own, which costs more than the cases
    found = agree([RULESETS[ruleset]], cases, seed=20260105)
    assert found.differences == []
    assert found.cases == cases
    assert found.not_applicable > cases
    assert min(found.verdicts[verdict] for verdict in Verdict) > cases / 50


def test_a_case_alone_is_judged_as_in_a_batch() -> None:
    plan = build_plan(SHIPPED, profile="guideline")
    events = [{"type": "inquiry_received", "id": "i", "time": "2026-01-05", "channel": "email", "case": "c"}]
    case = Case.read({"id": "c", "events": events})
    engine, reference = TablesEngine(plan), ReferenceEngine(plan)
    for days in (0, 14, 15):
        as_of = date(2026, 1, 5) + timedelta(days=days)
        assert engine.verdicts(case, as_of) == reference.verdicts(case, as_of)
    assert {row.verdict for row in engine.verdicts(case, as_of) if row.rule == "late-reply"} == {Verdict.VIOLATED}
    assert engine.judge(Case.read({"id": "none"}), as_of).rows == []


@pytest.mark.parametrize(
    "calendar",
    [Calendar(count_first_day=True), Calendar(saturdays=True, closed=frozenset({"24 December"}))],
    ids=["first day", "saturdays"],
)
def test_due_dates_are_those_of_the_calendar_on_every_day(calendar: Calendar) -> None:
    rules = tuple(
        rule
        for rule in SHIPPED.rules
        if rule.name in {"complaint-not-forwarded", "late-reply", "access-late-without-explanation"}
    )
    plan = build_plan(replace(SHIPPED, rules=rules), profile="guideline", calendar=calendar)
    asked = []
    for number in range(800):
        day = (date(2023, 12, 1) + timedelta(days=number)).isoformat()
        types = {
            "complaint_received": {"at": "citizen_service"},
            "inquiry_received": {"channel": "email"},
            "access_requested": {},
        }
        events = [{"type": type_, "id": type_, "time": day, **fields} for type_, fields in types.items()]
        case = Case.read({"id": str(number), "events": events})
        asked.append((case, case.last_day))
    reference = ReferenceEngine(plan)
    for (case, as_of), judgement in zip(asked, TablesEngine(plan).judge_many(asked), strict=True):
        assert judgement.rows == reference.verdicts(case, as_of)
        assert {row.verdict for row in judgement.rows} == {Verdict.PENDING}


def test_a_number_too_large_for_a_table_is_refused() -> None:
    plan = build_plan(SHIPPED, profile="guideline")
    measure = {"type": "measure_started", "id": "m", "time": "2026-01-05", "decision": "d", "intrusiveness": 2**63}
    with pytest.raises(EngineError, match="'intrusiveness': a number has at most 64 bits"):
        TablesEngine(plan).verdicts(Case.read({"id": "c", "events": [measure]}), date(2026, 2, 1))
