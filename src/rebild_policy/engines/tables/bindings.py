"""In how many ways the events of a rule's `each` can be bound: what its condition was put to, whatever it said."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlglot import exp

from rebild_policy.engines.tables import sql
from rebild_policy.engines.tables.sql import Sql
from rebild_policy.rules import Rule


class Bindings(NamedTuple):
    """Events of some types in one case, the first of them on a day between two. Many rules share them."""

    types: tuple[str, ...]
    valid_from: date
    valid_to: date

    @classmethod
    def of(cls, rule: Rule) -> Bindings:
        """What a rule binds."""
        return cls(tuple(type_ for _, type_ in rule.each), rule.valid_from, rule.valid_to)

    @property
    def always(self) -> bool:
        """Is the rule in force on every day?"""
        return (self.valid_from, self.valid_to) == (date.min, date.max)


def numbers_of(asked: list[Bindings]) -> Sql:
    """The place of each in the list, with the number of its ways over all cases (NULL: none)."""
    steps: dict[str, Sql] = {}
    counts = [_number(number, bindings, steps) for number, bindings in enumerate(asked)]
    return sql.with_steps(sql.union(counts), steps)


def _number(number: int, bindings: Bindings, steps: dict[str, Sql]) -> Sql:
    """The product, case by case, of how many there are of each type; an event is bound once."""
    types = bindings.types
    if len(types) == 1 and bindings.always:
        return sql.select([sql.literal(number), exp.Count(this=exp.Star())], sql.table(types[0]))
    names = [_counted(type_, bindings if place == 0 else None, steps) for place, type_ in enumerate(types)]
    product: Sql = sql.literal(1)
    for place, type_ in enumerate(types):
        left = sql.binary(exp.Sub, sql.column(f"c{place}", "n"), sql.literal(types[:place].count(type_)))
        product = sql.binary(exp.Mul, product, sql.call("greatest", left, sql.literal(0)))
    on = [[sql.equal(sql.column(f"c{place}", "cid"), sql.column("c0", "cid"))] for place in range(len(types))]
    joins = [sql.joined(sql.table(name, f"c{place}"), on[place]) for place, name in enumerate(names) if place]
    return sql.select([sql.literal(number), sql.call("sum", product)], sql.table(names[0], "c0"), joins)


def _counted(type_: str, bindings: Bindings | None, steps: dict[str, Sql]) -> str:
    """The name of the step that counts the events of a type in each case."""
    name, where, day = f"n {type_}", list[Sql](), sql.column(type_, "day")
    if bindings and not bindings.always:
        name = f"n {type_} {bindings.valid_from} {bindings.valid_to}"
        where = [sql.at_most(sql.literal(bindings.valid_from), day), sql.at_most(day, sql.literal(bindings.valid_to))]
    cid = sql.column(type_, "cid")
    columns = [sql.as_(cid, "cid"), sql.as_(exp.Count(this=exp.Star()), "n")]
    steps[name] = sql.grouped(sql.select(columns, sql.table(type_), where=where), [cid])
    return name
