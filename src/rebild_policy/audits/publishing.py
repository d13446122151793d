"""The numbers of an audit as they can be published: no case, no finding, and no number that is, or gives away, a small one.

What is published rests on two kinds of tables. One has the rules and their verdicts. For each rule and each thing that findings
are broken down by, there is one with values and verdicts, of those verdicts whose number is shown in the first. Its totals are
as shown there, so that the tables fit together whatever stands where something is left out. How many findings of a rule share a
value counts as known: another rule with the same trigger may tell it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from rebild_policy.audits.equality import EqualTreatment, Waiting, waiting
from rebild_policy.audits.results import Audit, Breakdown, Dimension, RuleTally
from rebild_policy.audits.smallcells import LEAST, Place, hidden
from rebild_policy.results import Result, RuleSetInfo, SafeText, Statistic, Verdict, Words
from rebild_policy.rules import Profile

Number = int | None  # None: left out
VERDICTS: Final = tuple(Verdict)
Table = list[list[int]]
_Key = tuple[str | None, bool]  # a value, and whether it stands for all others


class PublishedRule(Result):
    """How many findings of a rule have each verdict; those that are subsumed or accepted do not count as violated."""

    rule: SafeText
    title: Words
    statements: tuple[SafeText, ...]
    verdicts: dict[Verdict, Number]
    total: Number


class PublishedStatistic(Result):
    """How often an aim was met, and the median of the working days that it measures, if it does."""

    rule: SafeText
    title: Words
    statements: tuple[SafeText, ...]
    met: Number
    unmet: Number
    open: Number
    unknown: Number
    days: Waiting | None


class PublishedValue(Result):
    """A value that findings are broken down by: None where none is given. `others`: of every value that few have."""

    value: SafeText | None
    others: bool = False


class PublishedRow(Result):
    """The findings of a rule with one verdict, by the values of a breakdown, in their order."""

    rule: SafeText
    verdict: Verdict
    numbers: tuple[Number, ...]


class PublishedBreakdown(Result):
    """Findings by month, unit, channel or case kind. A row that is not there is all zeros, or is left out."""

    by: Dimension
    values: tuple[PublishedValue, ...]
    rows: tuple[PublishedRow, ...]


class Published(Result):
    """The numbers of an audit. One that is None is from 1 to below `least`, or would give such a number away."""

    version: str
    as_of: date
    profile: Profile
    ruleset: RuleSetInfo
    least: int = LEAST
    cases: Number
    rows: int
    quarantined: int
    rules: tuple[PublishedRule, ...]
    verdicts: dict[Verdict, Number]
    total: Number
    statistics: tuple[PublishedStatistic, ...]
    breakdowns: tuple[PublishedBreakdown, ...]
    equal_treatment: EqualTreatment | None


def published(audit: Audit) -> Published:
    """What of an audit can be published."""
    table = [_counts(tally) for tally in audit.tallies]
    away = _hidden_with_large_totals(table)
    rows = len(table)
    rules = tuple(_rule(tally, table[row], row, away) for row, tally in enumerate(audit.tallies))
    totals = [sum(column) for column in zip(*table, strict=True)] or [0] * len(VERDICTS)
    return Published(
        version=audit.version,
        as_of=audit.as_of,
        profile=audit.profile,
        ruleset=audit.ruleset,
        cases=None if 0 < audit.accounting.cases < LEAST else audit.accounting.cases,
        rows=audit.accounting.rows,
        quarantined=audit.accounting.quarantined,
        rules=rules,
        verdicts={verdict: _shown(totals[column], (rows, column), away) for column, verdict in enumerate(VERDICTS)},
        total=_shown(sum(totals), (rows, len(VERDICTS)), away),
        statistics=tuple(_statistic(one) for one in audit.statistics),
        breakdowns=tuple(_breakdown(one, rules) for one in audit.breakdowns),
        equal_treatment=audit.equal_treatment,
    )


def _counts(tally: RuleTally) -> list[int]:
    counts = Counter(tally.verdicts)
    counts[Verdict.VIOLATED] -= tally.subsumed + tally.waived
    return [counts[verdict] for verdict in VERDICTS]


def _shown(number: int, place: Place, away: Collection[Place] | None) -> Number:
    """The number, unless it is left out; all but zeros are, where the table can't be shown."""
    return None if (number and away is None) or (away is not None and place in away) else number


