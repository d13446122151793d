"""Six rules as an analyst would write them in SQL for this one export: what the table engine is measured against.

They know what the export holds: every type is covered, every link and matter is filled, and the order of two events of one
day is unknown where one of them has no clock time. Each gives case, rule, trigger, verdict and due date.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

from rebild_policy.calendar import Calendar, Duration

RULES = (
    "decision-without-reasons",
    "decision-without-hearing",
    "late-reply",
    "decided-with-declared-interest",
    "not-least-intrusive",
    "complaint-not-forwarded",
)
# Whether x was before y, where both have links to neither: unknown on one day without two clock times.
BEFORE = (
    "CASE WHEN x.day <> y.day THEN x.day < y.day WHEN x.instant IS NULL OR y.instant IS NULL THEN NULL "
    "WHEN x.instant <> y.instant THEN x.instant < y.instant ELSE x.pos < y.pos END"
)

UNREASONED = """
SELECT cid, pos, 'decision-without-reasons' AS rule, id AS "trigger", if(reasons, 'satisfied', 'violated') AS verdict,
    NULL::DATE AS due
FROM decision_made WHERE act = 'decision' AND day <= $as_of
"""
UNHEARD = f"""
SELECT y.cid, y.pos, 'decision-without-hearing', y.id,
    CASE WHEN bool_or({BEFORE}) THEN 'satisfied' WHEN bool_or(x.day = y.day AND ({BEFORE}) IS NULL) THEN 'undetermined'
    ELSE 'violated' END, NULL::DATE
FROM decision_made y LEFT JOIN hearing_sent x ON x.cid = y.cid AND x.matter = y.matter AND x.day <= $as_of
WHERE y.act = 'decision' AND y.outcome <> 'granted' AND y.final AND y.day <= $as_of
GROUP BY y.cid, y.pos, y.id
"""
# An answer links to what it answers, so on one day it comes after it unless their clock times say otherwise.
AFTER = "(x.day > y.day OR x.day = y.day AND (x.instant < y.instant) IS NOT TRUE)"
LATE = f"""
SELECT i.cid, i.pos, 'late-reply', i.id,
    CASE WHEN r.first <= i.due OR a.first <= i.due THEN 'satisfied' WHEN NOT i.requires_reply THEN 'exempt'
    WHEN i.due IS NULL THEN 'undetermined' WHEN $as_of <= i.due THEN 'pending' ELSE 'violated' END AS verdict,
    if(verdict = 'exempt', NULL, i.due)
FROM (
    SELECT cid, pos, id, requires_reply, d.due
    FROM inquiry_received LEFT JOIN ten_working_days d ON d.start = if(channel = 'post', date_stamped_on, day)
    WHERE channel IN ('post', 'digital_post', 'email') AND day <= $as_of
) i
LEFT JOIN (
    SELECT y.cid, y.id, min(x.day) AS first FROM reply_sent x
    JOIN inquiry_received y ON y.cid = x.cid AND y.id = x.inquiry AND {AFTER} WHERE x.day <= $as_of GROUP BY ALL
) r USING (cid, id)
LEFT JOIN (
    SELECT y.cid, y.id, min(x.day) AS first FROM acknowledgement_sent x
    JOIN inquiry_received y ON y.cid = x.cid AND y.id = x.inquiry AND {AFTER}
    WHERE x.caseworker IS NOT NULL AND (x.expected_by IS NOT NULL OR x.expected_days IS NOT NULL) AND x.automatic IS NOT TRUE
    AND x.day <= $as_of GROUP BY ALL
) a USING (cid, id)
"""
CONFLICTED = f"""
SELECT y.cid, y.pos, 'decided-with-declared-interest', y.id,
    CASE WHEN bool_or({BEFORE}) THEN 'violated' WHEN bool_or(x.day = y.day AND ({BEFORE}) IS NULL) THEN 'undetermined'
    ELSE 'satisfied' END, NULL::DATE
FROM decision_made y LEFT JOIN interest_declared x ON x.cid = y.cid AND x.employee = y.decided_by
    AND (x.withdrawn_on IS NULL OR y.day <= x.withdrawn_on) AND x.day <= $as_of
WHERE y.day <= $as_of
GROUP BY y.cid, y.pos, y.id
"""
INTRUSIVE = f"""
SELECT y.cid, y.pos, 'not-least-intrusive', y.id,
    CASE WHEN bool_or({BEFORE}) THEN 'violated' WHEN bool_or(x.day = y.day AND ({BEFORE}) IS NULL) THEN 'undetermined'
    ELSE 'satisfied' END, NULL::DATE
FROM measure_started y LEFT JOIN measure_considered x ON x.cid = y.cid AND x.decision = y.decision
    AND x.suitable AND x.intrusiveness < y.intrusiveness AND x.day <= $as_of
WHERE y.decision IS NOT NULL AND y.day <= $as_of
GROUP BY y.cid, y.pos, y.id
"""
FORWARDED = f"""
SELECT c.cid, c.pos, 'complaint-not-forwarded', c.id,
    CASE WHEN f.first <= c.day + 28 THEN 'satisfied' WHEN $as_of <= c.day + 28 THEN 'pending' ELSE 'violated' END, c.day + 28
FROM complaint_received c LEFT JOIN (
    SELECT y.cid, y.id, min(x.day) AS first FROM complaint_forwarded x
    JOIN complaint_received y ON y.cid = x.cid AND y.id = x.complaint AND {AFTER} WHERE x.day <= $as_of GROUP BY ALL
) f USING (cid, id)
WHERE c.at = 'citizen_service' AND c.day <= $as_of
"""
STATEMENT = " UNION ALL ".join((UNREASONED, UNHEARD, LATE, CONFLICTED, INTRUSIVE, FORWARDED))
TYPES = (
    "acknowledgement_sent",
    "complaint_forwarded",
    "complaint_received",
    "decision_made",
    "hearing_sent",
    "inquiry_received",
    "interest_declared",
    "measure_considered",
    "measure_started",
    "reply_sent",
)


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """The calendar that the rules need: when ten working days end."""
    calendar, ten_days, first = Calendar(), Duration(10, "working days"), date(2020, 1, 1)
    starts = [first + timedelta(days=number) for number in range(365 * 30)]
    con.execute("CREATE TEMP TABLE ten_working_days (start DATE, due DATE)")
    ends = [calendar.due(start, ten_days) for start in starts]
    rows = ", ".join(f"(DATE '{start}', DATE '{end}')" for start, end in zip(starts, ends, strict=True))
    con.execute(f"INSERT INTO ten_working_days VALUES {rows}")


def judge(con: duckdb.DuckDBPyConnection, bucket: Path, as_of: date, into: Path) -> None:
    """Judge a bucket by the six rules, sorted, into a Parquet file."""
    for name in TYPES:
        con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS FROM read_parquet('{bucket}/{name}.parquet')")
    statement = STATEMENT.replace("$as_of", f"DATE '{as_of}'")
    con.execute(
        f"""COPY (
            SELECT c."case", r.rule, r."trigger", []::VARCHAR[] AS key, r.verdict, r.due
            FROM ({statement}) r JOIN read_parquet('{bucket}/case.parquet') c USING (cid) ORDER BY r.cid, r.rule, r.pos
        ) TO '{into}' (FORMAT parquet, COMPRESSION zstd)"""
    )
