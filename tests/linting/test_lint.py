"""The lint: each check on a rule set that has the fault, and none of them on one that has not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from rebild_policy.bundled import rules_folder
from rebild_policy.linting import lint

SOUND = """\
rule: decision-without-hearing
title: {da: titel, en: title}
statements: [G1]
law: [FVL § 19(1)]
severity: low
each: {decision: decision_made}
if: serious(decision)
require:
  - some: {hearing: hearing_sent}
    after: decision
    within: parameters.days
message: {da: "besked om {decision.day}", en: "message on {decision.day}"}
remedy: {da: råd, en: remedy}
not_formalised: {da: intet, en: nothing}
examples:
  - {name: {da: a, en: a}, as_of: 2026-01-05, events: [], expect: satisfied}
  - {name: {da: b, en: b}, as_of: 2026-01-05, events: [], expect: violated}
  - {name: {da: c, en: c}, as_of: 2026-01-05, events: [], expect: undetermined}
  - {name: {da: d, en: d}, as_of: 2026-01-05, events: [], expect: pending}
  - {name: {da: e, en: e}, as_of: 2026-01-05, events: [], expect: satisfied, deadline: last day}
  - {name: {da: f, en: f}, as_of: 2026-01-05, events: [], expect: violated, deadline: day after}
"""
TERMS = """\
terms:
  serious:
    title: {da: alvorlig, en: serious}
    of: {d: decision_made}
    means: d.outcome == 'refused' or d.outcome == 'burdening'
"""
DAYS = """\
parameter: days
kind: duration
title: {da: frist, en: time limit}
values:
  - {from: 1990-01-01, value: 5 days, reference: the text}
"""
STATEMENTS = """\
sections:
  main: {da: afsnit, en: section}
statements:
  - id: G1
    section: main
    gloss: {da: udsagn, en: statement}
    quote: ord
    modality: obligation
    answer: rules
