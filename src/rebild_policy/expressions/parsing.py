"""Reads a condition: a small subset of Python expressions, parsed with `ast` and never handed to Python."""

from __future__ import annotations

import ast

from rebild_policy.errors import ExpressionError
from rebild_policy.expressions.nodes import (
    FALSE,
    TRUE,
    And,
    Attribute,
    Before,
    Compare,
    Conditional,
    Day,
    Expression,
    Literal,
    Membership,
    Not,
    Operator,
    Or,
    Parameter,
    Present,
    Scalar,
    Term,
    children,
)

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
