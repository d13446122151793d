"""The first way through an export: its rows, as they stand, parted into buckets of cases by a hash of the case's id.

So every case is whole in one bucket, and a bucket fits in memory, whatever the size of the export.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pyarrow
from pyarrow import compute, ipc

from rebild_policy.engines.tables.store import places_of
from rebild_policy.privacy import holds_cpr
from rebild_policy.sources.accounting import count_activity
from rebild_policy.sources.cells import MAX_ID
from rebild_policy.sources.ingest.accounts import Account, data_of
from rebild_policy.sources.ingest.columns import Column, Flags, Ints
from rebild_policy.sources.ingest.rowtables import ALIGNED, PLACE, PROBLEM, rows_of_table, schema_of
from rebild_policy.sources.ingest.setaside import QUARANTINE, set_aside
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.reading import CLEAR, Reading
from rebild_policy.sources.records import Row
from rebild_policy.sources.shapes import Mapping

_DONE: Final = "spool.json"
_SUSPECT: Final = "[^ -~]|[0-9]{6}"  # what may hold a CPR number
# The pieces are small: to share them out to threads takes longer than to pack them.
_WRITING: Final = ipc.IpcWriteOptions(compression="lz4", use_threads=False)


@dataclass(slots=True)
class Spooled:
    """What is known of an export once its rows are parted: the account of rows that no bucket tells of, among them."""

    name: str
    sha256: str
    buckets: int
    rows: int = 0
    irrelevant: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    astray: Account = field(default_factory=Account)  # rows of which not even the case is known

    def save(self, folder: Path) -> None:
        """Say in the folder that all rows are there."""
        draft = folder / f"{_DONE}.draft"
        draft.write_text(json.dumps({**data_of(self), "astray": self.astray.as_data()}), encoding="utf-8")
        draft.replace(folder / _DONE)

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """What was saved in a folder; None where the rows are not all there."""
        if not (folder / _DONE).exists():
            return None
        data = json.loads((folder / _DONE).read_text("utf-8"))
        counters = {name: Counter(data[name]) for name in ("irrelevant", "unmapped")}
        return cls(**{**data, **counters, "astray": Account.read(data["astray"])})


def bucket_file(folder: Path, number: int) -> Path:
    """The file with the rows of a bucket."""
    return folder / f"rows-{number:04}.arrow"


def read_rows(folder: Path, number: int) -> Any:
    """The rows of a bucket."""
    with pyarrow.memory_map(str(bucket_file(folder, number))) as source, ipc.open_stream(source) as stream:
        return stream.read_all().combine_chunks()


class Spool:
    """Parts tables of rows into buckets."""

    def __init__(self, folder: Path, mapping: Mapping, pseudonyms: Pseudonyms | None, buckets: int) -> None:
        self.mapping = mapping
        self.pseudonyms = pseudonyms
        self.columns = list(mapping.columns)
        self.told = Spooled("", "", buckets)
        self.strays = Reading(mapping, pseudonyms)
        schema = schema_of(self.columns).append(pyarrow.field(PLACE, pyarrow.uint64()))
        folder.mkdir(parents=True, exist_ok=True)
        files = [bucket_file(folder, number) for number in range(buckets)]
        self._astray = folder / QUARANTINE
        set_aside(self._astray, ())
        self._writers = [ipc.new_stream(str(file), schema, options=_WRITING) for file in files]

    def close(self) -> None:
        """Close the files."""
        for writer in self._writers:
            writer.close()

    def take(self, table: Any) -> None:
        """Give each row of a table its bucket."""
        case = Column.of(table["case"])
        ids = case.values
        if self.pseudonyms is not None:
            of = self.pseudonyms.of
            ids = pyarrow.array([of("case", id_) for id_ in ids.to_pylist()], pyarrow.string())
            texts = ids.take(pyarrow.array(case.codes, mask=case.codes < 0))
            table = table.set_column(table.schema.get_field_index("case"), "case", texts)
        refused, usable = _judged(ids)
        aligned, there = table[ALIGNED].to_numpy(), case.codes >= 0
        # The cell in the place of the case may belong elsewhere where a row is not aligned.
        known = there & np.where(aligned, usable[case.codes], True) if len(ids) else there
        self._count(table, known & aligned)
        self._stray(table.filter(pyarrow.array(~known)))
        self._check_numbers(refused, case, aligned)
        self.told.rows += len(table)
        self._write(table, np.flatnonzero(known), places_of(ids), case.codes)

    def _count(self, table: Any, placed: Flags) -> None:
        """Count the rows of activities that are no events."""
        activity = Column.of(table["activity"])
        counted = placed & table[PROBLEM].is_null().to_numpy() & (activity.codes >= 0)
        rows = np.bincount(activity.codes[counted], minlength=len(activity.values))
        for name, number in zip(activity.values.to_pylist(), rows.tolist(), strict=True):
            if number and name in self.strays.reader.irrelevant:
                count_activity(self.told.irrelevant, name, number)
            elif number and name not in self.strays.reader.makers:
                count_activity(self.told.unmapped, name, number)

    def _stray(self, table: Any) -> None:
        for row in rows_of_table(table, self.columns):
            self.strays.place(row)
        found, self.strays.quarantined = self.strays.quarantined, []
        if found:
            set_aside(self._astray, found, "a")
            self.told.astray.quarantined += len(found)
            self.told.astray.lost_cases += len(found)

    def _check_numbers(self, refused: Flags, case: Column, aligned: Flags) -> None:
        """Stop where nothing but CPR numbers is to be expected of the column of the cases."""
        first = slice(0, max(0, CLEAR - self.told.rows))
        if self.told.rows < CLEAR and self.told.rows + len(aligned) >= CLEAR and len(refused):
            codes = case.codes[first]
            if self.strays.numbers >= CLEAR and (aligned[first] & (codes >= 0) & refused[codes]).all():
                self.strays.refuse_numbers(CLEAR)

    def _write(self, table: Any, rows: Ints, places: Any, codes: Ints) -> None:
        places = places[codes[rows]]
        # The upper half alone: the place of a case decides, so that buckets hold the cases in one order.
        bucket = (((places >> np.uint64(32)) * np.uint64(self.told.buckets)) >> np.uint64(32)).astype(np.int64)
        order = np.argsort(bucket, kind="stable")
        chosen = table.take(pyarrow.array(rows[order])).append_column(PLACE, pyarrow.array(places[order]))
        ends = np.searchsorted(bucket[order], np.arange(self.told.buckets + 1))
        for number, writer in enumerate(self._writers):
            if ends[number] < ends[number + 1]:
                writer.write_table(chosen.slice(ends[number], ends[number + 1] - ends[number]).combine_chunks())

    def finish(self, name: str, sha256: str) -> Spooled:
        """The account, once all rows are there. Raises `SourceError` where the cases are called by CPR numbers."""
        self.strays.refuse_numbers(self.told.rows)
        self.told.name, self.told.sha256 = name, sha256
        self.told.astray.add(Account.of(self.strays.finish()))
        return self.told


def _judged(ids: Any) -> tuple[Flags, Flags]:
    """Which ids of cases have the shape of a CPR number, and which can be used."""
    suspect = compute.match_substring_regex(ids, _SUSPECT).to_numpy(zero_copy_only=False)
    refused = np.zeros(len(ids), dtype=np.bool_)
    for number in np.flatnonzero(suspect).tolist():
        refused[number] = holds_cpr(ids[number].as_py())
    length = compute.utf8_length(ids).to_numpy(zero_copy_only=False)
    return refused, ~refused & (length <= MAX_ID)


def spool(tables: Iterable[Any], into: Spool) -> None:
    """Part all tables of an export."""
    try:
        for table in tables:
            into.take(table)
    finally:
        into.close()


__all__ = ["Row", "Spool", "Spooled", "bucket_file", "read_rows", "spool"]
