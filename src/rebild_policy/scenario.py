"""A case as data with the question that is put about it: what examples, counter-examples and the generator are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from rebild_policy.facts import Case, Coverage, SameDay


@dataclass(frozen=True)
class Scenario:
    """A plain case as `Case.read` takes it, the day on which it is asked about, and what the source leaves out."""

    data: dict[str, Any]
    as_of: date
    missing: tuple[str, ...] = ()  # names as `Coverage.without` takes them
    same_day: SameDay = "unknown"

    @cached_property
    def case(self) -> Case:
        """The case, read. Raises `CaseError` if it can't be."""
        return Case.read(self.data)

    @cached_property
    def coverage(self) -> Coverage:
        """What the source records."""
        return Coverage.all().without(*self.missing)
