"""What would follow if something were done now: two reports of a case, without an event and with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rebild_policy.dues import DueList
from rebild_policy.errors import UsageError
from rebild_policy.explaining.edits import unused_id, with_event
from rebild_policy.facts import Case, Event
from rebild_policy.results import EventRef, Finding, Report, Result, SafeText, Verdict, due_list


class Preview(Result):
    """What an event would change in a case, as of the end of a day.

    `deviates`: the possible deviations that it would bring. `falls_due`: what would have to be done because of it, or by
    another day than before. `settles`: what was violated or pending and no longer would be. Explanations are made when they
    are read.
    """

    case: SafeText
    event: EventRef
    as_of: date
    deviates: tuple[Finding, ...]
    falls_due: tuple[Finding, ...]
    settles: tuple[Finding, ...]

    def due(self) -> DueList:
        """What would fall due because of the event, the earliest first."""
        return due_list(self.falls_due)


def placed(case: Case, event: Event | Mapping[str, Any]) -> tuple[Case, Event]:
    """The case with the event, and the event, read from a mapping that may leave its id out.

    Raises `CaseError` for a mapping that is no event, and `UsageError` where the case has one of that id.
    """
    if not isinstance(event, Event):
        event = Case.read({"id": case.id, "events": [{"id": unused_id(case), **event}]}).events[0]
    if event.id in case.positions:
        raise UsageError("the case has an event of that id already.", remedy="Leave the id out, or give another.")
    return with_event(case, event), event


def preview(event: EventRef, before: Report, after: Report) -> Preview:
    """The difference of two reports of one day."""
    old = {finding.fingerprint: finding for finding in before.findings}
    new = {finding.fingerprint: finding for finding in after.findings}
    deviating = {finding.fingerprint for finding in before.violations}
    return Preview(
        case=after.case,
        event=event,
        as_of=after.as_of,
        deviates=tuple(finding for finding in after.violations if finding.fingerprint not in deviating),
        falls_due=tuple(finding for finding in after.findings if _is_newly_due(finding, old.get(finding.fingerprint))),
        settles=tuple(finding for finding in before.findings if _is_settled(finding, new.get(finding.fingerprint))),
    )


_UNSETTLED = {Verdict.VIOLATED, Verdict.PENDING}


def _is_newly_due(finding: Finding, before: Finding | None) -> bool:
    if finding.verdict is not Verdict.PENDING:
        return False
    return before is None or before.verdict is not Verdict.PENDING or before.due != finding.due


def _is_settled(finding: Finding, after: Finding | None) -> bool:
    return finding.verdict in _UNSETTLED and (after is None or after.verdict in {Verdict.SATISFIED, Verdict.EXEMPT})
