"""The commands, the keys of a mapping file, the passes of the plan and the tree of errors."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from typer.models import ArgumentInfo, OptionInfo

from rebild_policy import errors
from rebild_policy.cli.main import app
from rebild_policy.plan.passes import PASSES
from rebild_policy.proving.mutants import recorded, wrong_values
from rebild_policy.proving.operators import OF_RULES, wrong_conditions, wrong_windows
from rebild_policy.sources.shapes import EventMapping, EventTime, FieldSource, Mapping, SourceFormat, TimeSettings
from reference.markdown import code, sentence, table


def commands() -> str:
    """Every command with its arguments and options."""
    parts = []
    for command in app.registered_commands:
        if command.callback is None:
            continue
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
    callback = app.registered_callback.callback if app.registered_callback else None
    options = _parameters(callback)[1] if callback else []
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
    if not default or isinstance(default, BaseModel):
        return ""
    return code(", ".join(default) if isinstance(default, tuple) else default)


def _described(field: Any) -> str:
    if field.description:
        return str(field.description)
    model = next(kind for kind in (field.annotation, *get_args(field.annotation)) if inspect.isclass(kind))
    return f"{sentence(model.__doc__ or '')} See below."


# ------------------------------------------------------------------------------------------------------ how it is built
def passes() -> str:
    """The passes of the plan, in order."""
    rows = [[str(number), code(step.__name__), sentence(step.__doc__ or "")] for number, step in enumerate(PASSES, 1)]
    return table(("", "Pass", "What it does"), rows)


def error_tree() -> str:
    """The tree of errors, as its module draws it."""
    lines = (errors.__doc__ or "").splitlines()
    drawn = [line[4:] for line in lines if line.startswith("    ")]
    return "```text\n" + "\n".join(drawn) + "\n```"


def mistakes() -> str:
    """The mistakes that mutation makes, each as its operator says it."""
    operators = (wrong_conditions, *OF_RULES[1:], wrong_windows, wrong_values, recorded)
    return "\n".join(f"- {sentence((operator.__doc__ or '').strip().splitlines()[0])}" for operator in operators)
