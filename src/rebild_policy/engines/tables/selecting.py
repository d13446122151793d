"""Verdicts from many files: the worst of them, or all in order, in a memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

_MEMORY: Final = "200MB"
_BATCH: Final = 50_000  # rows
_SEVERITIES: Final = ("high", "medium", "low")
# Deviations by the oldest of each rule, the next of each rule, and so on; what is pending by its day.
_WORST: Final = """
WITH found AS (
    SELECT v."case", v.rule, v."trigger", v.key, v.due, v.trigger_day, v.trigger_row, s.severity,
        CASE WHEN v.verdict = 'violated' AND (v.subsumed_by IS NOT NULL OR v.waived) THEN 3 WHEN v.verdict = 'violated' THEN 0
             WHEN v.verdict = 'pending' THEN 1 WHEN v.verdict = 'undetermined' THEN 2 ELSE 4 END AS class
    FROM read_parquet(?) v JOIN severities s USING (rule)
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
_IN_ORDER: Final = """
SELECT * FROM read_parquet(?) WHERE list_contains(?, rule)
ORDER BY "case", rule, coalesce(trigger_row, -1), coalesce(trigger_shown, "trigger"),
    array_to_string(coalesce(key_shown, key), chr(0))
"""


def worst(parts: Sequence[Path], severities: Mapping[str, str], most: int) -> list[tuple[str, str, str, list[str]]]:
    """Case, rule, trigger and key of at most so many verdicts of some rules, given with their severity."""
    rows = [(rule, _SEVERITIES.index(severity)) for rule, severity in severities.items()]
    if not rows or not parts:
        return []
    with duckdb.connect(config=_config(parts[0].parent)) as con:
        con.execute("CREATE TABLE severities (rule VARCHAR, severity INTEGER)")
        con.executemany("INSERT INTO severities VALUES (?, ?)", rows)
        return con.execute(_WORST, [[str(part) for part in parts], most, most, most]).fetchall()


def in_order(parts: Sequence[Path], rules: Sequence[str], scratch: Path) -> Iterator[Any]:
    """The verdicts of some rules as Arrow batches, by case, rule, row and ids; `scratch` is for what does not fit in memory."""
    with duckdb.connect(config=_config(scratch)) as con:
        found = con.sql(_IN_ORDER, params=[[str(part) for part in parts], list(rules)])
        batches: Any = found.to_arrow_reader(_BATCH)
        yield from batches


def _config(scratch: Path) -> dict[str, Any]:
    """What does not fit in memory goes beside what it was made of, and never into the working directory."""
    return {"memory_limit": _MEMORY, "threads": 2, "temp_directory": str(scratch / "sorting")}
