"""Rows to events, events to cases, and an account of every row: the exact reading, row by row, that any other is held to.

What can't be read makes the case unknown where it might have said something, never empty: see `SourcedCase.gaps`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from rebild_policy.errors import SourceError
from rebild_policy.expressions import UNKNOWN
from rebild_policy.facts import Case, Event
from rebild_policy.privacy import holds_cpr
from rebild_policy.sources.accounting import Accounting, LinkCount, Quarantined, count_activity
from rebild_policy.sources.cells import MAX_ID
from rebild_policy.sources.links import LinkPolicy, link
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.records import Row
from rebild_policy.sources.rows import EMPTY, CaseFields, EventMaker, RowError, RowReader
from rebild_policy.sources.shapes import Mapping

CLEAR: Final = 100  # rows, all called by CPR numbers, after which nothing else is expected
_CPR = "a case id with the shape of a CPR number is refused, unless ids are pseudonymised"
_ALL_CPR = "the export calls its cases by numbers with the shape of CPR numbers."
_PSEUDONYMISE = "Give --pseudonymise a key, so that ids are replaced before anything is made of them."
_SAME_ID = "another row of the case has the same id and says something else"


@dataclass(frozen=True, slots=True)
class SourcedCase:
    """A case and where it came from.

    `gaps`: what the export covers but not in this case, for bad rows or contradictions, as names for
    `Coverage.without`: event types, links that could not be made (`reply_sent.inquiry`) and case fields (`case.kind`).
    `rows`: the line of each event, by event id.
    """

    case: Case
    gaps: frozenset[str]
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Read:
    """What some rows came to. The cases stand in the order in which the rows first name them, events in that of their rows.

    `assumed`: how many values rest on each of `RowReader.assumptions`.
    """

    cases: tuple[SourcedCase, ...]
    accounting: Accounting
    assumed: tuple[int, ...]


@dataclass(slots=True)
class _Entry:
    """A row that gave events."""

    number: int
    made: list[tuple[EventMaker, Event]]
    clashes: bool = False

    @property
    def events(self) -> list[Event]:
        return [event for _, event in self.made]


@dataclass(slots=True)
class _Draft:
    """A case while its rows are read."""

    id: str
    entries: list[_Entry] = field(default_factory=list)
    by_id: dict[str, _Entry] = field(default_factory=dict)
    fields: CaseFields = field(default_factory=CaseFields)
    gaps: set[str] = field(default_factory=set)

    def add(self, entry: _Entry) -> bool:
        """Add a row's events; False for an identical duplicate. Rows that share an id and differ are marked, both."""
        others = {id(other): other for event in entry.events if (other := self.by_id.get(event.id))}
        if len(others) == 1 and next(iter(others.values())).events == entry.events:
            return False
        for other in others.values():
            other.clashes = entry.clashes = True
        for event in entry.events:
            self.by_id.setdefault(event.id, entry)
        self.entries.append(entry)
        return True


