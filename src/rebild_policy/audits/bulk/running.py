"""Runs an audit bucket by bucket. What is done is kept, so that a run that was stopped can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

import pyarrow
from pyarrow import parquet

from rebild_policy.audits.bulk import parts
from rebild_policy.audits.bulk.judging import fingerprint_of, put, recheck, start_run
from rebild_policy.audits.bulk.store import Kept, Store
from rebild_policy.audits.counts import Counts, Judge
from rebild_policy.engines.tables.auditing import AuditJudge
from rebild_policy.engines.tables.decided import decided_in
from rebild_policy.facts import Coverage, SameDay
from rebild_policy.findings import Counted
from rebild_policy.plan import Plan
from rebild_policy.results import Verdict
from rebild_policy.sources.export import coverage_of
from rebild_policy.sources.ingest.accounts import Account
from rebild_policy.sources.ingest.bucket import Normaliser, read_gaps
from rebild_policy.sources.ingest.spool import Spool, Spooled, bucket_file, read_rows, spool
from rebild_policy.sources.ingest.tables import open_tables
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.records import ArrowTable
from rebild_policy.sources.shapes import Mapping
from rebild_policy.version import VERSION
from rebild_policy.waivers import WaiverBook

BYTES_A_BUCKET: Final = 6_000_000  # of an export that is text
_MOST_BUCKETS, _UNSIZED = 400, 32
_MEMORY: Final = "200MB"  # of DuckDB
_UNPACKED: Final = {".gz": 10, ".parquet": 6, ".xlsx": 8}  # how many times larger the text is, about
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be audited, and how. `work`: where what is done is kept; without it, nowhere."""

    export: Path | ArrowTable
    mapping: Mapping
    judge: Judge
    as_of: date
    waivers: WaiverBook
    pseudonyms: Pseudonyms | None = None
    work: Path | None = None
    resume: bool = False
    buckets: int | None = None
    threads: int = 2

    @property
    def coverage(self) -> Coverage:
        """What the export records."""
        return coverage_of(self.mapping)

    @property
    def same_day(self) -> SameDay:
        """The order of events of one day without clock times."""
        return self.mapping.time.same_day


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: the account of the rows, the counts, and the findings in their buckets."""

    spooled: Spooled
    account: Account
    counts: Counts
    store: Store
    rechecked: int


def run(job: Job, on_read: Progress | None, on_judged: Progress | None) -> Outcome:
    """Run an audit, or take one up.

    Raises `SourceError` and `MappingError` for an export that can't be read, `UsageError` where there is nothing to resume, and
    `DisagreementError` where the table engine and the reference differ on a case.
    """
    keeps = Kept()
    folder = job.work or keeps.path
    plan = job.judge.ready(job.coverage, job.same_day, "compiled", frozenset()).plan
    start_run(folder / "parts", _identity(job, plan), resume=job.resume)
    spooled = Spooled.load(folder / "rows") or _spool(job, folder / "rows", on_read)
    buckets = tuple(folder / "buckets" / f"bucket-{number:04}" for number in range(spooled.buckets))
    store = Store(folder, buckets, job.judge, job, plan, job.as_of, job.waivers, keeps)
    with AuditJudge(plan, job.as_of, threads=job.threads, memory=_MEMORY) as judge:
        work = _Work(job, plan, store, judge, Normaliser(job.mapping, job.pseudonyms))
        with ThreadPoolExecutor(1) as pool:
            # While one bucket is judged, the next is made.
            coming = pool.submit(work.normalise, 0)
            for number in range(len(buckets)):
                if on_judged:
                    on_judged(number, len(buckets))
                account = coming.result()
                if number + 1 < len(buckets):
                    coming = pool.submit(work.normalise, number + 1)
                work.judge_one(number, account)
    if on_judged:
        on_judged(len(buckets), len(buckets))
    account, counts = spooled.astray, Counts(job.waivers)
    for bucket in buckets:
        done = json.loads(_counts_file(store, bucket).read_text("utf-8"))
        account.add(Account.read(done["account"]))
        counts.add(done["counts"])
    rechecked = recheck(plan, list(buckets), folder / "parts", job.work or Path(), job.as_of)
    return Outcome(spooled, account, counts, store, rechecked)


def _identity(job: Job, plan: Plan) -> str:
    """What a run rests on."""
    export: Any = "in memory"
    if isinstance(job.export, Path) and job.export.is_file():
        state = job.export.stat()
        export = (job.export.name, state.st_size, state.st_mtime_ns)
    key = job.pseudonyms and job.pseudonyms.of("case", "")
    waivers = [waiver.model_dump(mode="json") for waiver in job.waivers.all]
    told = (VERSION, export, job.mapping.sha256, key, waivers, fingerprint_of(plan, [], job.as_of))
    return sha256(repr(told).encode()).hexdigest()


def _spool(job: Job, folder: Path, on_read: Progress | None) -> Spooled:
    size, buckets = _size(job)
    for old in folder.glob("rows-*.arrow"):
        old.unlink()
    progress = (lambda done: on_read(done, size)) if on_read else None
    with open_tables(job.export, job.mapping, progress) as tables:
        into = Spool(folder, job.mapping, job.pseudonyms, buckets)
        spool(tables.tables, into)
        told = into.finish(tables.name, tables.digest())
    told.save(folder)
    return told


def _size(job: Job) -> tuple[int, int]:
    """The size of the export in bytes, and how many buckets it is parted into."""
    if not (isinstance(job.export, Path) and job.export.is_file()) or job.mapping.source.query:
        return 1, job.buckets or _UNSIZED
    size = max(job.export.stat().st_size, 1)
    text = size * _UNPACKED.get(job.export.suffix.lower(), 1)
    return size, job.buckets or min(_MOST_BUCKETS, 1 + text // BYTES_A_BUCKET)


def _counts_file(store: Store, bucket: Path) -> Path:
    return store.folder / "parts" / f"{bucket.name}.json"


@dataclass(frozen=True, slots=True)
class _Work:
    """Does one bucket after the other."""

    job: Job
    plan: Plan
    store: Store
    judge: AuditJudge
    normaliser: Normaliser

    def normalise(self, number: int) -> Account | None:
        """Make a bucket of its rows; None where it has been judged already."""
        bucket = self.store.buckets[number]
        if _counts_file(self.store, bucket).exists():
            return None
        if bucket.exists():
            rmtree(bucket)  # of a run that was stopped
        return self.normaliser.write(read_rows(self.store.folder / "rows", number), bucket)

    def judge_one(self, number: int, account: Account | None) -> None:
        """Judge and count a bucket, unless that is done."""
        bucket = self.store.buckets[number]
        if account is not None:
            counts = self._judged(bucket)
            # The counts last: they say that the bucket is done.
            done = json.dumps({"account": account.as_data(), "counts": counts.as_data()})
            put(_counts_file(self.store, bucket), done)
            pyarrow.default_memory_pool().release_unused()
        bucket_file(self.store.folder / "rows", number).unlink(missing_ok=True)

    def _judged(self, bucket: Path) -> Counts:
        counts = Counts(self.job.waivers)
        part = self.store.part(bucket)
        verdicts, draft = part.with_suffix(".verdicts"), part.with_suffix(".draft")
        tally = self.judge.judge(bucket, verdicts)
        counts.not_applicable.update(tally.not_applicable)
        self._measure(counts)
        counts.decided.update(decided_in(bucket, self.job.as_of, self.judge.con))
        parts.finish(verdicts, draft, bucket, self.plan, self.job.waivers)
        verdicts.unlink()
        draft.replace(part)
        parts.count(part, self.plan, counts)
        found = []
        for sourced in read_gaps(bucket):
            judged = counts.take(self.job.judge, self.job, sourced, self.job.as_of, sourced.case.id)
            found += [(row, finding, sourced.case) for row, finding in judged]
        parquet.write_table(parts.rows_of(found), self.store.part_of_gaps(bucket), compression="zstd")
        return counts

    def _measure(self, counts: Counts) -> None:
        between = self.plan.calendar.working_days_between
        for rule, name, start, end, count in self.judge.measured():
            verdict = Verdict(name)
            known = verdict in {Verdict.SATISFIED, Verdict.VIOLATED} and start is not None and end is not None
            days = between(start, end) if known and start and end else None
            counts.counted[Counted(rule, verdict, days)] += count
