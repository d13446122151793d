"""A mapping against the vocabulary: types, fields, constants, links and coverage, each error with file and line."""

from __future__ import annotations

from collections import abc
from typing import NoReturn, TypeVar

from rebild_policy.documents import DocumentReader, Map, line_of
from rebild_policy.errors import ExpressionError, did_you_mean
from rebild_policy.facts import FieldSpec, vocabulary
from rebild_policy.sources.cells import assignable, misfit, settable
from rebild_policy.sources.conditions import read_condition
from rebild_policy.sources.links import POLICIES, read_policy
from rebild_policy.sources.shapes import ALL_FIELDS, EventMapping, FieldSource, Mapping
from rebild_policy.sources.times import Times

T = TypeVar("T")
_Place = tuple[str | int, ...]


class Checker:
    """Checks one mapping; `check` raises the reader's error for the first thing that is wrong."""

    def __init__(self, mapping: Mapping, reader: DocumentReader, document: Map) -> None:
        self.mapping = mapping
        self.reader = reader
        self.document = document
        self.vocabulary = vocabulary()

    def check(self) -> None:
        """Everything that the shape alone does not show."""
        self._check_times()
        for activity, events in self.mapping.activities.items():
            for number, event in enumerate(events):
                self._check_event(event, ("activities", activity, number))
        for name, source in self.mapping.case.items():
            spec = self._known(name, self.vocabulary.case, "field of the case", ("case", name))
            self._check_source(spec, source, ("case", name))
        for field, policy in self.mapping.links.items():
            self._check_link(field, policy)
        self._check_coverage()
        for number, column in enumerate(self.mapping.people):
            self._check_column(column, ("people", number))
        for number, activity in enumerate(self.mapping.irrelevant):
            if activity in self.mapping.activities:
                self._fail(("irrelevant", number), "this activity is mapped as well.", "Remove it from one of the two.")

    def _fail(self, place: _Place, message: str, remedy: str | None = None) -> NoReturn:
        self.reader.fail(message, line_of(self.document, place), remedy)

    def _known(self, name: str, choices: abc.Mapping[str, T], what: str, place: _Place) -> T:
        if name not in choices:
            self._fail(place, f"unknown {what} '{name}'.", did_you_mean(name, choices))
        return choices[name]

    def _check_times(self) -> None:
        try:
            Times(self.mapping.time)
        except ValueError as error:
            self._fail(("time", "zone" if "zone" in str(error) else "format"), str(error))

    def _check_event(self, event: EventMapping, place: _Place) -> None:
        self._check_type(event.event, (*place, "event"))
        fields = assignable(event.event)
        derived = {spec.name for spec in self.vocabulary.types[event.event].fields.values() if spec.derived}
        for name, source in event.assign.items():
            here = (*place, "set", name)
            if name in derived:
                self._fail(here, f"'{name}' follows from other fields and can't be set.")
            self._check_source(self._known(name, fields, f"field of {event.event}", here), source, here)
            if f"{event.event}.{name}" in self.mapping.links:
                self._fail(here, f"'{name}' is set here and linked by a policy under links.", "Remove one of the two.")
        if event.time:
            self._check_column(event.time.column, (*place, "time", "column"))
        if event.when is not None:
            self._check_condition(event.when, (*place, "when"))

    def _check_type(self, name: str, place: _Place) -> None:
        self._known(name, self.vocabulary.types, "event type", place)

    def _check_column(self, name: str, place: _Place) -> None:
        self._known(name, self.mapping.columns, "column", place)

    def _check_condition(self, text: str, place: _Place) -> None:
        try:
            read_condition(text, self.mapping.columns)
        except ExpressionError as error:
            self._fail(place, error.message, error.remedy)

    def _check_source(self, spec: FieldSpec, source: FieldSource, place: _Place) -> None:
        if source.column is not None:
            self._check_column(source.column, (*place, "column"))
        constants = source.values or {}
        for text, value in constants.items():
            if problem := misfit(spec, value):
                self._fail((*place, "values", text), problem)
        if problem := misfit(spec, source.value):
            self._fail((*place, "value"), problem, self._nearest(spec, source.value))

    def _nearest(self, spec: FieldSpec, value: object) -> str | None:
        return did_you_mean(value, spec.values) if isinstance(value, str) and spec.values else None

    def _check_link(self, field: str, text: str) -> None:
        place = ("links", field)
        event_type, _, name = field.partition(".")
        self._check_type(event_type, place)
        links = {spec.name: spec for spec in self.vocabulary.types[event_type].links}
        link = self._known(name, links, f"link of {event_type}", place).link
        try:
            policy = read_policy(field, text)
        except ValueError:
            self._fail(place, "this is not a link policy.", f"Write one of: {', '.join(f'{kind} TYPE' for kind in POLICIES)}.")
        self._check_type(policy.target, place)
        if link and "*" not in link.targets and policy.target not in link.targets:
            self._fail(place, f"'{field}' can't point to {policy.target}.", f"It points to {' or '.join(link.targets)}.")

    def _check_coverage(self) -> None:
        for event_type, names in self.mapping.covers.items():
            self._check_type(event_type, ("covers", event_type))
            for number, name in enumerate(names if names != ALL_FIELDS else ()):
                place = ("covers", event_type, number)
                self._known(name, settable(event_type), f"field of {event_type}", place)
        for number, name in enumerate(self.mapping.case_covers):
            self._known(name, self.vocabulary.case, "field of the case", ("case_covers", number))
