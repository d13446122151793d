"""Buckets of cases as Parquet: judged as the reference judges each case, and the six rules as hand-written SQL does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from benchmarks.audit import handwritten
from benchmarks.audit.generator import generate, one_long_case
from pyarrow import parquet

from rebild_policy.bundled import rules_folder
from rebild_policy.engines import ReferenceEngine
from rebild_policy.engines.tables import buckets as judging
from rebild_policy.engines.tables.buckets import LONG, BucketJudge
from rebild_policy.engines.tables.extent import extent_of
from rebild_policy.engines.tables.layout import CASE, fields_of
from rebild_policy.engines.tables.store import read_cases, write_bucket, write_buckets
from rebild_policy.errors import EngineError
from rebild_policy.facts import Case, vocabulary
from rebild_policy.loading import load_rules
from rebild_policy.plan import Plan, build_plan
from rebild_policy.strategies.choosing import RandomChooser
from rebild_policy.strategies.generator import generators

SHIPPED = load_rules(rules_folder())
PLAN = build_plan(SHIPPED, profile="guideline")
SIX = replace(PLAN, rules=tuple(rule for rule in PLAN.rules if rule.name in handwritten.RULES))
WORDS = vocabulary()
COLUMNS = {name: fields_of(WORDS, name) for name in (*WORDS.types, CASE)}
AS_OF = date(2023, 9, 1)  # in the middle of the generated cases: some of what happened lies ahead


def rows_of(file: Path) -> list[tuple[Any, ...]]:
    table = parquet.read_table(file, columns=["case", "rule", "trigger", "key", "verdict", "due"])
    return [tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row.values()) for row in table.to_pylist()]


def expected(plan: Plan, cases: list[Case], as_of: date) -> tuple[list[tuple[Any, ...]], Counter[str]]:
    engine, skipped, rows = ReferenceEngine(plan), Counter[str](), []
    for case in cases:
        judgement = engine.judge(case, as_of)
        rows += [(case.id, *row[:3], str(row.verdict), row.due) for row in judgement.rows]
        skipped.update(judgement.not_applicable)
    return rows, skipped


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    assert generate(folder, 8_000, COLUMNS) > 7_000
    return folder / "bucket-0000"


def test_a_bucket_is_judged_as_the_reference_judges_its_cases(made: Path, tmp_path: Path) -> None:
    cases = list(read_cases(made, WORDS))
    with BucketJudge(PLAN, AS_OF) as judge:
        tally = judge.judge(made, tmp_path / "found.parquet")
    rows, skipped = expected(PLAN, cases, AS_OF)
    assert rows_of(tmp_path / "found.parquet") == rows
    assert +tally.not_applicable == +skipped
    assert tally.verdicts == Counter((row[1], row[4]) for row in rows)
    assert len({row[4] for row in rows}) == 5


def test_a_bucket_that_needs_more_memory_gets_it(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with BucketJudge(SIX, AS_OF) as judge:
        judge.judge(made, tmp_path / "found.parquet")
    with BucketJudge(SIX, AS_OF, memory="3MB") as judge:
        judge.judge(made, tmp_path / "with more.parquet")
        assert judge.con.execute("SELECT current_setting('memory_limit')").fetchall() == [("2.8 MiB",)]
        monkeypatch.setattr("rebild_policy.engines.tables.buckets._MORE", ("3MB",))
        with pytest.raises(EngineError, match="do not fit in 3MB of memory"):
            judge.judge(made, tmp_path / "never.parquet")
    assert (tmp_path / "found.parquet").read_bytes() == (tmp_path / "with more.parquet").read_bytes()


def test_the_six_rules_are_judged_as_by_hand(made: Path, tmp_path: Path) -> None:
    with BucketJudge(SIX, AS_OF) as judge:
        judge.judge(made, tmp_path / "found.parquet")
    with duckdb.connect() as con:
        handwritten.prepare(con)
        handwritten.judge(con, made, AS_OF, tmp_path / "by hand.parquet")
    found, by_hand = rows_of(tmp_path / "found.parquet"), rows_of(tmp_path / "by hand.parquet")
    assert sorted(found, key=str) == sorted(by_hand, key=str)
    assert {row[1] for row in found} == set(handwritten.RULES)
    assert len(found) > 1_000


def test_a_long_case_is_judged_the_same(tmp_path: Path) -> None:
    one_long_case(tmp_path / "long", 4_000, COLUMNS)
    bucket, as_of = tmp_path / "long" / "bucket-0000", date(2040, 1, 1)
    assert extent_of(bucket, as_of).last_place >= LONG
    with BucketJudge(SIX, as_of) as judge:
        judge.judge(bucket, tmp_path / "found.parquet")
    rows, _ = expected(SIX, list(read_cases(bucket, WORDS)), as_of)
    assert rows_of(tmp_path / "found.parquet") == rows


def test_a_bucket_of_cases_without_events_has_no_findings(tmp_path: Path) -> None:
    """As where every case of an export has a gap: those are judged one by one."""
    write_bucket(tmp_path / "bucket", [Case.read({"id": "S-1", "events": []})], WORDS)
    with BucketJudge(PLAN, AS_OF) as judge:
        for _ in range(2):
            tally = judge.judge(tmp_path / "bucket", tmp_path / "found.parquet")
            assert not tally.verdicts
            assert not any(tally.not_applicable.values())
            assert rows_of(tmp_path / "found.parquet") == []


def test_a_new_database_now_and_then_changes_nothing(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = list(read_cases(made, WORDS))[:120]
    folders = write_buckets(tmp_path / "buckets", cases, 5, WORDS)
    found = []
    for fresh in (24, 2):
        monkeypatch.setattr(judging, "_FRESH", fresh)
        with BucketJudge(PLAN, AS_OF) as judge:
            opened = {judge.database}
            for folder in folders:
                judge.judge(folder, folder / "found.parquet")
                opened.add(judge.database)
        assert len(opened) == (1 if fresh == 24 else 3)
        found.append([(folder / "found.parquet").read_bytes() for folder in folders])
    assert found[0] == found[1]


def test_neither_threads_nor_buckets_change_what_is_found(made: Path, tmp_path: Path) -> None:
    cases = list(read_cases(made, WORDS))[:150]
    found = {}
    for buckets, threads in ((1, 1), (1, 2), (5, 2)):
        folder = tmp_path / f"{buckets} {threads}"
        found[buckets, threads] = []
        with BucketJudge(SIX, AS_OF, threads=threads) as judge:
            for bucket in write_buckets(folder, cases, buckets, WORDS):
                judge.judge(bucket, bucket / "found.parquet")
                found[buckets, threads] += rows_of(bucket / "found.parquet")
    assert len({str(rows) for rows in found.values()}) == 1
    assert len({row[0] for row in found[1, 1]}) > 90
    assert (tmp_path / "1 1/bucket-0000/found.parquet").read_bytes() == (tmp_path / "1 2/bucket-0000/found.parquet").read_bytes()


def test_cases_come_back_as_they_were_written(tmp_path: Path) -> None:
    chooser, drawn = RandomChooser(Random(5)), []
    for generator in generators(SHIPPED).values():
        data = generator.scenario(chooser).data
        drawn.append(Case.read({**data, "id": f"case {len(drawn)}", "events": [{**one, "case": None} for one in data["events"]]}))
    write_bucket(tmp_path / "bucket", drawn, WORDS)
    back = list(read_cases(tmp_path / "bucket", WORDS))
    assert [case.id for case in back] == [case.id for case in drawn]
    for one, other in zip(drawn, back, strict=True):
        assert [(event.id, event.type, event.day, event.instant) for event in one.events] == [
            (event.id, event.type, event.day, event.instant) for event in other.events
        ]
        left_out = {"time", "recorded_at"}
        assert [event.model_dump(exclude=left_out) for event in one.events] == [
            event.model_dump(exclude=left_out) for event in other.events
        ]
    assert [case.id for case in read_cases(tmp_path / "bucket", WORDS, ["case 3"])] == ["case 3"]
