"""What is published of an audit: no case, no small number, and none that follows from the others."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_smallcells import Table, possible, with_totals
from typer.testing import CliRunner

from rebild_policy import Audit, Policy, Verdict
from rebild_policy.audits.publishing import VERDICTS, Published, published
from rebild_policy.audits.results import Breakdown, Cell
from rebild_policy.audits.smallcells import LEAST
from rebild_policy.cli.main import app
from rebild_policy.report.publication import render_publication

DEMO = Path(__file__).parents[2] / "src" / "rebild_policy" / "demo"
AS_OF = date(2026, 3, 2)


@pytest.fixture(scope="module")
def demo() -> Audit:
    return Policy.rebild().audit(DEMO / "sager.csv", DEMO / "sager.yaml", AS_OF)


def numbers(found: Published) -> Iterator[int | None]:
    for rule in found.rules:
        yield from (*rule.verdicts.values(), rule.total)
    yield from (*found.verdicts.values(), found.total, found.cases)
    for one in found.statistics:
        yield from (one.met, one.unmet, one.open, one.unknown)
    for breakdown in found.breakdowns:
        for row in breakdown.rows:
            yield from row.numbers


def test_no_small_number_is_published(demo: Audit) -> None:
    found = list(numbers(published(demo)))
    assert not [number for number in found if number is not None and 0 < number < LEAST]
    assert found.count(None) > 50
    assert sum(number is not None and number >= LEAST for number in found) > 100


def test_what_is_shown_is_right(demo: Audit) -> None:
    found = published(demo)
    for rule, tally in zip(found.rules, demo.tallies, strict=True):
        counts = Counter(tally.verdicts) - Counter({Verdict.VIOLATED: tally.subsumed + tally.waived})
        assert all(number in {None, counts[verdict]} for verdict, number in rule.verdicts.items())
        assert rule.total in {None, counts.total()}
    assert found.total in {None, sum(demo.count(verdict) for verdict in VERDICTS)}
    for breakdown in found.breakdowns:
        for row in breakdown.rows:
            real: Counter[str | None] = Counter()
            for cell in demo.by(breakdown.by).cells:
                if cell.rule == row.rule:
                    real[cell.value] += cell.verdicts.get(row.verdict, 0)
            for value, number in zip(breakdown.values, row.numbers, strict=True):
                assert value.others or number in {None, real[value.value]}


def test_no_number_stands_alone_in_its_line(demo: Audit) -> None:
    """A necessary condition, on every line of every table, checked without the network that chose what to hide."""
    found = published(demo)
    lines = [[*rule.verdicts.values()] for rule in found.rules if rule.total is not None]
    lines += [[rule.verdicts[verdict] for rule in found.rules] for verdict in VERDICTS if found.verdicts[verdict] is not None]
    for breakdown in found.breakdowns:
        lines += [[*row.numbers] for row in breakdown.rows]
        for rule in {row.rule for row in breakdown.rows}:
            # How many findings of the rule share a value may be known from another rule, where they are not few.
            for numbers in zip(*(row.numbers for row in breakdown.rows if row.rule == rule), strict=True):
                if sum(number or 0 for number in numbers) >= LEAST:
                    lines.append([*numbers])
    assert sum(None in line for line in lines) > 20
    assert not [line for line in lines if line.count(None) == 1]


def small_audit(demo: Audit, table: Table) -> Audit:
    """An audit of one rule, and a large one beside it, whose findings by unit are given: units by two verdicts."""
    verdicts = (Verdict.SATISFIED, Verdict.VIOLATED)
    tallies = tuple(
        demo.tallies[place].model_copy(
            update={
                "verdicts": {verdict: sum(row[column] for row in rows) for column, verdict in enumerate(verdicts)},
                "subsumed": 0,
                "waived": 0,
            }
        )
        for place, rows in ((0, table), (1, [[40, 50]]))
    )
    cells = tuple(
        Cell(rule=tallies[0].rule, value=f"unit {place}", verdicts={v: n for v, n in zip(verdicts, row, strict=True) if n})
        for place, row in enumerate(table)
        if any(row)
    )
    return demo.model_copy(update={"tallies": tallies, "breakdowns": (Breakdown(by="unit", cells=cells),)})


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 8), min_size=2, max_size=2), min_size=1, max_size=3))
def test_nothing_follows_even_for_who_knows_the_findings_of_each_unit(demo: Audit, table: Table) -> None:
    found = published(small_audit(demo, table))
    rule, rows = found.rules[0], found.breakdowns[0].rows
    shown = [rule.verdicts[Verdict.SATISFIED], rule.verdicts[Verdict.VIOLATED]]
    totals = with_totals(table)[-1]
    assert all(number is None or not 0 < number < LEAST for number in shown)
    if len(rows) < 2:
        return  # one of the two verdicts has few findings, or none
    kept = [place for place, row in enumerate(table) if sum(row) >= LEAST]
    named = [table[place] for place in kept]
    if few(table):
        named.append([sum(table[place][column] for place in range(len(table)) if place not in kept) for column in (0, 1)])
    away = frozenset((place, column) for column, row in enumerate(rows) for place, n in enumerate(row.numbers) if n is None)
    # Whoever knows the total of a unit knows no more: it is small itself, or takes no number away.
    small = frozenset((place, 2) for place, row in enumerate(named) if 0 < sum(row) < LEAST)
    assert with_totals(named)[-1] == totals
    for (row, column), values in possible(named, away | small).items():
        assert len(values) > 1, (row, column)


def few(table: Table) -> bool:
    return any(0 < sum(row) < LEAST for row in table)


def test_values_that_few_have_are_not_named(demo: Audit) -> None:
    audit = small_audit(demo, [[3, 1], [60, 70]])
    assert [(one.value, one.others) for one in published(audit).breakdowns[0].values] == [("unit 1", False), (None, True)]


def test_neither_case_nor_employee_nor_due_day_is_in_it(demo: Audit) -> None:
    text = published(demo).model_dump_json() + render_publication(published(demo), "da")
    cases = {finding.case for finding in demo.findings}
    assert len(cases) > 100
    assert not [case for case in cases if case in text]
    assert not re.search(r"\bM\d\d\b", text)


def test_the_smallest_audit_is_all_dashes(demo: Audit) -> None:
    audit = small_audit(demo, [[1, 1]])
    audit = audit.model_copy(update={"tallies": audit.tallies[:1]})
    found = published(audit)
    assert found.total is None
    assert not [number for number in found.rules[0].verdicts.values() if number]
    none = demo.model_copy(update={"tallies": (), "breakdowns": (), "statistics": ()})
    assert published(none).total == 0


# ------------------------------------------------------------------------------------------------------ the command line
def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["audit", str(DEMO / "sager.csv"), "--mapping", str(DEMO / "sager.yaml"), *arguments])
    return done.exit_code, done.output


def test_the_command_writes_markdown_and_json(tmp_path: Path) -> None:
    for name in ("numbers.md", "numbers.json"):
        code, _ = run("--as-of", "2026-03-02", "--lang", "en", "--publish", str(tmp_path / name))
        assert code == 0
    text = (tmp_path / "numbers.md").read_text(encoding="utf-8")
    assert "# The guideline in numbers as of 2026-03-02" in text
    assert "## By kind of case" in text
    written = json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))
    assert Published.model_validate(written).cases == 200


def test_another_ending_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"with \.md or \.json"):
        CliRunner().invoke(
            app,
            ["audit", "none.csv", "--mapping", "none.yaml", "--as-of", "2026-03-02", "--publish", "numbers.html"],
            catch_exceptions=False,
        )
