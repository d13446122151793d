"""Audits of many buckets: stopped and taken up again, checked by the reference, and the same bytes every time."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from time import sleep
from types import SimpleNamespace

import pytest
import yaml
from benchmarks.audit import handwritten
from benchmarks.audit.generator import generate
from pyarrow import parquet

from rebild_policy.audits.bulk import judging as bulk
from rebild_policy.audits.bulk.judging import judge_buckets
from rebild_policy.bundled import rules_folder
from rebild_policy.engines.tables.compiling import Program
from rebild_policy.engines.tables.layout import CASE, fields_of
from rebild_policy.engines.tables.store import read_cases, write_buckets
from rebild_policy.errors import DisagreementError, UsageError
from rebild_policy.facts import vocabulary
from rebild_policy.loading import load_rules
from rebild_policy.plan import Plan, build_plan
from rebild_policy.results import Verdict

WORDS = vocabulary()
AS_OF = date(2024, 6, 1)
AUDIT = f"""
import sys
from pathlib import Path
sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[2])!r}]
from test_bulk import AS_OF, judge_buckets, plan
from pathlib import Path
print("ready", flush=True)
judge_buckets(plan(), Path(sys.argv[1]).iterdir(), Path(sys.argv[2]), AS_OF, resume=sys.argv[3:] == ["resume"])
"""


def plan() -> Plan:
    whole = build_plan(load_rules(rules_folder()), profile="guideline")
    return replace(whole, rules=tuple(rule for rule in whole.rules if rule.name in handwritten.RULES))


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The same cases in twelve buckets and in one."""
    folder = tmp_path_factory.mktemp("export")
    generate(folder / "made", 12_000, {name: fields_of(WORDS, name) for name in (*WORDS.types, CASE)})
    cases = list(read_cases(folder / "made" / "bucket-0000", WORDS))
    write_buckets(folder / "many", cases, 12, WORDS)
    write_buckets(folder / "one", cases, 1, WORDS)
    return SimpleNamespace(many=folder / "many", one=folder / "one", cases=cases)


@pytest.fixture(scope="module")
def undisturbed(export: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    out = tmp_path_factory.mktemp("undisturbed")
    told: list[tuple[int, int]] = []
    result = judge_buckets(plan(), export.many.iterdir(), out, AS_OF, progress=lambda done, of: told.append((done, of)))
    assert told == [(done, 12) for done in range(13)]
    rows = parquet.read_table(result.findings).to_pylist()
    assert result.tally.verdicts == Counter((row["rule"], row["verdict"]) for row in rows)
    assert {verdict for _, verdict in result.tally.verdicts} >= {Verdict.SATISFIED, Verdict.VIOLATED, Verdict.EXEMPT}
    assert sum(result.tally.not_applicable.values()) > 0
    assert result.rechecked > 500
    return result.findings.read_bytes()


def test_neither_buckets_nor_threads_change_a_byte(export: SimpleNamespace, undisturbed: bytes, tmp_path: Path) -> None:
    judge_buckets(plan(), export.one.iterdir(), tmp_path, AS_OF, threads=1)
    assert (tmp_path / "findings.parquet").read_bytes() == undisturbed


def test_an_audit_that_was_killed_is_taken_up_where_it_stopped(
    export: SimpleNamespace, undisturbed: bytes, tmp_path: Path
) -> None:
    random, done = Random(7), set()
    for number in range(5):
        out = tmp_path / str(number)
        command = [sys.executable, "-c", AUDIT, str(export.many), str(out)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            while not (out / "parts" / "bucket-0000.json").exists():
                sleep(0.005)
            sleep(random.random() / 2)
            process.send_signal(signal.SIGKILL)
        parts = {file.name: file.stat().st_mtime_ns for file in (out / "parts").glob("bucket-*.json")}
        done.add(len(parts))
        judge_buckets(plan(), export.many.iterdir(), out, AS_OF, resume=True)
        assert (out / "findings.parquet").read_bytes() == undisturbed
        assert parts.items() <= {file.name: file.stat().st_mtime_ns for file in (out / "parts").glob("bucket-*.json")}.items()
    assert min(done) < 12


def test_what_can_not_be_resumed_is_said(export: SimpleNamespace, tmp_path: Path) -> None:
    few = sorted(export.many.iterdir())[:1]
    with pytest.raises(UsageError, match="no audit to resume"):
        judge_buckets(plan(), few, tmp_path, AS_OF, resume=True)
    judge_buckets(plan(), few, tmp_path, AS_OF)
    with pytest.raises(UsageError, match="already"):
        judge_buckets(plan(), few, tmp_path, AS_OF)
    with pytest.raises(UsageError, match="of other data or by other rules"):
        judge_buckets(plan(), few, tmp_path, date(2024, 6, 2), resume=True)


def test_a_difference_from_the_reference_stops_the_audit(
    export: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mistaken(bulk.BucketJudge):
        """Counts ten days of the calendar where the rule says ten working days."""

        def _program(self, there: frozenset[str], *, long_cases: bool) -> Program:
            program = super()._program(there, long_cases=long_cases)
            program.texts = {
                number: text.replace('"d0"."due" AS', '("d0"."due" - 4) AS') for number, text in program.texts.items()
            }
            return program

    monkeypatch.setattr(bulk, "BucketJudge", Mistaken)
    with pytest.raises(DisagreementError, match=r"differ on the rule 'late-reply' for the case .* The case is in") as raised:
        judge_buckets(plan(), export.one.iterdir(), tmp_path, AS_OF)
    text = (tmp_path / "disagreement-late-reply.yaml").read_text("utf-8")
    assert "disagreement-late-reply.yaml" in str(raised.value)
    saved = yaml.safe_load(text)
    assert saved["expected"] != saved["got"]
    assert saved["examples"][0]["events"]
    named = {case.id for case in export.cases} | {event.id for case in export.cases for event in case.events}
    assert not [name for name in named if name in text], "saved under made-up names"
