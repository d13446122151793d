"""What a change of policy would do: the verdicts that differ between two policies on the same cases."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rebild_policy import Case, Coverage, Policy, Verdict
from rebild_policy.impact import Asked, compare

AS_OF = date(2026, 2, 27)


def case(id_: str, answered: str | None) -> Case:
    events = [{"type": "inquiry_received", "id": "letter", "time": "2026-01-05", "channel": "email", "kind": "question"}]
    if answered:
        events.append({"type": "reply_sent", "id": "answer", "time": answered, "inquiry": "letter"})
    return Case.read({"id": id_, "events": events})


CASES = [case("early", "2026-01-08"), case("between", "2026-01-16"), case("late", "2026-01-22"), case("never", None)]
ASKED = [Asked(one, Coverage.all()) for one in CASES]
EIGHT = {"reply_deadline": "8 working days"}


def only(rule: str = "late-reply", **options: object) -> Policy:
    """The policy of one shipped rule."""
    policy = Policy.rebild(**options)
    return Policy(replace(policy.ruleset, rules=(policy.ruleset.rule(rule),)), profile=policy.profile)


def test_only_verdicts_that_differ_are_changes():
    found = compare(only(), only(parameters=EIGHT), ASKED, AS_OF)
    assert (found.cases, found.verdicts, found.changes) == (4, 4, 1)
    (rule,) = found.rules
    (change,) = rule.changes
    assert (rule.rule, rule.judged, change.case, change.trigger) == ("late-reply", 4, "between", "letter")
    assert (change.old, change.new) == (Verdict.SATISFIED, Verdict.VIOLATED)
    assert (change.old_due, change.new_due) == (date(2026, 1, 19), date(2026, 1, 15))
    assert found.new.parameters == EIGHT
    assert found.old.parameters == {}


def test_the_same_policy_changes_nothing():
    assert compare(Policy.rebild(), Policy.rebild(), ASKED, AS_OF).rules == ()


def test_a_rule_that_only_one_of_them_has_changes_from_no_verdict(rules):
    rules.rule("each: {letter: inquiry_received}\nrequire:\n  - holds: letter.written\n")
    found = compare(only(), Policy.load(rules.folder), ASKED, AS_OF)
    assert {rule.rule: rule.counts for rule in found.rules} == {
        "late-reply": {(Verdict.SATISFIED, None): 2, (Verdict.VIOLATED, None): 2},
        "rule": {(None, Verdict.SATISFIED): 4},
    }


def test_profiles_are_compared_too():
    granted = {
        "type": "decision_made",
        "id": "d",
        "time": "2026-01-05",
        "act": "decision",
        "outcome": "granted",
        "reasons": False,
    }
    asked = [Asked(Case.read({"id": "c", "events": [granted]}), Coverage.all())]
    reasons = "decision-without-reasons"
    found = compare(only(reasons), only(reasons, profile="statutory"), asked, AS_OF)
    assert [(rule.rule, *rule.counts) for rule in found.rules] == [
        ("decision-without-reasons", (Verdict.VIOLATED, Verdict.EXEMPT))
    ]


def test_what_the_source_does_not_cover_counts_and_so_do_the_gaps_of_a_case():
    covered = Coverage.all().without("acknowledgement_sent")
    asked = [Asked(CASES[1], covered), Asked(CASES[1], Coverage.all(), gaps=frozenset({"reply_sent"}))]
    found = compare(only(), only(parameters=EIGHT), asked, AS_OF)
    assert [(change.old, change.new) for change in found.rules[0].changes] == [
        (Verdict.SATISFIED, Verdict.UNDETERMINED),
        (Verdict.SATISFIED, Verdict.UNDETERMINED),
    ]


def test_no_cpr_number_comes_out():
    named = CASES[1].model_copy(update={"id": "010190-1234"})
    found = compare(Policy.rebild(), Policy.rebild(parameters=EIGHT), [Asked(named, Coverage.all())], AS_OF)
    assert "010190" not in found.model_dump_json()
    assert found.rules[0].changes[0].case == "case-1"


# ----------------------------------------------------------------------------------------------------------- the command
@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(one.model_dump_json() for one in CASES) + "\n\n", encoding="utf-8")
    return path


def diff(*options: str) -> subprocess.CompletedProcess[str]:
    code = "from rebild_policy.cli.main import main; main()"
    command = [sys.executable, "-c", code, "diff", *options, "--as-of", "2026-02-27"]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_the_command_in_both_languages(cases: Path):
    options = ("rebild", "rebild", "--new-set", "reply_deadline=8 working days", "--cases", str(cases))
    english = diff(*options, "--lang", "en").stdout
    assert re.search(r"^1 of \d+ verdicts change in 4 cases, as of 2026-02-27\.$", english, re.MULTILINE)
    assert "reply_deadline = 8 working days" in english
    assert (
        "  satisfied → possible deviation: 1\n    case between, letter on 2026-01-05; due 2026-01-19, then 2026-01-15" in english
    )
    danish = diff(*options, "--lang", "da").stdout
    assert re.search(r"1 af \d+ vurderinger ændres i 4 sager", danish)
    assert "opfyldt → mulig afvigelse: 1" in danish
    assert json.loads(diff(*options, "--format", "json").stdout)["cases"] == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--new-set", "reply_deadlin=8 days"), "unknown parameter 'reply_deadlin'. Did you mean 'reply_deadline'?"),
        (("--new-set", "reply_deadline"), "'reply_deadline' sets nothing. Write NAME=VALUE"),
        (("--new-set", "reply_deadline=soon"), "the value of 'reply_deadline' is wrong"),
    ],
)
def test_wrong_settings_are_named(cases: Path, options: tuple[str, str], message: str):
    done = diff("rebild", "rebild", "--cases", str(cases), *options)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_wrong_line_of_cases_is_named(cases: Path):
    cases.write_text(cases.read_text(encoding="utf-8") + '{"id": "x", "events": [{"type": "reply"}]}\n', encoding="utf-8")
    done = diff("rebild", "rebild", "--cases", str(cases))
    assert done.returncode == 2
    assert "cases.jsonl:6: " in done.stderr
