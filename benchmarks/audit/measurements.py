"""What `python -m benchmarks.audit` measures, each in a process of its own, so that its peak memory is its own.

Each measurement takes the folder of an export and one that it may write to. `deviations`, `missed` and the like are counts.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copy
from time import perf_counter, process_time

import duckdb

from benchmarks.audit import export, handwritten
from rebild_policy import Policy
from rebild_policy.audits.bulk.judging import judge_buckets
from rebild_policy.audits.bulk.running import BYTES_A_BUCKET
from rebild_policy.bundled import rules_folder
from rebild_policy.engines.tables.buckets import BucketJudge
from rebild_policy.loading import load_rules
from rebild_policy.plan import Plan, build_plan
from rebild_policy.report.tables import write_table
from rebild_policy.sources.ingest.accounts import Account
from rebild_policy.sources.ingest.bucket import Normaliser
from rebild_policy.sources.ingest.setaside import QUARANTINE, every
from rebild_policy.sources.ingest.spool import Spool, read_rows, spool
from rebild_policy.sources.ingest.tables import open_tables
from rebild_policy.sources.mapping import load_mapping

AS_OF, AS_OF_LONG = date(2025, 6, 1), date(2045, 1, 1)
ONE_SPOILT_IN = 997
ROUNDS = 3


def plan(rules: tuple[str, ...] = ()) -> Plan:
    whole = build_plan(load_rules(rules_folder()), profile="guideline")
    return replace(whole, rules=tuple(rule for rule in whole.rules if not rules or rule.name in rules))


def whole_audit(folder: Path, out: Path) -> dict[str, float]:
    """All rules, from normalised Parquet to one findings file, with the check by the reference."""
    result = judge_buckets(plan(), folder.iterdir(), out / "audit", AS_OF)
    return {"verdicts": result.tally.verdicts.total(), "rechecked": result.rechecked}


def all_rules(folder: Path, out: Path) -> dict[str, float]:
    """All rules, from normalised Parquet to findings Parquet."""
    with BucketJudge(plan(), AS_OF) as judge:
        return {"verdicts": sum(judge.judge(bucket, out / "found").verdicts.total() for bucket in sorted(folder.iterdir()))}


def six_rules(folder: Path, out: Path) -> dict[str, float]:
    """The six rules by the table engine."""
    with BucketJudge(plan(handwritten.RULES), AS_OF) as judge:
        return _six(judge.judge, folder, out)


def six_by_hand(folder: Path, out: Path) -> dict[str, float]:
    """The six rules by the hand-written SQL."""
    with duckdb.connect(config={"threads": 2, "memory_limit": "300MB", "preserve_insertion_order": False}) as con:
        handwritten.prepare(con)
        return _six(lambda bucket, into: handwritten.judge(con, bucket, AS_OF, into), folder, out)


def six_faults(folder: Path, out: Path) -> dict[str, float]:
    """The deviations that the hand-written SQL finds, and how many of them the table engine missed or found besides."""
    found = {"deviations": 0, "missed": 0, "besides": 0}
    with BucketJudge(plan(handwritten.RULES), AS_OF) as judge, duckdb.connect() as con:
        handwritten.prepare(con)
        for bucket in sorted(folder.iterdir()):
            files = out / f"{bucket.name}.by-hand", out / f"{bucket.name}.found"
            handwritten.judge(con, bucket, AS_OF, files[0])
            judge.judge(bucket, files[1])
            one, other = (
                f"SELECT \"case\", rule::VARCHAR, \"trigger\" FROM read_parquet('{file}') WHERE verdict::VARCHAR = 'violated'"
                for file in files
            )
            counts = {"deviations": one, "missed": f"{one} EXCEPT ALL {other}", "besides": f"{other} EXCEPT ALL {one}"}
            for name, query in counts.items():
                found[name] += (con.execute(f"SELECT count(*) FROM ({query})").fetchone() or (0,))[0]
    return dict(found)


def one_long_case(folder: Path, out: Path) -> dict[str, float]:
    """The six rules on one case."""
    with BucketJudge(plan(handwritten.RULES), AS_OF_LONG) as judge:
        return _timed(judge.judge, list(folder.iterdir()), out)


def csv_validation(folder: Path, out: Path) -> dict[str, float]:
    """CSV read and checked: what becomes of every row."""
    return {"rows": _rows_read(folder, out, writing=False)}


def csv_normalising(folder: Path, out: Path) -> dict[str, float]:
    """The same, and the good rows as normalised Parquet."""
    return {"rows": _rows_read(folder, out, writing=True)}


def csv_faults(folder: Path, out: Path) -> dict[str, float]:
    """CSV in which some rows are spoilt: how many of those were set aside, and how many that were not spoilt."""
    spoilt = set(export.spoil(folder / "export.csv", out / "export.csv", ONE_SPOILT_IN))
    copy(folder / "mapping.yaml", out)
    _rows_read(out, out, writing=True)
    told = {row.row for row in every([out / "rows" / QUARANTINE, *sorted(out.glob(f"bucket-*/{QUARANTINE}"))])}
    return {"spoilt": len(spoilt), "missed": len(spoilt - told), "besides": len(told - spoilt)}


def _rows_read(folder: Path, out: Path, *, writing: bool) -> int:
    mapping, buckets = load_mapping(folder / "mapping.yaml"), 1 + (folder / "export.csv").stat().st_size // BYTES_A_BUCKET
    with open_tables(folder / "export.csv", mapping) as tables:
        into = Spool(out / "rows", mapping, None, buckets)
        spool(tables.tables, into)
        told = into.finish(tables.name, tables.digest())

    def one(number: int) -> Account:
        checked = Normaliser(mapping).check(read_rows(out / "rows", number))
        if writing:
            checked.write(out / f"bucket-{number:04}")
        return checked.account

    account = told.astray
    with ThreadPoolExecutor(2) as pool:
        for of_bucket in pool.map(one, range(buckets)):
            account.add(of_bucket)
    placed = account.mapped + account.quarantined + account.duplicates + told.irrelevant.total() + told.unmapped.total()
    if placed != told.rows:
        raise SystemExit(f"{told.rows} rows were read, and {placed} accounted for")
    return told.rows


def csv_audit(folder: Path, out: Path) -> dict[str, float]:
    """From CSV to all findings as Parquet, all rules."""
    policy = Policy.rebild()
    found = policy.audit(folder / "export.csv", folder / "mapping.yaml", AS_OF, engine="tables", work=out / "work")
    write_table(out / "findings.parquet", found)
    return {"rows": found.accounting.rows}


def _six(judge: Callable[[Path, Path], object], folder: Path, out: Path) -> dict[str, float]:
    """Every bucket once, after the first has been judged without the clock: what is done once is not what the two differ in."""
    buckets = sorted(folder.iterdir())
    judge(buckets[0], out / "found")
    return _timed(judge, buckets, out)


def _timed(judge: Callable[[Path, Path], object], buckets: list[Path], out: Path) -> dict[str, float]:
    started, used = perf_counter(), process_time()
    for bucket in buckets:
        judge(bucket, out / "found")
    return {"seconds": perf_counter() - started, "cpu": process_time() - used}


_MEASURED = (
    *(whole_audit, all_rules, six_rules, six_by_hand, six_faults, one_long_case),
    *(csv_validation, csv_normalising, csv_faults, csv_audit),
)
MEASUREMENTS = {one.__name__: one for one in _MEASURED}


def measured(name: str, folder: Path, rounds: int = ROUNDS) -> dict[str, float]:
    """The best of some rounds, each in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.audit", "measure", name, str(folder)]
    environment = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"}  # as a program has it that asks for an audit first
    done = (subprocess.run(command, check=True, capture_output=True, text=True, env=environment) for _ in range(rounds))
    return min((json.loads(one.stdout) for one in done), key=lambda found: found["cpu"])


def measure(name: str, folder: Path) -> None:
    """One round, in this process."""
    with tempfile.TemporaryDirectory() as out:
        started, used = perf_counter(), process_time()
        found = MEASUREMENTS[name](folder, Path(out))
        times = {"seconds": perf_counter() - started, "cpu": process_time() - used}
        print(json.dumps({**times, **found, "memory": peak_memory()}))


def peak_memory() -> float:
    """The most memory that this process has held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # `getrusage` would count what the process held that began this one.
        return int(status.read_text("ascii").partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
