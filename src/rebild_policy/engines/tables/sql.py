"""SQL as a tree: the few shapes that the table engine writes. No text is ever pasted into a statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlglot import exp

from rebild_policy.expressions import Scalar

Sql = exp.Expression
DIALECT: Final = "duckdb"
# The chain of truths as numbers.
FALSE, UNKNOWN, OPEN, TRUE = range(4)


def written(statement: Sql) -> str:
    """A statement as DuckDB reads it, with every name quoted."""
    return statement.sql(DIALECT, identify=True, copy=False)


# ------------------------------------------------------------------------------------------------------------ names, values
def named(name: str) -> exp.Identifier:
    """A quoted name."""
    return exp.to_identifier(name, quoted=True)


def column(table: str, name: str) -> Sql:
    """A column of a table in the statement."""
    return exp.Column(this=named(name), table=named(table))


def as_(expression: Sql, name: str) -> Sql:
    """An expression under a name."""
    return exp.Alias(this=expression, alias=named(name))


def table(name: str, alias: str | None = None) -> exp.Table:
    """A table, under a name of its own where it has one."""
    return exp.Table(this=named(name), alias=exp.TableAlias(this=named(alias)) if alias else None)


def null() -> Sql:
    """What stands for absent and for unknown."""
    return exp.Null()


def literal(value: Scalar) -> Sql:
    """A constant."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        number = exp.Literal.number(str(abs(value)))
        return exp.Paren(this=exp.Neg(this=number)) if value < 0 else number
    if isinstance(value, date):
        return exp.Cast(this=exp.Literal.string(value.isoformat()), to=exp.DataType.build("DATE"))
    return exp.Literal.string(value)


# ---------------------------------------------------------------------------------------------------------------- operators
def binary(kind: type[exp.Binary], left: Sql, right: Sql) -> Sql:
    """`left kind right`, in brackets."""
    return exp.Paren(this=kind(this=left, expression=right))


def equal(left: Sql, right: Sql) -> Sql:
    """`left = right`."""
    if isinstance(left, exp.Literal) and isinstance(right, exp.Literal):
        return literal(left == right)
    return binary(exp.EQ, left, right)


def differs(left: Sql, right: Sql) -> Sql:
    """`left <> right`."""
    return binary(exp.NEQ, left, right)


def same(left: Sql, right: Sql) -> Sql:
    """`left IS NOT DISTINCT FROM right`: the same, or both empty."""
    return binary(exp.NullSafeEQ, left, right)


def less(left: Sql, right: Sql) -> Sql:
    """`left < right`."""
    return binary(exp.LT, left, right)


def at_most(left: Sql, right: Sql) -> Sql:
    """`left <= right`."""
    return binary(exp.LTE, left, right)


def both(parts: Iterable[Sql]) -> Sql:
    """All parts, by Kleene's three values, as SQL has it; none: true."""
    return _joined(exp.And, list(parts), otherwise=True)


def either(parts: Iterable[Sql]) -> Sql:
    """Any part; none: false."""
    return _joined(exp.Or, list(parts), otherwise=False)


def _joined(kind: type[exp.Connector], parts: list[Sql], *, otherwise: bool) -> Sql:
    kept = [part for part in parts if part != exp.Boolean(this=otherwise)]
    if exp.Boolean(this=not otherwise) in kept:
        return literal(not otherwise)
    if not kept:
        return literal(otherwise)
    whole = kept[0]
    for part in kept[1:]:
        whole = exp.Paren(this=kind(this=whole, expression=part))
    return whole


def negated(part: Sql) -> Sql:
    """`NOT part`."""
    return literal(not part.this) if isinstance(part, exp.Boolean) else exp.Paren(this=exp.Not(this=part))


def is_null(part: Sql) -> Sql:
    """`part IS NULL`."""
    return exp.Paren(this=exp.Is(this=part, expression=exp.Null()))


def is_given(part: Sql) -> Sql:
    """`part IS NOT NULL`."""
    return negated(is_null(part))


