"""Runs an audit bucket by bucket. What is done is kept, so that a run that was stopped can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

import pyarrow
from pyarrow import parquet

from rebild_policy.audits.bulk import parts
from rebild_policy.audits.bulk.judging import fingerprint_of, put, recheck, start_run
from rebild_policy.audits.bulk.store import Kept, Store
from rebild_policy.audits.counts import Counts
from rebild_policy.audits.request import Request
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
from rebild_policy.version import VERSION

BYTES_A_BUCKET: Final = 6_000_000  # of an export that is text
_MOST_BUCKETS, _UNSIZED = 400, 32
_MEMORY: Final = "200MB"  # of DuckDB
_UNPACKED: Final = {".gz": 10, ".parquet": 6, ".xlsx": 8}  # how many times larger the text is, about
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be audited, and how. `work`: where what is done is kept; without it, nowhere."""

    request: Request
    work: Path | None = None
    resume: bool = False
    buckets: int | None = None
    threads: int = 2

    @property
    def file(self) -> Path | None:
        """The export, where it is a file."""
        path = self.request.path
        return path if path and path.is_file() else None

    @property
    def coverage(self) -> Coverage:
        """What the export records."""
        return coverage_of(self.request.mapping)

    @property
    def same_day(self) -> SameDay:
        """The order of events of one day without clock times."""
        return self.request.mapping.time.same_day


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
    folder, request, as_of = job.work or keeps.path, job.request, job.request.as_of
    plan = request.judge.ready(job.coverage, job.same_day, "compiled", frozenset()).plan
    start_run(folder / "parts", _identity(job, plan), resume=job.resume)
    spooled = Spooled.load(folder / "rows") or _spool(job, folder / "rows", on_read)
    buckets = tuple(folder / "buckets" / f"bucket-{number:04}" for number in range(spooled.buckets))
    store = Store(folder, buckets, request.judge, job, plan, as_of, request.waivers, keeps)
    with AuditJudge(plan, as_of, threads=job.threads, memory=_MEMORY) as judge:
        work = _Work(job, plan, store, judge, Normaliser(request.mapping, request.pseudonyms))
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
    account, counts = spooled.astray, Counts(request.waivers)
    for bucket in buckets:
        done = json.loads(_counts_file(store, bucket).read_text("utf-8"))
        account.add(Account.read(done["account"]))
        counts.add(done["counts"])
    rechecked = recheck(plan, list(buckets), folder / "parts", job.work or Path(), as_of)
    return Outcome(spooled, account, counts, store, rechecked)


def _identity(job: Job, plan: Plan) -> str:
    """What a run rests on."""
    request, path = job.request, job.file
    export: Any = (path.name, path.stat().st_size, path.stat().st_mtime_ns) if path else "in memory"
    key = request.pseudonyms and request.pseudonyms.of("case", "")
    waivers = [waiver.model_dump(mode="json") for waiver in request.waivers.all]
    told = (VERSION, export, request.mapping.sha256, key, waivers, fingerprint_of(plan, [], request.as_of))
    return sha256(repr(told).encode()).hexdigest()


def _spool(job: Job, folder: Path, on_read: Progress | None) -> Spooled:
    request = job.request
    size, buckets = _size(job)
    for old in folder.glob("rows-*.arrow"):
        old.unlink()
    progress = (lambda done: on_read(done, size)) if on_read else None
    with open_tables(request.export, request.mapping, progress) as tables:
        into = Spool(folder, request.mapping, request.pseudonyms, buckets)
        spool(tables.tables, into)
        told = into.finish(tables.name, tables.digest())
    told.save(folder)
    return told


def _size(job: Job) -> tuple[int, int]:
    """The size of the export in bytes, and how many buckets it is parted into."""
    if job.file is None or job.request.mapping.source.query:
        return 1, job.buckets or _UNSIZED
    size = max(job.file.stat().st_size, 1)
    text = size * _UNPACKED.get(job.file.suffix.lower(), 1)
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
        request = self.job.request
        counts = Counts(request.waivers)
        part = self.store.part(bucket)
        verdicts, draft = part.with_suffix(".verdicts"), part.with_suffix(".draft")
        tally = self.judge.judge(bucket, verdicts)
        counts.not_applicable.update(tally.not_applicable)
        self._measure(counts)
        counts.decided.update(decided_in(bucket, request.as_of, self.judge.con))
        parts.finish(verdicts, draft, bucket, self.plan, request.waivers)
        verdicts.unlink()
        draft.replace(part)
        parts.count(part, self.plan, counts)
        found = []
        for sourced in read_gaps(bucket):
            judged = counts.take(request.judge, self.job, sourced, request.as_of, sourced.case.id)
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
