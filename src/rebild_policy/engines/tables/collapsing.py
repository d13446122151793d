"""One finding for the matches that an empty link leaves indistinguishable: `engines.base.collapse`, as SQL."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from rebild_policy.engines.base import key_with_gaps
from rebild_policy.engines.tables import sql
from rebild_policy.engines.tables.sql import Sql
from rebild_policy.plan import Plan, open_links
from rebild_policy.results import Verdict
from rebild_policy.rules import Rule

# From the gravest down, so that the verdict of findings that collapse is the greatest.
VERDICTS = (Verdict.EXEMPT, Verdict.SATISFIED, Verdict.PENDING, Verdict.UNDETERMINED, Verdict.VIOLATED)
NUMBER = {verdict: number for number, verdict in enumerate(VERDICTS)}


def collapsed(plan: Plan, rule: Rule, columns_: Iterable[str], rows: exp.Select) -> Sql:
    """One row for each trigger and key: the gravest verdict, with its latest due date."""
    if not open_links(rule):
        return rows
    names = ["cid", "rule", *(name for name in columns_ if name.startswith("k"))]
    everything = exp.Column(this=exp.Star(), table=sql.named("r"))
    gravest = exp.Window(this=sql.call("max", sql.column("r", "verdict")), partition_by=[sql.column("r", name) for name in names])
    ranked = sql.select([everything, sql.as_(gravest, "gravest")], sql.subquery(rows, "r"))
    columns: dict[str, Sql] = {name: sql.column("g", name) for name in names}
    # The place of the first of the matches in the order of their places.
    places = [name for name in columns_ if name.startswith("p")]
    first = sql.call("min", sql.listed(sql.column("g", name) for name in places))
    columns |= {name: sql.call("list_extract", first, sql.literal(n)) for n, name in enumerate(places, 1)}
    worst = sql.equal(sql.column("g", "verdict"), sql.column("g", "gravest"))
    columns["verdict"] = sql.call("max", sql.column("g", "verdict"))
    columns["due"] = sql.call("max", sql.case([(worst, sql.column("g", "due"))]))
    columns["matches"] = exp.Count(this=exp.Star())
    whole = key_with_gaps(plan, rule)
    if whole is not None:
        complete = sql.is_given(sql.column("g", f"k{whole}"))
        columns["verdict"] = sql.case([(complete, columns["verdict"])], sql.literal(NUMBER[Verdict.UNDETERMINED]))
        columns["due"] = sql.case([(complete, columns["due"])])
    shown = [sql.as_(columns[name], name) for name in columns_]
    return sql.grouped(sql.select(shown, sql.subquery(ranked, "g")), [sql.column("g", name) for name in names])
