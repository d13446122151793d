"""What a source records: the closed-world promise that tells absent from unknown."""

from __future__ import annotations

from dataclasses import dataclass

from rebild_policy.errors import CoverageError, did_you_mean
from rebild_policy.facts.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Coverage:
    """The event types (`hearing_sent`) and fields (`hearing_sent.matter`, `case.kind`) that a source does *not* record.

    A value that is there counts whether covered or not; coverage says what an empty place means.
    """

    missing: frozenset[str] = frozenset()

    @classmethod
    def all(cls) -> Coverage:
        """A source that records everything: what a hand-built case is taken for."""
        return _EVERYTHING

    def without(self, *names: str) -> Coverage:
        """This coverage less event types or fields. Raises `CoverageError` for a name that does not exist."""
        for name in names:
            _check(name)
        return Coverage(self.missing | set(names)) if names else self

    def covers(self, event_type: str, field: str | None = None) -> bool:
        """Is an empty place a fact here? Without `field`: is the absence of an event of this type?"""
        if event_type in self.missing:
            return False
        return field is None or f"{event_type}.{field}" not in self.missing

    @property
    def all_types(self) -> bool:
        """Does the source record every type of event?"""
        return not any("." not in name for name in self.missing)


_EVERYTHING = Coverage()


def field_is_covered(source: Coverage, coverage: Coverage, type_: str, field: str) -> bool:
    """Is an empty field a fact, where `coverage` is that of the source less the gaps of one case?

    Yes where rows of the type are missing, too: what the others hold is on record.
    """
    return source.covers(type_, field) and f"{type_}.{field}" not in coverage.missing


def _check(name: str) -> None:
    type_, dot, field = name.partition(".")
    known = vocabulary()
    if type_ == "case" and dot:
        fields = set(known.case)
    elif type_ in known.types:
        fields = {spec.name for spec in known.types[type_].fields.values() if not spec.derived and spec.kind != "id"}
    else:
        raise CoverageError(f"unknown event type '{type_}' in a coverage.", remedy=did_you_mean(type_, known.types))
    if dot and field not in fields:
        raise CoverageError(f"unknown field '{field}' of {type_} in a coverage.", remedy=did_you_mean(field, fields))
