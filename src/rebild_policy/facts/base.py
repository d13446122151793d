"""What every fact is made of: the base of all events, and the types of their fields.

A value is *given*, *absent* (the source covers the field and it is empty: None here) or *unknown* (not covered: see
`Coverage`). Empty and blank texts are absent. Times are aware, or a plain date where only the day is known; a naive time is
read as local time of the zone in the validation context (`{"zone": "Europe/Copenhagen"}`, the default).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timezone
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictBool,
    StrictInt,
    ValidationInfo,
    WithJsonSchema,
)

from rebild_policy.errors import FactError
from rebild_policy.expressions import UNKNOWN, Attribute, Expression, Truth, Unknown, Value, parse, value
from rebild_policy.expressions import Field as Resolved
from rebild_policy.registration import announce

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
# Python reads far more as ISO 8601: 20260105 as a midnight, 2026-W02-1 as a Monday.
_DAY_SHAPE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME_SHAPE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)

Moments = TypeVar("Moments", date, datetime)


# ---------------------------------------------------------------------------------------------------------- dates and times
def local(naive: datetime, zone: ZoneInfo = COPENHAGEN) -> datetime:
    """A naive local time as an aware one.

    In the hour that is repeated when summer time ends, the first of the two is meant; a time inside the hour that is
    skipped when summer time begins is moved forward by the gap. Neither can change the date.
    """
    return naive.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone)


def local_day(moment: date | datetime) -> date:
    """The date in Copenhagen; a plain date is one already."""
    if not isinstance(moment, datetime):
        return moment
    return moment.date() if moment.tzinfo is COPENHAGEN else moment.astimezone(COPENHAGEN).date()


def read_day(text: object) -> date:
    """A date from a date or from `YYYY-MM-DD`; ValueError for anything else (a number is not a date)."""
    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    if isinstance(text, str) and _DAY_SHAPE.fullmatch(text):
        return _in_the_calendar(date.fromisoformat, text)
    raise ValueError("a date is written YYYY-MM-DD")


def _in_the_calendar(read: Callable[[str], Moments], text: str) -> Moments:
    # Python's own message can repeat the value.
    try:
        return read(text)
    except ValueError:
        raise ValueError("there is no such date or time") from None


def read_moment(text: object, zone: ZoneInfo = COPENHAGEN) -> date | datetime:
    """An aware time, or a date where only the day is known. ValueError for anything else."""
    moment = _written(text) if isinstance(text, str) else text
    if isinstance(moment, datetime):
        # A year's leeway: the zone decides the year at its edges, and a time of year 1 or 9999 can't change zones.
        _check_years(moment.year, leeway=1)
        moment = _with_offset(local(moment, zone) if moment.utcoffset() is None else moment)
    elif not isinstance(moment, date):
        raise ValueError(_TIME_WANTED)  # noqa: TRY004 - pydantic turns a ValueError into a message, a TypeError into a crash
    _check_years(local_day(moment).year)
    return moment


_TIME_WANTED = "a time is written YYYY-MM-DD or YYYY-MM-DDTHH:MM, with an offset or without"


def _written(text: str) -> date | datetime:
    if _DAY_SHAPE.fullmatch(text):
        return read_day(text)
    if _TIME_SHAPE.fullmatch(text):
        return _in_the_calendar(datetime.fromisoformat, text)
    raise ValueError(_TIME_WANTED)


def _check_years(year: int, leeway: int = 0) -> None:
    if not EARLIEST.year - leeway <= year <= LATEST.year + leeway:
        raise ValueError("a time lies in the years 1990 to 2100")


def _with_offset(moment: datetime) -> datetime:
    """A time with its offset alone: in the hour that is repeated, Python holds one with a zone unequal to all others."""
    offset = moment.utcoffset()
    return moment if offset is None or isinstance(moment.tzinfo, timezone) else moment.replace(tzinfo=timezone(offset), fold=0)


def _moment(text: object, info: ValidationInfo) -> date | datetime:
    name = (info.context or {}).get("zone", COPENHAGEN.key)
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise ValueError("the zone of the context is not a time zone") from None
    return read_moment(text, zone)


def _blank_is_absent(text: object) -> object:
    return None if isinstance(text, str) and not text.strip() else text


_DATE = WithJsonSchema({"type": "string", "format": "date"})
_TIME = WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]})
_Day = Annotated[date, PlainValidator(read_day), PlainSerializer(date.isoformat), _DATE]

Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Moment = Annotated[date | datetime, PlainValidator(_moment), PlainSerializer(lambda moment: moment.isoformat()), _TIME]
Flag = StrictBool | None
Number = StrictInt | None
Date = _Day | None
Text = Annotated[Annotated[str, Field(max_length=10_000)] | None, BeforeValidator(_blank_is_absent)]
Channel = Literal["post", "digital_post", "email", "self_service", "phone", "in_person", "other"]


# ------------------------------------------------------------------------------------------------------------------ links
@dataclass(frozen=True, slots=True)
class Link:
    """Marks a field that holds ids of other events of the case.

    `targets`: the event types it may point to ("*" for any). `forward`: it may point to a later event; a backward link
    says that its event comes after the one it points to.
    """

    targets: tuple[str, ...]
    forward: bool = False

    def may_name(self, type_: str) -> bool:
        """Could it point to an event of this type?"""
        return type_ in self.targets or "*" in self.targets


@dataclass(frozen=True, slots=True)
class Default:
    """Marks a field with the value that stands for an absent one, never for an unknown one.

    The model keeps None: only a rule, which knows what the source covers, can tell absent from unknown.
    """

    value: bool


OneId = Annotated[Identifier | None, BeforeValidator(_blank_is_absent)]
ManyIds = Annotated[tuple[Identifier, ...] | None, BeforeValidator(lambda ids: ids or None)]


# ---------------------------------------------------------------------------------------------------------- derived fields
class Derivation:
    """A field that follows from others: declared once, as an expression over `self` that every engine computes.

    In `Event.fallbacks` it stands in for a declared field that is not given.
    """

    def __init__(self, kind: Literal["bool", "date"], expression: str, doc: str) -> None:
        self.kind = kind
        self.text = expression
        self.expression: Expression = parse(expression)
        self.__doc__ = doc

    def of(self, event: Event) -> Any:
        """The value for `event`, taken as wholly covered; None where it can't be computed."""
        answer = value(self.expression, _Self(event))
        return None if answer is UNKNOWN else answer


