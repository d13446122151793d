"""The self-test finds a planted bug, makes it small, and writes it as an example that can be pasted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rebild_policy.calendar import Calendar
from rebild_policy.difference import Difference, write_counterexample
from rebild_policy.engines import ENGINES
from rebild_policy.engines.base import Judgement
from rebild_policy.engines.reference import Match, ReferenceEngine
from rebild_policy.errors import UsageError
from rebild_policy.expressions import Truth
from rebild_policy.facts import Case, Coverage
from rebild_policy.loading import load_rules
from rebild_policy.plan import build_plan
from rebild_policy.results import Row
from rebild_policy.rules import Quantifier, Rule
from rebild_policy.selftest.comparing import run
from rebild_policy.strategies.generator import Scenario

RULES = Path(__file__).parents[2] / "rules"
SHIPPED = load_rules(RULES)
FEW = replace(SHIPPED, rules=SHIPPED.rules[:8])  # where any rules will do: the plans of all take long to build


class _EarlyMatch(Match):
    """A due date that is today counts as over."""

    def _base(self, node: Quantifier, due: date | None, otherwise: Truth) -> Truth:
        said = super()._base(node, due, otherwise)
        return otherwise if said is Truth.OPEN and due == self.as_of else said


class Early(ReferenceEngine):
    """An engine that is wrong on the last day of a deadline alone."""

    def matches(self, rule: Rule, case: Case, as_of: date) -> Iterator[Match]:
        for match in super().matches(rule, case, as_of):
            yield _EarlyMatch(match.plan, match.case, match.as_of, match.rule, match.bound)


class Falling(ReferenceEngine):
    """An engine that raises for one id."""

    def judge(self, case: Case, as_of: date) -> Judgement:
        if any(event.id == "E0" for event in case.events):
            raise KeyError("E0")
        return super().judge(case, as_of)


class Forgetful(ReferenceEngine):
    """An engine that does not count what a rule does not apply to."""

    def judge(self, case: Case, as_of: date) -> Judgement:
        return Judgement(super().judge(case, as_of).rows)


class Shuffled(ReferenceEngine):
    """An engine that gives the right rows in another order."""

    def judge(self, case: Case, as_of: date) -> Judgement:
        judgement = super().judge(case, as_of)
        return Judgement(judgement.rows[::-1], judgement.not_applicable)


class TwoFaced(ReferenceEngine):
    """An engine whose quick answer is another."""

    def verdicts(self, case: Case, as_of: date) -> list[Row]:
        return super().verdicts(case, as_of)[:1]


@pytest.fixture(autouse=True)
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in (Early, Falling, Forgetful, Shuffled, TwoFaced):
        monkeypatch.setitem(ENGINES, engine.__name__.lower(), engine)


def test_a_planted_bug_is_found_made_small_and_written(tmp_path: Path) -> None:
    # Few differences are made small, so that the rule in question is asked alone.
    alone = replace(SHIPPED, rules=(SHIPPED.rule("late-reply"),))
    result = run(alone, ["early"], 1500, seed=1)
    assert result.differing > 0
    found = {difference.rule: difference for difference in result.differences}
    assert set(found) <= {rule.name for rule in SHIPPED.rules}
    difference = found["late-reply"]
    assert [row.verdict for row in difference.expected] == ["pending"]
    assert [row.verdict for row in difference.got] == ["violated"]
    assert len(difference.scenario.data["events"]) == 1
    assert difference.scenario.as_of == difference.expected[0].due
    write_counterexample(tmp_path / "found.yaml", difference)
    text = (tmp_path / "found.yaml").read_text(encoding="utf-8")
    assert "engine: early" in text
    assert "  - {inquiry_received: 2026-01-05, id: e0, channel: digital_post}\n" in text


def test_what_is_written_can_be_pasted_into_the_rule(tmp_path: Path) -> None:
    for number, difference in enumerate(run(SHIPPED, ["early"], 800, seed=2).differences):
        _is_an_example(difference, tmp_path / str(number))


def _is_an_example(difference: Difference, folder: Path) -> None:
    """Paste the difference into its rule and load that: the last example is the scenario, as the reference judges it."""
    folder.mkdir()
    write_counterexample(folder / "found.yaml", difference)
    item = (folder / "found.yaml").read_text(encoding="utf-8").partition("\nexamples:\n")[2]
    rules = folder / "rules"
    (rules / "parameters").mkdir(parents=True)
    for path in (RULES / "terms.yaml", *(RULES / "parameters").iterdir()):
        (rules / path.relative_to(RULES)).write_bytes(path.read_bytes())
    (original,) = RULES.rglob(f"{difference.rule}.yaml")
    indented = "".join(f"  {line}\n" for line in item.splitlines())
    text = re.sub("^subsumed_by: .*\n", "", original.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (rules / original.name).write_text(text.rstrip("\n") + "\n" + indented, encoding="utf-8")
    ruleset = load_rules(rules)
    example = ruleset.rule(difference.rule).examples[-1]
    coverage = Coverage.all().without(*example.without)
    plan = build_plan(ruleset, profile=difference.profile, coverage=coverage, same_day=example.same_day)
    rows = ENGINES["reference"](plan).verdicts(Case.read(example.case), example.as_of)
    assert {"+".join((row.trigger, *row.key)): row.verdict for row in rows} == example.expect
    assert difference.calendar != Calendar() or tuple(rows) == difference.expected


def test_odd_texts_are_written_so_that_they_are_read_back(tmp_path: Path) -> None:
    odd = ["null", "5", "05", "1e3", "2026-01-05", "å/😀", "a: b # c", 'say "x"', "back\\slash", "two\nlines"]
    odd += ["\u200b", "true ", "no", "e", "a - b", "{x}", "[", "*x", "&x", "!", "%"]
    events = [{"type": "interest_declared", "id": text, "time": "2026-01-05", "employee": text} for text in odd]
    events.append({"type": "decision_made", "id": "d", "time": "2026-01-06T10:00", "decided_by": "5", "sent_on": "2026-01-07"})
    events.append({"type": "measure_considered", "id": "m", "time": "2026-01-06", "intrusiveness": 10**17, "case": "æ"})
    scenario = Scenario({"id": "æ", "kind": "null", "urgent": True, "opened": "2026-01-01", "events": events}, date(2026, 2, 1))
    rows = (Row("decided-with-declared-interest", "d", (), "undetermined", None),)
    difference = Difference("decided-with-declared-interest", "early", rows, (), scenario, "guideline")
    folder = tmp_path / "odd"
    _is_an_example(difference, folder)
    ruleset = load_rules(folder / "rules")
    case = Case.read(ruleset.rules[0].examples[-1].case)
    assert case == scenario.case


def test_an_engine_that_raises_is_a_difference(tmp_path: Path) -> None:
    result = run(FEW, ["falling"], 1500, seed=3)
    assert result.differing > 0
    difference = result.differences[0]
    assert difference.error == "KeyError: 'E0'"
    assert [event["id"] for event in difference.scenario.data["events"]] == ["E0"]
    write_counterexample(tmp_path / "found.yaml", difference)
    assert "error: \"KeyError: 'E0'\"" in (tmp_path / "found.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("engine", ["forgetful", "shuffled", "twofaced"])
def test_counts_order_and_both_answers_are_compared(engine: str) -> None:
    result = run(FEW, [engine], 60, seed=4)
    assert result.differing > 0
    assert result.differences


def test_a_run_follows_from_its_seed_alone() -> None:
    first, again, other = (run(FEW, ["early"], 150, seed) for seed in (5, 5, 6))
    assert (first.counts, first.differing, first.differences) == (again.counts, again.differing, again.differences)
    assert first.counts != other.counts


def test_a_run_in_pieces_sees_what_a_run_in_one_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Case, date, Coverage]] = []

    class Recording(ReferenceEngine):
        def judge(self, case: Case, as_of: date) -> Judgement:
            seen.append((case, as_of, self.plan.coverage))
            return super().judge(case, as_of)

    monkeypatch.setitem(ENGINES, "recording", Recording)
    monkeypatch.setattr("rebild_policy.selftest.comparing.BLOCK", 20)  # 50 is in the middle of a block
    run(FEW, ["recording"], 75, seed=7)
    whole, seen = seen, []
    run(FEW, ["recording"], 50, seed=7)
    run(FEW, ["recording"], 25, seed=7, first=50)
    assert seen == whole
    assert len({case.model_dump_json() for case, _, _ in whole}) == 75


def test_progress_is_told_and_counts_are_shown() -> None:
    told: list[int] = []
    result = run([SHIPPED], ["reference", "compiled"], 120, 8, told.append)
    assert told == [0, 50, 100, 120]
    assert result.engines == ("reference", "compiled")
    assert result.verdicts("compiled") == result.verdicts("reference")
    assert list(result.verdicts()) == ["satisfied", "exempt", "undetermined", "pending", "violated", "not applicable"]
    assert "pending" in result.unseen("pending", "violated")["decision-without-hearing"]
    assert result.seconds > 0
    assert set(result.counts["reference"]) == {rule.name for rule in SHIPPED.rules}


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown engine 'compild'"):
        run(SHIPPED, ["compild"], 1, 1)
