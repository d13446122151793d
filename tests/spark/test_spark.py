"""An audit on a cluster of two workers: what an audit on one machine says, row by row."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from spark_samples import AS_OF, ROOT, Dirty, check_numbers, local_findings

from rebild_policy import Policy
from rebild_policy.audits.bulk.judging import judge_buckets
from rebild_policy.engines.tables.store import write_buckets
from rebild_policy.errors import MappingError, SourceError, UsageError
from rebild_policy.sources.export import read_export
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.spark import audit_spark, spark_session
from rebild_policy.spark.auditing import _told
from rebild_policy.spark.chunks import key_of
from rebild_policy.spark.sessions import lacks_spark

LOG = Path(os.environ.get("REBILD_POLICY_DATA", ROOT.parent / "shared" / "data")) / "receipt.csv"
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData"
pytestmark = [
    pytest.mark.skipif(bool(lacks_spark()), reason=f"no cluster can be started here: {lacks_spark()}"),
    # Spark says so on every call; what is used of it, Arrow alone, has nothing to do with pandas.
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A cluster on this machine: a driver, and two workers in processes of their own, as far apart as real ones."""
    session = spark_session(
        "local-cluster[2,1,1024]",
        name="tests",
        settings={
            "spark.executorEnv.PYTHONPATH": os.pathsep.join(sys.path),
            "spark.executor.memory": "512m",
            "spark.ui.enabled": "false",
            # Short jobs: what is compiled for speed is hardly run, and a job that fails is not tried again.
            "spark.driver.extraJavaOptions": QUICK,
            "spark.executor.extraJavaOptions": QUICK,
            "spark.sql.codegen.wholeStage": "false",
            "spark.task.maxFailures": "1",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.session.timeZone": "UTC",
        },
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def frame(spark: Any, dirty: Dirty) -> Any:
    """The rows of the dirty export, in no order, with their lines."""
    rows = [(*(cell or None for cell in row), line) for line, row in enumerate(dirty.rows, 2)]
    names = [f"`{name}` string" for name in dirty.names]
    return spark.createDataFrame(rows, ", ".join([*names, "line int"])).repartition(3).cache()


def rows_of(frame: Any) -> list[tuple[Any, ...]]:
    return [(*row[:3], tuple(row[3]), *row[4:]) for row in frame.collect()]


def test_the_findings_and_numbers_are_those_of_an_audit_on_one_machine(
    spark: Any, frame: Any, dirty: Dirty, policy: Policy
) -> None:
    local = dirty.audit(policy, dirty.without_ids)
    with audit_spark(frame, dirty.without_ids, policy, AS_OF, row="line", partitions=3, chunk=1500) as audit:
        check_numbers(audit.summary, local)
        found = rows_of(audit.findings)
        assert sorted(found, key=repr) == local_findings(local)
        quarantined = [tuple(row) for row in audit.quarantined.collect()]
    assert Counter(quarantined) == Counter((row.row, row.column, row.reason) for row in local.quarantined)
    # Both workers are there, beside the driver.
    assert spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() == 3


@pytest.mark.skipif(not LOG.is_file(), reason="the receipt log is not here; REBILD_POLICY_DATA says where it is")
def test_the_receipt_log_gives_the_same_sorted_rows(spark: Any, policy: Policy, tmp_path: Path) -> None:
    path, day = ROOT / "docs" / "examples" / "receipt-assumed.yaml", date(2012, 2, 1)
    export = read_export(LOG, load_mapping(path))
    plan = policy.ready(export.coverage, export.same_day).plan.duties
    assert not any(one.gaps for one in export.cases)
    buckets = write_buckets(tmp_path / "buckets", [one.case for one in export.cases], 5, plan.vocabulary)
    table = parquet.read_table(judge_buckets(plan, buckets, tmp_path / "out", day).findings)
    frame = spark.read.csv(str(LOG), header=True, escape='"')
    with audit_spark(frame, path, policy, day, partitions=2) as audit:
        found = rows_of(audit.sorted_findings)
        assert audit.summary.accounting.rows == 8577
    assert len(found) > 8000
    assert found == [(*row[:3], tuple(row[3]), *row[4:]) for row in zip(*(c.to_pylist() for c in table.columns), strict=True)]


def test_rows_of_a_case_are_brought_together_as_the_mapping_reads_its_id(spark: Any) -> None:
    blanks = [sign for sign in map(chr, range(0x3100)) if sign.isspace()]
    cells = ["a", *(f"{sign}a{sign}" for sign in blanks), "a b", "", " \u00a0", None]
    frame = spark.createDataFrame([(cell, number) for number, cell in enumerate(cells)], "c0 string, rebild_row long")
    keys = [row[0] for row in frame.coalesce(1).sort("rebild_row").selectExpr(key_of("c0", "string")).collect()]
    alone = [f"\0{number}" for number in range(len(cells) - 3, len(cells))]
    assert keys == ["a"] * (len(blanks) + 1) + ["a b", *alone]


def test_what_does_not_fit_is_said_before_anything_runs(frame: Any, dirty: Dirty, policy: Policy) -> None:
    with pytest.raises(MappingError, match="has no column 'Kanal'"):
        audit_spark(frame.drop("Kanal"), dirty.with_ids, policy, AS_OF)
    with pytest.raises(UsageError, match=r"no column 'lines' of whole numbers. Did you mean 'line'\?"):
        audit_spark(frame, dirty.with_ids, policy, AS_OF, row="lines")
    with pytest.raises(UsageError, match="no column 'Sagsnr' of whole numbers"):
        audit_spark(frame, dirty.with_ids, policy, AS_OF, row="Sagsnr")
    with pytest.raises(UsageError, match="whole numbers from 1"):
        audit_spark(frame, dirty.with_ids, policy, AS_OF, chunk=0)


def test_the_error_of_a_task_is_told_as_what_it_is(spark: Any, frame: Any, dirty: Dirty, policy: Policy) -> None:
    unnumbered = frame.selectExpr("*", "nullif(line, 700) AS number")
    with (
        audit_spark(unnumbered, dirty.with_ids, policy, AS_OF, row="number", partitions=1) as audit,
        pytest.raises(SourceError, match=r"has an empty cell. Number every row") as caught,
    ):
        _ = audit.summary
    assert "Traceback" not in str(caught.value)


def test_an_export_that_calls_its_cases_by_cpr_numbers_is_refused(frame: Any, dirty: Dirty, policy: Policy) -> None:
    numbered = frame.limit(30).drop("Sagsnr").selectExpr("*", "'010203-1234' AS Sagsnr")
    with audit_spark(numbered, dirty.with_ids, policy, AS_OF, partitions=1) as audit:
        assert audit.findings.count() == 0
        assert audit.quarantined.count() == 30
        with pytest.raises(SourceError, match="shape of CPR numbers"):
            _ = audit.summary


def test_executors_without_the_package_are_named(spark: Any) -> None:
    from pyspark.errors import PythonException

    def lacking(batches: Any) -> Any:
        import rebild_policy_of_another_machine

        yield from rebild_policy_of_another_machine.run(batches)

    with pytest.raises(PythonException) as caught:
        spark.range(1).mapInArrow(lacking, "id long").collect()
    assert "the executors have no module 'rebild_policy_of_another_machine'" in str(_told(str(caught.value)))


def test_the_example_of_the_page_runs(
    spark: Any, dirty: Dirty, policy: Policy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = (ROOT / "tests" / "spark" / "example.py").read_text(encoding="utf-8")
    # Java does not follow when Python changes its folder.
    places = {"export.csv": dirty.file, "mapping.yaml": dirty.without_ids}
    for name in ("export.csv", "mapping.yaml", "findings.parquet", "quarantine"):
        code = code.replace(f'"{name}"', repr(str(places.get(name, tmp_path / name))))
    exec(compile(code, "example.py", "exec"), {})
    local = dirty.audit(policy, dirty.without_ids)
    assert capsys.readouterr().out == f"{local.accounting.cases} cases\n"
    columns = parquet.read_table(tmp_path / "findings.parquet").columns
    found = [(*row[:3], tuple(row[3]), *row[4:]) for row in zip(*(column.to_pylist() for column in columns), strict=True)]
    assert sorted(found, key=repr) == local_findings(local)
    written = sum(len(file.read_text("utf-8").splitlines()) - 1 for file in (tmp_path / "quarantine").glob("*.csv"))
    assert written == len(local.quarantined)
