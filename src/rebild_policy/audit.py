"""An audit: every case of an export judged, counted and accounted for. A thin driver over the sources and one engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from rebild_policy.auditresults import Accounting, Activity, Assumption, Audit, QuarantinedRow, Reason, RuleTally, SourceInfo
from rebild_policy.breakdowns import BreakdownCounts
from rebild_policy.crosscheck import CrossCheck
from rebild_policy.engines import Engine
from rebild_policy.explaining.explain import Explainer
from rebild_policy.facts import Coverage, SameDay
from rebild_policy.findings import Counted, findings_of, not_checkable, split, statistics_of
from rebild_policy.plan import Plan
from rebild_policy.preflight import preflight
from rebild_policy.privacy import holds_cpr
from rebild_policy.results import Finding, MissingFact, ParameterInfo, RuleSetInfo, Verdict, Words
from rebild_policy.rules import Profile
from rebild_policy.sources.accounting import LinkCount
from rebild_policy.sources.export import Export, SourcedCase, read_export
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.records import ArrowTable
from rebild_policy.version import VERSION
from rebild_policy.waivers import WaiverBook

Stage = Literal["read", "judge"]
Progress = Callable[[Stage, int, int], None]  # the stage, how much of it is done, and of how much (bytes, then cases)
_LISTED = 100  # quarantined rows in the summary; `Audit.quarantined` has all


class Source(NamedTuple):
    """What is audited: a file or a table in memory, and how its ids are to be replaced, if at all."""

    export: Path | ArrowTable
    pseudonyms: Pseudonyms | None = None


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


def run_audit(  # noqa: PLR0913 - what `Policy.audit` takes
    judge: Judge,
    source: Source,
    mapping_path: Path,
    as_of: date,
    *,
    command: str,
    progress: Progress | None,
    waivers: WaiverBook,
    cross_check: CrossCheck | None = None,
) -> Audit:
    """Read an export through a mapping and judge every case; see `Policy.audit`."""
    mapping = load_mapping(mapping_path)
    path = source.export if isinstance(source.export, Path) else None
    size = max(path.stat().st_size, 1) if path and path.is_file() else 1
    on_read = (lambda done: progress("read", done, size)) if progress else None
    export = read_export(source.export, mapping, progress=on_read, pseudonyms=source.pseudonyms)
    plan = judge.ready(export.coverage, export.same_day, "compiled", frozenset()).plan
    duties = [rule.name for rule in plan.rules if rule.measure is None]
    counts = _Counts(waivers, cross_check)
    findings: list[Finding] = []
    for number, sourced in enumerate(export.cases, 1):
        findings += counts.take(judge, export, sourced, as_of, case_name(number, sourced.case.id))
        if progress:
            progress("judge", number, len(export.cases))
    return Audit(
        version=VERSION,
        as_of=as_of,
        profile=judge.profile,
        ruleset=judge.info,
        parameters=judge.parameters_on(as_of),
        source=SourceInfo(
            file=path.name if path else export.name,
            sha256=export.input_sha256,
            mapping=mapping_path.name,
            mapping_sha256=export.mapping_sha256,
        ),
        command=command,
        accounting=_accounting(export),
        tallies=tuple(counts.tallies(plan)),
        statistics=tuple(statistics_of(plan, counts.counted)),
        reasons=tuple(counts.reasons_in_order()),
        breakdowns=tuple(counts.broken_down.breakdowns(duties)),
        awaited=tuple(counts.broken_down.awaited(duties)),
        not_checkable=not_checkable(plan),
        assumptions=tuple(_assumptions(export, plan)),
        waiver_notes=tuple(waivers.notes()),
        findings=tuple(findings),
        quarantined=_quarantined(export),
    )


def case_name(number: int, id_: str) -> str:
    """What a case is called: one called by a CPR number by its place in the export, since two would be one when redacted."""
    return f"case-{number}" if holds_cpr(id_) else id_


@dataclass
class _Counts:
    """What is counted while cases are judged."""

    waivers: WaiverBook
    cross_check: CrossCheck | None = None
    verdicts: dict[str, Counter[Verdict]] = field(default_factory=dict)
    subsumed: Counter[str] = field(default_factory=Counter)
    waived: Counter[str] = field(default_factory=Counter)
    not_applicable: Counter[str] = field(default_factory=Counter)
    partly_known: Counter[str] = field(default_factory=Counter)
    reasons: Counter[MissingFact] = field(default_factory=Counter)
    counted: list[Counted] = field(default_factory=list)
    broken_down: BreakdownCounts = field(default_factory=BreakdownCounts)

    def take(self, judge: Judge, export: Export, sourced: SourcedCase, as_of: date, name: str) -> list[Finding]:
        """Judge one case and count what was said of it."""
        # A plan for the gaps of one case is used once or twice: the reference runs it as it stands.
        which = "reference" if sourced.gaps else "compiled"
        plan, engine, _ = judge.ready(export.coverage, export.same_day, which, sourced.gaps)
        if self.cross_check:
            other = judge.ready(export.coverage, export.same_day, self.cross_check.engine, sourced.gaps).engine
            judgement = self.cross_check.hold(plan, (which, engine, other), sourced.case, as_of, name)
        else:
            judgement = engine.judge(sourced.case, as_of)
        self.not_applicable.update(judgement.not_applicable)
        if sourced.gaps:
            self.partly_known.update(rule.name for rule in plan.rules if sourced.gaps & {type_ for _, type_ in rule.each})
        duties, counted = split(plan, judgement.rows, sourced.case)
        self.counted += counted
        explainer = Explainer(plan, sourced.case, as_of, sourced.rows, name)
        for row in duties:
            self.reasons.update({fact.model_copy(update={"event": None}) for fact in explainer.missing(row)})
        findings = list(findings_of(plan, duties, explainer, self.waivers))
        for row, finding in zip(duties, findings, strict=True):
            self.broken_down.take(finding, sourced.case.event(row.trigger), sourced.case)
            self.verdicts.setdefault(finding.rule, Counter())[finding.verdict] += 1
            self.subsumed[finding.rule] += finding.subsumed_by is not None
            self.waived[finding.rule] += finding.waived is not None and finding.subsumed_by is None
        return findings

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
        for fact, count in sorted(self.reasons.items(), key=lambda item: (-item[1], item[0].type, item[0].field or "")):
            yield Reason(missing=fact, findings=count)


def _accounting(export: Export) -> Accounting:
    account = export.accounting
    return Accounting(
        rows=account.rows,
        mapped=account.mapped,
        skipped=account.skipped.total(),
        duplicates=account.duplicates,
        quarantined=len(account.quarantined),
        events=account.events,
        cases=len(export.cases),
        irrelevant=_activities(account.irrelevant),
        unmapped=_activities(account.unmapped),
        quarantine=_quarantined(export)[:_LISTED],
        notes=_activities(account.notes + _loose_links(account.links)),
        rows_without_case=account.lost_cases,
    )


def _loose_links(links: Iterable[LinkCount]) -> Counter[str]:
    """The links that a policy of the mapping could not make, as notes."""
    notes: Counter[str] = Counter()
    for link in links:
        notes[f"{link.field}: no event to link to"] += link.none
        notes[f"{link.field}: several events it could link to, or a quarantined row that may hold it"] += link.unknown
    return +notes


def _quarantined(export: Export) -> tuple[QuarantinedRow, ...]:
    rows = export.accounting.quarantined
    return tuple(QuarantinedRow(row=row.row, column=row.column, reason=row.reason) for row in rows)


def _activities(counter: Counter[str]) -> tuple[Activity, ...]:
    return tuple(Activity(name=name, rows=rows) for name, rows in sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _assumptions(export: Export, plan: Plan) -> Iterable[Assumption]:
    """What the mapping takes for granted, then the rules."""
    for assumption in export.assumptions:
        yield Assumption(text=Words(da=assumption.da, en=assumption.en), count=assumption.count)
    for rule in plan.rules:
        if rule.assumption:
            yield Assumption(text=Words(da=rule.assumption.da, en=rule.assumption.en))
