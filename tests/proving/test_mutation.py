"""Mutation: every wrong rule is noticed by an example, and what survives comes with one that would notice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import pytest

from rebild_policy.bundled import rules_folder
from rebild_policy.errors import RuleError
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.proving.exceptions import load_exceptions
from rebild_policy.proving.mutants import Mutant, mutants
from rebild_policy.proving.mutation import mutate
from rebild_policy.proving.spots import conditions, formulas, parts
from rebild_policy.proving.trials import trials

SHIPPED = load_rules(rules_folder())
LANGUAGE = load_rules(Path(__file__).parents[1] / "engines" / "language_rules")


def test_every_mutant_of_the_shipped_rules_is_killed_or_listed_with_a_reason() -> None:
    found = mutate(SHIPPED, load_exceptions(rules_folder()))
    assert [survivor.mutant.name for survivor in found.survivors] == []
    assert found.stale == ()
    assert found.count("killed") > 20 * len(SHIPPED.rules)


@pytest.mark.parametrize("ruleset", [SHIPPED, LANGUAGE], ids=["shipped", "language"])
def test_what_stands_at_a_place_can_be_put_back(ruleset: RuleSet) -> None:
    for rule in ruleset.rules:
        for spot in (*formulas(rule), *conditions(rule)):
            assert spot.put(spot.value) == rule, spot.name
        for spot in conditions(rule):
            assert all(part.put(part.value) == spot.value for part in parts(spot.value))


@pytest.mark.parametrize("ruleset", [SHIPPED, LANGUAGE], ids=["shipped", "language"])
def test_mutants_have_names_of_their_own(ruleset: RuleSet) -> None:
    names = Counter(mutant.name for mutant in mutants(ruleset))
    assert [name for name, count in names.items() if count > 1] == []


def kinds(rule: str, ruleset: RuleSet = SHIPPED) -> list[str]:
    return [mutant.what for mutant in mutants(ruleset, [rule])]


@pytest.mark.parametrize(
    ("rule", "mistake"),
    [
        ("decision-before-hearing-deadline", "require[1].any[1]: '<=' in 'hearing.respond_by < day(decision)'"),
        ("late-reply", "reply_deadline: 9 working days for 10 working days"),
        ("late-reply", "reply_deadline: 11 working days for 10 working days"),
        ("complaint-not-forwarded", "forward_deadline: 29 days for 4 weeks"),
        ("late-reply", "unless[2]: dropped (present(inquiry.merged_into))"),
        ("decision-without-hearing", "if: without 'decision.final'"),
        ("late-reply", "require[1]: 'all' for 'any'"),
        ("decision-without-hearing", "require[1]: after for before"),
        ("decision-without-hearing", "require[1]: without 'same: matter'"),
        ("complaint-not-forwarded", "require[1].any[1]: without the link 'of: complaint'"),
        ("decision-without-reasons", "unless[1]: in both profiles"),
        ("decision-without-reasons", "an absent decision_made.reasons_requested_on read as unknown"),
        ("decision-without-hearing", "an unknown hearing_sent read as absent"),
        ("late-reply", "require[1].any[1]: counted from the day of inquiry"),
        ("complaint-not-forwarded", "require[1].any[1]: rolled to a working day"),
        ("decided-with-declared-interest", "require[1]: 'some' for 'none'"),
    ],
)
def test_the_mistakes_that_authors_make_are_among_them(rule: str, mistake: str) -> None:
    assert mistake in kinds(rule)


def test_terms_are_mutated_once_for_all_rules_that_use_them() -> None:
    found = [mutant for mutant in mutants(SHIPPED) if mutant.owner == "adverse"]
    assert {rule.name for rule in found[0].sound.rules} >= {"decision-without-hearing", "decision-before-hearing-deadline"}
    assert "without 'refused' in 'd.outcome in ('partly_granted', 'refused', 'burdening')'" in [one.what for one in found]


# ------------------------------------------------------------------------------------------------------------- survivors
def test_a_survivor_comes_with_an_example_that_kills_it(tmp_path: Path) -> None:
    """Each example that is printed, put into the rule's file as it stands, holds for the rule and kills the mutant."""
    few = replace(SHIPPED.rule("complaint-not-forwarded"), examples=SHIPPED.rule("complaint-not-forwarded").examples[:1])
    survivors = mutate(replace(SHIPPED, rules=(few,))).survivors
    assert len(survivors) >= 8
    folder = rules_folder()
    for number, survivor in enumerate(survivors):
        assert survivor.example, survivor.mutant.name
        copy = tmp_path / str(number)
        for path in (folder / "terms.yaml", *(folder / "parameters").glob("*.yaml")):
            _write(copy / path.relative_to(folder), path.read_text(encoding="utf-8"))
        text = (folder / "complaints" / "complaint-not-forwarded.yaml").read_text(encoding="utf-8")
        _write(copy / "complaint-not-forwarded.yaml", text + indent(survivor.example, "  "))
        ruleset = load_rules(copy)
        assert [trial.problems for trial in trials(ruleset) if not trial.passed] == []
        only = replace(ruleset.rules[0], examples=ruleset.rules[0].examples[-1:])
        left = mutate(replace(ruleset, rules=(only,)))
        assert survivor.mutant.name not in {one.mutant.name for one in left.survivors}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


