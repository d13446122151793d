"""What an audit counts by month, unit, channel and case kind, and what is awaited by which day.

A unit or a case kind that fewer than five cases share could point to a person, and a longer text is no name of one: neither is
named. They are counted among the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, get_args

from rebild_policy.audits.results import Breakdown, Cell, Dimension, DueCount
from rebild_policy.audits.smallcells import LEAST
from rebild_policy.facts import Case, Event
from rebild_policy.privacy import redact
from rebild_policy.results import Finding, Verdict

DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
LONGEST: Final = 80  # characters of one
LISTED: Final = 100  # values of a dimension that are listed by themselves; a column of free text has any number
_OF_FEW: Final[tuple[Dimension, ...]] = ("unit", "kind")  # what an export calls as it likes
Key = tuple[str, str | None, Verdict]  # rule, value, verdict


@dataclass
class BreakdownCounts:
    """Counts findings one by one. What counts as a deviation is told by `Finding.deviates`."""

    found: dict[Dimension, Counter[Key]] = field(default_factory=lambda: {by: Counter() for by in DIMENSIONS})
    due: Counter[tuple[date | None, str]] = field(default_factory=Counter)
    cases: dict[Dimension, Counter[str | None]] = field(default_factory=lambda: {by: Counter() for by in _OF_FEW})
    _case: tuple[str, set[tuple[Dimension, str | None]]] = ("", set())  # the last case, and the values it was counted for

    def take(self, finding: Finding, trigger: Event, case: Case) -> None:
        """Count one finding, by what its trigger and its case say."""
        verdict = finding.verdict
        if verdict is Verdict.PENDING:
            self.due[finding.due, finding.rule] += 1
        if verdict is Verdict.VIOLATED and not finding.deviates:
            return
        values: dict[Dimension, str | None] = {
            "month": month_of(trigger.day),
            "unit": trigger.unit,
            "channel": trigger.channel,
            "kind": case.kind,
        }
        for by, value in values.items():
            self.found[by][finding.rule, value, verdict] += 1
        self._count_case(case.id, values)

    def _count_case(self, id_: str, values: Mapping[Dimension, str | None]) -> None:
        """Count a case once for each value; the findings of a case come one after the other."""
        if self._case[0] != id_:
            self._case = (id_, set())
        for by in _OF_FEW:
            if (by, values[by]) not in self._case[1]:
                self._case[1].add((by, values[by]))
                self.cases[by][values[by]] += 1

    def breakdowns(self, rules: Iterable[str]) -> Iterator[Breakdown]:
        """The counts as results; `rules` says their order."""
        rules = list(rules)
        return (breakdown(by, self.found[by], rules, self.cases.get(by)) for by in DIMENSIONS)

    def awaited(self, rules: Iterable[str]) -> Iterator[DueCount]:
        """What is pending, the earliest day first."""
        return awaited(self.due, rules)


def month_of(day: date) -> str:
    """2026-01."""
    return f"{day:%Y-%m}"


def breakdown(
    by: Dimension,
    found: Mapping[Key, int],
    rules: Iterable[str],
    cases: Mapping[str | None, int] | None = None,
    listed: int = LISTED,
) -> Breakdown:
    """Counts by rule, value and verdict as a breakdown: those of at most `listed` values by themselves.

    Deviations that are subsumed or accepted are not to be among the counts. `cases` says how many cases with a counted finding
    have a value; given it, values that few have are not named.
    """
    values = sorted(_values(found)) if by == "month" else _values(found)
    if cases is not None:
        shared: Counter[str] = Counter()
        for value, number in cases.items():
            shared[redact(value or "")] += number
        values = [value for value in values if shared[value] >= LEAST and len(value) <= LONGEST]
    if by != "month":
        values = values[:listed]
    column, others, none = {value: number for number, value in enumerate(values)}, len(values), len(values) + 1
    names = list(rules)
    row = {rule: number for number, rule in enumerate(names)}
    cells: dict[tuple[int, int], Counter[Verdict]] = {}
    for (rule, value, verdict), number in found.items():
        place = none if value is None else column.get(redact(value), others)
        cells.setdefault((place, row[rule]), Counter())[verdict] += number
    return Breakdown(
        by=by,
        cells=tuple(
            Cell(
                rule=names[rule],
                value=values[place] if place < others else None,
                others=place == others,
                verdicts={verdict: counts[verdict] for verdict in Verdict if counts[verdict]},
            )
            for (place, rule), counts in sorted(cells.items())
        ),
    )


def _values(found: Mapping[Key, int]) -> list[str]:
    """The values as results show them: the one with the most deviations first, then the one with the most findings."""
    counts: dict[str, Counter[bool]] = {}
    for (_, value, verdict), number in found.items():
        if value is not None:
            counts.setdefault(redact(value), Counter())[verdict is Verdict.VIOLATED] += number
    return sorted(counts, key=lambda value: (-counts[value][True], -counts[value].total(), value))


def awaited(due: Mapping[tuple[date | None, str], int], rules: Iterable[str]) -> Iterator[DueCount]:
    """Counts of pending findings by day and rule, the earliest day first and those without one last."""
    place = {rule: number for number, rule in enumerate(rules)}
    for (day, rule), number in sorted(due.items(), key=lambda item: (item[0][0] or date.max, place[item[0][1]])):
        yield DueCount(day=day, rule=rule, findings=number)
