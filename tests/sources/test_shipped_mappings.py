"""The mappings in docs/examples, each with the made-up export beside it; and the real fines, counted again by a query."""

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from test_receipt_import import DATA

from rebild_policy import Policy
from rebild_policy.sources import load_mapping, read_export

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
FINES = DATA / "traffic_fines.csv"
AS_OF = date(2026, 4, 1)


@pytest.fixture(scope="module")
def policy():
    return Policy.rebild()


def verdicts(audit, *rules):
    return {(finding.case, finding.rule): str(finding.verdict) for finding in audit.findings if finding.rule in rules}


def test_an_extract_of_the_case_and_document_index(policy):
    audit = policy.audit(EXAMPLES / "sf1470.jsonl", EXAMPLES / "sf1470.yaml", AS_OF)
    account = audit.accounting
    assert (account.rows, account.cases, account.mapped, account.quarantined, account.unmapped) == (12, 3, 6, 0, ())
    assert verdicts(audit, "late-reply") == {
        ("SF-2026-0001", "late-reply"): "satisfied",
        ("SF-2026-0002", "late-reply"): "violated",
        ("SF-2026-0003", "late-reply"): "pending",
    }
    export = read_export(EXAMPLES / "sf1470.jsonl", load_mapping(EXAMPLES / "sf1470.yaml"))
    letter = export.cases[0].case.events[0]
    assert (letter.time, letter.recorded_at.isoformat()[:16]) == (date(2026, 1, 5), "2026-01-05T09:13")
    assert export.cases[0].case.kind == "Hjælp til forsørgelse"


def test_the_history_of_cases_in_sbsys(policy):
    audit = policy.audit(EXAMPLES / "sbsys-forloeb.csv", EXAMPLES / "sbsys-forloeb.yaml", AS_OF)
    account = audit.accounting
    assert (account.rows, account.cases, account.mapped, account.quarantined, account.unmapped) == (15, 3, 11, 0, ())
    found = verdicts(audit, "late-reply", "complaint-not-forwarded")
    assert found["06.13.01-K02-4-26", "late-reply"] == "violated"
    assert found["27.00.00-G01-9-26", "complaint-not-forwarded"] == "violated"
    assert found["06.13.01-K02-3-26", "late-reply"] != "satisfied", "the acknowledgement may have named no time"


def test_an_open_post_list(policy):
    audit = policy.audit(EXAMPLES / "postliste.json", EXAMPLES / "postliste.yaml", AS_OF)
    account = audit.accounting
    assert (account.rows, account.cases, account.mapped, account.quarantined, account.unmapped) == (6, 3, 5, 0, ())
    assert not audit.violations, "a list that leaves out letters accuses nobody"
    assert set(verdicts(audit, "late-reply").values()) <= {"undetermined", "satisfied"}
    export = read_export(EXAMPLES / "postliste.json", load_mapping(EXAMPLES / "postliste.yaml"))
    reply = export.cases[0].case.events[1]
    assert (reply.time, reply.inquiry, reply.unit) == (date(2026, 3, 12), "AKT-2026-000101/1", "Rådhuset/Teknik/Byg")


# Four weeks after an appeal came in; nothing of the library is used.
COUNT = """
WITH steps AS (SELECT case_id, activity, to_timestamp(timestamp)::DATE AS day FROM read_csv($log)),
appeals AS (FROM steps WHERE activity = 'Insert Date Appeal to Prefecture'),
sent AS (FROM steps WHERE activity = 'Send Appeal to Prefecture')
SELECT CASE
    WHEN EXISTS (SELECT 1 FROM sent WHERE sent.case_id = appeals.case_id AND sent.day BETWEEN appeals.day AND appeals.day + 28)
    THEN 'satisfied' WHEN appeals.day + 28 >= $as_of THEN 'pending' ELSE 'violated' END AS verdict, count(*)
FROM appeals GROUP BY verdict
"""


@pytest.mark.skipif(
    not FINES.is_file(), reason=f"the fines are not at {FINES}: set REBILD_POLICY_DATA to the folder that holds them"
)
def test_appeals_not_sent_on_equal_an_independent_query(policy, tmp_path):
    off = "".join(
        f"  {rule.name}: {{reason: not asked here}}\n" for rule in policy.rules if rule.name != "complaint-not-forwarded"
    )
    (tmp_path / "overlay.yaml").write_text(f"overlay: one\ntitle: {{da: én, en: one}}\noff:\n{off}", encoding="utf-8")
    as_of = date(2012, 3, 31)
    audit = Policy.rebild(overlay=tmp_path).audit(FINES, EXAMPLES / "traffic-fines.yaml", as_of)
    account = audit.accounting
    assert (account.rows, account.cases, account.quarantined, account.unmapped) == (34_724, 10_000, 0, ())
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        counted = dict(database.execute(COUNT, {"log": str(FINES), "as_of": as_of}).fetchall())
    found = Counter(str(finding.verdict) for finding in audit.findings if finding.rule == "complaint-not-forwarded")
    assert found == counted
    assert counted["violated"] > 0
    assert counted["satisfied"] > 0
    assert sum(counted.values()) == 232
