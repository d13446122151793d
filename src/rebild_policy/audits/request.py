"""What is asked of an audit, and the `Audit` that answers it: the same whether cases were judged one by one or by the bucket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

from rebild_policy.audits.counts import Counts, Judge
from rebild_policy.audits.equality import equal_treatment
from rebild_policy.audits.results import Accounting, Activity, Assumption, Audit, QuarantinedRow, SourceInfo
from rebild_policy.findings import not_checkable, statistics_of
from rebild_policy.plan import Plan
from rebild_policy.results import Finding, Words
from rebild_policy.sources.accounting import Accounting as SourceAccounting
from rebild_policy.sources.accounting import Assumption as MappingAssumption
from rebild_policy.sources.accounting import LinkCount
from rebild_policy.sources.mapping import Mapping, load_mapping
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.records import ArrowTable
from rebild_policy.version import VERSION
from rebild_policy.waivers import WaiverBook

LISTED: Final = 100  # quarantined rows in the summary; `Audit.every_quarantined` gives all
Stage = Literal["read", "judge", "bucket"]
Progress = Callable[[Stage, int, int], None]  # the stage, how much of it is done, and of how much (bytes, then cases or buckets)


@dataclass(frozen=True)
class Request:
    """An audit that is asked for; see `Policy.audit`. `command` is what would ask for it again."""

    judge: Judge
    export: Path | ArrowTable
    mapping_path: Path
    as_of: date
    waivers: WaiverBook
    command: str = ""
    pseudonyms: Pseudonyms | None = None
    progress: Progress | None = None

    @cached_property
    def mapping(self) -> Mapping:
        """The mapping, read once. Raises `MappingError`."""
        return load_mapping(self.mapping_path)

    @property
    def path(self) -> Path | None:
        """Where the export is, if it is a file."""
        return self.export if isinstance(self.export, Path) else None


@dataclass(frozen=True, slots=True)
class Found:
    """What came of it. `reasons_of`: of how many findings the reasons were asked, where not of all."""

    name: str  # of the export, where it is no file
    sha256: str
    accounting: Accounting
    plan: Plan
    counts: Counts
    assumptions: Iterable[MappingAssumption]
    findings: Iterable[Finding]
    quarantined: tuple[QuarantinedRow, ...]
    reasons_of: int | None = None
    store: Any = None


def answered(request: Request, found: Found) -> Audit:
    """The audit that was asked for."""
    judge, plan, counts = request.judge, found.plan, found.counts
    duties = [rule.name for rule in plan.rules if rule.measure is None]
    return Audit(
        version=VERSION,
        as_of=request.as_of,
        profile=judge.profile,
        ruleset=judge.info,
        parameters=judge.parameters_on(request.as_of),
        source=SourceInfo(
            file=request.path.name if request.path else found.name,
            sha256=found.sha256,
            mapping=request.mapping_path.name,
            mapping_sha256=request.mapping.sha256,
        ),
        command=request.command,
        accounting=found.accounting.model_copy(update={"quarantine": found.quarantined[:LISTED]}),
        tallies=tuple(counts.tallies(plan)),
        statistics=tuple(statistics_of(plan, counts.counted)),
        equal_treatment=equal_treatment(counts.decided),
        reasons=tuple(counts.reasons_in_order()),
        reasons_of=found.reasons_of,
        breakdowns=tuple(counts.broken_down.breakdowns(duties)),
        awaited=tuple(counts.broken_down.awaited(duties)),
        not_checkable=not_checkable(plan),
        assumptions=tuple(_assumptions(found.assumptions, plan)),
        waiver_notes=tuple(request.waivers.notes()),
        findings=tuple(found.findings),
        quarantined=found.quarantined,
        store=found.store,
    )


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


def activities(counter: Counter[str]) -> tuple[Activity, ...]:
    """Counts by name, the most frequent first."""
    return tuple(Activity(name=name, rows=rows) for name, rows in sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _assumptions(of_mapping: Iterable[MappingAssumption], plan: Plan) -> Iterator[Assumption]:
    """What the mapping takes for granted, then the rules."""
    for assumption in of_mapping:
        yield Assumption(text=Words(da=assumption.da, en=assumption.en), count=assumption.count)
    for rule in plan.rules:
        if rule.assumption:
            yield Assumption(text=Words(da=rule.assumption.da, en=rule.assumption.en))
