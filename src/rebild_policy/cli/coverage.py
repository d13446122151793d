"""`rebild-policy coverage`: which truths the examples of rules show of each condition and each quantifier."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
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
    say(screen, f"\n{found.fraction.numerator}/{found.fraction.denominator} = {_percent(found.fraction)}")
    return BELOW if found.fraction * 100 < threshold or found.stale else 0


def _table(found: RuleSetCoverage) -> Iterator[tuple[str, ...]]:
    yield ("rule or term", "shown", "of", "", "unreachable")
    for rule in found.rules:
        needed = len(rule.points) - len(rule.unreachable)
        shown = needed - len(rule.missing)
        yield (rule.name, str(shown), str(needed), _percent(rule.fraction), str(len(rule.unreachable) or ""))


def _percent(fraction: Fraction) -> str:
    """Rounded down, so that 100 % means all."""
    return f"{int(fraction * 1000) / 10:.1f} %"
