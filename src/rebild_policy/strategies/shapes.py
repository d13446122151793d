"""What is drawn for each field of an event: pools of values, and how often the field is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from rebild_policy.errors import UsageError
from rebild_policy.expressions import Scalar
from rebild_policy.facts import ANY_EVENT, Event, EventType, FieldSpec, Vocabulary
from rebild_policy.strategies.focus import Focus
from rebild_policy.strategies.pools import ABSENT, BLANKS, FLAGS, Pools

_COUNTS: Final = (0, 1, 1, 2, 2, 3)


class DateField(NamedTuple):
    """A date: near the day of its event, near the one that the case turns on, or an odd one."""

    name: str
    modes: tuple[str, ...]
    odd: tuple[date, ...]


class LinkField(NamedTuple):
    """A link: to an event of a target type, to any, to the event itself, or to one that is not there."""

    name: str
    modes: tuple[str, ...]
    targets: tuple[str, ...]
    many: bool
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What to draw for an event of one type, or for the case. None in a pool leaves the field out."""

    plain: tuple[tuple[str, tuple[Any, ...]], ...]
    dates: tuple[DateField, ...]
    links: tuple[LinkField, ...]
    extras: Shape | None = None  # fields that no rule reads


@dataclass(frozen=True, slots=True)
class _Fill:
    """How often fields are left out: never those that they `must` hold, half of the time those `asked` for their presence.

    The others are left out seldom in a `full` case, and more often in the other cases.
    """

    must: set[str]
    asked: set[str]
    full: bool

    def modes(self, spec: FieldSpec, modes: tuple[str, ...]) -> tuple[str, ...]:
        """`modes` with the right share of absent ones; those of a link that holds several have none."""
        given = tuple(mode for mode in modes if mode != ABSENT)
        if spec.name in self.must or given == modes:
            return given
        if spec.name in self.asked:
            return (*[ABSENT] * len(given), *given)
        return (ABSENT, *given * 2) if self.full else modes

    def pool(self, spec: FieldSpec, pool: tuple[Any, ...]) -> tuple[Any, ...]:
        """`pool` with the right share of None."""
        blanks = BLANKS if self.full or spec.name in self.must else ()
        given = tuple(value for value in pool if value is not None and value not in blanks)
        if spec.name in self.must:
            return given
        if self.full and spec.kind == "text":
            given = (*[given[0]] * len(given), *given)
        if spec.name in self.asked:
            return (*[None] * len(given), *given)
        return (*[None] * (1 + len(given) // 16), *given) if self.full else pool


class Shapes:
    """The shapes of all event types, and of the case, for a focus; each is worked out when it is first asked for."""

    def __init__(self, vocabulary: Vocabulary, focus: Focus | None, pools: Pools, given: frozenset[str]) -> None:
        self._vocabulary = vocabulary
        self._focus = focus
        self._from = pools
        self._given = given
        self._every_type = tuple(vocabulary.types)
        self._known: dict[tuple[str, bool], Shape] = {}

    def of(self, owner: str, full: bool) -> Shape:
        """The pools for the fields of an event type or of the case; `full`: few of them are left out."""
        known = self._known.get((owner, full))
        if known is None:
            known = self._known[owner, full] = self._shape_of(owner, full)
        return known

    def _shape_of(self, owner: str, full: bool) -> Shape:
        type_ = self._vocabulary.types.get(owner)
        specs = recorded(type_) if type_ else list(self._vocabulary.case.values())
        specs = [spec for spec in specs if spec.name not in self._given]
        must = {spec.name for spec in specs if type_ and type_.model.model_fields[spec.name].is_required()}
        read = self._focus.names(owner) | must if self._focus else {spec.name for spec in specs}
        model = type_.model if type_ else None
        fill = _Fill(must, self._focus.asked_of(owner) if self._focus else set(), full)
        unread = [spec for spec in specs if spec.name not in read]
        shape = self._pools(owner, [spec for spec in specs if spec.name in read], model, fill)
        return replace(shape, extras=self._pools(owner, unread, model, fill)) if unread else shape

    def _pools(self, owner: str, specs: list[FieldSpec], model: type[Event] | None, fill: _Fill) -> Shape:
        plain, dates, links = [], [], []
        for spec in specs:
            compared = self._compared(owner, spec.name)
            if spec.link:
                modes = fill.modes(spec, self._from.plural_modes if spec.many else self._from.link_modes)
                counts = _COUNTS[spec.name in fill.must :] if spec.many else (1,)
                targets = self._every_type if "*" in spec.link.targets else spec.link.targets
                links.append(LinkField(spec.name, modes, targets, spec.many, counts))
            elif spec.kind == "date":
                odd = (*self._from.extremes, *_around(compared))
                dates.append(DateField(spec.name, fill.modes(spec, self._from.date_modes), odd))
            else:
                pool = fill.pool(spec, _plain_pool(spec, compared, self._from))
                plain.append((spec.name, _usable(model, spec.name, pool)))
        return Shape(tuple(plain), tuple(dates), tuple(links))

    def _compared(self, owner: str, name: str) -> tuple[Scalar, ...]:
        if self._focus is None:
            return ()
        return (*self._focus.values.get((owner, name), ()), *self._focus.values.get((ANY_EVENT, name), ()))


# -------------------------------------------------------------------------------------------------------------- helpers
def recorded(type_: EventType) -> list[FieldSpec]:
    """The fields that an event can be given, its id apart: not those derived from others."""
    return [spec for spec in type_.fields.values() if spec.kind != "id" and spec.name in type_.model.model_fields]


def _around(constants: Iterable[Scalar]) -> list[date]:
    """Days that a date is compared with, and the days before and after."""
    days = [constant for constant in constants if isinstance(constant, date)]
    return [day + timedelta(days=step) for day in days if date.min < day < date.max for step in (0, -1, 1)]


def _plain_pool(spec: FieldSpec, compared: Sequence[Scalar], pools: Pools) -> tuple[Any, ...]:
    """The values of a flag, number, text or enum: those that rules name most often, none about one time in five."""
    match spec.kind:
        case "bool":
            return (None, *FLAGS) if spec.default is None else (None, spec.default, spec.default, not spec.default)
        case "int":
            near = [value + step for value in compared if isinstance(value, int) for step in (0, -1, 1)]
            return (None, None, *pools.numbers, *near)
        case "enum":
            values = [*spec.values, *[value for value in compared if value in spec.values] * 3]
            return (*[None] * (1 + len(values) // 6), *values)
    wanted = [value for value in compared if isinstance(value, str)]
    # Half of the texts are those of the rules, if they name any.
    repeated = wanted * max(1, len(pools.texts) // len(wanted)) if wanted else []
    return (*[None] * (len(pools.texts) // 5), *pools.texts, *repeated)


def _usable(model: type[Event] | None, name: str, pool: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values of `pool` that a model takes; None leaves the field out."""
    fits = {value: _fits(model, name, value) for value in {*pool} - {None}} if model else {}
    usable = tuple(value for value in pool if fits.get(value, True))
    if not usable:
        remedy = "Give the field a default, or constrain it less."
        raise UsageError(f"no value that is drawn fits the field '{name}'.", remedy=remedy)
    return usable


@lru_cache(maxsize=None, typed=True)  # typed: true is not 1
def _fits(model: type[Event], name: str, value: object) -> bool:
    """Does the model take `value` in this field? What else it would want is left aside."""
    try:
        model.model_validate({"id": "e0", "time": "2026-01-05", name: value})
    except ValidationError as error:
        return all(item["loc"][:1] != (name,) for item in error.errors(include_url=False))
    return True
