"""A stratified sample of the cases of an audit: which ones, why those, and what people are asked about each.

A stratum holds cases that are alike in case type, department and gravest verdict. Within it, a keyed hash of the case id decides
who comes first. So the same seed draws the same cases whatever the order of the export, and a larger sample holds the smaller.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from rebild_policy.audits.breakdowns import LONGEST
from rebild_policy.audits.casewise import case_name
from rebild_policy.audits.results import Audit, SourceInfo
from rebild_policy.audits.smallcells import LEAST
from rebild_policy.facts import Event
from rebild_policy.privacy import redact
from rebild_policy.results import (
    PRECEDENCE,
    EventRef,
    Finding,
    Result,
    RuleSetInfo,
    SafeText,
    Verdict,
    overall,
    public_id,
)
from rebild_policy.rules import Profile, Statement
from rebild_policy.sources.export import Export, SourcedCase


class Stratum(Result):
    """Cases that are alike, how many there are, and how many of them were drawn.

    `kind` and `unit` are None where there is none on record, and where fewer than five cases share it. `verdict` is None where
    the rules found nothing to judge. The numbers are None where they are too small to tell.
    """

    kind: SafeText | None
    unit: SafeText | None
    verdict: Verdict | None
    size: int | None
    drawn: int | None


class SampledCase(Result):
    """A case that was drawn, and the statements that people are asked about it."""

    case: SafeText
    asked: tuple[SafeText, ...]


class Sample(Result):
    """What was drawn, from what, and how to draw it again. The cases stand in the order of their ids, not by stratum."""

    version: str
    as_of: date
    profile: Profile
    ruleset: RuleSetInfo
    source: SourceInfo
    command: SafeText
    seed: int
    per_stratum: int
    strata: tuple[Stratum, ...]
    cases: tuple[SampledCase, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """What the reviewer of a case is shown: typed facts, what the rules found, and the statements that are asked about."""

    case: str
    stratum: Stratum
    events: tuple[EventRef, ...]
    deviations: tuple[Finding, ...]
    asked: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample, with a checklist for each of its cases."""

    sample: Sample
    checklists: tuple[Checklist, ...]


