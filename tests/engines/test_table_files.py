"""Rows of buckets written in order, and sorted files merged: whatever the sizes, what a sort of all rows gives."""

from __future__ import annotations

from pathlib import Path
from random import Random

import duckdb
import pyarrow
import pytest
from pyarrow import parquet

from rebild_policy.engines.tables import merging, writing
from rebild_policy.engines.tables.store import place_of, places_of


def write_cases(folder: Path, cids: list[int]) -> None:
    """The cases of a bucket, in no order: each is called by its number."""
    cases = {
        "cid": pyarrow.array(cids, pyarrow.int32()),
        "case": pyarrow.array([f"case-{cid}" for cid in cids], pyarrow.string()),
    }
    parquet.write_table(pyarrow.table(cases), folder / "case.parquet")


def written(rows: list[tuple[int, ...]], keys: int, folder: Path) -> list[tuple[int, ...]]:
    """The rows as they are written, each with its own number at the end."""
    columns = [*zip(*rows, strict=True), range(len(rows))]
    table = pyarrow.table({f"c{n}": pyarrow.array(column, pyarrow.int64()) for n, column in enumerate(columns)})
    write_cases(folder, list({row[0] for row in rows}))
    with duckdb.connect() as con:
        con.register("rows", table)
        writing.write_rows(con, "SELECT *, c0 AS again, 3 AS said, 4 AS matches FROM rows", keys, folder, folder / "rows.parquet")
    found = parquet.read_table(folder / "rows.parquet").to_pylist()
    assert all(row["case"] == f"case-{row['again']}" for row in found)
    return [row["c" + str(len(columns) - 1)] for row in found]


@pytest.mark.parametrize("most", [0, 1, 3, 2**20, 2**31 - 1])
@pytest.mark.parametrize("keys", [2, 3, 5])
def test_rows_are_written_in_the_order_of_their_keys(most: int, keys: int, tmp_path: Path) -> None:
    """Also where the keys are too large to be put together in one number."""
    random = Random(most * 10 + keys)
    rows = [tuple(random.choice((random.randint(0, most), -1 if n else 0)) for n in range(keys)) for _ in range(400)]
    greatest = most + 1

    def key(number: int) -> tuple[int, ...]:
        return tuple(greatest if value < 0 else value for value in rows[number])

    found = written(rows, keys, tmp_path)
    assert sorted(found) == list(range(len(rows)))
    assert [key(number) for number in found] == sorted(map(key, range(len(rows))))


def test_no_rows_are_a_file_without_rows(tmp_path: Path) -> None:
    write_cases(tmp_path, [0])
    with duckdb.connect() as con:
        query = "SELECT 1 AS cid, 2 AS number, 'a' AS said, 1 AS verdict, 1 AS matches WHERE false"
        assert not any(map(len, writing.write_rows(con, query, 2, tmp_path, tmp_path / "rows.parquet")))
    assert parquet.read_table(tmp_path / "rows.parquet").schema.names == ["case", "said"]


def test_the_places_of_many_cases_are_those_of_each() -> None:
    ids = ["", "S-1", "æ\u2028", *(f"case-{number}" for number in range(500))]
    assert places_of(pyarrow.array(ids, pyarrow.string())).tolist() == [place_of(id_) for id_ in ids]
    assert places_of(pyarrow.array([], pyarrow.string())).tolist() == []


@pytest.mark.parametrize("rows", [1, 7, 100])
@pytest.mark.parametrize("seed", range(8))
def test_sorted_files_are_merged(seed: int, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows of a file at a time, so that a case reaches over several."""
    monkeypatch.setattr(merging, "_ROWS", rows)
    monkeypatch.setattr(merging, "_LEAST", rows)
    random = Random(seed)
    cases = [random.choice("aåæ€\U0001f600") + str(random.randint(0, 9)) + str(n) for n in range(40) if n % 7]
    files = [tmp_path / f"{n}.arrow" for n in range(random.randint(1, 5))]
    held: list[list[tuple[str, int]]] = [[] for _ in files]
    for case in cases:
        random.choice(held).extend((case, number) for number in range(random.choice((1, 2, 30))))
    for file, found in zip(files, held, strict=True):
        found.sort(key=lambda row: row[0].encode())
        names, numbers = [list(column) for column in zip(*found, strict=True)] or [[], []]
        table = {"case": pyarrow.array(names, pyarrow.string()), "number": pyarrow.array(numbers, pyarrow.int64())}
        merging.put_aside(pyarrow.table(table), file, of=len(files))
    merged = [(row["case"], row["number"]) for table in merging.merged(files, "case") for row in table.to_pylist()]
    assert merged == sorted((row for found in held for row in found), key=lambda row: row[0].encode())
