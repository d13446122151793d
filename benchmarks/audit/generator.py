"""A made-up export of any size, written as normalised Parquet: the same bytes for the same size, case by case a hash.

Each case is an inquiry that grows into a decision, a measure and a complaint, with the faults that the six rules look for.
Nothing in it comes from a real case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

EVENTS_A_BUCKET = 500_000
FIRST_DAY = "DATE '2022-01-03'"


def chance(name: str, percent: int) -> str:
    """SQL that is true for so many in a hundred events."""
    return f"(hash(c, k, '{name}') % 100 < {percent})"


def one_of(name: str, *values: str) -> str:
    """SQL for one of some texts, each as likely."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"[{listed}][1 + (hash(c, k, '{name}') % {len(values)})::INTEGER]"


def often(name: str, percent: int, value: str) -> str:
    """SQL for a value that so many in a hundred events have."""
    return f"CASE WHEN {chance(name, percent)} THEN {value} END"


@dataclass(frozen=True)
class Made:
    """Events of one type: how many in a case at most, how often each, when, and what they hold."""

    name: str
    most: int
    percent: int
    after: int  # days after the case began
    spread: int
    fields: dict[str, str] = field(default_factory=dict)


EMPLOYEE = "'u' || (hash(c, k, 'employee') % 40)"
# Of several processes in one long case, each event links to those of its own. Two inquiries and two decisions make one.
INQUIRY, DECISION, DECISION_OF_TWO = "'inquiry_received-' || k * 2", "'decision_made-' || k * 2", "'decision_made-' || k // 2 * 2"
EVENTS = (
    Made(
        "inquiry_received",
        2,
        80,
        0,
        30,
        {
            "kind": one_of("kind", "application", "guidance", "question", "question"),
            "requires_reply": often("requires", 5, "false"),
            "relevant": "true",
            "journalised": chance("journalised", 90),
            "date_stamped_on": f"CASE WHEN channel = 'post' AND {chance('stamp', 95)} THEN day END",
        },
    ),
    Made("acknowledgement_sent", 1, 50, 3, 20, {"inquiry": INQUIRY, "caseworker": EMPLOYEE, "expected_days": "30"}),
    Made("reply_sent", 2, 70, 5, 35, {"inquiry": "'inquiry_received-' || k"}),
    Made("caseworker_assigned", 2, 80, 1, 20, {"employee": EMPLOYEE}),
    Made("interest_declared", 1, 10, 1, 30, {"employee": EMPLOYEE, "kind": one_of("interest", "family", "personal", "economic")}),
    Made("information_requested", 2, 50, 5, 40, {"source": one_of("source", "citizen", "doctor"), "consent": "true"}),
    Made("information_received", 2, 60, 10, 60, {"matter": "'m' || k", "adverse": chance("adverse", 30), "relevant": "true"}),
    Made("note_recorded", 2, 70, 12, 60, {"about": "['information_received-' || k]"}),
    Made("hearing_sent", 2, 45, 30, 60, {"matter": "'m' || k", "facts_included": "true", "assessments_included": "true"}),
    Made("hearing_exempted", 1, 8, 30, 60, {"matter": "'m' || k", "ground": often("ground", 80, "'§ 19(2)'")}),
    Made("hearing_response", 2, 25, 60, 30, {"hearing": "'hearing_sent-' || k"}),
    Made(
        "decision_made",
        2,
        60,
        70,
        60,
        {
            "matter": "'m' || k",
            "outcome": one_of("outcome", "granted", "refused", "partly_granted", "burdening"),
            "final": chance("final", 95),
            "act": one_of("act", "decision", "decision", "decision", "procedural"),
            "form": one_of("form", "written", "written", "oral"),
            "reasons": chance("reasons", 90),
            "complaint_guidance": chance("guidance", 90),
            "decided_by": EMPLOYEE,
            "legal_basis": "'SEL § 41'",
        },
    ),
    Made(
        "measure_considered",
        2,
        40,
        60,
        60,
        {
            "decision": DECISION_OF_TWO,
            "measure": one_of("measure", "a", "b", "c"),
            "suitable": chance("suitable", 70),
            "intrusiveness": "(hash(c, k, 'intrusiveness') % 5)::BIGINT",
        },
    ),
    Made("proportionality_assessed", 1, 40, 60, 60, {"decision": DECISION}),
    Made(
        "measure_started",
        1,
        30,
        130,
        20,
        {
            "decision": DECISION,
            "measure": one_of("started", "a", "b", "c"),
            "intrusiveness": "(hash(c, k, 'started at') % 5)::BIGINT",
        },
    ),
    Made("message_sent", 2, 60, 70, 80, {"addressee": "'citizen'", "digital": chance("digital", 80)}),
    Made(
        "complaint_received",
        1,
        20,
        140,
        30,
        {"decision": DECISION, "at": one_of("at", "caseworker", "leader", "citizen_service", "citizen_service")},
    ),
    Made("complaint_forwarded", 1, 14, 150, 50, {"complaint": "'complaint_received-' || k", "to": "'leader'"}),
    Made("suspension", 1, 10, 20, 60, {"until": "day + (hash(c, k, 'until') % 30)::INTEGER"}),
)
EVENTS_A_CASE = sum(made.most * made.percent for made in EVENTS) / 100


