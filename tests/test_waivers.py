"""Accepted deviations: shown and not counted while they hold; a waiver that accepts nothing is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rebild_policy import Case, Policy
from rebild_policy.errors import RuleError
from rebild_policy.waivers import Waiver, read_waivers

ROOT = Path(__file__).parent.parent
AS_OF = date(2026, 3, 31)
# Neither a request for guidance nor an application, and nothing for the file: late-reply alone is about it.
PLAIN = {"kind": "question", "relevant": False}
CASE = Case.read(
    {
        "id": "2026-0117",
        "events": [
            {"type": "inquiry_received", "id": "first", "time": "2026-01-05", "channel": "email", **PLAIN},
            {"type": "inquiry_received", "id": "second", "time": "2026-01-06", "channel": "email", **PLAIN},
        ],
    }
)


def waiver(**changes: object) -> Waiver:
    given = {"rule": "late-reply", "case": "2026-0117", "reason": "The citizen asked us to wait.", "approved_by": "the head"}
    return Waiver.model_validate({**given, "expires": date(2026, 12, 31), **changes})


@pytest.mark.parametrize(
    ("changes", "accepted", "problem"),
    [
        ({}, {"first", "second"}, None),
        ({"trigger": "second"}, {"second"}, None),
        ({"expires": AS_OF}, {"first", "second"}, None),
        ({"expires": date(2026, 3, 30)}, set(), "expired"),
        ({"reason": "  "}, set(), "unreasoned"),
        ({"trigger": "third"}, set(), "unused"),
        ({"rule": "decision-without-hearing"}, set(), "unused"),
    ],
)
def test_a_waiver_in_force_accepts_and_any_other_is_named(changes, accepted, problem):
    report = Policy.rebild().check(CASE, AS_OF, waivers=[waiver(**changes)])
    assert {finding.trigger.id for finding in report.waived} == accepted
    assert {finding.trigger.id for finding in report.violations} == {"first", "second"} - accepted
    assert [note.problem for note in report.waiver_notes] == ([problem] if problem else [])
    assert len(report.findings) == 2, "nothing is hidden"


def test_only_a_deviation_is_accepted():
    report = Policy.rebild().check(CASE, date(2026, 1, 10), waivers=[waiver()])
    assert [finding.verdict for finding in report.findings] == ["pending", "pending"]
    assert report.waived == []
    assert [note.problem for note in report.waiver_notes] == ["unused"]


def test_waivers_of_other_cases_say_nothing_here():
    assert Policy.rebild().check(CASE, AS_OF, waivers=[waiver(case="2026-0118")]).waiver_notes == ()


def test_an_audit_counts_and_names_them():
    demo = ROOT / "src" / "rebild_policy" / "demo"
    policy, as_of = Policy.rebild(), date(2026, 5, 29)

    def audit(*waivers: Waiver):
        return policy.audit(demo / "sager.csv", demo / "sager.yaml", as_of, waivers=waivers)

    before = audit()
    one = next(finding for finding in before.violations if finding.rule == "late-reply")
    after = audit(waiver(case=one.case, trigger=one.trigger.id), waiver(case="nowhere"))
    assert [finding.fingerprint for finding in after.waived] == [one.fingerprint]
    assert len(after.violations) == len(before.violations) - 1
    assert after.count(one.verdict) == before.count(one.verdict) - 1
    tally = next(tally for tally in after.tallies if tally.rule == "late-reply")
    assert tally.waived == 1
    assert [(note.case, note.problem) for note in after.waiver_notes] == [("nowhere", "unused")]


def test_a_reason_gives_no_cpr_number_away():
    report = Policy.rebild().check(CASE, AS_OF, waivers=[waiver(reason="Asked by 010190-1234 to wait")])
    assert "010190" not in report.model_dump_json()


def test_a_file_of_waivers_is_read_and_what_is_wrong_is_named(tmp_path: Path):
    path = tmp_path / "waivers.yaml"
    path.write_text(
        "waivers:\n  - {rule: late-reply, case: a, reason: r, approved_by: b, expires: 2026-12-31}\n", encoding="utf-8"
    )
    (read,) = read_waivers(path)
    assert (read.rule, read.case, read.trigger, read.expires) == ("late-reply", "a", None, date(2026, 12, 31))
    path.write_text("waivers:\n  - {rule: late-reply, case: a, reason: r, approved: b, expires: 2026-12-31}\n", encoding="utf-8")
    with pytest.raises(RuleError, match=r"waivers\.yaml:2: unknown key 'approved'\. Did you mean 'approved_by'"):
        read_waivers(path)
