"""The joins that the durable engine is timed against are the joins that they say they are."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("durable_rules_engine", reason="durable-rules has to be built by hand from Python 3.13 on")

# In a process of its own: the public interface starts threads that never end.
SCRIPT = """
from benchmarks import rete
from benchmarks.cases import AS_OF, cases

seen = set()
for case in cases(40, 1):
    rete.found.clear()
    rete.joined(case, AS_OF)
    assert sorted(rete.found) == rete.by_hand(case, AS_OF)
    seen |= {rule for rule, *_ in rete.found}
print(*sorted(seen))
"""


def test_the_joins_find_what_two_loops_find() -> None:
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert {"late-reply", "complaint-not-forwarded", "decision-without-hearing"} <= set(done.stdout.split())
