"""One bucket of rows as normalised Parquet. Cases of clean rows go columns at a time, all others row by row.

A case is clean where every row of it can be read, no two of its events share an id, its rows agree on the fields of the case and
every link policy finds an answer. What the two ways make of a case, and what they count, is the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow

from rebild_policy.engines.tables.layout import CASE, fields_of
from rebild_policy.engines.tables.store import place_of
from rebild_policy.facts import Case, Vocabulary, vocabulary
from rebild_policy.sources.accounting import count_activity
from rebild_policy.sources.ingest.accounts import Account
from rebild_policy.sources.ingest.columns import Column, Flags, Ints, arrow_type, constant, joined, read_column, spread
from rebild_policy.sources.ingest.events import Cells, Made, computable, is_shipped, make
from rebild_policy.sources.ingest.linking import Linker, loose_links
from rebild_policy.sources.ingest.moments import Clock
from rebild_policy.sources.ingest.normal import Tables
from rebild_policy.sources.ingest.rowtables import ALIGNED, NUMBER, PLACE, PROBLEM, rows_of_table
from rebild_policy.sources.ingest.setaside import QUARANTINE, set_aside
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.reading import Read, Reading, SourcedCase
from rebild_policy.sources.rows import RowReader
from rebild_policy.sources.shapes import Mapping
from rebild_policy.sources.times import Times

GAPS: Final = "gaps.jsonl"  # the cases of a bucket of which something is not known, which are judged one by one


class Normaliser:
    """Makes normalised buckets of the rows of an export, by a mapping."""

    def __init__(self, mapping: Mapping, pseudonyms: Pseudonyms | None = None) -> None:
        self.mapping = mapping
        self.pseudonyms = pseudonyms
        self.words: Vocabulary = vocabulary()
        self.reader = RowReader(mapping, pseudonyms)
        self.clock = Clock(mapping.time, Times(mapping.time))
        self.slow = {
            activity
            for activity, makers in self.reader.makers.items()
            if not all(is_shipped(maker.model) and computable(maker.model) for maker in makers)
        }

    def check(self, table: Any) -> Checked:
        """Read the rows of some cases and set the bad ones aside. `table`: see `rowtables`, with the hash of each row's case."""
        rows = _Rows.of(table)
        columns = _Columns(self, rows)
        clean = columns.clean()
        account = columns.account(clean)
        read = self._exactly(table.take(pyarrow.array(rows.order[~clean[rows.case]])))
        account.add(Account.of(read))
        return Checked(self, rows, columns, clean, read, account)

    def write(self, table: Any, folder: Path) -> Account:
        """Check the rows of some cases, and write them as a bucket."""
        checked = self.check(table)
        checked.write(folder)
        return checked.account

    def _exactly(self, table: Any) -> Read:
        """Some rows read one by one; those of a case stand in the order of the export."""
        reading = Reading(self.mapping, self.pseudonyms)
        for row in rows_of_table(table, list(self.mapping.columns)):
            reading.place(row)
        return reading.finish()


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows of a bucket once they are read, and the account of them."""

    by: Normaliser
    rows: _Rows
    columns: _Columns
    clean: Flags  # which cases were read columns at a time
    read: Read  # all others
    account: Account

    def write(self, folder: Path) -> None:
        """Write a bucket: its cases as Parquet, those with gaps apart, and the rows that were set aside."""
        rows, columns = self.rows, self.columns
        exact = sorted(self.read.cases, key=lambda sourced: (place_of(sourced.case.id), sourced.case.id))
        whole = [sourced for sourced in exact if not sourced.gaps]
        chosen = np.flatnonzero(self.clean)
        keys = list(zip(rows.places[chosen].tolist(), rows.cases.take(pyarrow.array(chosen)).to_pylist(), strict=True))
        tables = Tables(self.by.words, self.by.clock, keys, whole)
        number = np.cumsum(self.clean) - 1  # of each case among the clean ones
        tables.write(folder, columns.case_columns(chosen), columns.kept, number[rows.case], rows.column(NUMBER))
        _write_gaps(folder / GAPS, [sourced for sourced in exact if sourced.gaps])
        set_aside(folder / QUARANTINE, self.read.accounting.quarantined)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a bucket in `order`, case after case, and for each of them the number of its case."""

    table: Any
    order: Ints
    case: Ints
    cases: Any  # their ids
    places: Any  # and hashes

    @classmethod
    def of(cls, table: Any) -> _Rows:
        column = Column.of(table["case"])
        places = np.zeros(len(column.values), dtype=np.uint64)
        places[column.codes] = table[PLACE].to_numpy()
        ids = np.array(column.values.to_pylist(), dtype=object)
        sorted_ = sorted(range(len(ids)), key=lambda number: (places[number], ids[number]))
        rank = np.zeros(len(ids), dtype=np.int64)
        rank[sorted_] = np.arange(len(ids))
        case = rank[column.codes]
        order = np.argsort(case, kind="stable")
        texts = column.values.take(pyarrow.array(sorted_, pyarrow.int64()))
        return cls(table, order, case[order], texts, places[sorted_])

    def column(self, name: str) -> Any:
        """What is known of the rows as such."""
        return self.table[name].to_numpy()[self.order]


