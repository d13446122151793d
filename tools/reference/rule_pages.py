"""The page of each rule: its text and law, what it asks, and its examples as small timelines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rebild_policy.bundled import rules_folder
from rebild_policy.expressions import Parameter, walk
from rebild_policy.labels import VERDICTS, event_label
from rebild_policy.loading import RuleSet
from rebild_policy.parameters import ParameterDefinition
from rebild_policy.report.conditions import Phrases
from rebild_policy.report.writing import Writer, capital
from rebild_policy.rules import Example, Formula, Group, Quantifier, Rule, Statement, Within
from reference.markdown import code, table
from reference.rulebook import bundled, in_order, plain

_LOGIC = ("profile", "valid", "kind", "measure", "each", "if", "unless", "require", "subsumed_by")
_KEY = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)
_MADE = "<!-- made by tools/make_reference.py from the rule file: change that one -->"


def rule_files() -> dict[str, str]:
    """Every rule's page by the name of its file."""
    rules = bundled()
    return {f"{rule.name}.md": _page(rule, rules) for rule in in_order(rules)}


def _page(rule: Rule, rules: RuleSet) -> str:
    file = next(rules_folder().rglob(f"{rule.name}.yaml"))
    source = file.read_text(encoding="utf-8")
    place = file.relative_to(rules_folder()).as_posix()
    line = source[: source.index("\neach:")].count("\n") + 2
    chunks = _KEY.split(source)
    logic = "".join(chunk for chunk in chunks if chunk.partition(":")[0] in _LOGIC).rstrip()
    parts = [_MADE, f"# {rule.title.en}", f"{code(rule.name)} · *{rule.title.da}*"]
    parts += [_quoted(rules.statements[name]) for name in rule.statements]
    parts.append(table(("", ""), _facts(rule, rules)))
    parts += ["## The rule", f"From line {line} of [rules/{place}](../../../rules/{place}):", f"```yaml\n{logic}\n```"]
    parts += [
        "What it is written in: [the rule language](../rule-language.md) and [the vocabulary](../vocabulary.md).",
        "## Examples",
    ]
    parts.append("Every engine must judge these cases as it says here.")
    parts += [_example(example, rule) for example in rule.examples]
    return "\n\n".join(parts) + "\n"


def _facts(rule: Rule, rules: RuleSet) -> Iterator[tuple[str, str]]:
    yield "Law", "; ".join(f"{one} (not verified)" if one in rule.unverified else one for one in rule.law)
    yield "Severity", rule.severity
    yield "Profile", rule.profile or "both"
    yield "Starts from", f"{event_label(rule.each[0][1], 'en')}, {code(rule.each[0][1])}"
    for part in rule.unless.parts:
        yield "Exempt if", _exemption(part, rule, rules)
    for name in _parameters_of(rule):
        yield "Parameter", _parameter_line(rules.parameters[name])
    yield "Said in a report", f"{rule.message.en}<br>*{rule.message.da}*"
    yield "What to do", f"{rule.remedy.en}<br>*{rule.remedy.da}*"
    yield "Not decided here", f"{rule.not_formalised.en}<br>*{rule.not_formalised.da}*"
    if rule.assumption:
        yield "Assumption", f"{rule.assumption.en}<br>*{rule.assumption.da}*"
    if rule.subsumed_by:
        yield "Same fault as", f"[{rule.subsumed_by}]({rule.subsumed_by}.md)"


def _exemption(part: Formula, rule: Rule, rules: RuleSet) -> str:
    """An exemption in words, with the profile that it is of."""
    words = Phrases(rule, rules, Writer("en")).formula(part)
    return f"{words} (only in {part.profile})" if part.profile else words


def _quoted(statement: Statement) -> str:
    link = f"[{statement.id}](../statements.md#{statement.id.lower()})"
    return f"> **{link}**, {statement.section.en}: »{statement.quote}«. {statement.gloss.en}"


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
    return f"[{parameter.name}](../rules.md#parameters), {parameter.title.en}: {values}"


# ------------------------------------------------------------------------------------------------------------- examples
def _example(example: Example, rule: Rule) -> str:
    """An example: what it is, what is said of it, and its events as a table in the order of their days."""
    notes = [f"profile {example.profiles[0]}"] if len(example.profiles) == 1 and rule.profile is None else []
    notes += [f"the source does not record {' and '.join(map(code, example.without))}"] if example.without else []
    notes += [f"same_day {example.same_day}"] if example.same_day != "unknown" else []
    notes += [f"case.{name} {plain(value)}" for name, value in example.case.items() if name not in {"id", "events"}]
    said = f"**{_expected(example)}**: {example.name.en}" + (f" ({'; '.join(notes)})" if notes else "")
    rows = [_event_row(event) for event in example.case["events"]]
    rows.append((example.as_of.isoformat(), "*judged as of this day*", ""))
    if example.due:
        rows.append((example.due.isoformat(), "*due*", ""))
    # Stable: an event of a day stays before the due date, and the due date before the day of the judgement.
    rows.sort(key=lambda row: (row[0][:10], ("*due*", "*judged as of this day*").index(row[1]) + 1 if row[1][0] == "*" else 0))
    return f"{said}\n\n{table(('Day', 'What happened', 'What is on record about it'), rows)}"


def _expected(example: Example) -> str:
    if not example.expect:
        return "not applicable"
    if len(example.expect) == 1:
        return VERDICTS[next(iter(example.expect.values()))].en
    return "; ".join(f"{key.replace('+', ' with ')}: {VERDICTS[said].en}" for key, said in example.expect.items())


def _event_row(event: dict[str, Any]) -> tuple[str, str, str]:
    fields = ", ".join(f"{name}: {_shown(value)}" for name, value in event.items() if name not in {"type", "id", "time"})
    return plain(event["time"]), f"{capital(event_label(event['type'], 'en'))} ({code(event['id'])})", fields


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else plain(value)
