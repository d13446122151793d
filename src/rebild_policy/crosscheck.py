"""Two judges: every case is judged by a second engine as well, and a difference is an error.

The case on which they differ is saved under made-up names, in the form of an example of the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from rebild_policy.difference import Difference, write_counterexample
from rebild_policy.disguise import disguised
from rebild_policy.engines import Engine, Judgement
from rebild_policy.errors import DisagreementError, shown
from rebild_policy.facts import Case
from rebild_policy.plan import Plan
from rebild_policy.results import Row
from rebild_policy.rules import Text
from rebild_policy.scenario import Scenario

_NAME = Text(da="to motorer var uenige", en="two engines differed")


class Judges(Protocol):
    """What can judge a case."""

    def judge(self, case: Case, as_of: date) -> Judgement:
        """See `Engine.judge`."""


Said = tuple[str, Judges, Judgement]  # an engine's name, what judges again, and what was said


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """The engine that judges as well, and the folder that a case goes to on which the two differ."""

    engine: str
    folder: Path = Path()

    @classmethod
    def by(cls, engine: str | CrossCheck | None) -> CrossCheck | None:
        """A cross-check from the name of an engine."""
        return cls(engine) if isinstance(engine, str) else engine

    def hold(self, plan: Plan, judges: tuple[str, Engine, Engine], case: Case, as_of: date, case_name: str) -> Judgement:
        """The judgement of the first engine, if the second comes to the same. `judges`: the first's name, and both.

        Raises `DisagreementError` naming rule, case and both verdicts; the case is then in a file.
        """
        name, first, second = judges
        judgement, other = first.judge(case, as_of), second.judge(case, as_of)
        found = disagreement(
            plan, ((name, first, judgement), (self.engine, second, other)), case, as_of, case_name=case_name, folder=self.folder
        )
        if found is not None:
            raise found
        return judgement


def disagreement(
    plan: Plan, said: tuple[Said, Said], case: Case, as_of: date, *, case_name: str, folder: Path
) -> DisagreementError | None:
    """The error for a case on which two engines differ, which is then in a file under made-up names; None where they do not."""
    (name, first, judgement), (other_name, second, other) = said
    rule = _differing(plan, judgement, other)
    if rule is None:
        return None
    this, that = _said(rule, judgement, other)
    path = folder / f"disagreement-{rule}.yaml"
    _save(path, plan, rule, (other_name, first, second), case, as_of)
    return DisagreementError(
        f"{name} and {other_name} differ on the rule '{rule}' for the case '{case_name}': {this}, and {that}.",
        remedy=f"The case is in {shown(path)}, under made-up names; it can become an example of the rule.",
    )


def _save(path: Path, plan: Plan, rule: str, judges: tuple[str, Judges, Judges], case: Case, as_of: date) -> None:
    name, *engines = judges
    missing = tuple(sorted(plan.source.missing))
    scenario = Scenario(disguised(case, plan), as_of, missing, plan.same_day)
    expected, got = (judge.judge(scenario.case, as_of) for judge in engines)
    difference = Difference(
        rule,
        name,
        _of(rule, expected),
        _of(rule, got),
        scenario,
        plan.profile,
        plan.calendar,
        tuple(sorted(plan.coverage.missing - plan.source.missing)),
        (expected.not_applicable.get(rule, 0), got.not_applicable.get(rule, 0)),
    )
    write_counterexample(path, difference, _NAME)


def _differing(plan: Plan, one: Judgement, other: Judgement) -> str | None:
    """The first rule on which two judgements differ."""
    if one.rows == other.rows and _counted(one) == _counted(other):
        return None
    counted, counted_by_other = _counted(one), _counted(other)
    names = [rule.name for rule in plan.rules]
    for name in names:
        if _of(name, one) != _of(name, other) or counted.get(name) != counted_by_other.get(name):
            return name
    return names[0]  # the same rows in another order: no one rule is to blame


def _counted(judgement: Judgement) -> dict[str, int]:
    return {rule: count for rule, count in judgement.not_applicable.items() if count}


def _of(rule: str, judgement: Judgement) -> tuple[Row, ...]:
    return tuple(row for row in judgement.rows if row.rule == rule)


def _said(rule: str, one: Judgement, other: Judgement) -> tuple[str, str]:
    """What the two say of the first match on which they differ."""
    first, second = ({row[1:3]: row for row in _of(rule, judgement)} for judgement in (one, other))
    for place in [*first, *second]:
        if first.get(place) != second.get(place):
            return _shown(first.get(place)), _shown(second.get(place))
    return tuple(f"{_counted(each).get(rule, 0)} matches not applicable" for each in (one, other))  # type: ignore[return-value]


def _shown(row: Row | None) -> str:
    """A verdict with its due date; a row that is not there says that the rule does not apply."""
    if row is None:
        return "not applicable"
    return f"{row.verdict} (due {row.due})" if row.due else str(row.verdict)
