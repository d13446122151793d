"""`rebild-policy demo`: the shipped, made-up export, audited."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rebild_policy.cli.audit import shown_progress
from rebild_policy.cli.common import console, language, policy
from rebild_policy.report.html import render_html
from rebild_policy.report.jsonl import write_findings
from rebild_policy.report.terminal import render_audit
from rebild_policy.rules import Language, Profile
from rebild_policy.sources.accounting import write_quarantine

HERE = Path(__file__).parent.parent / "demo"
AS_OF = date(2026, 5, 29)


def run(*, out: Path, profile: Profile, lang: Language | None) -> int:
    """Audit the export and leave the page, the findings and the quarantine in `out`."""
    judge, tongue = policy(None, profile), language(lang)
    command = f"rebild-policy demo --profile {judge.profile} --lang {tongue}"
    with shown_progress() as bar:
        audit = judge.audit(HERE / "sager.csv", HERE / "sager.yaml", AS_OF, command=command, progress=bar)
    out.mkdir(parents=True, exist_ok=True)
    page = out / "report.html"
    page.write_text(render_html(audit, judge.ruleset.statements, tongue), encoding="utf-8")
    write_findings(out / "findings.jsonl", audit.findings)
    write_quarantine(out / "quarantine.csv", audit.every_quarantined())
    screen = console()
    render_audit(audit, judge.ruleset.statements, tongue, screen, worst=3)
    screen.print()
    screen.print("Rapporten ligger her:" if tongue == "da" else "The report is here:", style="bold")
    screen.print(str(page.resolve()), soft_wrap=True, markup=False)
    return 0
