"""`rebild-policy sample`: cases for people to review, with a checklist for each and a file for the answers."""

from __future__ import annotations

from pathlib import Path

from rebild_policy.cli.audit import command_line, shown_progress
from rebild_policy.cli.common import console, day, language, policy, say
from rebild_policy.errors import UsageError, shown
from rebild_policy.report.checklists import render_checklists
from rebild_policy.report.jsonl import escaped
from rebild_policy.report.reviews import sampled, sampled_files
from rebild_policy.report.writing import Writer
from rebild_policy.review.answers import SAMPLE, blank_answers
from rebild_policy.review.sampling import draw
from rebild_policy.rules import Language, Profile
from rebild_policy.sources.export import read_export
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.waivers import read_waivers

CHECKLISTS, ANSWERS = "checklists.html", "answers.csv"


def run(
    *,
    export: Path,
    mapping: Path,
    as_of: str,
    out: Path,
    profile: Profile,
    per_stratum: int,
    seed: int,
    lang: Language | None,
    rules: Path | None,
    overlay: Path | None,
    waivers: Path | None,
    pseudonymise: str | None,
) -> int:
    """Draw the sample, write its three files and say what was drawn."""
    judge, tongue, today = policy(rules, profile, overlay), language(lang), day(as_of)
    accepted = read_waivers(waivers) if waivers else ()
    pseudonyms = Pseudonyms.read(pseudonymise) if pseudonymise else None
    if taken := {export.resolve(), mapping.resolve()} & {(out / name).resolve() for name in (CHECKLISTS, ANSWERS, SAMPLE)}:
        raise UsageError(f"{shown(taken.pop())} would be overwritten.", remedy="Name another folder.")
    with shown_progress() as bar:
        audit = judge.audit(export, mapping, today, command=command_line(), progress=bar, waivers=accepted, pseudonyms=pseudonyms)
    # Read once more: an audit keeps findings and no cases, and a sample is drawn seldom.
    cases = read_export(export, load_mapping(mapping), pseudonyms=pseudonyms)
    drawn = draw(audit, cases, judge.ruleset.statements, per_stratum=per_stratum, seed=seed)
    _write_answers(out, blank_answers(drawn.checklists, tongue))
    lines = drawn.sample.model_dump_json(indent=2).split("\n")
    (out / SAMPLE).write_text("\n".join(map(escaped, lines)) + "\n", encoding="utf-8")
    (out / CHECKLISTS).write_text(render_checklists(drawn.sample, drawn.checklists, tongue), encoding="utf-8")
    writer, screen = Writer(tongue), console()
    say(screen, sampled(writer, drawn.sample, audit.accounting.cases))
    paths = [shown(out / name) for name in (CHECKLISTS, ANSWERS, SAMPLE)]
    for path, purpose in zip(paths, sampled_files(writer), strict=True):
        say(screen, f"  {path:<{max(map(len, paths))}}  {purpose}")
    return 0


def _write_answers(out: Path, blank: bytes) -> None:
    """Write the file to fill in, and make its folder. One that is there may hold answers, and is left alone."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / ANSWERS
    if path.exists() and path.read_bytes() != blank:
        raise UsageError(f"{shown(path)} is there already, and may hold answers.", remedy="Name another folder.")
    path.write_bytes(blank)
