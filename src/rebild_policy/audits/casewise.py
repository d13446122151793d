"""An audit: every case of an export judged, counted and accounted for. A thin driver over the sources and one engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from rebild_policy.audits.counts import Counts, Judge
from rebild_policy.audits.equality import equal_treatment
from rebild_policy.audits.results import Accounting, Activity, Assumption, Audit, QuarantinedRow, SourceInfo
from rebild_policy.crosscheck import CrossCheck
from rebild_policy.findings import not_checkable, statistics_of
from rebild_policy.plan import Plan
from rebild_policy.privacy import holds_cpr
from rebild_policy.results import Finding, Words
from rebild_policy.sources.accounting import Accounting as SourceAccounting
from rebild_policy.sources.accounting import Assumption as MappingAssumption
from rebild_policy.sources.accounting import LinkCount
from rebild_policy.sources.export import Export, read_export
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.records import ArrowTable
from rebild_policy.version import VERSION
from rebild_policy.waivers import WaiverBook

Stage = Literal["read", "judge", "bucket"]
Progress = Callable[[Stage, int, int], None]  # the stage, how much of it is done, and of how much (bytes, then cases or buckets)
LISTED = 100  # quarantined rows in the summary; `Audit.every_quarantined` gives all


class Source(NamedTuple):
    """What is audited: a file or a table in memory, and how its ids are to be replaced, if at all."""

    export: Path | ArrowTable
    pseudonyms: Pseudonyms | None = None


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
    counts = Counts(waivers, cross_check)
    findings: list[Finding] = []
    for number, sourced in enumerate(export.cases, 1):
        judged = counts.take(judge, export, sourced, as_of, case_name(number, sourced.case.id))
        findings += (finding for _, finding in judged)
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
        equal_treatment=equal_treatment(counts.decided),
        reasons=tuple(counts.reasons_in_order()),
        breakdowns=tuple(counts.broken_down.breakdowns(duties)),
        awaited=tuple(counts.broken_down.awaited(duties)),
        not_checkable=not_checkable(plan),
        assumptions=tuple(assumptions(export.assumptions, plan)),
        waiver_notes=tuple(waivers.notes()),
        findings=tuple(findings),
        quarantined=_quarantined(export),
    )


def case_name(number: int, id_: str) -> str:
    """What a case is called: one called by a CPR number by its place in the export, since two would be one when redacted."""
    return f"case-{number}" if holds_cpr(id_) else id_


def _accounting(export: Export) -> Accounting:
    found = accounted(export.accounting, len(export.cases))
    return found.model_copy(update={"quarantine": _quarantined(export)[:LISTED]})


def accounted(account: SourceAccounting, cases: int) -> Accounting:
    """Where every row went, as a result; without the list of the quarantined ones."""
    return Accounting(
        rows=account.rows,
        mapped=account.mapped,
        skipped=account.skipped.total(),
        duplicates=account.duplicates,
        quarantined=len(account.quarantined),
        events=account.events,
        cases=cases,
        irrelevant=activities(account.irrelevant),
        unmapped=activities(account.unmapped),
        quarantine=(),
        notes=activities(account.notes + loose_links(account.links)),
        rows_without_case=account.lost_cases,
    )


def loose_links(links: Iterable[LinkCount]) -> Counter[str]:
    """The links that a policy of the mapping could not make, as notes."""
    notes: Counter[str] = Counter()
    for link in links:
        notes[f"{link.field}: no event to link to"] += link.none
        notes[f"{link.field}: several events it could link to, or a quarantined row that may hold it"] += link.unknown
    return +notes


def _quarantined(export: Export) -> tuple[QuarantinedRow, ...]:
    rows = export.accounting.quarantined
    return tuple(QuarantinedRow(row=row.row, column=row.column, reason=row.reason) for row in rows)


def activities(counter: Counter[str]) -> tuple[Activity, ...]:
    """Counts by name, the most frequent first."""
    return tuple(Activity(name=name, rows=rows) for name, rows in sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def assumptions(of_mapping: Iterable[MappingAssumption], plan: Plan) -> Iterable[Assumption]:
    """What the mapping takes for granted, then the rules."""
    for assumption in of_mapping:
        yield Assumption(text=Words(da=assumption.da, en=assumption.en), count=assumption.count)
    for rule in plan.rules:
        if rule.assumption:
            yield Assumption(text=Words(da=rule.assumption.da, en=rule.assumption.en))