def _hidden_with_large_totals(table: Table, keep: Collection[Place] = ()) -> frozenset[Place] | None:
    """What to hide of a table whose totals count as known, if they are not small themselves."""
    if not table:
        return frozenset()
    rows, columns = len(table), len(table[0])
    totals = {(row, columns): sum(numbers) for row, numbers in enumerate(table)}
    totals |= {(rows, column): sum(numbers[column] for numbers in table) for column in range(columns)}
    totals[rows, columns] = sum(map(sum, table))
    large = {place for place, number in totals.items() if number >= LEAST}
    away = hidden(table, keep={*large, *keep})
    return away if away is not None or keep else hidden(table)


def _rule(tally: RuleTally, counts: Sequence[int], row: int, away: Collection[Place] | None) -> PublishedRule:
    return PublishedRule(
        rule=tally.rule,
        title=tally.title,
        statements=tally.statements,
        verdicts={verdict: _shown(counts[column], (row, column), away) for column, verdict in enumerate(VERDICTS)},
        total=_shown(sum(counts), (row, len(VERDICTS)), away),
    )


def _statistic(one: Statistic) -> PublishedStatistic:
    numbers = [one.met, one.unmet, one.open, one.unknown]
    away = _hidden_with_large_totals([numbers])
    met, unmet, open_, unknown = (_shown(number, (0, column), away) for column, number in enumerate(numbers))
    days = {day.days: day.count for day in one.days}
    return PublishedStatistic(
        rule=one.rule,
        title=one.title,
        statements=one.statements,
        met=met,
        unmet=unmet,
        open=open_,
        unknown=unknown,
        days=waiting(days) if sum(days.values()) >= LEAST and not away else None,
    )


# ------------------------------------------------------------------------------------------------------- broken down
def _breakdown(found: Breakdown, rules: Sequence[PublishedRule]) -> PublishedBreakdown:
    """A breakdown by values that are in no order of merit: those of few findings count as others."""
    by_value: Counter[_Key] = Counter()
    for cell in found.cells:
        by_value[cell.value, cell.others] += sum(cell.verdicts.values())
    named = sorted(value for (value, _), count in by_value.items() if value is not None and count >= LEAST)
    keys: list[_Key] = [(value, False) for value in named]
    few = any(others or (value is not None and value not in named) for value, others in by_value)
    keys += [(None, True)] if few else []
    keys += [(None, False)] if (None, False) in by_value else []
    places = {key: place for place, key in enumerate(keys)}
    counts: dict[str, dict[Verdict, list[int]]] = {}
    for cell in found.cells:
        key = (cell.value, cell.others)
        place = places.get(key, places.get((None, True), 0))
        for verdict, number in cell.verdicts.items():
            of_rule = counts.setdefault(cell.rule, {})
            of_rule.setdefault(verdict, [0] * len(keys))[place] += number
    rows = (row for rule in rules for row in _rows(rule, counts.get(rule.rule, {}), len(keys)))
    values = tuple(PublishedValue(value=value, others=others) for value, others in keys)
    return PublishedBreakdown(by=found.by, values=values, rows=tuple(rows))


def _rows(rule: PublishedRule, counts: Mapping[Verdict, list[int]], values: int) -> Iterator[PublishedRow]:
    """The rows of a rule; none where they can't be shown."""
    verdicts = [verdict for verdict in VERDICTS if rule.verdicts[verdict] and verdict in counts]
    if any(sum(counts[verdict]) != rule.verdicts[verdict] for verdict in verdicts):
        return  # they would not add up, and tell more than they should
    table = [[counts[verdict][value] for verdict in verdicts] for value in range(values)]
    kept = {(values, column) for column in range(len(verdicts) + 1)}
    away = _hidden_with_large_totals(table, kept)
    if away is None or not verdicts:
        return
    for column, verdict in enumerate(verdicts):
        numbers = tuple(_shown(table[value][column], (value, column), away) for value in range(values))
        yield PublishedRow(rule=rule.rule, verdict=verdict, numbers=numbers)
