"""The small conditions of a mapping: `row.channel != 'Intern'`, over the cells of one row, all of them texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from rebild_policy.errors import ExpressionError, did_you_mean
from rebild_policy.expressions import (
    And,
    Attribute,
    Compare,
    Expression,
    Field,
    Literal,
    Membership,
    Not,
    Or,
    Present,
    Truth,
    Unknown,
    Value,
    parse,
    truth,
    walk,
)

_ALLOWED = (And, Or, Not, Compare, Membership, Present, Attribute, Literal)


def read_condition(text: str, columns: Collection[str]) -> Expression:
    """Parse a condition over the short names `columns`. Raises `ExpressionError` for what a row can't answer."""
    condition = parse(text)
    _check_truth(condition)
    nodes = list(walk(condition))
    foreign = next((node for node in nodes if not isinstance(node, _ALLOWED)), None)
    if foreign:
        _refuse(f"a mapping's condition compares columns and knows no {type(foreign).__name__.lower()}.")
    for node in nodes:
        if isinstance(node, Attribute):
            _check_column(node, columns)
        elif isinstance(node, Compare):
            _check_comparison(node)
        elif isinstance(node, Membership):
            _check_membership(node)
        elif isinstance(node, Present) and not isinstance(node.of, Attribute):
            _refuse("present() takes a column: present(row.channel).")
    return condition


def columns_of(condition: Expression) -> tuple[str, ...]:
    """The short names that a condition reads, each once."""
    return tuple(dict.fromkeys(node.name for node in walk(condition) if isinstance(node, Attribute)))


def holds(condition: Expression, cells: Mapping[str, str | None]) -> bool | None:
    """Whether the condition holds of a row; None where an empty cell leaves it open."""
    answer = truth(condition, _RowEnvironment(cells))
    return None if answer is Truth.UNKNOWN else answer is Truth.TRUE


@dataclass(frozen=True, slots=True)
class _RowEnvironment:
    """One row; its cells are given or absent. The rest of the language has no meaning here and is refused."""

    cells: Mapping[str, str | None]

    def attribute(self, node: Attribute | Field) -> Value:
        return self.cells[node.name]

    def day(self, var: str) -> date:
        raise ExpressionError(f"day({var}) has no meaning in a mapping.")

    def before(self, first: str, second: str) -> Truth:
        raise ExpressionError(f"before({first}, {second}) has no meaning in a mapping.")

    def parameter(self, name: str, key: Value) -> Unknown:  # noqa: ARG002 - the interface
        raise ExpressionError(f"parameters.{name} has no meaning in a mapping.")


def _check_truth(node: Expression) -> None:
    """Refuse a part that is no condition, such as a bare column."""
    if isinstance(node, And | Or):
        for part in node.parts:
            _check_truth(part)
    elif isinstance(node, Not):
        _check_truth(node.part)
    elif isinstance(node, Attribute | Literal):
        _refuse("a column by itself is not a condition.", "Compare it, or write present(row.channel).")


def _check_column(node: Attribute, columns: Collection[str]) -> None:
    if node.var != "row":
        _refuse(f"'{node.var}.{node.name}' is not known here.", f"Write row.{node.name} for a column of the row.")
    if node.name not in columns:
        _refuse(f"'{node.name}' is not one of the mapping's columns.", did_you_mean(node.name, columns))


def _check_comparison(node: Compare) -> None:
    if node.operator not in {"==", "!="}:
        _refuse(f"'{node.operator}' does not compare texts, and every value of a row is a text.", "Use ==, != or in.")
    sides = (node.left, node.right)
    if not all(isinstance(side, Attribute | Literal) for side in sides):
        _refuse("a column is compared with a quoted text or another column.")
    if any(isinstance(side, Literal) and not isinstance(side.value, str) for side in sides):
        _refuse("every value of a row is a text.", "Put it in quotes: '1'.")


def _check_membership(node: Membership) -> None:
    if not isinstance(node.item, Attribute):
        _refuse("before 'in' comes a column: row.channel in ('Post', 'Brev').")
    if not isinstance(node.options, tuple) or any(not isinstance(option, str) for option in node.options):
        _refuse("after 'in' comes a list of quoted texts.", "row.channel in ('Post', 'Brev').")


def _refuse(message: str, remedy: str | None = None) -> NoReturn:
    raise ExpressionError(message, remedy=remedy)
