"""Explains findings, for every engine: by walking the reference's nodes once more and keeping what it saw."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from rebild_policy.calendar import FIRST_YEAR
from rebild_policy.engines.reference import Match, ReferenceEngine
from rebild_policy.explaining.changes import smallest_change
from rebild_policy.explaining.counting import counted_days
from rebild_policy.explaining.disputes import is_disputed
from rebild_policy.explaining.messages import filled
from rebild_policy.expressions import (
    UNKNOWN,
    And,
    Before,
    Compare,
    Conditional,
    Expression,
    Field,
    Linked,
    Membership,
    Not,
    Or,
    Parameter,
    Present,
    Truth,
    parameter,
    truth,
)
from rebild_policy.facts import Case, Event
from rebild_policy.plan import Plan
from rebild_policy.results import DayCounted, EventRef, Explanation, MissingFact, NearMiss, Row, Sought, Verdict, Words, public_id
from rebild_policy.rules import Formula, Group, Holds, Quantifier, Within

Respect = Literal["in time", "order", "link", "matter", "content"]
_NAMES: dict[Truth, Literal["false", "unknown", "open", "true"]] = {
    Truth.FALSE: "false",
    Truth.UNKNOWN: "unknown",
    Truth.OPEN: "open",
    Truth.TRUE: "true",
}
_ENGINES = 8
_NEAR = 3  # more near misses than this tell a reader nothing new


_engines: list[tuple[Plan, ReferenceEngine]] = []  # of the last plans: to make one takes longer than to explain a row


def _reference(plan: Plan) -> ReferenceEngine:
    for kept, engine in _engines:
        if kept is plan:
            return engine
    made = ReferenceEngine(plan)
    _engines[:] = [*_engines[1 - _ENGINES :], (plan, made)]
    return made


class Explainer:
    """Explains the rows of one case. `rows` gives the row of an export for each event id, `name` what to call the case."""

    def __init__(self, plan: Plan, case: Case, as_of: date, rows: dict[str, int] | None = None, name: str | None = None) -> None:
        self.plan = plan
        self.case = case
        self.name = name or case.id  # what results call the case
        self.as_of = as_of
        self.rows = rows or {}

    def ref(self, event: Event) -> EventRef:
        """An event as results name it."""
        id_ = public_id(event.id, event.type, self.case.positions[event.id])
        return EventRef(id=id_, type=event.type, day=event.day, row=self.rows.get(event.id))

    def event(self, id_: str) -> EventRef:
        """The event with an id, as results name it."""
        return self.ref(self.case.events[self.case.positions[id_]])

    def explain(self, row: Row) -> Explanation:
        """The evidence of a row."""
        match = self._match(row)
        rule = match.rule
        sought = tuple(self._sought(match, node) for node in _quantifiers(match, rule.require))
        written = self.plan.written[rule.name]
        return Explanation(
            message=Words(
                da=filled(written.message.da, match, row.due, "da"), en=filled(written.message.en, match, row.due, "en")
            ),
            remedy=Words(da=written.remedy.da, en=written.remedy.en),
            witnesses=tuple(self.ref(event) for event in self._witnesses(match, row.verdict)),
            sought=sought,
            missing=self.missing(row),
            change=smallest_change(match) if row.verdict is Verdict.VIOLATED else None,
        )

    def days(self, row: Row) -> tuple[DayCounted, ...]:
        """How the due date of a row was counted, day by day; nothing where no duration led to it."""
        match = self._match(row)
        for node in (*_quantifiers(match, match.rule.require), *_quantifiers(match, match.rule.unless)):
            if isinstance(node.window, Within) and row.due and match.due(node) == row.due:
                return tuple(counted_days(match, node.window, row.due))
        return ()

    def disputed(self, row: Row) -> bool:
        """Would another reading of working days give another verdict?"""
        return row.verdict is not Verdict.UNDETERMINED and is_disputed(self._match(row), row)

    def missing(self, row: Row) -> tuple[MissingFact, ...]:
        """The facts that an undetermined row turns on; none for any other."""
        if row.verdict is not Verdict.UNDETERMINED:
            return ()
        return tuple(dict.fromkeys(self._missing(self._match(row))))

    def _match(self, row: Row) -> Match:
        """The match of a row; of a collapsed row, the first that has its verdict and due date."""
        rule = next(rule for rule in self.plan.rules if rule.name == row.rule)
        engine = _reference(self.plan)
        of_trigger = [
            match
            for match in engine.matches(rule, self.case, self.as_of)
            if match.trigger.id == row.trigger and match.holds(rule.condition) is not Truth.FALSE
        ]
        keyed = [match for match in of_trigger if set(row.key) <= {event.id for event in match.bound.values()}]
        alike = (match for match in keyed if (said := engine.row(match)) and said[3:] == row[3:])
        return next(alike, (keyed or of_trigger)[0])

    # --------------------------------------------------------------------------------------------------------- witnesses
    def _witnesses(self, match: Match, verdict: Verdict) -> Iterator[Event]:
        """What decided: the events that met the requirement or the exemption, or those that should not be there."""
        formula = match.rule.unless if verdict is Verdict.EXEMPT else match.rule.require
        for node in _quantifiers(match, formula):
            if (node.kind == "some") == (verdict in {Verdict.SATISFIED, Verdict.EXEMPT}):
                yield from self._found(match, node)

    def _found(self, match: Match, node: Quantifier) -> list[Event]:
        due = match.due(node)
        return [event for event in match.candidates(node) if match.candidate(node, event, due) is Truth.TRUE]

    # ------------------------------------------------------------------------------------------------------------- sought
    def _sought(self, match: Match, node: Quantifier) -> Sought:
        answer = match.answer(node)
        window = node.window
        start = match.start(window) if isinstance(window, Within) else None
        duration = None
        if isinstance(window, Within):
            found = parameter(window.duration, match) if isinstance(window.duration, Parameter) else UNKNOWN
            duration = None if found is UNKNOWN else str(found)
        near = () if answer.value is Truth.TRUE else tuple(self._near(match, node, answer.due))[:_NEAR]
        return Sought(
            kind=node.kind,
            types=node.types,
            value=_NAMES[answer.value],
            due=answer.due,
            counted_from=start,
            counted=duration,
            found=tuple(self.ref(event) for event in self._found(match, node)),
            near=near,
        )

    def _near(self, match: Match, node: Quantifier, due: date | None) -> Iterator[NearMiss]:
        """Candidates that fail in one respect only, which is named."""
        if node.kind == "none":
            return
        for event in match.candidates(node):
            bound = match.with_candidate(node.var, event)
            fails = {_respect(part) for part in _parts(node.where) if bound.holds(part) is Truth.FALSE}
            late = due is not None and event.day > due
            if late and not fails:
                assert due is not None  # noqa: S101 - late says so
                counted = due.year >= FIRST_YEAR  # a date on record may be of any year
                working = self.plan.calendar.working_days_between(due, event.day) if counted else None
                days = (event.day - due).days
                yield NearMiss(event=self.ref(event), lacks="in time", days_late=days, working_days_late=working)
            elif len(fails) == 1 and not late:
                yield NearMiss(event=self.ref(event), lacks=fails.pop())

    # ------------------------------------------------------------------------------------------------------------ missing
    def _missing(self, match: Match) -> Iterator[MissingFact]:
        """The facts that would have decided: the unknown parts of the condition, the exemption and the requirement."""
        yield from self._unknown(match.rule.condition, match)
        for formula in (match.rule.unless, match.rule.require):
            yield from self._unknown_in(formula, match)

    def _unknown_in(self, formula: Formula, match: Match) -> Iterator[MissingFact]:
        if match.answer(formula).value is not Truth.UNKNOWN:
            return
        match formula:
            case Holds(condition):
                yield from self._unknown(condition, match)
            case Group(_, parts):
                for part in parts:
                    yield from self._unknown_in(part, match)
            case Quantifier():
                yield from self._unknown_quantifier(formula, match)

    def _unknown_quantifier(self, node: Quantifier, match: Match) -> Iterator[MissingFact]:
        if not node.covered:
            for type_ in node.types:
                if not self.plan.coverage.covers(type_):
                    yield MissingFact(type=type_, field=None, event=None, cause=self._uncovered(type_))
        due = match.due(node)
        if node.window and due is None:
            yield from self._unknown_due(node, match)
        for event in match.candidates(node):
            if match.candidate(node, event, due) is Truth.UNKNOWN:
                yield from self._unknown(node.where, match.with_candidate(node.var, event))

    def _unknown_due(self, node: Quantifier, match: Match) -> Iterator[MissingFact]:
        window = node.window
        expressions = [window.start, window.duration] if isinstance(window, Within) else [window.date] if window else []
        for expression in expressions:
            if expression is not None:
                yield from self._unknown_value(expression, match)
        if isinstance(window, Within) and window.paused:
            if not window.computable:
                yield MissingFact(type="suspension", field="until", event=None, cause=self._uncovered("suspension", "until"))
            for event in self.case.events:
                if event.type == "suspension" and event.day <= self.as_of and getattr(event, "until", None) is None:
                    yield MissingFact(type="suspension", field="until", event=self.ref(event).id, cause="absent")

    def _unknown(self, node: Expression, match: Match) -> Iterator[MissingFact]:  # noqa: C901, PLR0912 - one arm for each kind of node
        """The unknown leaves of a condition that is unknown."""
        if truth(node, match) is not Truth.UNKNOWN:
            return
        match node:
            case And(parts) | Or(parts):
                for part in parts:
                    yield from self._unknown(part, match)
            case Not(part):
                yield from self._unknown(part, match)
            case Compare(_, left, right):
                yield from self._unknown_value(left, match)
                yield from self._unknown_value(right, match)
            case Linked(left, right):
                # An absent link is known to point nowhere; only an uncovered one leaves the question open.
                for side in (left, right):
                    if isinstance(side, Field) and not side.covered:
                        yield from self._unknown_value(side, match)
            case Membership(item, options):
                yield from self._unknown_value(item, match)
                if isinstance(options, Parameter):
                    yield from self._unknown_value(options, match)
            case Present(of):
                yield from self._unknown_value(of, match)
            case Before(first, second):
                for var in (first, second):
                    event = match.bound[var]
                    yield MissingFact(type=event.type, field="time", event=self.ref(event).id, cause="order")
            case _:
                yield from self._unknown_value(node, match)

    def _uncovered(self, type_: str, field: str | None = None) -> Literal["uncovered", "quarantined"]:
        """Why an empty place says nothing: the source does not record it, or rows of this case could not be used."""
        return "quarantined" if self.plan.source.covers(type_, field) else "uncovered"

    def _unknown_value(self, node: Expression, match: Match) -> Iterator[MissingFact]:
        match node:
            case Field(var, name, default, covered):
                place = match.case if var == "case" else match.bound[var]
                if getattr(place, name) is None and not (default is not None and covered):
                    type_ = "case" if var == "case" else match.bound[var].type
                    event = None if var == "case" else self.ref(match.bound[var]).id
                    yield MissingFact(
                        type=type_, field=name, event=event, cause="absent" if covered else self._uncovered(type_, name)
                    )
            case Conditional(test, yes, no):
                tested = truth(test, match)
                if tested is Truth.UNKNOWN:
                    yield from self._unknown(test, match)
                else:
                    yield from self._unknown_value(yes if tested else no, match)
            case Parameter(name, key):
                if parameter(node, match) is UNKNOWN:
                    yield MissingFact(type="parameters", field=name, event=None, cause="parameter")
                if key is not None:
                    yield from self._unknown_value(key, match)
            case _:
                return


def _quantifiers(match: Match, formula: Formula) -> Iterator[Quantifier]:
    if isinstance(formula, Quantifier):
        yield formula
    elif isinstance(formula, Group):
        for part in formula.parts:
            yield from _quantifiers(match, part)


def _parts(node: Expression) -> tuple[Expression, ...]:
    return node.parts if isinstance(node, And) else (node,)


def _respect(part: Expression) -> Respect:
    """In what respect a candidate fails that fails this part of its condition."""
    match part:
        case Before():
            return "order"
        case Linked():
            return "link"
        case Or(parts) if all(isinstance(one, Linked) for one in parts):
            return "link"
        case Compare("==", Field() as left, Field() as right) if left.name == right.name:
            return "matter"
    return "content"