class _Key(NamedTuple):
    """What the cases of a stratum share."""

    kind: str | None
    unit: str | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A case that can be drawn."""

    name: str
    sourced: SourcedCase
    findings: list[Finding]
    key: _Key


def draw(audit: Audit, export: Export, statements: Mapping[str, Statement], *, per_stratum: int, seed: int) -> Drawn:
    """Draw at most `per_stratum` cases of each stratum of an export, which the audit is of."""
    strata: dict[_Key, list[_Candidate]] = {}
    for candidate in _candidates(audit, export):
        strata.setdefault(candidate.key, []).append(candidate)
    drawn = {key: sorted(group, key=lambda one: _turn(seed, one))[:per_stratum] for key, group in strata.items()}
    sizes = {key: len(strata[key]) for key in sorted(strata, key=_place)}
    hidden = _hidden(sizes)
    told = {
        key: Stratum(**key._asdict(), size=None if key in hidden else size, drawn=None if key in hidden else len(drawn[key]))
        for key, size in sizes.items()
    }
    chosen = sorted((one for group in drawn.values() for one in group), key=lambda one: one.name)
    checklists = tuple(_checklist(one, told[one.key], statements, audit.as_of) for one in chosen)
    sample = Sample(
        version=audit.version,
        as_of=audit.as_of,
        profile=audit.profile,
        ruleset=audit.ruleset,
        source=audit.source,
        command=audit.command,
        seed=seed,
        per_stratum=per_stratum,
        strata=tuple(told.values()),
        cases=tuple(SampledCase(case=one.case, asked=tuple(asked.id for asked in one.asked)) for one in checklists),
    )
    return Drawn(sample, checklists)


# ----------------------------------------------------------------------------------------------------------------- strata
def _candidates(audit: Audit, export: Export) -> list[_Candidate]:
    """Every case with its stratum. A case type or a department that few cases share is not named."""
    by_case: dict[str, list[Finding]] = {}
    for finding in audit.findings:
        by_case.setdefault(finding.case, []).append(finding)
    named = [(case_name(number, one.case.id), one) for number, one in enumerate(export.cases, 1)]
    found = [
        _Candidate(name, one, findings, _key_of(one, findings, audit.as_of))
        for name, one in named
        for findings in (by_case.get(name, []),)
    ]
    kinds, units = Counter(one.key.kind for one in found), Counter(one.key.unit for one in found)
    return [
        _Candidate(
            one.name,
            one.sourced,
            one.findings,
            _Key(_if_many(one.key.kind, kinds), _if_many(one.key.unit, units), one.key.verdict),
        )
        for one in found
    ]


def _key_of(sourced: SourcedCase, findings: list[Finding], as_of: date) -> _Key:
    counted = [one for one in findings if one.deviates or one.verdict is not Verdict.VIOLATED]
    verdict = overall(one.verdict for one in counted)
    triggers = {one.trigger.id for one in counted if one.verdict is verdict}
    seen = [(place, event) for place, event in enumerate(sourced.case.events) if event.day <= as_of]
    at_fault = [event for place, event in seen if public_id(event.id, event.type, place) in triggers]
    unit = _unit(at_fault) or _unit(event for _, event in seen)
    return _Key(_name(sourced.case.kind), _name(unit), verdict)


def _unit(events: Iterable[Event]) -> str | None:
    """The department of the earliest event that names one; it does not turn on the order of the export."""
    return min(((event.day, event.unit) for event in events if event.unit), default=(None, None))[1]


def _name(text: str | None) -> str | None:
    return redact(text)[:LONGEST] if text else None


def _if_many(name: str | None, counts: Counter[str | None]) -> str | None:
    return name if counts[name] >= LEAST else None


def _place(key: _Key) -> tuple[bool, str, bool, str, int]:
    """Where a stratum stands in the list: by case type and department, the gravest verdict first."""
    rank = PRECEDENCE.index(key.verdict) if key.verdict else len(PRECEDENCE)
    return key.kind is None, key.kind or "", key.unit is None, key.unit or "", rank


def _hidden(sizes: Mapping[_Key, int]) -> set[_Key]:
    """The strata whose numbers are not told: those below five, and where that is one alone, the smallest of the others.

    The number of one alone could be worked out from the total.
    """
    few = {key for key, size in sizes.items() if size < LEAST}
    others = [key for key in sizes if key not in few]
    if len(few) == 1 and others:
        few.add(min(others, key=lambda key: sizes[key]))
    return few


def _turn(seed: int, candidate: _Candidate) -> bytes:
    """What decides when a case is drawn. It is made of the id of the export, and it is never shown."""
    id_ = candidate.sourced.case.id.encode("utf-8", "surrogatepass")
    return hmac.new(str(seed).encode(), id_, hashlib.sha256).digest()


# ------------------------------------------------------------------------------------------------------------- checklists
def _checklist(drawn: _Candidate, stratum: Stratum, statements: Mapping[str, Statement], as_of: date) -> Checklist:
    case = drawn.sourced.case
    events = [
        EventRef(id=public_id(event.id, event.type, place), type=event.type, day=event.day, row=drawn.sourced.rows.get(event.id))
        for place, event in enumerate(case.events)
        if event.day <= as_of
    ]
    kept = {id_ for one in drawn.findings if one.verdict is Verdict.SATISFIED for id_ in one.statements}
    return Checklist(
        case=drawn.name,
        stratum=stratum,
        events=tuple(sorted(events, key=lambda event: event.day)),
        deviations=tuple(one for one in drawn.findings if one.deviates),
        asked=tuple(one for one in statements.values() if one.question and (one.answer == "review" or one.id in kept)),
    )
