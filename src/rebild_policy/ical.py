"""Days for a calendar, as iCalendar (RFC 5545): what every calendar program reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_LINE = 75  # octets of a line, its end not counted
_PRODUCT = "-//rebild_policy//due days//EN"


@dataclass(frozen=True, slots=True)
class Entry:
    """A whole day in a calendar. `uid` stays the same where the entry is given out again; `stamp` is the day it was made."""

    uid: str
    day: date
    stamp: date
    summary: str
    description: str = ""
    category: str = ""


def calendar(entries: Iterable[Entry]) -> str:
    """The entries as one calendar; lines end in CRLF and are folded at 75 octets."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN"]
    for entry in entries:
        lines += _event(entry)
    return "".join(f"{part}\r\n" for line in (*lines, "END:VCALENDAR") for part in _folded(line))


def _event(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(entry.uid)}"
    yield f"DTSTAMP:{entry.stamp:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(entry.summary)}"
    if entry.description:
        yield f"DESCRIPTION:{_text(entry.description)}"
    if entry.category:
        yield f"CATEGORIES:{_text(entry.category)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(value: str) -> str:
    """A text as a value: escaped, and without characters that do not show, but for the ends of lines."""
    shown = "".join(char for char in value.replace("\r\n", "\n").replace("\r", "\n") if char == "\n" or char.isprintable())
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        shown = shown.replace(plain, escaped)
    return shown


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, never within a character; each but the first begins with a blank."""
    piece, size = "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > _LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + octets
    yield piece
