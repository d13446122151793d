"""Accepted deviations: which ones a municipality has accepted, why, who did, and until when.

An accepted deviation stays in every report, marked. A waiver that has run out or gives no reason accepts nothing and is named
itself, and so is one that nothing needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from rebild_policy.documents import read_document
from rebild_policy.errors import RuleError
from rebild_policy.results import Problem, Waived, WaiverNote
from rebild_policy.rulefiles import Day, Name, Shape, Words

Id = Annotated[str, Field(min_length=1, max_length=200)]


class Waiver(Shape):
    """A deviation that is accepted: of one rule, in a case or of one event of it that the rule starts from.

    `expires` is the last day, by the as-of day, on which it is accepted. Without a reason it accepts nothing.
    """

    rule: Name
    case: Id
    trigger: Id | None = None
    reason: str
    approved_by: Words
    expires: Day


class WaiversShape(Shape):
    """A file of waivers."""

    waivers: list[Waiver]


def read_waivers(path: Path | str) -> tuple[Waiver, ...]:
    """The waivers in a file. Raises `RuleError` with file and line."""
    reader, document = read_document(Path(path), RuleError)
    return tuple(reader.model(document, WaiversShape).waivers)


class WaiverBook:
    """The waivers of one check or audit, which remembers those that were used."""

    def __init__(self, waivers: Iterable[Waiver], as_of: date) -> None:
        self._waivers = tuple(waivers)
        self._as_of = as_of
        self._used: set[Waiver] = set()
        self._by_place: dict[tuple[str, str], list[Waiver]] = {}
        for waiver in self._waivers:
            self._by_place.setdefault((waiver.rule, waiver.case), []).append(waiver)

    @property
    def all(self) -> tuple[Waiver, ...]:
        """The waivers, in their order."""
        return self._waivers

    @property
    def rules(self) -> frozenset[str]:
        """The rules that waivers are about."""
        return frozenset(waiver.rule for waiver in self._waivers)

    def accepts(self, rule: str, case: str, trigger: str) -> Waived | None:
        """The acceptance of a deviation, if there is one in force; ids are those of the case itself."""
        for waiver in self._by_place.get((rule, case), ()):
            if waiver.trigger in {None, trigger}:
                self._used.add(waiver)
                if waiver.expires >= self._as_of and waiver.reason.strip():
                    return Waived(reason=waiver.reason, approved_by=waiver.approved_by, expires=waiver.expires)
        return None

    def notes(self) -> Iterator[WaiverNote]:
        """What is wrong with the waivers: those that accept nothing although a deviation is there, and those without one."""
        for waiver in self._waivers:
            if problem := self._problem(waiver):
                yield WaiverNote(
                    rule=waiver.rule, case=waiver.case, trigger=waiver.trigger, problem=problem, expires=waiver.expires
                )

    def _problem(self, waiver: Waiver) -> Problem | None:
        if not waiver.reason.strip():
            return "unreasoned"
        if waiver.expires < self._as_of:
            return "expired"
        return None if waiver in self._used else "unused"
