"""Cases as normalised Parquet, in buckets, and back: what the table engine judges, and what the reference judges again.

A bucket is a folder with a file for each event type that it has, and `case.parquet`. Which bucket a case is in follows from a
hash of its id, and so does its place there: the buckets one after the other hold the cases in one order, however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow
from pyarrow import compute, parquet

from rebild_policy.calendar import Calendar
from rebild_policy.engines.tables import loading
from rebild_policy.engines.tables.layout import BASE, CASE, PLACE, ROW, fields_of
from rebild_policy.facts import Case, Vocabulary

_HASHES: Final = 2**64


def place_of(id_: str) -> int:
    """Where a case stands among all: a number that follows from its id alone."""
    return int.from_bytes(blake2b(id_.encode(), digest_size=8).digest())


def places_of(ids: pyarrow.Array) -> npt.NDArray[np.uint64]:
    """The places of many cases."""
    digests = b"".join([blake2b(id_, digest_size=8).digest() for id_ in ids.cast(pyarrow.binary()).to_pylist()])
    return np.frombuffer(digests, dtype=">u8").astype(np.uint64)


def write_buckets(folder: Path, cases: Iterable[Case], buckets: int, words: Vocabulary) -> list[Path]:
    """Write cases that fit in memory as so many buckets, and say where each is."""
    sorted_cases: dict[int, list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: (place_of(case.id), case.id)):
        sorted_cases[place_of(case.id) * buckets // _HASHES].append(case)
    written = []
    for number in range(buckets):
        written.append(folder / f"bucket-{number:04}")
        write_bucket(written[-1], sorted_cases[number], words)
    return written


def write_bucket(folder: Path, cases: list[Case], words: Vocabulary) -> None:
    """Write one bucket, its cases in the order given."""
    folder.mkdir(parents=True, exist_ok=True)
    there = {event.type for case in cases for event in case.events}
    needs = {type_: {*PLACE, *BASE, *fields_of(words, type_)} for type_ in sorted(there)}
    needs[CASE] = {"cid", "case", *fields_of(words, CASE)}
    asked = [(case, date.max) for case in cases]
    for name, made in loading.tables(asked, needs, words, Calendar()).items():
        parquet.write_table(made, folder / f"{name}.parquet", compression="zstd")


class Stored(NamedTuple):
    """A case of a bucket, and the row of the export that each of its events came from, by event id, where that is known."""

    case: Case
    rows: dict[str, int]


def read_cases(folder: Path, words: Vocabulary, wanted: Iterable[str] | None = None) -> Iterator[Case]:
    """The cases of a bucket, or those with some ids, in the order of the bucket."""
    return (stored.case for stored in read_stored(folder, words, wanted))


def read_stored(folder: Path, words: Vocabulary, wanted: Iterable[str] | None = None) -> Iterator[Stored]:
    """The cases of a bucket as `read_cases` gives them, with the rows of their events."""
    rows = _rows(folder / f"{CASE}.parquet")
    ids = None if wanted is None else set(wanted)
    chosen = {row["cid"]: row for row in rows if ids is None or row["case"] in ids}
    events: dict[int, list[tuple[int, int | None, dict[str, Any]]]] = defaultdict(list)
    for type_ in words.types:
        file = folder / f"{type_}.parquet"
        for row in _rows(file, chosen) if file.exists() else ():
            place = row.pop("pos"), row.pop(ROW, None)
            events[row.pop("cid")].append((*place, _event(type_, row)))
    for cid, row in chosen.items():
        fields = {name: row[name] for name in fields_of(words, CASE) if row.get(name) is not None}
        found = sorted(events[cid], key=lambda item: item[0])
        case = Case.read({"id": row["case"], **fields, "events": [event for _, _, event in found]})
        yield Stored(case, {event["id"]: number for _, number, event in found if number is not None})


def _rows(file: Path, cids: Mapping[int, object] | None = None) -> list[dict[str, Any]]:
    table = parquet.read_table(file)
    if cids is not None:
        table = table.filter(compute.is_in(table["cid"], pyarrow.array(list(cids), pyarrow.int32())))
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _event(type_: str, row: dict[str, Any]) -> dict[str, Any]:
    instant, day, _ = row.pop("instant"), row.pop("day"), row.pop("clock")
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items() if value is not None}
    return {"type": type_, "time": day if instant is None else instant.replace(tzinfo=UTC), **given}
