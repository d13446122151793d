"""From the outcome of a run to an `Audit`: the same numbers as an audit in memory gives, and the worst findings."""

from __future__ import annotations

from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from pyarrow import compute, parquet

from rebild_policy.audits.bulk.running import Job, Outcome, run
from rebild_policy.audits.casewise import LISTED, Progress, Source, activities, assumptions, loose_links
from rebild_policy.audits.counts import Judge
from rebild_policy.audits.equality import equal_treatment
from rebild_policy.audits.results import Accounting, Audit, QuarantinedRow, SourceInfo
from rebild_policy.findings import not_checkable, statistics_of
from rebild_policy.results import Verdict
from rebild_policy.sources.accounting import LinkCount
from rebild_policy.sources.export import assumptions_of
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.sources.rows import RowReader
from rebild_policy.version import VERSION
from rebild_policy.waivers import WaiverBook

MOST_HELD: Final = 2_000  # findings, and quarantined rows, held ready; the others stay in their buckets
MOST_REASONED: Final = 10_000  # undetermined findings that are asked for what they lack


def run_bulk_audit(  # noqa: PLR0913 - what `Policy.audit` takes
    judge: Judge,
    source: Source,
    mapping_path: Path,
    as_of: date,
    *,
    command: str,
    progress: Progress | None,
    waivers: WaiverBook,
    work: Path | None = None,
    resume: bool = False,
    buckets: int | None = None,
    threads: int = 2,
) -> Audit:
    """Audit an export bucket by bucket; see `Policy.audit`."""
    mapping = load_mapping(mapping_path)
    job = Job(
        source.export, mapping, judge, as_of, waivers, source.pseudonyms, work, resume=resume, buckets=buckets, threads=threads
    )
    on_read = (lambda done, size: progress("read", done, size)) if progress else None
    on_judged = (lambda done, of: progress("bucket", done, of)) if progress else None
    outcome = run(job, on_read, on_judged)
    _use(outcome, waivers)
    store, counts, plan = outcome.store, outcome.counts, outcome.store.plan
    asked = 0
    for facts in store.missing(MOST_REASONED):
        counts.reasons.update(facts)
        asked += 1
    unsure = sum(of_rule[Verdict.UNDETERMINED] for of_rule in counts.verdicts.values())
    quarantined = tuple(islice(store.quarantined(), MOST_HELD))
    reader, account = RowReader(mapping), outcome.account
    assumed = assumptions_of(mapping, reader, account.assumed, [made for made, *_ in account.links])
    path = source.export if isinstance(source.export, Path) else None
    return Audit(
        version=VERSION,
        as_of=as_of,
        profile=judge.profile,
        ruleset=judge.info,
        parameters=judge.parameters_on(as_of),
        source=SourceInfo(
            file=path.name if path else outcome.spooled.name,
            sha256=outcome.spooled.sha256,
            mapping=mapping_path.name,
            mapping_sha256=mapping.sha256,
        ),
        command=command,
        accounting=_accounting(outcome, reader, quarantined),
        tallies=tuple(counts.tallies(plan)),
        statistics=tuple(statistics_of(plan, counts.counted)),
        equal_treatment=equal_treatment(counts.decided),
        reasons=tuple(counts.reasons_in_order()),
        reasons_of=asked if asked >= MOST_REASONED and asked < unsure else None,
        breakdowns=tuple(counts.broken_down.breakdowns(store.duties)),
        awaited=tuple(counts.broken_down.awaited(store.duties)),
        not_checkable=not_checkable(plan),
        assumptions=tuple(assumptions(assumed, plan)),
        waiver_notes=tuple(waivers.notes()),
        findings=tuple(store.worst(MOST_HELD)),
        quarantined=quarantined,
        store=store,
    )


def _use(outcome: Outcome, waivers: WaiverBook) -> None:
    """Tell the waivers which deviations there are: buckets of an earlier run have not."""
    cases = sorted({waiver.case for waiver in waivers.all})
    for part in outcome.store.parts if cases else ():
        table = parquet.read_table(part, columns=["case", "rule", "trigger", "verdict"], filters=[("case", "in", cases)])
        for row in table.filter(compute.equal(table["verdict"], "violated")).to_pylist():
            waivers.accepts(row["rule"], row["case"], row["trigger"])


def _accounting(outcome: Outcome, reader: RowReader, quarantined: tuple[QuarantinedRow, ...]) -> Accounting:
    spooled, account = outcome.spooled, outcome.account
    links = [LinkCount(policy.name, *counts) for policy, counts in zip(reader.policies, account.links, strict=True)]
    return Accounting(
        rows=spooled.rows,
        mapped=account.mapped,
        skipped=account.skipped.total(),
        duplicates=account.duplicates,
        quarantined=account.quarantined,
        events=account.events,
        cases=account.cases,
        irrelevant=activities(spooled.irrelevant),
        unmapped=activities(spooled.unmapped),
        quarantine=quarantined[:LISTED],
        notes=activities(account.notes + loose_links(links)),
        rows_without_case=account.lost_cases,
    )
