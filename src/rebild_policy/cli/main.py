"""The commands and their options. What a command does is in the module of its name, loaded when it is called.

Exit codes: 0 done, 1 deviations at or over `--fail-on`, 2 wrong use or unreadable input, 3 the run itself failed.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from rebild_policy.version import VERSION

app = typer.Typer(
    help='Check cases against the guideline "Sådan møder vi borgeren": possible deviations, with the evidence.',
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


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
Overlay = Annotated[
    Path | None, typer.Option("--overlay", metavar="FOLDER", help="Your parameters, severities, switched-off rules.")
]
Output = Annotated[Format, typer.Option("--format", help="Text for people, or JSON.")]
Fail = Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 for deviations of this severity or higher.")]


def _run(command: str, **options: Any) -> None:
    try:
        code = import_module(f"rebild_policy.cli.{command}").run(**options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe has left, as `| head` does. Python would complain once more when it flushes at exit, and
        # typer would exit with 1, which stands for deviations.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    raise typer.Exit(code)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rebild-policy {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    del version  # printed by its callback, before a command is asked for


@app.command()
def check(
    case: Annotated[Path, typer.Argument(metavar="CASE.json", help="One case as JSON.")],
    as_of: AsOf,
    profile: Profile = ProfileName.GUIDELINE,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An event type, type.field or case.field that the source does not record; repeatable."),
    ] = None,
    format: Output = Format.TEXT,  # noqa: A002 - the option's name
    days: Annotated[bool, typer.Option("--days", help="Count each deadline day by day.")] = False,
    lang: Language = None,
    rules: Rules = None,
    overlay: Overlay = None,
    waivers: Waivers = None,
    cross_check: Crossed = None,
    fail_on: Fail = FailOn.NEVER,
) -> None:
    """Check one case."""
    _run(
        "check",
        path=case,
        as_of=as_of,
        profile=profile,
        without=without or [],
        format_=format,
        lang=lang,
        rules=rules,
        overlay=overlay,
        waivers=waivers,
        cross_check=cross_check,
        days=days,
        fail_on=fail_on,
    )


@app.command()
def audit(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="A case export; env:NAME for a database.")],
    mapping: Annotated[Path, typer.Option("--mapping", metavar="FILE", help="How the export is to be read.")],
    as_of: AsOf,
    profile: Profile = ProfileName.GUIDELINE,
    format: Output = Format.TEXT,  # noqa: A002 - the option's name
    findings: Annotated[Path | None, typer.Option(metavar="FILE.jsonl", help="Write every finding, one a line.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write the report as one page.")] = None,
    quarantine: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write the rows that can't be used.")] = None,
    preflight: Annotated[bool, typer.Option("--preflight", help="Only say which rules the mapping allows to check.")] = False,
    lang: Language = None,
    rules: Rules = None,
    overlay: Overlay = None,
    waivers: Waivers = None,
    answers: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="What people answered about a sample.")] = None,
    cross_check: Crossed = None,
    fail_on: Fail = FailOn.NEVER,
) -> None:
    """Audit a case export through a mapping file."""
    _run(
        "audit",
        export=export,
        mapping=mapping,
        as_of=as_of,
        profile=profile,
        format_=format,
        findings=findings,
        html=html,
        quarantine=quarantine,
        preflight_only=preflight,
        lang=lang,
        rules=rules,
        overlay=overlay,
        waivers=waivers,
        answers=answers,
        cross_check=cross_check,
        fail_on=fail_on,
    )


@app.command()
def sample(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="A case export; env:NAME for a database.")],
    mapping: Annotated[Path, typer.Option("--mapping", metavar="FILE", help="How the export is to be read.")],
    as_of: AsOf,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where checklists, answers file and sample go.")],
    profile: Profile = ProfileName.GUIDELINE,
    per_stratum: Annotated[int, typer.Option(min=1, help="Cases of each case type, department and verdict.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed draws the same cases.")] = 1,
    lang: Language = None,
    rules: Rules = None,
    overlay: Overlay = None,
    waivers: Waivers = None,
) -> None:
    """Draw a sample of cases for people to review, with a printable checklist for each."""
    _run(
        "sample",
        export=export,
        mapping=mapping,
        as_of=as_of,
        out=out,
        profile=profile,
        per_stratum=per_stratum,
        seed=seed,
        lang=lang,
        rules=rules,
        overlay=overlay,
        waivers=waivers,
    )


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule's name, such as late-reply.")],
    lang: Language = None,
    rules: Rules = None,
) -> None:
    """Explain a rule: the fault, its source, deadline, exemptions and examples."""
    _run("explain", name=rule, lang=lang, rules=rules)


@app.command("rules")
def list_rules(
    profile: Profile = ProfileName.GUIDELINE,
    format: Output = Format.TEXT,  # noqa: A002 - the option's name
    coverage: Annotated[bool, typer.Option("--coverage", help="Every statement of the text, and what answers it.")] = False,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="What was in force on a day.")] = None,
    lang: Language = None,
    rules: Rules = None,
    overlay: Overlay = None,
) -> None:
    """List the rules of a profile, those of a day, or what answers each statement."""
    _run(
        "rules",
        profile=profile,
        format_=format,
        lang=lang,
        rules=rules,
        overlay=overlay,
        coverage=coverage,
        as_of=as_of,
    )


@app.command()
def schema(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="case, report, audit, finding, diff, mapping, waivers, overlay, rule, terms, parameter, statements and others.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write all of them into a folder.")] = None,
) -> None:
    """Print a JSON Schema, or write them all."""
    _run("schema", name=name, out=out)


@app.command("test")
def run_examples(names: Names = None, rules: Rules = None) -> None:
    """Judge the examples of rules, on every engine."""
    _run("test", names=names or [], rules=rules)


@app.command()
def coverage(
    names: Names = None,
    threshold: Annotated[int, typer.Option(min=0, max=100, help="Exit with 1 below this percentage.")] = 100,
    rules: Rules = None,
) -> None:
    """Say which truths the examples show of each condition and each quantifier."""
    _run("coverage", names=names or [], threshold=threshold, rules=rules)


@app.command()
def mutate(names: Names = None, rules: Rules = None) -> None:
    """Put one thing wrong into rules, time and again, and say what no example notices."""
    _run("mutate", names=names or [], rules=rules)


@app.command()
def lint(
    format: Output = Format.TEXT,  # noqa: A002 - the option's name
    rules: Rules = None,
) -> None:
    """Say what is wrong with a rule set, and what looks wrong."""
    _run("lint", rules=rules, format_=format)


@app.command("fmt")
def format_rules(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Only these files; all without one.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if a file is not in canonical form.")
    ] = False,
    rules: Rules = None,
) -> None:
    """Bring the files of a rule set into their canonical form."""
    _run("fmt", files=files or [], check=check, rules=rules)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The rule's name, for the fault: decision-without-hearing.")],
    statement: Annotated[str, typer.Option(metavar="ID", help="The statement that it encodes, such as G50.")],
    trigger: Annotated[str, typer.Option(metavar="TYPE", help="The event type that it starts from, such as decision_made.")],
    rules: Annotated[Path, typer.Option(metavar="FOLDER", help="Your folder of rules; made where it is missing.")],
    area: Annotated[str, typer.Option(metavar="FOLDER", help="The folder in it that the file goes to.")] = ".",
    followed_by: Annotated[str | None, typer.Option(metavar="TYPE", help="The event type that must follow.")] = None,
    within: Annotated[str | None, typer.Option(metavar="DURATION", help="By when, such as '10 working days'.")] = None,
) -> None:
    """Make a rule file with examples that fail until they are filled in."""
    _run(
        "new",
        name=name,
        statement=statement,
        trigger=trigger,
        followed_by=followed_by,
        within=within,
        rules=rules,
        area=area,
    )


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder of rules, or 'rebild' for the bundled ones.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another, or the same with other settings.")],
    cases: Annotated[
        Path, typer.Option(metavar="FILE", help="An export; or without --mapping a case as JSON, or JSONL of them.")
    ],
    as_of: AsOf,
    mapping: Annotated[Path | None, typer.Option(metavar="FILE", help="How the export is to be read.")] = None,
    old_profile: Annotated[ProfileName, typer.Option(help="The profile of OLD.")] = ProfileName.GUIDELINE,
    new_profile: Annotated[ProfileName, typer.Option(help="The profile of NEW.")] = ProfileName.GUIDELINE,
    old_set: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter of OLD; repeatable.")] = None,
    new_set: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter of NEW; repeatable.")] = None,
    examples: Annotated[int, typer.Option(min=0, help="Cases shown for each kind of change.")] = 3,
    format: Output = Format.TEXT,  # noqa: A002 - the option's name
    lang: Language = None,
) -> None:
    """Say what a change of policy would do: the verdicts that differ on real cases."""
    _run(
        "diff",
        old=old,
        new=new,
        cases=cases,
        mapping=mapping,
        as_of=as_of,
        old_profile=old_profile,
        new_profile=new_profile,
        old_set=old_set or [],
        new_set=new_set or [],
        examples=examples,
        format_=format,
        lang=lang,
    )


@app.command()
def selftest(
    cases: Annotated[int, typer.Option(min=1, help="How many generated cases.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same cases.")] = 1,
    engines: Annotated[str, typer.Option(help="The engines to compare, the first being right.")] = "reference,compiled",
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where a counter-example goes.")] = Path("counterexample.yaml"),
    jobs: Annotated[int, typer.Option(min=1, help="How many processes compare.")] = 1,
    resume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep what is done in a file, and take up the run that it holds.")
    ] = None,
    memory: Annotated[bool, typer.Option("--memory", help="Print what the process held in memory as it went.")] = False,
    rules: Rules = None,
) -> None:
    """Compare the engines on generated cases."""
    _run("selftest", cases=cases, seed=seed, engines=engines, out=out, jobs=jobs, resume=resume, memory=memory, rules=rules)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the page and the findings go.")] = Path("rebild-demo"),
    profile: Profile = ProfileName.GUIDELINE,
    lang: Language = None,
) -> None:
    """Audit the made-up export that is shipped, and leave an HTML page."""
    _run("demo", out=out, profile=profile, lang=lang)


def main() -> None:
    """Run the command line. Expected errors are one line; an unexpected one names its place, never its data."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last resort: a traceback could show a case
        sys.exit(import_module("rebild_policy.cli.failures").report(error))
