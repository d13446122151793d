"""The nodes of the language that a rule uses: what the tests count, and what the table of engines lists."""

from __future__ import annotations

from rebild_policy.examples import has_window
from rebild_policy.expressions import walk
from rebild_policy.plan.walks import quantifiers
from rebild_policy.rules import By, Formula, Group, Holds, Rule, Within


def features(rule: Rule) -> set[str]:
    """Every node, option and kind of expression that a rule uses."""
    found = {f"joined {len(rule.each)}", *expressions_in(rule)}
    found |= {"statistic"} if rule.measure else set()
    found |= {"subsumed"} if rule.subsumed_by else set()
    found |= {"valid"} if rule.valid_from.year > 1 else set()
    found |= {"profile of rule"} if rule.profile else set()
    found |= {"window in unless"} if has_window(rule.unless) else set()
    for part in (*parts(rule.unless), *parts(rule.require)):
        found |= {"profile of item"} if part.profile else set()
        found.add(part.kind if isinstance(part, Group) else type(part).__name__)
    for node in quantifiers(rule):
        found |= {node.kind, *(name for name in ("before", "after", "of", "same") if getattr(node, name))}
        found |= {"types"} if len(node.types) > 1 else {"any_event"} & set(node.types)
        match node.window:
            case Within(_, start, paused, roll):
                found |= {"Within", *(["from"] if start else []), *(["paused"] if paused else []), *(["roll"] if roll else [])}
            case By():
                found.add("By")
    return found


def expressions_in(rule: Rule) -> set[str]:
    """The kinds of expressions in a rule's conditions and windows."""
    inner = (*parts(rule.unless), *parts(rule.require))
    written = [rule.condition, *(part.condition for part in inner if isinstance(part, Holds))]
    for node in quantifiers(rule):
        written.append(node.where)
        match node.window:
            case Within(duration, start):
                written += [duration, *([start] if start else [])]
            case By(day):
                written.append(day)
    return {type(node).__name__ for expression in written for node in walk(expression)}


def parts(formula: Formula) -> list[Formula]:
    """A formula and all that is below it."""
    return [formula, *(inner for part in formula.parts for inner in parts(part))] if isinstance(formula, Group) else [formula]
