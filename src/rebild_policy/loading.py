"""From a folder of YAML files to a `RuleSet`; everything that is wrong is named with file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from rebild_policy.building import Builder, read_rule
from rebild_policy.calendar import Duration
from rebild_policy.documents import read_document
from rebild_policy.errors import Location, ParameterError, RuleError, did_you_mean, shown
from rebild_policy.parameters import Dated, ParameterDefinition, TableRow, read_value
from rebild_policy.rulefiles import LawsShape, ParameterShape, RuleSetShape, StatementShape, StatementsShape, TermsShape
from rebild_policy.rules import Law, Rule, Statement, TermDefinition, Text

SPECIAL_FILES = ("ruleset.yaml", "terms.yaml", "statements.yaml", "laws.yaml", "exceptions.yaml")

T = TypeVar("T")


class Switch(NamedTuple):
    """One thing that an overlay changes: a parameter or a severity, to a value, or a rule that it switches off; and why."""

    kind: Literal["parameter", "severity", "off"]
    name: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class OverlayInfo:
    """The overlay that was put over a rule set. `digest` is the sha256 of its files, names included."""

    name: str
    title: Text
    digest: str
    switches: tuple[Switch, ...]


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
    laws: tuple[Law, ...] = ()
    overlay: OverlayInfo | None = None

    def law(self, reference: str) -> Law | None:
        """The law that a reference is to; None for one that `laws.yaml` does not have."""
        return next((law for law in self.laws if law.is_cited_in(reference)), None)

    def rule(self, name: str) -> Rule:
        """The rule called `name`. Raises `RuleError` naming the nearest."""
        found = next((rule for rule in self.rules if rule.name == name), None)
        if found is None:
            raise RuleError(f"unknown rule '{name}'.", remedy=did_you_mean(name, [rule.name for rule in self.rules]))
        return found

    def only(self, *names: str) -> RuleSet:
        """The same with some of its rules alone, in its own order. Raises `RuleError` for a name that it lacks."""
        kept = {self.rule(name).name for name in names}
        return replace(self, rules=tuple(rule for rule in self.rules if rule.name in kept))


def load_rules(folder: Path) -> RuleSet:
    """Read a folder: `ruleset.yaml`, `terms.yaml`, `statements.yaml`, `laws.yaml` (each may be left out), `parameters/`, rules.

    `exceptions.yaml` is read by what proves the rules, and not here. Raises `RuleError` for the first thing that is wrong.
    """
    ruleset, problems = load_what_can_be(folder)
    if problems:
        raise problems[0]
    return ruleset


def load_what_can_be(folder: Path) -> tuple[RuleSet, list[RuleError]]:
    """The part of a folder that can be read, and everything that is wrong with the rest, in the order of the files.

    Raises `RuleError` where there is no such folder.
    """
    if not folder.is_dir():
        raise RuleError("there is no such folder of rules.", at=Location(shown(folder)))
    files = _files(folder)
    special = {folder / name for name in SPECIAL_FILES}
    in_parameters = _of_parameters(folder, files)
    problems: list[RuleError] = []
    for stray in sorted(folder.rglob("*.yml")):
        remedy = "Rename it, or it is not read."
        problems.append(RuleError("a file of rules ends in .yaml.", at=Location(shown(stray)), remedy=remedy))
    nothing: dict[str, Statement] = {}
    statements = _kept(lambda: _statements(folder / "statements.yaml"), nothing, problems)
    read = [
        _kept(partial(read_rule, path), None, problems) for path in files if path not in special and path not in in_parameters
    ]
    if not read:
        problems.append(
            RuleError("the folder holds no rule.", at=Location(shown(folder)), remedy="Put one rule in a file *.yaml.")
        )
    no_laws: tuple[Law, ...] = ()
    laws = _kept(lambda: _laws(folder / "laws.yaml"), no_laws, problems)
    rules = [
        replace(rule, unverified=_unverified(rule, laws))
        for rule in _checked_set([rule for rule in read if rule], statements, problems)
    ]
    header = _kept(lambda: _header(folder), None, problems) or _own_header()
    parameters = [_kept(partial(_parameter, path), None, problems) for path in in_parameters]
    ruleset = RuleSet(
        name=header.ruleset,
        version=header.version,
        title=header.title.text,
        digest=folder_digest(folder),
        rules=tuple(rules),
        terms=_kept(lambda: _terms(folder / "terms.yaml"), {}, problems),
        parameters=_unique([parameter for parameter in parameters if parameter], problems),
        statements=statements,
        laws=laws,
    )
    return ruleset, problems


def _unverified(rule: Rule, laws: Sequence[Law]) -> tuple[str, ...]:
    """The references of a rule whose provision was not checked; none where the folder has no `laws.yaml`."""
    verified = (any(law.is_cited_in(one) and law.verifies(one) for law in laws) for one in rule.law)
    return tuple(one for one, checked in zip(rule.law, verified, strict=True) if laws and not checked)


def _kept(read: Callable[[], T], otherwise: T, problems: list[RuleError]) -> T:
    """What `read` gives; where it is wrong, that is noted and `otherwise` stands in."""
    try:
        return read()
    except RuleError as error:
        problems.append(error)
        return otherwise


def load_parameters(folder: Path) -> dict[str, ParameterDefinition]:
    """The parameters of a folder by name. Raises `RuleError` for the first thing that is wrong."""
    problems: list[RuleError] = []
    found = _unique([_parameter(path) for path in _of_parameters(folder, _files(folder))], problems)
    if problems:
        raise problems[0]
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.yaml") if path.is_file())


def _of_parameters(folder: Path, files: Sequence[Path]) -> list[Path]:
    return [path for path in files if (folder / "parameters") in path.parents]


def folder_digest(folder: Path) -> str:
    """The sha256 of the YAML files of a folder, names included."""
    digest = hashlib.sha256()
    for path in _files(folder):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _header(folder: Path) -> RuleSetShape:
    path = folder / "ruleset.yaml"
    if not path.exists():
        return _own_header()
    reader, document = read_document(path, RuleError)
    return reader.model(document, RuleSetShape)


def _own_header() -> RuleSetShape:
    title = {"da": "Egne regler", "en": "Rules of one's own"}
    return RuleSetShape.model_validate({"ruleset": "own-rules", "version": "0.0.0", "title": title})


def _unique(parameters: list[ParameterDefinition], problems: list[RuleError]) -> dict[str, ParameterDefinition]:
    found: dict[str, ParameterDefinition] = {}
    for parameter in parameters:
        if parameter.name in found:
            problems.append(ParameterError(f"the parameter '{parameter.name}' stands in two files.", at=parameter.at))
        found.setdefault(parameter.name, parameter)
    return found


def _checked_set(rules: list[Rule], statements: dict[str, Statement], problems: list[RuleError]) -> list[Rule]:
    """The rules, each of its own name, that name only what there is."""
    by_name: dict[str, Rule] = {}
    for rule in rules:
        if rule.name in by_name:
            problems.append(RuleError(f"the rule '{rule.name}' stands in two files.", at=rule.at))
        by_name.setdefault(rule.name, rule)
    named = [rule for rule in by_name.values() if _kept(partial(_check_names, rule, by_name, statements), False, problems)]
    return [rule for rule in named if _kept(partial(_check_told, rule, by_name), False, problems)]


def _check_names(rule: Rule, by_name: dict[str, Rule], statements: dict[str, Statement]) -> bool:
    wrong = next((name for name in rule.statements if statements and name not in statements), None)
    if wrong:
        raise RuleError(f"unknown statement '{wrong}'.", at=_at(rule, "statements"), remedy=did_you_mean(wrong, statements))
    if rule.subsumed_by and rule.subsumed_by not in by_name:
        remedy = did_you_mean(rule.subsumed_by, by_name)
        raise RuleError(f"unknown rule '{rule.subsumed_by}'.", at=_at(rule, "subsumed_by"), remedy=remedy)
    return True


def _check_told(rule: Rule, by_name: dict[str, Rule]) -> bool:
    """Somebody tells of the fault: rules that are each subsumed by the next would hide it between them."""
    passed, other = {rule.name}, rule
    while other.subsumed_by in by_name:
        if other.subsumed_by in passed:
            raise RuleError(f"'{rule.name}' is subsumed by itself, so that no rule would tell.", at=_at(rule, "subsumed_by"))
        passed.add(other.subsumed_by)
        other = by_name[other.subsumed_by]
    return True


def _at(rule: Rule, key: str) -> Location:
    return Location(rule.at.file, rule.lines.get(key, 1))


# ------------------------------------------------------------------------------------------------------------ other files
def _each(path: Path, model: type[Any], use: Callable[[Any, Builder], T], nothing: T) -> T:
    if not path.exists():
        return nothing
    reader, document = read_document(path, RuleError)
    return use(reader.model(document, model), Builder(reader, document))


def _terms(path: Path) -> dict[str, TermDefinition]:
    def use(shape: TermsShape, build: Builder) -> dict[str, TermDefinition]:
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
    def use(shape: StatementsShape, build: Builder) -> dict[str, Statement]:
        found: dict[str, Statement] = {}
        for number, item in enumerate(shape.statements):
            if item.section not in shape.sections:
                remedy = did_you_mean(item.section, shape.sections)
                raise build.fail(f"unknown section '{item.section}'.", ("statements", number, "section"), remedy)
            if item.id in found:
                raise build.fail(f"the statement '{item.id}' stands here twice.", ("statements", number))
            _check_question(item, number, build)
            found[item.id] = Statement(
                id=item.id,
                section=shape.sections[item.section].text,
                gloss=item.gloss.text,
                quote=item.quote,
                modality=item.modality,
                law=tuple(item.law),
                answer=item.answer,
                question=item.question.text if item.question else None,
                reason=item.reason.text if item.reason else None,
                across=item.across,
                at=build.at(("statements", number)),
            )
        return found

    return _each(path, StatementsShape, use, {})


def _check_question(item: StatementShape, number: int, build: Builder) -> None:
    """People are asked what they judge: all of it, or how well something is done that rules find to be there."""
    if item.answer == "review" and item.question is None:
        remedy = "Write the question that a reviewer of a case answers with yes, no or can't tell."
        raise build.fail(f"'{item.id}' is judged by people and has no question.", ("statements", number, "answer"), remedy)
    if item.question is not None and item.answer not in {"review", "rules"}:
        remedy = "A question goes with 'answer: review', or with 'answer: rules' where people judge the quality."
        raise build.fail(f"nobody is asked about '{item.id}'.", ("statements", number, "question"), remedy)


def _laws(path: Path) -> tuple[Law, ...]:
    def use(shape: LawsShape, build: Builder) -> tuple[Law, ...]:  # noqa: ARG001 - as every file is read
        return tuple(Law(law.name, law.title.text, tuple(law.verified)) for law in shape.laws)

    return _each(path, LawsShape, use, ())


def _parameter(path: Path) -> ParameterDefinition:
    reader, document = read_document(path, RuleError)
    shape = reader.model(document, ParameterShape)
    build = Builder(reader, document)
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
