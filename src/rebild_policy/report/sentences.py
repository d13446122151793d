"""The evidence of a finding in plain words: what was looked for, what came, what nearly did, what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rebild_policy.audits.results import Audit
from rebild_policy.labels import SEVERITIES
from rebild_policy.report.writing import Writer, capital, safe
from rebild_policy.results import (
    Change,
    Copy,
    EventRef,
    Explanation,
    Finding,
    MissingFact,
    NearMiss,
    OverlayChange,
    Sought,
    Statistic,
    Waived,
    WaiverNote,
    Words,
)
from rebild_policy.rules import Language


@dataclass(frozen=True, slots=True)
class Search:
    """One thing that the rule looked for: two sentences, and one for each near miss."""

    looked_for: str
    found: str
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding's evidence, in the order in which it is read. Each text is a sentence, or a phrase for a label to precede."""

    trigger: str
    key: tuple[str, ...]
    due: str
    message: str
    remedy: str
    searches: tuple[Search, ...]
    witnesses: tuple[str, ...]
    missing: tuple[str, ...]
    change: str | None
    disputed: str | None


_NOTHING = Explanation(message=Words(da="", en=""), remedy=Words(da="", en=""), witnesses=(), sought=(), missing=(), change=None)


def evidence(finding: Finding, lang: Language) -> Evidence:
    """The evidence of a finding in plain words."""
    writer = Writer(lang)
    why = finding.explanation or _NOTHING
    known = _events(finding, why)
    told = {finding.trigger, *finding.key, *(event for sought in why.sought for event in sought.found)}
    return Evidence(
        trigger=event_text(writer, finding.trigger),
        key=tuple(event_text(writer, event) for event in finding.key),
        due=_due(writer, finding, why),
        message=writer.words(why.message),
        remedy=writer.words(why.remedy),
        searches=tuple(search(writer, sought) for sought in why.sought),
        witnesses=tuple(event_text(writer, event) for event in why.witnesses if event not in told),
        missing=missing_facts(writer, why.missing, known),
        change=change(writer, why.change, known) if why.change else None,
        disputed=writer.say("disputed") if finding.disputed else None,
    )


def gist(finding: Finding, lang: Language) -> str:
    """The evidence in one line: what is not known, what came too late or else amiss, or what did not come."""
    writer = Writer(lang)
    why = finding.explanation or _NOTHING
    if why.missing:
        return missing_facts(writer, why.missing, _events(finding, why))[0]
    near = sorted((near.lacks != "in time", place) for place, one in enumerate(why.sought) for near in one.near)
    if near:
        sought = why.sought[near[0][1]]
        nearest = min(sought.near, key=lambda near: near.lacks != "in time")
        return near_text(writer, nearest, sought.counted, short=True)
    if amiss := [event for one in why.sought if one.kind == "none" for event in one.found]:
        return writer.say("found", events=writer.listing(event_text(writer, event, short=True) for event in amiss))
    absent = [one for one in why.sought if one.kind == "some" and one.value in {"false", "open"}]
    if not absent:
        return writer.words(why.message)
    types = dict.fromkeys(type_ for one in absent for type_ in one.types)
    what = writer.listing((writer.quoted(writer.event(type_)) for type_ in types), "or")
    by = writer.say("by", due=finding.due) if finding.due else ""
    return writer.say("gist.absent", by=by, what=what)


def days(writer: Writer, finding: Finding) -> Iterator[tuple[str, str]]:
    """The count to the due date, day by day: the day, and its number or why it does not count."""
    for one in finding.days:
        day = f"{writer.weekday(one.day)} {writer.day(one.day)}"
        if one.added:
            yield day, writer.say(f"day.{one.skipped}", n=one.added)
        elif one.skipped:
            yield day, writer.say(f"day.{one.skipped}", name=writer.words(one.holiday) if one.holiday else "")
        else:
            yield day, writer.say("day.number", n=one.number) if one.number else writer.say("day.start")


def acceptance(writer: Writer, waived: Waived) -> str:
    """Why a deviation is accepted, by whom and until when."""
    reason = safe(waived.reason.strip())
    reason = reason if reason.endswith((".", "!", "?")) else f"{reason}."
    return writer.say("waived-why", reason=reason, approver=safe(waived.approved_by), day=waived.expires)


def accepted(writer: Writer, finding: Finding) -> tuple[str, str]:
    """Which deviation is accepted, and why."""
    where = writer.say("waived-of", case=writer.name(finding.case), event=event_text(writer, finding.trigger, short=True))
    return f"{writer.words(finding.title)}: {where}", acceptance(writer, finding.waived) if finding.waived else ""


