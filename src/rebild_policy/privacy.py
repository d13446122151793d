"""Keeping citizens out of output: CPR numbers are redacted by their shape in everything that leaves the library."""

from __future__ import annotations

import re
import unicodedata

# Six digits, an optional hyphen or blank, four digits. Modulus 11 has not been universal since 2007: the shape alone counts.
CPR_SHAPE = re.compile(r"(?<!\d)\d{6}[-\u2010-\u2015\u2212\s]?\d{4}(?!\d)")
REDACTED = "[cpr]"
_BLANKS = "\n\r\t"
_HIDDEN = {"Cc", "Cf", "Cs"}  # controls, formats (zero-width and bidirectional marks), halves of a character


def redact(text: str) -> str:
    """`text` with everything of the shape of a CPR number taken out.

    Characters that do not show, such as zero-width ones, hide no number; where they would, they are taken out as well.
    """
    if not text.isprintable() and CPR_SHAPE.search(_shown(text)):
        text = _shown(text)
    return CPR_SHAPE.sub(REDACTED, text)


def holds_cpr(text: str) -> bool:
    """Does `text` hold anything of the shape of a CPR number?"""
    return CPR_SHAPE.search(text if text.isprintable() else _shown(text)) is not None


def _shown(text: str) -> str:
    return "".join(char for char in text if char in _BLANKS or unicodedata.category(char) not in _HIDDEN)
