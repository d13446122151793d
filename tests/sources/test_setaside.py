"""Rows that were set aside, on disk and back."""

from __future__ import annotations

from pathlib import Path

from rebild_policy.sources.accounting import Quarantined
from rebild_policy.sources.ingest.setaside import every, set_aside


def test_rows_of_many_files_come_back_in_their_order(tmp_path: Path) -> None:
    """More of a file than is read at a time, and texts that JSON has to write otherwise."""
    rows = [
        Quarantined(number, "dåto" if number % 3 else None, f"a \u2028 \n reason {number}", number % 2 == 0)
        for number in range(9_000)
    ]
    for part in range(4):
        set_aside(tmp_path / f"{part}.jsonl", [row for row in rows if row.row % 4 == part and row.row < 8_000])
        set_aside(tmp_path / f"{part}.jsonl", [row for row in rows if row.row % 4 == part and row.row >= 8_000], "a")
    set_aside(tmp_path / "none.jsonl", ())
    assert (tmp_path / "0.jsonl").stat().st_size > 1 << 16
    assert list(every(sorted(tmp_path.iterdir()))) == rows


def test_files_are_written_anew(tmp_path: Path) -> None:
    for reason in ("one", "two"):
        set_aside(tmp_path / "rows.jsonl", [Quarantined(1, None, reason, case_known=False)])
    assert [row.reason for row in every([tmp_path / "rows.jsonl"])] == ["two"]
