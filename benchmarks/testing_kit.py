"""`python -m benchmarks.testing_kit`: what the testing kit promises, in figures.

How many cases a second the strategies draw, what the plugin adds to an empty suite, and in how many of twenty seeds the bug of
the page "Test your own system" is found. Takes some minutes; a busy machine makes the times longer.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from benchmarks.__main__ import milliseconds
from benchmarks.timing import clock, paired
from rebild_policy import Policy
from rebild_policy.strategies import CaseAsOf, compliant_cases, pending_cases, undetermined_cases, violating_cases

PAGE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "test-your-own-system.md"
BLOCK = re.compile(r"<!-- file: (\w+\.py) -->\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DRAWS, SEEDS, ROUNDS = 1000, 20, 25
FEWEST, MOST = 6, 12
CASES_LIMIT, PLUGIN_LIMIT, SEEDS_LIMIT = 100, 0.030, 19


def main() -> None:
    """Measure everything and print it."""
    policy = Policy.rebild(profile="statutory")
    print(f"Cases a second, {DRAWS} draws of each, all rules of the statutory profile; limit {CASES_LIMIT}")
    for strategy in (violating_cases, compliant_cases, pending_cases, undetermined_cases):
        rate(strategy.__name__, strategy(policy))
    print("\nThe plugin")
    with tempfile.TemporaryDirectory() as folder:
        collect = (sys.executable, "-m", "pytest", "--collect-only", "-q", "--rootdir", folder, folder)
        added = paired(empty(*collect), empty(*collect, "-p", "no:rebild_policy"), ROUNDS).difference
        milliseconds("added to pytest --collect-only of an empty suite", added, PLUGIN_LIMIT)
    print(f"\nThe bug of the page, {SEEDS} seeds")
    found = sum(finds(seed) for seed in range(SEEDS))
    print(f"  found with {found} / limit {SEEDS_LIMIT} / {'ok' if found >= SEEDS_LIMIT else 'OVER'}")


def rate(label: str, strategy: st.SearchStrategy[CaseAsOf]) -> None:
    """Draw as a test does, with every health check; the processor's time includes what Hypothesis itself takes."""
    spent: list[tuple[int, float]] = []
    last = 0.0

    @settings(max_examples=DRAWS, database=None, phases=[Phase.generate], deadline=None)
    @given(strategy)
    def draw(drawn: CaseAsOf) -> None:
        nonlocal last
        now = clock()
        spent.append((len(drawn.case.events), now - last))
        last = now

    draw()  # once for what is made once
    spent.clear()
    last = clock()
    draw()
    sizes = [(events, seconds) for events, seconds in spent if FEWEST <= events <= MOST]
    seconds = sum(seconds for _, seconds in sizes)
    every = len(spent) / sum(seconds for _, seconds in spent)
    fast = len(sizes) / seconds
    said = "ok" if fast >= CASES_LIMIT else "OVER"
    print(f"  {label}: {fast:.0f} of {FEWEST} to {MOST} events ({len(sizes)} of {len(spent)}), {every:.0f} of any size / {said}")


def empty(*command: str) -> Callable[[], float]:
    """One run of pytest over nothing, which it calls an error."""

    def run() -> float:
        start = perf_counter()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        return perf_counter() - start

    return run


def finds(seed: int) -> bool:
    """Does the test of the page fail with this seed, within Hypothesis' default number of examples?"""
    with tempfile.TemporaryDirectory() as folder:
        for name, code in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
            (Path(folder) / name).write_text(code, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "test_office.py", f"--hypothesis-seed={seed}"]
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
        return done.returncode == 1 and "decision-before-hearing-deadline" in done.stdout


if __name__ == "__main__":
    main()
