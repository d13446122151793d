"""What became of every row: the numbers that an audit opens with. Of the cells, only activity names are in them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rebild_policy.privacy import redact

MAX_NAMES, MAX_NAME = 200, 80
OTHER = "…"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that could not be used. `row` is its line in the file (of its first line, where a field holds line breaks).

    `column` is the column that is to blame, as the export names it. `case_known`: it is known which case the row is of.
    """

    row: int
    column: str | None
    reason: str
    case_known: bool


@dataclass(frozen=True, slots=True)
class Assumption:
    """What the mapping takes for granted, in both languages; `count`: how many values rest on it, if counted."""

    da: str
    en: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class LinkCount:
    """What a link policy did: links `made`; events that could point to nothing (`none`) or to several (`unknown`)."""

    field: str
    made: int = 0
    none: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Accounting:
    """Every row of the export, counted once: `rows == mapped + irrelevant + unmapped + quarantined + duplicates`.

    `mapped` counts the rows of mapped activities that were read, with those that gave no event since no `when` held
    (also in `skipped`). The counters are by activity name, redacted and cut short. `lost_cases` counts quarantined rows
    of which not even the case is known: a limit of the audit. `notes` counts, by what it is, what looks wrong in rows
    that were used.
    """

    rows: int
    events: int
    mapped: int
    irrelevant: Counter[str]
    unmapped: Counter[str]
    skipped: Counter[str]
    quarantined: tuple[Quarantined, ...]
    duplicates: int
    links: tuple[LinkCount, ...] = ()
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def lost_cases(self) -> int:
        """Quarantined rows that might be of any case."""
        return sum(not row.case_known for row in self.quarantined)

    @property
    def accounted(self) -> int:
        """The rows that have been given a place; equal to `rows`."""
        return self.mapped + self.irrelevant.total() + self.unmapped.total() + len(self.quarantined) + self.duplicates


def count_activity(counter: Counter[str], activity: str, rows: int = 1) -> None:
    """Count rows by their activity; past `MAX_NAMES` names the column is no list of activities: the rest count as one."""
    name = redact(activity)[:MAX_NAME]
    counter[name if name in counter or len(counter) < MAX_NAMES else OTHER] += rows


class Told(Protocol):
    """A quarantined row as it is told of: its line, the column at fault and what was expected there."""

    @property
    def row(self) -> int:
        """Its line in the file."""

    @property
    def column(self) -> str | None:
        """The column, as the export names it."""

    @property
    def reason(self) -> str:
        """What was expected."""


def write_quarantine(path: Path | str, quarantined: Iterable[Told]) -> None:
    """Write the quarantined rows as CSV in UTF-8: line number, column and reason, and nothing that stood in them."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("row", "column", "reason"))
        for row in quarantined:
            writer.writerow((row.row, _harmless(redact(row.column or "")), redact(row.reason)))


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet takes for a text, and not for a formula to run."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
