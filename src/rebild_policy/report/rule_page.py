"""A rule for people: the fault, where it is written, when something is due, and its examples as small timelines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rebild_policy.expressions import TRUE, Parameter, walk
from rebild_policy.labels import SEVERITIES, VERDICTS, event_label
from rebild_policy.loading import RuleSet
from rebild_policy.parameters import ParameterDefinition
from rebild_policy.report.conditions import Phrases
from rebild_policy.report.writing import Writer, capital
from rebild_policy.rules import Example, Formula, Group, Language, Quantifier, Rule, Within

_WORDS = {
    "source": ("Retningslinjerne siger", "The guideline says"),
    "law": ("Retsgrundlag", "Law"),
    "severity": ("Alvor", "Severity"),
    "profile": ("Gælder i", "Applies in"),
    "both": ("begge læsninger", "both readings"),
    "situation": ("Gælder når", "Applies where"),
    "exempt": ("Undtaget hvis", "Exempt if"),
    "only": ("kun i", "only in"),
    "starts": ("Begynder med", "Starts from"),
    "deadline": ("Frist", "Deadline"),
    "from": ("fra", "from"),
    "by_kind": ("efter sagstype, som de er vedtaget", "by case type, as adopted"),
    "assumption": ("Antagelse", "Assumption"),
    "remedy": ("Hvad der havde opfyldt den", "What would have met it"),
    "open": ("Afgøres ikke her", "Not decided here"),
    "examples": ("Eksempler", "Examples"),
    "as_of": ("set pr.", "as of"),
    "none": ("gælder ikke", "does not apply"),
}


def render_rule(rule: Rule, ruleset: RuleSet, lang: Language, console: Console) -> None:
    """Print a rule in `lang`."""
    word = {key: pair[lang == "en"] for key, pair in _WORDS.items()}
    console.print(Text(rule.title.in_(lang), style="bold"))
    console.print(Text(rule.name, style="dim"))
    console.print()
    for name in rule.statements:
        statement = ruleset.statements.get(name)
        if statement:
            console.print(Text(f"{word['source']} ({statement.section.in_(lang)}, {name}):"))
            console.print(Padding(Text(f"»{statement.quote}«", style="italic"), (0, 0, 0, 2)))
            console.print(Padding(Text(statement.gloss.in_(lang)), (0, 0, 1, 2)))
    console.print(_facts(rule, ruleset, lang, word))
    for key, text in (("remedy", rule.remedy), ("open", rule.not_formalised)):
        console.print()
        console.print(Text(word[key], style="bold"))
        console.print(Padding(Text(text.in_(lang)), (0, 0, 0, 2)))
    console.print()
    console.print(Text(word["examples"], style="bold"))
    for example in rule.examples:
        _example(example, lang, word, console)


def _facts(rule: Rule, ruleset: RuleSet, lang: Language, word: dict[str, str]) -> Table:
    table = Table.grid(padding=(0, 2))
    writer = Writer(lang)
    severity = SEVERITIES[rule.severity]
    for reference in rule.law:
        table.add_row(word["law"], _law(reference, rule, ruleset, writer))
    table.add_row(word["severity"], severity.da if lang == "da" else severity.en)
    table.add_row(word["profile"], writer.profile(rule.profile) if rule.profile else word["both"])
    table.add_row(word["starts"], event_label(rule.each[0][1], lang))
    phrases = Phrases(rule, ruleset, writer)
    if rule.condition != TRUE:
        table.add_row(word["situation"], phrases.condition(rule.condition))
    for part in rule.unless.parts:
        table.add_row(word["exempt"], _in_profile(phrases.formula(part), part, word, writer))
    for parameter in _deadlines(rule, ruleset):
        table.add_row(word["deadline"], f"{parameter.title.in_(lang)}: {_value(parameter, word, writer)}")
    if rule.assumption:
        table.add_row(word["assumption"], rule.assumption.in_(lang))
    return table


def _law(reference: str, rule: Rule, ruleset: RuleSet, writer: Writer) -> str:
    """A reference with the name of the law, and whether its words were checked."""
    law = ruleset.law(reference)
    text = writer.law(reference, unverified=reference in rule.unverified)
    return f"{text}: {law.title.in_(writer.lang)}" if law else text


def _in_profile(phrase: str, part: Formula, word: dict[str, str], writer: Writer) -> str:
    return f"{capital(phrase)} ({word['only']}: {writer.profile(part.profile)})" if part.profile else capital(phrase)


def _value(parameter: ParameterDefinition, word: dict[str, str], writer: Writer) -> str:
    """The values of a parameter, each but the first with the day from which it holds, and where it is written."""
    if parameter.rows:
        return word["by_kind"]
    values = []
    for number, dated in enumerate(parameter.values):
        since = f"{word['from']} {writer.day(dated.since)}: " if number else ""
        values.append(f"{since}{writer.duration(str(dated.value))} ({writer.law(dated.reference)})")
    return "; ".join(values)


def _deadlines(rule: Rule, ruleset: RuleSet) -> list[ParameterDefinition]:
    def names(formula: Formula) -> Iterator[str]:
        if isinstance(formula, Group):
            for part in formula.parts:
                yield from names(part)
        elif isinstance(formula, Quantifier) and isinstance(formula.window, Within):
            yield from (part.name for part in walk(formula.window.duration) if isinstance(part, Parameter))

    found = dict.fromkeys([*names(rule.require), *names(rule.unless)])
    return [ruleset.parameters[name] for name in found if name in ruleset.parameters]


def _example(example: Example, lang: Language, word: dict[str, str], console: Console) -> None:
    verdicts = sorted(set(example.expect.values()))
    said = ", ".join(VERDICTS[verdict][lang == "en"] for verdict in verdicts) or word["none"]
    console.print()
    console.print(Padding(Text(f"{example.name.in_(lang)} → {said}"), (0, 0, 0, 2)))
    line = Table.grid(padding=(0, 2))
    for event in sorted(example.case["events"], key=lambda event: _day(event["time"])):
        line.add_row(_day(event["time"]), event_label(event["type"], lang))
    line.add_row(example.as_of.isoformat(), word["as_of"], style="dim")
    console.print(Padding(line, (0, 0, 0, 4)))


def _day(time: Any) -> str:
    return time.isoformat()[:10] if isinstance(time, date | datetime) else str(time)[:10]
