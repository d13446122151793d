"""An audit on Spark: the rows of a DataFrame brought together by case, and judged where they are.

Spark itself is never imported here: a DataFrame is asked by its own methods, so that one of Spark Connect serves as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from rebild_policy import errors
from rebild_policy.audits.bulk.judging import SCHEMA as FINDINGS
from rebild_policy.errors import EngineError, PolicyError, UsageError
from rebild_policy.plan import Plan
from rebild_policy.policy import Policy, check_day
from rebild_policy.sources.export import coverage_of
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.reading import refuse_numbers
from rebild_policy.sources.records import FIRST_ROW, check_columns
from rebild_policy.spark.accounts import Account, SparkSummary
from rebild_policy.spark.chunks import KEY, NUMBER, columns_of, key_of, place
from rebild_policy.spark.sessions import INSTALL
from rebild_policy.spark.task import ACCOUNT, DDL, FINDING, QUARANTINE, Work
from rebild_policy.version import VERSION

_NAME: Final = "the DataFrame"
_WHOLE: Final = {"tinyint", "smallint", "int", "bigint"}
_RAISED: Final = re.compile(r"^rebild_policy\.errors\.(\w+): (.*)$", re.MULTILINE)
_MISSING: Final = re.compile(r"No module named '([\w.]+)'")
_SHIP: Final = "Ship the package and its libraries to them: docs/how-to/run-on-spark.md says how."


@dataclass
class SparkAudit:
    """What an audit on Spark found, as DataFrames. They are made once, and kept until `close` or the end of a `with`.

    `judged` is the frame that the others are parts of; nothing runs before one of them is asked for.
    """

    judged: Any
    plan: Plan
    work: Work
    policy: Policy

    @property
    def findings(self) -> Any:
        """The findings: case, rule, trigger, key, verdict, due. In no order: see `sorted_findings`."""
        return self.judged.where(f"kind = '{FINDING}'").select(*FINDINGS.names)

    @property
    def sorted_findings(self) -> Any:
        """The findings in the order that an audit on one machine writes them in."""
        found = self.judged.where(f"kind = '{FINDING}'").orderBy("place", "case", "number")
        return found.select(*FINDINGS.names)

    @property
    def quarantined(self) -> Any:
        """The rows that could not be used: row, column, reason."""
        return self.judged.where(f"kind = '{QUARANTINE}'").select("row", "column", "reason").orderBy("row", "column", "reason")

    @cached_property
    def summary(self) -> SparkSummary:
        """The numbers of the whole audit; asking for them runs it.

        Raises `SourceError` where the export calls its cases by CPR numbers, `DisagreementError` where the reference comes
        to other findings, and `UsageError` where the executors lack a library.
        """
        account = Account()
        for row in self._collected():
            account.add(row["account"])
        refuse_numbers(account.rows["numbers"], account.rows["rows"])
        return account.summary(self.plan, self.policy.info, self.work.as_of, self.work.mapping.sha256, VERSION)

    def _collected(self) -> list[Any]:
        try:
            rows: list[Any] = self.judged.where(f"kind = '{ACCOUNT}'").select("account").collect()
        except import_module("pyspark.errors").PythonException as error:
            raise _told(str(error)) from None
        return rows

    def close(self) -> None:
        """Let Spark drop what it keeps."""
        self.judged.unpersist()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def audit_spark(  # noqa: PLR0913 - one for each thing that can be asked of an audit
    df: Any,
    mapping: Path | str,
    policy: Policy,
    as_of: date,
    *,
    row: str | None = None,
    partitions: int | None = None,
    chunk: int = 50_000,
    memory: str = "300MB",
    pseudonyms: Pseudonyms | None = None,
) -> SparkAudit:
    """Audit the rows of a Spark DataFrame, read through a mapping file, as of the end of a day.

    `row` names a column with the number of each row in the export: it says which of two rows of a case comes first, and it is
    part of the ids of events that have none. Without it, rows are numbered as Spark reads them, which for a single file is
    their order there. `partitions` is the number of tasks; each works on about `chunk` rows at once, which is what its memory
    grows with, and the table engine takes up to `memory` besides.

    Raises `UsageError` for what is no DataFrame, and `MappingError` for a mapping that is wrong or does not fit it.
    """
    check_day(as_of)
    if not hasattr(df, "mapInArrow"):
        raise UsageError("this is no DataFrame of Spark.", remedy=f"Make one with spark.read. {INSTALL}")
    if chunk < 1 or (partitions is not None and partitions < 1):
        raise UsageError("'chunk' and 'partitions' are whole numbers from 1.")
    read = load_mapping(mapping)
    check_columns(df.columns, read, _NAME)
    work = Work(policy.ruleset, policy.profile, policy.calendar, read, as_of, chunk, memory, pseudonyms)
    plan = policy.ready(coverage_of(read), read.time.same_day).plan
    grouped = _by_case(df, work, row)
    spread = grouped.repartition(partitions, KEY) if partitions else grouped.repartition(KEY)
    judged = spread.sortWithinPartitions(KEY, NUMBER).mapInArrow(work.run, DDL).persist()
    return SparkAudit(judged, plan, work, policy)


def _by_case(df: Any, work: Work, row: str | None) -> Any:
    """The mapped columns by their place, the number of each row, and what the rows of one case have in common."""
    kinds: list[tuple[str, str]] = df.dtypes
    names = df.columns
    numbered = df.toDF(*(f"x{number}" for number in range(len(names))))
    cells = [f"x{names.index(name)} AS {place(number)}" for number, name in enumerate(columns_of(work.mapping))]
    if row is None:
        number = f"monotonically_increasing_id() + {FIRST_ROW}"
    elif row not in names or kinds[names.index(row)][1] not in _WHOLE:
        remedy = errors.did_you_mean(row, names) if row not in names else "Number the rows of the export from 2."
        raise UsageError(f"{_NAME} has no column '{row}' of whole numbers.", remedy=remedy)
    else:
        number = f"CAST(x{names.index(row)} AS BIGINT)"
    placed = numbered.selectExpr(*cells, f"{number} AS {NUMBER}")
    of_case = columns_of(work.mapping).index(work.mapping.columns["case"])
    return placed.selectExpr("*", key_of(place(of_case), kinds[names.index(work.mapping.columns["case"])][1]))


def _told(said: str) -> PolicyError:
    """The error of a task, out of the traceback that Spark hands over."""
    raised = _RAISED.findall(said)
    if raised:
        name, message = raised[-1]
        kind = getattr(errors, name, EngineError)
        error: PolicyError = kind(message)
        return error
    missing = _MISSING.search(said)
    if missing:
        return UsageError(f"the executors have no module '{missing[1]}'.", remedy=_SHIP)
    return EngineError("a task failed.", remedy="The log of its executor says why.")
