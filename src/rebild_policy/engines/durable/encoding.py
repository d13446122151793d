"""Values as whole numbers. durable-rules compares a "5" with a 5 and a 5 with a 5.0 as it likes, so every field is one type.

A value becomes a range from `low` to `high`: the two are one number where it is given, and the widest range there is where it
is missing. A comparison that must be *certain* then asks the ends that are furthest apart, and one that need only be
*possible* those that are nearest: one pattern each, and no case for "left missing", "right missing".

    certain  x < y   x.high <  y.low        possible  x < y   x.low  <  y.high
             x <= y  x.high <= y.low                  x <= y  x.low  <= y.high
             x == y  x.low  == y.high                 x == y  x.low  <= y.high and x.high >= y.low

An absent link is equal to nothing, so it is a number of its own on each side of a comparison. A list of ids becomes one fact
for each id; "is not among them" one fact for each gap between their numbers, since a number outside lies in exactly one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, TypeAlias

from rebild_policy.engines.durable.clauses import Reading
from rebild_policy.engines.durable.conditions import held
from rebild_policy.expressions import UNKNOWN
from rebild_policy.facts import Case

Range: TypeAlias = tuple[int, int]
FARTHEST: Final = 2**60  # well inside 63 bits, beyond which numbers are cut off without a word
LARGEST: Final = 2**59
MISSING: Final[Range] = (-FARTHEST, FARTHEST)
ABSENT_HERE, ABSENT_THERE = -1, -2  # an absent link of the fact that comes later, and of the one it is compared with


class Numbers:
    """Numbers for the values of one case. Texts and ids are numbered as they come; equality is all they have."""

    def __init__(self, case: Case, constants: Iterable[int]) -> None:
        self._texts: dict[str, int] = {}
        self._case = case
        self._constants = constants
        self._large: list[int] | None = None

    def range_of(self, value: Any) -> Range:
        """The range of a value that is compared."""
        if value is None or value is UNKNOWN:
            return MISSING
        number = self.number(value)
        return number, number

    def link(self, value: Any, absent: int) -> Range:
        """The range of a link to one event."""
        if value is UNKNOWN:
            return MISSING
        number = absent if value is None else self._text(value)
        return number, number

    def number(self, value: Any) -> int:
        """A given value as a number."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, date):
            return value.toordinal()
        return int(value) if -LARGEST <= value <= LARGEST else self._rank(value)  # yes and no are 1 and 0

    def _text(self, value: str) -> int:
        return self._texts.setdefault(value, len(self._texts))

    def _rank(self, value: int) -> int:
        """A number for one that is too large: their order is kept, and that they lie beyond all others."""
        if self._large is None:
            fields = (given for event in self._case.events for given in event.__dict__.values())
            numbers = {given for given in (*fields, *self._constants) if type(given) is int}
            self._large = sorted(number for number in numbers if abs(number) > LARGEST)
        place = bisect_left(self._large, value)
        return LARGEST + 1 + place if value > 0 else place - LARGEST - 1 - len(self._large)

    def pieces(self, value: Any, reading: Reading, absent: int) -> list[Range]:
        """A list of ids as ranges: of the ids where one is to be found among them, else of the gaps between them."""
        unknown = value is UNKNOWN
        if reading in {Reading.TRUE, Reading.POSSIBLE}:
            if unknown:
                return [MISSING] if reading is Reading.POSSIBLE else []
            return [(number, number) for number in sorted({self._text(id_) for id_ in held(value)})] or [(absent, absent)]
        if unknown:
            return [(-FARTHEST - 1, FARTHEST + 1)] if reading is Reading.DOUBTFUL else []
        taken = sorted({self._text(id_) for id_ in held(value)})
        return list(zip([-FARTHEST, *taken], [*taken, FARTHEST], strict=True))
