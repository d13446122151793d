"""What a change of policy would do: the verdicts that differ between two policies on the same cases.

Two rule sets, two profiles, or the same rules with another value of a parameter: each is a policy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from rebild_policy.facts import Case, Coverage, SameDay
from rebild_policy.policy import Policy
from rebild_policy.policydiff import PolicyDifference, PolicyInfo, RuleDifference, VerdictChange
from rebild_policy.privacy import holds_cpr
from rebild_policy.results import Row, Words, public_id
from rebild_policy.sources.export import Export


class Asked(NamedTuple):
    """A case and what its source covers."""

    case: Case
    coverage: Coverage
    same_day: SameDay = "unknown"
    gaps: frozenset[str] = frozenset()


def cases_of(export: Export) -> list[Asked]:
    """The cases of an export, as its mapping covers them."""
    return [Asked(sourced.case, export.coverage, export.same_day, sourced.gaps) for sourced in export.cases]


def compare(
    old: Policy, new: Policy, cases: Iterable[Asked], as_of: date, *, progress: Callable[[int], None] | None = None
) -> PolicyDifference:
    """Judge every case by both policies and say which verdicts differ, rule by rule.

    A verdict that only one of them gives counts as a change; a due date that differs under the same verdict does not.
    """
    changes: list[VerdictChange] = []
    judged: Counter[str] = Counter()
    number = 0
    for number, asked in enumerate(cases, 1):
        before, after = (_verdicts(policy, asked, as_of) for policy in (old, new))
        judged.update(key[0] for key in before | after)
        changes += _changes(before, after, asked.case, number)
        if progress:
            progress(number)
    titles = {rule.name: rule for policy in (old, new) for rule in policy.ruleset.rules}
    by_rule = [
        RuleDifference(
            rule=name,
            title=Words(da=titles[name].title.da, en=titles[name].title.en),
            judged=judged[name],
            changes=tuple(change for change in changes if change.rule == name),
        )
        for name in titles
        if any(change.rule == name for change in changes)
    ]
    return PolicyDifference(
        old=_info(old), new=_info(new), as_of=as_of, cases=number, verdicts=judged.total(), rules=tuple(by_rule)
    )


Key = tuple[str, str, tuple[str, ...]]


def _verdicts(policy: Policy, asked: Asked, as_of: date) -> dict[Key, Row]:
    which = "reference" if asked.gaps else "compiled"
    engine = policy.ready(asked.coverage, asked.same_day, which, asked.gaps).engine
    return {row[:3]: row for row in engine.verdicts(asked.case, as_of)}


def _changes(before: dict[Key, Row], after: dict[Key, Row], case: Case, number: int) -> Iterator[VerdictChange]:
    # A case called by a CPR number is called by its place instead, as in an audit.
    name = f"case-{number}" if holds_cpr(case.id) else case.id
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if (old and old.verdict) != (new and new.verdict):
            event = case.event(key[1])
            yield VerdictChange(
                rule=key[0],
                case=name,
                trigger=public_id(event.id, event.type, case.positions[event.id]),
                day=event.day,
                old=old.verdict if old else None,
                new=new.verdict if new else None,
                old_due=old.due if old else None,
                new_due=new.due if new else None,
            )


def _info(policy: Policy) -> PolicyInfo:
    changed = {
        name: str(parameter.values[0].value) for name, parameter in policy.ruleset.parameters.items() if parameter.overridden
    }
    return PolicyInfo(ruleset=policy.info, profile=policy.profile, parameters=changed)
