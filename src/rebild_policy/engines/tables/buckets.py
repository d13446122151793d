"""A bucket of cases, as normalised Parquet, judged whole: a file for each event type that it has, and one for its cases."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Self

import duckdb
from sqlglot import exp

from rebild_policy.engines.tables import sql
from rebild_policy.engines.tables.compiling import VERDICTS, Program
from rebild_policy.engines.tables.days import DueDates
from rebild_policy.engines.tables.engine import PAUSES
from rebild_policy.engines.tables.layout import CASE, columns_of
from rebild_policy.engines.tables.sql import Sql
from rebild_policy.plan import Plan
from rebild_policy.results import Verdict
from rebild_policy.rules import Rule

ROWS: Final = "$rows"
_LONG: Final = 2_000  # events in a case: from here on the statements for long cases are faster


@dataclass
class Tally:
    """How often each rule came to each verdict, and to how many matches it did not apply."""

    verdicts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    not_applicable: Counter[str] = field(default_factory=Counter)


class BucketJudge:
    """Judges buckets one after the other, as of the end of one day, in a memory that does not grow with their number."""

    def __init__(self, plan: Plan, as_of: date, *, threads: int = 2, memory: str = "300MB") -> None:
        self.plan = plan
        self.as_of = as_of
        self.programs = {long: self._program(long_cases=long) for long in (False, True)}
        self.con = duckdb.connect(config={"threads": threads, "memory_limit": memory, "preserve_insertion_order": False})
        self.due_dates = DueDates(self.con, plan.calendar)
        self.made: set[tuple[str, str]] = set()  # tables and views of the bucket before

        for table, names in (("$names", [rule.name for rule in plan.rules]), ("$said", [str(name) for name in VERDICTS])):
            self._execute(_made("TABLE", table, columns={"number": "INTEGER", "name": "VARCHAR"}))
            values = [exp.Tuple(expressions=[sql.literal(number), sql.literal(name)]) for number, name in enumerate(names)]
            self._execute(exp.Insert(this=sql.table(table), expression=exp.Values(expressions=values)))

    def _program(self, *, long_cases: bool) -> Program:
        program = Program(self.plan, self.as_of, long_cases)
        for number in range(len(self.plan.rules)):
            program.text(number)
        for _, type_ in (binding for rule in self.plan.rules for binding in rule.each):
            program.needs.setdefault(type_, set()).update({"cid", "day"})
        program.needs[CASE].add("case")
        return program

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Give the memory back."""
        self.con.close()

    def judge(self, folder: Path, into: Path) -> Tally:
        """Judge a bucket and write what is said of every match, by case, rule and source, as Parquet."""
        program = self.programs[self.is_long(folder)]
        for name, needed in program.needs.items():
            self._read(folder / f"{name}.parquet", name, sorted(needed), scans=program.scans[name])
        self.due_dates.cover(program.durations, *self._span(program))
        if program.pauses:
            for text in PAUSES:
                self.con.execute(text)
        self._execute(_made("TABLE", ROWS, columns=program.columns))
        for statement in program.texts.values():
            self.con.execute(_INSERT + statement)
        places = ", ".join(f'r."{name}"' for name in program.columns if name.startswith("p"))
        self.con.execute(_FINDINGS.format(key=_key(program.width), places=places), [str(into)])
        return self._tally()

    # ---------------------------------------------------------------------------------------------------------- reading
    def _execute(self, statement: Sql) -> duckdb.DuckDBPyConnection:
        return self.con.execute(sql.written(statement))

    def _read(self, file: Path, name: str, needed: list[str], *, scans: int) -> None:
        """One table of a bucket, with what is visible as of the day; an empty one where the bucket has no such event.

        What is read more than once is held in memory.
        """
        for kind in ("TABLE", "VIEW"):
            if (kind, name) in self.made:
                self.con.execute(f'DROP {kind} "{name}"')
                self.made.remove((kind, name))
        kind = "VIEW" if file.exists() and scans <= 1 and name != "suspension" else "TABLE"
        self.made.add((kind, name))
        types = columns_of(self.plan.vocabulary, name)
        if not file.exists():
            self._execute(_made("TABLE", name, columns={column: types[column] for column in needed}))
            return
        source = exp.Table(this=sql.call("read_parquet", sql.literal(str(file))), alias=exp.TableAlias(this=sql.named("f")))
        columns = [sql.as_(self._column(column), column) for column in needed]
        seen = [] if name == CASE else [sql.at_most(sql.column("f", "day"), sql.literal(self.as_of))]
        self._execute(_made(kind, name, sql.select(columns, source, where=seen)))

    def is_long(self, folder: Path) -> bool:
        """Has a case of the bucket thousands of events?"""
        files = [sql.literal(str(file)) for file in sorted(folder.glob("*.parquet")) if file.stem != CASE]
        if not files:
            return False
        source = exp.Table(this=sql.call("read_parquet", sql.listed(files)), alias=exp.TableAlias(this=sql.named("f")))
        found = self._execute(sql.select([sql.call("max", sql.column("f", "pos"))], source)).fetchone()
        return bool(found and found[0] and found[0] >= _LONG)

    def _column(self, name: str) -> Sql:
        if name != "counted":
            return sql.column("f", name)
        cut_off, day = self.plan.calendar.cut_off, sql.column("f", "day")
        if cut_off is None:
            return day
        clock = exp.Cast(this=exp.Literal.string(cut_off.isoformat()), to=exp.DataType.build("TIME"))
        late = sql.less(clock, sql.column("f", "clock"))
        return sql.case([(late, sql.binary(exp.Add, day, sql.literal(1)))], day)

    def _span(self, program: Program) -> tuple[date, date]:
        """The first and the last date that a window may be counted from."""
        spans: list[Sql] = []
        for name, needed in program.needs.items():
            types = columns_of(self.plan.vocabulary, name)
            dates = [sql.column(name, column) for column in sorted(needed) if types[column] == "DATE" and column != "as_of"]
            ends = [
                sql.call(far, *(sql.call(near, one) for one in dates)) for near, far in (("min", "least"), ("max", "greatest"))
            ]
            if dates:
                spans.append(sql.select([sql.as_(ends[0], "first"), sql.as_(ends[1], "last")], sql.table(name)))
        if not spans:
            return self.as_of, self.as_of
        ends = [sql.call("min", sql.column("s", "first")), sql.call("max", sql.column("s", "last"))]
        found = self._execute(sql.select(ends, sql.subquery(sql.union(spans), "s"))).fetchone() or (None, None)
        return min(found[0] or self.as_of, self.as_of), max(found[1] or self.as_of, self.as_of)

    # ---------------------------------------------------------------------------------------------------------- writing
    def _tally(self) -> Tally:
        tally = Tally()
        by = [sql.column(ROWS, "rule"), sql.column(ROWS, "verdict")]
        counts = [exp.Count(this=exp.Star()), sql.call("sum", sql.column(ROWS, "matches"))]
        found = self._execute(sql.grouped(sql.select([*by, *counts], sql.table(ROWS)), by)).fetchall()
        applied: Counter[int] = Counter()
        for number, verdict, rows, matches in found:
            tally.verdicts[self.plan.rules[number].name, VERDICTS[verdict]] += rows
            applied[number] += matches
        possible: dict[object, int] = {}  # many rules start from the same types
        for number, rule in enumerate(self.plan.rules):
            key = (tuple(type_ for _, type_ in rule.each), rule.valid_from, rule.valid_to)
            if key not in possible:
                possible[key] = self._matches(rule)
            tally.not_applicable[rule.name] = possible[key] - applied[number]
        return tally

    def _matches(self, rule: Rule) -> int:
        """In how many ways the events of `each` can be bound, over all cases: from how many there are of each type in each."""
        types = [type_ for _, type_ in rule.each]
        if len(types) == 1 and (rule.valid_from, rule.valid_to) == (date.min, date.max):
            found = self._execute(sql.select([exp.Count(this=exp.Star())], sql.table(types[0]))).fetchone()
            return int(found[0]) if found else 0
        sources: list[exp.Subquery] = []
        product: Sql = sql.literal(1)
        for place, type_ in enumerate(types):
            day, cid, name = sql.column(type_, "day"), sql.column(type_, "cid"), f"c{place}"
            valid = [sql.at_most(sql.literal(rule.valid_from), day), sql.at_most(day, sql.literal(rule.valid_to))]
            columns = [sql.as_(cid, "cid"), sql.as_(exp.Count(this=exp.Star()), "n")]
            counted = sql.select(columns, sql.table(type_), where=[] if place else valid)
            sources.append(sql.subquery(sql.grouped(counted, [cid]), name))
            left = sql.binary(exp.Sub, sql.column(name, "n"), sql.literal(types[:place].count(type_)))
            product = sql.binary(exp.Mul, product, sql.call("greatest", left, sql.literal(0)))
        on = [[sql.equal(sql.column(f"c{place}", "cid"), sql.column("c0", "cid"))] for place in range(len(types))]
        joins = [sql.joined(source, on[place]) for place, source in enumerate(sources) if place]
        found = self._execute(sql.select([sql.call("sum", product)], sources[0], joins)).fetchone()
        return int(found[0] or 0) if found else 0


