"""`rebild-policy check`: one case, given as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rebild_policy.cli.common import console, day, exit_code, language, policy
from rebild_policy.errors import CaseError, Location, PolicyError, shown
from rebild_policy.facts import Case, Coverage
from rebild_policy.report.terminal import render_report
from rebild_policy.rules import Language, Profile
from rebild_policy.waivers import read_waivers

_MAX_BYTES = 50_000_000


def run(
    *,
    path: Path,
    as_of: str,
    profile: Profile,
    without: list[str],
    format_: str,
    lang: Language | None,
    rules: Path | None,
    overlay: Path | None,
    waivers: Path | None,
    cross_check: str | None,
    days: bool,
    fail_on: str,
) -> int:
    """Check the case and print the report."""
    today, case = day(as_of), read_case(path)
    judge = policy(rules, profile, overlay)
    accepted = read_waivers(waivers) if waivers else ()
    coverage = Coverage.all().without(*without)
    report = judge.check(case, today, coverage=coverage, cross_check=cross_check, waivers=accepted)
    if format_ == "json":
        print(report.model_dump_json(indent=2))
    else:
        render_report(report, judge.ruleset.statements, language(lang), console(), days=days)
    return exit_code(report.violations, fail_on)


def read_case(path: Path) -> Case:
    """The case in a JSON file. Raises `CaseError` naming the file and the place."""
    return case_from(read_text(path), Location(shown(path)))


def read_text(path: Path) -> str:
    """The text of a file of cases. Raises `CaseError` for one that can't be read."""
    at = Location(shown(path))
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise CaseError("the file is larger than 50 MB.", at=at, remedy="Is it an export? Use: rebild-policy audit.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CaseError(f"the file can't be read: {error.strerror}.", at=at) from None
    except UnicodeDecodeError:
        raise CaseError("the file is not text in UTF-8.", at=at) from None


def case_from(text: str, at: Location) -> Case:
    """The case in a JSON text, which may name its schema. Raises `CaseError` naming the place."""
    try:
        data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        line = at.line or error.lineno
        raise CaseError(f"this is not JSON: {error.msg}.", at=Location(at.file, line)) from None
    except _TwiceError:
        raise CaseError("a key stands twice in one object.", at=at, remedy="Remove one.") from None
    except (RecursionError, ValueError):
        raise CaseError("this is not JSON that can be read.", at=at) from None
    if isinstance(data, dict):
        data.pop("$schema", None)  # for editors
    try:
        return Case.read(data)
    except PolicyError as error:
        raise CaseError(error.message, at=at, remedy=error.remedy) from None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Python keeps the last of two values of one key, and says nothing of the first.
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError
    return found


class _TwiceError(Exception):
    """A key stands twice in one object."""
