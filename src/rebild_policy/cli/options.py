"""What the commands share on the command line: their common options, and how they are run."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer


class Lang(StrEnum):
    """Languages of the output."""

    DA = "da"
    EN = "en"


class ProfileName(StrEnum):
    """How the guideline is read."""

    GUIDELINE = "guideline"
    STATUTORY = "statutory"


class Format(StrEnum):
    """Forms of the output."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """From which severity of deviation the exit code is 1."""

    NEVER = "never"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AuditEngine(StrEnum):
    """What judges an audit."""

    AUTO = "auto"
    COMPILED = "compiled"
    TABLES = "tables"


AsOf = Annotated[str, typer.Option("--as-of", metavar="DATE", help="The day to judge as of: YYYY-MM-DD, or 'today'.")]
Profile = Annotated[ProfileName, typer.Option("--profile", help="The text literally, or with the statute's exceptions.")]
Language = Annotated[Lang | None, typer.Option("--lang", help="Language of the output; default from the locale.")]
Rules = Annotated[Path | None, typer.Option("--rules", metavar="FOLDER", help="Your own rules instead of the bundled ones.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="[RULE]...", help="Only these rules; all without a name.")]
Crossed = Annotated[
    str | None,
    typer.Option("--cross-check", metavar="ENGINE", help="Judge by a second engine as well; a difference is an error."),
]
Waivers = Annotated[Path | None, typer.Option("--waivers", metavar="FILE", help="Accepted deviations, as YAML.")]
Pseudonymise = Annotated[
    str | None,
    typer.Option(
        "--pseudonymise",
        metavar="KEY",
        help="Replace ids of cases, people and events. Where the key is: a file, or env:NAME; never the key itself.",
    ),
]
Overlay = Annotated[
    Path | None, typer.Option("--overlay", metavar="FOLDER", help="Your parameters, severities, switched-off rules.")
]
Output = Annotated[Format, typer.Option("--format", help="Text for people, or JSON.")]
Fail = Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 for deviations of this severity or higher.")]


def run(command: str, **options: Any) -> None:
    """Run the command of a module, loaded now: its exit code ends the program."""
    try:
        code = import_module(f"rebild_policy.cli.{command}").run(**options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe has left, as `| head` does. Python would complain once more when it flushes at exit, and
        # typer would exit with 1, which stands for deviations.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    raise typer.Exit(code)