class _Columns:
    """What the columns of a bucket's rows say."""

    def __init__(self, by: Normaliser, rows: _Rows) -> None:
        self.by = by
        self.rows = rows
        self.cells = Cells(rows.table, rows.order, by.clock, by.pseudonyms)
        self.activities = self.cells.column("activity")
        self.bad = self._bad_rows()
        self.made = list(self._made())
        for made in self.made:
            self.bad[made.bad] = True
        self.linkers = [Linker(policy) for policy in by.reader.policies]
        self.case_fields: dict[str, Column] = {}
        self.kept: list[Made] = []  # the events of clean cases, linked

    def _bad_rows(self) -> Flags:
        table, order = self.rows.table, self.rows.order
        bad: Flags = (~table[ALIGNED].to_numpy() | table[PROBLEM].is_valid().to_numpy())[order] | (self.activities.codes < 0)
        for activity in self.by.slow:
            bad |= self.activities.codes == self.activities.number_of(activity)
        return bad

    def _made(self) -> Iterator[Made]:
        for activity, makers in self.by.reader.makers.items():
            rows = np.flatnonzero((self.activities.codes == self.activities.number_of(activity)) & ~self.bad)
            if activity in self.by.slow or not len(rows):
                continue
            for position, maker in enumerate(makers, 1):
                yield make(maker, position, rows, self.cells, self.by.words)

    # ------------------------------------------------------------------------------------------------------- clean cases
    def clean(self) -> Flags:
        """Which cases are clean."""
        clean = np.ones(len(self.rows.cases), dtype=np.bool_)
        clean[self.rows.case[self.bad]] = False
        clean[self._clashing()] = False
        for name, column, wrong in self._read_case_fields():
            self.case_fields[name] = column
            clean[wrong] = False
        for linker in self.linkers:
            clean[linker.link(self.made, self.rows.case, clean)] = False
        self._keep(clean)
        return clean

    def _keep(self, clean: Flags) -> None:
        good = clean[self.rows.case]
        self.kept = [made.kept(good) for made in self.made]
        for linker in self.linkers:
            linker.count(clean)
            for whole, made in zip(self.made, self.kept, strict=True):
                if made.maker.type == linker.policy.type:
                    linker.fill(made, whole.rows, good)

    def _clashing(self) -> Ints:
        """The cases in which two events share an id."""
        if "id" not in self.by.mapping.columns or not self.made:
            return np.zeros(0, dtype=np.int64)
        ids = joined([made.ids for made in self.made])
        case = np.concatenate([self.rows.case[made.rows] for made in self.made])
        key = np.sort(case * (len(ids.values) + 1) + ids.codes)
        return np.unique(key[1:][key[1:] == key[:-1]] // (len(ids.values) + 1))

    def _read_case_fields(self) -> Iterator[tuple[str, Column, Ints]]:
        """The fields of the cases, and in which cases they can't be told at once."""
        size = len(self.rows.cases)
        for setter in self.by.reader.case_setters:
            if setter.source.column is None:
                given, bad = spread(constant(setter, size), np.zeros(size, dtype=np.int64))
                yield setter.field, given, np.flatnonzero(bad)
                continue
            column = self.cells.column(setter.source.column)
            there = np.flatnonzero(column.codes >= 0)
            codes, case = column.codes[there], self.rows.case[there]
            first = np.full(size, -1, dtype=np.int64)
            first[case[::-1]] = codes[::-1]
            read, bad = spread(read_column(setter, column.values, self.by.clock), first)
            differ = np.unique(case[codes != first[case]])
            yield setter.field, read, np.concatenate([differ, np.flatnonzero(bad)])

    def case_columns(self, chosen: Ints) -> dict[str, Any]:
        """Some cases with their fields."""
        columns = {"case": self.rows.cases.take(pyarrow.array(chosen))}
        for name, kind in fields_of(self.by.words, CASE).items():
            given = self.case_fields.get(name)
            columns[name] = pyarrow.nulls(len(chosen), arrow_type(kind)) if given is None else given.take(chosen).array()
        return columns

    # ------------------------------------------------------------------------------------------------------------ account
    def account(self, clean: Flags) -> Account:
        """What became of the rows of clean cases."""
        good = clean[self.rows.case]
        codes = [self.activities.number_of(activity) for activity in self.by.reader.makers]
        account = Account(
            cases=int(clean.sum()),
            events=sum(len(made.rows) for made in self.kept),
            mapped=int((np.isin(self.activities.codes, codes) & good).sum()),
            links=[linker.counts for linker in self.linkers],
            assumed=list(self._assumed(clean)),
        )
        for activity, rows in self._skipped():
            count_activity(account.skipped, activity, rows)
        account.skipped = +account.skipped
        for note, count in loose_links(self.kept, self.rows.case):
            account.notes[note] += count
        account.notes = +account.notes
        return account

    def _skipped(self) -> Iterator[tuple[str, int]]:
        """The rows of each activity that give no event at all."""
        for activity, makers in self.by.reader.makers.items():
            of_activity = [made for made in self.kept if any(made.maker is maker for maker in makers)]
            if of_activity:
                none = of_activity[0].skipped
                for made in of_activity[1:]:
                    none = np.intersect1d(none, made.skipped)
                yield activity, len(none)

    def _assumed(self, clean: Flags) -> Iterator[int]:
        for setter in self.by.reader.case_setters:
            if setter.source.assumption:
                yield int(self.case_fields[setter.field].take(clean).given().sum())
        of_maker = {id(made.maker): made for made in self.kept}
        for maker in self.by.reader.all_makers:
            for setter in maker.setters:
                if setter.source.assumption:
                    made = of_maker.get(id(maker))
                    column = made.fields.get(setter.field) if made else None
                    yield 0 if column is None else int(column.given().sum())


# --------------------------------------------------------------------------------------------------------------- gaps
def _write_gaps(file: Path, cases: Sequence[SourcedCase]) -> None:
    with file.open("w", encoding="utf-8") as stream:
        for sourced in cases:
            data = sourced.case.model_dump(mode="json", exclude_unset=True, exclude_none=True)
            stream.write(json.dumps({"case": data, "gaps": sorted(sourced.gaps), "rows": sourced.rows}) + "\n")


def read_gaps(folder: Path) -> Iterator[SourcedCase]:
    """The cases of a bucket of which something is not known, in its order."""
    with (folder / GAPS).open(encoding="utf-8") as stream:
        for line in stream:
            data = json.loads(line)
            yield SourcedCase(Case.read(data["case"]), frozenset(data["gaps"]), data["rows"])