def overlay_change(writer: Writer, change: OverlayChange) -> str:
    """One thing that an overlay changed, and why."""
    key = "table" if change.kind == "parameter" and not change.value else change.kind
    value = writer.pick(SEVERITIES[change.value]) if change.kind == "severity" else writer.duration(change.value)
    return writer.say(f"overlay.{key}", name=safe(change.name), value=value, reason=safe(change.reason))


def since(writer: Writer, audit: Audit) -> Iterator[tuple[str, str]]:
    """What became of the deviations of an earlier audit."""
    known = audit.baseline
    if known:
        counts = writer.say("baseline-counts", new=known.new, persisting=known.persisting, fixed=len(known.fixed))
        yield writer.say("baseline", file=writer.name(known.file)), counts


def waiver_note(writer: Writer, note: WaiverNote) -> str:
    """What is wrong with a waiver."""
    return writer.say(f"waiver-note.{note.problem}", rule=safe(note.rule), case=writer.name(note.case), day=note.expires)


def counted(writer: Writer, statistic: Statistic) -> str:
    """What a statistic comes to: the share of the known, or the working days within which half and most of them were."""
    median, most = statistic.within(50), statistic.within(90)
    if median is not None and most is not None:
        number = sum(one.count for one in statistic.days)
        return writer.say("took", median=_days(writer, median), most=_days(writer, most), n=number)
    known = statistic.met + statistic.unmet
    text = writer.say("met", share=writer.share(statistic.met, known), met=statistic.met, all=known)
    return text + (writer.say("met-unknown", n=statistic.unknown) if statistic.unknown else "")


def _days(writer: Writer, number: int) -> str:
    return writer.duration("1 working day" if number == 1 else f"{number} working days")


# ----------------------------------------------------------------------------------------------------------------- events
def _events(finding: Finding, why: Explanation) -> dict[str, EventRef]:
    """Every event that a finding shows, by its id."""
    sought = [event for one in why.sought for event in (*one.found, *(near.event for near in one.near))]
    return {event.id: event for event in (*sought, *why.witnesses, *finding.key, finding.trigger)}


def event_text(writer: Writer, event: EventRef, *, short: bool = False) -> str:
    """Henvendelse modtaget den 5. januar 2026 (i1, række 12)."""
    text = writer.say("event", event=writer.event(event.type), day=event.day)
    if short:
        return text
    place = [writer.name(event.id)]
    if event.row is not None:
        place.append(writer.say("row", row=str(event.row)))
    return f"{text} ({', '.join(place)})"


def _named(writer: Writer, id_: str | None, known: dict[str, EventRef]) -> str:
    """An event that is named by its id only, as well as it is known."""
    if id_ in known:
        return event_text(writer, known[id_])
    return f"{writer.say('an-event')} {writer.name(id_)}" if id_ else writer.say("an-event")


def _due(writer: Writer, finding: Finding, why: Explanation) -> str:
    """The due date and how it was counted."""
    if finding.due is None:
        return writer.say("no-due")
    counted = next((one for one in why.sought if one.due == finding.due and one.counted_from), None)
    if counted is None:
        return writer.day(finding.due)
    return f"{writer.day(finding.due)}{_counted(writer, counted)}"


def _counted(writer: Writer, sought: Sought) -> str:
    if sought.counted_from is None:
        return ""
    if sought.counted is None:
        return writer.say("counted-from", start=sought.counted_from)
    return writer.say("counted", duration=writer.duration(sought.counted), start=sought.counted_from)


# --------------------------------------------------------------------------------------------------- what was looked for
def search(writer: Writer, sought: Sought) -> Search:
    """What was looked for, what was found, and what nearly did."""
    what = writer.listing((writer.quoted(writer.event(type_)) for type_ in sought.types), "or")
    by = ""
    if sought.due:
        by = writer.say("by", due=sought.due) + _counted(writer, sought)
    elif sought.counted or sought.counted_from:
        by = writer.say("by-unknown")
    return Search(
        looked_for=f"{writer.say(f'sought.{sought.kind}', what=what)}{by}.",
        found=_found(writer, sought),
        near=tuple(near_text(writer, near, sought.counted) for near in sought.near),
    )


def _found(writer: Writer, sought: Sought) -> str:
    if sought.found:
        return writer.say("found", events=writer.listing(event_text(writer, event) for event in sought.found))
    if sought.value == "unknown":
        return writer.say("found-unknown")
    if sought.value == "open" and sought.due:
        return writer.say("found-open", due=sought.due)
    return writer.say("found-nothing" if sought.kind == "some" else "found-none")


