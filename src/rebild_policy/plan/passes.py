"""The passes that turn a rule as written into a rule that an engine can run. Each takes a rule and gives a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import TypeVar

from rebild_policy.errors import ExpressionError, Location, RuleError, did_you_mean
from rebild_policy.expressions import (
    TRUE,
    And,
    Attribute,
    Before,
    Compare,
    Conditional,
    Day,
    Expression,
    Field,
    Not,
    Or,
    Present,
    Term,
    conjunction,
    conjuncts,
    transform,
    walk,
)
from rebild_policy.facts import ANY_EVENT, Coverage, FieldSpec, Vocabulary, field_is_covered
from rebild_policy.plan.types import Checker, Scope
from rebild_policy.plan.walks import each_expression, each_of_window, each_quantifier, place_in, quantifiers, with_place
from rebild_policy.plan.wording import check_wording
from rebild_policy.rules import Formula, Group, Holds, Profile, Quantifier, Rule, TermDefinition, Window, Within

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Context:
    """What the passes know beside the rule."""

    vocabulary: Vocabulary
    terms: Mapping[str, TermDefinition]
    checker: Checker
    profile: Profile
    source: Coverage  # what the export covers
    coverage: Coverage  # that, less the gaps of one case

    def covers(self, type_: str, field: str) -> bool:
        """Is an empty field a fact?"""
        return field_is_covered(self.source, self.coverage, type_, field)


Pass = Callable[[Rule, Context], Rule]


# --------------------------------------------------------------------------------------------------------------- profiles
def select_profile(rule: Rule, context: Context) -> Rule:
    """Drop the items of the other profile. An `unless` may be left with none; elsewhere nothing would mean yes, or no."""
    unless, require = (_in_profile(group, context.profile) for group in (rule.unless, rule.require))
    for group in (require, *(part for part in unless.parts if isinstance(part, Group))):
        _check_left(group, context.profile)
    return replace(rule, unless=unless, require=require)


def _in_profile(group: Group, profile: Profile) -> Group:
    kept = (part for part in group.parts if part.profile in {None, profile})
    return replace(group, parts=tuple(_in_profile(part, profile) if isinstance(part, Group) else part for part in kept))


def _check_left(group: Group, profile: Profile) -> None:
    if not group.parts:
        raise RuleError(f"nothing is left here in the profile '{profile}'.", at=group.at, remedy="Give the whole its profile.")
    for part in group.parts:
        if isinstance(part, Group):
            _check_left(part, profile)


def count_what_is_known(rule: Rule, context: Context) -> Rule:  # noqa: ARG001 - every pass takes the same
    """A statistic requires its `if`, too: a match to which it may not apply is undetermined, and never counted as met."""
    if rule.measure is None or rule.condition == TRUE:
        return rule
    at = Location(rule.at.file, rule.lines.get("if", 1))
    return replace(rule, require=replace(rule.require, parts=(Holds(rule.condition, at=at), *rule.require.parts)))


# ------------------------------------------------------------------------------------------------------------------ names
def expand_terms(rule: Rule, context: Context) -> Rule:
    """Put the definitions in place of the terms, in conditions and in the dates of windows."""

    def expand(node: Expression) -> Expression:
        return definition(node) if isinstance(node, Term) else node

    def window(node: Quantifier) -> Quantifier:
        return replace(node, window=each_of_window(node, lambda part: transform(part, expand)))

    def definition(term: Term) -> Expression:
        known = context.terms.get(term.name)
        if known is None:
            raise ExpressionError(f"unknown term '{term.name}'.", remedy=did_you_mean(term.name, [*context.terms, *_CALLS]))
        if len(term.arguments) != len(known.parameters):
            raise ExpressionError(f"{term.name}() takes {len(known.parameters)} events.")
        return applied(known, term, known.means)

    return each_expression(each_quantifier(rule, window), lambda node, _: transform(node, expand))


def applied(definition: TermDefinition, term: Term, part: Expression) -> Expression:
    """A part of a term's definition, said of the events that the term is asked of."""
    names = dict(zip((name for name, _ in definition.parameters), term.arguments, strict=True))
    return transform(part, lambda node: _renamed(node, names))


def check_term(term: TermDefinition, context: Context) -> None:
    """Check a term by itself, so that an error in it is found where it stands, and without a rule that uses it."""
    for node in walk(term.means):
        if isinstance(node, Term):
            raise ExpressionError(f"a term can't use another term ('{node.name}').", remedy="Write the condition out.")
    for _, type_ in term.parameters:
        context.vocabulary.event_type(type_)
    context.checker.condition(term.means, {var: (type_,) for var, type_ in term.parameters})


_CALLS = ("present", "day", "before")
_RESERVED = {"case", "parameters", "self"}


def _renamed(node: Expression, names: Mapping[str, str]) -> Expression:
    match node:
        case Attribute(var, name):
            return Attribute(names.get(var, var), name)
        case Day(var):
            return Day(names.get(var, var))
        case Before(first, second):
            return Before(names.get(first, first), names.get(second, second))
    return node


