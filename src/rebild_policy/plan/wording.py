"""Messages of rules may show typed facts only; what they may name is checked when the plan is built."""

from __future__ import annotations

import re

from rebild_policy.errors import Location, RuleError, did_you_mean
from rebild_policy.facts import Vocabulary
from rebild_policy.rules import Rule

PLACE = re.compile(r"\{([^{}]*)\}")
_SHOWN = {"date", "int", "bool", "enum"}


def check_wording(rule: Rule, vocabulary: Vocabulary) -> None:
    """Refuse a message that names what is not there, or a text of the case."""
    bound = dict(rule.each)
    for key in ("message", "remedy"):
        at = Location(rule.at.file, rule.lines.get(key, 1))
        for text in getattr(rule, key):
            for place in PLACE.findall(text):
                _check(place, bound, vocabulary, at)


def _check(place: str, bound: dict[str, str], vocabulary: Vocabulary, at: Location) -> None:
    var, _, name = place.partition(".")
    if place == "due":
        return
    if var not in bound:
        raise RuleError(f"the message names '{place}'.", at=at, remedy=did_you_mean(var, [*bound, "due"]))
    fields = vocabulary.event_type(bound[var]).fields
    known = {field for field, spec in fields.items() if spec.kind in _SHOWN} | {"day"}
    if name not in known:
        remedy = did_you_mean(name, known)
        raise RuleError(f"the message can't show '{place}': only dates, numbers, yes or no, and enums.", at=at, remedy=remedy)
