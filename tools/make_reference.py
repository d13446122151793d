"""Writes the generated parts of the documentation: `python tools/make_reference.py`. A test fails where one is stale.

A page is written by hand around its generated parts, each of which stands between two comments:

    <!-- generated: rules -->
    <!-- /generated -->
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from typer.models import ArgumentInfo, OptionInfo

from rebild_policy import errors
from rebild_policy.bundled import rules_folder
from rebild_policy.calendar import Duration
from rebild_policy.cli.main import app
from rebild_policy.expressions import Parameter, walk
from rebild_policy.facts import Derived, Event, EventType, FieldSpec, events, vocabulary
from rebild_policy.labels import VERDICTS, event_label, field_label, value_label
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.parameters import ParameterDefinition
from rebild_policy.plan.passes import PASSES
from rebild_policy.rules import Example, Formula, Group, Quantifier, Rule, Statement, Within
from rebild_policy.sources.shapes import EventMapping, EventTime, FieldSource, Mapping, SourceFormat, TimeSettings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
REGION = re.compile(r"(?P<open><!-- generated: (?P<name>[a-z-]+) -->\n).*?(?P<close><!-- /generated -->)", re.DOTALL)


# ------------------------------------------------------------------------------------------------------------- markdown
def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; bars and line breaks inside a cell are made harmless."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def code(text: object) -> str:
    """`text` as code."""
    return f"`{text}`"


def sentence(text: str) -> str:
    """The text of a docstring as one paragraph, with the code marks of Python's docs as they are."""
    return " ".join(text.split())


# ----------------------------------------------------------------------------------------------------------- vocabulary
_BASE = {
    "id": ("text of at most 200 characters", "unique within the case"),
    "time": ("time with an offset or without, or a date", "when it happened; a date where only the day is known"),
    "case": ("text", "the id of the case; may be left out of the events of a `Case`"),
    "recorded_at": ("time or date", "when it was registered; rules do not read it"),
    "actor": ("text", "an employee's pseudonym"),
    "unit": ("text", "the department"),
    "channel": ("", "how it came or went"),
}


def base_fields() -> str:
    """The fields that every event has."""
    specs = vocabulary().event_type("any_event").fields
    rows = []
    for name, (kind, meaning) in _BASE.items():
        holds = kind or _enum(specs[name])
        needed = "yes" if Event.model_fields[name].is_required() else ""
        rows.append([code(name), holds, needed, meaning, _both(lambda lang, name=name: field_label("event", name, lang))])
    return table(("Field", "Holds", "Required", "Meaning", "Label"), rows)


def case_fields() -> str:
    """The fields of the case."""
    rows = [
        [code(name), _holds(spec), _both(lambda lang, name=name: field_label("case", name, lang))]
        for name, spec in vocabulary().case.items()
    ]
    return table(("Field", "Holds", "Label"), rows)


def event_types() -> str:
    """Every event type, by area, in the order of the module that defines them."""
    source = inspect.getsource(events)
    headings = [(match.start(), match[1]) for match in re.finditer(r"^# -+ (\w+)$", source, re.MULTILINE)]
    parts: list[str] = []
    area = ""
    for name, known in vocabulary().types.items():
        if known.model.__module__ != events.__name__:
            continue
        place = source.index(f"class {known.model.__name__}(")
        here = [heading for start, heading in headings if start < place][-1]
        if here != area:
            area = here
            parts.append(f"### {area.capitalize()}")
        parts.append(_event_type(name, known))
    return "\n\n".join(parts)


def _event_type(name: str, known: EventType) -> str:
    title = _both(lambda lang: event_label(name, lang))
    lines = [f"#### {code(name)}", f"{title}. {sentence(known.model.__doc__ or '')}"]
    own = {field: spec for field, spec in known.fields.items() if field not in Event.model_fields}
    if own:
        rows = [
            [code(field), _holds(spec), _both(lambda lang, field=field: field_label(name, field, lang))]
            for field, spec in own.items()
        ]
        lines.append(table(("Field", "Holds", "Label"), rows))
    for field, spec in own.items():
        if spec.derived:
            lines.append(f"{code(field)} is derived: {code(spec.derived.text)}. {spec.derived.__doc__}")
        elif spec.fallback:
            lines.append(f"{code(field)}, where it is not given: {code(spec.fallback.text)}. {spec.fallback.__doc__}")
    return "\n\n".join(lines)


