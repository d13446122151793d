"""Making a change in a case: a new case with one event more, one less, one moved, or one field set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from rebild_policy.errors import UsageError
from rebild_policy.facts import Case, Event, vocabulary
from rebild_policy.results import Change, ChangeValue, Copy, public_id

ADDED = "added"


def applied(case: Case, change: Change) -> Case:
    """`case` with `change` made in it. Raises `UsageError` for the change `none`, and for one that does not fit the case.

    An inserted or moved event stands after the last event whose day is not later than its own.
    """
    if change.kind == "insert":
        return _placed(case, case.events, _inserted(case, change))
    if change.kind == "none":
        raise UsageError("the change is 'none': there is nothing to apply.", remedy="Its reason says why.")
    event = named(case, change.event or "")
    others = tuple(other for other in case.events if other is not event)
    if change.kind == "remove":
        return _with_events(case, others)
    if change.kind == "move":
        if change.day is None:
            raise UsageError("a change that moves an event names a day.")
        return _placed(case, others, rebuilt(event, {}, case, time=change.day))
    if change.field is None or change.value is None:
        raise UsageError("a change that sets a field names the field and its value.")
    new = rebuilt(event, {change.field: change.value}, case)
    return _with_events(case, tuple(new if other is event else other for other in case.events))


def with_event(case: Case, event: Event) -> Case:
    """`case` with one event more, after the last event whose day is not later than its own."""
    return _placed(case, case.events, event)


def rebuilt(event: Event, values: Mapping[str, ChangeValue], case: Case, *, time: date | None = None) -> Event:
    """`event` with other values and perhaps another time. Raises `UsageError` where the vocabulary does not take them.

    A field that only followed from others, such as `written` from the channel, follows anew.
    """
    given = {name: getattr(event, name) for name in event.model_fields_set}
    return made({**given, "type": event.type, **({"time": time} if time else {})}, values, case)


def made(base: Mapping[str, Any], values: Mapping[str, ChangeValue], case: Case) -> Event:
    """An event from its type, id and time, and the values of a change. Raises `UsageError`, which repeats no value."""
    known = vocabulary().types.get(str(base["type"]))
    if known is None:
        raise UsageError("the change names an event type that does not exist.")
    given = {name: _raw(value, case) for name, value in values.items()}
    for name, held in given.items():
        many = name in known.fields and known.fields[name].many
        if many and not isinstance(held, tuple):
            given[name] = (held,)
        elif not many and isinstance(held, tuple):
            given[name] = held[0]
    try:
        return known.model.model_validate({**base, **given})
    except ValidationError:
        raise UsageError(f"the change does not fit the vocabulary: {known.name} does not take its values.") from None


def name_of(event: Event, case: Case) -> str:
    """How a change names an event of the case: its id, or its place where the id has the shape of a CPR number."""
    return public_id(event.id, event.type, case.positions[event.id])


def unused_id(case: Case) -> str:
    """An id for an inserted event: the first of "added", "added-2", … that no event has and no link names."""
    taken = {*case.positions, *_linked_ids(case)}
    number = 2
    name = ADDED
    while name in taken:
        name, number = f"{ADDED}-{number}", number + 1
    return name


def _linked_ids(case: Case) -> Iterator[str]:
    types = vocabulary().types
    for event in case.events:
        for spec in types[event.type].links:
            held = getattr(event, spec.name)
            yield from held if isinstance(held, tuple) else () if held is None else (held,)


def named(case: Case, name: str) -> Event:
    """The event that a change names. Raises `UsageError` where the case has none."""
    position = case.positions.get(name)
    if position is not None:
        return case.events[position]
    for event in case.events:
        if name_of(event, case) == name:
            return event
    raise UsageError("the change names an event that the case does not have.")


def _raw(value: ChangeValue, case: Case) -> Any:
    if not isinstance(value, Copy):
        return value
    place: Event | Case = case if value.event == "case" and "case" not in case.positions else named(case, value.event)
    if value.field not in type(place).model_fields:
        raise UsageError("the change copies a field that the event does not have.")
    return getattr(place, value.field)


def _inserted(case: Case, change: Change) -> Event:
    if change.type is None or change.day is None:
        raise UsageError("a change that inserts an event names its type and day.")
    return made({"type": change.type, "id": unused_id(case), "time": change.day}, change.fields, case)


def _placed(case: Case, events: tuple[Event, ...], event: Event) -> Case:
    last = max((place for place, other in enumerate(events) if other.day <= event.day), default=-1)
    return _with_events(case, (*events[: last + 1], event, *events[last + 1 :]))


def _with_events(case: Case, events: tuple[Event, ...]) -> Case:
    # The events are valid and their ids differ: checking them once more would cost most of the time.
    return case.model_copy(update={"events": events})
