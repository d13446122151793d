"""The one generator of cases: what `selftest`, the tests of this project and the strategies for users all draw from.

It draws through a `Chooser`, so that a random number generator serves it at speed and Hypothesis serves it with shrinking. It
knows the vocabulary, users' own event types included; a `Focus` makes it draw what decides a rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import Any, Final, NamedTuple, Protocol, TypeVar, get_args

from pydantic import ValidationError

from rebild_policy.calendar import Calendar, Duration
from rebild_policy.errors import UsageError
from rebild_policy.expressions import Scalar
from rebild_policy.facts import ANY_EVENT, Case, Coverage, Event, FieldSpec, SameDay, vocabulary
from rebild_policy.loading import RuleSet
from rebild_policy.plan import Plan
from rebild_policy.strategies.focus import CASE, Focus, focus_on, planned
from rebild_policy.strategies.pools import (
    BLANKS,
    CLOCKS,
    EXTREMES,
    FIRST_DAY,
    FLAGS,
    ID_SCHEMES,
    LAST_DAY,
    MAX_EVENTS,
    NOBODY,
    NUMBERS,
    ORDINARY,
    SPECIAL,
    TEXTS,
)

T = TypeVar("T")
SAME_DAY: Final[tuple[SameDay, ...]] = get_args(SameDay)


# --------------------------------------------------------------------------------------------------------------- choosing
class Chooser(Protocol):
    """Where the generator's choices come from."""

    def integer(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`, each as likely; the first is the simplest."""

    def chance(self, probability: float) -> bool:
        """True with a probability; false is the simpler."""


class RandomChooser:
    """Choices of a random number generator."""

    __slots__ = ("_next",)

    def __init__(self, random: Random) -> None:
        self._next = random.random

    def integer(self, low: int, high: int) -> int:
        """See `Chooser`."""
        return low + int(self._next() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """See `Chooser`."""
        return options[int(self._next() * len(options))]

    def chance(self, probability: float) -> bool:
        """See `Chooser`."""
        return self._next() < probability


# --------------------------------------------------------------------------------------------------------------- scenarios
@dataclass(frozen=True)
class Scenario:
    """A case and the question put to it: a plain case as `Case.read` takes it, the day, and what the source leaves out."""

    data: dict[str, Any]
    as_of: date
    missing: tuple[str, ...] = ()  # names as `Coverage.without` takes them
    same_day: SameDay = "unknown"

    @cached_property
    def case(self) -> Case:
        """The case, read. Raises `CaseError` if it can't be."""
        return Case.read(self.data)

    @cached_property
    def coverage(self) -> Coverage:
        """What the source records."""
        return Coverage.all().without(*self.missing)


class _DateField(NamedTuple):
    name: str
    modes: tuple[str, ...]
    odd: tuple[date, ...]


class _LinkField(NamedTuple):
    name: str
    modes: tuple[str, ...]
    targets: tuple[str, ...]
    many: bool
    counts: tuple[int, ...]


class _PendingLink(NamedTuple):
    """A link whose target is chosen once every event is there."""

    event: dict[str, Any]
    field: _LinkField
    mode: str
    number: int


@dataclass(frozen=True, slots=True)
class _Shape:
    """What to draw for an event of one type, or for the case. None in a pool leaves the field out."""

    plain: tuple[tuple[str, tuple[Any, ...]], ...]
    dates: tuple[_DateField, ...]
    links: tuple[_LinkField, ...]
    extras: _Shape | None = None  # fields that no rule reads


_ABSENT = "absent"
_DATE_MODES: Final = (_ABSENT, _ABSENT, *["own"] * 7, "anchor", "anchor", "odd")
_LINK_MODES: Final = (_ABSENT, *["target"] * 14, NOBODY, "any", "self")
_PLURAL_MODES: Final = ("target", "target", "target", NOBODY, "any", "self")
_COUNTS: Final = (0, 1, 1, 2, 2, 3)
_NUMBER_OF_LINKS: Final = 59  # drawn before the targets are known, and taken modulo their number
_OFFSETS: Final = (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, -1, 2, 3, 7, 9, 10, 11, 14, 15, 16, 27, 28, 29)
_WORKING_DAYS: Final = tuple(Duration(number, "working days") for number in (1, 9, 10, 11, 14, 15))
_AS_OF_MODES: Final = ("after", "after", "after", "near", "near", "near", "day", "before")
_LATER: Final = (400, 60, 30, 1)


class CaseGenerator:
    """Draws scenarios about `focus`; without one, about the whole vocabulary. Keep it: it remembers what it worked out."""

    def __init__(self, focus: Focus | None = None) -> None:
        self.vocabulary = vocabulary()
        self.focus = focus
        self._every_type = tuple(self.vocabulary.types)
        self._triggers = focus.triggers if focus else ()
        self._types = self._weighted_types()
        self._anchors = self._weighted_anchors()
        self._shapes: dict[str, _Shape] = {}
        self._near: dict[date, tuple[date, ...]] = {}
        self._calendar = Calendar()
        self._case_shape = self._shape_of(CASE, self.vocabulary.case.values(), None)

    # ---------------------------------------------------------------------------------------------------------- drawing
    def scenario(
        self, chooser: Chooser, *, missing: tuple[str, ...] | None = None, same_day: SameDay | None = None
    ) -> Scenario:
        """A case, a day to ask about it, and what the source leaves out unless `missing` says so (nothing, half of the time)."""
        if missing is None:
            missing = self.missing(chooser) if chooser.chance(0.5) else ()
        data, days = self._case(chooser)
        return Scenario(data, self._as_of(chooser, days), missing, same_day or chooser.pick(SAME_DAY))

    def case(self, chooser: Chooser) -> dict[str, Any]:
        """A case as `Case.read` takes it."""
        return self._case(chooser)[0]

    def missing(self, chooser: Chooser) -> tuple[str, ...]:
        """One to four event types, fields or fields of the case that a source does not record."""
        names = [chooser.pick(self._coverable) for _ in range(chooser.pick((1, 1, 2, 3, 4)))]
        if chooser.chance(0.1):
            names.append(chooser.pick(self._every_coverable))
        return tuple(dict.fromkeys(names))

    def _case(self, chooser: Chooser) -> tuple[dict[str, Any], list[date]]:
        ids = chooser.pick(ID_SCHEMES)
        anchor = chooser.pick(self._nearby(chooser.pick(self._anchors)))
        days = [anchor, anchor, anchor]
        links: list[_PendingLink] = []
        data: dict[str, Any] = {"id": "c1"}
        self._fill(chooser, data, self._case_shape, anchor, anchor, links)
        events: list[dict[str, Any]] = []
        for type_ in self._types_of_case(chooser):
            events.append(self._event(chooser, type_, ids[len(events)], days, links))
        self._link(links, events, ids[len(events)])
        if chooser.chance(0.05):
            chooser.pick(events).update(case=data["id"], recorded_at=chooser.pick(days).isoformat() + chooser.pick(CLOCKS))
        if chooser.chance(0.03):
            events.append(dict(chooser.pick(events)))  # an identical duplicate, which the case drops
        data["events"] = events
        return data, days

    def _types_of_case(self, chooser: Chooser) -> list[str]:
        types = list(self._triggers) if chooser.chance(0.92) else []
        while len(types) < MAX_EVENTS and (not types or chooser.chance(0.86)):
            types.append(chooser.pick(self._types) or chooser.pick(self._every_type))
        return types

    def _event(
        self, chooser: Chooser, type_: str, id_: str, days: list[date], links: list[_PendingLink]
    ) -> dict[str, Any]:
        day = chooser.pick(self._nearby(chooser.pick(days)))
        days.append(day)
        event = {"type": type_, "id": id_, "time": day.isoformat() + chooser.pick(CLOCKS)}
        shape = self._shapes.get(type_) or self._shape(type_)
        self._fill(chooser, event, shape, day, days[0], links)
        return event

    def _fill(
        self, chooser: Chooser, data: dict[str, Any], shape: _Shape, day: date, anchor: date, links: list[_PendingLink]
    ) -> None:
        for name, pool in shape.plain:
            value = chooser.pick(pool)
            if value is not None:
                data[name] = value
        for field in shape.dates:
            mode = chooser.pick(field.modes)
            if mode != _ABSENT:
                near = field.odd if mode == "odd" else self._nearby(day if mode == "own" else anchor)
                data[field.name] = chooser.pick(near).isoformat()
        for link in shape.links:
            for _ in range(chooser.pick(link.counts)):
                mode = chooser.pick(link.modes)
                if mode != _ABSENT:
                    links.append(_PendingLink(data, link, mode, chooser.integer(0, _NUMBER_OF_LINKS)))
        if shape.extras and chooser.chance(0.1):
            self._fill(chooser, data, shape.extras, day, anchor, links)

    def _link(self, links: list[_PendingLink], events: list[dict[str, Any]], unused: str) -> None:
        """Point the links: mostly to an event of the right type, sometimes to another, to itself, or to none."""
        everything = [event["id"] for event in events]
        for event, field, mode, number in links:
            if mode == "self":
                target = event["id"]
            elif mode == NOBODY:
                target = (unused, NOBODY)[number % 2]  # the unused one may share a hash with the id of an event
            else:
                fitting = [other["id"] for other in events if other["type"] in field.targets] if mode == "target" else []
                target = (fitting or everything)[number % len(fitting or everything)]
            if field.many:
                event.setdefault(field.name, []).append(target)
            else:
                event[field.name] = target

    def _as_of(self, chooser: Chooser, days: list[date]) -> date:
        match chooser.pick(_AS_OF_MODES):
            case "after":
                return max(days) + timedelta(days=chooser.pick(_LATER))
            case "near":
                return chooser.pick(self._nearby(chooser.pick(days)))
            case "day":
                return chooser.pick(days)
        return min(days) - timedelta(days=chooser.pick((1, 20)))

    # ------------------------------------------------------------------------------------------------------------ pools
    def _nearby(self, day: date) -> tuple[date, ...]:
        """Days around `day`: most often itself, else where a time limit that matters runs out, or the day before or after."""
        known = self._near.get(day)
        if known is None:
            days = [day + timedelta(days=offset) for offset in _OFFSETS]
            days += [self._calendar.due(day, duration) for duration in _WORKING_DAYS]
            for duration in self.focus.durations if self.focus else ():
                due = self._calendar.due(day, duration)
                days += [due, due, due - timedelta(days=1), due + timedelta(days=1), day - (due - day)]
            known = self._near[day] = tuple(near for near in days if FIRST_DAY <= near <= LAST_DAY)
        return known

    def _weighted_anchors(self) -> tuple[date, ...]:
        changes = [day for day in (self.focus.days if self.focus else ()) if FIRST_DAY <= day <= LAST_DAY]
        return (*ORDINARY * 5, *SPECIAL, *changes * 3, FIRST_DAY, LAST_DAY)

    def _weighted_types(self) -> tuple[str | None, ...]:
        """The types to draw from; None stands for any type at all."""
        if self.focus is None:
            return self._every_type
        named = [*self.focus.triggers, *(type_ for type_ in self.focus.types if type_ != ANY_EVENT)] * 2
        others = len(named) if ANY_EVENT in self.focus.types else max(1, len(named) // 8)
        return (*named, *[None] * others)

    @cached_property
    def _every_coverable(self) -> tuple[str, ...]:
        fields = [
            f"{type_.name}.{spec.name}"
            for type_ in self.vocabulary.types.values()
            for spec in type_.fields.values()
            if _coverable(spec)
        ]
        return (*self._every_type, *fields, *(f"{CASE}.{name}" for name in self.vocabulary.case))

    @cached_property
    def _coverable(self) -> tuple[str, ...]:
        """What the rules would miss: fields of their types twice, the types they seek twice, the types they start from once."""
        if self.focus is None:
            return self._every_coverable
        sought = [type_ for type_ in self.focus.types if type_ != ANY_EVENT]
        of_case = [f"{CASE}.{name}" for name in sorted(self.focus.names(CASE)) if name in self.vocabulary.case]
        fields = [
            f"{type_}.{name}"
            for type_ in dict.fromkeys([*self.focus.triggers, *sought])
            for name in sorted(self.focus.names(type_))
            if _coverable(self.vocabulary.types[type_].fields[name])
        ]
        return (*[*fields, *of_case, *sought] * 2, *self.focus.triggers)

    def _shape(self, type_: str) -> _Shape:
        known = self.vocabulary.types[type_]
        found = self._shapes[type_] = self._shape_of(type_, known.fields.values(), known.model)
        return found

    def _shape_of(self, owner: str, specs: Iterable[FieldSpec], model: type[Event] | None) -> _Shape:
        """The pools for the fields of an event type or of the case, those that no rule reads apart."""
        specs = [spec for spec in specs if not spec.derived and spec.kind != "id"]
        must = {spec.name for spec in specs if model and model.model_fields[spec.name].is_required()}
        if self.focus is None:
            return self._pools(owner, specs, model, must)
        read = self.focus.names(owner) | must
        inner = self._pools(owner, [spec for spec in specs if spec.name not in read], model, set())
        outer = self._pools(owner, [spec for spec in specs if spec.name in read], model, must)
        return _Shape(outer.plain, outer.dates, outer.links, inner)

    def _pools(self, owner: str, specs: list[FieldSpec], model: type[Event] | None, must: set[str]) -> _Shape:
        plain, dates, links = [], [], []
        for spec in specs:
            compared = self._compared(owner, spec.name)
            if spec.link:
                modes = _modes(_PLURAL_MODES if spec.many else _LINK_MODES, spec.name in must)
                counts = _COUNTS[spec.name in must :] if spec.many else (1,)
                targets = self._every_type if "*" in spec.link.targets else spec.link.targets
                links.append(_LinkField(spec.name, modes, targets, spec.many, counts))
            elif spec.kind == "date":
                modes = _modes(_DATE_MODES, spec.name in must)
                dates.append(_DateField(spec.name, modes, (*EXTREMES, *_around(compared))))
            else:
                pool = _plain_pool(spec, compared)
                plain.append((spec.name, _usable(model, spec.name, pool, required=spec.name in must)))
        return _Shape(tuple(plain), tuple(dates), tuple(links))

    def _compared(self, owner: str, name: str) -> tuple[Scalar, ...]:
        if self.focus is None:
            return ()
        return (*self.focus.values.get((owner, name), ()), *self.focus.values.get((ANY_EVENT, name), ()))


def generators(source: Plan | RuleSet) -> dict[str, CaseGenerator]:
    """A generator for each rule of a plan, or of a rule set in either profile, by the rule's name."""
    parameters = source.parameters
    return {name: CaseGenerator(focus_on(rules, parameters)) for name, rules in planned(source).items() if rules}


# ---------------------------------------------------------------------------------------------------------------- helpers
def _coverable(spec: FieldSpec) -> bool:
    return not spec.derived and spec.kind != "id"


def _modes(modes: tuple[str, ...], required: bool) -> tuple[str, ...]:  # noqa: FBT001
    return tuple(mode for mode in modes if mode != _ABSENT) if required else modes


def _around(constants: Iterable[Scalar]) -> list[date]:
    """Days that a date is compared with, and the days before and after."""
    days = [constant for constant in constants if isinstance(constant, date)]
    return [day + timedelta(days=step) for day in days if date.min < day < date.max for step in (0, -1, 1)]


def _plain_pool(spec: FieldSpec, compared: Sequence[Scalar]) -> tuple[Any, ...]:
    """The values of a flag, number, text or enum: left out about one time in five, those that rules compare with most often."""
    match spec.kind:
        case "bool":
            return (None, *FLAGS) if spec.default is None else (None, False, True)
        case "int":
            near = [value + step for value in compared if isinstance(value, int) for step in (0, -1, 1)]
            return (None, None, *NUMBERS, *near)
        case "enum":
            values = [*spec.values, *(value for value in compared if value in spec.values)]
            return (*[None] * (1 + len(values) // 6), *values)
    wanted = [value for value in compared if isinstance(value, str)]
    # Half of the texts are those of the rules, if they name any.
    repeated = wanted * max(1, len(TEXTS) // len(wanted)) if wanted else []
    return (*[None] * (len(TEXTS) // 5), *TEXTS, *repeated)


def _usable(model: type[Event] | None, name: str, pool: tuple[Any, ...], *, required: bool) -> tuple[Any, ...]:
    """The values of `pool` that a model takes; None, which leaves the field out, unless it is required."""
    fits: Mapping[Any, bool] = {value: _fits(model, name, value) for value in {*pool} - {None}} if model else {}
    usable = tuple(value for value in pool if (not required if value is None else fits.get(value, True)))
    if required:
        usable = tuple(value for value in usable if value not in BLANKS)
    if not usable:
        remedy = "Give the field a default, or constrain it less."
        raise UsageError(f"no value that is drawn fits the field '{name}' of {model.__name__ if model else CASE}.", remedy=remedy)
    return usable


def _fits(model: type[Event], name: str, value: object) -> bool:
    """Does the model take `value` in this field? What else it would want is left aside."""
    try:
        model.model_validate({"id": "e0", "time": "2026-01-05", name: value})
    except ValidationError as error:
        return all(item["loc"][:1] != (name,) for item in error.errors(include_url=False))
    return True
