"""What values are drawn from: few enough that equalities hit, odd enough that an engine's shortcuts show.

Each pool stands simplest first, which is what Hypothesis shrinks towards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

# ------------------------------------------------------------------------------------------------------------------ ids
# durable-rules 2.0.28 compares strings by their 32-bit FNV-1a hash: each of the first pairs has one hash, and each of the
# second one CRC-32. They were found by trying some hundred thousand names; a test checks them.
FNV_PAIRS: Final = (
    ("sag-38249", "sag-310936"),
    ("sag-38248", "sag-310937"),
    ("2026-179599", "2026-362382"),
    ("2026-179598", "2026-362383"),
    ("e6ad", "7yzx"),
    ("costarring", "liquid"),
)
CRC_PAIRS: Final = (("plumless", "buckeroo"), ("codding", "gnu"), ("exhibiters", "schlager"))
COLLIDING: Final = tuple(name for pair in (*FNV_PAIRS, *CRC_PAIRS) for name in pair)

MAX_EVENTS: Final = 12
_PLAIN = tuple(f"e{number}" for number in range(MAX_EVENTS + 2))
_ODD = (
    "case",
    "null",
    "5",
    "05",
    "æøå",
    "\u00e9",  # one letter
    "e\u0301",  # the same letter made of two characters: another id
    "😀",
    "it's",
    'say "x"',
    "back\\slash",
    "a b",
    "E0",
    "{0}",
    "two\nlines",
    "x" * 199 + "a",
    "x" * 199 + "b",
)


def _rotations(names: tuple[str, ...], step: int) -> list[tuple[str, ...]]:
    return [names[start:] + names[:start] for start in range(0, len(names), step)]


# One of these names the events of a case, first name first; the name after the last used is one that no event has.
ID_SCHEMES: Final = (
    *[_PLAIN] * 32,
    *[_PLAIN[::-1]] * 8,
    *_rotations(COLLIDING, 2),
    *_rotations(_ODD, 4),
)
NOBODY: Final = "nobody"
CASE_IDS: Final = (*["c1"] * 6, "sag-38249", "å/😀")

# --------------------------------------------------------------------------------------------------------------- values
TEXTS: Final = (
    *["m"] * 8,
    *["n"] * 3,
    "M",
    "m ",
    "",
    "  ",
    "æøå",
    "\u00e9",
    "e\u0301",
    "😀",
    "\u200b",  # a space without width: not blank
    "5",
    "true",
    'it\'s "x" \\ {y}',
    "y" * 299 + "a",
    "y" * 299 + "b",
    *COLLIDING[:2],
)
BLANKS: Final = frozenset({"", "  "})
NUMBERS: Final = (0, 1, 1, 2, 3, 30, -1, 2**53, 2**53 + 1, 10**17)
FLAGS: Final = (True, True, False)

# ---------------------------------------------------------------------------------------------------------------- times
# What follows the date: nothing (only the day is known), a local time, or a time with an offset. Equal strings tie, and
# so do some that differ. 02:30 is skipped and repeated when summer time begins and ends; a late time in UTC falls on the
# next local day.
CLOCKS: Final = (
    *[""] * 14,
    *["T10:00"] * 6,
    *["T09:00"] * 2,
    "T10:00:00+01:00",
    "T09:00:00Z",
    "T08:00:00Z",
    "T00:00",
    "T23:59:59.999999",
    *["T02:30"] * 2,
    "T00:30:00Z",
    "T01:30:00Z",
    "T22:30:00Z",
    "T23:30:00Z",
    "T16:15",
)
ORDINARY: Final = (date(2026, 1, 5), date(2026, 2, 2), date(2026, 3, 2), date(2026, 1, 9), date(2025, 9, 17))
# Days around which counting is hard: Easter, New Year, the change to and from summer time, Store Bededag in its last year
# and in the first without it, the long weekend of Ascension, Constitution Day, a leap day and the end of a long month.
SPECIAL: Final = tuple(
    date.fromisoformat(text)
    for text in (
        "2026-04-01",
        "2026-04-07",
        "2024-03-27",
        "2027-03-25",
        "2025-12-23",
        "2026-01-01",
        "2026-12-31",
        *["2026-03-29", "2026-10-25"] * 3,
        "2025-03-30",
        "2023-05-04",
        "2024-04-25",
        "2026-05-13",
        "2026-06-04",
        "2024-02-29",
        "2024-01-31",
    )
)
FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2100, 12, 30)  # late on the 31st, in UTC, is 2101 in Copenhagen, where no event may be
# A date field may hold any year; a deadline can't be counted from one outside 1990 to 2100.
EXTREMES: Final = (date(1989, 12, 31), date(1, 1, 1), date(2100, 12, 31), date(2101, 1, 1), date(2600, 2, 1), date.max)

# Link modes: to an event of a target type, to any, to the event itself, to one that is not there, or none.
ABSENT: Final = "absent"
TARGET: Final = "target"


@dataclass(frozen=True, slots=True)
class Pools:
    """What one way of drawing draws from. `extremes`: dates that no deadline can be counted from; none are drawn without."""

    id_schemes: tuple[tuple[str, ...], ...]
    case_ids: tuple[str, ...]
    texts: tuple[str, ...]
    numbers: tuple[int, ...]
    clocks: tuple[str, ...]
    ordinary: tuple[date, ...]
    special: tuple[date, ...]
    edges: tuple[date, ...]
    extremes: tuple[date, ...]
    date_modes: tuple[str, ...]
    link_modes: tuple[str, ...]
    plural_modes: tuple[str, ...]


ODD: Final = Pools(
    ID_SCHEMES,
    CASE_IDS,
    TEXTS,
    NUMBERS,
    CLOCKS,
    ORDINARY,
    SPECIAL,
    (FIRST_DAY, LAST_DAY),
    EXTREMES,
    date_modes=(ABSENT, ABSENT, *["own"] * 7, "anchor", "anchor", "odd"),
    link_modes=(ABSENT, *[TARGET] * 14, NOBODY, "any", "self"),
    plural_modes=(TARGET, TARGET, TARGET, NOBODY, "any", "self"),
)
PLAIN: Final = Pools(
    (_PLAIN,),
    ("c1",),
    (*["m"] * 4, *["n"] * 2, "æøå"),
    (1, 2, 3, 14, 30),
    (*[""] * 6, *["T10:00"] * 4, "T09:00", "T16:15", "T23:59"),
    ORDINARY,
    SPECIAL,
    (),
    (),
    date_modes=(ABSENT, *["own"] * 4, "anchor"),
    link_modes=(ABSENT, *[TARGET] * 9),
    plural_modes=(TARGET,),
)
