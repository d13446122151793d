"""`rebild-policy selftest`: the engines compared on generated cases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rebild_policy.bundled import rules_folder
from rebild_policy.cli.common import console, progress
from rebild_policy.difference import write_counterexample
from rebild_policy.errors import DisagreementError, shown
from rebild_policy.loading import load_rules
from rebild_policy.selftest.long import Memory, run_long

_EVERY = 20_000  # cases between two figures of memory


def run(
    *, cases: int, seed: int, engines: str, out: Path, rules: Path | None, jobs: int, resume: Path | None, memory: bool
) -> int:
    """Compare; a difference is shrunk, written and raised."""
    ruleset = load_rules(rules or rules_folder())
    with progress("selftest") as bar:
        task = bar.add_task("cases compared", total=cases)
        result, held = run_long(
            ruleset,
            engines.split(","),
            cases,
            seed,
            jobs=jobs,
            state=resume,
            progress=lambda done: bar.update(task, completed=done),
        )
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
    can_be = {rule.name: {said for example in rule.examples for said in example.expect.values()} for rule in ruleset.rules}
    for rule, verdicts in result.unseen("violated", "satisfied", "undetermined").items():
        # Some rules can't come to a verdict, such as one that requires "never" to satisfied: examples show what they can.
        if missed := [verdict for verdict in verdicts if verdict in can_be[rule]]:
            screen.print(f"  never seen: {rule} {', '.join(missed)}; generate more cases")
    for line in _memory(held) if memory else ():
        screen.print(line)
    return 0


def _memory(held: Sequence[Memory]) -> list[str]:
    """What a process held, after each stretch of cases and at the end."""
    if not held:
        return ["  resident memory: this system does not say"]
    points = [each for each in held if each.cases % _EVERY == 0 or each is held[-1]]
    return [f"  resident memory after {each.cases:>9,} cases: {each.resident / 1e6:8.1f} MB" for each in points]
