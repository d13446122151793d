"""`python -m benchmarks.audit [EVENTS...]`: the table engine on generated exports; 1M and 10M events if nothing else is said.

Every figure stands beside its limit and is called ok or OVER; the exit code is 0 either way, for a busy machine is no fault.
Seconds of processor stand beside those on the wall.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from shutil import rmtree

from benchmarks.audit import export, generator
from benchmarks.audit.measurements import ROUNDS, measure, measured, plan
from rebild_policy.engines.tables.layout import CASE, fields_of
from rebild_policy.facts import vocabulary

LONG_CASE = 160_000
LARGE = 5_000_000  # exports of so many events take minutes, and one round
ROWS_LIMIT, SPEED_LIMIT, RATIO_LIMIT, MEMORY_LIMIT, GROWTH_LIMIT, LONG_LIMIT = 400_000, 500_000, 1.25, 512, 1.2, 1.0


def figure(what: str, value: str, limit: str, *, ok: bool) -> None:
    print(f"  {what:<72} {value:>14}   limit {limit:<10} {'ok' if ok else 'OVER'}", flush=True)


def at_least(what: str, value: float, limit: float) -> None:
    figure(what, f"{value:,.0f}", f"{limit:,}", ok=value >= limit)


def at_most(what: str, value: float, limit: float, digits: int = 2) -> None:
    figure(what, f"{value:,.{digits}f}", f"{limit:,}", ok=value <= limit)


def none_missed(what: str, found: dict[str, float]) -> None:
    missed, besides = found["missed"], found["besides"]
    figure(f"{what}, missed and found besides", f"{missed:.0f}, {besides:.0f}", "0, 0", ok=not missed and not besides)


def took(what: str, found: dict[str, float]) -> None:
    print(f"    {what}: {found['seconds']:.1f} s on the wall, {found['cpu']:.1f} s of processor", flush=True)


def from_parquet(made: Path, events: int, rounds: int) -> float:
    """The figures of normalised Parquet; the peak memory, in MB."""
    judged, whole = measured("all_rules", made, rounds), measured("whole_audit", made, rounds)
    at_least("events a second, all rules, Parquet to findings", events / judged["seconds"], SPEED_LIMIT)
    took(f"{judged['verdicts']:,.0f} verdicts", judged)
    took(f"with one sorted file, and {whole['rechecked']:,.0f} cases checked by the reference", whole)
    peak = max(judged["memory"], whole["memory"])
    at_most("peak memory, MB", peak, MEMORY_LIMIT, 0)
    engine, hand = measured("six_rules", made, rounds), measured("six_by_hand", made, rounds)
    at_most("six rules to hand-written SQL, processor time", engine["cpu"] / hand["cpu"], RATIO_LIMIT)
    took("the six rules", engine)
    took("the hand-written SQL", hand)
    faults = measured("six_faults", made, 1)
    none_missed(f"of {faults['deviations']:,.0f} deviations from the six", faults)
    return peak


def from_csv(csv: Path, rows: int, rounds: int) -> float:
    """The figures of CSV; the peak memory, in MB."""
    read, written = measured("csv_validation", csv, rounds), measured("csv_normalising", csv, rounds)
    at_least("rows a second, CSV read and checked", rows / read["seconds"], ROWS_LIMIT)
    took("read and checked", read)
    took(f"and written as Parquet, {rows / written['seconds']:,.0f} rows a second", written)
    spoilt = measured("csv_faults", csv, 1)
    none_missed(f"of {spoilt['spoilt']:,.0f} spoilt rows", spoilt)
    audited = measured("csv_audit", csv, rounds)
    took("CSV to findings", audited)
    peak = max(written["memory"], audited["memory"])
    at_most("peak memory, CSV to findings, MB", peak, MEMORY_LIMIT, 0)
    return peak


def report(sizes: list[int], folder: Path) -> None:
    columns = {name: fields_of(vocabulary(), name) for name in (*vocabulary().types, CASE)}
    peaks: dict[str, list[float]] = {"Parquet": [], "CSV": []}
    for size in sizes:
        made, csv = folder / str(size), folder / f"{size}-csv"
        events = generator.generate(made, size, columns)
        rounds = ROUNDS if events < LARGE else 1
        print(f"{events:,} events in {len(list(made.iterdir()))} buckets, {len(plan().rules)} rules, 2 threads; best of {rounds}")
        peaks["Parquet"].append(from_parquet(made, events, rounds))
        csv.mkdir()
        rows = export.write(made, csv / "export.csv", csv / "mapping.yaml")
        rmtree(made)
        peaks["CSV"].append(from_csv(csv, rows, rounds))
        rmtree(csv)
    for source, found in peaks.items():
        at_most(f"peak memory from {source}, largest to smallest export", found[-1] / found[0], GROWTH_LIMIT)
    events = generator.one_long_case(folder / "long", LONG_CASE, columns)
    at_most(f"one case of {events:,} events, six rules, s", measured("one_long_case", folder / "long")["seconds"], LONG_LIMIT)


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["measure"]:
        measure(arguments[1], Path(arguments[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        report([int(size) for size in arguments] or [1_000_000, 10_000_000], Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
