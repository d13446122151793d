"""Verdicts from many files: the worst of them, or all in order, in a memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb
import pyarrow
from pyarrow import compute, parquet

from rebild_policy.engines.tables.merging import merged, put_aside

_MEMORY: Final = "96MB"
_SEVERITIES: Final = ("high", "medium", "low")
# Deviations by the oldest of each rule, the next of each rule, and so on; what is pending by its day.
_WORST: Final = """
WITH found AS (
    SELECT v."case", v.rule, v."trigger", v.key, v.due, v.trigger_day, v.trigger_row, s.severity,
        CASE WHEN v.verdict = 'violated' AND (v.subsumed_by IS NOT NULL OR v.waived) THEN 3 WHEN v.verdict = 'violated' THEN 0
             WHEN v.verdict = 'pending' THEN 1 WHEN v.verdict = 'undetermined' THEN 2 ELSE 4 END AS class
    FROM read_parquet(?) v JOIN severities s USING (rule) WHERE class < ?
), turns AS (
    SELECT *, row_number() OVER (PARTITION BY class, rule
        ORDER BY coalesce(due, trigger_day), "case", trigger_row, "trigger", key) AS turn FROM found
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY class ORDER BY CASE WHEN class = 1 THEN due END NULLS LAST,
        turn, severity, rule, "case", trigger_row, "trigger", key) AS place FROM turns
)
SELECT "case", rule, "trigger", key FROM ranked
ORDER BY place > CASE class WHEN 0 THEN ? // 2 WHEN 4 THEN 0 ELSE ? // 6 END, class, place LIMIT ?
"""
# Those that would be taken last of all, and are most of them, are left out where there are others enough.
_AT_FAULT_OR_OPEN: Final = """
SELECT count(*) FROM read_parquet(?) v JOIN severities USING (rule) WHERE v.verdict IN ('violated', 'pending', 'undetermined')
"""


def worst(parts: Sequence[Path], severities: Mapping[str, str], most: int) -> list[tuple[str, str, str, list[str]]]:
    """Case, rule, trigger and key of at most so many verdicts of some rules, given with their severity."""
    rows = [(rule, _SEVERITIES.index(severity)) for rule, severity in severities.items()]
    if not rows or not parts:
        return []
    with _database(parts[0].parent) as con:
        con.execute("CREATE TABLE severities (rule VARCHAR, severity INTEGER)")
        con.executemany("INSERT INTO severities VALUES (?, ?)", rows)
        files = [str(part) for part in parts]
        (enough,) = con.execute(_AT_FAULT_OR_OPEN, [files]).fetchone() or (0,)
        return con.execute(_WORST, [files, 4 if enough >= most else 5, most, most, most]).fetchall()


def in_order(parts: Sequence[Path], rules: Sequence[str], scratch: Path) -> Iterator[Any]:
    """The verdicts of some rules as Arrow tables, by case, rule, row and ids: each part is sorted into `scratch`, and all are
    merged. No case is in two parts.
    """
    with TemporaryDirectory(dir=scratch, prefix="sorted-") as folder:
        files = []
        for number, part in enumerate(parts):
            if table := _sorted(part, rules):
                files.append(Path(folder) / f"{number}.arrow")
                put_aside(table, files[-1], of=len(parts))
            _give_back()
        for table in merged(files, "case"):
            yield table
            _give_back()


def _sorted(part: Path, rules: Sequence[str]) -> Any:
    table = parquet.ParquetFile(part).read()
    table = table.filter(compute.is_in(table["rule"], pyarrow.array(rules, pyarrow.string())))
    keys = {
        "case": table["case"],
        "rule": table["rule"],
        "row": compute.coalesce(table["trigger_row"], -1),
        "trigger": compute.coalesce(table["trigger_shown"], table["trigger"]),
        "key": compute.binary_join(compute.coalesce(table["key_shown"], table["key"]), "\0"),
    }
    order = compute.sort_indices(pyarrow.table(keys), [(name, "ascending") for name in keys])
    return table.take(order)


def _database(scratch: Path) -> duckdb.DuckDBPyConnection:
    """What does not fit in memory goes beside what it was made of, and never into the working directory."""
    _give_back()
    # With a second thread a sort needs twice the memory.
    return duckdb.connect(config={"memory_limit": _MEMORY, "threads": 1, "temp_directory": str(scratch / "sorting")})


def _give_back() -> None:
    """Memory that is free, but still held for each of Arrow's threads, goes back to the system."""
    pyarrow.default_memory_pool().release_unused()
