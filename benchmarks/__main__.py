"""`python -m benchmarks`: ratios first, since they hold on any machine, then the times they come from.

Every figure stands beside its limit and is called ok or OVER; the exit code is 0 either way, for a busy machine is no fault.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from time import perf_counter

from benchmarks.cases import AS_OF, EVENTS_A_CASE, cases, fresh
from benchmarks.handwritten import only_these
from benchmarks.handwritten import verdicts as handwritten
from benchmarks.timing import Paired, Spread, Timed, paired, repeated, timed
from rebild_policy import Policy
from rebild_policy.bundled import rules_folder
from rebild_policy.engines import ENGINES, lacks
from rebild_policy.engines.compiled import CompiledEngine
from rebild_policy.facts import Case
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.plan import build_plan

CASES, SEED = 200, 1
ROUNDS_OF_RETE = 10
ROUNDS_WARM, ROUNDS_COLD, ROUNDS_OF_CHECK, ROUNDS_OF_LOADING, ROUNDS_OF_A_PROCESS = 300, 60, 10, 20, 20

TEN_RULES_LIMIT, ALL_RULES_LIMIT = 2.0, 3.0  # times the hand-written function, and times the ten rules
LOADING_LIMIT, IMPORT_LIMIT, HELP_LIMIT = 0.150, 0.030, 0.250

SCRIPT = Path(sys.executable).with_name("rebild-policy")


def main() -> None:
    """Measure everything and print it."""
    ruleset = load_rules(rules_folder())
    policy = Policy(ruleset, profile="guideline")
    every, ten = engine(ruleset), engine(only_these(ruleset))
    counting = CompiledEngine(build_plan(ruleset, profile="guideline"))
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    print(f"{CASES} cases of {EVENTS_A_CASE} events, seed {SEED}, guideline profile; medians, then least to greatest")
    print(
        f"Rules: the {len(ten.plan.rules)} that are written by hand, and all {len(every.plan.rules)} that can "
        f"find a deviation; {len(counting.plan.rules) - len(every.plan.rules)} more only count"
    )
    made = cases(CASES, SEED)

    warm = in_turns(ten.verdicts, handwritten, lambda: made, ROUNDS_WARM)
    # Nothing is remembered of these cases: neither what a check works out and keeps, nor where their memory lies.
    cold = in_turns(ten.verdicts, handwritten, lambda: fresh(made), ROUNDS_COLD)
    grown = in_turns(every.verdicts, ten.verdicts, lambda: made, ROUNDS_WARM)
    counted = in_turns(counting.verdicts, ten.verdicts, lambda: made, ROUNDS_WARM)
    checked = in_turns(policy.check, handwritten, lambda: made, ROUNDS_OF_CHECK)

    print("\nRatios")
    ratio("verdicts() of ten rules to the hand-written function, warm", warm.ratio, TEN_RULES_LIMIT)
    ratio("verdicts() of ten rules to the hand-written function, cold", cold.ratio, TEN_RULES_LIMIT)
    ratio("verdicts() of all rules to that of ten, warm", grown.ratio, ALL_RULES_LIMIT)
    ratio("the same with the statistics, which Policy.verdicts() leaves out, warm", counted.ratio, None)
    ratio("Policy.check() of all rules, explanations unread, to the hand-written function, warm", checked.ratio, None)

    print("\nTime a case")
    microseconds("hand-written, warm", warm.second)
    microseconds("verdicts() of ten rules, warm", warm.first)
    microseconds("hand-written, cold", cold.second)
    microseconds("verdicts() of ten rules, cold", cold.first)
    microseconds("verdicts() of all rules, warm", grown.first)
    microseconds("Policy.check() of all rules, explanations unread, warm", checked.first)

    second_judge(ruleset, every, ten, made)

    print("\nTime once")
    milliseconds("load, plan and compile all rules, warm process", loading(), LOADING_LIMIT)
    milliseconds("import rebild_policy, over bare Python", importing(), IMPORT_LIMIT)
    if SCRIPT.exists():
        milliseconds("rebild-policy --help", repeated(process(str(SCRIPT), "--help"), ROUNDS_OF_A_PROCESS), HELP_LIMIT)
    else:
        print(f"  rebild-policy --help: not measured, there is no {SCRIPT}")


def second_judge(ruleset: RuleSet, every: CompiledEngine, ten: CompiledEngine, made: list[Case]) -> None:
    """The durable engine, where it is installed."""
    lacking = lacks("durable")
    if lacking:
        print(f"\nThe second judge: not measured, {lacking}")
        return
    public = import_module("benchmarks.rete")
    of_all, of_ten = (ENGINES["durable"](each.plan) for each in (every, ten))
    of_four = ENGINES["durable"](build_plan(only_these(ruleset, public.RULES), profile="guideline"))
    same = [
        in_turns(of_ten.verdicts, ten.verdicts, lambda: made, ROUNDS_OF_RETE),
        in_turns(of_all.verdicts, every.verdicts, lambda: made, ROUNDS_OF_RETE),
        in_turns(of_four.verdicts, public.joined, lambda: made, ROUNDS_OF_RETE),
    ]
    print("\nThe second judge: durable")
    ratio("verdicts() of ten rules to compiled, warm", same[0].ratio, None)
    ratio("verdicts() of all rules to compiled, warm", same[1].ratio, None)
    ratio("verdicts() of four rules to their bare joins by the public interface of durable-rules", same[2].ratio, None)
    microseconds("verdicts() of ten rules, warm, a case", same[0].first)
    microseconds("verdicts() of all rules, warm, a case", same[1].first)
    microseconds("verdicts() of four rules, warm, a case", same[2].first)
    microseconds("the joins of four rules by the public interface, a case", same[2].second)


# ---------------------------------------------------------------------------------------------------------------- measuring
def engine(ruleset: RuleSet) -> CompiledEngine:
    """What `Policy.verdicts` runs."""
    return CompiledEngine(build_plan(ruleset, profile="guideline").duties)


def in_turns(
    first: Callable[[Case, date], object],
    second: Callable[[Case, date], object],
    prepare: Callable[[], list[Case]],
    rounds: int,
) -> Paired:
    """Judging all cases in the one way and in the other, in turns."""

    def judging(judge: Callable[[Case, date], object]) -> Callable[[list[Case]], None]:
        def work(made: list[Case]) -> None:
            for case in made:
                judge(case, AS_OF)

        return work

    return paired(timed(judging(first), prepare), timed(judging(second), prepare), rounds)


def loading() -> Spread:
    """From YAML files to a first verdict. `Policy.rebild` does the same; spelt out here, no cache can come between."""
    empty = Case(id="empty")

    def load(folder: Path) -> None:
        engine(load_rules(folder)).verdicts(empty, AS_OF)

    return repeated(timed(load, rules_folder), ROUNDS_OF_LOADING)


def importing() -> Spread:
    """What the import adds to the start of an interpreter."""
    bare, full = process(sys.executable, "-c", "pass"), process(sys.executable, "-c", "import rebild_policy")
    return paired(full, bare, ROUNDS_OF_A_PROCESS).difference


def process(*command: str) -> Timed:
    """One run of a command, from its start to its end by the clock on the wall."""

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