def near_text(writer: Writer, near: NearMiss, counted: str | None, *, short: bool = False) -> str:
    """An event that would have met the requirement but for one thing, and which."""
    event = event_text(writer, near.event, short=short)
    sentence = writer.say(f"near.{near.lacks}", event=event, late=_late(writer, near, counted))
    return f"{capital(sentence)}."


def _late(writer: Writer, near: NearMiss, counted: str | None) -> str:
    """Two working days late; in days where the rule counts those, or where no working day had passed."""
    in_working_days = counted is None or "working" in counted
    if near.working_days_late and in_working_days:
        return writer.say("late", length=writer.length(near.working_days_late, "working days"))
    if near.days_late:
        return writer.say("late", length=writer.length(near.days_late, "days"))
    return writer.say("late-some")


# ---------------------------------------------------------------------------------------------------------- missing facts
def missing_facts(writer: Writer, facts: Iterable[MissingFact], known: dict[str, EventRef]) -> tuple[str, ...]:
    """A sentence for each missing fact; the two events of an order that is not known share one."""
    facts = list(facts)
    ordered = [fact for fact in facts if fact.cause == "order"]
    told = [missing_fact(writer, fact) for fact in facts if fact.cause != "order"]
    if ordered:
        names = dict.fromkeys(_of_order(writer, fact, known) for fact in ordered)
        told.insert(0, writer.say("missing.order", what=writer.listing(names)))
    return tuple(dict.fromkeys(told))


def _of_order(writer: Writer, fact: MissingFact, known: dict[str, EventRef]) -> str:
    if fact.event is None or fact.event in known:
        return _named(writer, fact.event, known)
    return f"{writer.event(fact.type)} ({writer.name(fact.event)})"


def missing_fact(writer: Writer, fact: MissingFact) -> str:
    """What is not known, and why: the source does not record it, it is empty, or there is no value in force."""
    if fact.cause == "parameter":
        return writer.say("missing.parameter")
    if fact.cause == "order":
        return writer.say("missing.order", what=writer.quoted(writer.event(fact.type)))
    what = writer.field_of(fact.type, fact.field)
    if fact.event and fact.cause == "absent":
        what = f"{what} ({writer.name(fact.event)})"
    return capital(writer.say(f"missing.{fact.cause}", what=what))


# ------------------------------------------------------------------------------------------------------------- the change
def change(writer: Writer, change: Change, known: dict[str, EventRef]) -> str:
    """The smallest change that would satisfy the rule, as a sentence."""
    if change.kind == "insert":
        return _insert(writer, change, known)
    if change.kind == "set":
        event = known.get(change.event or "")
        type_ = change.type or (event.type if event else "")
        field = writer.say(
            "field-of", field=writer.quoted(writer.field(type_, change.field or "")), event=_named(writer, change.event, known)
        )
        if change.value is None:
            return writer.say("change.set-any", field=field)
        return writer.say("change.set", field=field, value=_value(writer, change.field or "", change.value, known))
    if change.kind == "none" or (change.kind == "move" and change.day is None):
        reason = f" {writer.words(change.reason)}" if change.reason else ""
        return writer.say("change.none") + reason
    return writer.say(f"change.{change.kind}", event=_named(writer, change.event, known), day=change.day or "")


def _insert(writer: Writer, change: Change, known: dict[str, EventRef]) -> str:
    event = writer.quoted(writer.event(change.type or ""))
    fields = ", ".join(_fields(writer, change, known))
    key = "change.insert-undated"
    if change.day:
        key, event = "change.insert", writer.say("event", event=event, day=change.day)
    return writer.say(key, event=event, fields=writer.say("change.with", fields=fields) if fields else "")


def _fields(writer: Writer, change: Change, known: dict[str, EventRef]) -> Iterator[str]:
    for field, value in change.fields.items():
        name = writer.field(change.type or "", field)
        yield writer.say("change.field", field=name, value=_value(writer, field, value, known))


def _value(writer: Writer, field: str, value: object, known: dict[str, EventRef]) -> str:
    if isinstance(value, Copy):
        if value.event == "case":
            return writer.say("copied", event=writer.say("the-case"))
        event = known.get(value.event)
        named = event_text(writer, event, short=True) if event else _named(writer, value.event, known)
        return named if value.field == "id" else writer.say("copied", event=named)  # a copied id is a link to the event
    # Any text but the one on record.
    return writer.say("another") if value == "another" else writer.value(field, value)