class Reading:
    """Collects rows into cases and counts what became of each."""

    def __init__(self, mapping: Mapping, pseudonyms: Pseudonyms | None, *, part: bool = False) -> None:
        self.mapping = mapping
        self.part = part  # of an export: only the whole can say that most of its cases are called by CPR numbers
        self.pseudonyms = pseudonyms
        self.reader = RowReader(mapping, pseudonyms)
        self.drafts: dict[str, _Draft] = {}
        self.torn: list[Row] = []
        self.quarantined: list[Quarantined] = []
        self.rows = self.mapped = self.duplicates = self.numbers = 0
        self.irrelevant: Counter[str] = Counter()
        self.unmapped: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()

    # ------------------------------------------------------------------------------------------------------ row by row
    def take(self, row: Row) -> None:
        """Give a row its place."""
        self.place(self.renamed(row))

    def renamed(self, row: Row) -> Row:
        """The row with its case under a pseudonym, where ids are replaced."""
        named = row.cells["case"]
        if self.pseudonyms is None or not named:
            return row
        return replace(row, cells={**row.cells, "case": self.pseudonyms.of("case", named)})

    def place(self, row: Row) -> None:
        """Give a row its place whose case is called as it is to be called from here on."""
        self.rows += 1
        case, activity = row.cells["case"], row.cells["activity"]
        if not row.aligned and case is None:
            self._quarantine(row.number, None, row.problem or _SAME_ID, None)
        elif not row.aligned:
            self.torn.append(row)
        elif case is not None and holds_cpr(case):
            self._refuse_number(row.number)
        elif case is None or len(case) > MAX_ID:
            reason = row.problem or (EMPTY if case is None else f"an id of at most {MAX_ID} characters was expected")
            self._quarantine(row.number, row.column if row.problem else "case", reason, None)
        else:
            draft = self.drafts.get(case) or self.drafts.setdefault(case, _Draft(case))
            if row.problem is not None:
                self._quarantine(row.number, row.column, row.problem, draft, self.reader.types_of(activity))
            elif activity is None:
                self._quarantine(row.number, "activity", EMPTY, draft, self.reader.all_types)
            else:
                self._take_activity(row, draft, activity)

    def _refuse_number(self, number: int) -> None:
        """Set a row aside whose case is called by a CPR number. Where most are, the export is none to go on with."""
        self._quarantine(number, "case", _CPR, None)
        self.numbers += 1
        if self.numbers == self.rows == CLEAR and not self.part:
            raise SourceError(_ALL_CPR, remedy=_PSEUDONYMISE)

    def _take_activity(self, row: Row, draft: _Draft, activity: str) -> None:
        draft.fields.take(self.reader.case_setters, row.cells, self.notes)
        if activity in self.reader.irrelevant:
            count_activity(self.irrelevant, activity)
            return
        if activity not in self.reader.makers:
            count_activity(self.unmapped, activity)
            return
        try:
            made = self.reader.events(row.number, row.cells, activity)
        except RowError as error:
            self._quarantine(row.number, error.column, error.reason, draft, self.reader.types_of(activity))
            return
        if not made:
            self.mapped += 1
            count_activity(self.skipped, activity)
        elif not draft.add(_Entry(row.number, made)):
            self.duplicates += 1

    def _quarantine(self, number: int, column: str | None, reason: str, draft: _Draft | None, types: Iterable[str] = ()) -> None:
        """Set a row aside; `column` is a short name. The types it might have been are no longer covered in its case."""
        name = self.mapping.columns[column] if column else None
        self.quarantined.append(Quarantined(number, name, reason, case_known=draft is not None))
        if draft is not None:
            draft.gaps.update(types)

    # ------------------------------------------------------------------------------------------------------ at the end
    def finish(self) -> Read:
        """The cases and the account of all rows."""
        self._settle()
        policies = self.reader.policies
        counts = {policy.name: Counter[str]() for policy in policies}
        cases = tuple(self._case(draft, policies, counts) for draft in self.drafts.values())
        links = tuple(LinkCount(name, count["made"], count["none"], count["unknown"]) for name, count in counts.items())
        accounting = self._accounting(sum(len(case.case.events) for case in cases), links)
        return Read(cases, accounting, tuple(self._assumed()))

    def refuse_numbers(self, rows: int) -> None:
        """Raise `SourceError` where more than half of the rows of an export name their case by a CPR number."""
        refuse_numbers(self.numbers, rows)

    def _settle(self) -> None:
        """Place the rows that only the whole file can judge."""
        for row in self.torn:
            # The cell in the place of the case may belong elsewhere: it counts where other rows know that case.
            draft = self.drafts.get(row.cells["case"] or "")
            self._quarantine(row.number, None, row.problem or _SAME_ID, draft, self.reader.all_types)
        for draft in self.drafts.values():
            for entry in draft.entries:
                if entry.clashes:
                    types = {event.type for event in entry.events}
                    self._quarantine(entry.number, "id" if "id" in self.mapping.columns else None, _SAME_ID, draft, types)
            draft.entries = [entry for entry in draft.entries if not entry.clashes]
            self.mapped += len(draft.entries)
        self.quarantined.sort(key=lambda row: row.row)

    def _case(self, draft: _Draft, policies: list[LinkPolicy], counts: dict[str, Counter[str]]) -> SourcedCase:
        constants = {setter.field: setter.source.value for setter in self.reader.case_setters}
        values = {name: value for name, value in (constants | draft.fields.values).items() if value is not None}
        draft.gaps |= {f"case.{name}" for name in draft.fields.unknown}
        events = {event.id: event for entry in draft.entries for event in entry.events}
        self._note_loose_links(draft, events)
        for policy in policies:
            _apply(policy, events, draft.gaps, counts[policy.name])
        case = Case.read({"id": draft.id, **values, "events": tuple(events.values())})
        rows = {event.id: entry.number for entry in draft.entries for event in entry.events}
        return SourcedCase(case, frozenset(draft.gaps), rows)

    def _note_loose_links(self, draft: _Draft, events: dict[str, Event]) -> None:
        for entry in draft.entries:
            for maker, event in entry.made:
                for name in maker.links:
                    held = getattr(event, name)
                    ids = held if isinstance(held, tuple) else (held,) if held else ()
                    if any(id_ not in events for id_ in ids):
                        self.notes[f"{event.type}.{name}: points to no event of the case"] += 1

    def _accounting(self, events: int, links: tuple[LinkCount, ...]) -> Accounting:
        return Accounting(
            rows=self.rows,
            events=events,
            mapped=self.mapped,
            irrelevant=self.irrelevant,
            unmapped=self.unmapped,
            skipped=self.skipped,
            quarantined=tuple(self.quarantined),
            duplicates=self.duplicates,
            links=links,
            notes=self.notes,
        )

    def _assumed(self) -> Iterator[int]:
        """How many values rest on each assumption of a field, in the order of `RowReader.assumptions`."""
        for setter in self.reader.case_setters:
            if setter.source.assumption:
                given = (draft.fields.values.get(setter.field, setter.source.value) for draft in self.drafts.values())
                yield sum(value is not None for value in given)
        made = [pair for draft in self.drafts.values() for entry in draft.entries for pair in entry.made]
        for maker in self.reader.all_makers:
            for setter in maker.setters:
                if setter.source.assumption:
                    yield sum(getattr(event, setter.field) is not None for by, event in made if by is maker)


def refuse_numbers(numbers: int, rows: int) -> None:
    """Raise `SourceError` where so many rows with a CPR number for a case are more than half of those of an export."""
    if numbers > rows / 2:
        raise SourceError(_ALL_CPR, remedy=_PSEUDONYMISE)


def _apply(policy: LinkPolicy, events: dict[str, Event], gaps: set[str], count: Counter[str]) -> None:
    """Make the links of one policy in one case. Where a bad row may have held an end of one, none is made."""
    if gaps & {policy.type, policy.target}:
        gaps.add(policy.name)
        count["unknown"] += sum(event.type == policy.type for event in events.values())
        return
    for id_, target in link(policy, list(events.values())).items():
        if isinstance(target, str):
            value = (target,) if policy.many else target
            events[id_] = events[id_].model_copy(update={policy.field: value})
            count["made"] += 1
        elif target is UNKNOWN:
            gaps.add(policy.name)
            count["unknown"] += 1
        else:
            count["none"] += 1
