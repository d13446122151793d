"""The rules as lists: those of a day, and the statements of the guideline with what answers each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from rich.console import Console
from rich.table import Table

from rebild_policy.expressions import UNKNOWN
from rebild_policy.labels import SEVERITIES
from rebild_policy.loading import RuleSet
from rebild_policy.report.writing import Writer
from rebild_policy.rules import Language, Rule, Statement

_ANSWERS = {
    "rules": ("regler", "rules"),
    "statistic": ("statistik", "statistic"),
    "review": ("mennesker", "people"),
    "context": ("kontekst", "context"),
    "": ("intet", "nothing"),
}

_ACROSS = {"equal-treatment": ("statistik på tværs af sager", "statistic across cases")}


def answered(statement: Statement, ruleset: RuleSet) -> tuple[str, list[Rule]]:
    """What answers a statement, and the rules that name it; "" where rules or a statistic should and none does."""
    named = [rule for rule in ruleset.rules if statement.id in rule.statements]
    kinds = {"statistic" if rule.measure else "rules" for rule in named}
    settled = statement.answer in {"review", "context"} or statement.answer in kinds
    return statement.answer if settled else "", named


def unaccounted(ruleset: RuleSet) -> list[str]:
    """The statements that nothing answers, and those put down as context without a reason."""
    bare = (one.id for one in ruleset.statements.values() if one.answer == "context" and one.reason is None)
    open_ = (one.id for one in ruleset.statements.values() if not answered(one, ruleset)[0])
    return sorted({*bare, *open_})


def render_matrix(ruleset: RuleSet, lang: Language, console: Console) -> None:
    """Print every statement with what answers it: rules, a statistic, people, or the reason why there is nothing to judge."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("", "afgøres af", "udsagn", "regler") if lang == "da" else ("", "answered by", "statement", "rules"):
        table.add_column(head, overflow="fold")
    counts: Counter[str] = Counter()
    for statement in ruleset.statements.values():
        answer, named = answered(statement, ruleset)
        counts[answer] += 1
        reason = statement.reason.in_(lang) if statement.reason and answer == "context" else ""
        across = _ACROSS[statement.across][lang == "en"] if statement.across else ""
        names = ", ".join(filter(None, [*(rule.name for rule in named), across])) or reason
        table.add_row(statement.id, _ANSWERS[answer][lang == "en"], statement.gloss.in_(lang), names)
    console.print(table)
    summary = ", ".join(
        f"{counts[answer]} {words[lang == 'en']}" for answer, words in _ANSWERS.items() if answer or counts[answer]
    )
    missing = len(unaccounted(ruleset))
    word = "udsagn" if lang == "da" else "statements" if len(ruleset.statements) > 1 else "statement"
    total = f"{len(ruleset.statements)} {word}"
    console.print(f"{total}: {summary}; {missing} {'uden svar' if lang == 'da' else 'unaccounted'}", soft_wrap=True)


def render_day(ruleset: RuleSet, rules: list[Rule], day: date, lang: Language, console: Console) -> None:
    """Print the rules in force on a day and the values of the parameters then."""
    writer = Writer(lang)
    heads = ("regel", "udsagn", "alvor", "gælder") if lang == "da" else ("rule", "statements", "severity", "in force")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, no_wrap=head in {"regel", "rule"})
    for rule in sorted(rules, key=lambda rule: rule.statements):
        if rule.valid_from <= day <= rule.valid_to:
            severity = SEVERITIES[rule.severity]
            table.add_row(rule.name, ", ".join(rule.statements), writer.pick(severity), _span(rule, writer))
    console.print(table)
    console.print()
    values = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("parameter", "værdi", "kilde") if lang == "da" else ("parameter", "value", "where it is written"):
        values.add_column(head, overflow="fold")
    for row in _values(ruleset, day, writer):
        values.add_row(*row)
    console.print(values)


def _span(rule: Rule, writer: Writer) -> str:
    since = "" if rule.valid_from == date.min else writer.day(rule.valid_from)
    until = "" if rule.valid_to == date.max else writer.day(rule.valid_to)
    return f"{since} – {until}" if since or until else writer.say("always")


def _values(ruleset: RuleSet, day: date, writer: Writer) -> Iterator[tuple[str, str, str]]:
    for parameter in ruleset.parameters.values():
        if parameter.kind == "table":
            for row in parameter.rows:
                if row.in_force and row.valid_from <= day <= row.valid_to:
                    yield f"{parameter.name}[{row.key}]", writer.duration(str(row.value)), row.adopted_by or ""
            continue
        found = parameter.on(day)
        dated = [one for one in parameter.values if one.since <= day]
        if found is not UNKNOWN:
            yield parameter.name, _shown(found, writer), dated[-1].reference


def _shown(value: object, writer: Writer) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return writer.value("", value) if isinstance(value, bool | int) else writer.duration(str(value))
