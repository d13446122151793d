"""Realistic cases of twelve events, the same for the same seed, so that two measurements are of the same work."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

from pydantic import BaseModel

from rebild_policy.facts import Case

AS_OF = date(2026, 5, 29)
EVENTS_A_CASE = 12

_FIRST_DAY = date(2025, 9, 1)
_DAYS_OF_STARTS = 265  # the last cases start so late that some of their deadlines are still open
_DAYS_OF_A_CASE = 90
_EMPLOYEES = ("M01", "M02", "M03", "M04")
_FILLERS = ("note_recorded", "message_sent", "file_accessed", "information_received", "caseworker_assigned", "meeting_held")

Model = TypeVar("Model", bound=BaseModel)


def cases(n: int, seed: int) -> list[Case]:
    """`n` cases, each an inquiry or two with what followed, most with a decision, some with a complaint.

    A third know only days, a third have local clock times, a third have times with an offset as a database exports them.
    """
    random = Random(seed)
    made = [_Story(random, number).told() for number in range(n)]
    # Through JSON, as cases come: otherwise a link and the id it names would be one string, and comparing them free.
    return [Case.read(case) for case in json.loads(json.dumps(made))]


def fresh(originals: Iterable[Case]) -> list[Case]:
    """Copies as they are just after they were read, with nothing kept from an earlier check."""
    return [_again(case, events=tuple(_again(event) for event in case.events)) for case in originals]


def _again(model: Model, **changes: object) -> Model:
    # From the values themselves: written out and read back, a local time would come with an offset instead of its zone.
    given = {name: value for name, value in model.__dict__.items() if name in type(model).model_fields}
    return type(model).model_validate(given | changes)


class _Story:
    """One case while it is made up: events on days counted from its start."""

    def __init__(self, random: Random, number: int) -> None:
        self.random = random
        self.name = f"case-{number}"
        self.start = _FIRST_DAY + timedelta(days=random.randrange(_DAYS_OF_STARTS))
        self.precision = ("day", "local", "offset")[number % 3]
        self.count = 0
        self.events: list[dict[str, Any]] = []

    def told(self) -> dict[str, Any]:
        """The case as `Case.read` takes it, its events in the order of time."""
        self.inquiry(0)
        if self.chance(0.5):
            self.inquiry(self.random.randrange(1, 30))
        if self.chance(0.8):
            self.decision(self.random.randrange(25, 60))
        if self.chance(0.4):
            self.complaint(self.random.randrange(60, 90))
        self.drop_the_future()
        known = min(_DAYS_OF_A_CASE, (AS_OF - self.start).days + 1)
        while len(self.events) < EVENTS_A_CASE:
            self.filler(self.random.randrange(known))
        self.events.sort(key=lambda event: str(event["time"]))
        return {"id": self.name, "kind": self.random.choice(("sygedagpenge", "fleksjob", "byggesag")), "events": self.events}

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def drop_the_future(self) -> None:
        """An export ends on its day; one in ten here was drawn later, so that the cut is exercised too."""
        if not self.chance(0.1):
            self.events = [event for event in self.events if event["time"][:10] <= AS_OF.isoformat()]

    def add(self, type_: str, day: int, **fields: object) -> str:
        """Record an event during office hours, without the fields that are None."""
        moment = datetime.combine(self.start + timedelta(days=day), time(8)) + timedelta(minutes=self.random.randrange(9 * 60))
        text = moment.date().isoformat() if self.precision == "day" else moment.isoformat(timespec="minutes")
        self.count += 1
        id_ = f"{self.name}-{self.count}"
        given = {name: value for name, value in fields.items() if value is not None}
        text += "+01:00" if self.precision == "offset" else ""
        self.events.append({"type": type_, "id": id_, "time": text, **given})
        return id_

    def date(self, day: int) -> str:
        return (self.start + timedelta(days=day)).isoformat()

    def maybe(self, share: float, value: object) -> object:
        return value if self.chance(share) else None

    def inquiry(self, day: int) -> None:
        channel = self.random.choices(
            ("digital_post", "email", "self_service", "post", "phone", "in_person", None), (30, 20, 15, 20, 8, 5, 2)
        )[0]
        stamped = self.maybe(0.9, self.date(day + self.random.choice((0, 0, 0, 1, 3)))) if channel == "post" else None
        id_ = self.add(
            "inquiry_received",
            day,
            channel=channel,
            date_stamped_on=stamped,
            requires_reply=self.maybe(0.06, False),
            contactable=self.maybe(0.03, False),
            forwarded_to=self.maybe(0.03, "Region Nordjylland"),
        )
        if self.chance(0.7):
            self.add(
                "acknowledgement_sent",
                day + self.random.choice((0, 1, 2, 4, 9)),
                inquiry=self.maybe(0.97, id_),
                caseworker=self.maybe(0.8, self.random.choice(_EMPLOYEES)),
                expected_by=self.maybe(0.4, self.date(day + 60)),
                expected_days=self.maybe(0.5, 30),
                automatic=self.maybe(0.25, True),
            )
        if self.chance(0.8):
            self.add("reply_sent", day + self.random.choice((1, 3, 6, 9, 12, 14, 15, 20, 30)), inquiry=self.maybe(0.97, id_))

    def decision(self, day: int) -> None:
        matter = self.random.choice(("ydelse", "bolig"))
        waited = self.random.choice((3, 10, 15, 15, 20))
        if self.chance(0.75):
            sent = day - waited
            hearing = self.add(
                "hearing_sent", sent, matter=self.maybe(0.95, matter), respond_by=self.maybe(0.9, self.date(sent + 14))
            )
            if self.chance(0.5):
                self.add("hearing_response", sent + self.random.randrange(1, 16), hearing=hearing)
        decided_by = self.maybe(0.9, self.random.choice(_EMPLOYEES))
        if self.chance(0.25):
            self.add(
                "interest_declared",
                day - self.random.randrange(-2, 20),
                employee=self.random.choice((decided_by, *_EMPLOYEES)),
                kind=self.random.choice(("family", "personal", "economic")),
                withdrawn_on=self.maybe(0.3, self.date(day - 1)),
            )
        self.add(
            "decision_made",
            day,
            matter=self.maybe(0.95, matter),
            act=self.random.choices(("decision", "procedural", None), (92, 5, 3))[0],
            outcome=self.random.choices(("granted", "partly_granted", "refused", "burdening", None), (30, 20, 35, 10, 5))[0],
            final=self.random.choices((True, False, None), (90, 5, 5))[0],
            form="written",
            reasons=self.random.choices((True, False, None), (80, 12, 8))[0],
            decided_by=decided_by,
        )

    def complaint(self, day: int) -> None:
        at = self.random.choices(("citizen_service", "caseworker", None), (75, 20, 5))[0]
        id_ = self.add("complaint_received", day, at=at)
        if self.chance(0.7):
            self.add("complaint_forwarded", day + self.random.randrange(0, 40), complaint=id_, to="Ankestyrelsen")

    def filler(self, day: int) -> None:
        type_ = self.random.choice(_FILLERS)
        extra = {"employee": self.random.choice(_EMPLOYEES)} if type_ == "caseworker_assigned" else {}
        self.add(type_, day, actor=self.random.choice(_EMPLOYEES), **extra)
