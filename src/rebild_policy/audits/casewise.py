"""An audit case by case: every case of an export judged, counted and accounted for, in memory."""

from __future__ import annotations

from rebild_policy.audits.counts import Counts
from rebild_policy.audits.request import Found, Request, accounted, answered
from rebild_policy.audits.results import Audit, QuarantinedRow
from rebild_policy.crosscheck import CrossCheck
from rebild_policy.privacy import holds_cpr
from rebild_policy.results import Finding
from rebild_policy.sources.export import read_export


def run_audit(request: Request, cross_check: CrossCheck | None = None) -> Audit:
    """Read an export through a mapping and judge every case; see `Policy.audit`."""
    judge, progress, path = request.judge, request.progress, request.path
    size = max(path.stat().st_size, 1) if path and path.is_file() else 1
    on_read = (lambda done: progress("read", done, size)) if progress else None
    export = read_export(request.export, request.mapping, progress=on_read, pseudonyms=request.pseudonyms)
    counts = Counts(request.waivers, cross_check)
    findings: list[Finding] = []
    for number, sourced in enumerate(export.cases, 1):
        judged = counts.take(judge, export, sourced, request.as_of, case_name(number, sourced.case.id))
        findings += (finding for _, finding in judged)
        if progress:
            progress("judge", number, len(export.cases))
    rows = (QuarantinedRow(row=row.row, column=row.column, reason=row.reason) for row in export.accounting.quarantined)
    found = Found(
        name=export.name,
        sha256=export.input_sha256,
        accounting=accounted(export.accounting, len(export.cases)),
        plan=judge.ready(export.coverage, export.same_day, "compiled", frozenset()).plan,
        counts=counts,
        assumptions=export.assumptions,
        findings=findings,
        quarantined=tuple(rows),
    )
    return answered(request, found)


def case_name(number: int, id_: str) -> str:
    """What a case is called: one called by a CPR number by its place in the export, since two would be one when redacted."""
    return f"case-{number}" if holds_cpr(id_) else id_
