"""Conditions: a small subset of Python expressions, parsed with `ast` into frozen nodes and never handed to Python.

    decision.final and decision.outcome in ('refused', 'burdening') and not present(decision.legal_basis)

`parse` makes the nodes; `truth` and `value` say what they mean, over any `Environment` that can look names up. A value is
given, absent (None) or unknown (`UNKNOWN`); a truth is one of the chain false < unknown < open < true, of which conditions
use false, unknown and true (Kleene). Every engine is held to these two functions.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import Enum, IntEnum
from typing import Any, Final, Protocol, TypeAlias
from typing import Literal as Choice

from rebild_policy.errors import ExpressionError


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


# ---------------------------------------------------------------------------------------------------------------- parsing
_OPERATORS: dict[type[ast.cmpop], Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_MAX_LENGTH = 4000
_MAX_DEPTH = 30
_BRANCHING = 5  # the source of a conditional holds its test twice, so those may nest this much less
_SHOWN = 60
_NESTING = "the condition is too long or too deeply nested."


def parse(text: str) -> Expression:
    """Read a condition. Raises `ExpressionError` naming the part that is not in the language."""
    if len(text) > _MAX_LENGTH:
        raise ExpressionError(_NESTING, remedy="Split it with a term.")
    try:
        # Brackets let a condition run over several lines of YAML.
        body = ast.parse(f"({text}\n)", mode="eval").body
        if isinstance(body, ast.Tuple) and not body.elts:
            raise ExpressionError("the condition is empty.", remedy="Write true for one that always holds.")
        if (body.lineno, body.col_offset) == (1, 0) and not isinstance(body, ast.Tuple):
            raise ExpressionError(f"'{_short(text)}' is not a condition: unmatched ')'.")
        node = _build(body)
        if _depth(node) > _MAX_DEPTH:
            raise ExpressionError(_NESTING, remedy="Split it with a term.")
        return node
    except SyntaxError as error:
        raise ExpressionError(f"'{_short(text)}' is not a condition: {error.msg}.") from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError(_NESTING, remedy="Split it with a term.") from None


def _build(node: ast.expr) -> Expression:  # noqa: C901, PLR0911, PLR0912 - one arm a form
    match node:
        case ast.Constant(value=bool() | int() | str() as constant):
            return Literal(constant)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)) if not isinstance(number, bool):
            return Literal(-number)
        case ast.Name(id="true"):
            return TRUE
        case ast.Name(id="false"):
            return FALSE
        case ast.Attribute(value=ast.Name(id="parameters"), attr=name):
            return Parameter(name)
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id="parameters"), attr=name), slice=key):
            return Parameter(name, _build(key))
        case ast.Attribute(value=ast.Name(id=var), attr=name):
            return Attribute(var, name)
        case ast.IfExp(test=test, body=yes, orelse=no):
            return Conditional(_build(test), _build(yes), _build(no))
        case ast.BoolOp(op=ast.And(), values=parts):
            return And(tuple(map(_build, parts)))
        case ast.BoolOp(values=parts):
            return Or(tuple(map(_build, parts)))
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return Not(_build(part))
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _build_comparison(left, operator, right)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _build_call(name, arguments)
        case ast.Compare():
            raise _refused(node, "A chained comparison is not in the language: join two with 'and'.")
        case ast.Name(id=name):
            raise _refused(node, f"Write an attribute of it ('{name}.outcome'), or quote it if it is a text.")
    raise _refused(node)


def _build_comparison(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Expression:
    if isinstance(operator, ast.In | ast.NotIn):
        membership = Membership(_build(left), _build_options(right))
        return Not(membership) if isinstance(operator, ast.NotIn) else membership
    if type(operator) in _OPERATORS:
        return Compare(_OPERATORS[type(operator)], _build(left), _build(right))
    raise _refused(right, "'is' is not in the language: use ==, or present(x.y).")


def _build_options(node: ast.expr) -> tuple[Scalar, ...] | Parameter:
    options = _build(node) if isinstance(node, ast.Attribute) else None
    if isinstance(options, Parameter):
        return options
    if isinstance(node, ast.Tuple | ast.List):
        items = [_build(item) for item in node.elts]
        if items and all(isinstance(item, Literal) for item in items):
            return tuple(item.value for item in items if isinstance(item, Literal))
    raise _refused(node, "After 'in' comes a list of literals, ('a', 'b'), or parameters.name.")


def _depth(node: Expression) -> int:
    own = _BRANCHING if isinstance(node, Conditional) else 1
    return own + max(map(_depth, children(node)), default=0)


def _build_call(name: str, arguments: list[ast.expr]) -> Expression:
    if name == "present":
        if len(arguments) != 1:
            raise _wrong_number(name)
        return Present(_build(arguments[0]))
    names = tuple(argument.id for argument in arguments if isinstance(argument, ast.Name))
    if len(names) != len(arguments):
        raise ExpressionError(f"{name}() takes the names of bound events.", remedy=f"Write {name}(decision), say.")
    if name == "day" and len(names) == 1:
        return Day(*names)
    if name == "before" and len(names) == len(("first", "second")):
        return Before(*names)
    if name in {"day", "before"}:
        raise _wrong_number(name)
    return Term(name, names)


def _wrong_number(name: str) -> ExpressionError:
    return ExpressionError(f"{name}() has the wrong number of arguments.", remedy="See present(x.y), day(x), before(x, y).")


def _refused(
    node: ast.expr, remedy: str = "See 'The rule language' in the reference for what a condition may hold."
) -> ExpressionError:
    return ExpressionError(f"'{_short(ast.unparse(node))}' is not in the language.", remedy=remedy)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "…"


# ---------------------------------------------------------------------------------------------------------------- walking
def children(node: Expression) -> Iterator[Expression]:
    """The nodes directly below `node`."""
    for field in fields(node):
        child = getattr(node, field.name)
        if isinstance(child, tuple):
            yield from (part for part in child if isinstance(part, Expression))
        elif isinstance(child, Expression):
            yield child


def walk(node: Expression) -> Iterator[Expression]:
    """`node` and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def transform(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """`node` with `change` applied to every part, from the leaves up."""
    changes: dict[str, object] = {}
    for field in fields(node):
        child = getattr(node, field.name)
        if isinstance(child, tuple) and child and isinstance(child[0], Expression):
            changes[field.name] = tuple(transform(part, change) for part in child)
        elif isinstance(child, Expression):
            changes[field.name] = transform(child, change)
    return change(replace(node, **changes) if changes else node)  # type: ignore[arg-type]  # the node's own fields


# ---------------------------------------------------------------------------------------------------------------- meaning
class Environment(Protocol):
    """Looks up what a condition names."""

    def attribute(self, node: Attribute | Field) -> Value:
        """The value of an attribute: given, None (absent) or UNKNOWN."""

    def day(self, var: str) -> date:
        """The local date of the event bound to `var`."""

    def before(self, first: str, second: str) -> Truth:
        """Whether one bound event is earlier than another."""

    def parameter(self, name: str, key: Value) -> Any:
        """The value in force (a scalar, a list of them or a duration), or UNKNOWN; `key` is for a table alone."""


def value(node: Expression, env: Environment) -> Value:
    """What a value-like node stands for; conditions give True, False or UNKNOWN."""
    match node:
        case Literal(literal):
            return literal
        case Attribute() | Field():
            return env.attribute(node)
        case Day(var):
            return env.day(var)
        case Conditional(test, yes, no):
            tested = truth(test, env)
            return UNKNOWN if tested is Truth.UNKNOWN else value(yes if tested else no, env)
        case Parameter():
            found: Value = parameter(node, env)
            return found
    found_truth = truth(node, env)
    return UNKNOWN if found_truth is Truth.UNKNOWN else found_truth is Truth.TRUE


def truth(node: Expression, env: Environment) -> Truth:  # noqa: PLR0911 - one arm for each kind of node
    """Whether a condition holds: false, unknown or true."""
    match node:
        case And(parts):
            return min(truth(part, env) for part in parts)
        case Or(parts):
            return max(truth(part, env) for part in parts)
        case Not(part):
            return truth(part, env).negated
        case Compare(operator, left, right):
            return _compare(operator, value(left, env), value(right, env))
        case Linked(left, right):
            return _linked(value(left, env), value(right, env))
        case Membership(item, options):
            return _member(value(item, env), parameter(options, env) if isinstance(options, Parameter) else options)
        case Present(of):
            given = value(of, env)
            return Truth.UNKNOWN if given is UNKNOWN else _truth(given is not None)
        case Before(first, second):
            return env.before(first, second)
    answer = value(node, env)
    return _truth(answer) if isinstance(answer, bool) else Truth.UNKNOWN


def parameter(node: Parameter, env: Environment) -> Any:
    """The value in force of a parameter, or UNKNOWN: also where its key is absent or unknown."""
    if node.key is None:
        return env.parameter(node.name, None)
    key = value(node.key, env)
    return UNKNOWN if key is None or key is UNKNOWN else env.parameter(node.name, key)


def _compare(operator: Operator, left: Value, right: Value) -> Truth:
    if left is None or right is None or left is UNKNOWN or right is UNKNOWN:
        return Truth.UNKNOWN
    return _truth(_COMPARISONS[operator](left, right))


_COMPARISONS: dict[Operator, Callable[[object, object], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,  # type: ignore[operator]
    "<=": lambda left, right: left <= right,  # type: ignore[operator]
    ">": lambda left, right: left > right,  # type: ignore[operator]
    ">=": lambda left, right: left >= right,  # type: ignore[operator]
}


def _linked(left: Value, right: Value) -> Truth:
    if left is UNKNOWN or right is UNKNOWN:
        return Truth.UNKNOWN
    return _truth(not set(ids(left)).isdisjoint(ids(right)))


def _member(item: Value, options: Any) -> Truth:
    if item is None or item is UNKNOWN or not isinstance(options, tuple):
        return Truth.UNKNOWN
    return _truth(item in options)


def _truth(answer: bool) -> Truth:
    return Truth.TRUE if answer else Truth.FALSE


def ids(link: Value) -> tuple[str, ...]:
    """The ids that a link holds: none, one or several."""
    if isinstance(link, tuple):
        return link
    return (link,) if isinstance(link, str) else ()
