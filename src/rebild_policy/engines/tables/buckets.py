"""A bucket of cases, as normalised Parquet, judged whole: a file for each event type that it has, and one for its cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import local
from typing import Any, Final, Self

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

ROWS, RULE, SAID = "$rows", "$rule", "$said"  # no event type is named so
_LONG: Final = 2_000  # events in a case: from here on the statements for long cases are faster


@dataclass
class Tally:
    """How often each rule came to each verdict, and to how many matches it did not apply."""

    verdicts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    not_applicable: Counter[str] = field(default_factory=Counter)


class BucketJudge:
    """Judges buckets one after the other, as of the end of one day, in a memory that does not grow with their number.

    `threads` statements run at a time: the tables of a bucket are too small for DuckDB to share out one statement.
    """

    def __init__(self, plan: Plan, as_of: date, *, threads: int = 2, memory: str = "300MB") -> None:
        self.plan = plan
        self.as_of = as_of
        self.threads = threads
        self.programs: dict[tuple[bool, frozenset[str]], Program] = {}
        self.con = duckdb.connect(config={"threads": threads, "memory_limit": memory, "preserve_insertion_order": False})
        self.pool = ThreadPoolExecutor(threads)
        self.cursors = local()
        self.due_dates = DueDates(self.con, plan.calendar, temporary=False)
        self.made: set[tuple[str, str]] = set()  # tables and views of the bucket before
        for name, values in ((RULE, [rule.name for rule in plan.rules] or [""]), (SAID, [str(verdict) for verdict in VERDICTS])):
            listed = [exp.Literal.string(value) for value in values]
            kind = exp.DataType(this=exp.DataType.Type.ENUM, expressions=listed)
            self._execute(exp.Create(this=sql.table(name), kind="TYPE", expression=kind))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Give the memory back."""
        self.pool.shutdown()
        self.con.close()

    def judge(self, folder: Path, into: Path) -> Tally:
        """Judge a bucket and write what is said of every match, by case, rule and source, as Parquet."""
        types = self.plan.vocabulary.types
        there = frozenset(file.stem for file in folder.glob("*.parquet") if file.stem in types)
        program = self._program(there, long_cases=self.is_long(folder))
        self._read(folder, program)
        self.due_dates.cover(program.durations, *self._span(program))
        if program.pauses:
            self._each(text.format(kind="TABLE") for text in PAUSES)
        self._execute(_made("TABLE", ROWS, columns=program.columns))
        self._each(_INSERT + statement for statement in program.texts.values())
        places = ", ".join(f'r."{name}"' for name in program.columns if name.startswith("p"))
        self.con.execute(_FINDINGS.format(key=_key(program.width), places=places), [str(into)])
        return self._tally(there)

    def _program(self, there: frozenset[str], *, long_cases: bool) -> Program:
        """The statements for buckets that have events of some types: those of the bucket before, as a rule."""
        program = self.programs.get((long_cases, there))
        if program is None:
            program = self.programs[long_cases, there] = Program(self.plan, self.as_of, long_cases, there)
            for number, rule in enumerate(self.plan.rules):
                types = {type_ for _, type_ in rule.each}
                if types <= there:
                    program.text(number)
                    for type_ in types:
                        program.needs[type_].update({"cid", "day"})
            program.needs[CASE].add("case")
        return program

    # ---------------------------------------------------------------------------------------------------------- running
    def _execute(self, statement: Sql) -> duckdb.DuckDBPyConnection:
        return self.con.execute(sql.written(statement))

    def _each(self, texts: Iterable[str]) -> list[list[tuple[Any, ...]]]:
        """What each of some statements gives, which run side by side, each on one thread."""
        self.con.execute("SET threads = 1")
        try:
            return list(self.pool.map(self._on_a_cursor, texts))
        finally:
            self.con.execute(f"SET threads = {self.threads}")

    def _on_a_cursor(self, text: str) -> list[tuple[Any, ...]]:
        if not hasattr(self.cursors, "cursor"):
            self.cursors.cursor = self.con.cursor()
        rows: list[tuple[Any, ...]] = self.cursors.cursor.execute(text).fetchall()
        return rows

    # ---------------------------------------------------------------------------------------------------------- reading
    def _read(self, folder: Path, program: Program) -> None:
        """The tables of a bucket, with what is visible as of the day; an empty one where it has no such event.

        What is read more than once is held in memory.
        """
        for kind, name in self.made:
            self.con.execute(f'DROP {kind} "{name}"')
        self.made = set()
        statements = []
        for name, needed in program.needs.items():
            file = folder / f"{name}.parquet"
            kind = "VIEW" if file.exists() and program.scans[name] <= 1 and name != "suspension" else "TABLE"
            self.made.add((kind, name))
            statements.append(sql.written(self._table(file, kind, name, sorted(needed))))
        self._each(statements)

    def _table(self, file: Path, kind: str, name: str, needed: list[str]) -> Sql:
        types = columns_of(self.plan.vocabulary, name)
        if not file.exists():
            return _made("TABLE", name, columns={column: types[column] for column in needed})
        source = exp.Table(this=sql.call("read_parquet", sql.literal(str(file))), alias=exp.TableAlias(this=sql.named("f")))
        columns = [sql.as_(self._column(column), column) for column in needed]
        seen = [] if name == CASE else [sql.at_most(sql.column("f", "day"), sql.literal(self.as_of))]
        return _made(kind, name, sql.select(columns, source, where=seen))

    def is_long(self, folder: Path) -> bool:
        """Has a case of the bucket thousands of events?"""
        files = [sql.literal(str(file)) for file in sorted(folder.glob("*.parquet")) if file.stem != CASE]
        if not files:
            return False
        source = exp.Table(this=sql.call("read_parquet", sql.listed(files)), alias=exp.TableAlias(this=sql.named("f")))
        found = self._execute(sql.select([sql.call("max", sql.column("f", "pos"))], source)).fetchall()[0]
        return (found[0] or 0) >= _LONG

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
        found = self._execute(sql.select(ends, sql.subquery(sql.union(spans), "s"))).fetchall()[0]
        return min(found[0] or self.as_of, self.as_of), max(found[1] or self.as_of, self.as_of)

    # ---------------------------------------------------------------------------------------------------------- writing
    def _tally(self, there: frozenset[str]) -> Tally:
        tally = Tally()
        by = [sql.column(ROWS, "rule"), sql.column(ROWS, "verdict")]
        counts = [exp.Count(this=exp.Star()), sql.call("sum", sql.column(ROWS, "matches"))]
        found = self._execute(sql.grouped(sql.select([*by, *counts], sql.table(ROWS)), by)).fetchall()
        applied: Counter[int] = Counter()
        for number, verdict, rows, matches in found:
            tally.verdicts[self.plan.rules[number].name, VERDICTS[verdict]] += rows
            applied[number] += matches
        # Many rules start from the same types.
        keys = [(tuple(type_ for _, type_ in rule.each), rule.valid_from, rule.valid_to) for rule in self.plan.rules]
        asked = {key: sql.written(_matches(*key)) for key in keys if there.issuperset(key[0])}
        possible = {key: int(rows[0][0] or 0) for key, rows in zip(asked, self._each(asked.values()), strict=True)}
        for number, (rule, key) in enumerate(zip(self.plan.rules, keys, strict=True)):
            tally.not_applicable[rule.name] = possible.get(key, 0) - applied[number]
        return tally


