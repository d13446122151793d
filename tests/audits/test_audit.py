"""An audit of a small export, seen as its reader sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rebild_policy import Audit, Finding, Policy, Verdict
from rebild_policy.errors import SourceError
from small_export import audit


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.rebild()


def late_replies(found: Audit) -> list[Finding]:
    return [finding for finding in found.findings if finding.rule == "late-reply"]


def test_findings_name_their_cases_rows_and_events(policy: Policy, tmp_path: Path) -> None:
    found = audit(policy, tmp_path, "A-1;Brev;05-01-2026;;1", "B-2;Brev;05-01-2026;;2", "B-2;Svar;09-01-2026;2;3")
    said = [(one.case, one.trigger.id, one.trigger.row, str(one.verdict)) for one in late_replies(found)]
    assert said == [("A-1", "1", 2, "violated"), ("B-2", "2", 3, "satisfied")]


def test_a_case_with_a_quarantined_row_keeps_its_name(policy: Policy, tmp_path: Path) -> None:
    found = audit(policy, tmp_path, "A-1;Brev;05-01-2026;;1", "A-1;Svar;31-02-2026;1;2")
    assert [(finding.case, finding.verdict) for finding in late_replies(found)] == [("A-1", Verdict.UNDETERMINED)]
    assert "quarantined" in {reason.missing.cause for reason in found.reasons}


def test_a_case_called_by_a_cpr_number_is_refused(policy: Policy, tmp_path: Path) -> None:
    found = audit(policy, tmp_path, "A-1;Brev;05-01-2026;;1", "990199-9998;Brev;05-01-2026;;1", "A-1;Brev;06-01-2026;;2")
    assert {finding.case for finding in late_replies(found)} == {"A-1"}
    assert (found.accounting.quarantined, found.accounting.rows_without_case) == (1, 1)
    with pytest.raises(
        SourceError, match=r"calls its cases by numbers with the shape of CPR numbers\. Give --pseudonymise a key"
    ):
        audit(policy, tmp_path, "990199-9998;Brev;05-01-2026;;1", "990299-9998;Brev;05-01-2026;;1")


def test_a_link_to_no_event_is_told(policy: Policy, tmp_path: Path) -> None:
    found = audit(policy, tmp_path, "A-1;Brev;05-01-2026;;1", "A-1;Svar;09-01-2026;7;2")
    assert [(note.name, note.rows) for note in found.accounting.notes] == [
        ("reply_sent.inquiry: points to no event of the case", 1)
    ]
