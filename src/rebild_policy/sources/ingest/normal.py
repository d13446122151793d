"""Normalised tables of a bucket, put together of cases read columns at a time and of cases read row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow
from pyarrow import parquet

from rebild_policy.calendar import Calendar
from rebild_policy.engines.tables import loading
from rebild_policy.engines.tables.layout import BASE, CASE, PLACE, ROW, fields_of
from rebild_policy.engines.tables.store import place_of
from rebild_policy.facts import Vocabulary
from rebild_policy.facts.case import Case
from rebild_policy.sources.ingest.columns import Ints
from rebild_policy.sources.ingest.events import Made
from rebild_policy.sources.ingest.moments import Clock
from rebild_policy.sources.reading import SourcedCase

_COMPRESSION: Final = "lz4"  # a bucket is read soon and then of no use
_DISTINCT: Final = {"cid", "pos", "id", "day", "instant", "clock", ROW}  # columns that hardly repeat a value
_EVER: Final = date.max  # all events of a case, whatever the day


class Tables:
    """Writes the tables of one bucket. `ids`: places and ids of the clean cases; `exact`: those that were read row by row."""

    def __init__(self, words: Vocabulary, clock: Clock, ids: Sequence[tuple[int, str]], exact: Sequence[SourcedCase]) -> None:
        self.words = words
        self.clock = clock
        self.exact = exact
        keys = [*ids, *((place_of(sourced.case.id), sourced.case.id) for sourced in exact)]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        cids = np.zeros(len(keys), dtype=np.int32)
        cids[order] = np.arange(len(keys), dtype=np.int32)
        self.cids, self.exact_cids = cids[: len(ids)], cids[len(ids) :]

    def write(self, folder: Path, case_columns: dict[str, Any], kept: Sequence[Made], case: Ints, numbers: Ints) -> None:
        """Write all tables. `case`: of each row the number of its case among the clean ones; `numbers`: its line."""
        folder.mkdir(parents=True, exist_ok=True)
        exact = self._exact_tables()
        cases = pyarrow.table({"cid": self.cids, **case_columns})
        self._put(folder, CASE, [cases, exact[CASE]], ["cid"])
        types: dict[str, list[tuple[Made, Ints]]] = {}
        for made, pos in zip(kept, _positions(kept, case), strict=True):
            types.setdefault(made.maker.type, []).append((made, pos))
        for type_ in sorted({*types, *exact} - {CASE}):
            parts = [self._events(made, pos, case, numbers) for made, pos in types.get(type_, ())]
            parts += [exact[type_]] if type_ in exact else []
            if any(map(len, parts)):
                self._put(folder, type_, parts, ["cid", "pos"])

    def _events(self, made: Made, pos: Ints, case: Ints, numbers: Ints) -> Any:
        moments, timeless = made.moments, ~made.moments.clocked
        columns = {
            "cid": pyarrow.array(self.cids[case[made.rows]], pyarrow.int32()),
            "pos": pyarrow.array(pos.astype(np.int32)),
            "id": made.ids.array(),
            "day": pyarrow.array(moments.day.astype(np.int32)).cast(pyarrow.date32()),
            "instant": pyarrow.array(moments.instant, pyarrow.timestamp("us"), mask=timeless),
            "clock": pyarrow.array(self.clock.clocks(moments), pyarrow.time64("us"), mask=timeless),
            ROW: pyarrow.array(numbers[made.rows], pyarrow.int64()),
        }
        return pyarrow.table(columns | {name: made.fields[name].array() for name in fields_of(self.words, made.maker.type)})

    def _exact_tables(self) -> dict[str, Any]:
        cases = [sourced.case for sourced in self.exact]
        there = sorted({event.type for case in cases for event in case.events})
        needs = {type_: {*PLACE, *BASE, *fields_of(self.words, type_)} for type_ in there}
        needs[CASE] = {"cid", "case", *fields_of(self.words, CASE)}
        made = loading.tables([(case, _EVER) for case in cases], needs, self.words, Calendar())
        for name, table in made.items():
            cids = pyarrow.array(self.exact_cids[table["cid"].to_numpy()], pyarrow.int32())
            made[name] = table.set_column(table.schema.get_field_index("cid"), "cid", cids)
            if name != CASE:
                rows = [sourced.rows[event.id] for sourced in self.exact for event in _of_type(sourced.case, name)]
                made[name] = made[name].append_column(ROW, pyarrow.array(rows, pyarrow.int64()))
        return made

    @staticmethod
    def _put(folder: Path, name: str, parts: Sequence[Any], by: list[str]) -> None:
        names = sorted(parts[-1].column_names)
        names.sort(key=lambda column: (column not in by, column))
        table = pyarrow.concat_tables([part.select(names) for part in parts]).combine_chunks()
        keys = [table[column].to_numpy() for column in reversed(by)]
        order = np.lexsort(keys)
        table = table if (order[1:] > order[:-1]).all() else table.take(pyarrow.array(order))
        often = [column for column in names if column not in _DISTINCT]
        parquet.write_table(table, folder / f"{name}.parquet", compression=_COMPRESSION, use_dictionary=often)


def _of_type(case: Case, type_: str) -> list[Any]:
    return [event for event in case.events if event.type == type_]


def _positions(kept: Sequence[Made], case: Ints) -> list[Ints]:
    """The place of each event in its case, from 0."""
    if not kept:
        return []
    rows = np.concatenate([made.rows for made in kept])
    places = np.concatenate([np.full(len(made.rows), made.position) for made in kept])
    order = np.lexsort((places, rows))
    of = case[rows[order]]
    starts = np.searchsorted(of, of)
    pos = np.zeros(len(rows), dtype=np.int64)
    pos[order] = np.arange(len(rows)) - starts
    ends = np.cumsum([len(made.rows) for made in kept])[:-1]
    return np.split(pos, ends)
