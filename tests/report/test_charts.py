"""The numbers of the charts: nothing lost, no gap in time, and no more columns than there is room for."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from report_samples import AS_OF, all_findings, make_audit

from rebild_policy.audits.breakdowns import breakdown
from rebild_policy.audits.results import Audit, Breakdown, Cell, DueCount
from rebild_policy.report import charts
from rebild_policy.report.timeline import course
from rebild_policy.report.writing import Writer
from rebild_policy.results import DayCount, DayCounted, Statistic, Verdict, Words

DA, EN = Writer("da"), Writer("en")


def by(dimension: str, counts: dict[tuple[str, str | None, Verdict], int], **options: int) -> Audit:
    found = breakdown(dimension, counts, ["late-reply", "other"], **options)
    return make_audit(()).model_copy(update={"breakdowns": (found,)})


def awaiting(*days: date) -> Audit:
    awaited = tuple(DueCount(day=day, rule="late-reply", findings=number) for day, number in sorted(Counter(days).items()))
    return make_audit(()).model_copy(update={"awaited": awaited})


def test_a_bar_is_full_and_shows_the_smallest_part() -> None:
    made = charts.pieces([("a", 100_000), ("none", 0), ("b", 1), ("c", 3)])
    assert [one.kind for one in made] == ["a", "b", "c"]
    assert sum(one.length for one in made) == pytest.approx(100, abs=0.05)
    assert all(one.length > 0.5 for one in made)
    assert made[1].start == pytest.approx(made[0].length, abs=0.02)
    assert charts.pieces([("a", 0)]) == []


def test_months_have_no_gap_and_add_up() -> None:
    audit = by("month", {("late-reply", "2025-11", Verdict.VIOLATED): 2, ("other", "2026-02", Verdict.SATISFIED): 3})
    trend = charts.trend(audit, EN)
    assert trend.periods == ["Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026"]
    assert [counts[Verdict.VIOLATED] for counts in trend.all] == [2, 0, 0, 0]
    assert [counts[Verdict.SATISFIED] for counts in trend.of(["other", "unknown"])] == [0, 0, 0, 3]
    assert [column.number for column in charts.deviations_by_period(trend).columns] == [2, 0, 0, 0]
    assert charts.trend(make_audit(()), EN).periods == []


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2023-03", "2026-02", ("Mar 2023", "Feb 2026")),
        ("2023-02", "2026-02", ("Q1 2023", "Q1 2026")),
        ("1990-01", "2026-02", ("1990", "2026")),
    ],
)
def test_many_months_are_quarters_or_years(first: str, last: str, shown: tuple[str, str]) -> None:
    counts = {("late-reply", month, Verdict.VIOLATED): 1 for month in (first, last)}
    trend = charts.trend(by("month", counts), EN)
    assert (trend.periods[0], trend.periods[-1]) == shown
    assert len(trend.periods) <= 37
    assert sum(one[Verdict.VIOLATED] for one in trend.all) == 2


def test_groups_end_with_all_others_and_what_gives_none() -> None:
    counts = {("late-reply", f"unit {number:02}", Verdict.VIOLATED): 40 - number for number in range(30)}
    audit = by("unit", {**counts, ("other", None, Verdict.SATISFIED): 7}, listed=20)
    groups = charts.groups(audit, "unit")
    assert [group.name for group in groups] == [*(f"unit {number:02}" for number in range(12)), None, None]
    assert [group.others for group in groups[-2:]] == [True, False]
    assert sum(group.counts[Verdict.VIOLATED] for group in groups) == sum(counts.values())
    assert groups[-1].counts[Verdict.SATISFIED] == 7


def test_what_an_export_does_not_say_makes_no_chart() -> None:
    assert charts.groups(make_audit(()), "unit") == []
    assert charts.groups(by("unit", {("late-reply", None, Verdict.VIOLATED): 3}), "unit") == []
    few = Breakdown(by="kind", cells=(Cell(rule="late-reply", value=None, others=True, verdicts={Verdict.VIOLATED: 3}),))
    (group,) = charts.groups(make_audit(()).model_copy(update={"breakdowns": (few,)}), "kind")
    assert (group.name, group.others, group.counts[Verdict.VIOLATED]) == (None, True, 3)


def test_deadlines_are_days_then_weeks_then_months() -> None:
    day = date(2024, 5, 6)
    days = charts.waiting(awaiting(day, day, day + timedelta(3)), DA)
    assert [(one.name, one.number) for one in days.columns] == [("6. maj", 2), ("7. maj", 0), ("8. maj", 0), ("9. maj", 1)]
    weeks = charts.waiting(awaiting(day, day + timedelta(100)), EN)
    assert len(weeks.columns) == 15
    assert weeks.columns[0].name == "week of 6 May"
    months = charts.waiting(awaiting(*(day + timedelta(40 * number) for number in range(20))), EN)
    assert months.total == weeks.total + 18 == 20
    assert months.columns[0].name == "May 2024"
    assert charts.waiting(make_audit(()), EN).columns == []


def answers(*days: tuple[int, int], rule: str = "days-to-answer") -> Statistic:
    counted = tuple(DayCount(days=number, count=count) for number, count in days)
    title = Words(da="Hverdage", en="Working days")
    return Statistic(rule=rule, title=title, statements=("G20",), met=0, unmet=0, open=0, unknown=0, days=counted)


def test_answer_times_have_the_line_of_the_guideline() -> None:
    statistic = answers((0, 2), (10, 5), (11, 1), (400, 3))
    made = charts.took(statistic, make_audit(()), EN)
    assert made.limit == 10
    assert made.limit_name == "10 working days"
    assert made.total == 11
    assert [one.kind for one in made.columns[9:12]] == ["timely", "timely", "late"]
    assert (made.columns[-1].name, made.columns[-1].number, made.columns[-1].axis) == ("30 or more", 3, "30+")
    assert charts.within(statistic, make_audit(())) == (7, 11, 10)


def test_a_statistic_without_a_limit_has_no_line() -> None:
    statistic = answers((2, 2), (50, 1), rule="days-to-anything")
    made = charts.took(statistic, make_audit(()), EN)
    assert (made.limit, made.total) == (None, 3)
    assert {one.kind for one in made.columns} == {"timely"}
    assert charts.within(statistic, make_audit(())) is None


# -------------------------------------------------------------------------------------------------------------- timelines
def test_a_course_has_what_came_and_what_did_not_in_the_order_of_days() -> None:
    late, kept, pending, _, unknown, *_ = all_findings("S-1")
    told = course(late, EN)
    assert [(one.day.isoformat(), one.kind) for one in told.moments] == [
        ("2024-03-04", "begin"),
        ("2024-03-06", "near"),
        ("2024-03-18", "due"),
        ("2024-03-18", "absent"),
        ("2024-03-20", "near"),
        ("2024-05-01", "now"),
    ]
    assert told.moments[3].text == "Had not come: “reply sent”, “acknowledgement letter sent”"
    assert "came" in [one.kind for one in course(kept, EN).moments]
    assert "absent" not in [one.kind for one in course(kept, EN).moments]
    assert ("open", AS_OF) in [(one.kind, one.day) for one in course(pending, EN).moments]
    assert "unknown" in [one.kind for one in course(unknown, EN).moments]


def test_what_should_not_be_there_is_marked() -> None:
    *_, interest, _ = all_findings("S-1")
    (amiss,) = [one for one in course(interest, EN).moments if one.kind == "amiss"]
    assert amiss.text == "Was not to be there: Interest in the case declared (x1, row 5)"


def counted(first: date, working: int) -> tuple[DayCounted, ...]:
    made, day = [DayCounted(day=first, number=None)], first
    for number in range(1, working + 1):
        day += timedelta(1)
        while day.weekday() > 4:
            made.append(DayCounted(day=day, number=None, skipped="saturday" if day.weekday() == 5 else "sunday"))
            day += timedelta(1)
        made.append(DayCounted(day=day, number=number))
    return tuple(made)


def test_a_ruler_counts_the_days_and_goes_on_to_what_came_late() -> None:
    late = all_findings("S-1")[0].model_copy(update={"count": lambda: counted(date(2024, 3, 4), 10)})
    ruler = course(late, EN).ruler
    assert ruler is not None
    assert "".join(day.kind[0] for day in ruler.days) == "scccc" + "ss" + "ccccc" + "ss" + "d" + "aa"
    assert [day.number for day in ruler.days if day.kind == "due"] == ["10"]
    assert ruler.days[-1].marks == ("near",)
    assert ruler.width * len(ruler.days) == pytest.approx(100, abs=0.1)


def test_a_long_count_has_no_ruler() -> None:
    first = date(2024, 3, 4)
    far = all_findings("S-1")[0].model_copy(
        update={"count": lambda: (DayCounted(day=first, number=None),), "due": first + timedelta(90)}
    )
    assert course(far, EN).ruler is None