"""
FILES = {
    "decision-without-hearing.yaml": SOUND,
    "terms.yaml": TERMS,
    "parameters/days.yaml": DAYS,
    "statements.yaml": STATEMENTS,
}
TABLE = """\
parameter: times
kind: table
title: {da: tider, en: times}
rows:
"""
ROW = (
    "  - {{case_kind: {kind}, value: 1, unit: weeks, start: a, end: b, valid_from: {since}, valid_to: {until}, "
    "in_force: true, published_at: here}}\n"
)


def remarks(rules, *edits: tuple[str, str, str], **more: str) -> list[str]:
    """What the lint says of the sound rules with a text of a file replaced, and with more files."""
    files = {**FILES, **{name.replace("__", "/") + ".yaml": text for name, text in more.items()}}
    for name, old, new in edits:
        assert old in files[name]
        files[name] = files[name].replace(old, new)
    for name, text in files.items():
        rules.file(name, text)
    return [f"{remark.check}: {remark.about}" for remark in lint(rules.folder).remarks]


RULE = "decision-without-hearing.yaml"


def test_a_sound_rule_set_gets_no_remark(rules):
    assert remarks(rules) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("if: serious(decision)", "if: decision.final", "unused-term: serious"),
        ("law: [FVL § 19(1)]", "law: []", "no-citation: decision-without-hearing"),
        ("if: serious(decision)", "if: serious(decision) and (decision.final or not decision.final)",
         "always-true: decision-without-hearing: if: decision.final or not decision.final"),
        ("if: serious(decision)", "if: serious(decision) and decision.outcome == 'granted'",
         "never-true: decision-without-hearing: if: serious(decision) and decision.outcome == 'granted'"),
        ("if: serious(decision)", "if: serious(decision) and decision.outcome != 'granted'",
         "idle-part: decision-without-hearing: if: decision.outcome != 'granted'"),
        ("each: {decision: decision_made}", "each: {decision: decision_made, visit: visit_received}",
         "loose-event: decision-without-hearing: visit"),
        ('en: "message on {decision.day}"', "en: message", "untranslated: decision-without-hearing: message"),
        ("remedy: {da: råd, en: remedy}", "remedy: {da: do this, en: do this}", "untranslated: decision-without-hearing: remedy"),
        ("remedy: {da: råd, en: remedy}", "remedy: {da: råd, en: 'TODO: say what to do'}",
         "unfinished: decision-without-hearing: remedy"),
        ("en: remedy}", "en: 'remedy for {decision.sent_on}'}",
         "absent-in-message: decision-without-hearing: remedy: decision.sent_on"),
        ("if: serious(decision)", "if: serious(decision) and decision.outcome == 'granted'",
         "never-violated: decision-without-hearing"),
        ("statements: [G1]", "statements: [G2]", "unreadable: "),
        ("serious(decision)", "serius(decision)", "unreadable: "),
        ("after: decision", "after: decison", "unreadable: "),
    ],
)  # fmt: skip
def test_a_fault_of_a_rule(rules, old, new, said):
    assert any(remark.startswith(said) for remark in remarks(rules, (RULE, old, new)))


def test_what_can_not_be_read_is_a_remark_and_the_rest_is_read_on(rules):
    found = remarks(
        rules,
        (RULE, "law: [FVL § 19(1)]", "law: []"),
        **{
            "wrong-one": SOUND.replace("each:", "eech:"),
            "decision-late": SOUND.replace("without-hearing", "late", 1) + "  - 5\n",
        },
    )
    assert sum(remark.startswith("unreadable: ") for remark in found) == 2
    assert "no-citation: decision-without-hearing" in found


def test_an_error_in_what_rules_share_is_told_once(rules):
    found = remarks(rules, ("terms.yaml", "d.outcome == 'burdening'", "d.outcom == 'burdening'"),
                    **{"decision-late": SOUND.replace("without-hearing", "late", 1)})  # fmt: skip
    assert sum(remark.startswith("unreadable: ") for remark in found) == 1


@pytest.mark.parametrize("name", ["must-hear-the-citizen", "reply-in-time", "complete-hearing-without-delay"])
def test_a_name_of_the_cure(rules, name):
    found = remarks(rules, **{name: SOUND.replace("rule: decision-without-hearing", f"rule: {name}")})
    assert f"name-of-the-cure: {name}" in found


def test_a_rule_that_another_implies(rules):
    narrow = SOUND.replace("rule: decision-without-hearing", "rule: decision-without-late-hearing").replace(
        "if: serious(decision)", "if: serious(decision) and decision.final"
    )
    assert "implied-rule: decision-without-late-hearing: decision-without-hearing" in remarks(
        rules, **{"decision-without-late-hearing": narrow}
    )
    subsumed = narrow.replace("message:", "subsumed_by: decision-without-hearing\nmessage:")
    assert remarks(rules, **{"decision-without-late-hearing": subsumed}) == []


def test_holes_in_dated_values(rules):
    rows = [("a", "2020-01-01", "2020-12-31"), ("a", "2020-12-31", "2021-12-31"), ("b", "2020-01-01", "2020-06-30"),
            ("b", "2021-01-01", "2021-12-31"), ("c", "2020-01-01", "2020-06-30"), ("c", "2020-07-01", "2021-12-31")]  # fmt: skip
    table = TABLE + "".join(ROW.format(kind=kind, since=since, until=until) for kind, since, until in rows)
    found = remarks(rules, ("parameters/days.yaml", "from: 1990-01-01", "from: 2014-01-01"), parameters__times=table)
    assert "late-parameter: decision-without-hearing: days" in found
    assert "overlapping-rows: times: a: 2020-12-31" in found
    assert "gap-in-rows: times: b: 2021-01-01" in found
    assert not [remark for remark in found if ": times: c" in remark]
    assert "unused-parameter: times" in found


def test_a_value_that_changes_nothing(rules):
    again = "reference: the text}\n  - {from: 2020-01-01, value: 5 days, reference: the text}"
    assert remarks(rules, ("parameters/days.yaml", "reference: the text}", again)) == ["repeated-value: days: 2020-01-01"]


def test_a_statement_that_no_rule_decides(rules):
    more = STATEMENTS + "  - {id: G2, section: main, gloss: {da: u, en: s}, quote: ord, modality: a, answer: rules}\n"
    more += "  - {id: G3, section: main, gloss: {da: u, en: s}, quote: ord, modality: a, answer: statistic}\n"
    more += "  - {id: G4, section: main, gloss: {da: u, en: s}, quote: ord, modality: a, answer: context}\n"
    assert remarks(rules, statements=more) == ["statement-without-rule: G2", "statement-without-rule: G3"]


def test_a_remark_is_accepted_with_a_reason_and_an_acceptance_of_nothing_is_named(rules):
    rules.file(
        "exceptions.yaml",
        "accepted:\n  - {check: no-citation, about: decision-without-hearing, why: our own promise}\n"
        "  - {check: unused-term, about: gone, why: it was there once}\n",
    )
    assert remarks(rules, (RULE, "law: [FVL § 19(1)]", "law: []")) == []
    found = lint(rules.folder)
    assert [remark.check for remark in found.accepted] == ["no-citation"]
    assert [line.partition(": ")[2] for line in found.stale] == ["there is no such remark: unused-term: gone"]


def test_the_shipped_rules():
    found = lint(rules_folder())
    assert {remark.check for remark in found.remarks} <= UNFINISHED
    assert found.stale == ()


# What is left to do: rules for the rest of the guideline, and the parameters that they will use.
UNFINISHED = {"statement-without-rule", "unused-parameter"}


def test_the_command_prints_places_and_counts(rules):
    remarks(rules, (RULE, "law: [FVL § 19(1)]", "law: []"))

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        code = "from rebild_policy.cli.main import main; main()"
        command = [sys.executable, "-c", code, "lint", "--rules", str(rules.folder), *options]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)

    done = run()
    assert done.returncode == 1
    assert "decision-without-hearing.yaml:4: no-citation: " in done.stdout
    assert done.stdout.endswith("1 remarks: 1 no-citation.\n")
    assert json.loads(run("--format", "json").stdout)["remarks"][0]["about"] == "decision-without-hearing"
