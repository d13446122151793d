"""`rebild-policy coverage`: which truths the examples of rules show of each condition and each quantifier."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rebild_policy.bundled import rules_folder
from rebild_policy.cli.common import aligned, console, known_rules, say
from rebild_policy.loading import load_rules
from rebild_policy.proving.coverage import RuleSetCoverage, cover
from rebild_policy.proving.exceptions import load_exceptions

BELOW = 1


def run(*, rules: Path | None, names: list[str], threshold: int) -> int:
    """Print what is missing, and the exact fractions; 1 below the threshold, or where an exception is stale."""
    folder = rules or rules_folder()
    ruleset = load_rules(folder)
    found = cover(ruleset, load_exceptions(folder), rules=known_rules(ruleset, names))
    screen = console()
    for rule in found.rules:
        for point in rule.missing:
            say(screen, f"{rule.name}: {point.place.where}: never {point.value}: {point.place.text}")
    for line in found.stale:
        say(screen, f"exceptions.yaml: {line}")
    for line in aligned(_table(found)):
        say(screen, line)
    say(screen, f"\n{found.shown} of {found.needed}: {_percent(found.shown, found.needed)}")
    return BELOW if found.shown * 100 < threshold * found.needed or found.stale else 0


def _table(found: RuleSetCoverage) -> Iterator[tuple[str, ...]]:
    yield ("rule or term", "shown", "of", "", "unreachable")
    for rule in found.rules:
        percent = _percent(rule.shown, rule.needed)
        yield (rule.name, str(rule.shown), str(rule.needed), percent, str(len(rule.unreachable) or ""))


def _percent(shown: int, needed: int) -> str:
    """Rounded down, so that 100 % means all."""
    return f"{1000 * shown // needed / 10 if needed else 100:.1f} %"
