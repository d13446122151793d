"""Due dates as columns of the matches of a rule: one join with the table of due dates for each window."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from rebild_policy.calendar import Duration
from rebild_policy.engines.tables import sql
from rebild_policy.engines.tables.conditions import Conditions, Durations
from rebild_policy.engines.tables.sql import Sql
from rebild_policy.parameters import ParameterValue
from rebild_policy.rules import Window, Within

MATCHES, DATED = "m", "w"
DUE, FREE, PAUSED, STANDSTILL = "$due", "$free", "$paused", "$standstill"  # no event type is named so


@dataclass
class Windows:
    """The windows of one rule, by number. `conditions` see the matches as the step `m` has them."""

    conditions: Conditions
    durations: Durations
    numbers: dict[Window, int] = field(default_factory=dict)

    def due(self, window: Window, step: str) -> Sql:
        """The due date of a window, in a step; NULL where it can't be computed."""
        return sql.column(step, f"due{self.numbers.setdefault(window, len(self.numbers))}")

    def steps(self) -> dict[str, Sql]:
        """The steps that give the matches their due dates; the last is `w`. None where the rule has no window."""
        if not self.numbers:
            return {}
        steps: dict[str, Sql] = {}
        columns: list[Sql] = [exp.Column(this=exp.Star(), table=sql.named(MATCHES))]
        joins: list[exp.Join] = []
        for window, number in self.numbers.items():
            due = self._due(window, number, joins, steps)
            columns.append(sql.as_(due, f"due{number}"))
        return {**steps, DATED: sql.select(columns, sql.table(MATCHES), joins)}

    def _due(self, window: Window, number: int, joins: list[exp.Join], steps: dict[str, Sql]) -> Sql:
        if not isinstance(window, Within):
            return self.conditions.value(window.date)
        if window.start is None or not window.computable:
            return exp.Cast(this=sql.null(), to=exp.DataType.build("DATE"))
        start = self.conditions.counting().value(window.start)
        roll = window.roll and not window.paused
        on = self._on(window, f"d{number}", start, roll=roll)
        joins.append(sql.joined(sql.table(DUE, f"d{number}"), on, left=True))
        base = sql.column(f"d{number}", "due")
        return self._paused(window, number, joins, steps) if window.paused else base

    def _on(self, window: Within, alias: str, start: Sql, *, roll: bool) -> list[Sql]:
        def number(value: ParameterValue) -> Sql:
            assert isinstance(value, Duration)  # noqa: S101 - the plan has checked the types
            return sql.literal(self.durations.number(value, roll=roll))

        wanted = self.conditions.duration(window.duration, number)
        return [sql.equal(sql.column(alias, "duration"), wanted), sql.equal(sql.column(alias, "start"), start)]

    def _paused(self, window: Within, number: int, joins: list[exp.Join], steps: dict[str, Sql]) -> Sql:
        """Each paused day up to the due date moves it by one: the n-th does if it lies within n days after the first base."""
        alias, name, step = f"d{number}", f"p{number}", f"paused{number}"
        assert window.start is not None  # noqa: S101 - asked before
        start = self.conditions.counting().value(window.start)
        day, base = sql.column(PAUSED, "day"), sql.column(alias, "due")
        match = sql.column(MATCHES, "match")
        place = exp.Window(
            this=sql.call("row_number"), partition_by=[match], order=exp.Order(expressions=[exp.Ordered(this=day)])
        )
        before = sql.binary(exp.Sub, place, sql.literal(1))
        moved = sql.as_(
            sql.at_most(sql.binary(exp.Sub, day, exp.Cast(this=before, to=exp.DataType.build("INTEGER"))), base), "moves"
        )
        later = [sql.equal(sql.column(PAUSED, "cid"), sql.column(MATCHES, "cid")), sql.less(start, day)]
        days = sql.select(
            [match, moved],
            sql.table(MATCHES),
            [
                sql.joined(sql.table(DUE, alias), self._on(window, alias, start, roll=False)),
                sql.joined(sql.table(PAUSED), later),
            ],
        )
        count = sql.as_(exp.Cast(this=sql.call("count_if", sql.column("x", "moves")), to=exp.DataType.build("INTEGER")), "days")
        steps[step] = sql.grouped(
            sql.select([sql.as_(sql.column("x", "match"), "match"), count], sql.subquery(days, "x")), [sql.column("x", "match")]
        )
        joins.append(sql.joined(sql.table(step, name), [sql.equal(sql.column(name, "match"), match)], left=True))
        still = f"s{number}"
        joins.append(
            sql.joined(sql.table(STANDSTILL, still), [sql.equal(sql.column(still, "cid"), sql.column(MATCHES, "cid"))], left=True)
        )
        due = sql.case(
            [
                (
                    sql.is_null(sql.column(still, "cid")),
                    sql.binary(exp.Add, base, sql.or_else(sql.column(name, "days"), sql.literal(0))),
                )
            ]
        )
        if not window.roll:
            return due
        free = f"f{number}"
        joins.append(sql.joined(sql.table(FREE, free), [sql.equal(sql.column(free, "day"), due)], left=True))
        return sql.or_else(sql.column(free, "next"), due)
