"""A baseline: the findings of an earlier audit, by which the deviations of this one are new, persisting or fixed.

A finding is recognised by its fingerprint, which stays the same while rule, case and events do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from rebild_policy.audits.results import Audit, BaselineInfo, FixedFinding
from rebild_policy.errors import Location, SourceError, shown
from rebild_policy.results import Finding, Verdict

_HOW = "Give the file that `rebild-policy audit --findings` wrote."


class _Trigger(BaseModel):
    id: str


class _Line(BaseModel):
    """What a baseline needs of a line of a findings file."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    fingerprint: str
    rule: str
    case: str
    trigger: _Trigger
    verdict: Verdict
    subsumed_by: str | None = None
    waived: Any = None


class Known(NamedTuple):
    """What is known of a finding of a saved audit."""

    rule: str
    case: str
    trigger: str
    verdict: Verdict
    deviates: bool


def known_finding(finding: Finding) -> Known:
    """A finding at hand as one of a saved audit."""
    return Known(finding.rule, finding.case, finding.trigger.id, finding.verdict, finding.deviates)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The deviations of an earlier audit by fingerprint."""

    file: str
    sha256: str
    deviations: dict[str, FixedFinding]


def read_baseline(path: Path) -> Baseline:
    """The baseline in a findings file (JSONL). Raises `SourceError` naming the first line that is none."""
    data = _bytes(path, "the baseline")
    deviations = {
        name: FixedFinding(fingerprint=name, rule=one.rule, case=one.case, trigger=one.trigger, now=None)
        for name, one in _lines(data, path)
        if one.deviates
    }
    return Baseline(path.name, hashlib.sha256(data).hexdigest(), deviations)


def read_findings(path: Path) -> dict[str, Known]:
    """Every finding of a findings file (JSONL) by fingerprint. Raises `SourceError` naming the first line that is none."""
    return dict(_lines(_bytes(path, "the findings file"), path))


def _bytes(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{what} can't be read: {error.strerror}.", at=Location(shown(path))) from None


def _lines(data: bytes, path: Path) -> Iterator[tuple[str, Known]]:
    for number, line in enumerate(data.splitlines(), 1):
        try:
            read = _Line.model_validate_json(line)
        except ValidationError:
            raise SourceError("this is no line of a findings file.", at=Location(shown(path), number), remedy=_HOW) from None
        deviates = read.verdict is Verdict.VIOLATED and read.subsumed_by is None and read.waived is None
        yield read.fingerprint, Known(read.rule, read.case, read.trigger.id, read.verdict, deviates)


def with_baseline(audit: Audit, baseline: Baseline) -> Audit:
    """The audit with its deviations marked as new or persisting, and those of the baseline that are fixed."""
    findings = tuple(_marked(finding, baseline) for finding in audit.findings)
    if audit.store is None:
        now = {finding.fingerprint: (finding.verdict, finding.deviates) for finding in audit.findings}
        new = sum(finding.baseline == "new" for finding in findings)
        store = None
    else:
        now = audit.store.standing(baseline.deviations)
        new = audit.count(Verdict.VIOLATED) - sum(deviates for _, deviates in now.values())
        store = audit.store.marked(partial(_marked, baseline=baseline))
    fixed = tuple(
        old.model_copy(update={"now": now[name][0] if name in now else None})
        for name, old in sorted(baseline.deviations.items(), key=lambda item: (item[1].case, item[1].rule, item[0]))
        if name not in now or not now[name][1]
    )
    persisting = audit.count(Verdict.VIOLATED) - new
    info = BaselineInfo(file=baseline.file, sha256=baseline.sha256, new=new, persisting=persisting, fixed=fixed)
    return audit.model_copy(update={"findings": findings, "baseline": info, "store": store})


def _marked(finding: Finding, baseline: Baseline) -> Finding:
    if not finding.deviates:
        return finding
    standing = "persisting" if finding.fingerprint in baseline.deviations else "new"
    return finding.model_copy(update={"baseline": standing})
