"""What the cell of a workbook stands for: a text, a number, yes or no, or a number that is shown as a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from rebild_policy.sources.formats.markup import End, Start
from rebild_policy.sources.records import Unreadable

UNREADABLE = Unreadable("the cell holds an error, or a formula that was never computed")
MAX_STYLES = 65_536  # what Excel allows
# The formats for dates and times that every workbook knows without declaring them; true for those that show a clock.
_DATED = {
    **dict.fromkeys([*range(14, 18), *range(27, 37), *range(50, 59)], False),
    **dict.fromkeys([*range(18, 23), 45, 46, 47], True),
}
_ASIDE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')  # of a format: quoted, colours and conditions, escaped, padding
_COLUMN = re.compile(r"([A-Z]{1,3})\d{1,9}")
_MILLISECOND = 1000  # what Excel can tell apart, in microseconds


@dataclass(frozen=True, slots=True)
class Values:
    """What the cells of a workbook share: its texts, the styles that show dates (true: with a clock), and their day 0."""

    texts: Sequence[str]
    dated: dict[int, bool]
    since_1904: bool

    def read(self, kind: str, stored: str, style: str) -> object:
        """The value of a cell that has one."""
        if kind == "str":
            return stored
        if kind == "d":
            return stored  # ISO 8601
        if kind == "b":
            return {"1": True, "0": False, "true": True, "false": False}.get(stored, UNREADABLE)
        if kind == "s":
            place = int(stored) if stored.isdecimal() and len(stored) < 10 else len(self.texts)  # noqa: PLR2004
            return self.texts[place] if place < len(self.texts) else UNREADABLE
        if kind == "n":
            return self._number(stored, style)
        return UNREADABLE  # an error, such as #N/A

    def _number(self, stored: str, style: str) -> object:
        try:
            number = float(stored)
        except ValueError:
            return UNREADABLE
        if not style.isdecimal() or int(style) not in self.dated:
            return number
        # Excel counts a 29 February 1900 that never was: from March 1900 on, day 1 is 31 December 1899.
        origin = datetime(1904, 1, 1) if self.since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - as Excel has it
        try:
            exact = origin + timedelta(days=number)
        except (OverflowError, ValueError):
            return UNREADABLE
        rounded = exact + timedelta(microseconds=_MILLISECOND // 2)
        moment = rounded.replace(microsecond=rounded.microsecond // _MILLISECOND * _MILLISECOND)
        # A workbook holds a day as its midnight.
        return moment if self.dated[int(style)] or moment.time() != time.min else moment.date()


def dated_formats(styles: Iterable[Start | End]) -> dict[int, bool]:
    """The cell styles, by number, whose format is one of a date or a time; true where it shows a clock."""
    formats = dict(_DATED)
    found: list[int] = []
    in_cells = False
    for element in styles:
        match element:
            case Start("numFmt", attributes):
                code, text = attributes.get("numFmtId", ""), _ASIDE.sub("", attributes.get("formatCode", "")).lower()
                if code.isdecimal() and re.search("[dmyhs]", text) and "general" not in text:
                    formats[int(code)] = re.search("[hs]", text) is not None
            case Start("cellXfs", _):
                in_cells = True
            case End("cellXfs", _):
                in_cells = False
            case Start("xf", attributes) if in_cells and len(found) < MAX_STYLES:
                code = attributes.get("numFmtId", "0")
                found.append(int(code) if code.isdecimal() else 0)
    return {place: formats[code] for place, code in enumerate(found) if code in formats}


def column_of(place: str, default: int) -> int:
    """The column of a place such as AB12, counted from 1."""
    found = _COLUMN.fullmatch(place)
    if not found:
        return default
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
