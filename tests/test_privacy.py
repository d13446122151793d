"""CPR shapes planted in every text field of an export are in no output, log or error."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rebild_policy.privacy import REDACTED, holds_cpr, redact

DEMO = Path(__file__).parent.parent / "src" / "rebild_policy" / "demo"
# Shaped like a CPR number and like nobody's: there is no 99th day.
PLANTED = "990199-9998"
DIGITS = PLANTED.replace("-", "")
COMMAND = [sys.executable, "-c", "from rebild_policy.cli.main import main; main()"]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "400"}
    return subprocess.run([*COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, env=environment, check=False)


def planted_export(column: str | None) -> str:
    """The demo export with the planted number in one text column, the case's number aside, or in all of them."""
    rows = list(csv.reader((DEMO / "sager.csv").read_text(encoding="utf-8").splitlines(), delimiter=";"))
    head, out = rows[0], io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(head)
    for number, row in enumerate(rows[1:]):
        # Every third row, so that enough of the export stays readable to be judged.
        if len(row) == len(head) and number % 3 == 0:
            for place, name in enumerate(head):
                if name != head[0] and (column is None or name == column):
                    row[place] = f"{row[place]} {PLANTED}".strip() if number % 2 else DIGITS
        writer.writerow(row)
    return out.getvalue()


def columns() -> list[str]:
    head = (DEMO / "sager.csv").read_text(encoding="utf-8").splitlines()[0]
    return head.split(";")[1:]


@pytest.mark.parametrize("column", [*columns(), None])
def test_planted_numbers_are_in_no_output(tmp_path: Path, column: str | None) -> None:
    (tmp_path / "export.csv").write_text(planted_export(column), encoding="utf-8")
    outputs = ["--findings", "findings.jsonl", "--html", "report.html", "--quarantine", "quarantine.csv"]
    outputs += ["--markdown", "report.md", "--publish", "numbers.json"]
    arguments = ["audit", "export.csv", "--mapping", str(DEMO / "sager.yaml"), "--as-of", "2026-05-29", *outputs]
    faces = [["--lang", "da"], ["--lang", "en", "--format", "json"], ["--preflight"]]
    for extra in faces if column is None else faces[:1]:
        done = run(*arguments, *extra, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert_clean(done.stdout, done.stderr)
    written = [(tmp_path / name).read_text(encoding="utf-8") for name in outputs[1::2]]
    assert_clean(*written)
    assert written[0].count("\n") > 100


def test_planted_numbers_are_in_no_sample(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(planted_export(None), encoding="utf-8")
    arguments = ["sample", "export.csv", "--mapping", str(DEMO / "sager.yaml"), "--as-of", "2026-05-29", "--out", "review"]
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = [path.read_text(encoding="utf-8") for path in (tmp_path / "review").iterdir()]
    assert len(written) == 3
    assert_clean(done.stdout, done.stderr, *written)


def test_planted_numbers_in_a_case_are_in_no_report_or_error(tmp_path: Path) -> None:
    case = {
        "id": "2026-1",
        "kind": PLANTED,
        "events": [
            {"type": "inquiry_received", "id": PLANTED, "time": "2026-01-05", "channel": "email", "actor": PLANTED},
            {"type": "decision_made", "id": "d", "time": "2026-02-02", "matter": PLANTED, "act": "decision",
             "outcome": "refused", "final": True, "decided_by": PLANTED},
        ],
    }  # fmt: skip
    (tmp_path / "case.json").write_text(json.dumps(case))
    for arguments in (["--format", "json"], ["--lang", "da"], ["--lang", "en"]):
        done = run("check", "case.json", "--as-of", "2026-03-02", *arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert_clean(done.stdout, done.stderr)
    for broken in ({**case, PLANTED: 1}, {**case, "events": [{"type": PLANTED}]}, {**case, "opened": PLANTED}):
        (tmp_path / "case.json").write_text(json.dumps(broken))
        done = run("check", "case.json", "--as-of", "2026-03-02", cwd=tmp_path)
        assert done.returncode == 2
        assert_clean(done.stdout, done.stderr)


def assert_clean(*texts: str) -> None:
    for text in texts:
        for planted in (PLANTED, DIGITS, PLANTED.replace("-", " ")):
            assert planted not in text


@pytest.mark.parametrize("written", ["990199-9998", "9901999998", "990199 9998", "990199\u20119998"])
def test_every_way_to_write_a_number_is_redacted(written: str) -> None:
    assert redact(f"fra {written}.") == f"fra {REDACTED}."


@pytest.mark.parametrize("text", ["2026-01-05", "12345678901", "task-42933", "99 01 99"])
def test_other_numbers_stay(text: str) -> None:
    assert not holds_cpr(text)
