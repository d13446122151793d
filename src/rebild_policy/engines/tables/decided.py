"""The decisions of a bucket as equal treatment compares them: what `equality.decisions_of` says of each case, for all at once."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from rebild_policy.audits.equality import Decided
from rebild_policy.engines.tables.layout import CASE

# What the citizen came with, the surest first.
_WAYS: Final = (("inquiry_received", "kind = 'application'"), ("application_received", "true"), ("inquiry_received", "true"))
_WAY: Final = (
    "SELECT cid, {rank} AS rank, day, pos, unit, channel FROM read_parquet('{file}') WHERE day <= $as_of AND {condition}"
)
_NO_WAY: Final = "SELECT 0 AS cid, 0 AS rank, NULL::DATE AS day, 0 AS pos, '' AS unit, '' AS channel WHERE false"
# The first of each way is the one, or none of that way is on or before the day of the decision: no pair of events is compared.
_DECIDED: Final = """
WITH ways AS ({ways}),
firsts AS (SELECT * FROM ways QUALIFY row_number() OVER (PARTITION BY cid, rank ORDER BY day, pos) = 1),
decisions AS (
    SELECT cid, pos, day, unit, outcome FROM read_parquet('{decisions}')
    WHERE day <= $as_of AND outcome IS NOT NULL AND final IS DISTINCT FROM false AND coalesce(act, 'decision') = 'decision'
    QUALIFY row_number() OVER (PARTITION BY cid, matter ORDER BY day, pos) = 1),
compared AS (
    SELECT d.cid, d.outcome, coalesce(d.unit, f.unit) AS unit, f.channel, d.day - f.day AS days
    FROM decisions d LEFT JOIN firsts f ON f.cid = d.cid AND f.day <= d.day
    QUALIFY row_number() OVER (PARTITION BY d.cid, d.pos ORDER BY f.rank) = 1)
SELECT c.kind, c.urgent, p.unit, p.channel, p.outcome = 'granted', p.days::INTEGER, count(*)
FROM compared p JOIN read_parquet('{cases}') c USING (cid) WHERE c.kind IS NOT NULL GROUP BY ALL
"""


def decided_in(bucket: Path, as_of: date, con: duckdb.DuckDBPyConnection) -> Counter[Decided]:
    """How often each decision that can be compared occurs in a bucket, as of the end of a day."""

    def file(name: str) -> str:
        return str(bucket / f"{name}.parquet").replace("'", "''")

    if not (bucket / "decision_made.parquet").exists():
        return Counter()
    ways = [
        _WAY.format(rank=rank, file=file(type_), condition=condition)
        for rank, (type_, condition) in enumerate(_WAYS)
        if (bucket / f"{type_}.parquet").exists()
    ]
    text = _DECIDED.format(ways=" UNION ALL ".join(ways or [_NO_WAY]), decisions=file("decision_made"), cases=file(CASE))
    rows = con.execute(text, {"as_of": as_of}).fetchall()
    return Counter({Decided(*row): count for *row, count in rows})
