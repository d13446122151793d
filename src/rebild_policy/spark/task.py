"""What runs on an executor: the rows of some cases read through the mapping, judged by the table engine, and counted.

Nothing here knows Spark: a task is a generator from Arrow batches to Arrow batches.
"""

from __future__ import annotations

import atexit
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

import pyarrow
from pyarrow import parquet

from rebild_policy.calendar import Calendar
from rebild_policy.disguise import disguised
from rebild_policy.engines.base import Judgement
from rebild_policy.engines.reference import ReferenceEngine
from rebild_policy.engines.tables.buckets import BucketJudge, Tally
from rebild_policy.engines.tables.store import place_of, write_bucket
from rebild_policy.errors import DisagreementError, EngineError
from rebild_policy.facts import Case
from rebild_policy.loading import RuleSet
from rebild_policy.plan import Plan
from rebild_policy.policy import Policy
from rebild_policy.privacy import redact
from rebild_policy.results import Row, Verdict
from rebild_policy.rules import Profile
from rebild_policy.sources.export import coverage_of
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.reading import Reading, SourcedCase
from rebild_policy.sources.shapes import Mapping
from rebild_policy.spark.accounts import Account
from rebild_policy.spark.chunks import rows_of_cases, whole_cases

# One frame for all that a task says: `kind` tells findings, quarantined rows and the account of the task apart.
FINDING, QUARANTINE, ACCOUNT = "finding", "quarantine", "account"
SCHEMA: Final = pyarrow.schema(
    [
        ("kind", pyarrow.string()),
        ("case", pyarrow.string()),
        ("rule", pyarrow.string()),
        ("trigger", pyarrow.string()),
        ("key", pyarrow.list_(pyarrow.string())),
        ("verdict", pyarrow.string()),
        ("due", pyarrow.date32()),
        ("place", pyarrow.binary()),  # of the case among all
        ("number", pyarrow.int32()),  # of the finding in its case
        ("row", pyarrow.int64()),
        ("column", pyarrow.string()),
        ("reason", pyarrow.string()),
        ("account", pyarrow.string()),
    ]
)
DDL: Final = (
    "kind string, case string, rule string, trigger string, key array<string>, verdict string, due date, "
    "place binary, number int, row bigint, column string, reason string, account string"
)
_BATCH: Final = 10_000  # rows that a task hands over at once
_AT_FAULT, _OTHERS = 50, 10  # cases with a violation and without one that the reference judges again, in each task


@dataclass(frozen=True)
class Work:
    """What every task needs; it travels to the executors, rules and mapping with it."""

    ruleset: RuleSet
    profile: Profile
    calendar: Calendar
    mapping: Mapping
    as_of: date
    chunk: int  # rows that are worked on at once
    memory: str  # of the table engine
    pseudonyms: Pseudonyms | None = None
    token: str = field(default_factory=lambda: uuid4().hex)

    def run(self, batches: Iterable[Any]) -> Iterator[Any]:
        """A task: the batches of its rows, sorted by case, to what is said of them."""
        return _Task(_bench(self)).run(batches)


