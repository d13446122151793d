"""Two audits side by side, such as last quarter and this one: per statement the share kept, with the numbers it rests on.

A share is a part of what was decided: `kept` of kept and possible deviations. What is exempt, undetermined, pending, accepted or
told by another rule is in neither number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import Field, ValidationError

from rebild_policy.audits.baseline import Known, known_finding
from rebild_policy.audits.comparisonresults import (
    AuditComparison,
    AuditInfo,
    Comparability,
    GoneFinding,
    Quality,
    Quantity,
    RuleChanges,
    Standing,
    StatementComparison,
    StatisticComparison,
    Unlike,
)
from rebild_policy.audits.results import Audit, RuleTally
from rebild_policy.errors import Location, SourceError, UsageError, shown
from rebild_policy.results import Finding, RuleSetInfo, Verdict

# Under so many decided obligations in either audit, one more deviation moves the share by over three points.
TOO_FEW = 30

Findings = Mapping[str, Known]  # by fingerprint


# ------------------------------------------------------------------------------------------------------------ comparing
def compare_audits(
    old: Audit,
    new: Audit,
    *,
    old_findings: Findings | None = None,
    new_findings: Findings | None = None,
    anyway: bool = False,
) -> AuditComparison:
    """What differs between an audit and a later one.

    New, persisting and gone deviations are told where the findings of both are at hand: those that the audits hold, or those
    that are given. Raises `UsageError` where the audits were judged by other rules or in another profile, unless `anyway`, and
    where `new` is the earlier of the two.
    """
    if new.as_of < old.as_of:
        raise UsageError(
            f"the first audit is as of {old.as_of}, the second as of {new.as_of}.", remedy="Give the earlier one first."
        )
    unlike = tuple(_unlike(old, new))
    refused = [name for name in unlike if name in _REFUSED]
    if refused and not anyway:
        raise UsageError(
            f"the two audits do not have the same {' and '.join(_REFUSED[name] for name in refused)}: "
            "a difference between them says nothing about the cases.",
            remedy="Audit the older export again as the newer one was, or compare them all the same with --anyway.",
        )
    before, after = (_findings(old, old_findings), _findings(new, new_findings))
    both = (before, after) if before is not None and after is not None else None
    return AuditComparison(
        old=_info(old),
        new=_info(new),
        too_few=TOO_FEW,
        unlike=unlike,
        statements=tuple(_statements(old, new)),
        statistics=tuple(_statistics(old, new)),
        quality=_quality(old, new),
        in_both=len(both[0].keys() & both[1].keys()) if both else None,
        rules=tuple(_rules(old, new, *both)) if both else None,
    )


_REFUSED: dict[Unlike, str] = {"ruleset": "rules", "overlay": "overlay", "profile": "profile"}


def _unlike(old: Audit, new: Audit) -> Iterator[Unlike]:
    if old.ruleset.digest != new.ruleset.digest:
        yield "ruleset"
    if _overlay(old.ruleset) != _overlay(new.ruleset):
        yield "overlay"
    if old.profile != new.profile:
        yield "profile"
    if _parameters(old) != _parameters(new):
        yield "parameters"
    if old.source.mapping_sha256 != new.source.mapping_sha256:
        yield "mapping"
    if any(tally.lacks is None for audit in (old, new) for tally in audit.tallies):
        yield "coverage-unknown"
    elif old.profile == new.profile and _all_lacks(old) != _all_lacks(new):
        yield "coverage"  # in another profile, rules read other things of the same source


def _overlay(ruleset: RuleSetInfo) -> str | None:
    return ruleset.overlay.digest if ruleset.overlay else None


def _parameters(audit: Audit) -> dict[str, str]:
    return {parameter.name: parameter.value for parameter in audit.parameters}


def _info(audit: Audit) -> AuditInfo:
    source = audit.source
    return AuditInfo(
        file=source.file,
        sha256=source.sha256,
        mapping=source.mapping,
        mapping_sha256=source.mapping_sha256,
        as_of=audit.as_of,
        profile=audit.profile,
        ruleset=audit.ruleset,
        cases=audit.accounting.cases,
    )


# ----------------------------------------------------------------------------------------------------------- statements
def _statements(old: Audit, new: Audit) -> Iterator[StatementComparison]:
    """Every statement that a rule of either audit is about, in the order of the guideline."""
    for name in sorted(_statements_of(old) | _statements_of(new)):
        before, after = _standing(old, name), _standing(new, name)
        unlike = (_lacks_of(old, name) ^ _lacks_of(new, name)) | (_rules_on(old, name) ^ _rules_on(new, name))
        status = _status(before.decided, after.decided, comparable=not unlike)
        yield StatementComparison(
            statement=name,
            old=before,
            new=after,
            status=status,
            difference=_points((before.kept, before.decided), (after.kept, after.decided)) if status == "compared" else None,
            unlike=tuple(sorted(unlike)),
        )


def _statements_of(audit: Audit) -> set[str]:
    tallied = {name for tally in audit.tallies for name in tally.statements}
    return tallied | {name for rule in audit.not_checkable for name in rule.statements}


def _rules_on(audit: Audit, statement: str) -> set[str]:
    tallied = {tally.rule for tally in audit.tallies if statement in tally.statements}
    return tallied | {rule.rule for rule in audit.not_checkable if statement in rule.statements}


def _standing(audit: Audit, statement: str) -> Standing:
    tallies = [tally for tally in audit.tallies if statement in tally.statements]
    counts = Counter[Verdict]()
    for tally in tallies:
        counts.update(tally.verdicts)
    return Standing(
        kept=counts[Verdict.SATISFIED],
        deviations=counts[Verdict.VIOLATED] - sum(tally.subsumed + tally.waived for tally in tallies),
        undetermined=counts[Verdict.UNDETERMINED],
        pending=counts[Verdict.PENDING],
        exempt=counts[Verdict.EXEMPT],
    )


def _status(old: int, new: int, *, comparable: bool) -> Comparability:
    if not old and not new:
        return "nothing"
    if not comparable:
        return "not-comparable"
    return "compared" if min(old, new) >= TOO_FEW else "too-few"


def _points(old: tuple[int, int], new: tuple[int, int]) -> float:
    """New share less old, in percentage points, to one decimal; each is a part and its whole."""
    return round(100 * (new[0] / new[1] - old[0] / old[1]), 1)


def _statistics(old: Audit, new: Audit) -> Iterator[StatisticComparison]:
    """The statistics that both audits have; the coverage of what they read is not noted in an audit, so it must be the same."""
    before = {one.rule: one for one in old.statistics}
    alike = _all_lacks(old) == _all_lacks(new)
    for now in new.statistics:
        then = before.get(now.rule)
        if then is None:
            continue
        first, second = (then.met, then.met + then.unmet), (now.met, now.met + now.unmet)
        status = _status(first[1], second[1], comparable=alike)
        yield StatisticComparison(
            rule=now.rule,
            title=now.title,
            old_met=first[0],
            old_of=first[1],
            new_met=second[0],
            new_of=second[1],
            status=status,
            difference=_points(first, second) if status == "compared" else None,
        )


def _lacks_of(audit: Audit, statement: str) -> set[str]:
    """What the rules of a statement read, or start from, and the source does not record."""
    found = {name for tally in audit.tallies if statement in tally.statements for name in tally.lacks or ()}
    return found | {name for rule in audit.not_checkable if statement in rule.statements for name in rule.missing}


def _all_lacks(audit: Audit) -> set[str]:
    found = {name for tally in audit.tallies for name in tally.lacks or ()}
    return found | {name for rule in audit.not_checkable for name in rule.missing}


# ----------------------------------------------------------------------------------------------------------------- data
def _quality(old: Audit, new: Audit) -> Quality:
    before, after = _all_lacks(old), _all_lacks(new)
    idle_before, idle_after = ({rule.rule for rule in audit.not_checkable} for audit in (old, new))
    names_before, names_after = ({one.name for one in audit.accounting.unmapped} for audit in (old, new))
    return Quality(
        quantities=tuple(_quantities(old, new)),
        recorded_now=_in_order(before - after),
        recorded_no_more=_in_order(after - before),
        checkable_now=_in_order(idle_before - idle_after),
        checkable_no_more=_in_order(idle_after - idle_before),
        unmapped_now=_in_order(names_after - names_before),
        unmapped_no_more=_in_order(names_before - names_after),
    )


def _quantities(old: Audit, new: Audit) -> Iterator[Quantity]:
    first, second = old.accounting, new.accounting
    rows = {"old_of": first.rows, "new_of": second.rows}
    yield Quantity(name="rows", old=first.rows, new=second.rows, **rows)
    yield Quantity(name="quarantined", old=first.quarantined, new=second.quarantined, **rows)
    unmapped = (sum(one.rows for one in account.unmapped) for account in (first, second))
    yield Quantity(name="unmapped", old=next(unmapped), new=next(unmapped), **rows)
    yield Quantity(name="without-case", old=first.rows_without_case, new=second.rows_without_case, **rows)
    yield Quantity(
        name="undetermined",
        old=old.count(Verdict.UNDETERMINED),
        new=new.count(Verdict.UNDETERMINED),
        old_of=sum(map(old.count, Verdict)),
        new_of=sum(map(new.count, Verdict)),
    )


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


# ------------------------------------------------------------------------------------------------------------- findings
def _findings(audit: Audit, given: Findings | None) -> Findings | None:
    """The findings of an audit; None where they are not at hand. Raises `UsageError` for those of another audit."""
    number = sum(sum(tally.verdicts.values()) for tally in audit.tallies)
    if given is None:
        held = {finding.fingerprint: known_finding(finding) for finding in audit.every()}
        return held if len(held) == number else None
    counted = Counter(one.rule for one in given.values())
    if any(counted[tally.rule] != sum(tally.verdicts.values()) for tally in audit.tallies) or len(given) != number:
        raise UsageError(
            f"the findings given for {audit.source.file} are not those of its audit: there are {len(given)}, not {number}.",
            remedy="Give the file that `--findings` of the same command wrote.",
        )
    return given


def _rules(old: Audit, new: Audit, before: Findings, after: Findings) -> Iterator[RuleChanges]:
    """The rules with a deviation in either audit, in the order of their statements."""
    tallies: dict[str, RuleTally] = {tally.rule: tally for audit in (old, new) for tally in audit.tallies}
    told: dict[str, list[str]] = {name: [] for name in tallies}
    persisting: Counter[str] = Counter()
    gone: dict[str, Counter[Verdict | None]] = {name: Counter() for name in tallies}
    for print_, one in after.items():
        if one.deviates and print_ in before and before[print_].deviates:
            persisting[one.rule] += 1
        elif one.deviates:
            told[one.rule].append(print_)
    for print_, one in before.items():
        now = after.get(print_)
        if one.deviates and not (now and now.deviates):
            gone[one.rule][now.verdict if now else None] += 1
    for name, tally in sorted(tallies.items(), key=lambda item: (item[1].statements, item[0])):
        if told[name] or persisting[name] or gone[name]:
            yield RuleChanges(
                rule=name,
                title=tally.title,
                new=tuple(sorted(told[name])),
                persisting=persisting[name],
                gone=tuple(GoneFinding(now=now, findings=count) for now, count in gone[name].most_common()),
            )


# -------------------------------------------------------------------------------------------------------------- reading
def read_audit(path: Path) -> Audit:
    """An audit that `rebild-policy audit --summary` wrote, without its findings. Raises `SourceError` for anything else."""
    how = "Give what `rebild-policy audit --summary` wrote, with this version of the program."
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"the audit can't be read: {error.strerror}.", at=Location(shown(path))) from None
    try:
        return _Saved.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
        what = f"this is no saved audit: {place or 'the file'} is not as it should be."
        raise SourceError(what, at=Location(shown(path)), remedy=how) from None


class _Saved(Audit):
    """An audit as it is saved: the findings stand elsewhere."""

    findings: tuple[Finding, ...] = Field(default=(), exclude=True, repr=False)
