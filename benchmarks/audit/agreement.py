"""`python -m benchmarks.audit.agreement CASES SEED`: the table engine and the reference on generated cases, in batches.

The cases are those of the self-test, number by number. Cases of one coverage, calendar and reading of equal days share a batch.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from rebild_policy.bundled import rules_folder
from rebild_policy.difference import Difference
from rebild_policy.engines import ReferenceEngine
from rebild_policy.engines.tables.engine import TablesEngine
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.results import Verdict
from rebild_policy.selftest import drawing
from rebild_policy.strategies.generator import Scenario

LANGUAGE = Path(__file__).parents[2] / "tests" / "engines" / "language_rules"


@dataclass
class Agreement:
    """What was compared, and where the two differ."""

    cases: int = 0
    batches: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    not_applicable: int = 0
    differences: list[Difference] = field(default_factory=list)


def agree(rulesets: Sequence[RuleSet], cases: int, seed: int, block: int = drawing.BLOCK, *, first: int = 0) -> Agreement:
    """Compare the two on cases `first` and after; plans are chosen anew for each block of cases."""
    cases_of, found = drawing.Drawing(rulesets, seed, block), Agreement()
    for start in range(first, first + cases, block):
        batches: dict[drawing.Variant, list[Scenario]] = defaultdict(list)
        for number in range(start, min(start + block, first + cases)):
            variant, drawn = cases_of.case(number)
            batches[variant._replace(rule="")].append(drawn)
        for variant, scenarios in batches.items():
            found.cases += len(scenarios)
            _compare(rulesets[variant.ruleset], variant, scenarios, found)
    return found


def _compare(ruleset: RuleSet, variant: drawing.Variant, scenarios: list[Scenario], found: Agreement) -> None:
    for profile in drawing.PROFILES:
        plan = variant.plan(ruleset, profile)
        reference = ReferenceEngine(plan)
        # By turns as for short cases and as for long ones.
        engine = TablesEngine(plan, long_cases=(found.batches // 2 + found.batches) % 2 == 1)
        judged = engine.judge_many([(scenario.case, scenario.as_of) for scenario in scenarios])
        found.batches += 1
        for scenario, got in zip(scenarios, judged, strict=True):
            expected = reference.judge(scenario.case, scenario.as_of)
            found.verdicts.update(row.verdict for row in expected.rows)
            found.not_applicable += sum(expected.not_applicable.values())
            if (expected.rows, +Counter(expected.not_applicable)) != (got.rows, +Counter(got.not_applicable)):
                missed = tuple(row for row in expected.rows if row not in got.rows)
                more = tuple(row for row in got.rows if row not in expected.rows)
                rule = next((row.rule for row in (*missed, *more)), "")
                place = (rule, "tables", missed, more, scenario, profile, variant.calendar, variant.gaps)
                found.differences.append(Difference(*place))


def main() -> None:
    cases, seed = (int(argument) for argument in sys.argv[1:3])
    rulesets = [load_rules(rules_folder()), load_rules(LANGUAGE)]
    started, done, wrong = perf_counter(), Counter[Verdict](), 0
    # A plan as statements costs as much as a thousand cases: fewer of them, and more cases for each.
    block, drawing.VARIANTS = 40_000, 10
    for first in range(0, cases, block):
        found = agree(rulesets, min(block, cases - first), seed, block, first=first)
        done += found.verdicts
        wrong += len(found.differences)
        for difference in found.differences[:3]:
            print(difference)
        print(
            f"{first + found.cases:,} cases, {done.total():,} verdicts, {wrong} differ, {perf_counter() - started:.0f} s",
            flush=True,
        )
    print({str(verdict): done[verdict] for verdict in Verdict})
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
