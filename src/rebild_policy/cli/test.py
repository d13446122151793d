"""`rebild-policy test`: the examples of rules, as tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rebild_policy.bundled import rules_folder
from rebild_policy.cli.common import aligned, console, known_rules, say
from rebild_policy.engines import available
from rebild_policy.loading import load_rules
from rebild_policy.proving.trials import Trial, trials
from rebild_policy.rulefiles import NOT_APPLICABLE, VERDICTS

FAILED = 1


def run(*, rules: Path | None, names: list[str]) -> int:
    """Judge every example on every engine; print the failures, and the examples by rule and verdict."""
    ruleset = load_rules(rules or rules_folder())
    chosen = known_rules(ruleset, names)
    judged = [trial for trial in trials(ruleset) if trial.rule in chosen]
    screen = console()
    failed = [trial for trial in judged if not trial.passed]
    for (at, name, problems), where in _alike(failed).items():
        say(screen, f"{at}: {name} [{_places(where)}]", "bold")
        for problem in problems:
            say(screen, f"  {problem}")
    for line in ([""] if failed else []) + [*aligned(_table(judged)), ""]:
        say(screen, line)
    every, wrong = ({(trial.rule, trial.example.name, trial.profile) for trial in some} for some in (judged, failed))
    words = f"{len(every) - len(wrong)} passed, {len(wrong)} failed"
    say(screen, f"{words}: each example in each profile that it names, on every engine.")
    return FAILED if failed else 0


def _places(where: list[tuple[str, str]]) -> str:
    """Engines and profiles: by profile alone where all engines say the same."""
    engines = {engine for engine, _ in where}
    profiles = list(dict.fromkeys(profile for _, profile in where))
    if engines == set(available()) and len(where) == len(engines) * len(profiles):
        return f"every engine; {', '.join(profiles)}"
    return "; ".join(f"{engine}, {profile}" for engine, profile in where)


def _alike(failed: list[Trial]) -> dict[tuple[str, str, tuple[str, ...]], list[tuple[str, str]]]:
    """Failures of one example that say the same, with the engines and profiles in which they do."""
    found: dict[tuple[str, str, tuple[str, ...]], list[tuple[str, str]]] = {}
    for trial in failed:
        about = (str(trial.example.at), f"{trial.rule}: {trial.example.name.en}", trial.problems)
        found.setdefault(about, []).append((trial.engine, trial.profile))
    return found


def _table(judged: list[Trial]) -> Iterator[tuple[str, ...]]:
    """The examples by rule and verdict. An example is counted once, however often it is judged."""
    columns = (*VERDICTS, NOT_APPLICABLE)
    yield ("examples", *columns)
    examples = {(trial.rule, trial.example.name.en): trial.verdicts for trial in judged}
    counts: dict[str, Counter[str]] = {}
    for (rule, _), verdicts in examples.items():
        counts.setdefault(rule, Counter()).update(verdicts)
    for rule, tally in counts.items():
        yield (rule, *(str(tally[name] or "") for name in columns))
