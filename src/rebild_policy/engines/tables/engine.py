"""The table engine: a plan as statements for DuckDB, which judge any number of cases at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache, cached_property
from typing import Any, Final

import duckdb

from rebild_policy.engines.base import Judgement
from rebild_policy.engines.tables import loading
from rebild_policy.engines.tables.collapsing import VERDICTS
from rebild_policy.engines.tables.compiling import Program
from rebild_policy.engines.tables.days import DueDates
from rebild_policy.facts import Case
from rebild_policy.plan import Plan
from rebild_policy.results import Row
from rebild_policy.rules import Rule

PAUSES: Final = (
    """CREATE OR REPLACE {kind} "$paused" AS
    SELECT DISTINCT cid, unnest(generate_series(day + 1, until, INTERVAL 1 DAY))::DATE AS day
    FROM "suspension" WHERE until > day AND year(until) <= 2100""",
    """CREATE OR REPLACE {kind} "$standstill" AS
    SELECT DISTINCT cid FROM "suspension" WHERE until IS NULL OR year(until) > 2100""",
)


class TablesEngine:
    """Judges cases by SQL. `judge_many` is what it is for: a case alone costs a thousand times as much as in a batch."""

    def __init__(self, plan: Plan, *, long_cases: bool = False) -> None:
        self.plan = plan
        self.program = Program(plan, long_cases=long_cases)

    def verdicts(self, case: Case, as_of: date) -> list[Row]:
        """See `Engine.verdicts`."""
        return self.judge(case, as_of).rows

    def judge(self, case: Case, as_of: date) -> Judgement:
        """See `Engine.judge`."""
        return self.judge_many([(case, as_of)])[0]

    def judge_many(self, asked: Sequence[tuple[Case, date]]) -> list[Judgement]:
        """Judge cases, each as of its own day."""
        there = {event.type for case, _ in asked for event in case.events}
        numbers = [n for n, rule in enumerate(self.plan.rules) if {type_ for _, type_ in rule.each} <= there]
        judgements = [Judgement([]) for _ in asked]
        applied: Counter[tuple[int, int]] = Counter()
        width = self.program.width
        for cid, number, *rest in self._rows(numbers, asked):
            ids, (verdict, due, matches) = rest[width : 2 * width], rest[2 * width :]
            key = tuple(id_ for id_ in ids[1:] if id_ is not None)
            judgements[cid].rows.append(Row(self.plan.rules[number].name, ids[0], key, VERDICTS[verdict], due))
            applied[cid, number] += matches
        for cid, (case, as_of) in enumerate(asked):
            for number in numbers:
                skipped = _matches(self.plan.rules[number], case, as_of) - applied[cid, number]
                if skipped:
                    judgements[cid].not_applicable[self.plan.rules[number].name] = skipped
        return judgements

    def _rows(self, numbers: list[int], asked: Sequence[tuple[Case, date]]) -> list[tuple[Any, ...]]:
        """What the statements of some rules say, by case, rule and source."""
        texts = [self.program.text(number) for number in numbers]
        con, needs = self._connection, self.program.needs
        loaded = loading.tables(asked, needs, self.plan.vocabulary, self.plan.calendar)
        for name, made in loaded.items():
            con.register(name, made)
        self._due_dates.cover(self.program.durations, *loading.span(loaded.values()))
        if self.program.pauses:
            for text in PAUSES:
                con.execute(text.format(kind="TEMP TABLE"))
        rows = [row for text in texts for row in con.execute(text).fetchall()]
        return sorted(rows, key=lambda row: [place if place is not None else -1 for place in row[: 2 + self.program.width]])

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        # A connection of its own, with its own temporary tables, to one database in memory: to open one takes long.
        return _database().cursor()

    @cached_property
    def _due_dates(self) -> DueDates:
        return DueDates(self._connection, self.plan.calendar)


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 2, "temp_directory": ""})  # nothing of a case is written to a disk


def _matches(rule: Rule, case: Case, as_of: date) -> int:
    """In how many ways the events of `each` can be bound, on days when the rule is in force."""
    facts = case.facts(as_of)
    triggers = facts.get(rule.each[0][1], ())
    found: int = sum(rule.valid_from <= event["day"] <= rule.valid_to for event in triggers)
    types = [type_ for _, type_ in rule.each]
    for place, type_ in enumerate(types[1:], 1):
        found *= max(0, len(facts.get(type_, ())) - types[:place].count(type_))
    return found