def not_false(part: Sql) -> Sql:
    """True or unknown."""
    return exp.Coalesce(this=part, expressions=[exp.Boolean(this=True)])


def surely(part: Sql) -> Sql:
    """True; an unknown becomes false."""
    return exp.Coalesce(this=part, expressions=[exp.Boolean(this=False)])


def _as_test(part: Sql) -> Sql:
    """A condition where NULL counts as false anyway: bare equalities are what a join can look up."""
    if isinstance(part, exp.Coalesce) and part.expressions == [exp.Boolean(this=False)]:
        return part.this  # type: ignore[no-any-return]
    return part


def or_else(part: Sql, otherwise: Sql) -> Sql:
    """`part`, or something else where that is empty."""
    return exp.Coalesce(this=part, expressions=[otherwise])


def case(pairs: Iterable[tuple[Sql, Sql]], otherwise: Sql | None = None) -> Sql:
    """The value of the first test that holds."""
    possible = [(test, value) for test, value in pairs if test != exp.Boolean(this=False)]
    return exp.Case(ifs=[exp.If(this=test, true=value) for test, value in possible], default=otherwise)


def call(name: str, *arguments: Sql) -> Sql:
    """A function of DuckDB."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def listed(parts: Iterable[Sql]) -> Sql:
    """A list."""
    return exp.Array(expressions=list(parts))


def given_item() -> Sql:
    """A test of list items: is it there?"""
    return exp.Lambda(
        this=is_given(exp.Identifier(this="item", quoted=True)), expressions=[exp.Identifier(this="item", quoted=True)]
    )


def three(condition: Sql) -> Sql:
    """A condition as a number on the chain: false, unknown or true."""
    if isinstance(condition, exp.Boolean):
        return literal(TRUE if condition.this else FALSE)
    # True is 1 and false 0, and the condition is written once.
    number = exp.Cast(this=condition, to=exp.DataType.build("INTEGER"))
    return or_else(binary(exp.Mul, number, literal(TRUE)), literal(UNKNOWN))


# --------------------------------------------------------------------------------------------------------------- statements
def select(
    columns: Iterable[Sql], source: exp.Table | exp.Subquery, joins: Iterable[exp.Join] = (), where: Iterable[Sql] = ()
) -> exp.Select:
    """A select; `where` are parts that must all be true."""
    tests = [_as_test(part) for part in where]
    statement = exp.Select(expressions=list(columns), from_=exp.From(this=source), joins=list(joins))
    if tests:
        statement.set("where", exp.Where(this=both(tests)))
    return statement


def joined(source: exp.Table | exp.Subquery, on: Iterable[Sql], *, left: bool = False) -> exp.Join:
    """A join, which keeps what finds no partner if it is a `left` one."""
    return exp.Join(this=source, on=both(_as_test(part) for part in on), side="LEFT" if left else None)


def subquery(statement: Sql, alias: str) -> exp.Subquery:
    """A statement in the place of a table."""
    return exp.Subquery(this=statement, alias=exp.TableAlias(this=named(alias)))


def union(statements: list[Sql]) -> Sql:
    """The rows of all."""
    whole = statements[0]
    for statement in statements[1:]:
        whole = exp.Union(this=whole, expression=statement, distinct=False)
    return whole


def grouped(statement: exp.Select, by: Iterable[Sql]) -> exp.Select:
    """A select, one row for each group."""
    statement.set("group", exp.Group(expressions=list(by)))
    return statement


def with_steps(statement: Sql, steps: dict[str, Sql]) -> Sql:
    """A statement over steps that are each computed once; what is read only once is not kept."""
    read = Counter(table.name for part in (statement, *steps.values()) for table in part.find_all(exp.Table))
    ctes = [
        exp.CTE(this=step, alias=exp.TableAlias(this=named(name)), materialized=read[name] > 1) for name, step in steps.items()
    ]
    statement.set("with_", exp.With(expressions=ctes))
    return statement
