"""The whole guideline, accounted for: each of its statements has an answer, and each objection of a caseworker an example."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from rebild_policy.bundled import rules_folder
from rebild_policy.linting.observed import observed
from rebild_policy.loading import load_rules
from rebild_policy.report.rule_lists import answered, unaccounted

RULES = load_rules(rules_folder())
# The words of the domain's brief on what an experienced caseworker would object to.
OBJECTIONS = {
    "hearing exempt or party already knew",
    "waiver",
    "early reply",
    "full favour",
    "oral decision",
    "a procedural step is no decision",
    "provisional child decision",
    "committee decision",
    "answered by phone or in a meeting",
    "awaiting the citizen",
    "inquiries merged",
    "anonymous",
    "spam or a thank-you",
    "misdirected letter forwarded",
    "deadline missed but notice of delay given",
    "remand, reassessment",
    "urgent help",
    "consent for collecting information",
    "letter went to the representative",
    "another authority competent",
    "registered late, not missing",
    "rule not in force then",
}


def test_every_statement_of_the_text_is_there_in_its_order():
    assert list(RULES.statements) == [f"G{number:02d}" for number in range(60)]


def test_none_is_unaccounted_for():
    assert unaccounted(RULES) == []


@pytest.mark.parametrize("statement", RULES.statements.values(), ids=list(RULES.statements))
def test_a_statement_is_answered_as_it_says(statement):
    answer, named = answered(statement, RULES)
    assert answer == statement.answer
    assert statement.gloss.da
    assert statement.gloss.en
    assert statement.modality
    if answer in {"rules", "statistic"}:
        assert named
    if answer == "context":
        assert statement.reason, "context, with the reason why there is nothing to judge"
    if answer == "review":
        assert statement.question, "people are asked something"


def test_every_rule_is_about_a_statement():
    assert [rule.name for rule in RULES.rules if not set(rule.statements) <= RULES.statements.keys() or not rule.statements] == []


def test_what_is_decided_can_be_violated():
    never = {remark.about for remark in observed(RULES) if remark.check == "never-violated"}
    assert never == set()
    for statement in RULES.statements.values():
        if statement.answer == "rules":
            duties = [rule for rule in RULES.rules if statement.id in rule.statements and rule.measure is None]
            assert any("violated" in example.expect.values() for rule in duties for example in rule.examples)


def test_advice_and_the_citizens_own_duty_are_never_a_finding():
    assert [rule.name for rule in RULES.rules if {"G03", "G47", "G57"} & set(rule.statements)] == []


def test_aims_are_counted_and_never_accuse():
    for statement in ("G18", "G20", "G25", "G31"):
        named = [rule for rule in RULES.rules if statement in rule.statements]
        assert named
        assert all(rule.measure for rule in named)


def test_each_objection_of_a_caseworker_is_an_example_that_carries_its_name():
    carried = {example.objection for rule in RULES.rules for example in rule.examples}
    assert OBJECTIONS - carried == set()


def test_naive_readings_are_shown_as_examples():
    files = [path.read_text(encoding="utf-8") for path in rules_folder().rglob("*.yaml")]
    assert sum("# A naive reading" in text for text in files) >= 5


def test_shipped_processing_times_can_be_taken_for_nobodys():
    table = RULES.parameters["processing_times"]
    for row in table.rows:
        assert "EXAMPLE" in (row.adopted_by or "")
        assert not row.in_force or row.key.startswith("example")


@pytest.mark.parametrize("day", [date(2013, 12, 31), date(2014, 1, 1)])
def test_the_law_in_time_picks_its_version(day):
    shown = str(RULES.parameters["access_deadline"].on(day))
    assert shown == ("10 days" if day.year == 2013 else "7 working days")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from rebild_policy.cli.main import main; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", check=False)


def test_the_matrix_is_printed():
    done = run("rules", "--coverage", "--lang", "en")
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("0 unaccounted")
    matrix = json.loads(run("rules", "--coverage", "--format", "json").stdout)
    assert len(matrix["statements"]) == 60
    assert matrix["unaccounted"] == []


def test_what_was_in_force_on_a_day():
    before, after = (
        run("rules", "--profile", "statutory", "--as-of", day, "--lang", "en").stdout for day in ("2013-06-01", "2020-01-01")
    )
    assert "access-over-a-month" not in before
    assert "access-over-a-month" in after
    assert "10 days" in before
    assert "7 working days" in after


def test_a_rule_set_without_an_answer_says_so(tmp_path: Path):
    (tmp_path / "statements.yaml").write_text(
        "sections: {main: {da: a, en: b}}\nstatements:\n"
        "  - {id: G1, section: main, gloss: {da: a, en: b}, quote: c, modality: d, answer: rules}\n",
        encoding="utf-8",
    )
    source = rules_folder() / "complaints" / "complaint-not-forwarded.yaml"
    (tmp_path / source.name).write_text(source.read_text(encoding="utf-8").replace("[G58]", "[G1]"), encoding="utf-8")
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "forward_deadline.yaml").write_bytes(
        (rules_folder() / "parameters" / "forward_deadline.yaml").read_bytes()
    )
    assert run("rules", "--coverage", "--rules", str(tmp_path)).returncode == 0
    text = (tmp_path / "statements.yaml").read_text(encoding="utf-8")
    (tmp_path / "statements.yaml").write_text(text.replace("answer: rules", "answer: statistic"), encoding="utf-8")
    done = run("rules", "--coverage", "--rules", str(tmp_path), "--lang", "en")
    assert done.returncode == 1
    assert "1 unaccounted" in done.stdout
