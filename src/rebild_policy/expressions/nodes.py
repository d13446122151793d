"""The closed set of nodes that a condition can hold, and the values they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum
from typing import Any, Final, TypeAlias, get_args
from typing import Literal as Choice


class Truth(IntEnum):
    """The chain of truths: `any` is the maximum, `all` the minimum."""

    FALSE = 0
    UNKNOWN = 1
    OPEN = 2
    TRUE = 3

    @property
    def negated(self) -> Truth:
        """False and true swapped; unknown and open stay."""
        return _NEGATED[self]


_NEGATED = (Truth.TRUE, Truth.UNKNOWN, Truth.OPEN, Truth.FALSE)


class Unknown(Enum):
    """The type of `UNKNOWN`: a value that the source does not record, or that can't be computed."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

Scalar: TypeAlias = bool | int | str | date
Value: TypeAlias = Scalar | tuple[str, ...] | Unknown | None
Operator: TypeAlias = Choice["==", "!=", "<", "<=", ">", ">="]


# ------------------------------------------------------------------------------------------------------------------ nodes
@dataclass(frozen=True, slots=True)
class Literal:
    """`true`, `'refused'`, `10`; a quoted ISO date compared with a date is a date."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Attribute:
    """`decision.outcome` as written; `case.kind` has the variable `case`."""

    var: str
    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """An attribute that the plan has resolved: what engines read.

    `default` stands for an absent value; an absent value of an uncovered field is unknown.
    """

    var: str
    name: str
    default: Scalar | None = None
    covered: bool = True


@dataclass(frozen=True, slots=True)
class Day:
    """`day(x)`: the local date of an event."""

    var: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """`parameters.reply_deadline`, or `parameters.processing_times[case.kind]` with a key."""

    name: str
    key: Expression | None = None


@dataclass(frozen=True, slots=True)
class Conditional:
    """`a if test else b`; unknown where the test is."""

    test: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two values; unknown where either is absent or unknown."""

    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Linked:
    """Equality where a side is a link: do the two share an id? False where a side is absent; made by the plan."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Membership:
    """`x in ('a', 'b')`, or `x in parameters.kinds`."""

    item: Expression
    options: tuple[Scalar, ...] | Parameter


@dataclass(frozen=True, slots=True)
class And:
    """All parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any part."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`not x`; also what `!=` on a link and `not in` become."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Present:
    """`present(x.ground)`: given (true), absent (false) or unknown."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Before:
    """`before(x, y)`: is event x earlier than event y in the order of the case?"""

    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Term:
    """`adverse(decision)`: a named condition; the plan puts its definition here."""

    name: str
    arguments: tuple[str, ...]


Expression: TypeAlias = (
    Literal
    | Attribute
    | Field
    | Day
    | Parameter
    | Conditional
    | Compare
    | Linked
    | Membership
    | And
    | Or
    | Not
    | Present
    | Before
    | Term
)
TRUE: Final = Literal(True)
FALSE: Final = Literal(False)


# ---------------------------------------------------------------------------------------------------------------- walking
# The slots of a node are its fields, and no node has subclasses: asked so, since plans are built by the thousand in tests.
_NODES: Final = frozenset(get_args(Expression))


def children(node: Expression) -> Iterator[Expression]:
    """The nodes directly below `node`."""
    for name in node.__slots__:
        child = getattr(node, name)
        if type(child) in _NODES:
            yield child
        elif isinstance(child, tuple):
            yield from (part for part in child if type(part) in _NODES)


def walk(node: Expression) -> Iterator[Expression]:
    """`node` and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def transform(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """`node` with `change` applied to every part, from the leaves up."""
    old = [getattr(node, name) for name in node.__slots__]
    new = [_transformed(child, change) for child in old]
    same = all(one is other for one, other in zip(new, old, strict=True))
    return change(node if same else type(node)(*new))


def _transformed(child: Any, change: Callable[[Expression], Expression]) -> Any:
    if type(child) in _NODES:
        return transform(child, change)
    if isinstance(child, tuple) and child and type(child[0]) in _NODES:
        parts = tuple(transform(part, change) for part in child)
        return child if all(one is other for one, other in zip(parts, child, strict=True)) else parts
    return child


def variables(node: Expression) -> set[str]:
    """The names that a condition reads: events, and `case`."""
    found: set[str] = set()
    for part in walk(node):
        match part:
            case Attribute(var) | Field(var) | Day(var):
                found.add(var)
            case Before(first, second):
                found |= {first, second}
    return found


def conjuncts(node: Expression) -> tuple[Expression, ...]:
    """The parts of an `and`; any other condition is its only part."""
    return node.parts if isinstance(node, And) else (node,)


def conjunction(parts: Iterable[Expression]) -> Expression:
    """The condition that all parts hold; what is always true needs no part in it."""
    kept = tuple(part for part in parts if part != TRUE)
    return kept[0] if len(kept) == 1 else And(kept) if kept else TRUE
