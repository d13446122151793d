"""Findings as a table, one a row: CSV here, Parquet and Excel by the libraries of extras. Explanations are in JSON lines alone.

A cell that a spreadsheet would take for a formula is made harmless.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from rebild_policy.audits.results import Audit
from rebild_policy.errors import UsageError, did_you_mean
from rebild_policy.report.figures import place
from rebild_policy.results import Finding, Verdict

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_LIBRARIES: Final = {".parquet": ("pyarrow", "audit"), ".xlsx": ("xlsxwriter", "excel")}
_ROWS: Final = 10_000  # of a table that are lines at a time
SUFFIXES: Final = (".jsonl", ".csv", *_LIBRARIES)


class Line(NamedTuple):
    """A finding as a row of a table; lists are written with a blank between."""

    case: str
    rule: str
    statements: str
    severity: str
    verdict: str
    due: date | None
    trigger: str
    trigger_type: str
    trigger_day: date
    trigger_row: int | None
    key: str
    subsumed_by: str | None
    waived: bool
    fingerprint: str


def check_findings_file(path: Path) -> None:
    """Raise `UsageError` for a findings file whose kind is not known, or needs a library that is not installed."""
    suffix = path.suffix.lower()
    library, extra = _LIBRARIES.get(suffix, (None, ""))
    if suffix in {".csv", *_LIBRARIES} and (library is None or find_spec(library)):
        return
    if library:
        message = f"findings are written as {suffix[1:]} with {library}, which is not installed."
        raise UsageError(message, remedy=f"Run: pip install 'rebild-policy[{extra}]'")
    if suffix in {".jsonl", ".ndjson", ".json", ""}:
        return
    raise UsageError(f"findings can't be written as '{suffix}'.", remedy=did_you_mean(suffix, SUFFIXES))


def write_table(path: Path, audit: Audit) -> None:
    """Write every finding of an audit as CSV, Parquet or Excel, as the end of the file's name says."""
    writers: dict[str, Callable[[Path, Audit], None]] = {
        ".csv": _write_csv,
        ".parquet": lambda file, one: _module("parquetfile").write(file, one),
        ".xlsx": lambda file, one: _module("workbook").write(file, one),
    }
    writers[path.suffix.lower()](path, audit)


def _module(name: str) -> Any:
    return import_module(f"rebild_policy.report.{name}")


def lines_of(audit: Audit) -> Iterator[Line]:
    """Every finding as a line, by case, rule, row and ids."""
    if audit.store is None:
        yield from map(line_of, sorted(audit.findings, key=place))
        return
    rules = {tally.rule: (" ".join(tally.statements), str(tally.severity)) for tally in audit.tallies}
    for table in audit.store.table():
        for batch in table.to_batches(_ROWS):
            yield from (_line_of(row, *rules[row["rule"]]) for row in batch.to_pylist())


def _line_of(row: dict[str, Any], statements: str, severity: str) -> Line:
    """A row of the store as a line."""
    key = row["key"] if row["key_shown"] is None else row["key_shown"]
    return Line(
        case=row["case"],
        rule=row["rule"],
        statements=statements,
        severity=severity,
        verdict=row["verdict"],
        due=row["due"],
        trigger=row["trigger"] if row["trigger_shown"] is None else row["trigger_shown"],
        trigger_type=row["trigger_type"],
        trigger_day=row["trigger_day"],
        trigger_row=row["trigger_row"],
        key=" ".join(key),
        subsumed_by=row["subsumed_by"],
        waived=row["waived"],
        fingerprint=row["fingerprint"],
    )


def line_of(finding: Finding) -> Line:
    """A finding as a line."""
    return Line(
        finding.case,
        finding.rule,
        " ".join(finding.statements),
        str(finding.severity),
        str(finding.verdict),
        finding.due,
        finding.trigger.id,
        finding.trigger.type,
        finding.trigger.day,
        finding.trigger.row,
        " ".join(event.id for event in finding.key),
        finding.subsumed_by,
        finding.waived is not None,
        finding.fingerprint,
    )


def harmless(cell: str) -> str:
    """A cell that a spreadsheet takes for a text, on one line, with hidden characters made visible."""
    if not cell.isprintable():
        cell = "".join(char if char.isprintable() else f"⟨U+{ord(char):04X}⟩" for char in cell)
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def total(audit: Audit) -> int:
    """How many findings an audit has."""
    return sum(tally.verdicts.get(verdict, 0) for tally in audit.tallies for verdict in Verdict)


def _write_csv(path: Path, audit: Audit) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Line._fields)
        writer.writerows(map(_cells, lines_of(audit)))


def _cells(line: Line) -> Iterable[object]:
    for value in line:
        if isinstance(value, bool):
            yield "true" if value else "false"
        else:
            yield harmless(value) if isinstance(value, str) else value