_KINDS = {"bool": "`true` or `false`", "int": "whole number", "date": "date", "text": "text", "id": "id", "time": "time"}


def _holds(spec: FieldSpec) -> str:
    if spec.link:
        targets = "any event" if spec.link.targets == ("*",) else " or ".join(map(code, spec.link.targets))
        direction = "may come later" if spec.link.forward else "earlier"
        return f"{'list of ids' if spec.many else 'id'}: link to {targets}, {direction}"
    if spec.kind == "enum":
        return _enum(spec)
    kind = _KINDS[spec.kind]
    if spec.derived:
        return f"{kind}, derived"
    return kind if spec.default is None else f"{kind}; empty counts as {code(str(spec.default).lower())}"


def _enum(spec: FieldSpec) -> str:
    return ", ".join(f"{code(value)} ({_both(lambda lang, v=value: value_label(spec.name, v, lang))})" for value in spec.values)


def _both(label: Callable[[Literal["da", "en"]], str]) -> str:
    english, danish = label("en"), label("da")
    return english if english == danish else f"{english}, *{danish}*"


# ---------------------------------------------------------------------------------------------------------------- rules
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
        ("Law", "; ".join(rule.law)),
        ("Severity", rule.severity),
        ("Profile", rule.profile or "both"),
        ("Starts from", code(rule.each[0][1])),
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


def _answer(statement: Statement, rules: list[str]) -> str:
    said = _ANSWERS[statement.answer]
    if rules:
        said = ", ".join(rules) + ("" if statement.answer == "rules" else f". {said}")
    return f"{said} {statement.reason.en}" if statement.reason else said


# --------------------------------------------------------------------------------------------------------- command line
def commands() -> str:
    """Every command with its arguments and options."""
    parts = []
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__.replace("_", "-")
        arguments, options = _parameters(command.callback)
        needed = [f"{flag} {metavar}".strip() for flag, metavar, required, *_ in options if required]
        usage = " ".join(["rebild-policy", name, *(argument[0] for argument in arguments), *needed])
        parts += [f"### {name}", sentence(command.callback.__doc__ or ""), f"```text\n{usage} [OPTIONS]\n```"]
        rows = [[code(metavar), help_, "required"] for metavar, help_ in arguments]
        rows += [[code(f"{flag} {metavar}".strip()), help_, default] for flag, metavar, _, help_, default in options]
        parts.append(table(("", "", "Default"), rows))
    return "\n\n".join(parts)


def common_options() -> str:
    """The options of the program itself."""
    assert app.registered_callback is not None
    assert app.registered_callback.callback is not None
    _, options = _parameters(app.registered_callback.callback)
    rows = [[code(flag), help_] for flag, _, _, help_, _ in options]
    return table(("", ""), [*rows, [code("--help"), "Show the help of the program, or of a command, and stop."]])


def _parameters(callback: Callable[..., Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str, bool, str, str]]]:
    """Arguments (name, help) and options (flag, what it takes, required, help, default) of a command."""
    hints = get_type_hints(callback, include_extras=True)
    arguments: list[tuple[str, str]] = []
    options: list[tuple[str, str, bool, str, str]] = []
    for name, parameter in inspect.signature(callback).parameters.items():
        kind, *marks = get_args(hints[name])
        info = next(mark for mark in marks if isinstance(mark, ArgumentInfo | OptionInfo))
        if isinstance(info, ArgumentInfo):
            arguments.append((info.metavar or name.upper(), info.help or ""))
            continue
        declared = [text for text in (info.default, *(info.param_decls or ())) if isinstance(text, str) and text[:1] == "-"]
        flag = declared[0] if declared else f"--{name.replace('_', '-')}"
        required = parameter.default is inspect.Parameter.empty
        options.append((flag, info.metavar or _takes(kind), required, info.help or "", _default(parameter.default)))
    return arguments, options


