"""From a folder of YAML files to a `RuleSet`; everything that is wrong is named with file and line.

A condition's names and types are checked by the plan, which knows the vocabulary; what a rule file must hold is checked here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from rebild_policy.calendar import Duration
from rebild_policy.documents import DocumentReader, Map, line_of, read_document
from rebild_policy.errors import ExpressionError, Location, ParameterError, RuleError, did_you_mean, shown
from rebild_policy.examples import check_examples, read_examples
from rebild_policy.expressions import TRUE, Expression, Literal, parse
from rebild_policy.parameters import Dated, ParameterDefinition, TableRow, read_value
from rebild_policy.rulefiles import (
    AllShape,
    AnyShape,
    HoldsShape,
    NodeShape,
    ParameterShape,
    QuantifierShape,
    RuleSetShape,
    RuleShape,
    SomeShape,
    StatementsShape,
    TermsShape,
)
from rebild_policy.rules import (
    By,
    Formula,
    Group,
    Holds,
    Measure,
    Quantifier,
    Rule,
    Statement,
    TermDefinition,
    Text,
    Window,
    Within,
)

T = TypeVar("T")
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class RuleSet:
    """Everything in a folder of rules. `digest` is the sha256 of its files, names included."""

    name: str
    version: str
    title: Text
    digest: str
    rules: tuple[Rule, ...]
    terms: dict[str, TermDefinition] = field(default_factory=dict)
    parameters: dict[str, ParameterDefinition] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)

    def rule(self, name: str) -> Rule:
        """The rule called `name`. Raises `RuleError` naming the nearest."""
        found = next((rule for rule in self.rules if rule.name == name), None)
        if found is None:
            raise RuleError(f"unknown rule '{name}'.", remedy=did_you_mean(name, [rule.name for rule in self.rules]))
        return found


def load_rules(folder: Path) -> RuleSet:
    """Read a folder: `ruleset.yaml`, `terms.yaml`, `statements.yaml` (each may be left out), `parameters/`, and rules.

    `exceptions.yaml` is read by what proves the rules, and not here.

    Raises `RuleError` for the first thing that is wrong.
    """
    if not folder.is_dir():
        raise RuleError("there is no such folder of rules.", at=Location(shown(folder)))
    files = sorted(path for path in folder.rglob("*.yaml") if path.is_file())
    for stray in sorted(folder.rglob("*.yml")):
        raise RuleError("a file of rules ends in .yaml.", at=Location(shown(stray)), remedy="Rename it, or it is not read.")
    special = {folder / name for name in ("ruleset.yaml", "terms.yaml", "statements.yaml", "exceptions.yaml")}
    in_parameters = [path for path in files if (folder / "parameters") in path.parents]
    statements = _statements(folder / "statements.yaml")
    rules = [_rule(path) for path in files if path not in special and path not in in_parameters]
    if not rules:
        raise RuleError("the folder holds no rule.", at=Location(shown(folder)), remedy="Put one rule in a file *.yaml.")
    _check_set(rules, statements)
    header = _header(folder)
    return RuleSet(
        name=header.ruleset,
        version=header.version,
        title=header.title.text,
        digest=_digest(folder, files),
        rules=tuple(rules),
        terms=_terms(folder / "terms.yaml"),
        parameters=_unique([_parameter(path) for path in in_parameters]),
        statements=statements,
    )


def _digest(folder: Path, files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        data = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _header(folder: Path) -> RuleSetShape:
    path = folder / "ruleset.yaml"
    if not path.exists():
        title = {"da": "Egne regler", "en": "Rules of one's own"}
        return RuleSetShape.model_validate({"ruleset": "own-rules", "version": "0.0.0", "title": title})
    reader, document = read_document(path, RuleError)
    return reader.model(document, RuleSetShape)


def _unique(parameters: list[ParameterDefinition]) -> dict[str, ParameterDefinition]:
    found: dict[str, ParameterDefinition] = {}
    for parameter in parameters:
        if parameter.name in found:
            raise ParameterError(f"the parameter '{parameter.name}' stands in two files.", at=parameter.at)
        found[parameter.name] = parameter
    return found


def _check_set(rules: list[Rule], statements: dict[str, Statement]) -> None:
    by_name: dict[str, Rule] = {}
    for rule in rules:
        if rule.name in by_name:
            raise RuleError(f"the rule '{rule.name}' stands in two files.", at=rule.at)
        by_name[rule.name] = rule
    for rule in rules:
        wrong = next((name for name in rule.statements if statements and name not in statements), None)
        if wrong:
            raise RuleError(f"unknown statement '{wrong}'.", at=_at(rule, "statements"), remedy=did_you_mean(wrong, statements))
        if rule.subsumed_by and rule.subsumed_by not in by_name:
            remedy = did_you_mean(rule.subsumed_by, by_name)
            raise RuleError(f"unknown rule '{rule.subsumed_by}'.", at=_at(rule, "subsumed_by"), remedy=remedy)
    for rule in rules:
        _check_told(rule, by_name)


def _check_told(rule: Rule, by_name: dict[str, Rule]) -> None:
    """Somebody tells of the fault: rules that are each subsumed by the next would hide it between them."""
    passed, other = {rule.name}, rule
    while other.subsumed_by:
        if other.subsumed_by in passed:
            raise RuleError(f"'{rule.name}' is subsumed by itself, so that no rule would tell.", at=_at(rule, "subsumed_by"))
        passed.add(other.subsumed_by)
        other = by_name[other.subsumed_by]


def _at(rule: Rule, key: str) -> Location:
    return Location(rule.at.file, rule.lines.get(key, 1))


# ------------------------------------------------------------------------------------------------------------------- rule
class _Builder:
    """Builds the nodes of one rule file and knows where each stands."""

    def __init__(self, reader: DocumentReader, document: Map) -> None:
        self.reader = reader
        self.document = document

    def at(self, place: Place) -> Location:
        return Location(self.reader.name, line_of(self.document, place))

    def fail(self, message: str, place: Place, remedy: str | None = None) -> RuleError:
        return RuleError(message, at=self.at(place), remedy=remedy)

    def condition(self, text: str | bool | None, place: Place) -> Expression:
        if text is None or isinstance(text, bool):
            return TRUE if text is None else Literal(text)
        try:
            return parse(text)
        except ExpressionError as error:
            raise ExpressionError(error.message, at=self.at(place), remedy=error.remedy) from None

    def group(self, nodes: Sequence[NodeShape], kind: Any, place: Place) -> Group:
        parts = tuple(self.node(node, (*place, number)) for number, node in enumerate(nodes))
        return Group(kind, parts, at=self.at(place))

    def node(self, node: NodeShape, place: Place) -> Formula:
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


def _rule(path: Path) -> Rule:
    reader, document = read_document(path, RuleError)
    shape = reader.model(document, RuleShape)
    build = _Builder(reader, document)
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


def _measure(shape: RuleShape, build: _Builder) -> Measure | None:
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


# ------------------------------------------------------------------------------------------------------------ other files
def _each(path: Path, model: type[Any], use: Callable[[Any, _Builder], T], nothing: T) -> T:
    if not path.exists():
        return nothing
    reader, document = read_document(path, RuleError)
    return use(reader.model(document, model), _Builder(reader, document))


def _terms(path: Path) -> dict[str, TermDefinition]:
    def use(shape: TermsShape, build: _Builder) -> dict[str, TermDefinition]:
        return {
            name: TermDefinition(
                name=name,
                title=term.title.text,
                parameters=tuple(term.of.items()),
                means=build.condition(term.means, ("terms", name, "means")),
                at=build.at(("terms", name, "means")),
            )
            for name, term in shape.terms.items()
        }

    return _each(path, TermsShape, use, {})


def _statements(path: Path) -> dict[str, Statement]:
    def use(shape: StatementsShape, build: _Builder) -> dict[str, Statement]:
        found: dict[str, Statement] = {}
        for number, item in enumerate(shape.statements):
            if item.section not in shape.sections:
                remedy = did_you_mean(item.section, shape.sections)
                raise build.fail(f"unknown section '{item.section}'.", ("statements", number, "section"), remedy)
            if item.id in found:
                raise build.fail(f"the statement '{item.id}' stands here twice.", ("statements", number))
            section, reason = shape.sections[item.section].text, item.reason.text if item.reason else None
            law = tuple(item.law)
            found[item.id] = Statement(item.id, section, item.gloss.text, item.quote, item.modality, law, item.answer, reason)
        return found

    return _each(path, StatementsShape, use, {})


def _parameter(path: Path) -> ParameterDefinition:
    reader, document = read_document(path, RuleError)
    shape = reader.model(document, ParameterShape)
    build = _Builder(reader, document)
    if bool(shape.rows) != (shape.kind == "table") or bool(shape.values) == (shape.kind == "table"):
        raise build.fail("a table has 'rows', every other kind has 'values'.", ("parameter",))
    try:
        values = tuple(
            Dated(dated.since, read_value(shape.kind, dated.value, shape.parameter), dated.reference) for dated in shape.values
        )
    except ParameterError as error:
        raise ParameterError(error.message, at=build.at(("values",)), remedy=error.remedy) from None
    if [dated.since for dated in values] != sorted({dated.since for dated in values}):
        raise build.fail("the values stand oldest first, each with its own day.", ("values",))
    return ParameterDefinition(
        name=shape.parameter,
        kind=shape.kind,
        title=shape.title.text,
        values=values,
        rows=tuple(
            TableRow(
                key=row.case_kind,
                value=Duration(row.value, row.unit),
                valid_from=row.valid_from,
                valid_to=row.valid_to or date.max,
                in_force=row.in_force,
                start=row.start,
                end=row.end,
                adopted_on=row.adopted_on,
                adopted_by=row.adopted_by,
                published_at=row.published_at,
            )
            for row in shape.rows
        ),
        assumption=shape.assumption.text if shape.assumption else None,
        at=Location(reader.name, 1),
    )
