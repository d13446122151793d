"""Rows to events, a column at a time: what `EventMaker` makes of each, for all rows of one activity at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import pyarrow
from pyarrow import compute

from rebild_policy.engines.tables.layout import fields_of
from rebild_policy.expressions import Attribute, Compare, Conditional, Literal, Membership, walk
from rebild_policy.facts import Event, Vocabulary
from rebild_policy.facts import events as shipped
from rebild_policy.facts.base import Derivation
from rebild_policy.sources.cells import MAX_ID
from rebild_policy.sources.conditions import columns_of, holds
from rebild_policy.sources.ingest.columns import Column, Flags, Ints, arrow_type, combined, constant, read_column, spread, used_of
from rebild_policy.sources.ingest.moments import Clock, Moments
from rebild_policy.sources.ingest.rowtables import NUMBER
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.rows import EventMaker, Setter

_COMPUTED: Final = (Attribute, Conditional, Literal, Compare, Membership)  # what a fallback may be made of here


@dataclass(slots=True)
class Made:
    """The events of one maker: for each its row, its id and its fields. `bad` are rows, too: those it could not read."""

    maker: EventMaker
    position: int  # among the events of its row
    rows: Ints
    ids: Any
    moments: Moments
    fields: dict[str, Any]
    bad: Ints
    skipped: Ints  # rows that give no event

    def kept(self, good: Flags) -> Made:
        """Those of some rows."""
        mask = good[self.rows]
        places = np.flatnonzero(mask)
        chosen = pyarrow.array(places)
        fields = {name: column.take(chosen) for name, column in self.fields.items()}
        none = self.bad[:0]
        skipped = self.skipped[good[self.skipped]]
        return Made(
            self.maker, self.position, self.rows[mask], self.ids.take(chosen), self.moments.take(places), fields, none, skipped
        )


class Cells:
    """The cells of some rows by column, encoded when they are asked for."""

    def __init__(self, table: Any, pseudonyms: Pseudonyms | None = None) -> None:
        self.table = table
        self.pseudonyms = pseudonyms
        self._columns: dict[str, Column] = {}

    def column(self, short: str) -> Column:
        """A column by its short name."""
        if short not in self._columns:
            self._columns[short] = Column(self.table[short])
        return self._columns[short]


def is_shipped(model: type[Event]) -> bool:
    """Is it known that a model takes every value of its field's kind? Users' own may have checks of their own."""
    return model.__module__ == shipped.__name__


def make(maker: EventMaker, position: int, rows: Ints, cells: Cells, clock: Clock, words: Vocabulary) -> Made:
    """The events that a maker makes of some rows."""
    wanted, unsure = _wanted(maker, rows, cells)
    bad, skipped, rows = [unsure], rows[~wanted & ~np.isin(rows, unsure)], rows[wanted]
    moments, wrong = _moments(maker, rows, cells, clock)
    bad.append(rows[wrong])
    types = fields_of(words, maker.type)
    fields: dict[str, Any] = {}
    for setter in maker.setters:
        column, wrong = _field(setter, rows, cells, clock)
        bad.append(rows[wrong])
        fields[setter.field] = column
    for name, kind in types.items():
        fields.setdefault(name, pyarrow.nulls(len(rows), arrow_type(kind)))
    for name, derivation in maker.model.fallbacks.items():
        fields[name] = _filled(name, derivation, fields)
    ids, wrong = _ids(position, rows, cells)
    bad.append(rows[wrong])
    return Made(maker, position, rows, ids, moments, fields, np.unique(np.concatenate(bad)), skipped)


def _wanted(maker: EventMaker, rows: Ints, cells: Cells) -> tuple[Flags, Ints]:
    """Of which rows the condition of the mapping holds, and the rows of which that can't be said."""
    if maker.when is None:
        return np.ones(len(rows), dtype=np.bool_), rows[:0]
    names = columns_of(maker.when)
    columns = [cells.column(name) for name in names]
    if not names or not len(rows):
        answers = [holds(maker.when, {})] if len(rows) else [None]
        numbers = np.zeros(len(rows), dtype=np.int64)
    else:
        first, numbers = combined([column.codes[rows] for column in columns])
        answers = [
            holds(maker.when, {name: _text(column, rows[place]) for name, column in zip(names, columns, strict=True)})
            for place in first.tolist()
        ]
    true = np.array([answer is True for answer in answers])[numbers]
    none = np.array([answer is None for answer in answers])[numbers]
    return true, rows[none]


