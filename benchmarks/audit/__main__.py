"""`python -m benchmarks.audit [EVENTS...]`: the table engine on generated exports; 1M and 10M events if nothing else is said.

Each measurement is a process of its own, so that its peak memory is its own. Every figure stands beside its limit and is called
ok or OVER; the exit code is 0 either way, for a busy machine is no fault. Seconds of processor stand beside those on the wall.
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
from shutil import rmtree
from time import perf_counter, process_time

import duckdb

from benchmarks.audit import export, generator, handwritten
from rebild_policy import Policy
from rebild_policy.audits.bulk.judging import judge_buckets
from rebild_policy.audits.bulk.running import BYTES_A_BUCKET
from rebild_policy.bundled import rules_folder
from rebild_policy.engines.tables.buckets import BucketJudge
from rebild_policy.engines.tables.layout import CASE, fields_of
from rebild_policy.facts import vocabulary
from rebild_policy.loading import load_rules
from rebild_policy.plan import Plan, build_plan
from rebild_policy.report.tables import write_table
from rebild_policy.sources.ingest.accounts import Account
from rebild_policy.sources.ingest.bucket import Normaliser
from rebild_policy.sources.ingest.spool import Spool, read_rows, spool
from rebild_policy.sources.ingest.tables import open_tables
from rebild_policy.sources.mapping import load_mapping

AS_OF, AS_OF_LONG = date(2025, 6, 1), date(2045, 1, 1)
LONG_CASE = 160_000
ROUNDS, LARGE = 3, 5_000_000  # so many rounds; of exports of so many events, which take minutes, one
ROWS_LIMIT = 400_000
SPEED_LIMIT, RATIO_LIMIT, MEMORY_LIMIT, GROWTH_LIMIT, LONG_LIMIT = 500_000, 1.25, 512, 1.2, 1.0


def plan(rules: tuple[str, ...] = ()) -> Plan:
    whole = build_plan(load_rules(rules_folder()), profile="guideline")
    return replace(whole, rules=tuple(rule for rule in whole.rules if not rules or rule.name in rules))


# --------------------------------------------------------------------------------------------------------- measurements
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


def one_long_case(folder: Path, out: Path) -> dict[str, float]:
    """The six rules on one case."""
    with BucketJudge(plan(handwritten.RULES), AS_OF_LONG) as judge:
        return _six(judge.judge, folder, out)


def csv_validation(folder: Path, out: Path) -> dict[str, float]:
    """CSV read and checked: what becomes of every row."""
    return _rows_read(folder, out, writing=False)


def csv_normalising(folder: Path, out: Path) -> dict[str, float]:
    """The same, and the good rows as normalised Parquet."""
    return _rows_read(folder, out, writing=True)


def _rows_read(folder: Path, out: Path, *, writing: bool) -> dict[str, float]:
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
    return {"rows": told.rows}


def csv_audit(folder: Path, out: Path) -> dict[str, float]:
    """From CSV to all findings as Parquet, all rules."""
    policy = Policy.rebild()
    found = policy.audit(folder / "export.csv", folder / "mapping.yaml", AS_OF, engine="tables", work=out / "work")
    write_table(out / "findings.parquet", found)
    return {"rows": found.accounting.rows}


def _six(judge: Callable[[Path, Path], object], folder: Path, out: Path) -> dict[str, float]:
    started, used = perf_counter(), process_time()
    for bucket in sorted(folder.iterdir()):
        judge(bucket, out / "found")
    return {"seconds": perf_counter() - started, "cpu": process_time() - used}


_MEASURED = (whole_audit, all_rules, six_rules, six_by_hand, one_long_case, csv_validation, csv_normalising, csv_audit)
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
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
        print(json.dumps({**times, **found, "memory": peak}))


# -------------------------------------------------------------------------------------------------------------- report
def figure(what: str, value: str, limit: str, *, ok: bool) -> None:
    print(f"  {what:<72} {value:>14}   limit {limit:<10} {'ok' if ok else 'OVER'}", flush=True)


def report(sizes: list[int], folder: Path) -> None:
    columns = {name: fields_of(vocabulary(), name) for name in (*vocabulary().types, CASE)}
    peaks: dict[str, list[float]] = {"Parquet": [], "CSV": []}
    for size in sizes:
        made = folder / str(size)
        events = generator.generate(made, size, columns)
        rounds = ROUNDS if events < LARGE else 1
        print(f"{events:,} events in {len(list(made.iterdir()))} buckets, {len(plan().rules)} rules, 2 threads; best of {rounds}")
        every, whole = measured("all_rules", made, rounds), measured("whole_audit", made, rounds)
        speed = events / every["seconds"]
        figure("events a second, all rules, Parquet to findings", f"{speed:,.0f}", f"{SPEED_LIMIT:,}", ok=speed >= SPEED_LIMIT)
        print(f"    {every['seconds']:.1f} s on the wall, {every['cpu']:.1f} s of processor, {every['verdicts']:,.0f} verdicts")
        print(
            f"    with one sorted file and {whole['rechecked']:,.0f} cases checked by the reference: {whole['seconds']:.1f} s "
            f"on the wall, {whole['cpu']:.1f} s of processor"
        )
        peak = max(every["memory"], whole["memory"])
        figure("peak memory, MB", f"{peak:.0f}", f"{MEMORY_LIMIT}", ok=peak <= MEMORY_LIMIT)
        peaks["Parquet"].append(peak)
        engine, hand = measured("six_rules", made, rounds), measured("six_by_hand", made, rounds)
        ratio = engine["cpu"] / hand["cpu"]
        figure("six rules to hand-written SQL, processor time", f"{ratio:.2f}", f"{RATIO_LIMIT}", ok=ratio <= RATIO_LIMIT)
        print(
            f"    {engine['cpu']:.2f} and {hand['cpu']:.2f} s of processor, {engine['seconds']:.2f} and {hand['seconds']:.2f} s "
            f"on the wall"
        )
        csv = folder / f"{size}-csv"
        csv.mkdir()
        rows = export.write(made, csv / "export.csv", csv / "mapping.yaml")
        rmtree(made)
        read, audited = measured("csv_validation", csv, rounds), measured("csv_audit", csv, rounds)
        speed = rows / read["seconds"]
        figure("rows a second, CSV read and checked", f"{speed:,.0f}", f"{ROWS_LIMIT:,}", ok=speed >= ROWS_LIMIT)
        print(f"    {read['seconds']:.1f} s on the wall, {read['cpu']:.1f} s of processor")
        normal = measured("csv_normalising", csv, rounds)
        print(
            f"    and written as normalised Parquet: {rows / normal['seconds']:,.0f} rows a second, {normal['seconds']:.1f} s "
            f"on the wall, {normal['cpu']:.1f} s of processor"
        )
        peak = max(normal["memory"], audited["memory"])
        figure("peak memory, CSV to findings, MB", f"{peak:.0f}", f"{MEMORY_LIMIT}", ok=peak <= MEMORY_LIMIT)
        peaks["CSV"].append(peak)
        print(f"    CSV to findings: {audited['seconds']:.1f} s on the wall, {audited['cpu']:.1f} s of processor")
        rmtree(csv)
    for source, found in peaks.items():
        growth = found[-1] / found[0]
        figure(
            f"peak memory from {source}, largest to smallest export",
            f"{growth:.2f}",
            f"{GROWTH_LIMIT}",
            ok=growth <= GROWTH_LIMIT,
        )
    events = generator.one_long_case(folder / "long", LONG_CASE, columns)
    long = measured("one_long_case", folder / "long")
    figure(
        f"one case of {events:,} events, six rules, s",
        f"{long['seconds']:.2f}",
        f"{LONG_LIMIT}",
        ok=long["seconds"] <= LONG_LIMIT,
    )


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["measure"]:
        measure(arguments[1], Path(arguments[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        report([int(size) for size in arguments] or [1_000_000, 10_000_000], Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
