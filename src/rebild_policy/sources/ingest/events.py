"""Rows to events, a column at a time: what `EventMaker` makes of each, for all rows of one activity at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
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
from rebild_policy.sources.ingest.columns import (
    Column,
    Flags,
    Ints,
    Values,
    arrow_type,
    combined,
    constant,
    is_text,
    longest_of,
    read_column,
    spread,
    used_of,
)
from rebild_policy.sources.ingest.moments import Clock, Moments
from rebild_policy.sources.ingest.rowtables import NUMBER
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.rows import EventMaker, Setter
from rebild_policy.sources.shapes import Precision

_COMPUTED: Final = (Attribute, Conditional, Literal, Compare, Membership)  # what a fallback may be made of here


@dataclass(slots=True)
class Made:
    """The events of one maker: for each its row, its id and its fields. `bad` are rows, too: those it could not read."""

    maker: EventMaker
    position: int  # among the events of its row
    rows: Ints
    ids: Column
    moments: Moments
    fields: dict[str, Column]
    bad: Ints
    skipped: Ints  # rows that give no event

    def kept(self, good: Flags) -> Made:
        """Those of some rows."""
        mask = good[self.rows]
        fields = {name: column.take(mask) for name, column in self.fields.items()}
        skipped = self.skipped[good[self.skipped]]
        return Made(
            self.maker,
            self.position,
            self.rows[mask],
            self.ids.take(mask),
            self.moments.take(mask),
            fields,
            self.bad[:0],
            skipped,
        )


class Cells:
    """The cells of some rows by column, encoded and read when they are asked for. `order`: which row of the table comes when."""

    def __init__(self, table: Any, order: Ints, clock: Clock, pseudonyms: Pseudonyms | None = None) -> None:
        self.table = table
        self.order = order
        self.clock = clock
        self.pseudonyms = pseudonyms
        self._columns: dict[str, Column] = {}
        self._moments: dict[tuple[str, Precision | None], Moments] = {}
        self._lengths: dict[str, Ints] = {}

    def column(self, short: str) -> Column:
        """A column by its short name."""
        if short not in self._columns:
            self._columns[short] = Column.of(self.table[short]).take(self.order)
        return self._columns[short]

    def moments(self, short: str, precision: Precision | None) -> Moments:
        """The values of a column as moments."""
        if (short, precision) not in self._moments:
            self._moments[short, precision] = self.clock.moments(self.column(short).values, precision)
        return self._moments[short, precision]

    def lengths(self, short: str) -> Ints:
        """How many characters each value of a column has."""
        if short not in self._lengths:
            self._lengths[short] = compute.utf8_length(self.column(short).values).to_numpy(zero_copy_only=False)
        return self._lengths[short]

    @cached_property
    def ids(self) -> tuple[Column, Flags]:
        """The id of each row's event, and which values can't be one."""
        if "id" not in self.table.column_names:
            numbers = self.table[NUMBER].combine_chunks().cast(pyarrow.string())
            texts = compute.binary_join_element_wise(pyarrow.scalar("row"), numbers, "-")
            return Column.each(texts).take(self.order), np.zeros(len(texts), dtype=np.bool_)
        column, lengths = self.column("id"), self.lengths("id")
        if self.pseudonyms is not None:
            of = self.pseudonyms.of
            column = Column(
                pyarrow.array([of("event", id_) for id_ in column.values.to_pylist()], pyarrow.string()), column.codes
            )
        return column, (lengths == 0) | (lengths > MAX_ID)


def is_shipped(model: type[Event]) -> bool:
    """Is it known that a model takes every value of its field's kind? Users' own may have checks of their own."""
    return model.__module__ == shipped.__name__


def make(maker: EventMaker, position: int, rows: Ints, cells: Cells, words: Vocabulary) -> Made:
    """The events that a maker makes of some rows."""
    wanted, unsure = _wanted(maker, rows, cells)
    bad, skipped, rows = [unsure], rows[~wanted & ~np.isin(rows, unsure)], rows[wanted]
    moments, wrong = _moments(maker, rows, cells)
    bad.append(rows[wrong])
    fields: dict[str, Column] = {}
    for setter in maker.setters:
        fields[setter.field], wrong = _field(setter, rows, cells)
        bad.append(rows[wrong])
    for name, kind in fields_of(words, maker.type).items():
        if name not in fields:
            fields[name] = Column.empty(arrow_type(kind), len(rows))
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
    text: str | None = None if code < 0 else column.values[code].as_py()
    return text


def _moments(maker: EventMaker, rows: Ints, cells: Cells) -> tuple[Moments, Flags]:
    codes = cells.column(maker.time_column).codes[rows]
    if (codes < 0).all():
        none = np.zeros(len(rows), dtype=np.int64)
        return Moments(none, none, none.astype(np.bool_), none.astype(np.bool_)), np.ones(len(rows), dtype=np.bool_)
    found = cells.moments(maker.time_column, maker.precision).take(codes)
    return found, found.bad | (codes < 0)


def _field(setter: Setter, rows: Ints, cells: Cells) -> tuple[Column, Flags]:
    short = setter.source.column
    if short is None:
        return spread(constant(setter, len(rows)), np.zeros(len(rows), dtype=np.int64))
    column = cells.column(short)
    codes = column.codes[rows]
    if is_text(setter):
        return spread(Values(column.values, cells.lengths(short) > longest_of(setter)), codes)
    used, codes = used_of(codes, len(column.values))
    return spread(read_column(setter, column.values.take(pyarrow.array(used)), cells.clock), codes)


def _filled(name: str, derivation: Derivation, fields: Mapping[str, Column]) -> Column:
    """A field with what follows from others where it is not given."""
    given = fields[name]
    if not len(given.codes):
        return given
    nodes = list(walk(derivation.expression))
    names = list(dict.fromkeys(node.name for node in nodes if isinstance(node, Attribute)))
    first, numbers = combined([fields[one].codes for one in names])
    rows = zip(*(fields[one].take(first).array().to_pylist() for one in names), strict=True)
    values = [derivation.of(SimpleNamespace(**dict(zip(names, row, strict=True)))) for row in rows]  # type: ignore[arg-type]
    kind = given.values.type
    both = pyarrow.concat_arrays([given.values, pyarrow.array(values, type=kind)])
    return Column(both, np.where(given.given(), given.codes, len(given.values) + numbers))


def computable(model: type[Event]) -> bool:
    """Are the fields that follow from others such that they can be filled here?"""
    nodes = [node for derivation in model.fallbacks.values() for node in walk(derivation.expression)]
    return all(isinstance(node, _COMPUTED) for node in nodes)


def _ids(position: int, rows: Ints, cells: Cells) -> tuple[Column, Flags]:
    """The ids of the events of some rows."""
    column, wrong = cells.ids
    ids = column.take(rows)
    bad: Flags = ids.codes < 0
    bad[~bad] = wrong[ids.codes[~bad]]
    if position > 1:
        ids = Column.each(compute.binary_join_element_wise(ids.array(), pyarrow.scalar(str(position)), "."))
        # The event model has a word on how long an id may be.
        bad |= compute.utf8_length(ids.values).fill_null(0).to_numpy(zero_copy_only=False) > MAX_ID
    return ids, bad
