"""`rebild-policy new`: a rule to start from."""

from __future__ import annotations

from pathlib import Path

from rebild_policy.authoring.scaffold import Sketch, scaffold
from rebild_policy.calendar import Duration
from rebild_policy.errors import UsageError, shown


def run(*, name: str, statement: str, trigger: str, followed_by: str | None, within: str | None, rules: Path, area: str) -> int:
    """Write the files and name them."""
    try:
        duration = Duration.parse(within) if within else None
    except ValueError as error:
        raise UsageError(f"--within: {error}") from None
    for path in scaffold(Sketch(name, statement, trigger, followed_by, duration, area), rules):
        print(shown(path))
    print(f"Fill in what says TODO, then run: rebild-policy test --rules {shown(rules)}")
    return 0
