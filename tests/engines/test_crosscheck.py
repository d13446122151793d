"""A second judge is heard: a difference is an error that names rule, case and both verdicts, and leaves the case in a file."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from rebild_policy import Case, Policy
from rebild_policy.cli import main as command_line
from rebild_policy.crosscheck import CrossCheck
from rebild_policy.disguise import disguised
from rebild_policy.engines import ENGINES
from rebild_policy.engines.base import Judgement
from rebild_policy.engines.reference import ReferenceEngine
from rebild_policy.errors import DisagreementError, UsageError
from rebild_policy.facts import Coverage
from rebild_policy.loading import load_rules
from rebild_policy.plan import build_plan
from rebild_policy.results import Verdict

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src" / "rebild_policy" / "demo"
AS_OF = date(2026, 5, 1)
SECRETS = ("Jens Hansen", "journal 17", "Havnegade", "letter-4711", "Afdeling Syd")
CASE = Case.read(
    {
        "id": "journal 17",
        "kind": "sygedagpenge",
        "competent_authority": "Havnegade",
        "events": [
            {"type": "inquiry_received", "id": "letter-4711", "time": "2026-01-05", "channel": "email", "unit": "Afdeling Syd"},
            {
                "type": "decision_made",
                "id": "d",
                "time": "2026-02-05T10:00",
                "recorded_at": "2026-02-06",
                "matter": "Havnegade",
                "outcome": "refused",
                "act": "decision",
                "final": True,
                "decided_by": "Jens Hansen",
            },
            {
                "type": "hearing_sent",
                "id": "h",
                "time": "2026-01-20",
                "matter": "Havnegade",
                "actor": "Jens Hansen",
                "respond_by": "2026-01-30",
            },
            {"type": "note_recorded", "id": "n", "time": "2026-02-06", "about": ["letter-4711", "elsewhere"]},
        ],
    }
)


class Mild(ReferenceEngine):
    """An engine that takes every late reply for answered, and counts one match too many of another rule."""

    def judge(self, case: Case, as_of: date) -> Judgement:
        judgement = super().judge(case, as_of)
        rows = [self._mild(row) for row in judgement.rows]
        return Judgement(rows, judgement.not_applicable)

    @staticmethod
    def _mild(row):
        late = row.rule == "late-reply" and row.verdict is Verdict.VIOLATED
        return row._replace(verdict=Verdict.SATISFIED) if late else row


class Miscounting(ReferenceEngine):
    """An engine that finds the right verdicts and counts a match that there is not."""

    def judge(self, case: Case, as_of: date) -> Judgement:
        judgement = super().judge(case, as_of)
        return Judgement(judgement.rows, {**judgement.not_applicable, "late-reply": 7})


class Silent(ReferenceEngine):
    """An engine that has nothing to say of late replies."""

    def judge(self, case: Case, as_of: date) -> Judgement:
        judgement = super().judge(case, as_of)
        return Judgement([row for row in judgement.rows if row.rule != "late-reply"], judgement.not_applicable)


@pytest.fixture(autouse=True)
def wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for engine in (Mild, Miscounting, Silent):
        monkeypatch.setitem(ENGINES, engine.__name__.lower(), engine)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.rebild()


def test_two_that_agree_change_nothing(policy: Policy, tmp_path: Path) -> None:
    plain = policy.check(CASE, AS_OF)
    assert policy.check(CASE, AS_OF, cross_check="reference") == plain
    assert policy.check(CASE, AS_OF, engine="reference", cross_check="compiled") == plain
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("mild", "violated (due 2026-01-19), and satisfied (due 2026-01-19)"),
        ("miscounting", "0 matches not applicable, and 7 matches not applicable"),
        ("silent", "violated (due 2026-01-19), and not applicable"),
    ],
)
def test_a_difference_names_rule_case_and_both_verdicts(policy: Policy, tmp_path: Path, engine: str, said: str) -> None:
    with pytest.raises(DisagreementError) as raised:
        policy.check(CASE, AS_OF, cross_check=engine)
    assert raised.value.message == f"compiled and {engine} differ on the rule 'late-reply' for the case 'journal 17': {said}."
    assert "disagreement-late-reply.yaml" in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["disagreement-late-reply.yaml"]


def test_the_case_is_saved_under_made_up_names_and_can_become_an_example(policy: Policy, tmp_path: Path) -> None:
    folder = tmp_path / "found"
    folder.mkdir()
    with pytest.raises(DisagreementError):
        policy.check(CASE, AS_OF, coverage=Coverage.all().without("access_requested"), cross_check=CrossCheck("mild", folder))
    text = (folder / "disagreement-late-reply.yaml").read_text(encoding="utf-8")
    assert not [secret for secret in SECRETS if secret in text]
    assert "engine: mild" in text
    assert "without:\n  - access_requested\n" in text

    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    (original,) = rules.rglob("late-reply.yaml")
    item = text.partition("\nexamples:\n")[2]
    original.write_text(
        original.read_text("utf-8").rstrip("\n") + "\n" + re.sub("^", "  ", item, flags=re.MULTILINE).rstrip() + "\n"
    )
    example = load_rules(rules).rule("late-reply").examples[-1]
    assert example.expect == {"e0": "violated"}
    found = policy.check(Case.read(example.case), example.as_of).findings
    assert [str(finding.verdict) for finding in found if finding.rule == "late-reply"] == ["violated"]


def test_made_up_names_keep_what_rules_turn_on() -> None:
    plan = build_plan(load_rules(ROOT / "rules"), profile="statutory")
    data = disguised(CASE, plan)
    assert data["kind"] == "sygedagpenge"  # a key of the table of processing times
    assert data["competent_authority"] == data["events"][1]["matter"] == data["events"][2]["matter"]
    assert data["events"][1]["decided_by"] == data["events"][2]["actor"] != data["events"][1]["matter"]
    assert data["events"][3]["about"] == ["e0", "x0"]
    assert data["events"][1]["time"] == CASE.events[1].model_dump(mode="json")["time"]
    assert "recorded_at" not in data["events"][1]
    dumped = json.dumps(data, ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in dumped]
    made_up = Case.read(data)
    one, other = (ENGINES["reference"](plan).judge(case, AS_OF) for case in (CASE, made_up))
    assert [(row.rule, row.verdict, row.due) for row in one.rows] == [(row.rule, row.verdict, row.due) for row in other.rows]
    assert one.not_applicable == other.not_applicable


def test_an_engine_that_is_not_there(policy: Policy) -> None:
    with pytest.raises(UsageError, match=r"unknown engine 'durabel'\. Did you mean 'durable'"):
        policy.check(CASE, AS_OF, cross_check="durabel")
    with pytest.raises(UsageError, match="unknown engine 'durabel'"):
        policy.audit(DEMO / "sager.csv", DEMO / "sager.yaml", AS_OF, cross_check="durabel")


def test_an_audit_stops_at_the_first_case_on_which_two_differ(policy: Policy, tmp_path: Path) -> None:
    with pytest.raises(DisagreementError, match="differ on the rule 'late-reply' for the case '"):
        policy.audit(DEMO / "sager.csv", DEMO / "sager.yaml", date(2026, 5, 29), cross_check="mild")
    assert [path.name for path in tmp_path.iterdir()] == ["disagreement-late-reply.yaml"]


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["rebild-policy", *arguments])
    with pytest.raises(SystemExit) as left:
        command_line.main()
    return left.value.code or 0


def test_the_commands_exit_with_3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "case.json").write_text(CASE.model_dump_json(exclude_none=True), encoding="utf-8")
    dated = ("--as-of", "2026-05-29", "--lang", "en")
    assert command(monkeypatch, "check", "case.json", *dated, "--cross-check", "reference") == 0
    assert command(monkeypatch, "check", "case.json", *dated, "--cross-check", "mild") == 3
    assert "differ on the rule 'late-reply' for the case 'journal 17'" in capsys.readouterr().err
    audit = ("audit", str(DEMO / "sager.csv"), "--mapping", str(DEMO / "sager.yaml"), *dated)
    assert command(monkeypatch, *audit, "--cross-check", "reference") == 0
    assert command(monkeypatch, *audit, "--cross-check", "mild") == 3
