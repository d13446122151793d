"""Realistic cases of twelve events, the same for the same seed, so that two measurements are of the same work.

About half of the events are what the ten rules of `handwritten` are about. The others are of all the other types, at the
rates of `_OTHER_EVENTS`: what is written down, sent and looked up every day is common, and what belongs to some kinds of
cases only is rare. So the rules beside the ten have as much to do as they would have in a municipality, and no less.
"""

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
_MATTERS = ("ydelse", "bolig")
_MEASURES = ("besøg", "tilbud", "pålæg")
_EMPLOYEES = ("M01", "M02", "M03", "M04")
# What else happens in a case, and how often in a hundred; see the methods of these names.
_OTHER_EVENTS = {
    "note": 18,
    "message": 16,
    "lookup": 14,
    "information": 12,
    "meeting": 8,
    "guidance": 6,
    "assignment": 5,
    "disclosure": 4,
    "delay": 4,
    "access": 3,
    "representation": 3,
    "clock": 2,
    "measure": 2,
    "after_complaint": 1,
    "channel": 1,
    "exemption": 1,
}

Model = TypeVar("Model", bound=BaseModel)


def cases(n: int, seed: int) -> list[Case]:
    """`n` cases, each an inquiry with what followed, many with another or a visit, most with a decision, some with a complaint.

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
        if self.chance(0.4):
            self.inquiry(self.random.randrange(1, 30))
        elif self.chance(0.4):
            self.visit(self.random.randrange(1, 30))
        if self.chance(0.8):
            self.decision(self.random.randrange(25, 60))
        if self.chance(0.4):
            self.complaint(self.random.randrange(60, 90))
        if not self.chance(0.1):
            self.drop_the_future()
        known = min(_DAYS_OF_A_CASE, (AS_OF - self.start).days + 1)
        while len(self.events) < EVENTS_A_CASE:
            (what,) = self.random.choices(list(_OTHER_EVENTS), list(_OTHER_EVENTS.values()))
            before = len(self.events)
            getattr(self, what)(self.random.randrange(known))
            self.drop_the_future(before)
        del self.events[EVENTS_A_CASE:]
        self.events.sort(key=lambda event: str(event["time"]))
        facts = {"authority": self.flag(70, 25), "digital_post_exempt": self.flag(10, 80), "urgent": self.flag(5, 75)}
        known_facts = {name: value for name, value in facts.items() if value is not None}
        kind = self.random.choice(("sygedagpenge", "fleksjob", "byggesag"))
        return {"id": self.name, "kind": kind, "opened": self.start.isoformat(), **known_facts, "events": self.events}

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def flag(self, true: int, false: int) -> bool | None:
        """True and false so many times in a hundred; in the others it was not written down."""
        return self.random.choices((True, False, None), (true, false, 100 - true - false))[0]

    def drop_the_future(self, first: int = 0) -> None:
        """An export ends on its day; one case in ten here was drawn later, so that the cut is exercised too."""
        kept = [event for event in self.events[first:] if event["time"][:10] <= AS_OF.isoformat()]
        self.events[first:] = kept

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

    def one_of(self, *types: str) -> str | None:
        """The id of an event of these types that is there already; None where there is none."""
        ids = [event["id"] for event in self.events if event["type"] in types]
        return self.random.choice(ids) if ids else None

    # ------------------------------------------------------------------------------------------- what the ten rules are about
    def inquiry(self, day: int) -> None:
        channel = self.random.choices(
            ("digital_post", "email", "self_service", "post", "phone", "in_person", None), (30, 20, 15, 20, 8, 5, 2)
        )[0]
        stamped = self.maybe(0.9, self.date(day + self.random.choice((0, 0, 0, 1, 3)))) if channel == "post" else None
        id_ = self.add(
            "inquiry_received",
            day,
            channel=channel,
            kind=self.random.choices(("application", "guidance", "information", None), (40, 10, 30, 20))[0],
            relevant=self.flag(60, 20),
            journalised=self.flag(50, 20),
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

    def visit(self, day: int) -> None:
        immediate = self.flag(40, 50)
        id_ = self.add("visit_received", day, channel="in_person", immediate_contact=immediate, attempted=self.flag(60, 10))
        if immediate:
            return
        if self.chance(0.7):
            self.add("contact_details_forwarded", day + self.random.choice((0, 0, 1, 3)), visit=self.maybe(0.97, id_), to="M01")
        if self.chance(0.8):
            later = self.random.choice((0, 1, 2, 5, 9, 14, 15, 20))
            channel = self.random.choice(("phone", "phone", "in_person"))
            self.add("citizen_contacted", day + later, channel=channel, visit=self.maybe(0.97, id_), reached=self.flag(75, 20))

    def decision(self, day: int) -> None:
        matter = self.random.choice(_MATTERS)
        waited = self.random.choice((3, 10, 15, 15, 20))
        if self.chance(0.75):
            sent = day - waited
            hearing = self.add(
                "hearing_sent",
                sent,
                matter=self.maybe(0.95, matter),
                respond_by=self.maybe(0.9, self.date(sent + 14)),
                facts_included=self.flag(80, 10),
                assessments_included=self.flag(70, 15),
                mode=self.random.choices(("written", "oral", None), (85, 10, 5))[0],
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
            form=self.random.choices(("written", "oral", None), (90, 5, 5))[0],
            sent_on=self.maybe(0.8, self.date(day + self.random.choice((0, 0, 1, 5)))),
            reasons=self.flag(80, 12),
            facts_documented=self.flag(70, 10),
            legal_basis=self.maybe(0.85, "SEL § 83"),
            complaint_guidance=self.flag(75, 12),
            complaint_body=self.maybe(0.7, "Ankestyrelsen"),
            municipality_final=self.flag(5, 70),
            decided_by=decided_by,
        )

    def complaint(self, day: int) -> None:
        at = self.random.choices(("citizen_service", "caseworker", None), (75, 20, 5))[0]
        id_ = self.add("complaint_received", day, decision=self.one_of("decision_made"), at=at)
        if self.chance(0.7):
            self.add("complaint_forwarded", day + self.random.randrange(0, 40), complaint=id_, to="Ankestyrelsen")

    # ------------------------------------------------------------------------------------------------------- everything else
    def note(self, day: int, about: str | None = None) -> None:
        about = about or self.one_of("inquiry_received", "visit_received", "information_received", "decision_made")
        self.add(
            "note_recorded", day, actor=self.random.choice(_EMPLOYEES), about=[about] if about and self.chance(0.7) else None
        )

    def message(self, day: int) -> None:
        addressee = self.random.choices(("citizen", "representative", None), (85, 10, 5))[0]
        self.add("message_sent", day, addressee=addressee, digital=self.flag(80, 15))

    def lookup(self, day: int) -> None:
        self.add("file_accessed", day, actor=self.random.choice(_EMPLOYEES), case_related=self.flag(90, 2))

    def information(self, day: int) -> None:
        request = None
        if self.chance(0.4):
            request = self.add(
                "information_requested",
                day,
                source=self.maybe(0.9, "the doctor"),
                essential=self.flag(60, 20),
                legal_basis=self.maybe(0.7, "RSL § 11 a"),
                consent=self.flag(60, 20),
            )
            day += self.random.choice((3, 7, 14, 30))
        oral = self.flag(30, 60)
        id_ = self.add(
            "information_received",
            day,
            oral=oral,
            relevant=self.flag(70, 20),
            adverse=self.flag(25, 60),
            matter=self.maybe(0.7, self.random.choice(_MATTERS)),
            request=request,
        )
        if oral and self.chance(0.7):
            self.note(day + self.random.choice((0, 0, 1, 5, 16)), id_)

    def meeting(self, day: int) -> None:
        id_ = self.add("meeting_held", day, actor=self.random.choice(_EMPLOYEES))
        if self.chance(0.5):
            id_ = self.add("agreement_made", day, channel=self.random.choice(("in_person", "in_person", "email")))
        if self.chance(0.7):
            self.note(day + self.random.choice((0, 0, 1, 5, 16)), id_)

    def guidance(self, day: int) -> None:
        about = self.one_of("inquiry_received", "visit_received")
        self.add("guidance_given", day, about=[about] if about and self.chance(0.8) else None)

    def assignment(self, day: int) -> None:
        self.add("caseworker_assigned", day, employee=self.random.choice(_EMPLOYEES))

    def disclosure(self, day: int) -> None:
        legal_basis = self.maybe(0.6, "FVL § 28")
        self.add("information_disclosed", day, recipient="Jobcenter", legal_basis=legal_basis, consent=self.flag(50, 30))

    def delay(self, day: int) -> None:
        until = self.date(day + self.random.choice((7, 14, 30)))
        if self.chance(0.5):
            self.add("suspension", day, until=self.maybe(0.8, until), reason="awaits the citizen")
        if self.chance(0.7):
            self.add("delay_notice_sent", day + 1, expected_by=self.maybe(0.8, until), awaiting=self.maybe(0.5, "the doctor"))

    def access(self, day: int) -> None:
        request = self.add("access_requested", day)
        if self.chance(0.2):
            self.add("access_delay_notice", day + 7, request=request, reason="many files", expected_by=self.date(day + 21))
        if self.chance(0.8):
            granted = self.random.choices(("full", "partial", "refused", None), (70, 15, 10, 5))[0]
            ground = "FVL § 15" if granted in {"partial", "refused"} and self.chance(0.8) else None
            later = self.random.choice((2, 5, 9, 14))
            self.add("access_decided", day + later, request=self.maybe(0.97, request), granted=granted, ground=ground)

    def representation(self, day: int) -> None:
        role = self.random.choices(("representative", "companion", None), (60, 35, 5))[0]
        request = self.add("representation_requested", day, role=role)
        if self.chance(0.8):
            accepted = self.flag(80, 15)
            ground = "FVL § 8(2)" if accepted is False and self.chance(0.7) else None
            self.add(
                "representation_decided", day + self.random.choice((0, 2, 10)), request=request, accepted=accepted, ground=ground
            )

    def clock(self, day: int) -> None:
        self.add(self.random.choice(("application_received", "application_received", "clock_started", "clock_stopped")), day)

    def measure(self, day: int) -> None:
        decision = self.one_of("decision_made")
        for intrusiveness in range(1, self.random.randrange(2, 4)):
            self.add(
                "measure_considered",
                day,
                decision=decision,
                measure=self.random.choice(_MEASURES),
                suitable=self.flag(60, 25),
                intrusiveness=intrusiveness,
            )
        if self.chance(0.7):
            self.add("proportionality_assessed", day, decision=decision)
        if self.chance(0.6):
            self.add("measure_started", day + 10, decision=decision, measure=self.random.choice(_MEASURES), intrusiveness=2)

    def after_complaint(self, day: int) -> None:
        complaint = self.one_of("complaint_received")
        if self.chance(0.7):
            self.add(
                "complaint_reassessed", day, complaint=complaint, changed=self.flag(30, 65), handled_by=self.maybe(0.9, "M02")
            )
        else:
            self.add("complaint_rejected", day, complaint=complaint, ground=self.maybe(0.7, "too late"))

    def channel(self, day: int) -> None:
        self.add("channel_assessed", day)

    def exemption(self, day: int) -> None:
        ground = self.maybe(0.8, "FVL § 19(2) no. 1")
        self.add("hearing_exempted", day, matter=self.random.choice(_MATTERS), ground=ground)
