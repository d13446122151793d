"""A first look at an export that no mapping knows yet: its columns, and what the first rows hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rebild_policy.errors import SourceError, UsageError
from rebild_policy.privacy import holds_cpr
from rebild_policy.sources.opening import format_of, open_export
from rebild_policy.sources.records import MissingColumnError, Reader
from rebild_policy.sources.shapes import Mapping

ROWS = 20_000  # that are looked at
MAX_COLUMNS = 300
_DIFFERENT = 2_000  # values of a column that are told apart; of one with more, the others count as new ones each time
_NOWHERE = "\0"  # a column that no export has
_ENCODINGS, _DELIMITERS = ("utf-8", "cp1252"), (";", ",", "\t", "|")


@dataclass
class Column:
    """What the first rows hold in a column."""

    name: str
    filled: int = 0
    values: Counter[str] = field(default_factory=Counter)
    more: int = 0  # rows with further values

    @property
    def different(self) -> int:
        """At least so many different values."""
        return len(self.values) + self.more


@dataclass(frozen=True)
class Look:
    """An export as it looks: how it is to be read, and its columns."""

    source: dict[str, Any]  # what to write under `source`
    columns: tuple[Column, ...]
    rows: int
    bad: int  # rows that can't be read
    unsure: tuple[str, ...] = ()  # what was guessed about the source


def look(export: str, said: dict[str, str]) -> Look:
    """Look at an export; `said` is what the caller knows about the source, such as the sheet.

    Raises `SourceError` for one that can't be read, `UsageError` for what can't be said of a source.
    """
    path = Path(export)
    kind = said.get("format") or ("sql" if "query" in said else format_of(path))
    tries = _csv_ways(said) if kind == "csv" else [{}]
    found: list[tuple[int, Look]] = []
    error: SourceError | None = None
    for way in tries:
        try:
            seen = _look(path, {**({"format": kind} if kind in {"sql", "ocel"} else {}), **way, **said})
        except SourceError as refused:
            error = error or refused
        else:
            found.append((len(seen.columns) * (seen.rows - seen.bad), seen))
    if not found:
        raise error or SourceError("the export can't be read.")
    best = max(found, key=lambda pair: pair[0])[1]
    guessed = [name for name in ("encoding", "delimiter") if kind == "csv" and name not in said]
    return Look(best.source, best.columns, best.rows, best.bad, tuple(guessed))


def _csv_ways(said: dict[str, str]) -> list[dict[str, str]]:
    encodings = [said["encoding"]] if "encoding" in said else [*_ENCODINGS, "utf-16"]
    delimiters = [said["delimiter"]] if "delimiter" in said else list(_DELIMITERS)
    return [{"encoding": encoding, "delimiter": delimiter} for encoding in encodings for delimiter in delimiters]


def _look(path: Path, source: dict[str, str]) -> Look:
    try:
        with open_export(path, _mapping(source, [_NOWHERE])) as reader:
            _exhaust(reader)
    except MissingColumnError as error:
        names = [name for name, count in Counter(error.names).items() if count == 1 and _is_usable(name)]
    else:
        names = []
    if not names:
        raise SourceError("the export has no columns.")
    columns = [Column(name) for name in names[:MAX_COLUMNS]]
    rows = bad = 0
    with open_export(path, _mapping(source, [column.name for column in columns])) as reader:
        for rows, row in enumerate(reader.rows, 1):
            bad += row.problem is not None
            for place, column in enumerate(columns):
                _count(column, row.cells[f"c{place}"])
            if rows >= ROWS:
                break
    return Look(dict(source), tuple(columns), rows, bad)


def _is_usable(name: str) -> bool:
    return bool(name) and "\0" not in name and not holds_cpr(name)


def _exhaust(reader: Reader) -> None:
    for _ in reader.rows:
        pass


def _count(column: Column, text: str | None) -> None:
    if text is None:
        return
    column.filled += 1
    if text in column.values or len(column.values) < _DIFFERENT:
        column.values[text] += 1
    else:
        column.more += 1


def _mapping(source: dict[str, str], names: list[str]) -> Mapping:
    """A mapping for looking alone: every column under a name of its own, and the needed ones somewhere."""
    columns = {f"c{place}": name for place, name in enumerate(names)}
    needed = dict.fromkeys(("case", "activity", "time"), names[0])
    try:
        return Mapping.model_validate(
            {
                "mapping": "look",
                "source": source,
                "columns": {**columns, **needed},
                "activities": {"x": [{"event": "note_recorded"}]},
            }
        )
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise UsageError(
            f"'{place}' can't be said of this export.", remedy="See 'source' in the reference of the mapping."
        ) from None