def check_bindings(rule: Rule, context: Context) -> Rule:
    """Every event type and every variable that a rule names exists, and windows name only what `each` binds."""
    at = Location(rule.at.file, rule.lines.get("each", 1))
    for var, type_ in rule.each:
        if type_ == ANY_EVENT:
            raise RuleError("'each' binds one event type.", at=at)
        with_place(partial(context.vocabulary.event_type, type_), at)
        if var in _RESERVED:
            raise RuleError(f"'{var}' can't be the name of an event.", at=at)
    bound = dict(rule.each)
    for var in rule.measure.between or () if rule.measure else ():
        if var not in bound:
            at = Location(rule.at.file, rule.lines.get("measure", 1))
            raise RuleError(f"'{var}' is not bound by 'each'.", at=at, remedy=did_you_mean(var, bound))
    for node in quantifiers(rule):
        if node.var in bound or node.var in _RESERVED:
            raise RuleError(f"'{node.var}' is bound already.", at=node.at, remedy="Choose another name.")
        for type_ in node.types:
            with_place(partial(context.vocabulary.event_type, type_), node.at)
        for other in (node.before, node.after, node.of):
            if other is not None and other not in bound:
                raise RuleError(f"'{other}' is not bound by 'each'.", at=node.at, remedy=did_you_mean(other, bound))
    return rule


def check_messages(rule: Rule, context: Context) -> Rule:
    """Messages show what is there, and no text of the case."""
    check_wording(rule, context.vocabulary)
    return rule


# --------------------------------------------------------------------------------------------------------- several types
def split_types(rule: Rule, context: Context) -> Rule:
    """A quantifier over types that differ in what is covered, or in the link it follows, becomes one for each kind.

    `some` over a union is `any` of the parts and `none` is `all` of them, so nothing changes but that a field is now
    covered or not, once and for all.
    """

    def split(node: Quantifier) -> Formula:
        types = tuple(context.vocabulary.types) if node.types == (ANY_EVENT,) else node.types
        if len(types) == 1:
            return node
        names = sorted({part.name for part in walk(node.where) if isinstance(part, Attribute) and part.var == node.var})
        names += [node.same] if node.same else []
        target = dict(rule.each).get(node.of or "")

        def kind(type_: str) -> str:
            specs = context.vocabulary.event_type(type_).fields
            link = _link(type_, target, context.vocabulary) if target else ""
            direction = specs[link].link if link else None
            return repr((link, direction, [_standing(type_, specs.get(name), context) for name in [*names, link]]))

        groups = [tuple(part) for _, part in groupby(sorted(types, key=kind), key=kind)]
        if len(groups) == 1:
            return node
        # Whether the whole list is covered, every part must know: a part that is would call the question open too soon.
        covered = all(context.coverage.covers(type_) for type_ in types)
        parts = tuple(replace(node, types=part, covered=covered) for part in groups)
        return Group("any" if node.kind == "some" else "all", parts, node.profile, at=node.at)

    return each_quantifier(rule, split)


def _standing(type_: str, spec: FieldSpec | None, context: Context) -> tuple[object, ...]:
    """What a field of a type rests on: its expression, if it has one, and what of it is covered."""
    if spec is None:
        return ()
    rests_on = [spec.derived or spec.fallback] if spec.derived or spec.fallback else []
    behind = {part.name for one in rests_on if one for part in walk(one.expression) if isinstance(part, Attribute)}
    texts = [one.text for one in rests_on if one]
    return (texts, [context.covers(type_, name) for name in sorted({spec.name, *behind})])


def _link(type_: str, target: str, vocabulary: Vocabulary) -> str:
    links = vocabulary.event_type(type_).links_to(target)
    if len(links) != 1:
        what = "no link" if not links else "several links"
        raise RuleError(f"{type_} has {what} to {target}.", remedy="Leave 'of' out and compare ids in 'where'.")
    return links[0].name


# ------------------------------------------------------------------------------------------------------------ conditions
def place_candidates(rule: Rule, context: Context) -> Rule:
    """Say the place, the link and the matter of a candidate as conditions, before what the author wrote."""
    bound = dict(rule.each)

    def place(node: Quantifier) -> Quantifier:
        parts: list[Expression] = []
        before, after = node.before, node.after
        if node.of is not None:
            link = _link(node.types[0], bound[node.of], context.vocabulary)
            parts.append(Compare("==", Attribute(node.var, link), Attribute(node.of, "id")))
            spec = context.vocabulary.event_type(node.types[0]).fields[link].link
            if spec and not spec.forward and after != node.of:
                parts.append(Before(node.of, node.var))
                after = after or node.of
        if node.same is not None:
            parts.append(Compare("==", Attribute(node.var, node.same), Attribute(_holder(node.same, rule, context), node.same)))
        if node.after is not None:
            parts.append(Before(node.after, node.var))
        if before is not None:
            parts.append(Before(node.var, before))
        return replace(node, after=after, where=conjunction([*parts, node.where]))

    return each_quantifier(rule, place)


