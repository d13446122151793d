"""Findings as an Excel workbook, in which every text is a text: no formula, no link."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import xlsxwriter

from rebild_policy.audits.results import Audit
from rebild_policy.errors import UsageError
from rebild_policy.report.tables import Line, harmless, lines_of, total

MOST_ROWS: Final = 1_048_575  # of a sheet, below its head
_LONGEST: Final = 32_767  # characters in a cell
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(path: Path, audit: Audit) -> None:
    """Write every finding of an audit. Raises `UsageError` where a sheet has no room for them."""
    if total(audit) > MOST_ROWS:
        raise UsageError(f"a sheet of Excel holds {MOST_ROWS:,} findings, and there are more.", remedy="Write .parquet or .csv.")
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("findings")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(Line._fields):
            sheet.write_string(0, column, name)
        for row, line in enumerate(lines_of(audit), 1):
            for column, value in enumerate(line):
                if isinstance(value, bool):
                    sheet.write_boolean(row, column, value)
                elif isinstance(value, int):
                    sheet.write_number(row, column, value)
                elif isinstance(value, date):
                    sheet.write_datetime(row, column, value, day)
                elif value is not None:
                    sheet.write_string(row, column, harmless(value)[:_LONGEST])
