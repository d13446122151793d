"""A remark of the lint."""

from __future__ import annotations

from typing import NamedTuple

from rebild_policy.errors import Location


class Remark(NamedTuple):
    """Something in a rule set that is wrong, or looks wrong: the check, what it is about, and where that stands.

    Check and subject name the remark where it is accepted, in `exceptions.yaml`.
    """

    check: str
    about: str
    message: str
    at: Location
