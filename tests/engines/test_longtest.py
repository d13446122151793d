"""A long self-test is the sum of its pieces: cut up, on several cores, stopped and taken up again."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rebild_policy.engines import ENGINES
from rebild_policy.engines.base import Judgement
from rebild_policy.engines.reference import ReferenceEngine
from rebild_policy.errors import UsageError
from rebild_policy.facts import Case
from rebild_policy.loading import load_rules
from rebild_policy.selftest import long as longtest
from rebild_policy.selftest.comparing import SelftestResult, run
from rebild_policy.selftest.long import resident_memory, run_long

RULES = load_rules(Path(__file__).parents[2] / "rules")
SOME = replace(RULES, rules=tuple(RULES.rule(name) for name in ("late-reply", "decision-without-hearing", "access-over-a-month")))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(longtest, "BLOCK", 40)
    return


def seen(result: SelftestResult) -> tuple[object, ...]:
    """What a run saw, less the time it took."""
    return result.cases, result.engines, result.counts, result.differing, result.differences


def test_pieces_add_up_to_the_whole() -> None:
    result, memory = run_long(SOME, ["compiled"], 150, 1)
    assert seen(result) == seen(run(SOME, ["compiled"], 150, 1, block=40))
    assert [each.cases for each in memory] in ([40, 80, 120, 150], [])


def test_a_run_that_is_stopped_is_taken_up_and_sees_the_same(tmp_path: Path) -> None:
    state, told = tmp_path / "state.json", []

    def stop(done: int) -> None:
        told.append(done)
        if done > 90:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_long(SOME, ["compiled"], 150, 1, state=state, progress=stop)
    assert json.loads(state.read_text())["rebild-policy selftest"]["done"] == [0, 40]
    again: list[int] = []
    result, _ = run_long(SOME, ["compiled"], 150, 1, state=state, progress=again.append)
    assert seen(result) == seen(run(SOME, ["compiled"], 150, 1, block=40))
    assert min(again) == 80  # nothing is compared twice
    result, _ = run_long(SOME, ["compiled"], 150, 1, state=state)
    assert seen(result) == seen(run(SOME, ["compiled"], 150, 1, block=40))


def test_several_processes_see_what_one_sees(tmp_path: Path) -> None:
    result, memory = run_long(SOME, ["compiled"], 90, 1, jobs=2, state=tmp_path / "state.json")
    assert seen(result) == seen(run(SOME, ["compiled"], 90, 1, block=40))
    assert len(memory) in {0, 3}
    assert {each.cases for each in memory} <= {10, 40, 50, 80, 90}  # by process


class Wrong(ReferenceEngine):
    """An engine that never says anything."""

    def judge(self, case: Case, as_of: date) -> Judgement:
        return Judgement([])


def test_a_difference_is_found_again_by_the_run_that_takes_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "wrong", Wrong)
    state = tmp_path / "state.json"
    first, _ = run_long(SOME, ["wrong"], 80, 1, state=state)
    second, _ = run_long(SOME, ["wrong"], 80, 1, state=state)
    assert first.differing == second.differing > 0
    assert first.differences == second.differences
    assert not state.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no file of a self-test"),
        ("[]", "no file of a self-test"),
        ('{"rebild-policy selftest": {"of": {"piece": 5}, "done": [], "seconds": 0, "counts": {}}}', "of another run"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(UsageError, match=said):
        run_long(SOME, ["compiled"], 90, 1, state=tmp_path / "state.json")


def test_a_file_of_another_seed_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    run_long(SOME, ["compiled"], 50, 1, state=state)
    with pytest.raises(UsageError, match="of another run"):
        run_long(SOME, ["compiled"], 50, 2, state=state)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process what it holds without a library")
def test_the_memory_of_a_process_is_known() -> None:
    before = resident_memory()
    held = bytearray(50_000_000)
    held[::4096] = b"x" * len(held[::4096])
    assert resident_memory() > before + 40_000_000
