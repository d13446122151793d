"""From the shape of a rule file to the nodes of a rule, each of which knows where it stands.

A condition's names and types are checked by the plan, which knows the vocabulary; what a rule file must hold is checked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rebild_policy.calendar import Duration
from rebild_policy.documents import DocumentReader, Map, line_of, read_document
from rebild_policy.errors import ExpressionError, Location, RuleError
from rebild_policy.examples import check_examples, read_examples
from rebild_policy.expressions import TRUE, Expression, Literal, parse
from rebild_policy.rulefiles import (
    AllShape,
    AnyShape,
    HoldsShape,
    NodeShape,
    QuantifierShape,
    RuleShape,
    SomeShape,
)
from rebild_policy.rules import By, Formula, Group, Holds, Measure, Quantifier, Rule, Window, Within

Place = tuple[str | int, ...]


class Builder:
    """Builds the nodes of one rule file and knows where each stands."""

    def __init__(self, reader: DocumentReader, document: Map) -> None:
        self.reader = reader
        self.document = document

    def at(self, place: Place) -> Location:
        """Where a part of the file stands."""
        return Location(self.reader.name, line_of(self.document, place))

    def fail(self, message: str, place: Place, remedy: str | None = None) -> RuleError:
        """The error for a part of the file."""
        return RuleError(message, at=self.at(place), remedy=remedy)

    def condition(self, text: str | bool | None, place: Place) -> Expression:
        """A condition, read; nothing is always true."""
        if text is None or isinstance(text, bool):
            return TRUE if text is None else Literal(text)
        try:
            return parse(text)
        except ExpressionError as error:
            raise ExpressionError(error.message, at=self.at(place), remedy=error.remedy) from None

    def group(self, nodes: Sequence[NodeShape], kind: Any, place: Place) -> Group:
        """A list of nodes as a group."""
        parts = tuple(self.node(node, (*place, number)) for number, node in enumerate(nodes))
        return Group(kind, parts, at=self.at(place))

    def node(self, node: NodeShape, place: Place) -> Formula:
        """One node."""
        match node:
            case HoldsShape():
                return Holds(self.condition(node.holds, (*place, "holds")), node.profile, at=self.at(place))
            case AllShape():
                parts = self.group(node.all, "all", (*place, "all")).parts
                return Group("all", parts, node.profile, at=self.at(place))
            case AnyShape():
                parts = self.group(node.any, "any", (*place, "any")).parts
                return Group("any", parts, node.profile, at=self.at(place))
        return self.quantifier(node, place)

    def quantifier(self, node: QuantifierShape, place: Place) -> Quantifier:
        """`some` or `none`."""
        kind: Any = "some" if isinstance(node, SomeShape) else "none"
        ((var, types),) = getattr(node, kind).items()
        if node.between and (node.before or node.after):
            raise self.fail("'between' goes without 'before' and 'after'.", place)
        after, before = node.between or (node.after, node.before)
        return Quantifier(
            kind=kind,
            var=var,
            types=tuple(types) if isinstance(types, list) else (types,),
            before=before,
            after=after,
            of=node.of,
            same=node.same,
            where=self.condition(node.where, (*place, "where")),
            window=self.window(node, place),
            profile=node.profile,
            at=self.at(place),
            lines={key: self.at((*place, key)).line for key in ("where", "within", "from", "by")},
        )

    def window(self, node: QuantifierShape, place: Place) -> Window | None:
        """The deadline of a quantifier, if it has one."""
        if node.by is not None:
            extra = next((name for name in ("within", "start", "paused_by", "roll") if getattr(node, name)), None)
            if extra:
                raise self.fail(f"'by' goes without '{extra.replace('start', 'from')}'.", (*place, "by"))
            return By(self.condition(node.by, (*place, "by")))
        if node.within is None:
            extra = next((name for name in ("start", "paused_by", "roll") if getattr(node, name)), None)
            if extra:
                raise self.fail(f"'{extra.replace('start', 'from')}' goes with 'within'.", place)
            return None
        if not (node.after or node.between or node.of):
            raise self.fail("'within' needs 'after', 'of' or 'between': what it is counted from.", (*place, "within"))
        duration = self.condition(self._duration(node.within, place), (*place, "within"))
        start = self.condition(node.start, (*place, "from")) if node.start else None
        return Within(duration, start, paused=bool(node.paused_by), roll=bool(node.roll))

    def _duration(self, text: str, place: Place) -> str:
        try:
            Duration.parse(text)
        except ValueError:
            return text
        remedy = "Name it in rules/parameters/ with its reference and write parameters.name."
        raise self.fail("a duration is always a parameter.", (*place, "within"), remedy)


def read_rule(path: Path) -> Rule:
    """The rule in a file, which is called like the rule. Raises `RuleError` with file and line."""
    reader, document = read_document(path, RuleError)
    shape = reader.model(document, RuleShape)
    build = Builder(reader, document)
    if shape.rule != path.stem:
        raise build.fail(f"the rule '{shape.rule}' stands in a file called '{path.name}'.", ("rule",), "Give both one name.")
    require = [HoldsShape(holds=False)] if shape.require == "never" else shape.require
    rule = Rule(
        name=shape.rule,
        title=shape.title.text,
        statements=tuple(shape.statements),
        law=tuple(shape.law),
        severity=shape.severity,
        each=tuple(shape.each.items()),
        condition=build.condition(shape.condition, ("if",)),
        unless=build.group(shape.unless, "any", ("unless",)),
        require=build.group(require, "all", ("require",)),
        message=shape.message.text,
        remedy=shape.remedy.text,
        not_formalised=shape.not_formalised.text,
        examples=read_examples(shape, build.at),
        profile=shape.profile,
        valid_from=shape.valid.since or date.min,
        valid_to=shape.valid.until or date.max,
        measure=_measure(shape, build),
        subsumed_by=shape.subsumed_by,
        assumption=shape.assumption.text if shape.assumption else None,
        lines=dict(document.lines),
        at=Location(reader.name, 1),
    )
    if rule.valid_from > rule.valid_to:
        raise build.fail("the rule is never in force.", ("valid",), "Write the first day as 'from' and the last as 'to'.")
    _check_bounded(rule.require)
    check_examples(rule)
    return rule


def _measure(shape: RuleShape, build: Builder) -> Measure | None:
    if shape.kind == "duty":
        if shape.measure:
            raise build.fail("a duty has no 'measure'.", ("measure",), "Write kind: statistic, or leave it out.")
        return None
    text = shape.measure or "share"
    if text == "share":
        return Measure("share")
    name, _, rest = text.removesuffix(")").partition("(")
    pair = [part.strip() for part in rest.split(",")]
    if name != "working_days" or len(pair) != len(("x", "y")):
        raise build.fail("a measure is 'share' or 'working_days(x, y)'.", ("measure",))
    return Measure("working_days", (pair[0], pair[1]))


def _check_bounded(formula: Formula) -> None:
    """Every duty has an end: what must come after something needs a last day."""
    if isinstance(formula, Group):
        for part in formula.parts:
            _check_bounded(part)
        return
    if not isinstance(formula, Quantifier) or formula.kind == "none" or not (formula.after or formula.of):
        return
    if not (formula.window or formula.before):
        remedy = "Write within: parameters.name (mark it as an assumption if the text gives none), by: or before:."
        raise RuleError("a required event that comes after another needs a deadline.", at=formula.at, remedy=remedy)
