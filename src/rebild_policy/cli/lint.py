"""`rebild-policy lint`: what is wrong with a rule set, and what looks wrong."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from rebild_policy.bundled import rules_folder
from rebild_policy.cli.common import console, say
from rebild_policy.linting import lint

REMARKS = 1


def run(*, rules: Path | None, format_: str) -> int:
    """Print the remarks, one a line; 1 where there is one that is not accepted, or an acceptance of nothing."""
    found = lint(rules or rules_folder())
    if format_ == "json":
        remarks = [{"check": one.check, "about": one.about, "message": one.message, "at": str(one.at)} for one in found.remarks]
        print(json.dumps({"remarks": remarks, "stale": found.stale}, indent=2, ensure_ascii=False))
        return REMARKS if found.remarks or found.stale else 0
    screen = console()
    for remark in found.remarks:
        say(screen, f"{remark.at}: {remark.check}: {remark.message}")
    for line in found.stale:
        say(screen, line)
    counts = Counter(remark.check for remark in found.remarks)
    summary = ", ".join(f"{count} {check}" for check, count in sorted(counts.items()))
    accepted = f"; {len(found.accepted)} accepted, with a reason" if found.accepted else ""
    say(screen, f"{len(found.remarks)} remarks{f': {summary}' if summary else ''}{accepted}.")
    return REMARKS if found.remarks or found.stale else 0
