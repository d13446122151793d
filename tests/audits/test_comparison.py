"""Two audits compared: shares with the numbers under them, and no difference told of things that are not alike."""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rebild_policy import Audit, AuditComparison, Policy, Verdict, compare_audits
from rebild_policy.audits.baseline import read_findings
from rebild_policy.audits.comparison import TOO_FEW, read_audit
from rebild_policy.audits.comparisonresults import StatementComparison
from rebild_policy.cli.main import main
from rebild_policy.errors import SourceError, UsageError
from rebild_policy.report.comparison import comparison_markdown
from rebild_policy.report.jsonl import write_findings
from rebild_policy.schemas import schema
from small_export import MAPPING

HEAD = "Sag;Hvad;Dag;Svar til;Nr\n"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.rebild()


def letters(kept: int, late: int, *, start: int = 0, day: str = "05-01-2026") -> str:
    """Letters by e-mail, of which some were answered the next week and the others never."""
    rows = []
    for number in range(start, start + kept + late):
        rows.append(f"S{number};Brev;{day};;B{number}")
        if number - start < kept:
            rows.append(f"S{number};Svar;{day};B{number};A{number}")
    return "".join(f"{row}\n" for row in rows)


def audit(policy: Policy, folder: Path, rows: str, as_of: str = "2026-03-02", mapping: str = MAPPING) -> Audit:
    folder.mkdir(exist_ok=True)
    (folder / "export.csv").write_text(HEAD + rows, encoding="utf-8")
    (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    return policy.audit(folder / "export.csv", folder / "mapping.yaml", date.fromisoformat(as_of))


def saved(audit: Audit, folder: Path, name: str) -> Path:
    """The audit and its findings as the command leaves them."""
    (folder / f"{name}.json").write_text(audit.model_dump_json(indent=2), encoding="utf-8")
    write_findings(folder / f"{name}.jsonl", audit.findings)
    return folder / f"{name}.json"


def on(found: AuditComparison, statement: str) -> StatementComparison:
    return next(one for one in found.statements if one.statement == statement)


def quarters(policy: Policy, folder: Path) -> tuple[Audit, Audit]:
    """40 letters of which 30 were answered, then 50 others of which 45 were."""
    old = audit(policy, folder / "old", letters(30, 10), "2026-02-02")
    new = audit(policy, folder / "new", letters(45, 5, start=1000), "2026-05-04")
    return old, new


def test_the_share_then_and_now_with_its_numbers(policy: Policy, tmp_path: Path) -> None:
    found = compare_audits(*quarters(policy, tmp_path))
    answered = on(found, "G21")
    assert (answered.old.kept, answered.old.deviations, answered.new.kept, answered.new.deviations) == (30, 10, 45, 5)
    assert (answered.status, answered.difference) == ("compared", 15.0)  # 75 % and 90 %
    assert found.unlike == ()
    assert found.in_both == 0
    assert found.too_few == TOO_FEW
    late = next(rule for rule in found.rules or () if rule.rule == "late-reply")
    assert (len(late.new), late.persisting, [(one.now, one.findings) for one in late.gone]) == (5, 0, [(None, 10)])


@pytest.mark.parametrize(("decided", "status"), [(TOO_FEW - 1, "too-few"), (TOO_FEW, "compared")])
def test_few_are_not_compared(policy: Policy, tmp_path: Path, decided: int, status: str) -> None:
    old = audit(policy, tmp_path / "old", letters(decided, 0))
    new = audit(policy, tmp_path / "new", letters(40, 20))
    one = on(compare_audits(old, new), "G21")
    assert one.status == status
    assert (one.difference is None) == (status == "too-few")
    assert on(compare_audits(old, new), "G50").status == "nothing"


def test_an_audit_with_itself_differs_in_nothing(policy: Policy, tmp_path: Path) -> None:
    one = audit(policy, tmp_path, letters(35, 5))
    found = compare_audits(one, one)
    assert found.unlike == ()
    assert {statement.difference for statement in found.statements} <= {0.0, None}
    assert found.in_both == len(one.findings)
    assert [(rule.new, rule.gone) for rule in found.rules or ()] == [((), ())] * len(found.rules or ())
    assert not any(found.quality.model_dump(exclude={"quantities"}).values())


def test_what_became_of_a_deviation(policy: Policy, tmp_path: Path) -> None:
    old = audit(policy, tmp_path / "old", letters(0, 3))
    answered = "S0;Svar;08-01-2026;B0;A0\n"
    new = audit(policy, tmp_path / "new", letters(0, 2) + answered + letters(0, 1, start=7))
    (late,) = [rule for rule in compare_audits(old, new).rules or () if rule.rule == "late-reply"]
    assert (len(late.new), late.persisting) == (1, 1)
    assert {(one.now, one.findings) for one in late.gone} == {(Verdict.SATISFIED, 1), (None, 1)}


def test_another_coverage_is_no_progress(policy: Policy, tmp_path: Path) -> None:
    """Without answers on record the late ones are undetermined, and all that is decided looks kept: 75 % would become 100 %."""
    rows = letters(30, 10)
    old = audit(policy, tmp_path / "old", rows)
    silent = MAPPING.replace("  reply_sent: all\n", "")
    new = audit(policy, tmp_path / "new", rows, mapping=silent)
    found = compare_audits(old, new)
    one = on(found, "G21")
    assert (one.status, one.difference) == ("not-comparable", None)
    assert "reply_sent" in one.unlike
    assert {"mapping", "coverage"} <= set(found.unlike)
    assert "reply_sent" in found.quality.recorded_no_more
    assert "reply_sent" in compare_audits(new, old).quality.recorded_now


def test_a_rule_that_could_not_be_checked_then_is_told(policy: Policy, tmp_path: Path) -> None:
    rows = letters(30, 10)
    decisions = MAPPING.replace("covers:\n", "covers:\n  complaint_received: all\n")
    found = compare_audits(audit(policy, tmp_path / "old", rows), audit(policy, tmp_path / "new", rows, mapping=decisions))
    assert "complaint-ignored" in found.quality.checkable_now
    assert not found.quality.checkable_no_more


@pytest.mark.parametrize("unlike", ["profile", "ruleset", "overlay"])
def test_other_rules_are_refused_and_said_loudly_where_wanted(policy: Policy, tmp_path: Path, unlike: str) -> None:
    old, new = quarters(policy, tmp_path)
    other = {
        "profile": lambda: new.model_copy(update={"profile": "statutory"}),
        "ruleset": lambda: new.model_copy(update={"ruleset": new.ruleset.model_copy(update={"digest": "0" * 64})}),
        "overlay": lambda: audit(with_overlay(tmp_path), tmp_path / "new", letters(45, 5), "2026-05-04"),
    }[unlike]()
    with pytest.raises(UsageError, match="says nothing about the cases"):
        compare_audits(old, other)
    found = compare_audits(old, other, anyway=True)
    assert unlike in found.unlike
    for lang, words in (("en", "Take care"), ("da", "Vær varsom")):
        assert words in comparison_markdown(found, policy.ruleset.statements, lang)


def with_overlay(folder: Path) -> Policy:
    (folder / "ours").mkdir()
    (folder / "ours" / "overlay.yaml").write_text(
        "overlay: ours\ntitle: {da: Vores, en: Ours}\nparameters:\n"
        '  reply_deadline: {value: 8 working days, from: 2025-01-01, reason: "decided"}\n',
        encoding="utf-8",
    )
    return Policy.rebild(overlay=folder / "ours")


def test_the_later_one_first_is_refused(policy: Policy, tmp_path: Path) -> None:
    old, new = quarters(policy, tmp_path)
    with pytest.raises(UsageError, match="Give the earlier one first"):
        compare_audits(new, old)


def test_an_audit_that_does_not_say_what_its_source_lacks(policy: Policy, tmp_path: Path) -> None:
    old, new = quarters(policy, tmp_path)
    older = old.model_copy(update={"tallies": tuple(one.model_copy(update={"lacks": None}) for one in old.tallies)})
    assert "coverage-unknown" in compare_audits(older, new).unlike


def test_what_is_accepted_or_told_elsewhere_is_in_no_share(policy: Policy, tmp_path: Path) -> None:
    old, new = quarters(policy, tmp_path)
    accepted = tuple(one.model_copy(update={"waived": 4}) if one.rule == "late-reply" else one for one in old.tallies)
    one = on(compare_audits(old.model_copy(update={"tallies": accepted}), new), "G21")
    assert (one.old.kept, one.old.deviations) == (30, 6)


# --------------------------------------------------------------------------------------------------------- saved audits
def test_saved_audits_say_the_same(policy: Policy, tmp_path: Path) -> None:
    old, new = quarters(policy, tmp_path)
    paths = saved(old, tmp_path, "old"), saved(new, tmp_path, "new")
    read = [read_audit(path) for path in paths]
    bare = compare_audits(*read)
    assert bare.rules is None
    findings = [read_findings(path.with_suffix(".jsonl")) for path in paths]
    assert compare_audits(*read, old_findings=findings[0], new_findings=findings[1]) == compare_audits(old, new)
    with pytest.raises(UsageError, match="are not those of its audit: there are"):
        compare_audits(*read, old_findings=findings[1], new_findings=findings[1])


def test_a_file_of_something_else_is_refused_without_its_contents(policy: Policy, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"version": "1", "hemmelig": "Jens"}', encoding="utf-8")
    with pytest.raises(SourceError, match=r"a\.json: this is no saved audit") as error:
        read_audit(tmp_path / "a.json")
    assert "Jens" not in str(error.value)
    with pytest.raises(SourceError, match="can't be read"):
        read_audit(tmp_path / "none.json")


# ----------------------------------------------------------------------------------------------------------- the command
def test_the_command_in_both_languages(policy: Policy, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    old, new = quarters(policy, tmp_path)
    saved(old, tmp_path, "old")
    saved(new, tmp_path, "new")
    ask = ["compare", "old.json", "new.json", "--old-findings", "old.jsonl", "--new-findings", "new.jsonl"]
    assert run(*ask, "--lang", "en", "--markdown", "c.md") == 0
    english = " ".join(capsys.readouterr().out.split())
    assert "30 of 40 kept (75%), now 45 of 50 kept (90%): +15.0 percentage points." in english
    assert "5 new, 0 persisting, 10 gone gone: 10 not in the newer audit" in english
    assert "| 30 of 40 kept (75%) | 45 of 50 kept (90%) | +15.0 percentage points |" in (tmp_path / "c.md").read_text("utf-8")
    assert run(*ask, "--lang", "da") == 0
    danish = " ".join(capsys.readouterr().out.split())
    assert "30 af 40 overholdt (75 %), nu 45 af 50 overholdt (90 %): +15,0 procentpoint." in danish
    assert run(*ask, "--format", "json") == 0
    jsonschema.Draft202012Validator(schema("comparison")).validate(json.loads(capsys.readouterr().out))
    assert run("compare", "new.json", "old.json") == 2
    assert "Give the earlier one first" in capsys.readouterr().err
    assert run(*ask, "--markdown", "old.json") == 2, "an input would be overwritten"


def test_a_hostile_name_is_shown_as_text(policy: Policy, tmp_path: Path) -> None:
    old, new = quarters(policy, tmp_path)
    name = "Sag <script>|*x*\u202e 010190-1234"
    strange = new.model_copy(update={"source": new.source.model_copy(update={"file": name})})
    text = comparison_markdown(compare_audits(old, strange), policy.ruleset.statements, "en")
    assert not re.search(r"<script>|\u202e|010190-1234", text)


def run(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["rebild-policy", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
    return int(stopped.value.code or 0)


def test_an_audit_in_buckets_says_the_same(policy: Policy, tmp_path: Path) -> None:
    old, new = quarters(policy, tmp_path)
    folder = tmp_path / "new"
    bulk = policy.audit(folder / "export.csv", folder / "mapping.yaml", new.as_of, engine="tables", work=tmp_path / "work")
    told, expected = compare_audits(old, bulk), compare_audits(old, new)
    assert told.statements == expected.statements
    assert told.rules == expected.rules