EQUIVALENT = """\
rule: rule
title: {da: titel, en: title}
statements: [G1]
law: []
severity: low
each: {decision: decision_made}
require:
  - holds: decision.final or decision.final
message: {da: besked, en: message}
remedy: {da: råd, en: remedy}
not_formalised: {da: intet, en: nothing}
examples:
  - {name: {da: a, en: a}, as_of: 2026-02-27, events: [{decision: 2026-01-12, final: true}], expect: satisfied}
  - {name: {da: b, en: b}, as_of: 2026-02-27, events: [{decision: 2026-01-12, final: false}], expect: violated}
  - {name: {da: c, en: c}, as_of: 2026-02-27, events: [{decision: 2026-01-12}], expect: undetermined}
"""
LISTED = """\
equivalent:
  - mutant: "rule: require[1]: 'and' for 'or' in 'decision.final or decision.final'"
    why: Both sides are the same.
  - mutant: "rule: require[1]: without 'decision.final'"
    why: So are they here.
"""


def test_a_mutant_that_means_the_same_is_listed(rules) -> None:
    rules.file("rule.yaml", EQUIVALENT)
    found = mutate(rules.load())
    assert {survivor.mutant.name for survivor in found.survivors} == {
        "rule: require[1]: 'and' for 'or' in 'decision.final or decision.final'",
        "rule: require[1]: without 'decision.final'",
    }
    assert all(survivor.example is None for survivor in found.survivors)
    rules.file("exceptions.yaml", LISTED)
    found = mutate(rules.load(), load_exceptions(rules.folder))
    assert found.survivors == ()
    assert found.count("equivalent") == 2


def test_an_exception_must_hold(rules) -> None:
    text = EQUIVALENT.replace("decision.final or decision.final", "decision.final or decision.reasons")
    rules.file("rule.yaml", text.replace("final: false", "final: false, reasons: false"))
    rules.file(
        "exceptions.yaml",
        "equivalent:\n"
        "  - {mutant: \"rule: require[1]: without 'decision.reasons'\", why: it is claimed}\n"
        '  - {mutant: "rule: in guideline", why: it is claimed}\n'
        '  - {mutant: "rule: of the past", why: it is gone}\n',
    )
    found = mutate(rules.load(), load_exceptions(rules.folder))
    claimed = {survivor.mutant.name: survivor.example for survivor in found.survivors}
    assert claimed["rule: require[1]: without 'decision.reasons'"], "a case tells them apart, whatever the list says"
    assert [line.partition(": ")[2] for line in found.stale] == [
        "this mutant is killed: rule: in guideline",
        "there is no such mutant: rule: of the past",
    ]


def test_an_example_that_fails_already_says_nothing_of_mutants(rules) -> None:
    rules.file("rule.yaml", EQUIVALENT.replace("final: false}", "final: true}"))
    with pytest.raises(RuleError, match="an example of 'rule' fails already"):
        mutate(rules.load())


def test_progress_is_told_and_rules_can_be_chosen() -> None:
    told: list[tuple[int, int]] = []
    found = mutate(SHIPPED, rules=["complaint-not-forwarded"], progress=lambda done, total: told.append((done, total)))
    assert told == [(number, len(found.fates)) for number in range(1, len(found.fates) + 1)]
    assert all(name.startswith("complaint-not-forwarded: ") for name in found.fates)
    assert isinstance(next(mutants(SHIPPED)), Mutant)
