"""An export through a mapping, held in memory: cases, what the export covers, and an account of every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rebild_policy.facts import Coverage, vocabulary
from rebild_policy.sources.accounting import Accounting, Assumption
from rebild_policy.sources.cells import settable
from rebild_policy.sources.opening import open_export
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.reading import Reading, SourcedCase
from rebild_policy.sources.records import ArrowTable
from rebild_policy.sources.rows import RowReader
from rebild_policy.sources.shapes import ALL_FIELDS, Mapping

__all__ = ["Export", "SourcedCase", "assumptions_of", "coverage_of", "read_export"]


@dataclass(frozen=True, slots=True)
class Export:
    """An export, read. The cases stand in the order in which the file first names them, events in the order of their
    rows.
    """

    name: str
    cases: tuple[SourcedCase, ...]
    coverage: Coverage
    same_day: Literal["unknown", "source-order"]
    accounting: Accounting
    assumptions: tuple[Assumption, ...]
    input_sha256: str
    mapping_sha256: str


def read_export(
    export: Path | str | ArrowTable,
    mapping: Mapping,
    *,
    progress: Callable[[int], None] | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> Export:
    """Read an export: a file, or a table in memory. `progress` is called with the number of bytes read so far.

    With `pseudonyms`, the ids of cases, people and events are replaced before anything is joined. Without them, a case id
    with the shape of a CPR number is refused.

    Raises `SourceError` for a file that can't be read as the mapping says, and `MappingError` where it lacks a mapped
    column. A row that can't be used is quarantined and the reading goes on.
    """
    with open_export(export, mapping, progress) as reader:
        reading = Reading(mapping, pseudonyms)
        for row in reader.rows:
            reading.take(row)
        reading.refuse_numbers(reading.rows)
        read = reading.finish()
        made = [link.made for link in read.accounting.links]
        return Export(
            name=reader.name,
            cases=read.cases,
            coverage=coverage_of(mapping),
            same_day=mapping.time.same_day,
            accounting=read.accounting,
            assumptions=tuple(assumptions_of(mapping, reading.reader, read.assumed, made)),
            input_sha256=reader.digest(),
            mapping_sha256=mapping.sha256,
        )


def assumptions_of(mapping: Mapping, reader: RowReader, assumed: Sequence[int], made: Sequence[int]) -> Iterator[Assumption]:
    """Those of the mapping as a whole, of its fields, and of its links, in that order.

    `assumed`: how many values rest on each of `reader.assumptions`; `made`: how many links each policy made.
    """
    for words in mapping.assumptions:
        yield Assumption(words.da, words.en)
    for words, count in zip(reader.assumptions, assumed, strict=True):
        yield Assumption(words.da, words.en, count)
    for policy, count in zip(reader.policies, made, strict=True):
        yield Assumption(policy.said.da, policy.said.en, count)


def coverage_of(mapping: Mapping) -> Coverage:
    """What a mapping promises: everything that it does not list under `covers` and `case_covers` is missing."""
    missing = {f"case.{name}" for name in vocabulary().case if name not in mapping.case_covers}
    for event_type in vocabulary().types:
        covered = mapping.covers.get(event_type)
        if covered is None:
            missing.add(event_type)
        elif covered != ALL_FIELDS:
            missing |= {f"{event_type}.{name}" for name in settable(event_type) if name not in covered}
    return Coverage.all().without(*missing)
