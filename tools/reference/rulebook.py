"""The rules, their terms and parameters, and the statements of the guideline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from rebild_policy.bundled import rules_folder
from rebild_policy.calendar import Duration
from rebild_policy.expressions import Parameter, walk
from rebild_policy.labels import VERDICTS, event_label
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.parameters import ParameterDefinition
from rebild_policy.report.conditions import Phrases
from rebild_policy.report.writing import Writer
from rebild_policy.rules import Example, Formula, Group, Quantifier, Rule, Statement, Within
from reference.markdown import code, table

_LOGIC = ("profile", "valid", "kind", "measure", "each", "if", "unless", "require", "subsumed_by")
_KEY = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)


def bundled() -> RuleSet:
    """The rules that ship."""
    return load_rules(rules_folder())


def in_order(rules: RuleSet) -> list[Rule]:
    """The rules as the guideline has them."""
    return sorted(rules.rules, key=lambda rule: (rule.statements, rule.name))


def rule_pages() -> str:
    """Every rule, in the order of the guideline."""
    rules = bundled()
    return "\n\n".join(_rule(rule, rules) for rule in in_order(rules))


def _rule(rule: Rule, rules: RuleSet) -> str:
    file = next(rules_folder().rglob(f"{rule.name}.yaml"))
    place = file.relative_to(rules_folder()).as_posix()
    parts = [f"### {rule.name}", f"**{rule.title.en}** (*{rule.title.da}*)"]
    parts += [_quoted(rules.statements[name]) for name in rule.statements]
    facts = [
        ("Law", "; ".join(f"{one} (not verified)" if one in rule.unverified else one for one in rule.law)),
        ("Severity", rule.severity),
        ("Profile", rule.profile or "both"),
        ("Starts from", code(rule.each[0][1])),
        *(("Exempt if", _exemption(part, rule, rules)) for part in rule.unless.parts),
        *(("Parameter", _parameter_line(rules.parameters[name])) for name in _parameters_of(rule)),
        ("Said in a report", rule.message.en),
        ("", f"*{rule.message.da}*"),
        ("What to do", rule.remedy.en),
        ("", f"*{rule.remedy.da}*"),
        ("Not decided here", rule.not_formalised.en),
        *([("Assumption", rule.assumption.en)] if rule.assumption else []),
        *([("Same fault as", f"[{rule.subsumed_by}](#{rule.subsumed_by})")] if rule.subsumed_by else []),
        ("File", f"[rules/{place}](../../rules/{place})"),
    ]
    parts.append(table(("", ""), facts))
    chunks = _KEY.split(file.read_text(encoding="utf-8"))
    logic = "".join(chunk for chunk in chunks if chunk.partition(":")[0] in _LOGIC).rstrip()
    parts += [f"```yaml\n{logic}\n```", "Examples:"]
    parts += [_example(example, rule) for example in rule.examples]
    return "\n\n".join(parts)


def _exemption(part: Formula, rule: Rule, rules: RuleSet) -> str:
    """An exemption in words, with the profile that it is of."""
    words = Phrases(rule, rules, Writer("en")).formula(part)
    return f"{words} (only in {part.profile})" if part.profile else words


def _quoted(statement: Statement) -> str:
    return f"> **{statement.id}**, {statement.section.en}: »{statement.quote}«. {statement.gloss.en}"


def _parameters_of(rule: Rule) -> list[str]:
    def names(formula: Formula) -> Iterator[str]:
        if isinstance(formula, Group):
            for part in formula.parts:
                yield from names(part)
        elif isinstance(formula, Quantifier) and isinstance(formula.window, Within):
            yield from (part.name for part in walk(formula.window.duration) if isinstance(part, Parameter))

    return list(dict.fromkeys([*names(rule.require), *names(rule.unless)]))


def _parameter_line(parameter: ParameterDefinition) -> str:
    values = "; ".join(f"{dated.value} from {dated.since} ({dated.reference})" for dated in parameter.values)
    return f"[{parameter.name}](#parameters), {parameter.title.en}: {values}"


def _example(example: Example, rule: Rule) -> str:
    said = _expected(example)
    notes = [f"profile {example.profiles[0]}"] if len(example.profiles) == 1 and rule.profile is None else []
    notes += [f"the source does not record {' and '.join(map(code, example.without))}"] if example.without else []
    notes += [f"same_day {example.same_day}"] if example.same_day != "unknown" else []
    notes += [f"case.{name} {_plain(value)}" for name, value in example.case.items() if name not in {"id", "events"}]
    heading = f"- {example.name.en}" + (f" ({'; '.join(notes)})" if notes else "") + f": **{said}**"
    lines = [_event_line(event) for event in sorted(example.case["events"], key=lambda event: _plain(event["time"])[:10])]
    lines.append((example.as_of.isoformat(), "as of", ""))
    width = max(len(line[1]) for line in lines)
    shown = "\n".join(f"  {day}  {what:<{width}}  {more}".rstrip() for day, what, more in lines)
    return f"{heading}\n\n  ```text\n{shown}\n  ```"


def _expected(example: Example) -> str:
    due = f", due {example.due}" if example.due else ""
    if not example.expect:
        return "not applicable"
    if len(example.expect) == 1:
        return f"{VERDICTS[next(iter(example.expect.values()))].en}{due}"
    return "; ".join(f"{key.replace('+', ' with ')}: {VERDICTS[said].en}" for key, said in example.expect.items()) + due


def _event_line(event: dict[str, Any]) -> tuple[str, str, str]:
    fields = ", ".join(f"{name}: {_plain(value)}" for name, value in event.items() if name not in {"type", "id", "time"})
    return _plain(event["time"]), f"{event_label(event['type'], 'en')} ({event['id']})", fields


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def parameter_tables() -> str:
    """Every parameter, with its values."""
    parts = []
    for parameter in sorted(bundled().parameters.values(), key=lambda parameter: parameter.name):
        parts.append(f"#### {code(parameter.name)}")
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


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(code, value))
    return str(value) if isinstance(value, Duration) else _plain(value)


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
            by_statement.setdefault(name, []).append(f"[{rule.name}](rules.md#{rule.name})")
    parts: list[str] = []
    for section in dict.fromkeys(statement.section for statement in rules.statements.values()):
        parts.append(f"### {section.en}")
        rows = [
            [
                statement.id,
                f"{statement.gloss.en}<br>*{statement.gloss.da}*",
                f"»{statement.quote}«",
                statement.modality,
                "; ".join(statement.law),
                _answer(statement, by_statement.get(statement.id, [])),
            ]
            for statement in rules.statements.values()
            if statement.section == section
        ]
        parts.append(table(("", "Statement", "The words", "Modality", "Law", "Answer"), rows))
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
