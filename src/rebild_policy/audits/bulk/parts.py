"""The verdicts on one bucket: marked where another rule tells the fault or where it is accepted, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow
from pyarrow import compute, parquet

from rebild_policy.audits.breakdowns import DIMENSIONS
from rebild_policy.audits.counts import Counts
from rebild_policy.engines.tables.store import read_stored
from rebild_policy.facts import Case
from rebild_policy.plan import Plan
from rebild_policy.privacy import holds_cpr
from rebild_policy.results import EventRef, Finding, Row, Verdict, fingerprint, public_id
from rebild_policy.waivers import WaiverBook

_TEXT: Final = pyarrow.string()
PART: Final = pyarrow.schema(
    [
        ("case", _TEXT),
        ("rule", _TEXT),
        ("trigger", _TEXT),
        ("key", pyarrow.list_(_TEXT)),
        ("verdict", _TEXT),
        ("due", pyarrow.date32()),
        ("trigger_type", _TEXT),
        ("trigger_day", pyarrow.date32()),
        ("trigger_row", pyarrow.int64()),
        ("unit", _TEXT),
        ("channel", _TEXT),
        ("kind", _TEXT),
        ("fingerprint", _TEXT),
        # What output calls the events by, where their own ids hold the shape of a CPR number.
        ("trigger_shown", _TEXT),
        ("key_shown", pyarrow.list_(_TEXT)),
        ("subsumed_by", _TEXT),
        ("waived", pyarrow.bool_()),
    ]
)
_MADE_LATER: Final = ("trigger_shown", "key_shown", "subsumed_by", "waived")
_SUSPECT: Final = "[^ -~]|[0-9]{6}"  # ids that may hold a CPR number
_ROWS: Final = 100_000  # in a group


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked in a bucket, by the number of the row."""

    subsumed: Mapping[int, str]
    waived: frozenset[int]
    named: Mapping[int, tuple[str, list[str], str]]  # the shown ids of trigger and key, and the fingerprint


def finish(draft: Path, into: Path, bucket: Path, plan: Plan, waivers: WaiverBook) -> None:
    """Write the verdicts of a bucket with their marks."""
    marks = _marks(draft, bucket, plan, waivers)
    start = 0
    with parquet.ParquetWriter(into, PART, compression="zstd") as writer:
        for batch in parquet.ParquetFile(draft).iter_batches(_ROWS):
            writer.write_table(_marked(pyarrow.Table.from_batches([batch]), start, marks))
            start += len(batch)


def _marks(draft: Path, bucket: Path, plan: Plan, waivers: WaiverBook) -> Marks:
    verdict = parquet.read_table(draft, columns=["verdict"])["verdict"]
    at_fault = compute.indices_nonzero(compute.equal(verdict.cast(_TEXT), "violated"))
    table = parquet.read_table(draft, columns=["case", "rule", "trigger", "key"])
    subsumed, waived = _faults(table, at_fault, plan, waivers)
    return Marks(subsumed, waived, _named(table, bucket, plan))


def _faults(table: Any, at_fault: Any, plan: Plan, waivers: WaiverBook) -> tuple[dict[int, str], frozenset[int]]:
    pairs = {name: rule.subsumed_by for name, rule in plan.written.items() if rule.subsumed_by}
    telling = {*pairs, *pairs.values(), *waivers.rules}
    rows = table.take(at_fault)
    chosen = compute.indices_nonzero(compute.is_in(rows["rule"].cast(_TEXT), pyarrow.array(sorted(telling), _TEXT)))
    numbers, records = at_fault.take(chosen).to_pylist(), rows.take(chosen).to_pylist()
    events: dict[tuple[str, str], set[str]] = {}
    for record in records:
        events.setdefault((record["case"], record["rule"]), set()).update((record["trigger"], *record["key"]))
    subsumed, waived = {}, set()
    for number, record in zip(numbers, records, strict=True):
        other = pairs.get(record["rule"])
        if other and events.get((record["case"], other), set()) & {record["trigger"], *record["key"]}:
            subsumed[number] = other
        if waivers.accepts(record["rule"], record["case"], record["trigger"]):
            waived.add(number)
    return subsumed, frozenset(waived)


def _named(table: Any, bucket: Path, plan: Plan) -> dict[int, tuple[str, list[str], str]]:
    """The rows whose events have to be called otherwise."""
    ids = pyarrow.chunked_array([*table["trigger"].chunks, *compute.list_flatten(table["key"]).chunks], _TEXT)
    suspect = compute.unique(ids.filter(compute.match_substring_regex(ids, _SUSPECT)))
    numbered = {id_ for id_ in suspect.to_pylist() if holds_cpr(id_)}
    if not numbered:
        return {}
    held = [
        row["trigger"] in numbered or not numbered.isdisjoint(row["key"]) for row in table.select(["trigger", "key"]).to_pylist()
    ]
    numbers = [number for number, holds in enumerate(held) if holds]
    records = table.take(numbers).to_pylist()
    cases = {stored.case.id: stored.case for stored in read_stored(bucket, plan.vocabulary, {row["case"] for row in records})}
    return {number: _shown(row, cases[row["case"]]) for number, row in zip(numbers, records, strict=True)}


