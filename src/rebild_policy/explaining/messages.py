"""Messages of rules, filled in with typed facts: dates, numbers, yes and no, and enum values, never a text of the case."""

from __future__ import annotations

import re
from datetime import date

from rebild_policy.engines.reference import Match
from rebild_policy.expressions import UNKNOWN
from rebild_policy.labels import value_label
from rebild_policy.plan.wording import PLACE
from rebild_policy.rules import Language

_UNKNOWN = {"da": "(ukendt)", "en": "(not known)"}
_MONTHS = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
]


def day_text(day: date, lang: Language) -> str:
    """A date as people read it: 19. januar 2026, or 2026-01-19."""
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}" if lang == "da" else day.isoformat()


def filled(template: str, match: Match, due: date | None, lang: Language) -> str:
    """`template` with its places filled from a match."""

    def fill(place: re.Match[str]) -> str:
        var, _, name = place[1].partition(".")
        if not name:
            shown: object = due
        elif name == "day":
            shown = match.bound[var].day
        else:
            shown = getattr(match.bound[var], name)
        return _shown(name, shown, lang)

    return PLACE.sub(fill, template)


def _shown(name: str, value: object, lang: Language) -> str:
    if value is None or value is UNKNOWN:
        return _UNKNOWN[lang]
    if isinstance(value, date):
        return day_text(value, lang)
    return value_label(name, value, lang) if isinstance(value, bool | str) else str(value)