def _text(column: Column, row: Any) -> str | None:
    code = int(column.codes[row])
    text: str | None = None if code < 0 else column.texts[code].as_py()
    return text


def _moments(maker: EventMaker, rows: Ints, cells: Cells, clock: Clock) -> tuple[Moments, Flags]:
    column = cells.column(maker.time_column)
    used, codes = used_of(column.codes[rows], len(column.texts))
    if not len(used):
        none = np.zeros(len(rows), dtype=np.int64)
        return Moments(none, none, none.astype(np.bool_), none.astype(np.bool_)), np.ones(len(rows), dtype=np.bool_)
    found = clock.moments(column.texts.take(pyarrow.array(used)), maker.precision).take(codes)
    return found, found.bad | (codes < 0)


def _field(setter: Setter, rows: Ints, cells: Cells, clock: Clock) -> tuple[Any, Flags]:
    if setter.source.column is None:
        found = spread(constant(setter, len(rows)), np.zeros(len(rows), dtype=np.int64))
    else:
        column = cells.column(setter.source.column)
        used, codes = used_of(column.codes[rows], len(column.texts))
        found = spread(read_column(setter, column.texts.take(pyarrow.array(used)), clock), codes)
    return found.values, found.bad


def _filled(name: str, derivation: Derivation, fields: Mapping[str, Any]) -> Any:
    """A field with what follows from others where it is not given."""
    nodes = list(walk(derivation.expression))
    names = list(dict.fromkeys(node.name for node in nodes if isinstance(node, Attribute)))
    columns = [Column(fields[one].cast(pyarrow.string())) for one in names]
    given = fields[name]
    if not len(given):
        return given
    first, numbers = combined([column.codes for column in columns])
    facts = ({one: fields[one][place].as_py() for one in names} for place in first.tolist())
    values = [derivation.of(SimpleNamespace(**given_there)) for given_there in facts]  # type: ignore[arg-type]
    return compute.coalesce(given, pyarrow.array(values, type=given.type).take(pyarrow.array(numbers)))


def computable(model: type[Event]) -> bool:
    """Are the fields that follow from others such that they can be filled here?"""
    nodes = [node for derivation in model.fallbacks.values() for node in walk(derivation.expression)]
    return all(isinstance(node, _COMPUTED) for node in nodes)


def _ids(position: int, rows: Ints, cells: Cells) -> tuple[Any, Flags]:
    """The ids of the events of some rows."""
    bad = np.zeros(len(rows), dtype=np.bool_)
    if "id" in cells.table.column_names:
        ids = cells.table["id"].combine_chunks().take(pyarrow.array(rows))
        length = compute.utf8_length(ids).fill_null(0).to_numpy(zero_copy_only=False)
        bad = (length == 0) | (length > MAX_ID)
        if cells.pseudonyms is not None:
            of = cells.pseudonyms.of
            ids = pyarrow.array([None if id_ is None else of("event", id_) for id_ in ids.to_pylist()], pyarrow.string())
    else:
        numbers = cells.table[NUMBER].combine_chunks().take(pyarrow.array(rows)).cast(pyarrow.string())
        ids = compute.binary_join_element_wise(pyarrow.scalar("row"), numbers, "-")
    if position > 1:
        ids = compute.binary_join_element_wise(ids, pyarrow.scalar(str(position)), ".")
        # The event model has a word on how long an id may be.
        bad |= compute.utf8_length(ids).fill_null(0).to_numpy(zero_copy_only=False) > MAX_ID
    return ids, bad
