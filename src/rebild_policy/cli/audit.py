"""`rebild-policy audit`: every case of an export, through a mapping file."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.progress import TaskID

from rebild_policy.audits.baseline import read_baseline, with_baseline
from rebild_policy.audits.publishing import published
from rebild_policy.audits.request import Progress, Stage
from rebild_policy.audits.results import Audit
from rebild_policy.cli.common import console, day, exit_code, language, policy, progress
from rebild_policy.errors import UsageError, shown
from rebild_policy.preflight import preflight
from rebild_policy.report.html import render_html
from rebild_policy.report.jsonl import write_findings
from rebild_policy.report.junit import render_junit
from rebild_policy.report.markdown import render_markdown
from rebild_policy.report.preflight import render_preflight
from rebild_policy.report.publication import render_publication
from rebild_policy.report.sarif import render_sarif
from rebild_policy.report.tables import check_findings_file, write_table
from rebild_policy.report.terminal import render_audit
from rebild_policy.review.answers import SAMPLE, read_answers, with_answers
from rebild_policy.rules import Language, Profile, Statement
from rebild_policy.sources.accounting import write_quarantine
from rebild_policy.sources.export import coverage_of
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.waivers import read_waivers

_NOTHING_COVERED = (
    "rebild-policy: the mapping promises nothing of what the export holds, so no rule can be checked. Say it under 'covers'."
)


def run(
    *,
    export: Path,
    mapping: Path,
    as_of: str,
    profile: Profile,
    format_: str,
    outputs: Mapping[str, Path | None],
    preflight_only: bool,
    lang: Language | None,
    rules: Path | None,
    overlay: Path | None,
    waivers: Path | None,
    answers: Path | None,
    baseline: Path | None,
    cross_check: str | None,
    pseudonymise: str | None,
    engine: str,
    work: Path | None,
    resume: bool,
    fail_on: str,
) -> int:
    """Audit the export, write what was asked for and print the numbers."""
    judge, tongue, today = policy(rules, profile, overlay), language(lang), day(as_of)
    accepted = read_waivers(waivers) if waivers else ()
    pseudonyms = Pseudonyms.read(pseudonymise) if pseudonymise else None
    reviewed = read_answers(answers) if answers else None
    earlier = read_baseline(baseline) if baseline else None
    if preflight_only:
        read = load_mapping(mapping)
        plan = judge.ready(coverage_of(read), read.time.same_day).plan
        render_preflight(preflight(plan), tongue, console())
        return 0
    publish = outputs.get("publish")
    if publish and publish.suffix not in {".md", ".json"}:
        raise UsageError("what is published is Markdown or JSON.", remedy="End the name after --publish with .md or .json.")
    if not load_mapping(mapping).covers:
        print(_NOTHING_COVERED, file=sys.stderr)
    sample = answers and answers.with_name(SAMPLE)
    check_outputs(outputs.values(), (export, mapping, waivers, answers, sample, baseline))
    if found := outputs.get("findings"):
        check_findings_file(found)
    with shown_progress() as bar:
        result = judge.audit(
            export,
            mapping,
            today,
            command=command_line(),
            progress=bar,
            cross_check=cross_check,
            waivers=accepted,
            pseudonyms=pseudonyms,
            engine=engine,
            work=work,
            resume=resume,
        )
    if reviewed:
        result = with_answers(result, reviewed)
    if earlier:
        result = with_baseline(result, earlier)
    _write(result, judge.ruleset.statements, tongue, outputs)
    if format_ == "json":
        print(result.model_dump_json(indent=2))
    else:
        render_audit(result, judge.ruleset.statements, tongue, console())
    # The worst that are held tell whether there is any, but not whether it is new.
    violations = (one for one in result.every() if one.deviates) if earlier and fail_on != "never" else result.violations
    return exit_code((one for one in violations if one.baseline != "persisting"), fail_on)


def _write(
    audit: Audit,
    statements: Mapping[str, Statement],
    lang: Language,
    outputs: Mapping[str, Path | None],
) -> None:
    """Write the files that were asked for."""
    writers: dict[str, Callable[[Path], object]] = {
        "findings": lambda path: _write_findings(path, audit),
        "summary": lambda path: _write_text(path, audit.model_dump_json(indent=2) + "\n"),
        "html": lambda path: _write_text(path, render_html(audit, statements, lang)),
        "sarif": lambda path: _write_text(path, render_sarif(audit, lang)),
        "junit": lambda path: _write_text(path, render_junit(audit, lang)),
        "markdown": lambda path: _write_text(path, render_markdown(audit, statements, lang)),
        "publish": lambda path: _write_text(path, _publication(audit, path, lang)),
        "quarantine": lambda path: write_quarantine(path, audit.every_quarantined()),
    }
    for kind, path in outputs.items():
        if path:
            writers[kind](path)


def _publication(audit: Audit, path: Path, lang: Language) -> str:
    """The numbers that can be published, in the format that the file's name says."""
    found = published(audit)
    return render_publication(found, lang) if path.suffix == ".md" else found.model_dump_json(indent=2) + "\n"


def _write_findings(path: Path, audit: Audit) -> None:
    if path.suffix.lower() in {".csv", ".parquet", ".xlsx"}:
        write_table(path, audit)
    else:
        write_findings(path, audit.every())


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path | None]) -> None:
    """Say before the work, not after it, that a file has no folder or would overwrite another."""
    taken = {path.resolve() for path in inputs if path}
    for path in filter(None, outputs):
        if not path.parent.is_dir():
            raise UsageError(f"there is no folder for {shown(path)}.", remedy="Make it first.")
        if path.resolve() in taken:
            raise UsageError(f"{shown(path)} would be overwritten.", remedy="Give each output a name of its own.")
        taken.add(path.resolve())


def command_line() -> str:
    """The command that is being run, as it is typed."""
    return shlex.join(["rebild-policy", *sys.argv[1:]])


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A bar for each stage of an audit."""
    with progress("audit") as bar:
        tasks: dict[str, TaskID] = {}

        def show(stage: Stage, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(_STAGES[stage], total=None)
            bar.update(tasks[stage], completed=done, total=total)

        yield show


_STAGES: dict[Stage, str] = {"read": "bytes read", "judge": "cases judged", "bucket": "buckets judged"}
