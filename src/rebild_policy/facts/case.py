"""A case: what is known of it and its events, in source order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from rebild_policy.errors import CaseError, did_you_mean
from rebild_policy.facts.base import REGISTRY, Date, Event, Flag, Identifier, Text
from rebild_policy.registration import announce

_FIELD = re.compile(r"[A-Za-z_]\w{0,39}")


def read_event(data: object, info: ValidationInfo) -> Event:
    """An event from an `Event` or a mapping with a `type`; the errors name the nearest type or field."""
    if isinstance(data, Event):
        return data
    if not isinstance(data, Mapping):
        raise PydanticCustomError("event", "an event is a mapping with type, id and time.")
    name = data.get("type")
    if not isinstance(name, str) or name not in REGISTRY:
        help_ = did_you_mean(name, REGISTRY) if isinstance(name, str) else "It names what happened, such as reply_sent."
        raise PydanticCustomError("event_type", "unknown event type. {help}", {"help": help_})
    model = REGISTRY[name]
    for key in data:
        if key not in model.model_fields:
            raise PydanticCustomError("event_field", "{problem}", {"problem": _unknown_field(str(key), model)})
    return model.model_validate(data, context=info.context)


class Case(BaseModel):
    """One case of a citizen. A case by itself covers everything: an empty field is empty, an event not there did not happen.

    `kind` is the case type of the table of processing times. `authority`: the case exercises public authority.
    Identical duplicate events are dropped; two different events with one id are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Identifier
    kind: Text = None
    authority: Flag = None
    digital_post_exempt: Flag = None
    urgent: Flag = None
    competent_authority: Text = None
    opened: Date = None
    closed: Date = None
    events: tuple[SerializeAsAny[Annotated[Event, BeforeValidator(read_event)]], ...] = ()

    @field_validator("events", mode="after")
    @classmethod
    def _one_event_an_id(cls, events: tuple[Event, ...]) -> tuple[Event, ...]:
        seen: dict[str, Event] = {}
        for position, event in enumerate(events, 1):
            if seen.setdefault(event.id, event) != event and not _same(seen[event.id], event):
                raise PydanticCustomError("duplicate_id", "event {position} has the id of another event.", {"position": position})
        return events if len(seen) == len(events) else tuple(seen.values())

    @field_validator("events", mode="after")
    @classmethod
    def _of_this_case(cls, events: tuple[Event, ...], info: ValidationInfo) -> tuple[Event, ...]:
        own = info.data.get("id")
        for position, event in enumerate(events, 1):
            if event.case is not None and event.case != own:
                raise PydanticCustomError("other_case", "event {position} is of another case.", {"position": position})
        return events

    @classmethod
    def read(cls, data: object, *, zone: str = "Europe/Copenhagen") -> Case:
        """A case from a mapping; `zone` is how naive times are read.

        Raises `CaseError`, which says where in the case something is wrong and never what the value was.
        """
        try:
            return cls.model_validate(data, context={"zone": zone})
        except ValidationError as error:
            found = "; ".join(problems(error))
            raise CaseError(f"the case can't be read: {found}" + ("" if found.endswith(("?", ".")) else ".")) from None

    def model_post_init(self, context: Any) -> None:  # noqa: ARG002
        """Sort the events by type at once, since every check starts there."""
        _ = self.by_type, self.last_day

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, as pydantic makes it; with other `events` it has other facts."""
        copy = super().model_copy(update=update, deep=deep)
        for known in ("by_type", "last_day", "positions"):
            copy.__dict__.pop(known, None)
        copy.model_post_init(None)
        return copy

    # Cached properties, not private attributes: what is worked out is no part of what makes two cases equal.
    @cached_property
    def by_type(self) -> dict[str, list[dict[str, Any]]]:
        """The fields of the events by type, in source order."""
        facts: dict[str, list[dict[str, Any]]] = {}
        for event in self.events:
            facts.setdefault(event.type, []).append(event.__dict__)
        return facts

    @cached_property
    def last_day(self) -> date:
        """The day of the latest event; `date.min` where there is none."""
        return max((event.day for event in self.events), default=date.min)

    @cached_property
    def positions(self) -> dict[str, int]:
        """The place of each event id in source order, from 0."""
        return {event.id: position for position, event in enumerate(self.events)}

    def event(self, id_: str) -> Event:
        """The event with an id. KeyError if there is none."""
        return self.events[self.positions[id_]]

    def facts(self, as_of: date) -> dict[str, list[dict[str, Any]]]:
        """What has happened by the end of `as_of`: the fields of each event, by type, in source order.

        Plain dictionaries, since engines read them often: a pydantic model takes four times as long to give a field.
        """
        if self.last_day <= as_of:
            return self.by_type
        seen = ((type_, [event for event in events if event["day"] <= as_of]) for type_, events in self.by_type.items())
        return {type_: events for type_, events in seen if events}


announce(Case)


def _same(one: Event, other: Event) -> bool:
    """Do two events say the same? That one of them names its case and the other leaves it out is no difference."""
    return one.model_copy(update={"case": None}) == other.model_copy(update={"case": None})


def problems(error: ValidationError, limit: int = 5) -> list[str]:
    """What is wrong, by place, without the values: they may be about a citizen."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    lines = [_problem(item) for item in found[:limit]]
    return lines + ([f"and {len(found) - limit} more"] if len(found) > limit else [])


def _problem(item: Mapping[str, Any]) -> str:
    place, kind = item["loc"], item["type"]
    if kind == "extra_forbidden" and len(place) == 1:
        return _unknown_field(str(place[0]), Case)
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")
    message = str(item["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{where}: {message}" if where else message


def _unknown_field(name: str, model: type[BaseModel]) -> str:
    # A key that could not be a field may be a text from a case in the wrong place.
    shown = f"unknown field '{name}'." if _FIELD.fullmatch(name) else "a key that is no field."
    return f"{shown} {did_you_mean(name, model.model_fields)}"
