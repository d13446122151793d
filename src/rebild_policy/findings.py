"""From verdicts to findings: what was decided, in the words of the rule, with the means to explain it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from rebild_policy.explaining.explain import Explainer
from rebild_policy.plan import Plan
from rebild_policy.results import Finding, Lazily, NotCheckableRule, Row, Statistic, Verdict, Words, fingerprint
from rebild_policy.rules import Rule


def split(plan: Plan, rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of duties, and those of statistics, which count and never accuse."""
    duties: list[Row] = []
    counted: list[Row] = []
    for row in rows:
        (duties if plan.written[row.rule].measure is None else counted).append(row)
    return duties, counted


def findings_of(plan: Plan, rows: Iterable[Row], explainer: Explainer) -> Iterator[Finding]:
    """The findings that rows stand for, each with the means to explain it."""
    rows, case, as_of = list(rows), explainer.name, explainer.as_of
    at_fault: dict[str, set[str]] = {}
    for row in rows:
        if row.verdict is Verdict.VIOLATED:
            at_fault.setdefault(row.rule, set()).update((row.trigger, *row.key))
    for row in rows:
        rule = plan.written[row.rule]
        trigger, key = explainer.event(row.trigger), tuple(explainer.event(id_) for id_ in row.key)
        yield Finding(
            fingerprint=fingerprint(row.rule, case, trigger, key),
            rule=row.rule,
            title=Words(da=rule.title.da, en=rule.title.en),
            statements=rule.statements,
            law=rule.law,
            severity=rule.severity,
            case=case,
            trigger=trigger,
            key=key,
            verdict=row.verdict,
            due=row.due,
            as_of=as_of,
            subsumed_by=_subsumed(rule, row, at_fault),
            explain=Lazily(partial(explainer.explain, row)),
        )


def _subsumed(rule: Rule, row: Row, at_fault: dict[str, set[str]]) -> str | None:
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


def statistics_of(plan: Plan, rows: Iterable[Row]) -> Iterator[Statistic]:
    """What the statistics of the rule set count in some rows."""
    by_rule: dict[str, list[Verdict]] = {}
    for row in rows:
        by_rule.setdefault(row.rule, []).append(row.verdict)
    for name, verdicts in by_rule.items():
        rule = plan.written[name]
        yield Statistic(
            rule=name,
            title=Words(da=rule.title.da, en=rule.title.en),
            statements=rule.statements,
            met=sum(verdict is Verdict.SATISFIED for verdict in verdicts),
            unmet=sum(verdict is Verdict.VIOLATED for verdict in verdicts),
            open=sum(verdict is Verdict.PENDING for verdict in verdicts),
            unknown=sum(verdict is Verdict.UNDETERMINED for verdict in verdicts),
        )
