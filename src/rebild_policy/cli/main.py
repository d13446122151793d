"""The program, and the commands over cases. What a command does is in the module of its name, loaded when it is called.

Exit codes: 0 done, 1 deviations at or over `--fail-on`, 2 wrong use or unreadable input, 3 the run itself failed.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from rebild_policy.cli import authors
from rebild_policy.cli.options import (
    AsOf,
    AuditEngine,
    Crossed,
    Fail,
    FailOn,
    Format,
    Language,
    Output,
    Overlay,
    Profile,
    ProfileName,
    Pseudonymise,
    Rules,
    Waivers,
    run,
)
from rebild_policy.version import VERSION

app = typer.Typer(
    help='Check cases against the guideline "Sådan møder vi borgeren": possible deviations, with the evidence.',
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


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
    run(
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
    findings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every finding: explained as .jsonl, in short as .parquet, .csv or .xlsx."),
    ] = None,
    summary: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Write the numbers, hashes and the command.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write the report as one page.")] = None,
    sarif: Annotated[Path | None, typer.Option(metavar="FILE.sarif", help="Write the open findings as SARIF 2.1.0.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE.xml", help="Write the findings as JUnit XML.")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE.md", help="Write a summary as Markdown.")] = None,
    publish: Annotated[
        Path | None, typer.Option(metavar="FILE.md|.json", help="Write numbers fit to publish, small ones left out.")
    ] = None,
    quarantine: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write the rows that can't be used.")] = None,
    preflight: Annotated[bool, typer.Option("--preflight", help="Only say which rules the mapping allows to check.")] = False,
    lang: Language = None,
    rules: Rules = None,
    overlay: Overlay = None,
    waivers: Waivers = None,
    answers: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="What people answered about a sample.")] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="OLD.jsonl", help="Findings of an earlier audit: what is new? --fail-on counts that alone."),
    ] = None,
    cross_check: Crossed = None,
    pseudonymise: Pseudonymise = None,
    engine: Annotated[
        AuditEngine,
        typer.Option(help="compiled: in memory. tables: in buckets, for any size. auto: tables from 32 MB on, if installed."),
    ] = AuditEngine.AUTO,
    work: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Keep there what is done, to resume it.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Take up the audit of the work folder that was stopped.")] = False,
    fail_on: Fail = FailOn.NEVER,
) -> None:
    """Audit a case export through a mapping file."""
    run(
        "audit",
        export=export,
        mapping=mapping,
        as_of=as_of,
        profile=profile,
        format_=format,
        outputs={
            "findings": findings,
            "summary": summary,
            "html": html,
            "sarif": sarif,
            "junit": junit,
            "markdown": markdown,
            "publish": publish,
            "quarantine": quarantine,
        },
        preflight_only=preflight,
        lang=lang,
        rules=rules,
        overlay=overlay,
        waivers=waivers,
        answers=answers,
        baseline=baseline,
        cross_check=cross_check,
        pseudonymise=pseudonymise,
        engine=engine,
        work=work,
        resume=resume,
        fail_on=fail_on,
    )


@app.command("init-mapping")
def init_mapping(
    export: Annotated[str, typer.Argument(metavar="EXPORT", help="A case export; env:NAME for a database.")],
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="What is known of it, as under 'source' in a mapping: sheet=Sager; repeatable."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there, not to the terminal.")] = None,
) -> None:
    """Propose a mapping for an export: what its columns and activities may be, and what stays open."""
    run("initmapping", export=export, source=source or [], out=out)


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
    pseudonymise: Pseudonymise = None,
) -> None:
    """Draw a sample of cases for people to review, with a printable checklist for each."""
    run(
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
        pseudonymise=pseudonymise,
    )


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD.json", help="The earlier audit, as --summary wrote it.")],
    new: Annotated[Path, typer.Argument(metavar="NEW.json", help="The later audit.")],
    old_findings: Annotated[Path | None, typer.Option(metavar="OLD.jsonl", help="The findings of OLD.")] = None,
    new_findings: Annotated[Path | None, typer.Option(metavar="NEW.jsonl", help="The findings of NEW.")] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Compare audits by other rules or of another profile, too.")] = False,
    format: Output = Format.TEXT,  # noqa: A002 - the option's name
    markdown: Annotated[Path | None, typer.Option(metavar="FILE.md", help="Write the comparison as Markdown.")] = None,
    lang: Language = None,
    rules: Rules = None,
) -> None:
    """Compare two audits: per statement the share kept then and now, what is new and gone, and the data."""
    run(
        "compare",
        old=old,
        new=new,
        old_findings=old_findings,
        new_findings=new_findings,
        anyway=anyway,
        format_=format,
        markdown=markdown,
        lang=lang,
        rules=rules,
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
    pseudonymise: Pseudonymise = None,
    lang: Language = None,
) -> None:
    """Say what a change of policy would do: the verdicts that differ on real cases."""
    run(
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
        pseudonymise=pseudonymise,
        lang=lang,
    )


@app.command()
def demo(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the page and the findings go.")] = Path("rebild-demo"),
    profile: Profile = ProfileName.GUIDELINE,
    lang: Language = None,
) -> None:
    """Audit the made-up export that is shipped, and leave an HTML page."""
    run("demo", out=out, profile=profile, lang=lang)


authors.add_commands(app)


def main() -> None:
    """Run the command line. Expected errors are one line; an unexpected one names its place, never its data."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last resort: a traceback could show a case
        sys.exit(import_module("rebild_policy.cli.failures").report(error))
