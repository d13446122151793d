"""`python -m benchmarks`: ratios first, since they hold on any machine, then the times they come from.

Every figure stands beside its limit and is called ok or OVER; the exit code is 0 either way, for a busy machine is no fault.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from benchmarks.cases import AS_OF, EVENTS_A_CASE, cases, fresh
from benchmarks.handwritten import verdicts as handwritten
from benchmarks.timing import Paired, Spread, Timed, paired, repeated, timed
from rebild_policy import Policy
from rebild_policy.bundled import rules_folder
from rebild_policy.engines.compiled import CompiledEngine
from rebild_policy.facts import Case
from rebild_policy.loading import load_rules
from rebild_policy.plan import build_plan

CASES, SEED = 200, 1
ROUNDS_WARM, ROUNDS_COLD, ROUNDS_OF_CHECK, ROUNDS_OF_LOADING, ROUNDS_OF_A_PROCESS = 300, 60, 10, 10, 20

RATIO_LIMIT = 2.0
LOADING_LIMIT, IMPORT_LIMIT, HELP_LIMIT = 0.100, 0.030, 0.250

SCRIPT = Path(sys.executable).with_name("rebild-policy")


def main() -> None:
    """Measure everything and print it."""
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    print(f"{CASES} cases of {EVENTS_A_CASE} events, seed {SEED}, guideline profile; medians, then least to greatest")
    engine = CompiledEngine(build_plan(load_rules(rules_folder()), profile="guideline"))
    policy = Policy.rebild(profile="guideline")
    made = cases(CASES, SEED)

    warm = against_handwritten(engine.verdicts, lambda: made, ROUNDS_WARM)
    # Nothing is remembered of these cases: neither what a check works out and keeps, nor where their memory lies.
    cold = against_handwritten(engine.verdicts, lambda: fresh(made), ROUNDS_COLD)
    checked = against_handwritten(lambda case, as_of: policy.check(case, as_of=as_of), lambda: made, ROUNDS_OF_CHECK)

    print("\nRatios to the hand-written function")
    ratio("verdicts(), compiled, warm", warm.ratio, RATIO_LIMIT)
    ratio("verdicts(), compiled, cold", cold.ratio, RATIO_LIMIT)
    ratio("Policy.check(), warm", checked.ratio, None)

    print("\nTime a case")
    microseconds("hand-written, warm", warm.second)
    microseconds("verdicts(), compiled, warm", warm.first)
    microseconds("hand-written, cold", cold.second)
    microseconds("verdicts(), compiled, cold", cold.first)
    microseconds("Policy.check(), warm", checked.first)

    print("\nTime once")
    milliseconds("load, plan and compile the bundled rules, warm process", loading(), LOADING_LIMIT)
    milliseconds("import rebild_policy, over bare Python", importing(), IMPORT_LIMIT)
    if SCRIPT.exists():
        milliseconds("rebild-policy --help", repeated(process(str(SCRIPT), "--help"), ROUNDS_OF_A_PROCESS), HELP_LIMIT)
    else:
        print(f"  rebild-policy --help: not measured, there is no {SCRIPT}")


# ---------------------------------------------------------------------------------------------------------------- measuring
def against_handwritten(judge: Callable[..., object], prepare: Callable[[], list[Case]], rounds: int) -> Paired:
    """Judging all cases with `judge` and with the hand-written function, in turns."""

    def theirs(made: list[Case]) -> None:
        for case in made:
            judge(case, AS_OF)

    def own(made: list[Case]) -> None:
        for case in made:
            handwritten(case, AS_OF)

    return paired(timed(theirs, prepare), timed(own, prepare), rounds)


def loading() -> Spread:
    """From YAML files to an engine. `Policy.rebild` does the same; spelt out here, no cache can come between."""

    def load(folder: Path) -> CompiledEngine:
        return CompiledEngine(build_plan(load_rules(folder), profile="guideline"))

    return repeated(timed(load, rules_folder), ROUNDS_OF_LOADING)


def importing() -> Spread:
    """What the import adds to the start of an interpreter."""
    bare, full = process(sys.executable, "-c", "pass"), process(sys.executable, "-c", "import rebild_policy")
    return paired(full, bare, ROUNDS_OF_A_PROCESS).difference


def process(*command: str) -> Timed:
    """One run of a command, from its start to its end."""

    def run() -> float:
        start = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return perf_counter() - start

    return run


# ----------------------------------------------------------------------------------------------------------------- printing
def ratio(label: str, spread: Spread, limit: float | None) -> None:
    line(label, spread, 1, "x", 2, limit)


def microseconds(label: str, spread: Spread) -> None:
    line(label, spread, 1e6 / CASES, " µs", 2, None)


def milliseconds(label: str, spread: Spread, limit: float) -> None:
    line(label, spread, 1e3, " ms", 1, limit)


def line(label: str, spread: Spread, factor: float, unit: str, digits: int, limit: float | None) -> None:
    """`label: figure (least to greatest) / limit / ok or OVER`."""

    def shown(figure: float) -> str:
        return f"{figure * factor:.{digits}f}"

    text = f"  {label}: {shown(spread.median)}{unit} ({shown(spread.least)} to {shown(spread.greatest)})"
    if limit is not None:
        text += f" / limit {shown(limit)}{unit} / {'ok' if spread.median <= limit else 'OVER'}"
    print(text)


if __name__ == "__main__":
    main()
