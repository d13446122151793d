"""The lint of a rule set: what is wrong with it, and what looks wrong, without one case of anybody's.

The checks are a tuple; each takes a rule set and yields remarks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, get_args

from rebild_policy.errors import Location, PolicyError, shown
from rebild_policy.linting.logic import odd_conditions
from rebild_policy.linting.names import unused_names
from rebild_policy.linting.observed import observed
from rebild_policy.linting.remarks import Remark
from rebild_policy.linting.values import holes_in_time
from rebild_policy.linting.words import missing_citations, odd_names, odd_translations, unanswered_statements
from rebild_policy.loading import RuleSet, load_what_can_be
from rebild_policy.plan import build_plan
from rebild_policy.proving.exceptions import load_exceptions
from rebild_policy.rules import Profile

CHECKS: Final[tuple[Callable[[RuleSet], Iterator[Remark]], ...]] = (
    unused_names,
    odd_conditions,
    holes_in_time,
    odd_names,
    missing_citations,
    odd_translations,
    unanswered_statements,
    observed,
)
UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class Lint:
    """The remarks on a folder of rules, and those that are accepted there with a reason. `stale` names reasons for nothing."""

    remarks: tuple[Remark, ...]
    accepted: tuple[Remark, ...]
    stale: tuple[str, ...]


def lint(folder: Path) -> Lint:
    """Read a folder of rules and say what is wrong or looks wrong. A rule that can't be used is one remark; the others go on."""
    ruleset, problems = load_what_can_be(folder)
    remarks = [_unreadable(error) for error in problems]
    usable = []
    for rule in ruleset.rules:
        try:
            for profile in get_args(Profile):
                build_plan(replace(ruleset, rules=(rule,)), profile=profile)
            usable.append(rule)
        except PolicyError as error:
            remarks.append(_unreadable(error))
    # Errors in what rules share are met with every rule, and told once.
    remarks = list(dict.fromkeys(remarks))
    sound = replace(ruleset, rules=tuple(usable))
    if usable:
        remarks += [remark for check in CHECKS for remark in check(sound)]
    listed = load_exceptions(folder).accepted
    accepted = tuple(remark for remark in remarks if (remark.check, remark.about) in listed)
    said = {(remark.check, remark.about) for remark in remarks}
    stale = tuple(f"{at}: there is no such remark: {check}: {about}" for (check, about), at in listed.items()
                  if (check, about) not in said)  # fmt: skip
    return Lint(tuple(remark for remark in remarks if remark not in accepted), accepted, stale)


def _unreadable(error: PolicyError) -> Remark:
    message = error.message + (f" {error.remedy}" if error.remedy else "")
    return Remark(UNREADABLE, shown(error.at.file) if error.at else "", message, error.at or Location(""))


__all__ = ["CHECKS", "Lint", "Remark", "lint"]