def _takes(kind: Any) -> str:
    kinds = [part for part in get_args(kind) if part is not type(None)] or [kind]
    if isinstance(kinds[0], type) and issubclass(kinds[0], Enum):
        return "|".join(str(member.value) for member in kinds[0])
    return {bool: "", int: "N", str: "TEXT", Path: "PATH"}[kinds[0]]


def _default(value: object) -> str:
    if value is inspect.Parameter.empty:
        return "required"
    if value is None or value is False:
        return ""
    return code(value.value if isinstance(value, Enum) else value)


# -------------------------------------------------------------------------------------------------------------- mapping
def mapping_keys() -> str:
    """The keys of a mapping file and of its parts."""
    named: list[tuple[str, type[BaseModel], str]] = [
        ("The file", Mapping, "The keys at the top."),
        ("source", SourceFormat, "Under `source`: how the file is written."),
        ("time", TimeSettings, "Under `time`: how times are written and read."),
        ("An event of an activity", EventMapping, "Each item of the list under an activity."),
        ("time of an event", EventTime, "Under `time` of an event, where it is another than the row's own."),
        ("A field", FieldSource, "Each item under `set` of an event, and under `case`: a constant, or a column."),
    ]
    parts = []
    for title, model, about in named:
        parts += [f"### {title}", about]
        rows = [
            [code(field.alias or name), _allowed(field.annotation), _start(field), _described(field)]
            for name, field in model.model_fields.items()
        ]
        parts.append(table(("Key", "Values", "Default", "Meaning"), rows))
    return "\n\n".join(parts)


def _allowed(annotation: Any) -> str:
    leaves = [annotation, *get_args(annotation)]
    literal = next((leaf for leaf in leaves if get_origin(leaf) is Literal), None)
    return ", ".join(code(value) for value in get_args(literal)) if literal else ""


def _start(field: Any) -> str:
    if field.is_required():
        return "required"
    default = field.default
    if default is None or default == {} or default == () or isinstance(default, BaseModel):
        return ""
    return code(", ".join(default) if isinstance(default, tuple) else default)


def _described(field: Any) -> str:
    if field.description:
        return str(field.description)
    model = next(kind for kind in (field.annotation, *get_args(field.annotation)) if inspect.isclass(kind))
    return f"{sentence(model.__doc__ or '')} See below."


# ------------------------------------------------------------------------------------------------------- how it is built
def passes() -> str:
    """The passes of the plan, in order."""
    rows = [[str(number), code(step.__name__), sentence(step.__doc__ or "")] for number, step in enumerate(PASSES, 1)]
    return table(("", "Pass", "What it does"), rows)


def error_tree() -> str:
    """The tree of errors, as its module draws it."""
    lines = (errors.__doc__ or "").splitlines()
    drawn = [line[4:] for line in lines if line.startswith("    ")]
    return "```text\n" + "\n".join(drawn) + "\n```"


PARTS: dict[str, Callable[[], str]] = {
    "base-fields": base_fields,
    "case-fields": case_fields,
    "event-types": event_types,
    "rules": rule_pages,
    "parameters": parameter_tables,
    "terms": term_table,
    "statement-counts": statement_counts,
    "statements": statement_tables,
    "commands": commands,
    "common-options": common_options,
    "mapping-keys": mapping_keys,
    "passes": passes,
    "errors": error_tree,
}


def filled(page: str) -> str:
    """A page with its generated parts made anew."""
    return REGION.sub(lambda part: f"{part['open']}{PARTS[part['name']]()}\n{part['close']}", page)


def main() -> int:
    """Bring every page up to date."""
    for path in sorted(DOCS.rglob("*.md")):
        before = path.read_text(encoding="utf-8")
        after = filled(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