def _matches(types: tuple[str, ...], valid_from: date, valid_to: date) -> Sql:
    """In how many ways the events of `each` can be bound, over all cases: from how many there are of each type in each."""
    if len(types) == 1 and (valid_from, valid_to) == (date.min, date.max):
        return sql.select([exp.Count(this=exp.Star())], sql.table(types[0]))
    sources: list[exp.Subquery] = []
    product: Sql = sql.literal(1)
    for place, type_ in enumerate(types):
        day, cid, name = sql.column(type_, "day"), sql.column(type_, "cid"), f"c{place}"
        valid = [sql.at_most(sql.literal(valid_from), day), sql.at_most(day, sql.literal(valid_to))]
        columns = [sql.as_(cid, "cid"), sql.as_(exp.Count(this=exp.Star()), "n")]
        counted = sql.select(columns, sql.table(type_), where=[] if place else valid)
        sources.append(sql.subquery(sql.grouped(counted, [cid]), name))
        left = sql.binary(exp.Sub, sql.column(name, "n"), sql.literal(types[:place].count(type_)))
        product = sql.binary(exp.Mul, product, sql.call("greatest", left, sql.literal(0)))
    on = [[sql.equal(sql.column(f"c{place}", "cid"), sql.column("c0", "cid"))] for place in range(len(types))]
    joins = [sql.joined(source, on[place]) for place, source in enumerate(sources) if place]
    return sql.select([sql.call("sum", product)], sources[0], joins)


def _key(width: int) -> str:
    """The ids of the other events as a list; those that are empty stand last."""
    ids = [sql.column("r", f"k{number}") for number in range(1, width)]
    empty = exp.Cast(this=sql.listed([]), to=_type("VARCHAR[]"))
    pairs = [(sql.is_null(id_), sql.listed(ids[:number]) if number else empty) for number, id_ in enumerate(ids)]
    return sql.written(sql.case(pairs, sql.listed(ids)) if ids else empty)


_INSERT: Final = 'INSERT INTO "$rows" '
_FINDINGS: Final = """
COPY (
    SELECT c."case", enum_range(NULL::"$rule")[r.rule + 1] AS rule, r.k0 AS "trigger", {key} AS key,
        enum_range(NULL::"$said")[r.verdict + 1] AS verdict, r.due
    FROM "$rows" r JOIN "case" c USING (cid)
    ORDER BY r.cid, r.rule, {places}
) TO ? (FORMAT parquet, COMPRESSION zstd)
"""


def _made(kind: str, name: str, query: Sql | None = None, *, columns: dict[str, str] | None = None) -> Sql:
    """A table or view: of a query, or an empty one with columns."""
    described = [exp.ColumnDef(this=sql.named(column), kind=_type(of)) for column, of in (columns or {}).items()]
    this: Sql = exp.Schema(this=sql.table(name), expressions=described) if columns else sql.table(name)
    return exp.Create(this=this, kind=kind, replace=True, expression=query)


def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect=sql.DIALECT)
