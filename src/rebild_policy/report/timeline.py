"""The course of events of a finding: what happened, what fell due, what came and what did not; and the days in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from rebild_policy.report.sentences import days, near_text
from rebild_policy.report.writing import Writer, capital
from rebild_policy.results import DayCounted, EventRef, Explanation, Finding, Sought

Kind = Literal["begin", "start", "came", "near", "amiss", "due", "absent", "open", "unknown", "now"]
DayKind = Literal["start", "counted", "skipped", "due", "after"]
_ORDER: Final[tuple[Kind, ...]] = ("begin", "start", "came", "amiss", "due", "absent", "open", "unknown", "near", "now")
_SAID: Final[dict[str, tuple[Kind, str]]] = {
    "false": ("absent", "did-not-come"),
    "open": ("open", "not-yet"),
    "unknown": ("unknown", "not-known"),
}
_LONGEST: Final = 62  # days that a ruler has room for
_NUMBERED: Final = 50  # days that have room for their number


@dataclass(frozen=True, slots=True)
class Moment:
    """Something of the course of events: its day, what it is, and in words."""

    day: date
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class RulerDay:
    """A day of a ruler: where it starts in per cent, its number in the count, and what is marked on it."""

    start: float
    kind: DayKind
    number: str
    marks: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Ruler:
    """The days from the start of a count to its end, or to what came after it; `width` of a day in per cent."""

    first: date
    last: date
    width: float
    days: list[RulerDay]
    numbered: bool


@dataclass(frozen=True, slots=True)
class Course:
    """The course of events, its days as a ruler where there is room, and how they were counted in words."""

    moments: list[Moment]
    ruler: Ruler | None
    counted: list[tuple[str, str]]


def course(finding: Finding, writer: Writer) -> Course:
    """The course of events of a finding. The explanation and the count are made for it."""
    why = finding.explanation
    told = list(dict.fromkeys(_moments(finding, why, writer)))
    moments = sorted(told, key=lambda one: (one.day, _ORDER.index(one.kind)))
    return Course(moments, _ruler(finding, moments), list(days(writer, finding)))


# ---------------------------------------------------------------------------------------------------------- what happened
def _moments(finding: Finding, why: Explanation | None, writer: Writer) -> Iterator[Moment]:
    shown = {finding.trigger.id}
    yield Moment(finding.trigger.day, "begin", _event(writer, finding.trigger))
    for event in finding.key:
        shown.add(event.id)
        yield Moment(event.day, "came", _event(writer, event))
    for sought in why.sought if why else ():
        if sought.counted_from and sought.counted_from != finding.trigger.day:
            yield Moment(sought.counted_from, "start", writer.say("at-start"))
        yield from _found(sought, shown, writer)
    yield from _lacking(why.sought if why else (), finding, writer)
    for event in why.witnesses if why else ():
        if event.id not in shown:
            shown.add(event.id)
            yield Moment(event.day, "came", _event(writer, event))
    if finding.due:
        yield Moment(finding.due, "due", _deadline(finding, why, writer))
    yield Moment(finding.as_of, "now", writer.say("at-as-of"))


def _found(sought: Sought, shown: set[str], writer: Writer) -> Iterator[Moment]:
    """What came, and what came but for one thing; an event is told once."""
    for event in sought.found:
        if sought.kind == "none":
            yield Moment(event.day, "amiss", writer.say("should-not-be", event=_event(writer, event)))
        elif event.id not in shown:
            yield Moment(event.day, "came", _event(writer, event))
        shown.add(event.id)
    for near in sought.near:
        if near.event.id not in shown:
            shown.add(near.event.id)
            yield Moment(near.event.day, "near", near_text(writer, near, sought.counted).removesuffix("."))


def _lacking(looked_for: Iterable[Sought], finding: Finding, writer: Writer) -> Iterator[Moment]:
    """What had not come, at the day by which it should have."""
    lacking: dict[tuple[date, str], list[str]] = {}
    for sought in looked_for:
        if sought.kind == "some" and not sought.found and sought.value in _SAID:
            by = finding.as_of if sought.value == "open" else min(sought.due or finding.as_of, finding.as_of)
            lacking.setdefault((by, sought.value), []).extend(writer.quoted(writer.event(type_)) for type_ in sought.types)
    for (by, value), what in lacking.items():
        kind, key = _SAID[value]
        yield Moment(by, kind, writer.say(key, what=", ".join(dict.fromkeys(what))))


def _event(writer: Writer, event: EventRef) -> str:
    """An event and where it stands, without its day, which stands beside it."""
    place = [writer.name(event.id)]
    if event.row is not None:
        place.append(writer.say("row", row=str(event.row)))
    return f"{capital(writer.event(event.type))} ({', '.join(place)})"


def _deadline(finding: Finding, why: Explanation | None, writer: Writer) -> str:
    counted = next((one.counted for one in (why.sought if why else ()) if one.due == finding.due and one.counted), None)
    return writer.say("at-due-counted", duration=writer.duration(counted)) if counted else writer.say("at-due")


# ------------------------------------------------------------------------------------------------------------- the ruler
def _ruler(finding: Finding, moments: list[Moment]) -> Ruler | None:
    """The days of the count and those after it, up to the last thing that came."""
    counted = {one.day: one for one in finding.days if not one.added}
    if not counted or finding.due is None:
        return None
    first, due = min(counted), finding.due
    last = max([due, *(one.day for one in moments if one.kind in {"came", "near"})])
    number = (last - first).days + 1
    if number > _LONGEST:
        last, number = due, (due - first).days + 1
    if number > _LONGEST:
        return None
    width = 100 / number
    made = []
    for place in range(number):
        day = first + timedelta(place)
        one = counted.get(day)
        marks = tuple(dict.fromkeys(moment.kind for moment in moments if moment.day == day and moment.kind in _MARKED))
        shown = str(one.number) if one and one.number else ""
        made.append(RulerDay(round(place * width, 3), _kind(day, due, one), shown, marks))
    return Ruler(first, last, round(width, 3), made, number <= _NUMBERED)


def _kind(day: date, due: date, one: DayCounted | None) -> DayKind:
    if day >= due:
        return "due" if day == due else "after"
    if one is None or one.skipped:
        return "skipped"
    return "counted" if one.number else "start"


_MARKED: Final = {"begin", "came", "near", "amiss"}
