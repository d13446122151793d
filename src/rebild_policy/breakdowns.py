"""What an audit counts by month, unit, channel and case kind, and what is awaited by which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, get_args

from rebild_policy.auditresults import Breakdown, Cell, Dimension, DueCount
from rebild_policy.facts import Case, Event
from rebild_policy.privacy import redact
from rebild_policy.results import Finding, Verdict

DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
LISTED: Final = 100  # values of a dimension that are listed by themselves; a column of free text has any number
Key = tuple[str, str | None, Verdict]  # rule, value, verdict


@dataclass
class BreakdownCounts:
    """Counts findings one by one. What counts as a deviation is told by `Finding.deviates`."""

    found: dict[Dimension, Counter[Key]] = field(default_factory=lambda: {by: Counter() for by in DIMENSIONS})
    due: Counter[tuple[date | None, str]] = field(default_factory=Counter)

    def take(self, finding: Finding, trigger: Event, case: Case) -> None:
        """Count one finding, by what its trigger and its case say."""
        verdict = finding.verdict
        if verdict is Verdict.PENDING:
            self.due[finding.due, finding.rule] += 1
        if verdict is Verdict.VIOLATED and not finding.deviates:
            return
        self.found["month"][finding.rule, month_of(trigger.day), verdict] += 1
        self.found["unit"][finding.rule, trigger.unit, verdict] += 1
        self.found["channel"][finding.rule, trigger.channel, verdict] += 1
        self.found["kind"][finding.rule, case.kind, verdict] += 1

    def breakdowns(self, rules: Iterable[str]) -> Iterator[Breakdown]:
        """The counts as results; `rules` says their order."""
        rules = list(rules)
        return (breakdown(by, self.found[by], rules) for by in DIMENSIONS)

    def awaited(self, rules: Iterable[str]) -> Iterator[DueCount]:
        """What is pending, the earliest day first."""
        return awaited(self.due, rules)


def month_of(day: date) -> str:
    """2026-01."""
    return f"{day:%Y-%m}"


def breakdown(by: Dimension, found: Mapping[Key, int], rules: Iterable[str], listed: int = LISTED) -> Breakdown:
    """Counts by rule, value and verdict as a breakdown: those of at most `listed` values by themselves.

    Deviations that are subsumed or accepted are not to be among the counts.
    """
    values = sorted(_values(found)) if by == "month" else _values(found)[:listed]
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
