"""A dirty export for audits on Spark: the demo's, several times over, with rows that have to be set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from pathlib import Path
from random import Random

from rebild_policy import Audit, Policy
from rebild_policy.spark import SparkSummary

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src" / "rebild_policy" / "demo"
AS_OF = date(2026, 3, 2)
TIMES = 2


@dataclass
class Dirty:
    """The export as a file, as rows with their line, and two mappings: one with ids of events, one that makes them of lines."""

    file: Path
    names: list[str]
    rows: list[list[str]]
    with_ids: Path
    without_ids: Path

    def audit(self, policy: Policy, mapping: Path) -> Audit:
        return policy.audit(self.file, mapping, AS_OF)


def spoiled(rows: list[list[str]], names: list[str], random: Random) -> None:
    """Every kind of bad row, in place."""
    case, id_, day, activity, kind = (names.index(name) for name in ("Sagsnr", "Løbenr", "Dato", "Aktivitet", "Sagstype"))
    for row in rows:
        if random.random() < 0.1:
            column, value = random.choice(
                [
                    (day, "31-02-2026"),
                    (day, ""),
                    (activity, ""),
                    (activity, "Noget andet"),
                    (case, ""),
                    (case, "010203-1234"),
                    (case, f"\u00a0 {row[case]}\t"),
                    (id_, rows[random.randrange(len(rows))][id_]),
                    (kind, "Hjælpemidler"),
                ]
            )
            row[column] = value
    for place in random.sample(range(len(rows)), 40):
        rows[place + 1 : place + 1] = [list(rows[place])]


def findings_of(rows: list[dict]) -> list[tuple]:
    kept = (row for row in rows if row["kind"] == "finding")
    return sorted(
        ((r["case"], r["rule"], r["trigger"], tuple(r["key"]), r["verdict"], r["due"]) for r in kept),
        key=repr,
    )


def local_findings(audit: Audit) -> list[tuple]:
    return sorted(
        (
            (one.case, one.rule, one.trigger.id, tuple(event.id for event in one.key), str(one.verdict), one.due)
            for one in audit.findings
        ),
        key=repr,
    )


def check_numbers(summary: SparkSummary, local: Audit) -> None:
    assert summary.accounting == local.accounting.model_copy(update={"quarantine": ()})
    assert summary.accounting.quarantined > 60
    assert summary.tallies == local.tallies
    assert any(tally.subsumed for tally in summary.tallies)
    assert any(tally.partly_known for tally in summary.tallies)
    by_rule = attrgetter("rule")
    assert sorted(summary.statistics, key=by_rule) == sorted(local.statistics, key=by_rule)
    assert summary.equal_treatment == local.equal_treatment
    assert summary.equal_treatment is not None
    assert summary.assumptions == local.assumptions
    assert summary.not_checkable == local.not_checkable
    assert summary.rechecked > 50
