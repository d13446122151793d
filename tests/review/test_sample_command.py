"""`rebild-policy sample` on the shipped export, and its answers in the report of an audit, as a user runs them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from review_samples import DEMO

from rebild_policy.privacy import CPR_SHAPE

COMMAND = [sys.executable, "-c", "from rebild_policy.cli.main import main; main()"]
EXPORT = ("export.csv", "--mapping", "mapping.yaml", "--as-of", "2026-05-29")
FILES = ("checklists.html", "answers.csv", "sample.json")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "120", "PYTHONUTF8": "1"}
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, encoding="utf-8", env=environment, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "export.csv").write_bytes((DEMO / "sager.csv").read_bytes())
    (tmp_path / "mapping.yaml").write_bytes((DEMO / "sager.yaml").read_bytes())
    return tmp_path


def test_from_the_sample_to_the_report(folder: Path) -> None:
    done = run(folder, "sample", *EXPORT, "--out", "review", "--lang", "da")
    assert (done.returncode, done.stderr) == (0, "")
    sample = json.loads((folder / "review" / "sample.json").read_text(encoding="utf-8"))
    drawn = len(sample["cases"])
    assert done.stdout.startswith(f"{drawn} af 200 sager er trukket ud, højst 3 fra hver af {len(sample['strata'])} grupper.")
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [f"review/{name}" for name in FILES]
    page = (folder / "review" / "checklists.html").read_text(encoding="utf-8")
    assert page.count("<article ") == drawn
    for name in FILES:
        text = (folder / "review" / name).read_text(encoding="utf-8")
        assert not CPR_SHAPE.search(text)
        for private in ("Opdigtsen", "Eksempelsen", "Opfundet", "M16"):
            assert private not in text, "neither the free text nor an employee of the export"

    path = folder / "review" / "answers.csv"
    head, *rows = csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    for number, row in enumerate(row for row in rows if row[1] == "G07"):
        row[3] = ("nej", "uklart")[number] if number < 2 else "ja"
    rows.append(["findes-ikke", "G07", "", "ja"])
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows([head, *rows])
    done = run(folder, "audit", *EXPORT, "--answers", "review/answers.csv", "--html", "report.html", "--lang", "da")
    assert (done.returncode, done.stderr) == (0, "")
    said = f"{drawn - 2} ja, 1 nej, 1 kan ikke afgøres, af {drawn} svar"
    flat = " ".join(done.stdout.split())
    assert f"G07 Mødes borgeren i øjenhøjde og med respekt i brevene på sagen? {said} G08" in flat
    assert f"Række {len(rows) + 1}: sagen er ikke i stikprøven." in flat
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert f"Vurderet af mennesker: {said}." in report
    assert "findes-ikke" not in report
    done = run(folder, "audit", *EXPORT, "--answers", "review/answers.csv", "--format", "json")
    reviews = {one["statement"]: one for one in json.loads(done.stdout)["reviews"]}
    assert reviews["G07"] == {"statement": "G07", "yes": drawn - 2, "no": 1, "unclear": 1, "unanswered": 0}


def test_the_same_command_writes_the_same_bytes_and_keeps_answers(folder: Path) -> None:
    line = ("sample", *EXPORT, "--per-stratum", "1", "--seed", "7", "--out", "review", "--lang", "en")
    assert run(folder, *line).returncode == 0
    before = {name: (folder / "review" / name).read_bytes() for name in FILES}
    assert run(folder, *line).returncode == 0
    assert {name: (folder / "review" / name).read_bytes() for name in FILES} == before
    answers = folder / "review" / "answers.csv"
    filled = before["answers.csv"].replace(b",\r\n", b",yes\r\n", 1)
    answers.write_bytes(filled)
    done = run(folder, *line)
    assert done.returncode == 2
    assert done.stderr == "rebild-policy: review/answers.csv is there already, and may hold answers. Name another folder.\n"
    assert answers.read_bytes() == filled
    assert (folder / "review" / "sample.json").read_bytes() == before["sample.json"]


def test_what_is_wrong_is_one_line(folder: Path) -> None:
    (folder / "own").mkdir()
    (folder / "own" / "answers.csv").write_bytes((folder / "export.csv").read_bytes())
    for arguments, words in (
        (("sample", "own/answers.csv", *EXPORT[1:], "--out", "own"), "own/answers.csv would be overwritten."),
        (("sample", *EXPORT, "--out", "export.csv"), "export.csv"),
        (("audit", *EXPORT, "--answers", "own/answers.csv"), "own: there is no sample.json beside the answers."),
        (("audit", *EXPORT, "--answers", "none.csv"), "there is no sample.json beside the answers."),
    ):
        done = run(folder, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
