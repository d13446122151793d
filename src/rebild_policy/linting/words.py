"""What a rule set says to people: names, citations, translations, and statements that nothing answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rebild_policy.errors import Location, did_you_mean
from rebild_policy.linting.remarks import Remark
from rebild_policy.loading import RuleSet
from rebild_policy.plan.wording import PLACE
from rebild_policy.rules import Rule, Text

# A name says what went wrong. These words do; the others say what should have been done.
_FAULT: Final = frozenset(
    """without not no non missing late before after despite over exceeded bypassed ignored refused broken outstanding wrong
    unreasoned unanswered undocumented unsuited incomplete misdirected premature declared against
    elsewhere despite unheard untold""".split()  # noqa: SIM905
)
_CURE: Final = frozenset(
    """must should shall ensure require required requires check verify always duty obligation provide give timely properly
    correct complete valid good have has be""".split()  # noqa: SIM905
)
UNFINISHED: Final = re.compile(r"\b(TODO|FIXME|XXX)\b")


def odd_names(ruleset: RuleSet) -> Iterator[Remark]:
    """Rules named for the cure. A statistic is named for what it counts."""
    for rule in ruleset.rules:
        words = set(rule.name.split("-"))
        if rule.measure is None and (words & _CURE or not words & _FAULT):
            message = f"'{rule.name}' may name the cure; a rule is named for the fault, as 'decision-without-hearing' is."
            yield Remark("name-of-the-cure", rule.name, message, rule.at)


def missing_citations(ruleset: RuleSet) -> Iterator[Remark]:
    """Rules that cite nothing beside the guideline, and values that do not say where they are written."""
    for rule in ruleset.rules:
        if not any(reference.strip() for reference in rule.law):
            at = Location(rule.at.file, rule.lines.get("law", 1))
            yield Remark("no-citation", rule.name, f"{rule.name}: 'law' names no statute or principle.", at)
        for reference in rule.law if ruleset.laws else ():
            if ruleset.law(reference) is None:
                at = Location(rule.at.file, rule.lines.get("law", 1))
                about, nearest = f"{rule.name}: {reference}", did_you_mean(reference, [law.name for law in ruleset.laws])
                yield Remark("unknown-law", about, f"{rule.name}: laws.yaml has no '{reference}'. {nearest}", at)
    for parameter in ruleset.parameters.values():
        for dated in parameter.values:
            if not dated.reference.strip():
                about = f"{parameter.name}: {dated.since}"
                yield Remark(
                    "no-citation", about, f"{parameter.name}: the value of {dated.since} has no reference.", parameter.at
                )
        for row in parameter.rows:
            if row.in_force and not row.published_at:
                about = f"{parameter.name}: {row.key}: {row.valid_from}"
                message = f"{parameter.name}: the row of '{row.key}' from {row.valid_from} says not where it is published."
                yield Remark("no-citation", about, message, parameter.at)


def odd_translations(ruleset: RuleSet) -> Iterator[Remark]:
    """Texts left in one language or unfinished, and facts that a message shows in one language only."""
    for where, text, at in _texts(ruleset):
        if UNFINISHED.search(text.da) or UNFINISHED.search(text.en):
            yield Remark("unfinished", where, f"{where}: this is to be filled in.", at)
        elif text.da == text.en and " " in text.da:
            yield Remark("untranslated", where, f"{where}: the same words in Danish and English.", at)
        elif set(PLACE.findall(text.da)) != set(PLACE.findall(text.en)):
            yield Remark("untranslated", where, f"{where}: the two languages show different facts in braces.", at)


def _texts(ruleset: RuleSet) -> Iterator[tuple[str, Text, Location]]:
    for rule in ruleset.rules:
        yield from _texts_of(rule)
    for term in ruleset.terms.values():
        yield term.name, term.title, term.at
    for parameter in ruleset.parameters.values():
        yield parameter.name, parameter.title, parameter.at
    for statement in ruleset.statements.values():
        yield statement.id, statement.gloss, statement.at


def _texts_of(rule: Rule) -> Iterator[tuple[str, Text, Location]]:
    for key in ("title", "message", "remedy", "not_formalised", "assumption"):
        text: Text | None = getattr(rule, key)
        if text is not None:
            yield f"{rule.name}: {key}", text, Location(rule.at.file, rule.lines.get(key, 1))
    for example in rule.examples:
        yield f"{rule.name}: example '{example.name.en}'", example.name, example.at


def unanswered_statements(ruleset: RuleSet) -> Iterator[Remark]:
    """Statements that are to be decided by rules, or counted, and that no rule names."""
    counted = {name for rule in ruleset.rules if rule.measure for name in rule.statements}
    decided = {name for rule in ruleset.rules if not rule.measure for name in rule.statements}
    for statement in ruleset.statements.values():
        at = statement.at
        if statement.answer == "rules" and statement.id not in decided:
            yield Remark("statement-without-rule", statement.id, f"{statement.id}: rules are to decide it, and none does.", at)
        elif statement.answer == "statistic" and statement.id not in counted:
            yield Remark("statement-without-rule", statement.id, f"{statement.id}: it is to be counted, and nothing does.", at)