def _holder(name: str, rule: Rule, context: Context) -> str:
    """The bound event that has the field of a `same`."""
    holders = [var for var, type_ in rule.each if name in context.vocabulary.event_type(type_).fields]
    if not holders:
        fields = {field for _, type_ in rule.each for field in context.vocabulary.event_type(type_).fields}
        raise RuleError(f"no bound event has the field '{name}'.", remedy=did_you_mean(name, fields))
    return holders[0]


def check_types(rule: Rule, context: Context) -> Rule:
    """Check every condition against the vocabulary; equality on a link becomes `Linked`."""
    bound: Scope = {var: (type_,) for var, type_ in rule.each}

    def quantifier(node: Quantifier) -> Quantifier:
        scope = {**bound, node.var: node.types}
        where = with_place(partial(context.checker.condition, node.where, scope), place_in(node, "where"))
        return replace(node, where=where, window=_checked_window(node, bound, context.checker))

    checked = each_quantifier(rule, quantifier)
    return each_expression(checked, lambda node, own: node if own else context.checker.condition(node, bound))


def _checked_window(node: Quantifier, bound: Scope, checker: Checker) -> Window | None:
    if isinstance(node.window, Within) and node.window.start is None:
        # Counted from the day of the event it follows, unless the author says from where.
        node = replace(node, window=replace(node.window, start=Day(node.of or node.after or "")))
    return each_of_window(node, lambda part: checker.date(part, bound), lambda part: checker.duration(part, bound))


# ------------------------------------------------------------------------------------------------------ fields and coverage
def resolve_fields(rule: Rule, context: Context) -> Rule:
    """Derived fields become their expressions; every other field learns its default and whether it is covered."""
    bound = {var: (type_,) for var, type_ in rule.each}

    def resolver(scope: Scope) -> Callable[[Expression], Expression]:
        def resolve(node: Expression) -> Expression:
            return _resolved(node, scope, context) if isinstance(node, Attribute) else node

        return resolve

    def quantifier(node: Quantifier) -> Quantifier:
        window = each_of_window(node, lambda part: transform(part, resolver(bound)))
        if isinstance(window, Within):
            computable = not window.paused or context.coverage.covers("suspension", "until")
            window = replace(window, computable=computable)
        types = context.vocabulary.types if node.types == (ANY_EVENT,) else node.types
        where = transform(node.where, resolver({**bound, node.var: node.types}))
        covered = node.covered and all(context.coverage.covers(type_) for type_ in types)
        return replace(node, where=where, window=window, covered=covered)

    resolved = each_quantifier(rule, quantifier)
    return each_expression(resolved, lambda node, own: node if own else transform(node, resolver(bound)))


def _resolved(node: Attribute, scope: Scope, context: Context) -> Expression:
    if node.var == "case":
        return Field("case", node.name, covered=context.covers("case", node.name))
    spec = context.vocabulary.field(scope[node.var], node.name)
    if spec.derived:
        return transform(spec.derived.expression, lambda part: _of_event(part, node.var, scope, context))
    field = _field(node.var, spec, scope, context)
    if spec.fallback is None:
        return field
    otherwise = transform(spec.fallback.expression, lambda part: _of_event(part, node.var, scope, context, spec))
    return Conditional(Present(replace(field, covered=True)), field, otherwise)


def _of_event(node: Expression, var: str, scope: Scope, context: Context, own: FieldSpec | None = None) -> Expression:
    """A part of a derived field's expression, said of the event `var`; the field itself means what is on record."""
    match node:
        case Attribute("self", name) if own and own.name == name:
            return _field(var, own, scope, context)
        case Attribute("self", name):
            return _resolved(Attribute(var, name), scope, context)
        case Day("self"):
            return Day(var)
    return node


def _field(var: str, spec: FieldSpec, scope: Scope, context: Context) -> Field:
    types = context.vocabulary.types if scope[var] == (ANY_EVENT,) else scope[var]
    covered = spec.kind == "id" or all(context.covers(type_, spec.name) for type_ in types)
    return Field(var, spec.name, default=spec.default, covered=covered)


def simplify(rule: Rule, context: Context) -> Rule:  # noqa: ARG001 - every pass takes the same
    """Flatten `and` and `or`, and drop what is always true from an `and`."""
    return each_expression(rule, lambda node, _: transform(node, _simplified))


def _simplified(node: Expression) -> Expression:
    match node:
        case And(parts):
            return conjunction([inner for part in parts for inner in conjuncts(part)])
        case Or(parts):
            return Or(tuple(inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))))
        case Not(Not(part)):
            return part
    return node


PASSES: tuple[Pass, ...] = (
    select_profile,
    count_what_is_known,
    expand_terms,
    check_bindings,
    check_messages,
    split_types,
    place_candidates,
    check_types,
    resolve_fields,
    simplify,
)
