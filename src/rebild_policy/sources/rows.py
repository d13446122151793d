"""One row to the events of its activity, and to the fields of its case, by the mapping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Cells
from dataclasses import dataclass, field

from pydantic import ValidationError

from rebild_policy.expressions import Expression
from rebild_policy.facts import Event, FieldSpec, vocabulary
from rebild_policy.facts.case import problems
from rebild_policy.rulefiles import TextShape
from rebild_policy.sources.cells import Read, assignable, identifier, reader_of
from rebild_policy.sources.conditions import columns_of, holds, read_condition
from rebild_policy.sources.links import read_policy
from rebild_policy.sources.pseudonyms import PEOPLE, Kind, Pseudonyms
from rebild_policy.sources.shapes import EventMapping, FieldSource, Mapping
from rebild_policy.sources.times import Times, UnreadableError

EMPTY = "the column is empty"


class RowError(Exception):
    """A row that can't be used; `column` is the short name of the column to blame."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True, slots=True)
class Terms:
    """What all cells of an export are read by."""

    times: Times
    decimal: str | None = None
    people: frozenset[str] = frozenset()  # columns that hold ids of people, besides the fields that always do
    pseudonyms: Pseudonyms | None = None


def _pseudonymous(spec: FieldSpec, column: str, read: Read, terms: Terms) -> Read:
    """The same reader, giving pseudonyms of people and of events."""
    pseudonyms = terms.pseudonyms
    if pseudonyms is None or not (spec.link or spec.name in PEOPLE or column in terms.people):
        return read
    kind: Kind = "event" if spec.link else "person"

    def renamed(text: str) -> object:
        value = read(text)
        if isinstance(value, tuple):
            return tuple(pseudonyms.of(kind, item) for item in value)
        return pseudonyms.of(kind, value) if isinstance(value, str) else value

    return renamed


@dataclass(frozen=True, slots=True)
class Setter:
    """How one field is filled: from a column, or with a constant."""

    field: str
    source: FieldSource
    read: Read
    spec: FieldSpec
    plain: bool = False  # does a cell's text go in as its kind alone says, neither translated nor under a pseudonym?

    @classmethod
    def of(cls, spec: FieldSpec, source: FieldSource, terms: Terms) -> Setter:
        """The setter of a field of the vocabulary."""
        if source.column is None:
            return cls(spec.name, source, identifier, spec)
        read = reader_of(spec, source, terms.times, terms.decimal)
        renamed = read if source.values is not None else _pseudonymous(spec, source.column, read, terms)
        return cls(spec.name, source, renamed, spec, plain=source.values is None and renamed is read)

    def value(self, cells: Cells[str, str | None]) -> object:
        """The value in a row; None for an empty cell. Raises `RowError`."""
        if self.source.column is None:
            return self.source.value
        text = cells[self.source.column]
        try:
            return None if text is None else self.read(text)
        except UnreadableError as error:
            raise RowError(self.source.column, str(error)) from None


class EventMaker:
    """Makes the event of one entry under an activity."""

    def __init__(self, mapping: EventMapping, columns: Cells[str, str], terms: Terms) -> None:
        fields = assignable(mapping.event)
        self.type = mapping.event
        self.model = vocabulary().types[mapping.event].model
        self.times = terms.times
        self.time_column = mapping.time.column if mapping.time else "time"
        self.precision = mapping.time.precision if mapping.time else None
        self.when: Expression | None = None if mapping.when is None else read_condition(mapping.when, columns)
        self.setters = [Setter.of(fields[name], source, terms) for name, source in mapping.assign.items()]
        self.links = [name for name in mapping.assign if fields[name].link]

    def make(self, cells: Cells[str, str | None], id_: str) -> Event | None:
        """The event of a row, or None where `when` does not hold. Raises `RowError`."""
        if self.when is not None and not self._wanted(self.when, cells):
            return None
        data: dict[str, object] = {"type": self.type, "id": id_, "time": self._time(cells)}
        for setter in self.setters:
            value = setter.value(cells)
            if value is not None:
                data[setter.field] = value
        try:
            return self.model.model_validate(data)
        except ValidationError as error:
            raise RowError(self._blamed(error), "; ".join(problems(error))) from None

    def _wanted(self, when: Expression, cells: Cells[str, str | None]) -> bool:
        answer = holds(when, cells)
        if answer is None:
            empty = next(name for name in columns_of(when) if cells[name] is None)
            raise RowError(empty, f"{EMPTY}, so the activity's 'when' can't be answered")
        return answer

    def _time(self, cells: Cells[str, str | None]) -> object:
        text = cells[self.time_column]
        if text is None:
            raise RowError(self.time_column, EMPTY)
        try:
            return self.times.moment(text, self.precision)
        except UnreadableError as error:
            raise RowError(self.time_column, str(error)) from None

    def _blamed(self, error: ValidationError) -> str | None:
        place = error.errors(include_input=False, include_url=False)[0]["loc"]
        columns = {setter.field: setter.source.column for setter in self.setters} | {
            "time": self.time_column,
            "id": "id",
        }
        return columns.get(str(place[0])) if place else None


