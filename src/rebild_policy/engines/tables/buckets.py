"""A bucket of cases, as normalised Parquet, judged whole: a file for each event type that it has, and one for its cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Self

import duckdb
import numpy as np
from sqlglot import exp

from rebild_policy.engines.tables import sql
from rebild_policy.engines.tables.bindings import Bindings, numbers_of
from rebild_policy.engines.tables.collapsing import VERDICTS
from rebild_policy.engines.tables.compiling import Program
from rebild_policy.engines.tables.database import Database
from rebild_policy.engines.tables.days import DueDates
from rebild_policy.engines.tables.engine import PAUSES
from rebild_policy.engines.tables.extent import extent_of
from rebild_policy.engines.tables.layout import CASE, columns_of
from rebild_policy.engines.tables.sql import Sql
from rebild_policy.engines.tables.writing import Ints, write_rows
from rebild_policy.errors import EngineError, shown
from rebild_policy.plan import Plan
from rebild_policy.results import Verdict

ROWS, NO_ROWS, RULE, SAID = "$rows", "$no rows", "$rule", "$said"  # no event type is named so
_FILE: Final = "$file"  # stands for the file in the text of a table
_MORE: Final = ("1GB", "4GB")  # for a bucket that needs it
# Buckets that one database judges. What it frees stays scattered: its memory grew by half a megabyte with each bucket.
_FRESH: Final = 24
LONG: Final = 2_000  # events in a case: from here on the statements for long cases are faster


@dataclass
class Tally:
    """How often each rule came to each verdict, and to how many matches it did not apply."""

    verdicts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    not_applicable: Counter[str] = field(default_factory=Counter)


class BucketJudge:
    """Judges buckets one after the other, as of the end of one day, in a memory that does not grow with their number.

    `threads` statements run at a time: the tables of a bucket are too small for DuckDB to share out one statement.
    """

    def __init__(self, plan: Plan, as_of: date, *, threads: int = 2, memory: str = "256MB") -> None:
        self.plan = plan
        self.as_of = as_of
        self.threads = threads
        self.memory = memory
        self.programs: dict[tuple[bool, frozenset[str]], Program] = {}
        self.folder = Path()  # the bucket that is judged
        self.sources: dict[str, str] = {}  # its tables, as statements
        self.texts: dict[tuple[str, frozenset[str], bool], str] = {}  # what is written of a table, by what is asked of it
        self._open()

    def _open(self) -> None:
        rules, verdicts = [rule.name for rule in self.plan.rules] or [""], [str(verdict) for verdict in VERDICTS]
        self.database = Database(self.threads, self.memory, {RULE: rules, SAID: verdicts})
        self.con = self.database.con
        self.due_dates = DueDates(self.con, self.plan.calendar, temporary=False)
        self.found: list[str] | None = None  # the tables of what was said of the bucket before, if there was one
        self.judged = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Give the memory back."""
        self.database.close()

    def judge(self, folder: Path, into: Path) -> Tally:
        """Judge a bucket and write what is said of every match, by case, rule and source, as Parquet.

        One that does not fit in the memory given gets more. Raises `EngineError` where that is still too little.
        """
        if self.judged == _FRESH:
            self.database.close()
            self._open()
        self.judged += 1
        try:
            return self._judge_bucket(folder, into)
        except duckdb.OutOfMemoryException:
            pass
        for more in _MORE:
            self.con.execute(f"SET memory_limit = '{more}'")
            try:
                return self._judge_bucket(folder, into)
            except duckdb.OutOfMemoryException:
                continue
            finally:
                self.con.execute(f"SET memory_limit = '{self.memory}'")
        raise EngineError(
            f"the cases of {shown(folder)} do not fit in {_MORE[-1]} of memory.", remedy="Part the export into more buckets."
        )

    def _judge_bucket(self, folder: Path, into: Path) -> Tally:
        self.folder = folder
        types = self.plan.vocabulary.types
        there = frozenset(file.stem for file in folder.glob("*.parquet") if file.stem in types)
        extent = extent_of(folder, self.as_of)
        program = self._program(there, long_cases=extent.last_place >= LONG)
        self.sources = {name: self._source(name, needed) for name, needed in program.needs.items()}
        self.due_dates.cover(program.durations, extent.first_day, extent.last_day)
        if program.pauses:
            self.con.execute(f'CREATE OR REPLACE VIEW "suspension" AS {self.sources["suspension"]}')
            self.database.each(text.format(kind="TABLE") for text in PAUSES)
        self._judge(program)
        return self._tally(self._write(program, into), there, extent.events)

    def _judge(self, program: Program) -> None:
        """What each rule says, as a table of its own: rows put into one table by many cost a fifth more."""
        for name in self.found or ():
            self.con.execute(f'DROP TABLE IF EXISTS "{name}"')
        found = [f"{ROWS} {number}" for number in program.texts]
        texts = map(self._sourced, program.texts.values())
        self.database.each(f'CREATE OR REPLACE TABLE "{name}" AS {text}' for name, text in zip(found, texts, strict=True))
        if found == self.found:
            return  # there is a view of them already
        self.found = found
        self.database.execute(_made("TABLE", NO_ROWS, columns=program.columns))  # it says what is what where a column is empty
        everything = [exp.Select(expressions=[exp.Star()], from_=exp.From(this=sql.table(name))) for name in (NO_ROWS, *found)]
        self.database.execute(_made("VIEW", ROWS, sql.union(list(everything))))

    def _write(self, program: Program, into: Path) -> list[Ints]:
        return self._put(program, _FINDINGS.format(key=key_of(program.width), places=places_of(program)), into)

    def _put(self, program: Program, query: str, into: Path) -> list[Ints]:
        """Write what a query gives, whose first columns are the case, the rule and the places of the events.

        The last are the number of its verdict and how many matches it stands for, which come back with the rule's number.
        """
        with self.database.cursor() as cursor:
            return write_rows(cursor, query, 2 + program.width, self.folder, into)

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
        return program

    # ---------------------------------------------------------------------------------------------------------- reading
    def _sourced(self, text: str) -> str:
        """A statement with the tables that it reads, as the bucket has them.

        They stand in the statement itself: to make a view of each took as long as a rule.
        """
        read = ", ".join(
            f'"{name}" AS NOT MATERIALIZED ({source})' for name, source in self.sources.items() if f'"{name}"' in text
        )
        return f"WITH {read}, {text.removeprefix('WITH ')}" if text.startswith("WITH ") else f"WITH {read} {text}"

    def _source(self, name: str, needed: set[str]) -> str:
        """The columns of a file, with what is visible as of the day.

        To read the few columns that a rule needs from a file anew costs less than to keep them in a table.
        """
        file = self.folder / f"{name}.parquet"
        asked = name, frozenset(needed), file.exists()
        if asked not in self.texts:
            self.texts[asked] = sql.written(self._select(*asked))
        return self.texts[asked].replace(_FILE, str(file).replace("'", "''"))

    def _select(self, name: str, needed: frozenset[str], there: bool) -> Sql:
        columns = sorted(needed)
        if not there:
            types = columns_of(self.plan.vocabulary, name)
            empty = [sql.as_(exp.Cast(this=sql.null(), to=_type(types[column])), column) for column in columns]
            return exp.Select(expressions=empty).limit(0)
        source = exp.Table(this=sql.call("read_parquet", sql.literal(_FILE)), alias=exp.TableAlias(this=sql.named("f")))
        seen = [] if name == CASE else [sql.at_most(sql.column("f", "day"), sql.literal(self.as_of))]
        return sql.select([sql.as_(self._column(column), column) for column in columns], source, where=seen)

    def _column(self, name: str) -> Sql:
        if name != "counted":
            return sql.column("f", name)
        cut_off, day = self.plan.calendar.cut_off, sql.column("f", "day")
        if cut_off is None:
            return day
        clock = exp.Cast(this=exp.Literal.string(cut_off.isoformat()), to=exp.DataType.build("TIME"))
        late = sql.less(clock, sql.column("f", "clock"))
        return sql.case([(late, sql.binary(exp.Add, day, sql.literal(1)))], day)

    # ---------------------------------------------------------------------------------------------------------- writing
    def _tally(self, said: list[Ints], there: frozenset[str], events: Mapping[str, int]) -> Tally:
        """Count what was said: rules, verdicts and matches. `events`: how many there are of a type, where that is known."""
        tally, applied = Tally(), Counter[int]()
        rules, verdicts, matches = said
        key = rules * len(VERDICTS) + verdicts
        several = matches != 1
        rows = np.bincount(key)
        more = np.bincount(key[several], matches[several] - 1, len(rows)).astype(np.int64)
        for found in np.flatnonzero(rows).tolist():
            number, verdict = divmod(found, len(VERDICTS))
            tally.verdicts[self.plan.rules[number].name, VERDICTS[verdict]] += int(rows[found])
            applied[number] += int(rows[found] + more[found])
        bindings = [Bindings.of(rule) for rule in self.plan.rules]
        ways = {one: events[one.types[0]] for one in bindings if one.always and len(one.types) == 1 and one.types[0] in events}
        asked = [one for one in dict.fromkeys(bindings) if one not in ways and there.issuperset(one.types)]
        if asked:
            counted = self.con.execute(self._sourced(sql.written(numbers_of(asked)))).fetchall()
            ways |= {asked[number]: int(n or 0) for number, n in counted}
        for number, (rule, bound) in enumerate(zip(self.plan.rules, bindings, strict=True)):
            tally.not_applicable[rule.name] = ways.get(bound, 0) - applied[number]
        return tally


