"""Equal treatment: what is compared, by which numbers, and that no small number can be read from them."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from fractions import Fraction
from io import StringIO
from itertools import product
from math import comb, isclose, sqrt
from pathlib import Path
from statistics import median
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from rebild_policy import Audit, Case, Policy
from rebild_policy.audits.equality import (
    DIMENSIONS,
    Comparable,
    Decided,
    Group,
    decisions_of,
    equal_treatment,
    low_rank,
    waiting,
    wilson,
)
from rebild_policy.audits.results import Breakdown
from rebild_policy.audits.smallcells import LEAST
from rebild_policy.report.html import render_html
from rebild_policy.report.markdown import render_markdown
from rebild_policy.report.terminal import render_audit

DEMO = Path(__file__).parents[2] / "src" / "rebild_policy" / "demo"
AS_OF = date(2026, 3, 2)


# ------------------------------------------------------------------------------------------------------------- from a case
def case_of(*events: dict[str, object], **fields: object) -> Case:
    numbered = [{"id": f"e{number}", **event} for number, event in enumerate(events)]
    return Case.read({"id": "c", "kind": "byggesag", **fields, "events": numbered})


APPLICATION = {"type": "inquiry_received", "kind": "application", "time": "2026-01-05", "channel": "email", "unit": "Byg"}
DECISION = {"type": "decision_made", "outcome": "refused", "final": True, "act": "decision", "time": "2026-02-02"}


def test_a_decision_is_counted_from_the_application() -> None:
    earlier = {"type": "inquiry_received", "kind": "question", "time": "2026-01-02", "channel": "phone"}
    case = case_of(earlier, APPLICATION, DECISION, urgent=True)
    assert list(decisions_of(case, AS_OF)) == [Decided("byggesag", True, "Byg", "email", False, 28)]
    registered = {"type": "application_received", "time": "2026-01-12", "channel": "post"}
    assert [one.days for one in decisions_of(case_of(earlier, registered, DECISION), AS_OF)] == [21]
    assert [one.days for one in decisions_of(case_of(earlier, DECISION), AS_OF)] == [31]


def test_the_unit_of_the_decision_counts_before_that_of_the_application() -> None:
    assert [one.unit for one in decisions_of(case_of(APPLICATION, {**DECISION, "unit": "Vej"}), AS_OF)] == ["Vej"]


def test_only_the_first_final_decision_of_a_matter_counts() -> None:
    granted = {**DECISION, "outcome": "granted", "time": "2026-02-10"}
    assert [one.granted for one in decisions_of(case_of(DECISION, granted), AS_OF)] == [False]
    assert [one.granted for one in decisions_of(case_of({**DECISION, "matter": "a"}, granted), AS_OF)] == [False, True]
    assert [one.days for one in decisions_of(case_of(DECISION), AS_OF)] == [None]


@pytest.mark.parametrize("change", [{"final": False}, {"act": "procedural"}, {"outcome": None}, {"time": "2026-03-03"}])
def test_what_is_no_final_decision_is_not_compared(change: dict[str, object]) -> None:
    event = {name: value for name, value in {**DECISION, **change}.items() if value is not None}
    assert not list(decisions_of(case_of(APPLICATION, event), AS_OF))


def test_a_case_without_a_kind_or_with_gaps_is_not_compared() -> None:
    assert not list(decisions_of(case_of(DECISION, kind=None), AS_OF))
    assert not list(decisions_of(case_of(DECISION), AS_OF, {"inquiry_received"}))


# ------------------------------------------------------------------------------------------------------------- intervals
def test_the_interval_of_wilson() -> None:
    known = {(8, 10): (0.4902, 0.9433), (0, 10): (0.0, 0.2775), (10, 10): (0.7225, 1.0), (1, 29): (0.0061, 0.1718)}
    for (part, whole), ends in known.items():
        found = wilson(part, whole)
        assert (round(found.low, 4), round(found.high, 4)) == ends

    @given(st.integers(1, 400).flatmap(lambda whole: st.tuples(st.integers(1, whole), st.just(whole))))
    def its_ends_are_where_the_score_test_turns(pair: tuple[int, int]) -> None:
        part, whole = pair
        low = wilson(part, whole).low
        assert isclose(part / whole - low, 1.959964 * sqrt(low * (1 - low) / whole), abs_tol=2e-4)

    its_ends_are_where_the_score_test_turns()


@pytest.mark.parametrize(("count", "rank"), [(1, 0), (5, 0), (6, 1), (8, 1), (9, 2), (20, 6), (50, 18), (100, 40)])
def test_ranks_as_in_the_tables(count: int, rank: int) -> None:
    assert low_rank(count) == rank


@pytest.mark.parametrize("count", [*range(1, 40), 999, 1000, 1001, 4000])
def test_the_interval_covers_the_median_and_is_no_wider_than_it_must_be(count: int) -> None:
    """Both tails, counted out exactly: each number is below the median with probability one half."""

    def tails(rank: int) -> Fraction:
        return 2 * Fraction(sum(comb(count, below) for below in range(rank)), 2**count)

    rank, five = low_rank(count), Fraction(1, 20)
    assert tails(rank) <= five + (Fraction(1, 1000) if count > 1000 else 0)
    assert tails(rank + 2 if count > 1000 else rank + 1) > five


@given(st.lists(st.integers(0, 60), min_size=1, max_size=60))
def test_waiting_times_in_order(days: list[int]) -> None:
    found = waiting(Counter(days))
    assert found.median == median(days)
    if found.interval is None:
        assert len(days) < 9
    else:
        rank = low_rank(len(days))
        assert (found.interval.low, found.interval.high) == (sorted(days)[rank - 1], sorted(days)[-rank])


# ----------------------------------------------------------------------------------------------------------- small cells
def decided(numbers: dict[tuple[str | None, str | None, bool], int], kind: str = "a") -> Counter[Decided]:
    return Counter({Decided(kind, None, unit, channel, granted, 7): n for (unit, channel, granted), n in numbers.items() if n})


VALUES = ("X", "Y", None)


@st.composite
def offices(draw: st.DrawFn) -> Counter[Decided]:
    small = st.integers(0, 7)
    return decided({(unit, None, granted): draw(small) for unit in VALUES for granted in (True, False)})


def shown(group: Group) -> tuple[int | None, int | None]:
    return group.decisions, group.granted


def alternatives(one: Comparable, groups: tuple[Group, ...]) -> list[tuple[tuple[int, int], ...]]:
    """All ways to fill the groups, each with its granted and its other decisions, that fit every number shown."""
    most = (one.whole.decisions or 0) + 1

    def fits(group: Group, granted: int, other: int) -> bool:
        decisions, part = shown(group)
        return decisions in {None, granted + other} and part in {None, granted}

    choices = [
        [(granted, other) for granted, other in product(range(most), repeat=2) if fits(group, granted, other)] for group in groups
    ]
    found = []
    for filled in product(*choices):
        granted = sum(pair[0] for pair in filled)
        if one.whole.decisions == granted + sum(pair[1] for pair in filled) and one.whole.granted in {None, granted}:
            found.append(filled)
    return found


@settings(max_examples=60)
@given(offices())
def test_no_small_number_follows_from_those_shown(found: Counter[Decided]) -> None:
    result = equal_treatment(found)
    if result is None or not result.comparable:
        assert found.total() < LEAST
        return
    one = result.comparable[0]
    for group in (one.whole, *one.by_unit):
        numbers = [number for number in shown(group) if number is not None]
        if None not in shown(group):
            numbers.append(numbers[0] - numbers[1])
        assert not [number for number in numbers if 0 < number < LEAST]
    if sum(None in shown(group) for group in one.by_unit) > 2:
        return  # the search would take too long, and there is more room still
    others = alternatives(one, one.by_unit)
    real = Counter[tuple[str | None, bool]]()
    for each, count in found.items():
        real[each.unit, each.granted] += count
    for place, group in enumerate(one.by_unit):
        if None in shown(group):
            assert len({filled[place] for filled in others}) > 1


def test_units_of_few_decisions_are_not_named_and_kinds_are_left_out() -> None:
    found = decided({("Navn på en borger", "post", True): 3, ("Byg", "post", True): 20, ("Byg", "email", False): 20})
    found += decided({("Byg", "post", True): 4}, kind="Navn på en anden")
    result = equal_treatment(found)
    assert result is not None
    assert "Navn" not in result.model_dump_json()
    assert result.not_compared == 1
    assert [(group.value, group.others) for group in result.comparable[0].by_unit] == [("Byg", False), (None, True)]


def test_values_stand_in_the_order_of_the_alphabet_and_not_of_what_they_come_to() -> None:
    for shares in ((1, 9), (9, 1)):
        found = decided({(unit, None, granted): 5 * n for unit, n in zip("AB", shares, strict=True) for granted in (True, False)})
        result = equal_treatment(found)
        assert result is not None
        assert [group.value for group in result.comparable[0].by_unit] == ["A", "B"]


# -------------------------------------------------------------------------------------------------------------- in audits
@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.rebild()


@pytest.fixture(scope="module")
def demo(policy: Policy) -> Audit:
    return policy.audit(DEMO / "sager.csv", DEMO / "sager.yaml", AS_OF)


def test_the_demo_counts_its_decisions(demo: Audit) -> None:
    found = demo.equal_treatment
    assert found is not None
    assert sum(one.whole.decisions or 0 for one in found.comparable) > 40
    assert {group.value for one in found.comparable for group in one.by_unit} >= {"Byg og Miljø", "Vej og Park"}


def test_an_audit_by_tables_says_the_same(demo: Audit, policy: Policy, tmp_path: Path) -> None:
    by_tables = policy.audit(DEMO / "sager.csv", DEMO / "sager.yaml", AS_OF, engine="tables", work=tmp_path / "work")
    assert by_tables.equal_treatment == demo.equal_treatment


@pytest.mark.parametrize("lang", ["da", "en"])
def test_every_report_says_that_a_difference_is_no_accusation(demo: Audit, policy: Policy, lang: str) -> None:
    console = Console(width=100, record=True, file=StringIO())
    render_audit(demo, policy.ruleset.statements, lang, console)
    caution = "højst noget at spørge til" if lang == "da" else "at most it is something to ask about"
    page = render_html(demo, policy.ruleset.statements, lang)
    for text in (console.export_text(), render_markdown(demo, policy.ruleset.statements, lang), page):
        assert caution in " ".join(text.split())


def test_no_output_groups_by_employee(demo: Audit, policy: Policy) -> None:
    """Employees of the demo are called M and two digits; none of what is counted names one."""
    employees = re.compile(r"\bM\d\d\b")
    assert employees.search((DEMO / "sager.csv").read_text(encoding="utf-8"))
    assert not employees.search(json.dumps(demo.model_dump(mode="json"), ensure_ascii=False))
    assert not employees.search(render_markdown(demo, policy.ruleset.statements, "da"))
    assert not employees.search(render_html(demo, policy.ruleset.statements, "da"))
    people = {"actor", "employee", "caseworker", "decided_by", "handled_by"}
    assert not people & {*DIMENSIONS, *get_args(Breakdown.model_fields["by"].annotation)}