@dataclass(slots=True)
class CaseFields:
    """The fields of one case as its rows give them: the first value stands; a contradiction makes the field unknown."""

    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, object] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def take(self, setters: list[Setter], cells: Cells[str, str | None], notes: Counter[str]) -> None:
        """Read the fields in one row; what is wrong is counted in `notes`, once a case and field."""
        for setter in setters:
            name, column = setter.field, setter.source.column
            text = cells[column] if column else None
            if text is None or text == self.texts.get(name) or name in self.unknown:
                continue
            first = name not in self.texts
            self.texts.setdefault(name, text)
            try:
                value = setter.value(cells)
            except RowError:
                self._give_up(name, "a value that can't be read", notes)
                continue
            if first:
                self.values[name] = value
            elif value != self.values[name]:
                self._give_up(name, "rows of one case contradict each other", notes)

    def _give_up(self, name: str, why: str, notes: Counter[str]) -> None:
        self.values.pop(name, None)
        self.unknown.add(name)
        notes[f"case.{name}: {why}"] += 1


class RowReader:
    """A mapping, made ready to read rows with."""

    def __init__(self, mapping: Mapping, pseudonyms: Pseudonyms | None = None) -> None:
        terms = Terms(Times(mapping.time), mapping.source.decimal, frozenset(mapping.people), pseudonyms)
        self.makers = {
            activity: [EventMaker(event, mapping.columns, terms) for event in events]
            for activity, events in mapping.activities.items()
        }
        self.irrelevant = frozenset(mapping.irrelevant)
        self.case_setters = [Setter.of(vocabulary().case[name], source, terms) for name, source in mapping.case.items()]
        self.all_types = frozenset(vocabulary().types)
        self.policies = [read_policy(field, text) for field, text in mapping.links.items()]
        self._has_ids = "id" in mapping.columns
        self._pseudonyms = pseudonyms

    @property
    def all_makers(self) -> list[EventMaker]:
        """Every maker, in the order of the mapping."""
        return [maker for makers in self.makers.values() for maker in makers]

    @property
    def assumptions(self) -> list[TextShape]:
        """What the mapping assumes of fields of the case, then of events."""
        setters = [*self.case_setters, *(setter for maker in self.all_makers for setter in maker.setters)]
        return [setter.source.assumption for setter in setters if setter.source.assumption]

    def types_of(self, activity: str | None) -> frozenset[str]:
        """The event types that a bad row of this activity leaves uncovered: all, where the activity says nothing."""
        if activity in self.irrelevant:
            return frozenset()
        if activity is None or activity not in self.makers:
            return self.all_types
        return frozenset(maker.type for maker in self.makers[activity])

    def events(self, number: int, cells: Cells[str, str | None], activity: str) -> list[tuple[EventMaker, Event]]:
        """The events of a row, each with its maker; several get the ids 'row-17', 'row-17.2'. Raises `RowError`."""
        id_ = self._id(number, cells)
        made = []
        for position, maker in enumerate(self.makers[activity], 1):
            event = maker.make(cells, id_ if position == 1 else f"{id_}.{position}")
            if event is not None:
                made.append((maker, event))
        return made

    def _id(self, number: int, cells: Cells[str, str | None]) -> str:
        if not self._has_ids:
            return f"row-{number}"
        text = cells["id"]
        if text is None:
            raise RowError("id", EMPTY)
        try:
            id_ = identifier(text)
        except UnreadableError as error:
            raise RowError("id", str(error)) from None
        return self._pseudonyms.of("event", id_) if self._pseudonyms else id_
