"""Audits and reports made by hand, as fixtures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from report_samples import AS_OF, HOSTILE, all_findings, decisions, late_replies, make_audit

from rebild_policy.audits.results import Audit, SourceInfo
from rebild_policy.loading import load_rules
from rebild_policy.results import NotCheckableRule, ParameterInfo, Report, RuleSetInfo, Words
from rebild_policy.rules import Statement


@pytest.fixture(scope="session")
def statements() -> dict[str, Statement]:
    return dict(load_rules(Path(__file__).parents[2] / "rules").statements)


@pytest.fixture
def audit() -> Audit:
    return make_audit(all_findings("S-1", "S-2", "S-3"))


@pytest.fixture
def hostile_audit() -> Audit:
    findings = [finding for text in HOSTILE for finding in (*late_replies(text, text), *decisions(text))]
    audit = make_audit(tuple(findings), *HOSTILE)
    source = SourceInfo(file=HOSTILE[0], sha256="a" * 64, mapping=HOSTILE[1], mapping_sha256="b" * 64)
    parameter = ParameterInfo(name=HOSTILE[0], title=Words(da=HOSTILE[0], en=HOSTILE[1]), value=HOSTILE[2])
    return audit.model_copy(update={"source": source, "command": " ".join(HOSTILE[:5]), "parameters": (parameter,)})


@pytest.fixture
def make_report() -> Callable[[str], Report]:
    def make(case: str) -> Report:
        return Report(
            case=case,
            as_of=AS_OF,
            profile="statutory",
            ruleset=RuleSetInfo(name="rebild", version="0.1.0", digest="c" * 64),
            parameters=(),
            findings=all_findings(case),
            not_applicable={"late-reply": 2},
            not_checkable=(
                NotCheckableRule(
                    rule="complaint-not-forwarded",
                    title=Words(da="Klage", en="Complaint"),
                    statements=("G58",),
                    missing=("complaint_received",),
                ),
            ),
        )

    return make
