"""What the commands share: language, as-of day, policy, progress and exit code."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import TextIOWrapper
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rebild_policy.bundled import rules_folder
from rebild_policy.calendar import COPENHAGEN
from rebild_policy.errors import UsageError
from rebild_policy.facts import read_day
from rebild_policy.loading import RuleSet
from rebild_policy.policy import Policy
from rebild_policy.results import Finding
from rebild_policy.rules import Language, Profile

_SEVERITIES = ("low", "medium", "high")


def language(lang: Language | None) -> Language:
    """The language asked for, or that of the locale: Danish where it is Danish, else English."""
    if lang:
        return "da" if lang == "da" else "en"
    for name in (
        os.environ.get("LC_ALL"),
        os.environ.get("LC_MESSAGES"),
        os.environ.get("LANG"),
        locale.getlocale()[0],
    ):
        if name:
            return "da" if name.lower().startswith("da") else "en"
    return "en"


def day(text: str) -> date:
    """The as-of day. Raises `UsageError` for what is none."""
    if text == "today":
        return datetime.now(COPENHAGEN).date()
    try:
        return read_day(text)
    except ValueError:
        raise UsageError("--as-of is no date.", remedy="Write YYYY-MM-DD, or today.") from None


def policy(rules: Path | None, profile: Profile, overlay: Path | None = None) -> Policy:
    """The bundled policy, or the one of a folder, with what an overlay changes."""
    name: Profile = "statutory" if profile == "statutory" else "guideline"
    return Policy.load(rules or rules_folder(), profile=name, overlay=overlay)


def known_rules(ruleset: RuleSet, names: Iterable[str]) -> list[str]:
    """The rules that are named, or all. Raises `RuleError` for a name that does not exist."""
    return [ruleset.rule(name).name for name in names] or [rule.name for rule in ruleset.rules]


def console() -> Console:
    """Standard output for people: colours and the width of the terminal, plain text in a pipe.

    A letter that the output can't show becomes a question mark.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return _Screen(highlight=False, soft_wrap=False)


def say(screen: Console, text: str, style: str | None = None) -> None:
    """Print a line as it is, however long: one that is to be copied must not be broken."""
    screen.print(text, markup=False, soft_wrap=True, style=style)


def aligned(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Rows of a table as lines of text: the first column to the left, the others to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *rest in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  ".join([f"{first:<{widths[0]}}", *cells]).rstrip()


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        """Leave a reader that has left to the command; rich would exit with 1, which stands for deviations."""
        raise BrokenPipeError


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A progress bar on a terminal, none in a pipe. It goes to standard error, so that output stays clean."""
    columns = (
        TextColumn(label),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        yield bar


def exit_code(violations: Iterable[Finding], fail_on: str) -> int:
    """1 where a deviation is at least as severe as `fail_on` says, else 0."""
    if fail_on == "never":
        return 0
    grave = _SEVERITIES[_SEVERITIES.index(fail_on) :]
    return int(any(finding.severity in grave for finding in violations))
