"""The one generator of cases: what `selftest`, the tests of this project and the strategies for users all draw from.

It draws through a `Chooser`, so that a random number generator serves it at speed and Hypothesis serves it with
shrinking. It knows the vocabulary, users' own event types included; a `Focus` makes it draw what decides a rule.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any, Final, NamedTuple, get_args

from rebild_policy.calendar import Calendar, Duration
from rebild_policy.facts import ANY_EVENT, SameDay, vocabulary
from rebild_policy.loading import RuleSet
from rebild_policy.plan import Plan
from rebild_policy.scenario import Scenario
from rebild_policy.strategies.choosing import Chooser
from rebild_policy.strategies.focus import CASE, Focus, focus_on, planned
from rebild_policy.strategies.pools import ABSENT, FIRST_DAY, LAST_DAY, MAX_EVENTS, NOBODY, ODD, PLAIN
from rebild_policy.strategies.shapes import LinkField, Shape, Shapes, recorded

SAME_DAY: Final[tuple[SameDay, ...]] = get_args(SameDay)


class _PendingLink(NamedTuple):
    """A link whose target is chosen once every event is there."""

    event: dict[str, Any]
    field: LinkField
    mode: str
    number: int


_NUMBER_OF_LINKS: Final = 59  # drawn before the targets are known, and taken modulo their number
_OFFSETS: Final = (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, -1, 2, 3, 7, 9, 10, 11, 14, 15, 16, 27, 28, 29)
_WORKING_DAYS: Final = tuple(Duration(number, "working days") for number in (1, 9, 10, 11, 14, 15))
_AS_OF_MODES: Final = ("after", "after", "after", "near", "near", "near", "day", "before")
_LATER: Final = (60, 400, 30, 1)


_MORE: Final = 0.6  # how often there is one more event

_CALENDAR: Final = Calendar()


@cache
def _usual_days(day: date) -> tuple[date, ...]:
    offsets = (day + timedelta(days=offset) for offset in _OFFSETS)
    return (*offsets, *(_CALENDAR.due(day, duration) for duration in _WORKING_DAYS))


class CaseGenerator:
    """Draws scenarios about `focus`; without one, about the whole vocabulary. Keep it: it remembers what it works out.

    `given`: fields for which nothing is drawn. `plain`: only what a case system could hold on a good day. Without it there
    are odd ids, texts, links and dates, too.
    """

    def __init__(self, focus: Focus | None = None, *, plain: bool = False, given: frozenset[str] = frozenset()) -> None:
        self.vocabulary = vocabulary()
        self.focus = focus
        self._pools = PLAIN if plain else ODD
        self._every_type = tuple(self.vocabulary.types)
        self._triggers = focus.triggers if focus else ()
        self._types = self._weighted_types()
        self._anchors = self._weighted_anchors()
        self._shapes = Shapes(self.vocabulary, focus, self._pools, given)
        self._near: dict[date, tuple[date, ...]] = {}

    # ---------------------------------------------------------------------------------------------------------- drawing
    def scenario(self, chooser: Chooser, *, missing: tuple[str, ...] | None = None, same_day: SameDay | None = None) -> Scenario:
        """A case, a day, and what the source leaves out: nothing half of the time, or what `missing` says."""
        if missing is None:
            missing = self.missing(chooser) if chooser.chance(0.5) else ()
        data, days = self._case(chooser)
        as_of = self._as_of(chooser, days)
        settled: SameDay = chooser.pick(SAME_DAY) if same_day is None else same_day
        return Scenario(data, as_of, missing, settled)

    def case(self, chooser: Chooser) -> dict[str, Any]:
        """A case as `Case.read` takes it; a plain one has its events in the order of days."""
        if self._pools is not PLAIN:
            return self._case(chooser)[0]
        data, anchor = self.start(chooser, self._triggers)
        events = data["events"]
        for _ in range(MAX_EVENTS - len(events)):
            days = [anchor, *(date.fromisoformat(event["time"][:10]) for event in events)]
            event = self.perhaps_another(chooser, events, days)
            events += [event] if event else []
        events.sort(key=lambda event: event["time"][:10])
        return data

    def missing(self, chooser: Chooser) -> tuple[str, ...]:
        """One to four event types, fields or fields of the case that a source does not record."""
        names = [chooser.pick(self._coverable) for _ in range(chooser.pick((1, 1, 2, 3, 4)))]
        if chooser.chance(0.1):
            names.append(chooser.pick(self._every_coverable))
        return tuple(dict.fromkeys(names))

    def start(self, chooser: Chooser, types: Sequence[str], anchors: Sequence[date] = ()) -> tuple[dict[str, Any], date]:
        """A case with one event of each of `types`, few of whose fields are left out, and the day that it turns on.

        `anchors`: the days to choose that one from.
        """
        anchor = chooser.pick(self._nearby(chooser.pick(anchors or self._anchors)))
        ids = chooser.pick(self._pools.id_schemes)
        links: list[_PendingLink] = []
        data: dict[str, Any] = {"id": chooser.pick(self._pools.case_ids)}
        self._fill(chooser, data, self._shapes.of(CASE, True), (anchor, anchor), links)
        days, events = [anchor, anchor, anchor], []
        for type_, id_ in zip(types, ids, strict=False):
            events.append(self._event(chooser, type_, id_, days, links, full=True))
        self._link(links, events, ids[len(events)])
        data["events"] = events
        return data, anchor

    def another(
        self, chooser: Chooser, others: Sequence[dict[str, Any]], days: Collection[date], *, type_: str | None = None
    ) -> dict[str, Any]:
        """One more event of a case, of any type or of `type_`; `others` are the id and type of those that are there."""
        taken = {other["id"] for other in others}
        scheme = chooser.pick(self._pools.id_schemes)
        free = [id_ for id_ in scheme if id_ not in taken] or [f"e{number}" for number in range(len(taken) + 2)]
        free = [id_ for id_ in free if id_ not in taken]
        links: list[_PendingLink] = []
        full = chooser.chance(0.7)
        near = [day for day in days if FIRST_DAY <= day <= LAST_DAY] or [FIRST_DAY]
        event = self._event(chooser, type_ or self._any_type(chooser), free[0], near, links, full=full)
        self._link(links, [*others, event], free[-1])
        return event

    def perhaps_another(
        self, chooser: Chooser, others: Sequence[dict[str, Any]], days: Collection[date]
    ) -> dict[str, Any] | None:
        """One more event, or none; each can be left out of a case without a word about the next."""
        return chooser.group(lambda one: self.another(one, others, days) if one.chance(_MORE) else None)

    def _case(self, chooser: Chooser) -> tuple[dict[str, Any], list[date]]:
        ids = chooser.pick(self._pools.id_schemes)
        anchor = chooser.pick(self._nearby(chooser.pick(self._anchors)))
        days = [anchor, anchor, anchor]
        links: list[_PendingLink] = []
        full = chooser.chance(0.5)  # without cases that lack little, rules with many conditions would never apply
        data: dict[str, Any] = {"id": chooser.pick(self._pools.case_ids)}
        self._fill(chooser, data, self._shapes.of(CASE, full), (anchor, anchor), links)
        events: list[dict[str, Any]] = []
        due_types = list(self._triggers) if chooser.chance(0.92) else []
        while len(events) < MAX_EVENTS and (due_types or not events or chooser.chance(0.88)):
            type_ = due_types.pop(0) if due_types else self._any_type(chooser)
            events.append(self._event(chooser, type_, ids[len(events)], days, links, full=full))
        self._link(links, events, ids[len(events)])
        if chooser.chance(0.05):
            recorded = chooser.pick(days).isoformat() + chooser.pick(self._pools.clocks)
            chooser.pick(events).update(case=data["id"], recorded_at=recorded)
        if chooser.chance(0.03):
            events.append(dict(chooser.pick(events)))  # an identical duplicate, which the case drops
        data["events"] = events
        return data, days

    def _event(
        self, chooser: Chooser, type_: str, id_: str, days: list[date], links: list[_PendingLink], *, full: bool
    ) -> dict[str, Any]:
        """An event near one of `days`, to which its day is added; the first is the one that the case turns on."""
        anchor = days[0]
        day = chooser.pick(self._nearby(chooser.pick(days)))
        days.append(day)
        event = {"type": type_, "id": id_, "time": day.isoformat() + chooser.pick(self._pools.clocks)}
        self._fill(chooser, event, self._shapes.of(type_, full), (day, anchor), links)
        return event

    def _any_type(self, chooser: Chooser) -> str:
        return chooser.pick(self._types) or chooser.pick(self._every_type)

    def _fill(
        self, chooser: Chooser, data: dict[str, Any], shape: Shape, days: tuple[date, date], links: list[_PendingLink]
    ) -> None:
        """Draw the fields of an event or of the case; `days` are its own and the one that the case turns on."""
        for name, pool in shape.plain:
            value = chooser.pick(pool)
            if value is not None:
                data[name] = value
        for field in shape.dates:
            mode = chooser.pick(field.modes)
            if mode != ABSENT:
                near = field.odd if mode == "odd" else self._nearby(days[mode == "anchor"])
                data[field.name] = chooser.pick(near).isoformat()
        for link in shape.links:
            for _ in range(chooser.pick(link.counts)):
                mode = chooser.pick(link.modes)
                if mode != ABSENT:
                    links.append(_PendingLink(data, link, mode, chooser.integer(0, _NUMBER_OF_LINKS)))
        if shape.extras and chooser.chance(0.1):
            self._fill(chooser, data, shape.extras, days, links)

    def _link(self, links: list[_PendingLink], events: list[dict[str, Any]], unused: str) -> None:
        """Point the links: mostly to an event of the right type, sometimes to another, to itself, or to none."""
        everything = [event["id"] for event in events]
        for event, field, mode, number in links:
            if mode == "self":
                target = event["id"]
            elif mode == NOBODY:
                target = (unused, NOBODY)[number % 2]  # the unused one may share a hash with the id of an event
            else:
                wanted = field.targets if mode == "target" else ()
                fitting = [other["id"] for other in events if other["type"] in wanted]
                if not fitting and self._pools is PLAIN:
                    continue
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
        """Days around `day`: often itself, else where a time limit that matters runs out, or the day before or after."""
        known = self._near.get(day)
        if known is None:
            days = [*_usual_days(day)]
            for duration in self.focus.durations if self.focus else ():
                due = _CALENDAR.due(day, duration)
                days += [due, due, due - timedelta(days=1), due + timedelta(days=1), day - (due - day)]
            known = self._near[day] = tuple(near for near in days if FIRST_DAY <= near <= LAST_DAY)
        return known

    def _weighted_anchors(self) -> tuple[date, ...]:
        changes = [day for day in (self.focus.days if self.focus else ()) if FIRST_DAY <= day <= LAST_DAY]
        return (*self._pools.ordinary * 5, *self._pools.special, *changes * 3, *self._pools.edges)

    def _weighted_types(self) -> tuple[str | None, ...]:
        """The types to draw from; None stands for any type at all."""
        if self.focus is None:
            return self._every_type
        named = [*self.focus.triggers, *(type_ for type_ in self.focus.types if type_ != ANY_EVENT)] * 2
        others = len(named) if ANY_EVENT in self.focus.types else max(1, len(named) // 8)
        return (*named, *[None] * others)

    @cached_property
    def _every_coverable(self) -> tuple[str, ...]:
        fields = [f"{name}.{spec.name}" for name, type_ in self.vocabulary.types.items() for spec in recorded(type_)]
        return (*self._every_type, *fields, *(f"{CASE}.{name}" for name in self.vocabulary.case))

    @cached_property
    def _coverable(self) -> tuple[str, ...]:
        """What the rules would miss; the types that they start from less often, since they can't be checked without."""
        if self.focus is None:
            return self._every_coverable
        sought = [type_ for type_ in self.focus.types if type_ != ANY_EVENT]
        of_case = [f"{CASE}.{name}" for name in sorted(self.focus.names(CASE)) if name in self.vocabulary.case]
        fields = [
            f"{type_}.{name}"
            for type_ in dict.fromkeys([*self.focus.triggers, *sought])
            for name in sorted(self.focus.names(type_) & {spec.name for spec in recorded(self.vocabulary.types[type_])})
        ]
        return (*[*fields, *of_case, *sought] * 2, *self.focus.triggers)


def generators(source: Plan | RuleSet, *, plain: bool = False) -> dict[str, CaseGenerator]:
    """A generator for each rule of a plan, or of a rule set in either profile, by the rule's name."""
    parameters = source.parameters
    known = planned(source).items()
    return {name: CaseGenerator(focus_on(rules, parameters), plain=plain) for name, rules in known if rules}
