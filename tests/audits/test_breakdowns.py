"""What an audit counts by month, unit, channel and case kind."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from rebild_policy import Audit, Case, Policy, Verdict
from rebild_policy.audits.breakdowns import DIMENSIONS, BreakdownCounts, breakdown
from rebild_policy.audits.results import Breakdown
from rebild_policy.report import figures
from small_export import audit

DEMO = Path(__file__).parents[2] / "src" / "rebild_policy" / "demo"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.rebild()


@pytest.fixture(scope="module")
def demo(policy: Policy) -> Audit:
    return policy.audit(DEMO / "sager.csv", DEMO / "sager.yaml", date(2026, 5, 29))


def test_bucket_by_bucket_counts_the_same(policy: Policy, demo: Audit, tmp_path: Path) -> None:
    found = policy.audit(DEMO / "sager.csv", DEMO / "sager.yaml", date(2026, 5, 29), engine="tables", work=tmp_path)
    assert found.breakdowns == demo.breakdowns
    assert found.awaited == demo.awaited


def by_value(found: Breakdown) -> dict[str | None, dict[Verdict, int]]:
    counts: dict[str | None, Counter[Verdict]] = {}
    for cell in found.cells:
        counts.setdefault(cell.value, Counter()).update(cell.verdicts)
    return {value: dict(counted) for value, counted in counts.items()}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_adds_up_to_the_tallies(demo: Audit, dimension: str) -> None:
    cells = demo.by(dimension).cells
    for tally in demo.tallies:
        counted: Counter[Verdict] = Counter()
        for cell in cells:
            if cell.rule == tally.rule:
                counted.update(cell.verdicts)
        assert {verdict: counted[verdict] for verdict in figures.ORDER} == figures.of_tallies([tally])


def test_findings_are_counted_by_what_their_triggers_and_cases_say(policy: Policy, tmp_path: Path) -> None:
    found = audit(policy, tmp_path, "A-1;Brev;05-01-2026;;1", "B-2;Brev;02-02-2026;;2", "B-2;Svar;09-02-2026;2;3")
    assert list(by_value(found.by("month"))) == ["2026-01", "2026-02"]
    late = [cell for cell in found.by("month").cells if cell.rule == "late-reply"]
    assert [(cell.value, cell.verdicts) for cell in late] == [
        ("2026-01", {Verdict.VIOLATED: 1}),
        ("2026-02", {Verdict.SATISFIED: 1}),
    ]
    assert set(by_value(found.by("channel"))) == {"email"}
    assert set(by_value(found.by("unit"))) == set(by_value(found.by("kind"))) == {None}


def test_what_is_awaited_stands_by_its_day(policy: Policy, tmp_path: Path) -> None:
    found = audit(policy, tmp_path, "A-1;Brev;24-02-2026;;1", "B-2;Brev;20-02-2026;;2", "C-3;Brev;20-02-2026;;3")
    late = [(one.day, one.findings) for one in found.awaited if one.rule == "late-reply"]
    assert late == [(date(2026, 3, 6), 2), (date(2026, 3, 10), 1)]
    assert sum(one.findings for one in found.awaited) == found.count(Verdict.PENDING)


def test_an_audit_without_breakdowns_has_none(demo: Audit) -> None:
    assert demo.model_copy(update={"breakdowns": ()}).by("unit") == Breakdown(by="unit", cells=())


def test_values_that_are_not_listed_stand_together() -> None:
    counts = {("b", f"unit {number}", Verdict.SATISFIED): number for number in range(1, 6)}
    counts |= {("b", "worst", Verdict.VIOLATED): 1, ("a", "unit 1", Verdict.EXEMPT): 2, ("a", None, Verdict.PENDING): 4}
    found = breakdown("unit", counts, ["a", "b"], listed=3)
    assert [(cell.value, cell.others, cell.rule, sum(cell.verdicts.values())) for cell in found.cells] == [
        ("worst", False, "b", 1),
        ("unit 5", False, "b", 5),
        ("unit 4", False, "b", 4),
        (None, True, "a", 2),
        (None, True, "b", 6),
        (None, False, "a", 4),
    ]


def test_what_few_cases_share_is_not_named() -> None:
    counts = {("a", name, Verdict.VIOLATED): 9 for name in ("Nis Opdigtet", "Borgerservice", "x" * 81)}
    found = breakdown("unit", counts, ["a"], {"Nis Opdigtet": 4, "Borgerservice": 5, "x" * 81: 9})
    assert [(cell.value, cell.others, cell.verdicts) for cell in found.cells] == [
        ("Borgerservice", False, {Verdict.VIOLATED: 9}),
        (None, True, {Verdict.VIOLATED: 18}),
    ]


def test_a_case_counts_once_however_many_findings_it_has(policy: Policy) -> None:
    counts = BreakdownCounts()
    letters = [{"type": "inquiry_received", "id": id_, "time": "2026-01-05", "channel": "email", "unit": "Byg"} for id_ in "12"]
    for id_ in ("A-1", "B-2"):
        case = Case.read({"id": id_, "kind": "Hegn", "events": letters})
        for finding in policy.check(case, as_of=date(2026, 3, 2)).findings:
            counts.take(finding, case.event(finding.trigger.id), case)
    assert sum(counts.found["unit"].values()) > 4
    assert counts.cases == {"unit": {"Byg": 2}, "kind": {"Hegn": 2}}


def test_numbers_of_citizens_are_taken_out_and_months_are_never_cut() -> None:
    counts = {("a", name, Verdict.SATISFIED): 1 for name in ("Team 010190-1234", "Team 020290-1234")}
    (cell,) = breakdown("unit", counts, ["a"]).cells
    assert "1234" not in (cell.value or "")
    assert cell.verdicts == {Verdict.SATISFIED: 2}
    months = {("a", f"{year}-01", Verdict.VIOLATED): 1 for year in range(1990, 2100)}
    assert [cell.value for cell in breakdown("month", months, ["a"], listed=3).cells] == [
        f"{year}-01" for year in range(1990, 2100)
    ]
