"""Keeping citizens out of output: CPR numbers are redacted by their shape in everything that leaves the library."""

from __future__ import annotations

import re

# Six digits, an optional hyphen or blank, four digits. Modulus 11 has not been universal since 2007: the shape alone counts.
CPR_SHAPE = re.compile(r"(?<!\d)\d{6}[-\u2010-\u2015\u2212\s]?\d{4}(?!\d)")
REDACTED = "[cpr]"


def redact(text: str) -> str:
    """`text` with everything of the shape of a CPR number taken out."""
    return CPR_SHAPE.sub(REDACTED, text)


def holds_cpr(text: str) -> bool:
    """Does `text` hold anything of the shape of a CPR number?"""
    return CPR_SHAPE.search(text) is not None
