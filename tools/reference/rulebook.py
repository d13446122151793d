"""The rules, their terms and parameters, and the statements of the guideline."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from rebild_policy.bundled import rules_folder
from rebild_policy.calendar import Duration
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.rules import Rule, Statement
from reference.markdown import code, table

_LOGIC = ("profile", "valid", "kind", "measure", "each", "if", "unless", "require", "subsumed_by")
_KEY = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)


def bundled() -> RuleSet:
    """The rules that ship."""
    return load_rules(rules_folder())


def in_order(rules: RuleSet) -> list[Rule]:
    """The rules as the guideline has them."""
    return sorted(rules.rules, key=lambda rule: (rule.statements, rule.name))


def rule_table() -> str:
    """Every rule with its page, in the order of the guideline."""
    rows = [
        [
            f"[{rule.title.en}](rules/{rule.name}.md)<br>*{rule.title.da}*",
            code(rule.name),
            ", ".join(f"[{name}](statements.md#{name.lower()})" for name in rule.statements),
            "counted" if rule.measure else rule.severity,
            rule.profile or "both",
        ]
        for rule in in_order(bundled())
    ]
    return table(("Rule", "Name", "Statements", "Severity", "Profile"), rows)


def parameter_tables() -> str:
    """Every parameter, with its values."""
    parts = []
    for parameter in sorted(bundled().parameters.values(), key=lambda parameter: parameter.name):
        parts.append(f"### {code(parameter.name)}")
        parts.append(f"{parameter.title.en} (*{parameter.title.da}*); a {parameter.kind}.")
        if parameter.values:
            rows = [[str(dated.since), _value(dated.value), dated.reference] for dated in parameter.values]
            parts.append(table(("From", "Value", "Where it is written"), rows))
        if parameter.rows:
            heads = ("Case kind", "Value", "From", "To", "Start", "End", "Adopted by", "In force")
            parts.append(table(heads, (_row(row) for row in parameter.rows)))
        if parameter.assumption:
            parts.append(f"An assumption: {parameter.assumption.en}")
    return "\n\n".join(parts)


def plain(value: object) -> str:
    """A value as it stands in a rule file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(code, value))
    return str(value) if isinstance(value, Duration) else plain(value)


def _row(row: Any) -> list[str]:
    until = "" if row.valid_to == date.max else str(row.valid_to)
    force = "yes" if row.in_force else "no"
    return [code(row.key), str(row.value), str(row.valid_from), until, row.start, row.end, row.adopted_by or "", force]


def term_table() -> str:
    """Every named condition."""
    rows = [
        [code(f"{term.name}({', '.join(f'{name}: {type_}' for name, type_ in term.parameters)})"), term.title.en]
        for term in bundled().terms.values()
    ]
    return table(("Term", "Meaning"), rows)


# ----------------------------------------------------------------------------------------------------------- statements
def statement_counts() -> str:
    """How the statements are answered, in numbers."""
    statements = bundled().statements.values()
    ruled = {name for rule in bundled().rules for name in rule.statements}
    rows = []
    for answer in ("rules", "statistic", "review", "context"):
        found = [statement.id for statement in statements if statement.answer == answer]
        now = f"{len([name for name in found if name in ruled])} have a rule now" if answer == "rules" else ""
        rows.append([code(answer), str(len(found)), now])
    return table(("Answer", "Statements", ""), rows)


def statement_tables() -> str:
    """Every statement of the guideline, by section."""
    rules = bundled()
    by_statement: dict[str, list[str]] = {}
    for rule in in_order(rules):
        for name in rule.statements:
            by_statement.setdefault(name, []).append(f"[{rule.name}](rules/{rule.name}.md)")
    parts: list[str] = []
    for section in dict.fromkeys(statement.section for statement in rules.statements.values()):
        parts.append(f"### {section.en}")
        for statement in rules.statements.values():
            if statement.section == section:
                facts = [
                    ("The words", f"»{statement.quote}«"),
                    ("Modality", statement.modality),
                    *([("Law", "; ".join(statement.law))] if statement.law else []),
                    ("Answer", _answer(statement, by_statement.get(statement.id, []))),
                ]
                parts += [f"#### {statement.id}", f"{statement.gloss.en}<br>\n*{statement.gloss.da}*", table(("", ""), facts)]
    return "\n\n".join(parts)


_ANSWERS = {
    "rules": "No rule yet.",
    "statistic": "Counted, never a deviation.",
    "review": "Judged by people.",
    "context": "Nothing to judge.",
}


_ACROSS = {"equal-treatment": "A statistic across cases tells of it: outcomes and waiting times by unit and channel."}


def _answer(statement: Statement, rules: list[str]) -> str:
    said = _ANSWERS[statement.answer]
    if rules:
        said = ", ".join(rules) + ("" if statement.answer == "rules" else f". {said}")
    if statement.across:
        said = f"{said} {_ACROSS[statement.across]}"
    if statement.question:
        said = f"{said.rstrip('.')}. People are asked: {statement.question.en}<br>*{statement.question.da}*"
    return f"{said} {statement.reason.en}" if statement.reason else said
