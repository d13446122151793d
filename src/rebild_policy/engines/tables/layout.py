"""The tables that statements read: one for each event type, and one for the cases.

`cid` numbers the cases, `pos` the events of a case in source order. `instant` is UTC, and empty where only the day is known;
`counted` is the day that deadlines count from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rebild_policy.facts import FieldSpec, Vocabulary

CASE: Final = "case"
PLACE: Final = {"cid": "INTEGER", "pos": "INTEGER"}
BASE: Final = {"id": "VARCHAR", "day": "DATE", "instant": "TIMESTAMP", "clock": "TIME"}
ROW: Final = "$row"  # of the export; statements don't ask for it
_KINDS: Final = {"bool": "BOOLEAN", "int": "BIGINT", "date": "DATE"}


def sql_type(spec: FieldSpec) -> str:
    """The type of a field's column."""
    return "VARCHAR[]" if spec.many else _KINDS.get(spec.kind, "VARCHAR")


def fields_of(words: Vocabulary, type_: str) -> dict[str, str]:
    """The columns of the fields that an event type (or "case") has a place for, with their types."""
    specs: Mapping[str, FieldSpec] = words.case if type_ == CASE else words.types[type_].fields
    return {name: sql_type(spec) for name, spec in specs.items() if not spec.derived and spec.kind != "id"}


def columns_of(words: Vocabulary, type_: str) -> dict[str, str]:
    """Every column that the table of an event type, or of the cases, can have."""
    if type_ == CASE:
        return {"cid": "INTEGER", "as_of": "DATE", "case": "VARCHAR", **fields_of(words, CASE)}
    return {**PLACE, **BASE, "counted": "DATE", **fields_of(words, type_)}
