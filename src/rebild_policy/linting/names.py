"""Names that stand for nothing: terms and parameters that no rule uses, events that a rule starts from and never speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from rebild_policy.errors import Location
from rebild_policy.expressions import Attribute, Before, Day, Expression, Parameter, Term, walk
from rebild_policy.linting.remarks import Remark
from rebild_policy.loading import RuleSet
from rebild_policy.plan.walks import expressions, quantifiers
from rebild_policy.rules import Rule


def unused_names(ruleset: RuleSet) -> Iterator[Remark]:
    """Terms and parameters that nothing uses, and events of `each` that `if` does not tie to the others."""
    used = [node for rule in ruleset.rules for whole in expressions(rule) for node in walk(whole)]
    terms = {node.name for node in used if isinstance(node, Term)}
    used += [node for name in terms if name in ruleset.terms for node in walk(ruleset.terms[name].means)]
    parameters = {node.name for node in used if isinstance(node, Parameter)}
    for name, term in ruleset.terms.items():
        if name not in terms:
            yield Remark("unused-term", name, f"no rule uses the term '{name}'.", term.at)
    for name, parameter in ruleset.parameters.items():
        if name not in parameters:
            yield Remark("unused-parameter", name, f"no rule uses the parameter '{name}'.", parameter.at)
    for rule in ruleset.rules:
        yield from _loose_events(rule)


def _loose_events(rule: Rule) -> Iterator[Remark]:
    """An event that `if` says nothing of is joined with every match of the others."""
    at = Location(rule.at.file, rule.lines.get("each", 1))
    spoken_of = set(_variables(rule.condition))
    elsewhere = {name for node in quantifiers(rule) for name in (node.before, node.after, node.of) if name}
    elsewhere |= {name for whole in expressions(rule) for name in _variables(whole)}
    for var, _ in rule.each[1:]:
        if var not in spoken_of:
            ending = "and nothing else speaks of it" if var not in elsewhere else "so every such event is joined with every other"
            yield Remark("loose-event", f"{rule.name}: {var}", f"{rule.name}: 'if' says nothing of '{var}', {ending}.", at)


def _variables(whole: Expression) -> Iterator[str]:
    for node in walk(whole):
        match node:
            case Attribute(var, _) | Day(var):
                yield var
            case Before(first, second):
                yield from (first, second)
            case Term(_, arguments):
                yield from arguments
