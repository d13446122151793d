"""The commands of those who write rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rebild_policy.cli.options import Format, Language, Names, Output, Overlay, Profile, ProfileName, Rules, run


def add_commands(app: typer.Typer) -> None:
    """Make them commands of the program."""
    app.command()(explain)
    app.command("rules")(list_rules)
    app.command()(schema)
    app.command("test")(run_examples)
    app.command()(coverage)
    app.command()(mutate)
    app.command()(lint)
    app.command("fmt")(format_rules)
    app.command()(new)
    app.command()(selftest)


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule's name, such as late-reply.")],
    lang: Language = None,
    rules: Rules = None,
) -> None:
    """Explain a rule: the fault, its source, deadline, exemptions and examples."""
    run("explain", name=rule, lang=lang, rules=rules)


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
    run(
        "rules",
        profile=profile,
        format_=format,
        lang=lang,
        rules=rules,
        overlay=overlay,
        coverage=coverage,
        as_of=as_of,
    )


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
    run("schema", name=name, out=out)


def run_examples(names: Names = None, rules: Rules = None) -> None:
    """Judge the examples of rules, on every engine."""
    run("test", names=names or [], rules=rules)


def coverage(
    names: Names = None,
    threshold: Annotated[int, typer.Option(min=0, max=100, help="Exit with 1 below this percentage.")] = 100,
    rules: Rules = None,
) -> None:
    """Say which truths the examples show of each condition and each quantifier."""
    run("coverage", names=names or [], threshold=threshold, rules=rules)


def mutate(names: Names = None, rules: Rules = None) -> None:
    """Put one thing wrong into rules, time and again, and say what no example notices."""
    run("mutate", names=names or [], rules=rules)


def lint(
    format: Output = Format.TEXT,  # noqa: A002 - the option's name
    rules: Rules = None,
) -> None:
    """Say what is wrong with a rule set, and what looks wrong."""
    run("lint", rules=rules, format_=format)


def format_rules(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Only these files; all without one.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if a file is not in canonical form.")
    ] = False,
    rules: Rules = None,
) -> None:
    """Bring the files of a rule set into their canonical form."""
    run("fmt", files=files or [], check=check, rules=rules)


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
    run(
        "new",
        name=name,
        statement=statement,
        trigger=trigger,
        followed_by=followed_by,
        within=within,
        rules=rules,
        area=area,
    )


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
    run("selftest", cases=cases, seed=seed, engines=engines, out=out, jobs=jobs, resume=resume, memory=memory, rules=rules)
