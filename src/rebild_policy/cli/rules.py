"""`rebild-policy rules`: what is checked."""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from rebild_policy.cli.common import console, language, policy
from rebild_policy.labels import SEVERITIES
from rebild_policy.rules import Language, Profile


def run(*, profile: Profile, format_: str, lang: Language | None, rules: Path | None) -> int:
    """List the rules of a profile."""
    judge, tongue = policy(rules, profile), language(lang)
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
