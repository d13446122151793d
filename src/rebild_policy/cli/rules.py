"""`rebild-policy rules`: what is checked."""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from rebild_policy.cli.common import console, day, language, policy
from rebild_policy.labels import SEVERITIES
from rebild_policy.loading import RuleSet
from rebild_policy.report.rule_lists import answered, render_day, render_matrix, unaccounted
from rebild_policy.rules import Language, Profile


def run(
    *,
    profile: Profile,
    format_: str,
    lang: Language | None,
    rules: Path | None,
    overlay: Path | None,
    coverage: bool,
    as_of: str | None,
) -> int:
    """List the rules of a profile, those of a day, or what answers each statement."""
    judge, tongue = policy(rules, profile, overlay), language(lang)
    if coverage:
        return _coverage(judge.ruleset, format_, tongue)
    if as_of:
        render_day(judge.ruleset, list(judge.rules), day(as_of), tongue, console())
        return 0
    in_order = sorted(judge.rules, key=lambda rule: rule.statements)  # as the guideline has it
    if format_ == "json":
        listed = [
            {
                "rule": rule.name,
                "title": rule.title._asdict(),
                "statements": rule.statements,
                "law": rule.law,
                "severity": rule.severity,
            }
            for rule in in_order
        ]
        print(json.dumps({"ruleset": judge.info.model_dump(), "rules": listed}, indent=2, ensure_ascii=False))
        return 0
    out = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("regel", "udsagn", "alvor", "titel") if tongue == "da" else ("rule", "statements", "severity", "title"):
        table.add_column(head, no_wrap=head in {"regel", "rule"})
    for rule in in_order:
        severity = SEVERITIES[rule.severity]
        table.add_row(
            rule.name,
            ", ".join(rule.statements),
            severity.da if tongue == "da" else severity.en,
            rule.title.in_(tongue),
        )
    out.print(table)
    out.print(f"{judge.info.name} {judge.info.version}, sha256 {judge.info.digest[:12]}, {judge.profile}")
    return 0


UNACCOUNTED = 1


def _coverage(ruleset: RuleSet, format_: str, lang: Language) -> int:
    """The matrix of the statements; 1 where one is not accounted for."""
    missing = unaccounted(ruleset)
    if format_ == "json":
        matrix = []
        for statement in ruleset.statements.values():
            answer, named = answered(statement, ruleset)
            row = {"statement": statement.id, "answer": answer or None, "rules": [rule.name for rule in named]}
            matrix.append({**row, "reason": statement.reason._asdict() if statement.reason else None})
        print(json.dumps({"statements": matrix, "unaccounted": missing}, indent=2, ensure_ascii=False))
    else:
        render_matrix(ruleset, lang, console())
    return UNACCOUNTED if missing else 0