def _shown(row: dict[str, Any], case: Case) -> tuple[str, list[str], str]:
    trigger, *key = (_ref(case, id_) for id_ in (row["trigger"], *row["key"]))
    return trigger.id, [event.id for event in key], fingerprint(row["rule"], case.id, trigger, tuple(key))


def _ref(case: Case, id_: str) -> EventRef:
    event = case.event(id_)
    return EventRef(id=public_id(id_, event.type, case.positions[id_]), type=event.type, day=event.day)


def _marked(table: Any, start: int, marks: Marks) -> Any:
    numbers = range(start, start + len(table))
    named = [marks.named.get(number) for number in numbers] if marks.named else None
    columns = {
        "trigger_shown": [one and one[0] for one in named] if named else None,
        "key_shown": [one and one[1] for one in named] if named else None,
        "subsumed_by": [marks.subsumed.get(number) for number in numbers] if marks.subsumed else None,
        "waived": [number in marks.waived for number in numbers] if marks.waived else [False] * len(table),
    }
    for name in _MADE_LATER:
        kind = PART.field(name).type
        column = pyarrow.nulls(len(table), kind) if columns[name] is None else pyarrow.array(columns[name], kind)
        table = table.append_column(name, column)
    if named:
        prints = zip(table["fingerprint"].to_pylist(), named, strict=True)
        column = pyarrow.array([other[2] if other else own for own, other in prints], _TEXT)
        table = table.set_column(table.schema.get_field_index("fingerprint"), "fingerprint", column)
    return table.cast(PART)


# --------------------------------------------------------------------------------------------------------------- counting
def count(part: Path, plan: Plan, counts: Counts) -> None:
    """Count the verdicts of a part that are on duties."""
    duties = pyarrow.array([rule.name for rule in plan.rules if rule.measure is None], _TEXT)
    columns = ["rule", "verdict", "due", "trigger_day", "unit", "channel", "kind", "subsumed_by", "waived"]
    _count_cases(part, duties, counts)
    for batch in parquet.ParquetFile(part).iter_batches(_ROWS * 5, columns=columns):
        table = pyarrow.Table.from_batches([batch])
        _count(table.filter(compute.is_in(table["rule"], duties)), counts)


def _count_cases(part: Path, duties: Any, counts: Counts) -> None:
    """Count the cases that share a unit or a kind: all findings of a case are in one part."""
    for by, shared in counts.broken_down.cases.items():
        rows = parquet.read_table(part, columns=["case", "rule", "subsumed_by", "waived", by])
        apart = compute.or_(rows["subsumed_by"].is_valid(), rows["waived"])
        counted = rows.filter(compute.and_(compute.is_in(rows["rule"], duties), compute.invert(apart)))
        pairs = counted.group_by(["case", by]).aggregate([])
        for value, number in _grouped(pairs, by):
            shared[value] += number


def _count(table: Any, counts: Counts) -> None:
    subsumed, waived = table["subsumed_by"].is_valid(), table["waived"]
    for rule, verdict, number in _grouped(table, "rule", "verdict"):
        counts.verdicts.setdefault(rule, Counter())[Verdict(verdict)] += number
    for rule, number in _grouped(table.filter(subsumed), "rule"):
        counts.subsumed[rule] += number
    for rule, number in _grouped(table.filter(compute.and_not(waived, subsumed)), "rule"):
        counts.waived[rule] += number
    deviating = table.filter(compute.invert(compute.or_(subsumed, waived)))
    month = compute.strftime(deviating["trigger_day"], format="%Y-%m")
    deviating = deviating.append_column("month", month)
    for by in DIMENSIONS:
        for rule, value, verdict, number in _grouped(deviating, "rule", by, "verdict"):
            counts.broken_down.found[by][rule, value, Verdict(verdict)] += number
    for due, rule, number in _grouped(table.filter(compute.equal(table["verdict"], "pending")), "due", "rule"):
        counts.broken_down.due[due, rule] += number


def _grouped(table: Any, *names: str) -> Iterator[tuple[Any, ...]]:
    counted = table.group_by(list(names)).aggregate([([], "count_all")])
    yield from zip(*(counted[name].to_pylist() for name in (*names, "count_all")), strict=True)


# -------------------------------------------------------------------------------------------------------- one by one
def rows_of(findings: Iterable[tuple[Row, Finding, Case]]) -> Any:
    """Findings of cases that were judged one by one as a part."""
    records = []
    for row, finding, case in findings:
        trigger = case.event(row.trigger)
        shown, key = finding.trigger.id, [event.id for event in finding.key]
        records.append(
            {
                "case": finding.case,
                **row._asdict(),
                "key": list(row.key),
                "verdict": str(row.verdict),
                "trigger_type": trigger.type,
                "trigger_day": trigger.day,
                "trigger_row": finding.trigger.row,
                "unit": trigger.unit,
                "channel": trigger.channel,
                "kind": case.kind,
                "fingerprint": finding.fingerprint,
                "trigger_shown": shown if shown != row.trigger else None,
                "key_shown": key if key != list(row.key) else None,
                "subsumed_by": finding.subsumed_by,
                "waived": finding.waived is not None,
            }
        )
    return pyarrow.Table.from_pylist(records, PART)