class Derived(Derivation):
    """A derived field that the event has no place for: a read-only property."""

    def __get__(self, event: Event | None, owner: type | None = None) -> Any:
        return self if event is None else self.of(event)


@dataclass(frozen=True, slots=True)
class _Self:
    """The environment of a derived field: one event, by itself."""

    event: Event

    def attribute(self, node: Attribute | Resolved) -> Value:
        given: Value = getattr(self.event, node.name)
        return given

    def day(self, var: str) -> date:  # noqa: ARG002
        return self.event.day

    def before(self, first: str, second: str) -> Truth:  # noqa: ARG002
        return Truth.UNKNOWN

    def parameter(self, name: str, key: Value) -> Unknown:  # noqa: ARG002
        return UNKNOWN


# ------------------------------------------------------------------------------------------------------------------ events
class Event(BaseModel):
    """One thing that happened in a case. Subclass it, with a `type` of your own, to extend the vocabulary.

    `id` is unique within the case. `time` is when it happened, `recorded_at` when it was registered. `actor` is an
    employee's pseudonym. `case` may be left out of the events of a `Case`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(Derived,), hide_input_in_errors=True)
    fallbacks: ClassVar[dict[str, Derivation]] = {}

    type: str
    id: Identifier
    time: Moment
    case: OneId = None
    recorded_at: Moment | None = None
    actor: Text = None
    unit: Text = None
    channel: Channel | None = None

    @cached_property
    def instant(self) -> datetime | None:
        """The time in UTC, or None where only the day is known."""
        return self.time.astimezone(UTC) if isinstance(self.time, datetime) else None

    @cached_property
    def day(self) -> date:
        """The local date (Europe/Copenhagen): the one that deadlines are counted from."""
        return local_day(self.time)

    def model_post_init(self, context: Any) -> None:  # noqa: ARG002
        """Work out the day once, since every rule asks for it, and fill what is not given and follows from others."""
        fields = self.__dict__
        fields["day"] = local_day(self.time)
        for name, derived in self.fallbacks.items():
            if fields[name] is None:
                fields[name] = derived.of(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, as pydantic makes it, in which what follows from an updated field is worked out anew."""
        copy = super().model_copy(update=update, deep=deep)
        if update:
            copy.__dict__.pop("instant", None)
            for name in self.fallbacks:
                if name not in copy.model_fields_set:
                    copy.__dict__[name] = None
            copy.model_post_init(None)
        return copy

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Make the type known: cases may hold it and rules may name it from here on."""
        super().__pydantic_init_subclass__(**kwargs)
        names = get_args(cls.model_fields["type"].annotation)
        if len(names) > 1 or _RESERVED.intersection(names):
            raise FactError(f"{cls.__name__} can't be an event type.", remedy=_ONE_NAME)
        REGISTRY.update(dict.fromkeys(names, cls))
        announce(cls)


announce(Event)
_ONE_NAME = "Write type: Literal['one_name'] = 'one_name'; 'case' and 'any_event' are taken."
_RESERVED = {"any_event", "case"}  # rules and coverages mean something else by these
REGISTRY: dict[str, type[Event]] = {}
