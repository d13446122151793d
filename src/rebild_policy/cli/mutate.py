"""`rebild-policy mutate`: rules with one thing wrong, each of which an example must notice."""

from __future__ import annotations

from pathlib import Path

from rebild_policy.bundled import rules_folder
from rebild_policy.cli.common import console, known_rules, progress, say
from rebild_policy.loading import load_rules
from rebild_policy.proving.exceptions import load_exceptions
from rebild_policy.proving.mutation import mutate

SURVIVED = 1


def run(*, rules: Path | None, names: list[str]) -> int:
    """Print the survivors, each with an example that would kill it, and the counts; 1 where there is one."""
    folder = rules or rules_folder()
    ruleset = load_rules(folder)
    chosen = known_rules(ruleset, names) if names else None
    with progress("mutate") as bar:
        task = bar.add_task("mutants tried", total=None)
        found = mutate(
            ruleset,
            load_exceptions(folder),
            rules=chosen,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    screen = console()
    for survivor in found.survivors:
        say(screen, f"survived: {survivor.mutant.name}", "bold")
        if survivor.example:
            say(screen, "  This example would notice; check that it says what the text says, and name it:")
            say(screen, survivor.example)
        else:
            say(screen, "  No generated case tells it from the rule. If it means the same, list it with the reason:")
            say(screen, f"  equivalent in exceptions.yaml: mutant: {survivor.mutant.name}\n")
    for line in found.stale:
        say(screen, f"exceptions.yaml: {line}")
    counts = [f"{found.count('killed')} killed", f"{found.count('equivalent')} equivalent", f"{found.count('survived')} survived"]
    say(screen, f"{len(found.fates) - found.count('refused')} mutants: {', '.join(counts)}.")
    return SURVIVED if found.survivors or found.stale else 0
