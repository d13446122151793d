"""Links that an export does not hold, made by the mapping's stated policies and reported as assumptions."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rebild_policy.expressions import UNKNOWN, Unknown
from rebild_policy.facts import Event, vocabulary
from rebild_policy.labels import event_label
from rebild_policy.rules import Text

POLICIES = ("latest earlier", "latest earlier unanswered", "earliest earlier unanswered", "only")
_POLICY = re.compile(rf"({'|'.join(POLICIES)}) +(\w+)")
_WORDS = {
    "latest earlier": Text("den seneste tidligere i sagen", "the latest earlier one of the case"),
    "latest earlier unanswered": Text(
        "den seneste tidligere i sagen, som ingen tidligere „{type}“ er knyttet til",
        "the latest earlier one of the case that no earlier “{type}” is linked to",
    ),
    "earliest earlier unanswered": Text(
        "den ældste tidligere i sagen, som ingen tidligere „{type}“ er knyttet til",
        "the oldest earlier one of the case that no earlier “{type}” is linked to",
    ),
    "only": Text("den eneste i sagen", "the only one of the case"),
}


@dataclass(frozen=True, slots=True)
class LinkPolicy:
    """`reply_sent.inquiry: latest earlier unanswered inquiry_received`, read.

    Earlier is an earlier day, or a time that is not later; on one day where either has no clock time, both are taken
    for earlier than the other. *Unanswered*: no earlier event of this type was linked to it by this policy. *Only*: the
    case has exactly one, at whatever time.
    """

    type: str
    field: str
    kind: str
    target: str
    many: bool = False  # the field holds a list

    @property
    def name(self) -> str:
        """As coverage and mapping name the field: `reply_sent.inquiry`."""
        return f"{self.type}.{self.field}"

    @property
    def unanswered(self) -> bool:
        """Does a target serve only once?"""
        return self.kind.endswith("unanswered")

    @property
    def said(self) -> Text:
        """The assumption that it is, in words."""
        target, type_ = (Text(event_label(name, "da"), event_label(name, "en")) for name in (self.target, self.type))
        da, en = _WORDS[self.kind].da.format(type=type_.da), _WORDS[self.kind].en.format(type=type_.en)
        return Text(
            f"Udtrækket siger ikke, hvilken „{target.da}“ der hører til „{type_.da}“. Her er det {da}.",
            f"The export does not say which “{target.en}” goes with “{type_.en}”. Here it is {en}.",
        )


def read_policy(field: str, text: str) -> LinkPolicy:
    """A policy from the mapping's `field: text`. Raises `ValueError` for a text that is none."""
    found = _POLICY.fullmatch(text.strip())
    if not found:
        raise ValueError("not a link policy")
    event_type, _, name = field.partition(".")
    spec = vocabulary().types[event_type].fields[name]
    return LinkPolicy(event_type, name, found[1], found[2], spec.many)


def link(policy: LinkPolicy, events: Sequence[Event]) -> dict[str, str | Unknown | None]:
    """What each event of the policy's type points to, by event id, for one case in source order.

    None: there is no event that it could point to. UNKNOWN: there are, and the policy can't tell which.
    """
    linking = [event for event in events if event.type == policy.type]
    targets = [event for event in events if event.type == policy.target]
    if policy.kind == "only":
        only = targets[0].id if len(targets) == 1 else UNKNOWN if targets else None
        return {event.id: None if event.id == only else only for event in linking}
    return _walk(policy, _by_day(linking), _by_day(targets))


def _walk(
    policy: LinkPolicy, linking: dict[date, list[Event]], targets: dict[date, list[Event]]
) -> dict[str, str | Unknown | None]:
    """Day by day, so that a long case takes linear time; `past` holds the targets of earlier days, oldest first."""
    found: dict[str, str | Unknown | None] = {}
    answered: set[str] = set()
    past: deque[Event] = deque()
    any_past = False
    for day in sorted({*linking, *targets}):
        today = targets.get(day, [])
        for event in linking.get(day, ()):
            near = _not_later(today, event)
            chosen = _choose(policy, past, [target for target in near if target.id not in answered])
            found[event.id] = chosen.id if chosen else UNKNOWN if any_past or near else None
            if chosen and policy.unanswered:
                answered.add(chosen.id)
                _drop(past, chosen)
        past.extend(target for target in today if target.id not in answered)
        any_past = any_past or bool(today)
    return found


def _choose(policy: LinkPolicy, past: deque[Event], near: list[Event]) -> Event | None:
    if policy.kind.startswith("latest"):
        return near[-1] if near else past[-1] if past else None
    return past[0] if past else near[0] if near else None


def _drop(past: deque[Event], chosen: Event) -> None:
    # It was taken from one end or the other, or from today.
    if past and past[-1] is chosen:
        past.pop()
    elif past and past[0] is chosen:
        past.popleft()


def _not_later(today: list[Event], event: Event) -> list[Event]:
    """The events of its own day that may come before `event`."""
    if any(other is event for other in today):  # links within one type: the day's order keeps two from pointing to each other
        return today[: today.index(event)]
    instant = event.instant
    return [other for other in today if instant is None or other.instant is None or other.instant <= instant]


def _by_day(events: Iterable[Event]) -> dict[date, list[Event]]:
    """The events by local day; within a day by time where all have one, else in source order."""
    days: dict[date, list[Event]] = {}
    for event in events:
        days.setdefault(event.day, []).append(event)
    for day, group in days.items():
        instants = [event.instant for event in group if event.instant]
        if len(instants) == len(group) > 1:
            days[day] = [event for _, event in sorted(zip(instants, group, strict=True), key=lambda pair: pair[0])]
    return days
