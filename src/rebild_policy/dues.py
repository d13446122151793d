"""What falls due in a case: for the task list of a case system, or for a calendar."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from rebild_policy.ical import Entry, calendar
from rebild_policy.rules import Language, Severity, Text

_SUMMARY = Text(da="Sag {case}, sidste dag: {title}", en="Case {case}, last day: {title}")


@dataclass(frozen=True, slots=True)
class Due:
    """Something that must be on record by the end of a day, as seen `as_of` another. Texts are free of CPR shapes.

    `title` names the fault that it would be not to do it, `remedy` says what to do; `event` is the type of the event that
    started it, `trigger` its id. `fingerprint` is that of the finding.
    """

    day: date
    case: str
    rule: str
    title: Text
    remedy: Text | None
    statements: tuple[str, ...]
    severity: Severity
    event: str
    trigger: str
    fingerprint: str
    as_of: date


class DueList(tuple[Due, ...]):
    """What falls due, the earliest first."""

    __slots__ = ()

    def to_json(self) -> str:
        """A JSON list of objects, whose keys are the fields of `Due`."""
        return json.dumps([_plain(due) for due in self], ensure_ascii=False, indent=2)

    def to_ical(self, lang: Language = "da") -> str:
        """An iCalendar file (RFC 5545), each due day a whole day.

        A day that is given out again has the same UID, so that it is moved and not doubled. It holds the id of the case and
        words of the rule, and nothing that is said in the case.
        """
        return calendar(_entry(due, lang) for due in self)


def _plain(due: Due) -> dict[str, object]:
    return {
        "day": due.day.isoformat(),
        "case": due.case,
        "rule": due.rule,
        "title": due.title._asdict(),
        "remedy": due.remedy._asdict() if due.remedy else None,
        "statements": list(due.statements),
        "severity": due.severity,
        "event": due.event,
        "trigger": due.trigger,
        "fingerprint": due.fingerprint,
        "as_of": due.as_of.isoformat(),
    }


def _entry(due: Due, lang: Language) -> Entry:
    about = f"{due.rule} ({', '.join(due.statements)})"
    return Entry(
        uid=f"{due.fingerprint}@rebild-policy",
        day=due.day,
        stamp=due.as_of,
        summary=_SUMMARY.in_(lang).format(case=due.case, title=due.title.in_(lang)),
        description=f"{due.remedy.in_(lang)}\n{about}" if due.remedy else about,
        category=due.severity,
    )
