"""The findings of an audit that lie in buckets: the worst of them held ready, all of them one after the other, or as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Final
from weakref import finalize

import pyarrow
from pyarrow import compute, parquet

from rebild_policy.audits.bulk.judging import rows_by_case
from rebild_policy.audits.counts import Covered, Judge
from rebild_policy.audits.results import QuarantinedRow
from rebild_policy.engines.tables import selecting
from rebild_policy.engines.tables.layout import CASE
from rebild_policy.engines.tables.store import read_stored
from rebild_policy.explaining.explain import Explainer
from rebild_policy.findings import findings_of, split
from rebild_policy.plan import Plan
from rebild_policy.results import Finding, MissingFact, Row, Verdict
from rebild_policy.sources.ingest.bucket import read_gaps
from rebild_policy.sources.ingest.setaside import QUARANTINE, every
from rebild_policy.sources.reading import SourcedCase
from rebild_policy.waivers import WaiverBook

_CASES: Final = 1_000  # of a bucket, in memory at a time
Chosen = tuple[str, str, str, tuple[str, ...]]  # case, rule, trigger, key


class Kept:
    """A folder that is gone when nothing needs it any more."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="rebild-policy-"))
        finalize(self, rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class Store:
    """The buckets of an audit and the verdicts on them."""

    folder: Path
    buckets: tuple[Path, ...]
    judge: Judge
    source: Covered
    plan: Plan
    as_of: date
    waivers: WaiverBook
    keeps: Kept | None = None
    mark: Callable[[Finding], Finding] | None = None  # what becomes of a finding before it is shown

    def marked(self, mark: Callable[[Finding], Finding]) -> Store:
        """The same findings, each marked."""
        return replace(self, mark=mark)

    def part(self, bucket: Path) -> Path:
        """The verdicts on the cases of a bucket."""
        return self.folder / "parts" / f"{bucket.name}.parquet"

    def part_of_gaps(self, bucket: Path) -> Path:
        """The verdicts on its cases of which something is not known."""
        return self.folder / "parts" / f"{bucket.name}.gaps.parquet"

    @property
    def parts(self) -> list[Path]:
        """All verdicts."""
        return [part for bucket in self.buckets for part in (self.part(bucket), self.part_of_gaps(bucket))]

    @property
    def duties(self) -> list[str]:
        """The rules whose verdicts are findings."""
        return [rule.name for rule in self.plan.rules if rule.measure is None]

    # ----------------------------------------------------------------------------------------------------------- findings
    def findings(self) -> Iterator[Finding]:
        """Every finding with the means to explain it, case by case."""
        for bucket in self.buckets:
            for sourced, plan, rows in self._cases(bucket):
                found = self._found(sourced, plan, rows)
                yield from map(self.mark, found) if self.mark else found

    def standing(self, fingerprints: Iterable[str]) -> dict[str, tuple[Verdict, bool]]:
        """The verdicts of the findings with some fingerprints, and whether each counts as a deviation."""
        wanted, found = pyarrow.array(sorted(fingerprints), pyarrow.string()), {}
        for part in self.parts:
            table = parquet.read_table(part, columns=["fingerprint", "rule", "verdict", "subsumed_by", "waived"])
            duty = compute.is_in(table["rule"], pyarrow.array(self.duties, pyarrow.string()))
            for row in table.filter(compute.and_(duty, compute.is_in(table["fingerprint"], wanted))).to_pylist():
                verdict = Verdict(row["verdict"])
                deviates = verdict is Verdict.VIOLATED and row["subsumed_by"] is None and not row["waived"]
                found[row["fingerprint"]] = (verdict, deviates)
        return found

    def worst(self, most: int) -> list[Finding]:
        """At most so many findings: deviations first, the gravest rules' in turn; then what is pending, and undetermined."""
        severities = {name: self.plan.written[name].severity for name in self.duties}
        chosen = selecting.worst(self.parts, severities, most)
        wanted: set[Chosen] = {(case, rule, trigger, tuple(key)) for case, rule, trigger, key in chosen}
        ids = {case for case, *_ in wanted}
        found = []
        for bucket in self.buckets:
            for sourced, plan, rows in self._cases(bucket, ids):
                shown = zip(split(plan, rows, sourced.case)[0], self._found(sourced, plan, rows), strict=True)
                found += [one for row, one in shown if (sourced.case.id, *row[:3]) in wanted]
        return found

    def _found(self, sourced: SourcedCase, plan: Plan, rows: Iterable[Row]) -> Iterator[Finding]:
        duties, _ = split(plan, rows, sourced.case)
        explainer = Explainer(plan, sourced.case, self.as_of, sourced.rows)
        return findings_of(plan, duties, explainer, self.waivers)

    def missing(self, most: int) -> Iterator[set[MissingFact]]:
        """The facts that undetermined findings turn on, of so many findings, of cases that were judged by the bucket."""
        left = most
        for bucket in self.buckets:
            table = parquet.read_table(self.part(bucket), columns=["case", "rule", "verdict"])
            unsure = compute.equal(table["verdict"], "undetermined")
            duty = compute.is_in(table["rule"], pyarrow.array(self.duties, pyarrow.string()))
            cases = table.filter(compute.and_(unsure, duty))["case"]
            if not len(cases) or left <= 0:
                continue
            ids = set(cases[:left].to_pylist())
            for sourced, plan, rows in self._cases(bucket, ids, with_gaps=False):
                explainer = Explainer(plan, sourced.case, self.as_of, sourced.rows)
                open_ = [row for row in split(plan, rows, sourced.case)[0] if row.verdict is Verdict.UNDETERMINED]
                for row in open_[:left]:
                    yield {fact.model_copy(update={"event": None}) for fact in explainer.missing(row)}
                left -= len(open_)

    def _cases(
        self, bucket: Path, ids: set[str] | None = None, *, with_gaps: bool = True
    ) -> Iterator[tuple[SourcedCase, Plan, list[Row]]]:
        """The cases of a bucket, or those with some ids, each with its plan and the verdicts on it."""
        there: Sequence[str] = parquet.read_table(bucket / f"{CASE}.parquet", columns=["case"])["case"].to_pylist()
        wanted = iter(there if ids is None else [id_ for id_ in there if id_ in ids])
        while chunk := list(islice(wanted, _CASES)):
            said = rows_by_case(parquet.read_table(self.part(bucket), filters=[("case", "in", chunk)]))
            for case, rows in read_stored(bucket, self.plan.vocabulary, chunk):
                yield SourcedCase(case, frozenset(), rows), self.plan, said.get(case.id, [])
        for sourced in read_gaps(bucket) if with_gaps else ():
            if ids is None or sourced.case.id in ids:
                plan, engine, _ = self.judge.ready(self.source.coverage, self.source.same_day, "reference", sourced.gaps)
                yield sourced, plan, engine.judge(sourced.case, self.as_of).rows

    # --------------------------------------------------------------------------------------------------------------- rows
    def quarantined(self) -> Iterator[QuarantinedRow]:
        """Every quarantined row in the order of the export."""
        files = [folder / QUARANTINE for folder in (self.folder / "rows", *self.buckets)]
        return (QuarantinedRow(row=row.row, column=row.column, reason=row.reason) for row in every(files))

    # -------------------------------------------------------------------------------------------------------------- table
    def table(self) -> Iterator[Any]:
        """Every finding as a row of `PART`, in tables, by case, rule, row and ids."""
        return selecting.in_order(self.parts, self.duties, self.folder)
