"""`rebild-policy diff`: what a change of policy would do to real cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rebild_policy.bundled import rules_folder
from rebild_policy.cli.check import case_from, read_case, read_text
from rebild_policy.cli.common import console, day, language, progress
from rebild_policy.errors import Location, ParameterError, UsageError, did_you_mean, shown
from rebild_policy.facts import Coverage
from rebild_policy.impact import Asked, cases_of, compare
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.parameters import override, value_from_text
from rebild_policy.policy import Policy
from rebild_policy.report.impact import render_difference
from rebild_policy.rules import Language, Profile
from rebild_policy.sources.export import read_export
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.sources.pseudonyms import Pseudonyms

BUNDLED = "rebild"


def run(
    *,
    old: str,
    new: str,
    cases: Path,
    mapping: Path | None,
    as_of: str,
    old_profile: Profile,
    new_profile: Profile,
    old_set: list[str],
    new_set: list[str],
    examples: int,
    format_: str,
    pseudonymise: str | None,
    lang: Language | None,
) -> int:
    """Judge the cases by both policies and print what differs."""
    today = day(as_of)
    policies = policy(old, old_profile, old_set), policy(new, new_profile, new_set)
    asked = _cases(cases, mapping, Pseudonyms.read(pseudonymise) if pseudonymise else None)
    with progress("diff") as bar:
        task = bar.add_task("cases judged twice", total=len(asked))
        found = compare(*policies, asked, today, progress=lambda done: bar.update(task, completed=done))
    if format_ == "json":
        print(found.model_dump_json(indent=2))
    else:
        render_difference(found, language(lang), console(), examples=examples)
    return 0


def policy(rules: str, profile: Profile, settings: Iterable[str]) -> Policy:
    """The rules of a folder, or the bundled ones, with parameters set for all days."""
    ruleset = load_rules(rules_folder() if rules == BUNDLED else Path(rules))
    return Policy(_with(ruleset, settings), profile="statutory" if profile == "statutory" else "guideline")


def _with(ruleset: RuleSet, settings: Iterable[str]) -> RuleSet:
    values = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise UsageError(f"'{setting}' sets nothing.", remedy="Write NAME=VALUE, as reply_deadline='8 working days'.")
        parameter = ruleset.parameters.get(name)
        if parameter is None:
            raise ParameterError(f"unknown parameter '{name}'.", remedy=did_you_mean(name, ruleset.parameters))
        values[name] = value_from_text(parameter, text)
    return replace(ruleset, parameters=override(ruleset.parameters, values)) if values else ruleset


def _cases(path: Path, mapping: Path | None, pseudonyms: Pseudonyms | None) -> list[Asked]:
    """The cases of an export, of a JSON file that holds one, or of a file with one a line."""
    if pseudonyms and not mapping:
        raise UsageError("--pseudonymise goes with --mapping.", remedy="Cases as JSON are taken as they are.")
    if mapping:
        return cases_of(read_export(path, load_mapping(mapping), pseudonyms=pseudonyms))
    if path.suffix != ".jsonl":
        return [Asked(read_case(path), Coverage.all())]
    lines = enumerate(read_text(path).splitlines(), 1)
    return [Asked(case_from(line, Location(shown(path), number)), Coverage.all()) for number, line in lines if line.strip()]
