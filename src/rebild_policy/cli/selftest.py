"""`rebild-policy selftest`: the engines compared on generated cases."""

from __future__ import annotations

from pathlib import Path

from rebild_policy.bundled import rules_folder
from rebild_policy.cli.common import console, progress
from rebild_policy.errors import DisagreementError, shown
from rebild_policy.loading import load_rules
from rebild_policy.selftest import run as compare
from rebild_policy.selftest import write_counterexample


def run(*, cases: int, seed: int, engines: str, out: Path, rules: Path | None) -> int:
    """Compare; a difference is shrunk, written and raised."""
    ruleset = load_rules(rules or rules_folder())
    with progress("selftest") as bar:
        task = bar.add_task("cases compared", total=cases)
        result = compare(ruleset, engines.split(","), cases, seed, progress=lambda done: bar.update(task, completed=done))
    if result.differences:
        first = result.differences[0]
        write_counterexample(out, first)
        about = f"rule '{first.rule}'" if first.rule else "the rules together"
        raise DisagreementError(
            f"{first.engine} and the reference differ in {result.differing} judgements, the first on {about}.",
            remedy=f"A shrunk counter-example is in {shown(out)}.",
        )
    screen = console()
    screen.print(f"{result.cases:,} cases in both profiles, {' and '.join(result.engines)}: no difference (seed {seed}).")
    for verdict, count in result.verdicts().items():
        screen.print(f"  {verdict:<14}{count:>12,}")
    for rule, verdicts in result.unseen("violated", "satisfied", "undetermined").items():
        screen.print(f"  never seen: {rule} {', '.join(verdicts)}; generate more cases")
    return 0
