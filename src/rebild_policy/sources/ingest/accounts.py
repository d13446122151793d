"""What became of the rows of one bucket, as it is kept beside it and summed up over all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Self

from rebild_policy.sources.reading import Read


@dataclass(slots=True)
class Account:
    """The account of a bucket; `links` and `assumed` count in the order of the mapping.

    `links`: of each policy, how many links it made, how many events have none to point to, and of how many that is unknown.
    """

    cases: int = 0
    events: int = 0
    mapped: int = 0
    duplicates: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    links: list[list[int]] = field(default_factory=list)
    assumed: list[int] = field(default_factory=list)
    quarantined: int = 0  # the rows themselves are in files: see `setaside`
    lost_cases: int = 0

    @classmethod
    def of(cls, read: Read) -> Self:
        """The account of rows that were read one by one."""
        account = read.accounting
        return cls(
            cases=len(read.cases),
            events=account.events,
            mapped=account.mapped,
            duplicates=account.duplicates,
            skipped=account.skipped,
            notes=account.notes,
            links=[[link.made, link.none, link.unknown] for link in account.links],
            assumed=list(read.assumed),
            quarantined=len(account.quarantined),
            lost_cases=account.lost_cases,
        )

    def add(self, other: Account) -> None:
        """Count another as well."""
        self.cases += other.cases
        self.events += other.events
        self.mapped += other.mapped
        self.duplicates += other.duplicates
        self.skipped.update(other.skipped)
        self.notes.update(other.notes)
        self.links = _added(self.links, other.links)
        self.assumed = [sum(pair) for pair in zip(self.assumed, other.assumed, strict=True)] if self.assumed else other.assumed
        self.quarantined += other.quarantined
        self.lost_cases += other.lost_cases

    def as_data(self) -> dict[str, Any]:
        """As JSON holds it."""
        return data_of(self)

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """From what JSON held."""
        counters = {name: Counter(data[name]) for name in ("skipped", "notes")}
        return cls(**{**data, **counters})


def data_of(told: Any) -> dict[str, Any]:
    """The fields of a dataclass as they stand; `dataclasses.asdict` can't copy a `Counter`."""
    return {one.name: getattr(told, one.name) for one in fields(told)}


def _added(one: Iterable[list[int]], other: list[list[int]]) -> list[list[int]]:
    pairs = list(one)
    if not pairs:
        return other
    return [[sum(pair) for pair in zip(*two, strict=True)] for two in zip(pairs, other, strict=True)]
