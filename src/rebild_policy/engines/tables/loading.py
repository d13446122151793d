"""Cases in memory as the tables that statements read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import pyarrow
from pyarrow import compute

from rebild_policy.calendar import COPENHAGEN, Calendar
from rebild_policy.engines.base import received
from rebild_policy.engines.tables.layout import CASE, columns_of
from rebild_policy.errors import EngineError
from rebild_policy.facts import Case, Event, Vocabulary

_ARROW: Final = {
    "INTEGER": pyarrow.int32(),
    "BIGINT": pyarrow.int64(),
    "BOOLEAN": pyarrow.bool_(),
    "DATE": pyarrow.date32(),
    "TIMESTAMP": pyarrow.timestamp("us"),
    "TIME": pyarrow.time64("us"),
    "VARCHAR": pyarrow.string(),
    "VARCHAR[]": pyarrow.list_(pyarrow.string()),
}
Asked = tuple[Case, date]  # a case, and the day as of which it is judged
Found = tuple[int, int, Event]  # the numbers of case and place, and the event


def tables(
    asked: Sequence[Asked], needs: Mapping[str, Iterable[str]], words: Vocabulary, calendar: Calendar
) -> dict[str, pyarrow.Table]:
    """The tables with the columns needed: of each event type what is visible on the day of its case."""
    found: dict[str, list[Found]] = {type_: [] for type_ in needs if type_ != CASE}
    for cid, (case, as_of) in enumerate(asked):
        for pos, event in enumerate(case.events):
            if event.type in found and event.day <= as_of:
                found[event.type].append((cid, pos, event))
    made = {
        type_: _table({name: _column(name, events, calendar) for name in sorted(needs[type_])}, columns_of(words, type_))
        for type_, events in found.items()
    }
    made[CASE] = _table({name: _of_cases(name, asked) for name in sorted({"cid", *needs.get(CASE, ())})}, columns_of(words, CASE))
    return made


def _table(values: Mapping[str, list[Any]], types: Mapping[str, str]) -> pyarrow.Table:
    arrays = {}
    for name, column in values.items():
        try:
            arrays[name] = pyarrow.array(column, type=_ARROW[types[name]])
        except (OverflowError, pyarrow.ArrowInvalid):
            raise EngineError(f"the table engine can't hold a value of '{name}': a number has at most 64 bits.") from None
    return pyarrow.table(arrays)


def _column(name: str, events: list[Found], calendar: Calendar) -> list[Any]:
    special: dict[str, Callable[[Found], Any]] = {
        "cid": lambda found: found[0],
        "pos": lambda found: found[1],
        "instant": lambda found: found[2].instant.replace(tzinfo=None) if found[2].instant else None,
        "clock": lambda found: found[2].instant.astimezone(COPENHAGEN).time() if found[2].instant else None,
        "counted": lambda found: received(found[2], calendar),
    }
    read = special.get(name) or (lambda found: getattr(found[2], name))
    return [read(found) for found in events]


def span(made: Iterable[pyarrow.Table]) -> tuple[date, date]:
    """The first and the last of all dates in some tables."""
    columns = [column for table in made for column in table.columns if pyarrow.types.is_date(column.type) and len(column)]
    ends = [compute.min_max(column).as_py() for column in columns]
    days = [day for end in ends for day in end.values() if day is not None]
    return min(days, default=date.max), max(days, default=date.min)


def _of_cases(name: str, asked: Sequence[Asked]) -> list[Any]:
    if name == "cid":
        return list(range(len(asked)))
    if name == "as_of":
        return [as_of for _, as_of in asked]
    return [case.id if name == "case" else getattr(case, name) for case, _ in asked]