class _Bench:
    """What is made once in a process and serves all of its tasks: the statements take a second to make."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.policy = Policy(work.ruleset, profile=work.profile, calendar=work.calendar)
        self.coverage, self.same_day = coverage_of(work.mapping), work.mapping.time.same_day
        self.plan = self.ready("compiled").plan
        self.reference = ReferenceEngine(self.plan)
        self.judge = BucketJudge(self.plan, work.as_of, threads=1, memory=work.memory)

    def ready(self, engine: str, gaps: frozenset[str] = frozenset()) -> Any:
        return self.policy.ready(self.coverage, self.same_day, engine, gaps)


_benches: dict[str, _Bench] = {}


def _bench(work: Work) -> _Bench:
    if work.token not in _benches:
        _clear()
        _benches[work.token] = _Bench(work)
    return _benches[work.token]


@atexit.register
def _clear() -> None:
    for bench in _benches.values():
        bench.judge.con.close()
    _benches.clear()


class _Task:
    """One task and what it counts."""

    def __init__(self, bench: _Bench) -> None:
        self.bench = bench
        self.work = bench.work
        self.account = Account()
        self.left = Counter({True: _AT_FAULT, False: _OTHERS})

    def run(self, batches: Iterable[Any]) -> Iterator[Any]:
        for table in whole_cases(batches, self.work.chunk):
            yield from _batches(self._chunk(table))
        yield from _batches(iter([{"kind": ACCOUNT, "account": self.account.text()}]))

    def _chunk(self, table: Any) -> Iterator[dict[str, Any]]:
        """What is said of some cases."""
        reading = Reading(self.work.mapping, self.work.pseudonyms, part=True)
        for row in rows_of_cases(table, self.work.mapping):
            reading.take(row)
        part = reading.finish()
        self.account.read(reading, part)
        for bad in part.accounting.quarantined:
            yield {"kind": QUARANTINE, "row": bad.row, "column": redact(bad.column or "") or None, "reason": redact(bad.reason)}
        yield from self._judged([one.case for one in part.cases if not one.gaps])
        for sourced in part.cases:
            self.account.compared(sourced.case, self.work.as_of, sourced.gaps)
            if sourced.gaps:
                yield from self._with_gaps(sourced)

    def _judged(self, cases: list[Case]) -> Iterator[dict[str, Any]]:
        """The findings of cases without gaps."""
        cases = sorted(cases, key=lambda case: (place_of(case.id), case.id))
        try:
            rows, not_applicable = self._by_tables(cases)
        except EngineError:
            # A number of more than 64 bits: no table holds it.
            rows, not_applicable = self._one_by_one(cases)
        self.account.not_applicable.update(not_applicable)
        for case in cases:
            of_case = rows.get(case.id, [])
            self._check(case, of_case)
            yield from _findings(case, self.account.judged(self.bench.plan, case, of_case))

    def _by_tables(self, cases: list[Case]) -> tuple[dict[str, list[Row]], Counter[str]]:
        rows: dict[str, list[Row]] = {}
        if not cases:
            return rows, Counter()
        with TemporaryDirectory(prefix="rebild-policy-") as folder:
            bucket, found = Path(folder) / "bucket", Path(folder) / "found.parquet"
            write_bucket(bucket, cases, self.bench.plan.vocabulary)
            tally: Tally = self.bench.judge.judge(bucket, found)
            for batch in parquet.ParquetFile(found).iter_batches(_BATCH):
                for row in batch.to_pylist():
                    said = Row(row["rule"], row["trigger"], tuple(row["key"]), Verdict(row["verdict"]), row["due"])
                    rows.setdefault(row["case"], []).append(said)
        return rows, tally.not_applicable

    def _one_by_one(self, cases: list[Case]) -> tuple[dict[str, list[Row]], Counter[str]]:
        rows: dict[str, list[Row]] = {}
        not_applicable: Counter[str] = Counter()
        for case in cases:
            judgement: Judgement = self.bench.ready("compiled").engine.judge(case, self.work.as_of)
            rows[case.id] = judgement.rows
            not_applicable.update(judgement.not_applicable)
        return rows, not_applicable

    def _with_gaps(self, sourced: SourcedCase) -> Iterator[dict[str, Any]]:
        """The findings of a case of which something is not known: by a plan of its own, as in any audit."""
        plan, engine, _ = self.bench.ready("reference", sourced.gaps)
        judgement: Judgement = engine.judge(sourced.case, self.work.as_of)
        self.account.not_applicable.update(judgement.not_applicable)
        self.account.gaps(plan, sourced.gaps)
        yield from _findings(sourced.case, self.account.judged(plan, sourced.case, judgement.rows))

    def _check(self, case: Case, rows: list[Row]) -> None:
        """Judge some of the cases again by the reference. Raises `DisagreementError` where the two differ."""
        at_fault = any(row.verdict is Verdict.VIOLATED for row in rows)
        if not self.left[at_fault]:
            return
        self.left[at_fault] -= 1
        self.account.rechecked += 1
        expected = self.bench.reference.judge(case, self.work.as_of).rows
        if expected != rows:
            raise _disagreement(self.bench.plan, case, expected, rows)


def _disagreement(plan: Plan, case: Case, expected: list[Row], rows: list[Row]) -> DisagreementError:
    """The error for a case on which two engines differ. It holds the case: an executor has no folder that anyone looks in."""
    rules = sorted({row.rule for row in {*expected, *rows} - ({*expected} & {*rows})})
    named = f"on {', '.join(rules)}" if rules else "on the order of findings"
    return DisagreementError(
        f"the table engine and the reference differ {named}.", remedy=f"The case, under made-up names: {disguised(case, plan)}"
    )


def _findings(case: Case, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    place = place_of(case.id).to_bytes(8)
    for number, row in enumerate(rows):
        yield {
            "kind": FINDING,
            "case": redact(case.id),
            "rule": row.rule,
            "trigger": redact(row.trigger),
            "key": [redact(id_) for id_ in row.key],
            "verdict": str(row.verdict),
            "due": row.due,
            "place": place,
            "number": number,
        }


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[Any]:
    """Rows as batches of the schema."""
    waiting: list[dict[str, Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == _BATCH:
            yield pyarrow.RecordBatch.from_pylist(waiting, schema=SCHEMA)
            waiting = []
    if waiting:
        yield pyarrow.RecordBatch.from_pylist(waiting, schema=SCHEMA)
