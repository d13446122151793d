"""Making a failing scenario small: greedy, deterministic, and never leaving what `Case.read` takes.

Hypothesis shrinks the choices that it made itself; this shrinks any scenario, such as one that a self-test drew by number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Final

from rebild_policy.errors import CaseError
from rebild_policy.facts import FieldSpec, vocabulary
from rebild_policy.scenario import Scenario

Data = dict[str, Any]
_BASE: Final = {"type", "id", "time"}
_EASY_CLOCKS: Final = ("", "T10:00")
_COMMON_DAY: Final = date(2026, 1, 5)


def shrink(scenario: Scenario, still_fails: Callable[[Scenario], bool], budget: int = 2000) -> Scenario:
    """A scenario no larger than `scenario` that still fails; `still_fails` is asked at most `budget` times.

    Events, fields and coverage names are dropped; days move together; texts, numbers and ids become plain ones. The case
    is plain JSON, as the generator draws it.
    """
    shrinker = _Shrinker(scenario, still_fails, budget)
    before = None
    while shrinker.best != before and shrinker.left > 0:
        before = shrinker.best
        for step in (
            shrinker.drop_events,
            shrinker.drop_names,
            shrinker.drop_fields,
            shrinker.simplify_days,
            shrinker.simplify_values,
            shrinker.rename,
        ):
            step()
    return shrinker.best


class _Shrinker:
    """The best scenario so far, and the questions left."""

    def __init__(self, scenario: Scenario, still_fails: Callable[[Scenario], bool], budget: int) -> None:
        self.best = scenario
        self.still_fails = still_fails
        self.left = budget

    def take(self, **changes: Any) -> bool:
        """Keep the scenario with `changes` if it is another, can be read and still fails."""
        candidate = replace(self.best, **changes)
        if self.left <= 0 or candidate == self.best or not _readable(candidate):
            return False
        self.left -= 1
        if not self.still_fails(candidate):
            return False
        self.best = candidate
        return True

    @property
    def events(self) -> list[Data]:
        """The events of the best scenario."""
        found: list[Data] = self.best.data.get("events", [])
        return found

    @property
    def holders(self) -> list[Data]:
        """Whatever has fields: the case, then its events."""
        return [self.best.data, *self.events]

    def with_field(self, number: int, name: str, value: Any) -> Data:
        """The case with a field of one of its `holders` changed; None leaves it out."""
        changed = {**self.holders[number], name: value}
        if value is None:
            del changed[name]
        if number == 0:
            return changed
        return self.with_events([*self.events[: number - 1], changed, *self.events[number:]])

    def with_events(self, events: list[Data]) -> Data:
        """The case with other events."""
        return {**self.best.data, "events": events}

    # --------------------------------------------------------------------------------------------------------- dropping
    def drop_events(self) -> None:
        """Leave out runs of events, long ones first."""
        for size in (8, 4, 2, 1):
            start = 0
            while start < len(self.events):
                if not self.take(data=self.with_events(self.events[:start] + self.events[start + size :])):
                    start += size

    def drop_names(self) -> None:
        """Leave out coverage names, and the setting for equal days."""
        self.take(missing=(), same_day="unknown")
        for name in self.best.missing:
            self.take(missing=tuple(other for other in self.best.missing if other != name))
        self.take(same_day="unknown")

    def drop_fields(self) -> None:
        """Leave out fields, and ids from a link that holds several."""
        for number in range(len(self.holders)):
            for name, value in list(self.holders[number].items()):
                if name in _BASE or name == "events" or self.take(data=self.with_field(number, name, None)):
                    continue
                for item in value if isinstance(value, list) else ():
                    rest = [other for other in self.holders[number][name] if other != item]
                    self.take(data=self.with_field(number, name, rest))

    # ------------------------------------------------------------------------------------------------------------- days
    def simplify_days(self) -> None:
        """Give times an easy clock or none, start on a common day, and move every other as near to it as it goes."""
        for number, name in [*self.places("time")]:
            self._easier_clock(number, name)
        if not self.events:
            return
        self._start_on(_COMMON_DAY)
        self._close_gaps()
        first = _day(self.events[0]["time"])
        for number, name in [*self.places("time"), *self.places("date")]:
            text = self.holders[number][name]
            self._nearer(first, _day(text), partial(self._move, number, name, text[10:]))
        self._nearer(first, self.best.as_of, lambda day: self.take(as_of=day))

    def _start_on(self, day: date) -> None:
        """Move all days together, so that the first event is on `day`, or on its own weekday in that week."""
        first = _day(self.events[0]["time"])
        if not self._shift(date.min, day - first):
            self._shift(date.min, day + timedelta(days=first.weekday()) - first)

    def _close_gaps(self) -> None:
        """Move what comes later together: to the day of what comes before, or by whole weeks."""
        days = sorted({_day(self.holders[number][name]) for number, name in self.places("time")})
        for before, day in pairwise(days):
            gap = day - before
            if not self._shift(day, -gap):
                self._shift(day, timedelta(days=-(gap.days // 7 * 7)))

    def _shift(self, since: date, by: timedelta) -> bool:
        """Move every day from `since` on by the same."""
        places = {*self.places("time"), *self.places("date")}

        def shifted(place: tuple[int, str], value: Any) -> Any:
            day = _day(value) if place in places else None
            return value if day is None or day < since else (day + by).isoformat() + value[10:]

        try:
            as_of = self.best.as_of + by if self.best.as_of >= since else self.best.as_of
            holders = [
                {name: shifted((number, name), value) for name, value in holder.items()}
                for number, holder in enumerate(self.holders)
            ]
        except OverflowError:  # a date at the beginning or the end of time
            return False
        return self.take(data={**holders[0], "events": holders[1:]}, as_of=as_of)

    def _easier_clock(self, number: int, name: str) -> None:
        text = self.holders[number][name]
        for clock in _EASY_CLOCKS:
            if text[10:] == clock or self.take(data=self.with_field(number, name, text[:10] + clock)):
                return

    def _move(self, number: int, name: str, clock: str, day: date) -> bool:
        return self.take(data=self.with_field(number, name, day.isoformat() + clock))

    def _nearer(self, target: date, day: date, move: Callable[[date], bool]) -> None:
        """Move `day` to `target`, else half of the way or by one day, for as long as that goes."""
        distance = (day - target).days
        while distance:
            for nearer in (0, int(distance / 2), distance - (1 if distance > 0 else -1)):
                if move(target + timedelta(days=nearer)):
                    distance = nearer
                    break
            else:
                return

    # ----------------------------------------------------------------------------------------------------------- values
    def simplify_values(self) -> None:
        """Shorten texts, the same text everywhere at once; bring numbers near 0; take the first value of an enum that goes."""
        for text in self._texts():
            for plain in ("a", "b", text[: len(text) // 2]):
                if plain and plain != text and self.take(data=self._replaced(text, plain)):
                    break
        for number, name in [*self.places("int")]:
            given = self.holders[number][name]
            for value in (0, 1, int(given / 2)):
                if abs(value) < abs(given) and self.take(data=self.with_field(number, name, value)):
                    break

        for number, name in [*self.places("enum")]:
            values = self.fields(number)[name].values
            for option in values[: values.index(self.holders[number][name])]:
                if self.take(data=self.with_field(number, name, option)):
                    break

    def _texts(self) -> list[str]:
        found = dict.fromkeys(self.holders[number][name] for number, name in self.places("text"))
        return [text for text in found if text not in {"a", "b"}]

    def _replaced(self, text: str, plain: str) -> Data:
        """The case with a text replaced in every text field that holds it."""
        places = {place for place in self.places("text") if self.holders[place[0]][place[1]] == text}
        holders = [
            {name: plain if (number, name) in places else value for name, value in holder.items()}
            for number, holder in enumerate(self.holders)
        ]
        return {**holders[0], "events": holders[1:]}

    def rename(self) -> None:
        """Call the events e0, e1, … in source order, and the case c."""
        self.take(data=self._renamed({event["id"]: f"e{number}" for number, event in enumerate(self.events)}))
        for number in range(len(self.events)):
            self.take(data=self._renamed({self.events[number]["id"]: f"e{number}"}))
        if all(event.get("case") is None for event in self.events):
            self.take(data={**self.best.data, "id": "c"})

    def _renamed(self, names: dict[str, str]) -> Data:
        """The case with events renamed, and with them the links; where two swap names nothing is lost."""
        swapped = {new: old for old, new in names.items() if new not in names} | names
        linked = set(self.places("link"))

        def renamed(number: int, name: str, value: Any) -> Any:
            if name == "id" or (number, name) in linked:
                return [swapped.get(id_, id_) for id_ in value] if isinstance(value, list) else swapped.get(value, value)
            return value

        events = [
            {name: renamed(number, name, value) for name, value in event.items()} for number, event in enumerate(self.events, 1)
        ]
        return self.with_events(events)

    # ----------------------------------------------------------------------------------------------------------- fields
    def fields(self, number: int) -> Mapping[str, FieldSpec]:
        """The fields that one of the `holders` may have."""
        known = vocabulary()
        return known.types[self.holders[number]["type"]].fields if number else known.case

    def places(self, kind: str) -> Iterator[tuple[int, str]]:
        """Where the values of a kind stand: the number of the holder and the name of the field."""
        for number, holder in enumerate(self.holders):
            fields = self.fields(number)
            for name, value in holder.items():
                is_time = number > 0 and name in {"time", "recorded_at"}
                found = "time" if is_time else fields[name].kind if name in fields else None
                if value is not None and found == kind:
                    yield number, name


def _day(text: str) -> date:
    """The date that a time or a date is written with."""
    return date.fromisoformat(text[: len("YYYY-MM-DD")])


def _readable(scenario: Scenario) -> bool:
    try:
        return scenario.case is not None
    except CaseError:
        return False