def places_of(program: Program) -> str:
    """What the rows of one rule in a case are sorted by: the places of their events."""
    return ", ".join(f'coalesce(r."{name}", -1)' for name in program.columns if name.startswith("p"))


def key_of(width: int) -> str:
    """The ids of the other events as a list; those that are empty stand last."""
    ids = [sql.column("r", f"k{number}") for number in range(1, width)]
    empty = exp.Cast(this=sql.listed([]), to=_type("VARCHAR[]"))
    pairs = [(sql.is_null(id_), sql.listed(ids[:number]) if number else empty) for number, id_ in enumerate(ids)]
    return sql.written(sql.case(pairs, sql.listed(ids)) if ids else empty)


_FINDINGS: Final = """
SELECT r.cid, r.rule AS number, {places}, (enum_range(NULL::"$rule")[r.rule + 1])::"$rule" AS rule,
    r.k0 AS "trigger", {key} AS key, (enum_range(NULL::"$said")[r.verdict + 1])::"$said" AS verdict, r.due,
    r.verdict AS said, r.matches
FROM "$rows" r
"""


def _made(kind: str, name: str, query: Sql | None = None, *, columns: dict[str, str] | None = None) -> Sql:
    """A table or view: of a query, or an empty one with columns."""
    described = [exp.ColumnDef(this=sql.named(column), kind=_type(of)) for column, of in (columns or {}).items()]
    this: Sql = exp.Schema(this=sql.table(name), expressions=described) if columns else sql.table(name)
    return exp.Create(this=this, kind=kind, replace=True, expression=query)


def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect=sql.DIALECT)
