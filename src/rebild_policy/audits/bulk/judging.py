"""An audit of any size: buckets of cases judged one after the other by the table engine, and checked by the reference.

What is done is kept bucket by bucket, so that a run that was stopped can be taken up again; what comes out is the same, byte
for byte, however often it was stopped, and whatever the number of threads and buckets.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyarrow
from pyarrow import compute, parquet

from rebild_policy.crosscheck import disagreement
from rebild_policy.engines import Judgement
from rebild_policy.engines.reference import ReferenceEngine
from rebild_policy.engines.tables.buckets import BucketJudge, Tally
from rebild_policy.engines.tables.store import place_of, read_cases, write_bucket
from rebild_policy.errors import UsageError, shown
from rebild_policy.facts import Case
from rebild_policy.plan import Plan
from rebild_policy.results import Row, Verdict

MOST_RECHECKED: Final = 1_000  # cases with a violation
SAMPLE: Final = 200  # cases without one
_ROWS_IN_A_GROUP: Final = 100_000
SCHEMA: Final = pyarrow.schema(
    [
        ("case", pyarrow.string()),
        ("rule", pyarrow.string()),
        ("trigger", pyarrow.string()),
        ("key", pyarrow.list_(pyarrow.string())),
        ("verdict", pyarrow.string()),
        ("due", pyarrow.date32()),
    ]
)
Progress = Callable[[int, int], None]  # buckets done, and of how many


@dataclass
class BulkResult:
    """What was found: the file of findings, the counts, and how many cases the reference judged again."""

    findings: Path
    tally: Tally = field(default_factory=Tally)
    rechecked: int = 0


def judge_buckets(
    plan: Plan,
    buckets: Iterable[Path],
    out: Path,
    as_of: date,
    *,
    threads: int = 2,
    resume: bool = False,
    progress: Progress | None = None,
) -> BulkResult:
    """Judge every bucket into `out/findings.parquet`: each verdict of each rule, by case, rule and source.

    All cases with a violation, up to `MOST_RECHECKED`, and a sample of the others are judged by the reference, too. Raises
    `DisagreementError` where the two differ, with the case saved in `out`, and `UsageError` where there is nothing to resume,
    or a run is there that is not to be resumed.
    """
    folders, parts = sorted(buckets), out / "parts"
    start_run(parts, fingerprint_of(plan, folders, as_of), resume=resume)
    with BucketJudge(plan, as_of, threads=threads) as judge:
        for number, folder in enumerate(folders):
            if progress:
                progress(number, len(folders))
            if not (parts / f"{folder.name}.json").exists():
                _judge(judge, folder, parts)
    if progress:
        progress(len(folders), len(folders))
    result = BulkResult(out / "findings.parquet", _summed(parts, folders))
    result.rechecked = recheck(plan, folders, parts, out, as_of)
    _join([parts / f"{folder.name}.parquet" for folder in folders], result.findings)
    return result


# ------------------------------------------------------------------------------------------------------------ taking up
def fingerprint_of(plan: Plan, folders: list[Path], as_of: date) -> str:
    """What a run rests on: a part of another must not be taken for one of it."""
    files = [(folder.name, file.name, file.stat().st_size) for folder in folders for file in sorted(folder.glob("*.parquet"))]
    rules = [repr((rule.name, rule.condition, rule.unless, rule.require)) for rule in plan.rules]
    parameters = sorted((name, repr((one.values, one.rows))) for name, one in plan.parameters.items())
    settings = (plan.profile, sorted(plan.coverage.missing), plan.same_day, repr(plan.calendar), plan.ruleset.digest)
    return sha256(repr((as_of, settings, rules, parameters, files)).encode()).hexdigest()


def start_run(parts: Path, fingerprint: str, *, resume: bool) -> None:
    """Begin a run in a folder, or take one up. Raises `UsageError` where there is none, another, or one already."""
    mark = parts / "run.json"
    if resume and not mark.exists():
        raise UsageError(f"there is no audit to resume in {shown(parts.parent)}.", remedy="Leave 'resume' out.")
    if not resume and mark.exists():
        raise UsageError(f"there is an audit in {shown(parts.parent)} already.", remedy="Resume it, or name another folder.")
    if resume and json.loads(mark.read_text("utf-8")) != fingerprint:
        raise UsageError(
            f"the audit in {shown(parts.parent)} was of other data or by other rules.", remedy="Name another folder."
        )
    parts.mkdir(parents=True, exist_ok=True)
    put(mark, json.dumps(fingerprint))


def put(path: Path, text: str) -> None:
    """Write a file that is either whole or not there."""
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _judge(judge: BucketJudge, folder: Path, parts: Path) -> None:
    draft = parts / f"{folder.name}.draft.parquet"
    tally = judge.judge(folder, draft)
    draft.replace(parts / f"{folder.name}.parquet")
    counts = [[rule, str(verdict), rows] for (rule, verdict), rows in sorted(tally.verdicts.items())]
    # The counts last: they say that the bucket is done.
    put(parts / f"{folder.name}.json", json.dumps({"verdicts": counts, "not applicable": dict(tally.not_applicable)}))


def _summed(parts: Path, folders: list[Path]) -> Tally:
    tally = Tally()
    for folder in folders:
        counts = json.loads((parts / f"{folder.name}.json").read_text("utf-8"))
        tally.verdicts.update({(rule, Verdict(verdict)): rows for rule, verdict, rows in counts["verdicts"]})
        tally.not_applicable.update(counts["not applicable"])
    return tally


# ----------------------------------------------------------------------------------------------------------- checking
def recheck(plan: Plan, folders: list[Path], parts: Path, out: Path, as_of: date) -> int:
    """Judge some cases again by the reference; how many. Raises `DisagreementError`, with the case saved in `out`."""
    reference, checked = ReferenceEngine(plan), 0
    left = Counter({True: MOST_RECHECKED, False: SAMPLE})
    for folder in folders:
        if not any(left.values()):
            break
        part = parts / f"{folder.name}.parquet"
        table = parquet.read_table(part, columns=["case", "verdict"])
        at_fault = set(compute.unique(table.filter(compute.equal(table["verdict"], "violated"))["case"]).to_pylist())
        others = set(compute.unique(table["case"]).to_pylist()) - at_fault
        chosen = {id_ for ids, wrong in ((at_fault, True), (others, False)) for id_ in sorted(ids, key=place_of)[: left[wrong]]}
        left.subtract({True: len(chosen & at_fault), False: len(chosen & others)})
        said = rows_by_case(parquet.read_table(part, filters=[("case", "in", sorted(chosen))])) if chosen else {}
        for case in read_cases(folder, plan.vocabulary, chosen) if chosen else ():
            expected = reference.judge(case, as_of)
            # Matches that a rule does not apply to are counted for a bucket as a whole.
            got = Judgement(said.get(case.id, []), expected.not_applicable)
            judges = ("the reference", reference, expected), ("the table engine", _Alone(plan), got)
            found = disagreement(plan, judges, case, as_of, case_name=case.id, folder=out)
            if found is not None:
                raise found
            checked += 1
    return checked


def rows_by_case(table: pyarrow.Table) -> dict[str, list[Row]]:
    """The verdicts of a part as rows, by case."""
    found: dict[str, list[Row]] = {}
    for row in table.select(["case", "rule", "trigger", "key", "verdict", "due"]).to_pylist():
        verdict = Row(row["rule"], row["trigger"], tuple(row["key"]), Verdict(row["verdict"]), row["due"])
        found.setdefault(row["case"], []).append(verdict)
    return found


@dataclass(frozen=True, slots=True)
class _Alone:
    """Judges a case as a bucket of its own."""

    plan: Plan

    def judge(self, case: Case, as_of: date) -> Judgement:
        """See `Engine.judge`."""
        with TemporaryDirectory() as folder, BucketJudge(self.plan, as_of) as judge:
            write_bucket(Path(folder, "bucket"), [case], self.plan.vocabulary)
            tally = judge.judge(Path(folder, "bucket"), Path(folder, "found"))
            rows = rows_by_case(parquet.read_table(Path(folder, "found")))
        return Judgement(rows.get(case.id, []), dict(tally.not_applicable))


# ------------------------------------------------------------------------------------------------------------ joining
def _join(parts: list[Path], into: Path) -> None:
    """The parts as one file, in groups of rows whose size does not follow from where one part ends."""
    draft = into.with_suffix(".draft")
    with parquet.ParquetWriter(draft, SCHEMA, compression="zstd") as writer:
        for table in _groups(parts):
            writer.write_table(table, row_group_size=_ROWS_IN_A_GROUP)
    draft.replace(into)


def _groups(parts: list[Path]) -> Iterator[pyarrow.Table]:
    waiting = SCHEMA.empty_table()
    for part in parts:
        for batch in parquet.ParquetFile(part).iter_batches(_ROWS_IN_A_GROUP):
            waiting = pyarrow.concat_tables([waiting, pyarrow.Table.from_batches([batch]).cast(SCHEMA)])
            while len(waiting) >= _ROWS_IN_A_GROUP:
                yield waiting.slice(0, _ROWS_IN_A_GROUP).combine_chunks()
                waiting = waiting.slice(_ROWS_IN_A_GROUP)
    if len(waiting):
        yield waiting.combine_chunks()
