"""What all engines share: the interface, and the verdict of a match from its parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from rebild_policy.expressions import Truth
from rebild_policy.facts import Case
from rebild_policy.results import Row, Verdict, overall


@dataclass(slots=True)
class Judgement:
    """The verdicts on one case, and how many matches each rule did not apply to."""

    rows: list[Row]
    not_applicable: dict[str, int] = field(default_factory=dict)


class Engine(Protocol):
    """A plan that can be asked about cases."""

    def verdicts(self, case: Case, as_of: date) -> list[Row]:
        """The verdicts on `case` as of the end of a day, in the order of rules and source."""

    def judge(self, case: Case, as_of: date) -> Judgement:
        """The verdicts, with the matches that rules did not apply to counted."""


def verdict(condition: Truth, exempt: Truth, required: Truth) -> Verdict | None:
    """The verdict of one match; None where the rule does not apply."""
    if condition is Truth.FALSE:
        return None
    if required is Truth.TRUE:
        return Verdict.SATISFIED
    if exempt is Truth.TRUE:
        return Verdict.EXEMPT
    if condition is Truth.UNKNOWN:
        return Verdict.UNDETERMINED
    return (Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING)[max(exempt, required)]


def collapse(rows: Iterable[Row]) -> list[Row]:
    """One row for each rule, trigger and key: matches that differ only in an uncovered link come without a key."""
    found: dict[tuple[str, str, tuple[str, ...]], Row] = {}
    for row in rows:
        place = row[:3]
        other = found.get(place)
        if other is None:
            found[place] = row
        else:
            said = overall((other.verdict, row.verdict)) or row.verdict
            dues = [one.due for one in (other, row) if one.verdict is said and one.due]
            found[place] = Row(*place, said, max(dues, default=None))
    return list(found.values())
