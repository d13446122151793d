"""A baseline: which deviations are new, which persist and which are fixed, from one export to the next."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from rebild_policy import Audit, Policy, Verdict
from rebild_policy.audits.baseline import read_baseline, with_baseline
from rebild_policy.cli.main import main
from rebild_policy.errors import SourceError
from rebild_policy.report.jsonl import write_findings
from small_export import audit

LATE = ("A;Brev;05-01-2026;;1", "B;Brev;05-01-2026;;2", "C;Brev;05-01-2026;;3")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.rebild()


def compared(policy: Policy, folder: Path, old: tuple[str, ...], new: tuple[str, ...]) -> Audit:
    write_findings(folder / "old.jsonl", audit(policy, folder, *old).findings)
    return with_baseline(audit(policy, folder, *new), read_baseline(folder / "old.jsonl"))


def test_new_persisting_and_fixed(policy: Policy, tmp_path: Path) -> None:
    # A is as it was, B was answered (in time, as it turns out), C is gone, D is new.
    found = compared(policy, tmp_path, LATE, (*LATE[:2], "B;Svar;09-01-2026;2;9", "D;Brev;06-01-2026;;4"))
    late = {one.case: (one.verdict, one.baseline) for one in found.findings if one.rule == "late-reply"}
    assert late == {
        "A": (Verdict.VIOLATED, "persisting"),
        "B": (Verdict.SATISFIED, None),
        "D": (Verdict.VIOLATED, "new"),
    }
    assert found.baseline is not None
    assert [(one.case, one.now) for one in found.baseline.fixed if one.rule == "late-reply"] == [
        ("B", Verdict.SATISFIED),
        ("C", None),
    ]
    assert found.baseline.new + found.baseline.persisting == len(found.violations)


def test_an_audit_against_itself_has_nothing_new_and_nothing_fixed(policy: Policy, tmp_path: Path) -> None:
    found = compared(policy, tmp_path, LATE, LATE)
    assert found.baseline is not None
    assert (found.baseline.new, found.baseline.fixed) == (0, ())
    assert found.baseline.persisting == len(found.violations) > 0


def test_a_file_of_something_else_is_refused_by_line(tmp_path: Path) -> None:
    good = '{"fingerprint":"a","rule":"r","case":"c","trigger":{"id":"i"},"verdict":"violated"}'
    (tmp_path / "old.jsonl").write_text(f"{good}\nSag;Brev\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"old\.jsonl:2") as error:
        read_baseline(tmp_path / "old.jsonl")
    assert "Brev" not in str(error.value)
    with pytest.raises(SourceError, match="can't be read"):
        read_baseline(tmp_path / "none.jsonl")


def test_the_command_says_what_is_new_and_fails_on_that_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    audit(Policy.rebild(), tmp_path, *LATE)
    ask = ["audit", "export.csv", "--mapping", "mapping.yaml", "--as-of", "2026-03-02", "--lang", "en", "--fail-on", "low"]
    assert run(*ask, "--findings", "old.jsonl") == 1
    capsys.readouterr()
    assert run(*ask, "--baseline", "old.jsonl", "--html", "a.html") == 0, "nothing is new"
    assert re.search(r"Since old\.jsonl +0 new, \d+ persisting and 0 fixed", capsys.readouterr().out)
    assert "Since old.jsonl: 0 new" in (tmp_path / "a.html").read_text("utf-8")
    audit(Policy.rebild(), tmp_path, *LATE[:2], "D;Brev;05-01-2026;;4")
    assert run(*ask, "--baseline", "old.jsonl", "--sarif", "a.sarif", "--junit", "a.xml", "--markdown", "a.md") == 1
    states = {one.get("baselineState") for one in json.loads((tmp_path / "a.sarif").read_text("utf-8"))["runs"][0]["results"]}
    assert {"new", "unchanged"} <= states
    assert "| Since old.jsonl | 1 new" in (tmp_path / "a.md").read_text("utf-8")
    assert ElementTree.parse(tmp_path / "a.xml").getroot().tag == "testsuites"


def run(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["rebild-policy", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
    return int(stopped.value.code or 0)
