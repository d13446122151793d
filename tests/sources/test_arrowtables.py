"""Parquet a column at a time: every kind of value is the text, or the fault, that it is when its row is read alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rebild_policy.errors import PolicyError
from rebild_policy.sources.ingest.rowtables import tables_of
from rebild_policy.sources.ingest.tables import open_tables
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.sources.opening import open_export

FAR = 10**18 * 9  # nanoseconds: the year 2255, and as microseconds no year at all
KINDS = {
    "text": (pa.string(), ["a", " b ", "", "\u00a0", "x" * 201, "nul\0", "æ", "S-1"]),
    "long_text": (pa.large_string(), ["a", " b "]),
    "coded": (pa.dictionary(pa.int8(), pa.string()), ["a", " a", "b"]),
    "coded_number": (pa.dictionary(pa.int16(), pa.int64()), [1, 20, 300]),
    "whole": (pa.int64(), [0, -7, 2**63 - 1]),
    "small": (pa.uint8(), [0, 255]),
    "float": (pa.float64(), [0.0, -0.0, 1.5, 2.0, 1e300, float("nan"), float("inf")]),
    "amount": (pa.decimal128(10, 2), [Decimal("1.50"), Decimal("2.00"), Decimal("-0.01")]),
    "flag": (pa.bool_(), [True, False]),
    "day": (pa.date32(), [date(2026, 1, 5), date(1, 1, 1)]),
    "clock": (pa.time64("us"), [time(12, 30), time(0, 0, 0, 1)]),
    "moment": (pa.timestamp("us"), [datetime(2026, 1, 5, 12, 30), datetime(2026, 1, 5)]),  # noqa: DTZ001
    "moment_utc": (pa.timestamp("us", "UTC"), [datetime(2026, 7, 5, 12, 30, tzinfo=UTC)]),
    "moment_there": (pa.timestamp("ms", "Europe/Copenhagen"), [datetime(2026, 7, 5, 12, 30, tzinfo=UTC)]),
    "fine": (pa.timestamp("ns"), [1_767_616_200_000_000_001, 1_767_616_200_000_000_999, FAR]),
    "too_far": (pa.timestamp("s"), [10**11, 1_767_616_200]),
    "bytes": (pa.binary(), [b"a", b"\xff"]),
    "list": (pa.list_(pa.string()), [["a"], [], ["a", "b"]]),
    "nested": (pa.struct([("a", pa.int64())]), [{"a": 1}]),
    "nothing": (pa.null(), [None]),
}


@pytest.fixture
def mapping(tmp_path: Path):
    columns = {"case": "text", "activity": "coded", "time": "moment"} | {name.replace("_", ""): name for name in KINDS}
    lines = [f"  {short}: {column}" for short, column in columns.items()]
    text = [
        "mapping: all kinds",
        "columns:",
        *lines,
        "activities:",
        "  a:",
        "    - event: reply_sent",
        "covers: {reply_sent: all}",
    ]
    (tmp_path / "mapping.yaml").write_text("\n".join(text), encoding="utf-8")
    return load_mapping(tmp_path / "mapping.yaml")


@pytest.mark.parametrize("seed", range(6))
def test_every_kind_of_value(seed: int, mapping, tmp_path: Path) -> None:
    random, size = Random(seed), 2_500 if seed else 30
    share = random.choice((0.0, 0.2, 0.9))
    arrays = {
        name: pa.array([None if random.random() < share else random.choice(values) for _ in range(size)], kind)
        for name, (kind, values) in KINDS.items()
    }
    if not seed:
        arrays["long_text"] = pa.array(["y" * 1_000_001, "y" * 1_000_000, *["a"] * 28], pa.large_string())
    pq.write_table(pa.table(arrays), tmp_path / "export.parquet", row_group_size=random.choice((100, 1_000, 5_000)))
    with open_export(tmp_path / "export.parquet", mapping) as rows, open_tables(tmp_path / "export.parquet", mapping) as tables:
        expected = pa.concat_tables(tables_of(rows.rows, list(mapping.columns)))
        found = pa.concat_tables(tables.tables)
        assert tables.digest() == rows.digest()
    assert found.schema == expected.schema
    for name in expected.column_names:
        assert found[name].to_pylist() == expected[name].to_pylist(), name


def test_a_file_that_is_cut_off_is_refused_in_the_same_words(mapping, tmp_path: Path) -> None:
    arrays = {name: pa.array([values[0]] * 50_000, kind) for name, (kind, values) in KINDS.items()}
    pq.write_table(pa.table(arrays), tmp_path / "whole.parquet", row_group_size=5_000)
    content = bytearray((tmp_path / "whole.parquet").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(range(200)) * 2
    (tmp_path / "damaged.parquet").write_bytes(content)
    said = []
    for opened, parts in ((open_export, "rows"), (open_tables, "tables")):
        with pytest.raises(PolicyError) as caught, opened(tmp_path / "damaged.parquet", mapping) as export:
            list(getattr(export, parts))
        said.append(str(caught.value))
    assert said[0] == said[1]
