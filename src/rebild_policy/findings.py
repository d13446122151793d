"""From verdicts to findings: what was decided, in the words of the rule, with the means to explain it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from rebild_policy.explaining.explain import Explainer
from rebild_policy.facts import Case
from rebild_policy.lazily import Lazily
from rebild_policy.plan import Plan
from rebild_policy.results import DayCount, Finding, NotCheckableRule, Row, Statistic, Verdict, Words, fingerprint
from rebild_policy.rules import Rule
from rebild_policy.waivers import WaiverBook


class Counted(NamedTuple):
    """A row of a statistic, and the working days that it measures, if it does and both of its events are known."""

    rule: str
    verdict: Verdict
    days: int | None


def split(plan: Plan, rows: Iterable[Row], case: Case) -> tuple[list[Row], list[Counted]]:
    """The rows of duties, and those of statistics, which count and never accuse."""
    duties: list[Row] = []
    counted: list[Counted] = []
    for row in rows:
        rule = plan.written[row.rule]
        if rule.measure is None:
            duties.append(row)
        else:
            counted.append(Counted(row.rule, row.verdict, _measured(plan, rule, row, case)))
    return duties, counted


def _measured(plan: Plan, rule: Rule, row: Row, case: Case) -> int | None:
    """The working days between the two events of a measure; None where it measures none, or a key is not known."""
    if rule.measure is None or rule.measure.between is None or row.verdict not in _KNOWN:
        return None
    bound = dict(zip((var for var, _ in rule.each), (row.trigger, *row.key), strict=False))
    start, end = (case.event(bound[var]).day if var in bound else None for var in rule.measure.between)
    return plan.calendar.working_days_between(start, end) if start and end else None


_KNOWN = {Verdict.SATISFIED, Verdict.VIOLATED}


def findings_of(plan: Plan, rows: Iterable[Row], explainer: Explainer, waivers: WaiverBook) -> Iterator[Finding]:
    """The findings that rows stand for, each with the means to explain it, and marked where it is accepted."""
    rows, case, as_of = list(rows), explainer.name, explainer.as_of
    at_fault = faults_of(rows)
    for row in rows:
        rule = plan.written[row.rule]
        trigger, key = explainer.event(row.trigger), tuple(explainer.event(id_) for id_ in row.key)
        yield Finding(
            fingerprint=fingerprint(row.rule, case, trigger, key),
            rule=row.rule,
            title=Words(da=rule.title.da, en=rule.title.en),
            statements=rule.statements,
            law=rule.law,
            unverified=rule.unverified,
            severity=rule.severity,
            case=case,
            trigger=trigger,
            key=key,
            verdict=row.verdict,
            due=row.due,
            as_of=as_of,
            subsumed_by=subsumed(rule, row, at_fault),
            waived=waivers.accepts(row.rule, explainer.case.id, row.trigger) if row.verdict is Verdict.VIOLATED else None,
            explain=Lazily(partial(explainer.explain, row)),
            count=Lazily(partial(explainer.days, row)),
            dispute=Lazily(partial(explainer.disputed, row)),
        )


def faults_of(rows: Iterable[Row]) -> dict[str, set[str]]:
    """The events of a case that each rule was violated over."""
    at_fault: dict[str, set[str]] = {}
    for row in rows:
        if row.verdict is Verdict.VIOLATED:
            at_fault.setdefault(row.rule, set()).update((row.trigger, *row.key))
    return at_fault


def subsumed(rule: Rule, row: Row, at_fault: dict[str, set[str]]) -> str | None:
    """The rule that reports the same fault: one violated over an event that this finding is about too."""
    if row.verdict is not Verdict.VIOLATED or rule.subsumed_by is None:
        return None
    shared = at_fault.get(rule.subsumed_by, set()) & {row.trigger, *row.key}
    return rule.subsumed_by if shared else None


def not_checkable(plan: Plan) -> tuple[NotCheckableRule, ...]:
    """The rules that this source can't be checked for, as results."""
    found = []
    for item in plan.not_checkable:
        rule = plan.written[item.rule]
        title = Words(da=rule.title.da, en=rule.title.en)
        found.append(NotCheckableRule(rule=item.rule, title=title, statements=rule.statements, missing=item.missing))
    return tuple(found)


def statistics_of(plan: Plan, counted: Iterable[Counted]) -> Iterator[Statistic]:
    """What the statistics of the rule set count in some rows, in the order of the rules; a `Counter` of them will do as well."""
    by_rule: dict[str, Counter[Counted]] = {}
    for one, number in Counter(counted).items():
        by_rule.setdefault(one.rule, Counter())[one] += number
    for name in (rule.name for rule in plan.rules if rule.name in by_rule):
        rule = plan.written[name]
        verdicts: Counter[Verdict] = Counter()
        days: Counter[int] = Counter()
        for one, number in by_rule[name].items():
            verdicts[one.verdict] += number
            if one.days is not None:
                days[one.days] += number
        yield Statistic(
            rule=name,
            title=Words(da=rule.title.da, en=rule.title.en),
            statements=rule.statements,
            met=verdicts[Verdict.SATISFIED],
            unmet=verdicts[Verdict.VIOLATED],
            open=verdicts[Verdict.PENDING],
            unknown=verdicts[Verdict.UNDETERMINED],
            days=tuple(DayCount(days=number, count=days[number]) for number in sorted(days)),
        )
