"""What each engine supports: every node of the language, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rebild_policy.engines import ENGINES
from rebild_policy.engines.durable.rules import Compiler
from rebild_policy.engines.gaps import GAPS
from rebild_policy.errors import EngineError
from rebild_policy.loading import load_rules
from rebild_policy.plan import Plan, build_plan
from reference.markdown import code, table
from reference.nodes import features

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "rules", ROOT / "tests" / "engines" / "language_rules")
NODES = {
    "each: one event": "joined 1",
    "each: two events": "joined 2",
    "each: three events": "joined 3",
    "some": "some",
    "none": "none",
    "several types": "types",
    "any_event": "any_event",
    "before": "before",
    "after": "after",
    "of": "of",
    "same": "same",
    "within": "Within",
    "from": "from",
    "paused_by": "paused",
    "roll": "roll",
    "by": "By",
    "a deadline in unless": "window in unless",
    "holds": "Holds",
    "any": "any",
    "all": "all",
    "profile of an item": "profile of item",
    "valid": "valid",
    "statistic": "statistic",
    "comparison": "Compare",
    "in": "Membership",
    "and": "And",
    "or": "Or",
    "not": "Not",
    "a if c else b": "Conditional",
    "present(x)": "Present",
    "day(x)": "Day",
    "before(x, y)": "Before",
    "terms": "Term",
    "parameters": "Parameter",
}


def engine_table() -> str:
    """Each node, the number of rules that use it, and on how many of them each engine runs."""
    names = list(ENGINES)
    rules = [(rule, features(rule)) for folder in FOLDERS for rule in load_rules(folder).rules]
    runs = {name: _running(name) for name in names}
    rows = []
    for shown, feature in NODES.items():
        using = [rule.name for rule, used in rules if feature in used]
        rows.append([code(shown), str(len(using)), *(_cell(using, runs[name]) for name in names)])
    return table(("Node", "Rules that use it", *names), rows)


def engine_gaps() -> str:
    """What is refused, and why."""
    return table(("Engine", "Refused", "Why"), [[gap.engine, gap.what, gap.why] for gap in GAPS])


def _cell(using: list[str], runs: set[str]) -> str:
    missing = [rule for rule in using if rule not in runs]
    return "yes" if not missing else f"not {', '.join(missing)}"


def _running(engine: str) -> set[str]:
    """The rules that an engine can run, in the profiles that they are in."""
    found: set[str] = set()
    for folder in FOLDERS:
        ruleset = load_rules(folder)
        for profile in ("guideline", "statutory"):
            plan = build_plan(ruleset, profile=profile)
            found |= _compiled(plan) if engine == "durable" else _made(ENGINES[engine], plan)
    return found


def _made(make: Callable[[Plan], object], plan: Plan) -> set[str]:
    make(plan)
    return {rule.name for rule in plan.rules}


def _compiled(plan: Plan) -> set[str]:
    """For the durable engine, its patterns: they are made without the library, so that the page is the same everywhere."""
    compiler, found = Compiler(plan), set()
    for rule in plan.rules:
        try:
            compiler.compiled(rule)
        except EngineError:
            continue
        found.add(rule.name)
    return found
