"""What a task does, without Spark: cases stay whole, and what is said of them is what an audit on one machine says."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spark_samples import AS_OF, Dirty, check_numbers, findings_of, local_findings

from rebild_policy import Policy
from rebild_policy.errors import DisagreementError, SourceError, UsageError
from rebild_policy.results import Row, Verdict
from rebild_policy.sources.export import coverage_of, read_export
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.spark import audit_spark, sessions, spark_session
from rebild_policy.spark.accounts import Account
from rebild_policy.spark.chunks import KEY, NUMBER, columns_of, place, whole_cases
from rebild_policy.spark.task import Work, _Bench, _Task


def test_cases_stay_whole_whatever_the_batches() -> None:
    @given(st.lists(st.integers(1, 30), max_size=12), st.integers(1, 12), st.integers(1, 40))
    def check(lengths: list[int], batch: int, rows: int) -> None:
        keys = [str(number) for number, length in enumerate(lengths) for _ in range(length)]
        table = pyarrow.table({KEY: keys, "n": list(range(len(keys)))})
        chunks = list(whole_cases(table.to_batches(max_chunksize=batch), rows))
        assert [n for chunk in chunks for n in chunk["n"].to_pylist()] == list(range(len(keys)))
        cases = [set(chunk[KEY].to_pylist()) for chunk in chunks]
        assert sum(map(len, cases)) == len(set(keys))
        # A chunk ends with the batch that fills it; what goes on in that batch waits for the next.
        longest = max(lengths, default=0)
        assert all(len(chunk) <= max(rows + batch, longest + batch) for chunk in chunks)

    check()


def rows_of(dirty: Dirty, work: Work) -> pyarrow.Table:
    """The rows as a task gets them, in the order of cases."""
    names = columns_of(work.mapping)
    cells = {place(number): [row[dirty.names.index(name)] or None for row in dirty.rows] for number, name in enumerate(names)}
    case = dirty.names.index("Sagsnr")
    keys = [row[case].strip() or f"\0{number}" for number, row in enumerate(dirty.rows)]
    table = pyarrow.table({**cells, NUMBER: list(range(2, len(dirty.rows) + 2)), KEY: keys})
    return table.sort_by([(KEY, "ascending"), (NUMBER, "ascending")])


def work_of(dirty: Dirty, policy: Policy, mapping: Path, pseudonyms: Pseudonyms | None = None) -> Work:
    return Work(policy.ruleset, policy.profile, policy.calendar, load_mapping(mapping), AS_OF, 3000, "300MB", pseudonyms)


@pytest.mark.parametrize(("ids", "key"), [("without_ids", None), ("with_ids", Pseudonyms(b"a key of sixteen bytes or more"))])
def test_tasks_say_together_what_an_audit_says(dirty: Dirty, policy: Policy, ids: str, key: Pseudonyms | None) -> None:
    mapping = getattr(dirty, ids)
    work = pickle.loads(pickle.dumps(work_of(dirty, policy, mapping, key)))
    whole = rows_of(dirty, work)
    half = len(whole) // 2
    while whole[KEY][half] == whole[KEY][half - 1]:
        half += 1
    said = [
        row
        for part in (whole.slice(0, half), whole.slice(half))
        for batch in work.run(part.to_batches(max_chunksize=1000))
        for row in batch.to_pylist()
    ]
    local = policy.audit(dirty.file, mapping, AS_OF, pseudonyms=key)
    assert findings_of(said) == local_findings(local)
    quarantined = [(row["row"], row["column"], row["reason"]) for row in said if row["kind"] == "quarantine"]
    assert Counter(quarantined) == Counter((row.row, row.column, row.reason) for row in local.quarantined)
    account = Account()
    for row in said:
        if row["kind"] == "account":
            account.add(row["account"])
    plan = policy.ready(coverage_of(work.mapping), work.mapping.time.same_day).plan
    check_numbers(account.summary(plan, policy.info, AS_OF, "", ""), local)


def test_a_difference_stops_the_task_and_shows_the_case_under_made_up_names(dirty: Dirty, policy: Policy) -> None:
    work = work_of(dirty, policy, dirty.without_ids)
    task = _Task(_Bench(work))
    case = next(one.case for one in read_export(dirty.file, work.mapping).cases if not one.gaps)
    wrong = [Row("late-reply", case.events[0].id, (), Verdict.VIOLATED, None)]
    with pytest.raises(DisagreementError, match=r"differ on .*late-reply") as caught:
        task._check(case, wrong)
    assert "'id': 'case'" in str(caught.value)
    assert case.id not in str(caught.value)


def test_a_row_without_a_number_is_refused(dirty: Dirty, policy: Policy) -> None:
    work = work_of(dirty, policy, dirty.without_ids)
    table = rows_of(dirty, work).slice(0, 3)
    table = table.set_column(table.schema.names.index(NUMBER), NUMBER, pyarrow.array([2, None, 4]))
    with pytest.raises(SourceError, match="Number every row"):
        list(work.run(table.to_batches()))


# ------------------------------------------------------------------------------------------------- what is not installed
def test_without_spark_the_error_says_how_to_install_it() -> None:
    code = """
import sys
from importlib import machinery
found = machinery.PathFinder.find_spec
machinery.PathFinder.find_spec = lambda name, *rest: None if name == "pyspark" else found(name, *rest)
from rebild_policy.errors import UsageError
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.spark import audit_spark, spark_session
try:
    spark_session("local[1]")
except UsageError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "Spark is not installed. Run: pip install 'rebild-policy[spark]'\n"


def test_without_java_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sessions, "find_spec", lambda name: name)  # Spark may be missing here as well
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UsageError, match=r"needs Java.*openjdk-17-jre-headless"):
        spark_session("local[1]")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="needs Java"):
        spark_session("local[1]")


def test_what_is_no_dataframe_is_refused(dirty: Dirty, policy: Policy) -> None:
    with pytest.raises(UsageError, match=re.escape("rebild-policy[spark]")):
        audit_spark([{"Sagsnr": "1"}], dirty.with_ids, policy, AS_OF)
