"""The vocabulary as data, read off the event models: what the loader, the plan, the engines and the schemas ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from rebild_policy.errors import RuleError, did_you_mean
from rebild_policy.facts.base import REGISTRY, Default, Derivation, Derived, Event, Link

Kind = Literal["bool", "int", "date", "text", "enum", "id", "link", "time"]
ANY_EVENT = "any_event"
_HIDDEN = {"type", "case", "time", "recorded_at"}  # asked through day(), before() and the type itself


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of an event type or of the case, as rules see it."""

    name: str
    kind: Kind
    values: tuple[str, ...] = ()  # of an enum
    link: Link | None = None
    many: bool = False  # a link that holds a list
    default: bool | None = None
    derived: Derivation | None = None
    fallback: Derivation | None = None


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type: its model and its fields by name."""

    name: str
    model: type[Event]
    fields: dict[str, FieldSpec]

    @property
    def links(self) -> Iterator[FieldSpec]:
        """The fields that point to other events."""
        return (spec for spec in self.fields.values() if spec.link)

    def links_to(self, target: str) -> list[FieldSpec]:
        """The links that may point to an event of type `target`; one naming it goes before one to any type."""
        named = [spec for spec in self.links if spec.link and target in spec.link.targets]
        return named or [spec for spec in self.links if spec.link and "*" in spec.link.targets]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every event type known, and the fields of the case."""

    types: dict[str, EventType]
    case: dict[str, FieldSpec]

    def event_type(self, name: str) -> EventType:
        """The event type `name`, or `any_event` with the base fields. Raises `RuleError` naming the nearest."""
        if name == ANY_EVENT:
            return _any_event()
        if name not in self.types:
            raise RuleError(f"unknown event type '{name}'.", remedy=did_you_mean(name, [*self.types, ANY_EVENT]))
        return self.types[name]

    def field(self, types: tuple[str, ...], name: str) -> FieldSpec:
        """The field `name` that all of `types` share. Raises `RuleError` naming the nearest."""
        specs = [self.event_type(type_).fields for type_ in types]
        if any(name not in fields for fields in specs):
            shared = set.intersection(*(set(fields) for fields in specs))
            raise RuleError(f"unknown field '{name}' of {' or '.join(types)}.", remedy=did_you_mean(name, shared))
        spec = specs[0][name]
        if any((fields[name].kind, fields[name].default) != (spec.kind, spec.default) for fields in specs):
            raise RuleError(f"'{name}' is not of one type in {' and '.join(types)}.", remedy="Write a rule for each.")
        return spec


def vocabulary() -> Vocabulary:
    """All event types defined so far: the shipped ones and those of users."""
    return _vocabulary(tuple(REGISTRY.values()))


@cache
def _vocabulary(models: tuple[type[Event], ...]) -> Vocabulary:
    # Imported types register themselves; the case model needs Event, so its fields are read here, late.
    types = {name: EventType(name, model, field_specs(model)) for name, model in zip(REGISTRY, models, strict=True)}
    return Vocabulary(types, CASE_FIELDS)


@cache
def _any_event() -> EventType:
    return EventType(ANY_EVENT, Event, field_specs(Event))


def field_specs(model: type[Event]) -> dict[str, FieldSpec]:
    """The fields of an event model as rules see them, derived ones included."""
    specs = {
        name: _spec(name, info.annotation, info.metadata, model.fallbacks.get(name))
        for name, info in model.model_fields.items()
        if name not in _HIDDEN
    }
    inherited = {name: found for base in reversed(model.__mro__) for name, found in vars(base).items()}
    for name, found in inherited.items():
        if isinstance(found, Derived):
            specs[name] = FieldSpec(name, found.kind, derived=found)
    return specs


def _spec(name: str, annotation: Any, metadata: list[Any], fallback: Derivation | None) -> FieldSpec:
    marks = [*metadata, *_marks(annotation)]
    link = next((mark for mark in marks if isinstance(mark, Link)), None)
    default = next((mark.value for mark in marks if isinstance(mark, Default)), None)
    if name == "id":
        return FieldSpec(name, "id")
    if link:
        return FieldSpec(name, "link", link=link, many=any(get_origin(leaf) is tuple for leaf in _leaves(annotation)))
    kind, values = _kind(name, annotation)
    return FieldSpec(name, kind, values, default=default, fallback=fallback)


def _kind(name: str, annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    leaves = list(_leaves(annotation))
    for leaf in leaves:
        if get_origin(leaf) is Literal:
            return "enum", tuple(get_args(leaf))
    kinds: dict[type, Kind] = {bool: "bool", int: "int", date: "date", str: "text"}
    for leaf in leaves:
        if leaf in kinds:
            return kinds[leaf], ()
    raise RuleError(
        f"the field '{name}' of type {annotation} can't be used in rules.", remedy="Use bool, int, str, date or Literal."
    )


def _leaves(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _leaves(part)
    elif annotation is not NoneType:
        yield annotation


def _marks(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        yield from marks
        yield from _marks(inner)
    elif get_origin(annotation) in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _marks(part)


_CASE_KINDS: dict[str, Kind] = {
    "kind": "text",
    "authority": "bool",
    "digital_post_exempt": "bool",
    "urgent": "bool",
    "competent_authority": "text",
    "opened": "date",
    "closed": "date",
}
CASE_FIELDS = {name: FieldSpec(name, kind) for name, kind in _CASE_KINDS.items()}