def _key(width: int) -> str:
    """The ids of the other events as a list; those that are empty stand last."""
    ids = [sql.column("r", f"k{number}") for number in range(1, width)]
    empty = exp.Cast(this=sql.listed([]), to=_type("VARCHAR[]"))
    pairs = [(sql.is_null(id_), sql.listed(ids[:number]) if number else empty) for number, id_ in enumerate(ids)]
    return sql.written(sql.case(pairs, sql.listed(ids)) if ids else empty)


_INSERT: Final = 'INSERT INTO "$rows" '
_FINDINGS: Final = """
COPY (
    SELECT c."case", n.name AS rule, r.k0 AS "trigger", {key} AS key, s.name AS verdict, r.due
    FROM "$rows" r JOIN "case" c USING (cid) JOIN "$names" n ON n.number = r.rule JOIN "$said" s ON s.number = r.verdict
    ORDER BY r.cid, r.rule, {places}
) TO ? (FORMAT parquet, COMPRESSION zstd)
"""


def _made(kind: str, name: str, query: Sql | None = None, *, columns: dict[str, str] | None = None) -> Sql:
    """A temporary table or view: of a query, or an empty one with columns."""
    described = [exp.ColumnDef(this=sql.named(column), kind=_type(of)) for column, of in (columns or {}).items()]
    this: Sql = exp.Schema(this=sql.table(name), expressions=described) if columns else sql.table(name)
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    return exp.Create(this=this, kind=kind, replace=True, expression=query, properties=temporary)


def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect=sql.DIALECT)
