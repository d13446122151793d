"""`rebild-policy compare`: two saved audits side by side."""

from __future__ import annotations

from pathlib import Path

from rebild_policy.audits.baseline import read_findings
from rebild_policy.audits.comparison import compare_audits, read_audit
from rebild_policy.bundled import rules_folder
from rebild_policy.cli.audit import check_outputs
from rebild_policy.cli.common import console, language
from rebild_policy.loading import load_rules
from rebild_policy.report.comparison import comparison_markdown, render_comparison
from rebild_policy.rules import Language


def run(
    *,
    old: Path,
    new: Path,
    old_findings: Path | None,
    new_findings: Path | None,
    anyway: bool,
    format_: str,
    markdown: Path | None,
    lang: Language | None,
    rules: Path | None,
) -> int:
    """Read both audits, compare them and print what differs."""
    check_outputs([markdown], (old, new, old_findings, new_findings))
    found = compare_audits(
        read_audit(old),
        read_audit(new),
        old_findings=read_findings(old_findings) if old_findings else None,
        new_findings=read_findings(new_findings) if new_findings else None,
        anyway=anyway,
    )
    statements, tongue = load_rules(rules or rules_folder()).statements, language(lang)
    if markdown:
        markdown.write_text(comparison_markdown(found, statements, tongue), encoding="utf-8", newline="\n")
    if format_ == "json":
        print(found.model_dump_json(indent=2))
    else:
        render_comparison(found, statements, tongue, console())
    return 0
