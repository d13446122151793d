"""Five rules with a bug that an author might make, each caught by mutation or by the lint.

An author who reads the text wrongly writes the examples wrongly, too. So the examples that speak against the bug are left out:
the rest pass, and `rebild-policy test` finds nothing. docs/explanation/rules-that-prove-themselves.md has the same table.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from rebild_policy.bundled import rules_folder
from rebild_policy.linting import CHECKS
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.proving.mutation import mutate
from rebild_policy.proving.trials import Bench

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "rules-that-prove-themselves.md"

# Rule, what is written for what, who catches it, and what is said.
BUGS = [
    (
        "decision-before-hearing-deadline",
        ("hearing.respond_by < day(decision)", "hearing.respond_by <= day(decision)"),
        "mutate",
        "decision-before-hearing-deadline: require[1].any[1]: '<' in 'hearing.respond_by <= day(decision)'",
    ),
    (
        "decision-without-reasons",
        ("decision.outcome == 'granted'\n    profile: statutory", "decision.outcome == 'granted'"),
        "mutate",
        "decision-without-reasons: unless[1]: in statutory",
    ),
    (
        "decision-without-hearing",
        ("hearing: hearing_sent}\n    before: decision\n    same: matter", "hearing: hearing_sent}\n    before: decision"),
        "mutate",
        "decision-without-hearing: require[1]: with 'same: matter'",
    ),
    (
        "complaint-not-forwarded",
        ("if: complaint.at == 'citizen_service'", "if: complaint.at == 'citizen_service' or complaint.at != 'caseworker'"),
        "lint",
        "idle-part: complaint-not-forwarded: if: complaint.at == 'citizen_service'",
    ),
    (
        "post-without-date-stamp",
        ("The letter of {inquiry.day} is not date-stamped", "The letter stamped {inquiry.date_stamped_on} is not date-stamped"),
        "lint",
        "absent-in-message: post-without-date-stamp: message: inquiry.date_stamped_on",
    ),
]


def with_bug(folder: Path, rule: str, old: str, new: str) -> RuleSet:
    """The shipped rules with a bug in one, and without the examples that speak against it."""
    shutil.copytree(rules_folder(), folder)
    (path,) = folder.rglob(f"{rule}.yaml")
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    ruleset = load_rules(folder)
    bench = Bench(ruleset)
    wrong = ruleset.rule(rule)
    passing = tuple(
        example for example in wrong.examples if all(bench.trial(wrong, example, profile).passed for profile in example.profiles)
    )
    assert passing
    return replace(ruleset, rules=(replace(wrong, examples=passing),))


@pytest.mark.parametrize(("rule", "bug", "catcher", "said"), BUGS, ids=[bug[0] for bug in BUGS])
def test_a_bug_that_no_example_shows_is_caught(rule: str, bug: tuple[str, str], catcher: str, said: str, tmp_path: Path) -> None:
    ruleset = with_bug(tmp_path / "rules", rule, *bug)
    if catcher == "mutate":
        found = {survivor.mutant.name: survivor.example for survivor in mutate(ruleset).survivors}
        assert found[said], "and it comes with an example"
    else:
        remarks = {f"{remark.check}: {remark.about}" for check in CHECKS for remark in check(ruleset)}
        assert said in remarks


@pytest.mark.parametrize(("rule", "bug", "catcher", "said"), BUGS, ids=[bug[0] for bug in BUGS])
def test_the_sound_rule_gives_no_such_alarm(rule: str, bug: tuple[str, str], catcher: str, said: str) -> None:
    ruleset = load_rules(rules_folder())
    alone = replace(ruleset, rules=(ruleset.rule(rule),))
    if catcher == "lint":
        assert said not in {f"{remark.check}: {remark.about}" for check in CHECKS for remark in check(alone)}
    else:
        assert said not in {survivor.mutant.name for survivor in mutate(alone).survivors}


def test_the_page_says_by_which() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    told = {row.split("`")[1]: row.split("|")[3].strip() for row in rows if any(f"`{bug[0]}`" in row for bug in BUGS)}
    assert told == {rule: f"`{catcher}`" for rule, _, catcher, _ in BUGS}
