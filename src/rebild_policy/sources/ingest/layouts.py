"""Dates and times in the shapes that exports are full of, read a column at a time.

A layout is one way to write a moment with every character in its place, such as `dd-mm-yyyy HH:MM`. Texts of any other shape
are left to `Times`, and so is a layout that an earlier format of the mapping might read in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_DIRECTIVES: Final = {"%Y": "YYYY", "%m": "mm", "%d": "dd", "%H": "HH", "%M": "MM", "%S": "SS"}
_DIGITS: Final = "YmdHMSfzZ"  # z and Z: hours and minutes of an offset
_RUNS, _MARKS = re.compile(f"[{_DIGITS}]+"), re.compile(rf"\s+|[^{_DIGITS}\s]")
_CLOCKS: Final = ("HH:MM", "HH:MM:SS", "HH:MM:SS.fff", "HH:MM:SS.ffffff")
_OFFSETS: Final = ("", "Z", "+zz:ZZ", "-zz:ZZ")
# So that neither a zone nor an offset leads out of the years that the calendar knows.
_BOUNDS: Final = {
    "Y": (1991, 2099),
    "m": (1, 12),
    "d": (1, 31),
    "H": (0, 23),
    "M": (0, 59),
    "S": (0, 59),
    "z": (0, 14),
    "Z": (0, 59),
}
_FINEST: Final = 6  # digits of a fraction: microseconds
_SECOND, _DAY = 1_000_000, 86_400_000_000  # microseconds
_MONTHS, _DAYS = 13, 32  # a date as one number: year, month and day, none of which reaches these
_NO_DAY: Final = -(2**31)


@dataclass(frozen=True, slots=True)
class Layout:
    """A shape: `text` has a letter for each digit, and every other character stands for itself."""

    text: str

    @property
    def clock(self) -> bool:
        """Does it hold a time of day?"""
        return "H" in self.text

    @property
    def offset(self) -> int | None:
        """The sign of its offset from UTC: 0 for Z, None where it has none."""
        if self.text.endswith("Z") and "ZZ" not in self.text:
            return 0
        return {"+": 1, "-": -1}[self.text[-6]] if self.text.endswith("zz:ZZ") else None

    def read(self, cells: npt.NDArray[np.uint8]) -> tuple[Ints, Flags]:
        """Texts of the layout's length, as a row of bytes each: microseconds since 1970 as written, and which could be read."""
        columns = cells.T.copy()  # a row for each place, as reading down a column is slow
        digits: dict[str, list[int]] = {}
        good = np.ones(len(cells), dtype=np.bool_)
        for place, mark in enumerate(self.text):
            if mark in _DIGITS and not (mark == "Z" and self.offset == 0):
                digits.setdefault(mark, []).append(place)
                columns[place] -= ord("0")  # what is less becomes much more, as bytes have no sign
                good &= columns[place] <= 9  # noqa: PLR2004
            else:
                good &= columns[place] == ord(mark)
        parts = {mark: _number(columns, places) for mark, places in digits.items()}
        for mark, (least, most) in _BOUNDS.items():
            if mark in parts:
                good &= (parts[mark] >= least) & (parts[mark] <= most)
        day = _days(np.where(good, (parts["Y"] * _MONTHS + parts["m"]) * _DAYS + parts["d"], 0))
        good &= day != _NO_DAY
        zero = np.zeros(1, dtype=np.int32)
        hour, minute, second, away, by = (parts.get(mark, zero) for mark in "HMSzZ")
        of_day = hour * 3600 + minute * 60 + second - (self.offset or 0) * (away * 3600 + by * 60)
        fraction = parts.get("f", zero) * np.int64(10 ** (_FINEST - len(digits.get("f", ()))))
        return day * _DAY + of_day * np.int64(_SECOND) + fraction, good


def layouts_of(formats: Sequence[str]) -> Iterator[Layout]:
    """The layouts of a mapping's formats, less those that an earlier format could read as something else."""
    for place, form in enumerate(formats):
        for layout in _layouts(form):
            if not any(_may_read(other, layout) for other in formats[:place]):
                yield layout


def _layouts(form: str) -> Iterator[Layout]:
    if form == "iso":
        yield Layout("YYYY-mm-dd")
        for between in "T ":
            yield from (Layout(f"YYYY-mm-dd{between}{clock}{offset}") for clock in _CLOCKS for offset in _OFFSETS)
        return
    text = form
    for directive, letters in _DIRECTIVES.items():
        if text.count(directive) > 1:
            return
        text = text.replace(directive, letters)
    read = sum(text.count(letters) * len(letters) for letters in _DIRECTIVES.values())
    # A letter of the format's own must not be taken for a digit, nor two directives side by side for one.
    own = sum(mark in _DIGITS for mark in form) - sum(form.count(directive) for directive in _DIRECTIVES)
    whole = all(part in text for part in ("YYYY", "mm", "dd"))
    if whole and not own and "%" not in text and text.isascii() and read == sum(mark in _DIGITS for mark in text):
        yield Layout(text)


def _may_read(form: str, layout: Layout) -> bool:
    """Might an earlier format read a text of this layout? Yes, wherever that is not certain."""
    if form == "iso":
        return all(mark in _DIGITS for mark in layout.text[:4])  # it always begins with the four digits of a year
    if form == "epoch":
        return not any(mark in layout.text for mark in "-/:")
    others = list(_layouts(form))
    if not others:
        return True
    marks, other_marks = (_MARKS.findall(one.text) for one in (layout, others[0]))
    runs, other_runs = (_RUNS.findall(one.text) for one in (layout, others[0]))
    # Directives read fewer digits than a layout has, never more.
    return len(marks) == len(other_marks) and len(runs) == len(other_runs) and all(map(_fits, runs, other_runs))


def _fits(run: str, other: str) -> bool:
    return len(run) <= len(other)


def _number(digits: npt.NDArray[np.uint8], places: list[int]) -> npt.NDArray[np.int32]:
    number: npt.NDArray[np.int32] = digits[places[0]].astype(np.int32)
    for place in places[1:]:
        number = number * 10 + digits[place]
    return number


def _days(key: npt.NDArray[np.int32]) -> Ints:
    """Days since 1970, by year, month and day; `_NO_DAY` where the calendar has no such day."""
    first, known = _calendar()
    found: Ints = known[np.maximum(key - first, 0)]
    return found


@cache
def _calendar() -> tuple[int, Ints]:
    """The first key, which stands for no day, and the day of each key from there."""
    least, most = _BOUNDS["Y"]
    days = np.arange(f"{least}-01-01", f"{most + 1}-01-01", dtype="datetime64[D]")
    months = days.astype("datetime64[M]")
    month, day = months.astype(np.int64) % 12 + 1, (days - months).astype(np.int64) + 1
    key = ((months.astype("datetime64[Y]").astype(np.int64) + 1970) * _MONTHS + month) * _DAYS + day
    first = least * _MONTHS * _DAYS
    known = np.full((most + 1) * _MONTHS * _DAYS - first, _NO_DAY)
    known[key - first] = days.astype(np.int64)
    return first, known
