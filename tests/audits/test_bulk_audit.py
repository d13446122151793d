"""Audits bucket by bucket: the same numbers and the same bytes as in memory, whatever the buckets, and after a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from time import sleep

import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from rebild_policy import Audit, Policy, Verdict
from rebild_policy.audits.baseline import read_baseline, with_baseline
from rebild_policy.audits.bulk import assembling
from rebild_policy.audits.request import Request
from rebild_policy.cli.main import app
from rebild_policy.errors import DisagreementError, UsageError
from rebild_policy.report.jsonl import write_findings
from rebild_policy.report.tables import write_table
from rebild_policy.sources.accounting import write_quarantine
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.waivers import Waiver, WaiverBook
from small_export import MAPPING
from workbook_cells import cells_of

AS_OF = date(2026, 2, 9)
CASES = 120


def rows(cases: int = CASES, seed: int = 1) -> list[str]:
    """Letters and answers, late ones among them, and rows that can't be used."""
    random = Random(seed)
    made = []
    for number in range(cases):
        day = random.randint(1, 28)
        made.append(f"S-{number};Brev;{day:02}-01-2026;;{number}-1")
        if random.random() < 0.7:
            made.append(f"S-{number};Svar;{random.randint(1, 28):02}-{random.randint(1, 2):02}-2026;{number}-1;{number}-2")
        if random.random() < 0.05:
            made.append(f"S-{number};Svar;31-02-2026;{number}-1;{number}-3")
        if random.random() < 0.05:
            made.append(made[-1])
        if random.random() < 0.05:
            made.append(f"S-{number};Ukendt;01-02-2026;;{number}-4")
    random.shuffle(made)
    return [*made, "S-1;for få felter", "990199-9998;Brev;05-01-2026;;1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("export")
    (made / "export.csv").write_text("Sag;Hvad;Dag;Svar til;Nr\n" + "\n".join(rows()) + "\n", encoding="utf-8")
    (made / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.rebild(profile="statutory")


@pytest.fixture(scope="module")
def audit(policy: Policy, folder: Path) -> Callable[..., Audit]:
    def run(**options: object) -> Audit:
        return policy.audit(folder / "export.csv", folder / "mapping.yaml", AS_OF, command="an audit", **options)  # type: ignore[arg-type]

    return run


@pytest.fixture(scope="module")
def in_memory(audit: Callable[..., Audit]) -> Audit:
    return audit(engine="compiled", waivers=WAIVERS)


WAIVERS = (
    *(
        Waiver(rule="late-reply", case=f"S-{number}", reason="aftalt", approved_by="leder", expires=date(2027, 1, 1))
        for number in range(0, 40, 2)
    ),
    Waiver(rule="late-reply", case="S-999", reason="aftalt", approved_by="leder", expires=date(2027, 1, 1)),
)


def files(audit: Audit, folder: Path) -> dict[str, bytes]:
    """Every finding in each form that comes out the same."""
    folder.mkdir()
    write_findings(folder / "findings.jsonl", audit.every())
    for suffix in ("csv", "parquet"):
        write_table(folder / f"findings.{suffix}", audit)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def run_in_buckets(policy: Policy, folder: Path, **options: object) -> Audit:
    request = Request(
        policy, folder / "export.csv", folder / "mapping.yaml", AS_OF, command="an audit", waivers=WaiverBook(WAIVERS, AS_OF)
    )
    return assembling.run_bulk_audit(request, **options)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------------------- the same
def test_the_numbers_and_the_findings_are_those_of_an_audit_in_memory(
    policy: Policy, folder: Path, in_memory: Audit, tmp_path: Path
) -> None:
    assert in_memory.accounting.quarantined > 5
    assert in_memory.accounting.duplicates > 5
    assert in_memory.accounting.unmapped
    told = {verdict for verdict in Verdict if in_memory.count(verdict)}
    assert told >= {Verdict.SATISFIED, Verdict.VIOLATED, Verdict.PENDING, Verdict.UNDETERMINED}
    assert sum(tally.waived for tally in in_memory.tallies) > 0
    expected = files(in_memory, tmp_path / "expected")
    for number, options in enumerate(({"buckets": 1, "threads": 1}, {"buckets": 7, "threads": 2})):
        found = run_in_buckets(policy, folder, **options)
        assert found.model_dump() == in_memory.model_dump()
        assert found.quarantined == tuple(found.every_quarantined()) == in_memory.quarantined
        assert files(found, tmp_path / str(number)) == expected


def test_the_worst_are_held_and_all_are_written(
    policy: Policy, folder: Path, in_memory: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembling, "MOST_HELD", 60)
    found = run_in_buckets(policy, folder, buckets=3)
    assert len(found.findings) == 60
    assert len(list(found.every())) == len(in_memory.findings)
    assert {one.rule for one in found.violations} == {one.rule for one in in_memory.violations}
    told = {one.fingerprint: one for one in in_memory.findings}
    assert all(one.explanation == told[one.fingerprint].explanation for one in found.findings)


def test_the_first_rows_of_the_quarantine_are_held_and_all_are_written(
    policy: Policy, folder: Path, in_memory: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembling, "MOST_HELD", 4)
    found = run_in_buckets(policy, folder, buckets=3)
    assert found.quarantined == in_memory.quarantined[:4]
    assert found.accounting.quarantined == len(in_memory.quarantined) > 4
    for audit, name in ((found, "found.csv"), (in_memory, "expected.csv")):
        write_quarantine(tmp_path / name, audit.every_quarantined())
    assert (tmp_path / "found.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()


def test_a_baseline_marks_what_is_not_held_as_well(
    policy: Policy, folder: Path, in_memory: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [one for one in in_memory.findings if not one.case.endswith("7")]
    write_findings(tmp_path / "old.jsonl", lines)
    baseline = read_baseline(tmp_path / "old.jsonl")
    expected = with_baseline(in_memory, baseline)
    assert expected.baseline
    assert expected.baseline.new > 0
    monkeypatch.setattr(assembling, "MOST_HELD", 20)
    found = with_baseline(run_in_buckets(policy, folder, buckets=3), baseline)
    assert found.baseline == expected.baseline
    assert files(found, tmp_path / "found") == files(expected, tmp_path / "expected")


def test_pseudonyms_are_the_same_both_ways(audit: Callable[..., Audit], tmp_path: Path) -> None:
    key = Pseudonyms(b"a key of the tests, 32 bytes long")
    one, other = (audit(engine=engine, pseudonyms=key) for engine in ("compiled", "tables"))
    assert one.model_dump() == other.model_dump()
    found = files(other, tmp_path / "other")
    assert found == files(one, tmp_path / "one")
    assert not any(b"S-1" in content or b"990199" in content for content in found.values())


# ---------------------------------------------------------------------------------------------------------- stopped and not
KILLED = """
import sys
from datetime import date
from pathlib import Path
from rebild_policy import Policy
folder, work = map(Path, sys.argv[1:3])
policy = Policy.rebild(profile="statutory")
print("ready", flush=True)
policy.audit(folder / "export.csv", folder / "mapping.yaml", date(2026, 2, 9), command="an audit", engine="tables", work=work)
"""


def test_a_killed_audit_is_taken_up_and_says_the_same(
    audit: Callable[..., Audit], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "import rebild_policy.audits.bulk.running as running\nrunning.BYTES_A_BUCKET = 1_500\n" + KILLED
    expected = audit(engine="compiled")
    monkeypatch.setattr("rebild_policy.audits.bulk.running.BYTES_A_BUCKET", 1_500)
    random, stages = Random(5), set()
    for number in range(5):
        work = tmp_path / f"work-{number}"
        with subprocess.Popen([sys.executable, "-c", script, str(folder), str(work)], stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            wanted = work / "rows" if number == 0 else work / "parts" / "bucket-0000.json"
            while not wanted.exists() and process.poll() is None:
                sleep(0.002)
            sleep(random.random() / 4)
            process.send_signal(signal.SIGKILL)
        done = {file: file.stat().st_mtime_ns for file in (work / "parts").glob("bucket-*.json")}
        stages.add(len(done))
        found = audit(engine="tables", work=work, resume=True)
        assert {file: file.stat().st_mtime_ns for file in done} == done, "what was done is not done again"
        assert found.model_dump() == expected.model_dump()
        assert files(found, tmp_path / f"files-{number}") == files(expected, tmp_path / f"expected-{number}")
    assert len(stages) > 1


def test_what_can_not_be_resumed_is_said(audit: Callable[..., Audit], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no audit to resume"):
        audit(engine="tables", work=tmp_path / "none", resume=True)
    audit(engine="tables", work=tmp_path / "work")
    with pytest.raises(UsageError, match="already"):
        audit(engine="tables", work=tmp_path / "work")
    with pytest.raises(UsageError, match="of other data or by other rules"):
        audit(engine="tables", work=tmp_path / "work", resume=True, waivers=WAIVERS)
    with pytest.raises(UsageError, match="keeps no work"):
        audit(engine="compiled", work=tmp_path / "work")
    with pytest.raises(UsageError, match="takes no cross-check"):
        audit(engine="tables", cross_check="reference")
    with pytest.raises(UsageError, match="knows no engine 'duckdb'"):
        audit(engine="duckdb")


def test_a_difference_from_the_reference_stops_the_audit(
    audit: Callable[..., Audit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rebild_policy.engines.tables.auditing import AuditJudge
    from rebild_policy.engines.tables.compiling import Program

    original = AuditJudge._program

    def mistaken(self: AuditJudge, there: frozenset[str], *, long_cases: bool) -> Program:
        program = original(self, there, long_cases=long_cases)
        program.texts = {number: text.replace('"d0"."due" AS', '("d0"."due" - 9) AS') for number, text in program.texts.items()}
        return program

    monkeypatch.setattr(AuditJudge, "_program", mistaken)
    with pytest.raises(DisagreementError, match="The case is in"):
        audit(engine="tables", work=tmp_path)
    assert list(tmp_path.glob("disagreement-*.yaml"))


# ------------------------------------------------------------------------------------------------------------- command
def test_the_command_writes_what_the_name_of_the_file_says(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["audit", str(folder / "export.csv"), "--mapping", str(folder / "mapping.yaml"), "--as-of", "2026-02-09"]
    for engine in ("compiled", "tables"):
        for suffix in ("jsonl", "csv", "parquet", "xlsx"):
            options = ["--engine", engine, "--findings", f"{engine}.{suffix}", "--summary", f"{engine}.json"]
            done = CliRunner().invoke(app, [*command, *options], catch_exceptions=False)
            assert done.exit_code == 0, done.output
    for suffix in ("jsonl", "csv", "parquet"):
        assert Path(f"compiled.{suffix}").read_bytes() == Path(f"tables.{suffix}").read_bytes()
    table = parquet.read_table("tables.parquet").to_pylist()
    lines = [json.loads(line) for line in Path("tables.jsonl").read_text("utf-8").splitlines()]
    assert [row["fingerprint"] for row in table] == [line["fingerprint"] for line in lines]
    assert len(cells_of(Path("tables.xlsx"))) == len(table) + 1
    summary = json.loads(Path("tables.json").read_text("utf-8"))
    assert summary["source"]["sha256"]
    assert summary["tallies"] == json.loads(Path("compiled.json").read_text("utf-8"))["tallies"]
    with pytest.raises(UsageError, match=r"can't be written as '\.cvs'"):
        CliRunner().invoke(app, [*command, "--findings", "findings.cvs"], catch_exceptions=False)


def test_no_cell_of_a_table_is_a_formula(policy: Policy, tmp_path: Path) -> None:
    evil = ["=1+1", "+1", "-1", "@A1", "\u0009=1", "'=1", '=HYPERLINK("http://x";"y")']
    made = "".join(f'"{case.replace(chr(34), chr(34) * 2)}";Brev;05-01-2026;;"={n}"\n' for n, case in enumerate(evil))
    (tmp_path / "export.csv").write_text("Sag;Hvad;Dag;Svar til;Nr\n" + made, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    found = policy.audit(tmp_path / "export.csv", tmp_path / "mapping.yaml", AS_OF, engine="tables")
    write_table(tmp_path / "found.csv", found)
    write_table(tmp_path / "found.xlsx", found)
    text = (tmp_path / "found.csv").read_text("utf-8")
    cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    for row in cells_of(tmp_path / "found.xlsx"):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