def generate(folder: Path, events: int, columns: dict[str, dict[str, str]], seed: int = 1) -> int:
    """Write about so many events and say how many they were. `columns`: event type -> field -> SQL type, and so for "case"."""
    cases = round(events / EVENTS_A_CASE)
    buckets = max(1, round(events / EVENTS_A_BUCKET))
    written = 0
    with duckdb.connect() as con:
        con.execute("SET threads = 2")
        for bucket in range(buckets):
            of_bucket = range(bucket, cases, buckets)
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE made AS SELECT (row_number() OVER () - 1)::INTEGER AS cid, c "
                f"FROM (SELECT range * {buckets} + {bucket} + {seed} * 1_000_000_000 AS c FROM range({len(of_bucket)}))"
            )
            written += _bucket(con, folder / f"bucket-{bucket:04}", columns)
    return written


def one_long_case(folder: Path, events: int, columns: dict[str, dict[str, str]]) -> int:
    """All events in one case, over 20 years."""
    with duckdb.connect() as con:
        con.execute("CREATE TEMP TABLE made AS SELECT 0::INTEGER AS cid, 7 AS c")
        return _bucket(con, folder / "bucket-0000", columns, copies=round(events / EVENTS_A_CASE), years=20)


def _bucket(
    con: duckdb.DuckDBPyConnection, folder: Path, columns: dict[str, dict[str, str]], copies: int = 1, years: int = 3
) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for made in EVENTS:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {made.name} AS {_select(made, columns[made.name], copies, years)}")
    every = " UNION ALL ".join(f"SELECT cid, day, instant, {n} AS n, k FROM {made.name}" for n, made in enumerate(EVENTS))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE places AS SELECT cid, n, k, "
        f"(row_number() OVER (PARTITION BY cid ORDER BY day, instant, n, k) - 1)::INTEGER AS pos FROM ({every})"
    )
    for number, made in enumerate(EVENTS):
        names = ", ".join(f'"{name}"' for name in columns[made.name])
        con.execute(
            f"COPY (SELECT cid, pos, id, day, instant, clock, {names} FROM {made.name} JOIN places USING (cid, k) "
            f"WHERE n = {number} ORDER BY cid, pos) TO '{folder}/{made.name}.parquet' (COMPRESSION zstd)"
        )
    fields = ", ".join(f'NULL::{sql_type} AS "{name}"' for name, sql_type in columns["case"].items() if name != "kind")
    con.execute(
        f"COPY (SELECT cid, 'case-' || c AS \"case\", 'kind-' || (hash(c) % 8) AS kind, {fields} FROM made ORDER BY cid) "
        f"TO '{folder}/case.parquet' (COMPRESSION zstd)"
    )
    found = con.execute("SELECT count(*) FROM places").fetchone()
    assert found is not None
    return int(found[0])


def _select(made: Made, columns: dict[str, str], copies: int, years: int) -> str:
    """The events of one type: a day in the case's own time, three in four of them with a clock time in office hours."""
    began = f"{FIRST_DAY} + (hash(c, k // {made.most}) % {years * 365})::INTEGER"
    last_sunday = "make_date(year(day), {0}, 31) - dayofweek(make_date(year(day), {0}, 31))::INTEGER"
    is_summer = f"(day >= {last_sunday.format(3)} AND day < {last_sunday.format(10)})"
    drawn = {"channel": "channel", **made.fields}
    values = ", ".join(f'({drawn.get(name, "NULL")})::{kind} AS "{name}"' for name, kind in columns.items())
    channel = one_of("channel", "post", "digital_post", "email", "phone")
    return (
        f"WITH drawn AS (SELECT cid, c, k, {began} + {made.after} + (hash(c, k, '{made.name}') % {made.spread})::INTEGER AS day, "
        f"CASE WHEN hash(c, k, '{made.name}/clock') % 4 > 0 THEN "
        f"(28800 + hash(c, k, '{made.name}/clock') % 28800)::BIGINT END AS seconds, {channel} AS channel "
        f"FROM made, (SELECT range AS k FROM range({made.most * copies})) "
        f"WHERE hash(c, k, '{made.name}/there') % 100 < {made.percent}) "
        f"SELECT cid, k, '{made.name}-' || k AS id, day, "
        f"day + to_seconds(seconds) - to_hours(CASE WHEN {is_summer} THEN 2 ELSE 1 END) AS instant, "
        f"(TIME '00:00:00' + to_seconds(seconds)) AS clock, {values} FROM drawn"
    )
