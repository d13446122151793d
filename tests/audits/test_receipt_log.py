"""The receipt log, audited end to end and counted again by a query that shares nothing with the library.

The log keeps its own licence and is not in the project: the variable REBILD_POLICY_DATA says where it is.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from rebild_policy import Audit, Policy, Verdict
from rebild_policy.cli.main import app
from rebild_policy.impact import cases_of, compare
from rebild_policy.sources.export import read_export
from rebild_policy.sources.mapping import load_mapping

ROOT = Path(__file__).parents[2]
LOG = Path(os.environ.get("REBILD_POLICY_DATA", ROOT.parent / "shared" / "data")) / "receipt.csv"
AS_OF = date(2012, 2, 1)

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason="the receipt log is not here; REBILD_POLICY_DATA says where it is")

# Ten working days after an application's local start date; late where no T05 of the case is dated from the start up to then.
# The holidays are written out, so that the query does not rest on the package that the library uses.
QUERY = """
WITH holidays(day) AS (SELECT unnest(
    ['2010-12-25', '2010-12-26', '2011-01-01', '2011-04-21', '2011-04-22', '2011-04-24', '2011-04-25', '2011-05-20',
     '2011-06-02', '2011-06-12', '2011-06-13', '2011-12-25', '2011-12-26', '2012-01-01']::DATE[])),
working AS (
    SELECT day, row_number() OVER (ORDER BY day) AS number
    FROM (SELECT unnest(generate_series(DATE '2010-09-01', DATE '2012-06-01', INTERVAL 1 DAY))::DATE AS day)
    WHERE isodow(day) < 6 AND day NOT IN (SELECT day FROM holidays)),
rows AS (
    SELECT "case:concept:name" AS id, "concept:name" AS activity,
        timezone('Europe/Copenhagen', "time:timestamp"::TIMESTAMPTZ)::DATE AS day,
        timezone('Europe/Copenhagen', "case:startdate"::TIMESTAMPTZ)::DATE AS received
    FROM read_csv($log, all_varchar = true)),
due AS (
    SELECT id, received, (
        SELECT day FROM working WHERE number = 10 + (SELECT max(number) FROM working WHERE day <= received)
    ) AS due
    FROM rows WHERE activity = 'Confirmation of receipt'),
judged AS (
    SELECT id, due, EXISTS (
        SELECT 1 FROM rows letter
        WHERE letter.id = due.id AND letter.activity LIKE 'T05 %' AND letter.day BETWEEN due.received AND due.due
    ) AS acknowledged FROM due)
SELECT
    CASE WHEN acknowledged THEN 'satisfied' WHEN due >= DATE '2012-02-01' THEN 'pending' ELSE 'violated' END AS verdict, count(*)
FROM judged GROUP BY verdict
"""


# The same with another number of working days, and the verdict under both: which applications change, and from what to what.
CHANGED = (
    QUERY.replace("number = 10 +", "number = $days +").partition("SELECT\n    CASE")[0]
    + """
SELECT id, CASE WHEN acknowledged THEN 'satisfied' WHEN due >= DATE '2012-02-01' THEN 'pending' ELSE 'violated' END FROM judged
"""
)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.rebild(profile="guideline")


def audit(policy: Policy, name: str) -> Audit:
    return policy.audit(LOG, ROOT / "docs" / "examples" / name, AS_OF)


@pytest.fixture(scope="module")
def stated(policy: Policy) -> Audit:
    return audit(policy, "receipt.yaml")


@pytest.fixture(scope="module")
def assumed(policy: Policy) -> Audit:
    return audit(policy, "receipt-assumed.yaml")


def late_reply(report: Audit) -> dict[str, Verdict]:
    return {finding.case: finding.verdict for finding in report.findings if finding.rule == "late-reply"}


@pytest.mark.parametrize("name", ["receipt.yaml", "receipt-assumed.yaml"])
def test_every_event_and_case_is_accounted_for(policy: Policy, name: str) -> None:
    account = audit(policy, name).accounting
    irrelevant = sum(activity.rows for activity in account.irrelevant)
    assert (account.rows, account.cases) == (8577, 1434)
    assert account.mapped + irrelevant == 8577
    assert (account.unmapped, account.quarantined, account.duplicates) == ((), 0, 0)


def test_csv_and_xes_give_the_same_findings_from_either_engine(tmp_path: Path) -> None:
    """The same log twice; the one judged case by case, the other bucket by bucket."""
    found = []
    for log, engine in ((LOG, "compiled"), (LOG.with_name("receipt.xes.gz"), "tables")):
        found.append(tmp_path / f"{engine}.jsonl")
        mapping = ROOT / "docs" / "examples" / "receipt-assumed.yaml"
        command = ["audit", str(log), "--mapping", str(mapping), "--as-of", str(AS_OF), "--engine", engine]
        assert CliRunner().invoke(app, [*command, "--findings", str(found[-1])]).exit_code == 0
    assert found[0].read_bytes() == found[1].read_bytes()
    assert len(found[0].read_text("utf-8").splitlines()) > 1434


def test_late_replies_equal_an_independent_query(assumed: Audit) -> None:
    counted = dict(duckdb.execute(QUERY, {"log": str(LOG)}).fetchall())
    tally = next(tally for tally in assumed.tallies if tally.rule == "late-reply")
    assert {str(verdict): count for verdict, count in tally.verdicts.items() if count} == counted
    assert counted["violated"] > 0
    assert counted["satisfied"] > 0


def test_what_is_not_covered_is_undetermined_and_the_report_says_why(stated: Audit, assumed: Audit) -> None:
    said, guessed = late_reply(stated), late_reply(assumed)
    decided = [case for case, verdict in guessed.items() if verdict in {Verdict.VIOLATED, Verdict.SATISFIED}]
    assert decided
    assert all(said[case] is Verdict.UNDETERMINED for case in decided)
    reasons = {(reason.missing.type, reason.missing.field): reason.missing.cause for reason in stated.reasons}
    assert reasons["acknowledgement_sent", "caseworker"] == "uncovered"
    assert reasons["reply_sent", None] == "uncovered"
    assert Verdict.UNDETERMINED not in guessed.values()


def test_rules_that_the_log_can_not_answer_are_named(stated: Audit) -> None:
    assert {item.rule for item in stated.not_checkable} >= {"decision-without-hearing", "complaint-not-forwarded"}


def test_assumptions_are_said(assumed: Audit) -> None:
    said = " ".join(assumption.text.en for assumption in assumed.assumptions)
    assert "caseworker" in said
    assert any(assumption.count for assumption in assumed.assumptions)


def test_a_shorter_deadline_changes_as_many_verdicts_as_an_independent_query(policy: Policy) -> None:
    ten, eight = (dict(duckdb.execute(CHANGED, {"log": str(LOG), "days": days}).fetchall()) for days in (10, 8))
    counted = Counter((ten[case], eight[case]) for case in ten if ten[case] != eight[case])
    mapping = load_mapping(ROOT / "docs" / "examples" / "receipt-assumed.yaml")
    shorter = Policy.rebild(parameters={"reply_deadline": "8 working days"})
    found = compare(policy, shorter, cases_of(read_export(LOG, mapping)), AS_OF)
    rule = next(rule for rule in found.rules if rule.rule == "late-reply")
    assert {(str(old), str(new)): count for (old, new), count in rule.counts.items()} == counted
    assert len(rule.changes) == counted.total() > 0
    assert {change.case: str(change.new) for change in rule.changes} == {
        case: eight[case] for case in ten if ten[case] != eight[case]
    }
