"""CPR shapes planted in every text of the results are on no face of the report."""

from __future__ import annotations

from enum import Enum
from io import StringIO
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel
from report_samples import all_findings, make_audit
from rich.console import Console

from rebild_policy.audits.results import Audit
from rebild_policy.privacy import CPR_SHAPE
from rebild_policy.report.html import render_html
from rebild_policy.report.jsonl import write_findings
from rebild_policy.report.terminal import render_audit, render_report
from rebild_policy.results import Finding, Report
from rebild_policy.rules import Language, Statement

CPR = "010203-1234"


def planted(value: Any, annotation: Any = None) -> Any:
    """`value` with a CPR number after every text, past all validation."""
    if isinstance(value, Enum) or get_origin(annotation) is Literal:
        return value
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        changed = {name: planted(getattr(value, name), field.annotation) for name, field in fields.items()}
        if isinstance(value, Finding):
            why = planted(value.explanation)
            changed["explain"] = lambda: why
        return type(value).model_construct(**changed)
    if isinstance(value, tuple):
        return tuple(planted(one) for one in value)
    if isinstance(value, dict):
        return {planted(key): planted(one) for key, one in value.items()}
    return f"{value} {CPR}" if isinstance(value, str) else value


@pytest.fixture
def audit_with_cpr() -> Audit:
    return planted(make_audit(all_findings("S-1", "S-2"), "Opkald"))


def test_the_numbers_are_planted(audit_with_cpr: Audit) -> None:
    assert CPR in audit_with_cpr.findings[0].case
    assert CPR in audit_with_cpr.findings[0].explanation.sought[0].types[0]
    assert CPR in audit_with_cpr.accounting.quarantine[0].reason


@pytest.mark.parametrize("lang", get_args(Language))
def test_no_face_shows_them(audit_with_cpr: Audit, statements: dict[str, Statement], lang: Language) -> None:
    terminal, case, rows = StringIO(), StringIO(), StringIO()
    render_audit(audit_with_cpr, statements, lang, Console(file=terminal, width=80), worst=50)
    report = Report.model_construct(
        **{name: getattr(audit_with_cpr, name) for name in ("as_of", "profile", "ruleset", "not_checkable", "findings")},
        case=f"sag {CPR}",
        statistics=audit_with_cpr.statistics,
    )
    render_report(report, statements, lang, Console(file=case, width=80))
    write_findings(rows, audit_with_cpr.findings, lang, explain="all")
    html = render_html(audit_with_cpr, statements, lang)
    for face in (terminal.getvalue(), case.getvalue(), rows.getvalue(), html):
        assert len(face) > 1000
        assert CPR not in face
        assert not CPR_SHAPE.search(face)
