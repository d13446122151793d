"""The numbers of an audit as the reports show them, and which findings come first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice, zip_longest
from typing import Any

from rebild_policy.audits.results import Accounting, Audit, RuleTally
from rebild_policy.results import Finding, Verdict
from rebild_policy.rules import Statement

# In the order in which they are shown.
ORDER = (Verdict.SATISFIED, Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING, Verdict.EXEMPT)
SEVERITY = {"high": 0, "medium": 1, "low": 2}
Counts = dict[Verdict, int]


def of_tallies(tallies: Iterable[RuleTally]) -> Counts:
    """How many findings of some rules have each verdict; a deviation that is subsumed or accepted does not count as one."""
    counts = dict.fromkeys(ORDER, 0)
    for tally in tallies:
        for verdict in ORDER:
            counts[verdict] += tally.verdicts.get(verdict, 0)
        counts[Verdict.VIOLATED] -= tally.subsumed + tally.waived
    return counts


def of_audit(audit: Audit) -> Counts:
    """How many findings of the whole audit have each verdict."""
    return {verdict: audit.count(verdict) for verdict in ORDER}


def total(counts: Counts) -> int:
    """All of them."""
    return sum(counts.values())


def of_findings(findings: Iterable[Finding]) -> Counts:
    """How many findings have each verdict."""
    counted = Counter(finding.verdict for finding in findings if finding.deviates or finding.verdict is not Verdict.VIOLATED)
    return {verdict: counted[verdict] for verdict in ORDER}


def unaccounted(accounting: Accounting) -> int:
    """Rows that are in no account: always 0, and said where it is not."""
    named = chain(accounting.irrelevant, accounting.unmapped)
    used = accounting.mapped + accounting.quarantined + accounting.duplicates
    return accounting.rows - used - sum(activity.rows for activity in named)


# ------------------------------------------------------------------------------------------------------ the guideline
@dataclass(frozen=True, slots=True)
class StatementFigures:
    """A statement of the guideline with the verdicts on it; no `counts` where no rule or statistic was about it."""

    statement: Statement
    counts: Counts | None


@dataclass(frozen=True, slots=True)
class SectionFigures:
    """A section of the guideline with its statements; a finding on several of them is counted once."""

    title: Any
    counts: Counts
    statements: tuple[StatementFigures, ...]


def by_section(audit: Audit, statements: Mapping[str, Statement]) -> Iterator[SectionFigures]:
    """The guideline, section by section, in the order of its text."""
    sections: dict[Any, list[Statement]] = {}
    for statement in statements.values():
        sections.setdefault(statement.section, []).append(statement)
    for title, members in sections.items():
        ids = {statement.id for statement in members}
        figures = tuple(StatementFigures(statement, _on(audit, {statement.id})) for statement in members)
        yield SectionFigures(title, _on(audit, ids) or of_tallies(()), figures)


def _on(audit: Audit, ids: set[str]) -> Counts | None:
    tallies = [tally for tally in audit.tallies if ids.intersection(tally.statements)]
    return of_tallies(tallies) if tallies else None


# -------------------------------------------------------------------------------------------------------- the findings
def worst(audit: Audit, limit: int) -> list[Finding]:
    """At most `limit` possible deviations: evenly from the rules, high severity first; within a rule the oldest first."""
    return _evenly(audit.violations, limit, lambda finding: (finding.due or finding.trigger.day, *place(finding)))


def undetermined(audit: Audit, limit: int) -> list[Finding]:
    """At most `limit` findings that are undetermined, evenly from the rules."""
    return _evenly((one for one in audit.findings if one.verdict is Verdict.UNDETERMINED), limit, place)


def pending(audit: Audit, limit: int) -> list[Finding]:
    """At most `limit` findings that await a deadline, the next one first."""
    waiting = [finding for finding in audit.findings if finding.verdict is Verdict.PENDING]
    return sorted(waiting, key=lambda finding: (finding.due or date.max, *place(finding)))[:limit]


def place(finding: Finding) -> tuple[str, str, int, str, str]:
    """Where a finding stands in a list: by case, rule, row of the trigger, ids."""
    trigger = finding.trigger
    row = trigger.row if trigger.row is not None else -1
    return finding.case, finding.rule, row, trigger.id, "\0".join(event.id for event in finding.key)


def _evenly(findings: Iterable[Finding], limit: int, order: Callable[[Finding], Any]) -> list[Finding]:
    """The first of each rule, then the second of each, until there are enough; grouped by rule again."""
    rules: dict[str, list[Finding]] = {}
    for finding in findings:
        rules.setdefault(finding.rule, []).append(finding)
    ranked = sorted(rules.values(), key=lambda group: (SEVERITY[group[0].severity], group[0].rule))
    rounds = zip_longest(*(sorted(group, key=order) for group in ranked))
    chosen = list(islice((one for turn in rounds for one in turn if one is not None), max(limit, 0)))
    position = {group[0].rule: number for number, group in enumerate(ranked)}
    return sorted(chosen, key=lambda finding: position[finding.rule])  # stable: the order within a rule stays


def by_rule(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings grouped by rule, in the order given."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return groups
