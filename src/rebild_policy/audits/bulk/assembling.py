"""From the outcome of a run to an `Audit`: the same numbers as an audit in memory gives, and the worst findings."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Final

from pyarrow import compute, parquet

from rebild_policy.audits.bulk.running import Job, Outcome, run
from rebild_policy.audits.request import Found, Request, activities, answered, loose_links
from rebild_policy.audits.results import Accounting, Audit
from rebild_policy.results import Verdict
from rebild_policy.sources.accounting import LinkCount
from rebild_policy.sources.export import assumptions_of
from rebild_policy.sources.rows import RowReader
from rebild_policy.waivers import WaiverBook

MOST_HELD: Final = 2_000  # findings, and quarantined rows, held ready; the others stay in their buckets
MOST_REASONED: Final = 10_000  # undetermined findings that are asked for what they lack


def run_bulk_audit(
    request: Request, *, work: Path | None = None, resume: bool = False, buckets: int | None = None, threads: int = 2
) -> Audit:
    """Audit an export bucket by bucket; see `Policy.audit`."""
    job = Job(request, work, resume=resume, buckets=buckets, threads=threads)
    progress = request.progress
    on_read = (lambda done, size: progress("read", done, size)) if progress else None
    on_judged = (lambda done, of: progress("bucket", done, of)) if progress else None
    outcome = run(job, on_read, on_judged)
    _use(outcome, request.waivers)
    store, counts = outcome.store, outcome.counts
    asked = 0
    for facts in store.missing(MOST_REASONED):
        counts.reasons.update(facts)
        asked += 1
    unsure = sum(of_rule[Verdict.UNDETERMINED] for of_rule in counts.verdicts.values())
    reader, account = RowReader(request.mapping), outcome.account
    found = Found(
        name=outcome.spooled.name,
        sha256=outcome.spooled.sha256,
        accounting=_accounting(outcome, reader),
        plan=store.plan,
        counts=counts,
        assumptions=assumptions_of(request.mapping, reader, account.assumed, [made for made, *_ in account.links]),
        findings=store.worst(MOST_HELD),
        quarantined=tuple(islice(store.quarantined(), MOST_HELD)),
        reasons_of=asked if asked >= MOST_REASONED and asked < unsure else None,
        store=store,
    )
    return answered(request, found)


def _use(outcome: Outcome, waivers: WaiverBook) -> None:
    """Tell the waivers which deviations there are: buckets of an earlier run have not."""
    cases = sorted({waiver.case for waiver in waivers.all})
    for part in outcome.store.parts if cases else ():
        table = parquet.read_table(part, columns=["case", "rule", "trigger", "verdict"], filters=[("case", "in", cases)])
        for row in table.filter(compute.equal(table["verdict"], "violated")).to_pylist():
            waivers.accepts(row["rule"], row["case"], row["trigger"])


def _accounting(outcome: Outcome, reader: RowReader) -> Accounting:
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
        quarantine=(),
        notes=activities(account.notes + loose_links(links)),
        rows_without_case=account.lost_cases,
    )
