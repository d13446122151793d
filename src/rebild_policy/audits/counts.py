"""What an audit counts while cases are judged, one by one or bucket by bucket, and what it asks of a policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol

from rebild_policy.audits.breakdowns import DIMENSIONS, BreakdownCounts
from rebild_policy.audits.equality import Decided, decisions_of
from rebild_policy.audits.results import Reason, RuleTally
from rebild_policy.crosscheck import CrossCheck
from rebild_policy.engines import Engine
from rebild_policy.explaining.explain import Explainer
from rebild_policy.facts import Coverage, SameDay
from rebild_policy.findings import Counted, findings_of, split
from rebild_policy.plan import Plan
from rebild_policy.preflight import preflight
from rebild_policy.results import Finding, MissingFact, ParameterInfo, Row, RuleSetInfo, Verdict, Words
from rebild_policy.rules import Profile
from rebild_policy.sources.reading import SourcedCase
from rebild_policy.waivers import WaiverBook


class Ready(NamedTuple):
    """A plan and an engine that runs it."""

    plan: Plan
    engine: Engine
    duties: Engine  # the same without the statistics


class Judge(Protocol):
    """What an audit needs of a policy."""

    profile: Profile

    @property
    def info(self) -> RuleSetInfo:
        """Which rules judge."""

    def ready(self, coverage: Coverage, same_day: SameDay, engine: str, gaps: frozenset[str]) -> Ready:
        """A plan and an engine for a coverage and the gaps of a case."""

    def parameters_on(self, day: date) -> tuple[ParameterInfo, ...]:
        """The parameters in force."""


class Covered(Protocol):
    """What a source covers, and how it orders the events of one day."""

    @property
    def coverage(self) -> Coverage:
        """What it records."""

    @property
    def same_day(self) -> SameDay:
        """The order of events of one day without clock times."""


@dataclass
class Counts:
    """What is counted while cases are judged."""

    waivers: WaiverBook
    cross_check: CrossCheck | None = None
    verdicts: dict[str, Counter[Verdict]] = field(default_factory=dict)
    subsumed: Counter[str] = field(default_factory=Counter)
    waived: Counter[str] = field(default_factory=Counter)
    not_applicable: Counter[str] = field(default_factory=Counter)
    partly_known: Counter[str] = field(default_factory=Counter)
    reasons: Counter[MissingFact] = field(default_factory=Counter)
    counted: Counter[Counted] = field(default_factory=Counter)
    decided: Counter[Decided] = field(default_factory=Counter)
    broken_down: BreakdownCounts = field(default_factory=BreakdownCounts)

    def take(self, judge: Judge, source: Covered, sourced: SourcedCase, as_of: date, name: str) -> list[tuple[Row, Finding]]:
        """Judge one case and count what was said of it."""
        # A plan for the gaps of one case is used once or twice: the reference runs it as it stands.
        which = "reference" if sourced.gaps else "compiled"
        plan, engine, _ = judge.ready(source.coverage, source.same_day, which, sourced.gaps)
        if self.cross_check:
            other = judge.ready(source.coverage, source.same_day, self.cross_check.engine, sourced.gaps).engine
            judgement = self.cross_check.hold(plan, (which, engine, other), sourced.case, as_of, name)
        else:
            judgement = engine.judge(sourced.case, as_of)
        self.not_applicable.update(judgement.not_applicable)
        if sourced.gaps:
            self.partly_known.update(rule.name for rule in plan.rules if sourced.gaps & {type_ for _, type_ in rule.each})
        self.decided.update(decisions_of(sourced.case, as_of, sourced.gaps))
        duties, counted = split(plan, judgement.rows, sourced.case)
        self.counted.update(counted)
        explainer = Explainer(plan, sourced.case, as_of, sourced.rows, name)
        for row in duties:
            self.reasons.update({fact.model_copy(update={"event": None}) for fact in explainer.missing(row)})
        findings = list(findings_of(plan, duties, explainer, self.waivers))
        for row, finding in zip(duties, findings, strict=True):
            self.broken_down.take(finding, sourced.case.event(row.trigger), sourced.case)
            self.verdicts.setdefault(finding.rule, Counter())[finding.verdict] += 1
            self.subsumed[finding.rule] += finding.subsumed_by is not None
            self.waived[finding.rule] += finding.waived is not None and finding.subsumed_by is None
        return list(zip(duties, findings, strict=True))

    def tallies(self, plan: Plan) -> Iterator[RuleTally]:
        """The counts by rule, in the order of the rules."""
        lacks = {ready.rule: ready.lacks for ready in preflight(plan)}
        for rule in plan.rules:
            if rule.measure is None:
                yield RuleTally(
                    rule=rule.name,
                    title=Words(da=rule.title.da, en=rule.title.en),
                    statements=rule.statements,
                    severity=rule.severity,
                    verdicts={verdict: self.verdicts.get(rule.name, Counter())[verdict] for verdict in Verdict},
                    subsumed=self.subsumed[rule.name],
                    waived=self.waived[rule.name],
                    not_applicable=self.not_applicable[rule.name],
                    partly_known=self.partly_known[rule.name],
                    lacks=lacks[rule.name],
                )

    def reasons_in_order(self) -> Iterator[Reason]:
        """Why findings are undetermined, the most frequent first."""
        for fact, count in sorted(
            self.reasons.items(), key=lambda item: (-item[1], item[0].type, item[0].field or "", item[0].cause)
        ):
            yield Reason(missing=fact, findings=count)

    # ---------------------------------------------------------------------------------------------------------- keeping
    def as_data(self) -> dict[str, Any]:
        """The counts as JSON holds them."""
        return {
            "verdicts": [[rule, verdict, count] for rule, counts in self.verdicts.items() for verdict, count in counts.items()],
            **{name: dict(getattr(self, name)) for name in _BY_RULE},
            "reasons": [[fact.model_dump(), count] for fact, count in self.reasons.items()],
            "counted": [[*one, count] for one, count in self.counted.items()],
            "decided": [[*one, count] for one, count in self.decided.items()],
            "broken_down": [[by, *key, count] for by in DIMENSIONS for key, count in self.broken_down.found[by].items()],
            "cases": [[by, value, count] for by, shared in self.broken_down.cases.items() for value, count in shared.items()],
            "due": [[day and day.isoformat(), rule, count] for (day, rule), count in self.broken_down.due.items()],
        }

    def add(self, data: dict[str, Any]) -> None:
        """Count what was counted before, and kept by `as_data`."""
        for rule, verdict, count in data["verdicts"]:
            self.verdicts.setdefault(rule, Counter())[Verdict(verdict)] += count
        for name in _BY_RULE:
            getattr(self, name).update(data[name])
        for fact, count in data["reasons"]:
            self.reasons[MissingFact.model_validate(fact)] += count
        for rule, verdict, days, count in data["counted"]:
            self.counted[Counted(rule, Verdict(verdict), days)] += count
        for *one, count in data["decided"]:
            self.decided[Decided(*one)] += count
        for by, rule, value, verdict, count in data["broken_down"]:
            self.broken_down.found[by][rule, value, Verdict(verdict)] += count
        for by, value, count in data["cases"]:
            self.broken_down.cases[by][value] += count
        for day, rule, count in data["due"]:
            self.broken_down.due[day and date.fromisoformat(day), rule] += count


_BY_RULE = ("subsumed", "waived", "not_applicable", "partly_known")
