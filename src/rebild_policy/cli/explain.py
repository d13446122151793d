"""`rebild-policy explain`: one rule, for people."""

from __future__ import annotations

from pathlib import Path

from rebild_policy.cli.common import console, language, policy
from rebild_policy.report.rule_page import render_rule
from rebild_policy.rules import Language


def run(*, name: str, lang: Language | None, rules: Path | None) -> int:
    """Explain the rule."""
    judge = policy(rules, "guideline")
    render_rule(judge.ruleset.rule(name), judge.ruleset, language(lang), console())
    return 0
