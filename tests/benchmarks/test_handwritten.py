"""The hand-written function gives the verdicts of the reference engine, or the measurement would be of two different jobs."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from benchmarks.cases import AS_OF, cases, fresh
from benchmarks.handwritten import RULES as TEN_RULES
from benchmarks.handwritten import only_these, verdicts

from rebild_policy.engines.reference import ReferenceEngine
from rebild_policy.facts import Case, Event, events
from rebild_policy.facts.base import read_moment
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.plan import build_plan
from rebild_policy.results import Row, Verdict
from rebild_policy.rules import Example

FOLDER = Path(__file__).parents[2] / "rules"


@cache
def ruleset() -> RuleSet:
    """The ten rules that the function has, whatever others there are."""
    return only_these(load_rules(FOLDER))


@cache
def reference() -> ReferenceEngine:
    return ReferenceEngine(build_plan(ruleset(), profile="guideline", same_day="unknown"))


def assert_same(case: Case, as_of: date) -> list[Row]:
    """The rows of both are equal, in order; the failing case is printed so that it can be kept."""
    expected = reference().verdicts(case, as_of)
    (untouched,) = fresh([case])
    for state, given in (("cold", untouched), ("warm", untouched), ("as the reference engine leaves it", case)):
        found = verdicts(given, as_of)
        if found != expected:
            odd = "\n".join(f"  {side} {row}" for row, side in difference(expected, found)) or "  the order"
            pytest.fail(f"{state}, as of {as_of}:\n{odd}\n{case.model_dump_json(exclude_none=True, indent=1)}", pytrace=False)
    return expected


def difference(expected: list[Row], found: list[Row]) -> list[tuple[Row, str]]:
    missing = [(row, "expected:") for row in expected if row not in found]
    return missing + [(row, "found:   ") for row in found if row not in expected]


# ------------------------------------------------------------------------------------------------------------ random cases
class Draw:
    """A case that goes wrong in every way a rule could notice: gaps, ties, wrong links, dates at the ends of the calendar."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = self.random.randint(1, 14)
        self.ids = [f"e{number}" for number in range(self.count)]
        # Few days, so that events share them; some cases lie where the calendar ends or summer time does.
        self.first = self.random.choice(("2026-01-05", "2026-03-27", "2026-10-23", "2026-12-18", "1990-01-01", "2100-12-28"))
        self.span = self.random.choice((1, 3, 8, 20, 40))
        self.gaps = self.random.choice((0.0, 0.1, 0.4))
        self.clocks = self.random.choice((0.0, 0.5, 1.0))
        self.due_days = self.flag()
        self.right_links = self.random.choice((0.4, 0.8, 0.8))
        self.types: dict[str, str] = {}

    def day(self, extra: int = 0) -> str:
        """A day of the case, in every other case often the last one of a deadline or the day after it."""
        later = self.random.choice((0, 14, 15, 28, 29)) if self.due_days and self.flag() else self.random.randint(0, self.span)
        return date.fromordinal(date.fromisoformat(self.first).toordinal() + later + extra).isoformat()

    def time(self) -> str:
        while True:
            day = self.day()
            if self.random.random() >= self.clocks:
                text = day
            else:
                clock = self.random.choice(("00:00", "00:30", "02:30", "02:30", "12:00", "12:00", "23:30"))
                text = f"{day}T{clock}" + self.random.choice(("", "", "Z", "+01:00", "+02:00", "-05:00", "+09:00"))
            with suppress(ValueError):  # the first and the last hours of the calendar lie in it or not, by the zone
                read_moment(text)
                return text

    def link(self, *types: str) -> str | None:
        """An id: of the right type if there is one, of any event, or of none."""
        right = [id_ for id_, type_ in self.types.items() if type_ in types]
        pick = self.random.random()
        if pick < self.right_links and right:
            return self.random.choice(right)
        return self.random.choice(self.ids) if pick < 0.95 else "elsewhere"

    def flag(self, true: float = 0.5) -> bool:
        return self.random.random() < true

    def case(self) -> Case:
        types = [self.random.choice(list(FIELDS)) for _ in self.ids]
        if self.flag():  # one area only, so that its rules meet each other
            area = self.random.choice(AREAS)
            types = [self.random.choice(area) for _ in self.ids]
        self.types = dict(zip(self.ids, types, strict=True))
        events = []
        for id_, type_ in self.types.items():
            fields = {name: getter(self) for name, getter in FIELDS[type_].items()}
            kept = {name: value for name, value in fields.items() if value is not None and self.random.random() >= self.gaps}
            events.append({"type": type_, "id": id_, "time": self.time(), **kept})
        return Case.read({"id": "c", "events": events})

    def as_of(self) -> date:
        return date.fromisoformat(self.day(self.random.choice((0, 0, 5, 14, 28, 60))))


def of(*values: object) -> Any:
    return lambda draw: draw.random.choice(values)


def to(*types: str) -> Any:
    return lambda draw: draw.link(*types)


CHANNEL = of("post", "post", "digital_post", "email", "self_service", "phone", "in_person", "other", None)
FIELDS: dict[str, dict[str, Any]] = {
    "inquiry_received": {
        "channel": CHANNEL,
        "written": of(None, None, None, True, False),
        "date_stamped_on": lambda draw: draw.random.choice((None, draw.day(), draw.day(), draw.day(5), "1989-12-30")),
        "requires_reply": of(None, None, True, False),
        "contactable": of(None, None, True, False),
        "forwarded_to": of(None, None, None, "Region Nordjylland"),
        "merged_into": lambda draw: draw.link("inquiry_received") if draw.flag(0.4) else None,
    },
    "reply_sent": {"inquiry": to("inquiry_received"), "channel": CHANNEL},
    "acknowledgement_sent": {
        "inquiry": to("inquiry_received"),
        "caseworker": of("M01", "M01", "M01", None),
        "expected_by": of(None, "2026-02-01"),
        "expected_days": of(None, 0, 30),
        "automatic": of(None, None, False, True),
    },
    "decision_made": {
        "matter": of("m", "m", "n"),
        "act": of("decision", "decision", "decision", "decision", "procedural", "factual"),
        "outcome": of("granted", "partly_granted", "refused", "refused", "burdening"),
        "final": of(True, True, True, False),
        "form": of("written", "oral"),
        "reasons": of(True, False),
        "decided_by": of("M01", "M01", "M02"),
    },
    "hearing_sent": {"matter": of("m", "m", "n"), "respond_by": lambda draw: draw.day()},
    "hearing_response": {"hearing": to("hearing_sent"), "waived": of(None, True, False)},
    "hearing_exempted": {"matter": of("m", "n"), "ground": of("FVL § 19(2) no. 1", None)},
    "interest_declared": {
        "employee": of("M01", "M01", "M02"),
        "kind": of("family", "personal", "economic"),
        "withdrawn_on": lambda draw: draw.random.choice((None, None, draw.day())),
    },
    "complaint_received": {
        "at": of("citizen_service", "citizen_service", "citizen_service", "caseworker", "leader", "other"),
        "decision": to("decision_made"),
    },
    "complaint_forwarded": {"complaint": to("complaint_received")},
    "visit_received": {"immediate_contact": of(None, False, False, False, True)},
    "citizen_contacted": {"visit": to("visit_received"), "reached": of(None, True, True, False)},
    "suspension": {"until": lambda draw: draw.day(5)},
    "note_recorded": {"about": lambda draw: [draw.link("decision_made")]},
}
AREAS = (
    ("inquiry_received", "inquiry_received", "reply_sent", "acknowledgement_sent"),
    ("inquiry_received", "acknowledgement_sent", "acknowledgement_sent", "acknowledgement_sent"),
    ("visit_received", "citizen_contacted", "citizen_contacted"),
    ("decision_made", "decision_made", "hearing_sent", "hearing_sent", "hearing_response", "interest_declared"),
    ("complaint_received", "complaint_forwarded", "complaint_forwarded"),
)
# A hundred cases a test, so that a failing one is found again quickly.
BATCHES, BATCH = 50, 100


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_cases(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        draw = Draw(seed)
        assert_same(draw.case(), draw.as_of())


def test_the_random_cases_show_every_verdict_of_every_rule() -> None:
    """A comparison on cases that never reach a branch would say nothing about it."""
    met: set[tuple[str, Verdict]] = set()
    for seed in range(1_000):
        draw = Draw(seed)
        met |= {(row.rule, row.verdict) for row in verdicts(draw.case(), draw.as_of())}
    assert {rule for rule, _ in met} == set(TEN_RULES)
    exempting = {"late-reply", "acknowledgement-without-caseworker", "acknowledgement-without-duration"}
    waiting = exempting | {"complaint-not-forwarded", "visitor-not-contacted"}
    for rule in ruleset().rules:
        expected = {Verdict.SATISFIED, Verdict.VIOLATED, Verdict.UNDETERMINED}
        expected |= {Verdict.EXEMPT} if rule.name in exempting else set()
        expected |= {Verdict.PENDING} if rule.name in waiting else set()
        assert {verdict for name, verdict in met if name == rule.name} == expected, rule.name


# ------------------------------------------------------------------------------------------- what chance would seldom draw
LETTER = {"type": "inquiry_received", "id": "letter", "channel": "post"}
REPLY = {"type": "reply_sent", "id": "reply"}
FULL = {"caseworker": "M01", "expected_days": 30}
RARE: dict[str, list[dict[str, Any]]] = {
    "letter and reply each say that they came after the other, by day": [
        {**LETTER, "time": "2026-01-05", "date_stamped_on": "2026-01-08", "merged_into": "reply"},
        {**REPLY, "time": "2026-01-05", "inquiry": "letter"},
    ],
    "letter and reply each say that they came after the other, at one time": [
        {**LETTER, "time": "2026-01-05T12:00", "date_stamped_on": "2026-01-08", "merged_into": "reply"},
        {**REPLY, "time": "2026-01-05T12:00", "inquiry": "letter"},
    ],
    "the reply names itself as the inquiry, and the letter is merged into it": [
        {**LETTER, "time": "2026-01-05", "date_stamped_on": "2026-01-05", "merged_into": "reply"},
        {**REPLY, "time": "2026-01-05", "inquiry": "reply"},
    ],
    "stamped so long before it came that its deadline ends on the day it came": [
        {**LETTER, "time": "2026-01-19", "date_stamped_on": "2026-01-05"},
        {**REPLY, "time": "2026-01-19", "inquiry": "letter"},
    ],
    "answered on the last day after an acknowledgement that lacks everything": [
        {**LETTER, "time": "2026-01-05", "date_stamped_on": "2026-01-05"},
        {"type": "acknowledgement_sent", "id": "acknowledgement", "time": "2026-01-06", "inquiry": "letter"},
        {**REPLY, "time": "2026-01-19", "inquiry": "letter"},
    ],
    "acknowledged with half, then at the same time with the rest, by day": [
        {**LETTER, "time": "2026-01-05", "date_stamped_on": "2026-01-05"},
        {"type": "acknowledgement_sent", "id": "half", "time": "2026-01-05", "inquiry": "letter", "caseworker": "M01"},
        {"type": "acknowledgement_sent", "id": "full", "time": "2026-01-05", "inquiry": "letter", **FULL},
    ],
    "acknowledged with half, and in full on the last day": [
        {**LETTER, "time": "2026-01-05", "date_stamped_on": "2026-01-05"},
        {"type": "acknowledgement_sent", "id": "half", "time": "2026-01-06", "inquiry": "letter", "expected_days": 0},
        {"type": "acknowledgement_sent", "id": "full", "time": "2026-01-19", "inquiry": "letter", **FULL},
    ],
    "acknowledged with half, and in full by a machine": [
        {**LETTER, "time": "2026-01-05", "date_stamped_on": "2026-01-05"},
        {"type": "acknowledgement_sent", "id": "half", "time": "2026-01-06", "inquiry": "letter", "expected_days": 0},
        {"type": "acknowledgement_sent", "id": "full", "time": "2026-01-07", "inquiry": "letter", **FULL, "automatic": True},
    ],
    "acknowledged with half, where the letter names the full acknowledgement as what it was merged into": [
        {**LETTER, "time": "2026-01-05", "date_stamped_on": "2026-01-05", "merged_into": "full"},
        {"type": "acknowledgement_sent", "id": "half", "time": "2026-01-06", "inquiry": "letter", "expected_days": 0},
        {"type": "acknowledgement_sent", "id": "full", "time": "2026-01-05", "inquiry": "letter", **FULL},
    ],
    "reached on the day of the visit, before it by the clock": [
        {"type": "visit_received", "id": "visit", "time": "2026-01-05T12:00", "immediate_contact": False},
        {"type": "citizen_contacted", "id": "contact", "time": "2026-01-05T11:00", "visit": "visit", "reached": True},
    ],
    "perhaps reached on the last day": [
        {"type": "visit_received", "id": "visit", "time": "2026-01-05", "immediate_contact": False},
        {"type": "citizen_contacted", "id": "contact", "time": "2026-01-19", "visit": "visit"},
    ],
    "the forwarding and the complaint each say that they came after the other": [
        {"type": "complaint_received", "id": "complaint", "time": "2026-01-05", "at": "citizen_service", "decision": "on"},
        {"type": "complaint_forwarded", "id": "on", "time": "2026-01-05", "complaint": "complaint"},
    ],
}


@pytest.mark.parametrize("events", RARE.values(), ids=RARE)
@pytest.mark.parametrize("as_of", [date(2026, 1, 19), date(2026, 6, 1)], ids=str)
def test_rare_cases(events: list[dict[str, Any]], as_of: date) -> None:
    assert assert_same(Case.read({"id": "c", "events": events}), as_of)


# ----------------------------------------------------------------------------------------------------- examples, benchmark
def plain_examples() -> list[Any]:
    """The examples that a source covering everything can show, in the one profile and the one reading of equal days."""
    return [
        pytest.param(example, id=f"{rule.name}-{number}")
        for rule in ruleset().rules
        for number, example in enumerate(rule.examples)
        if not example.without and example.same_day == "unknown" and "guideline" in example.profiles
    ]


@pytest.mark.parametrize("example", plain_examples())
def test_examples_of_the_rules(example: Example) -> None:
    assert_same(Case.read(example.case), example.as_of)


def test_cases_of_the_benchmark() -> None:
    made = cases(300, seed=20)
    met = {row.rule for case in made for row in assert_same(case, AS_OF)}
    assert met == {rule.name for rule in ruleset().rules}, "every rule has something to do in what is timed"


def test_the_cases_of_the_benchmark_show_every_event_type() -> None:
    """Rules beside the ten are timed on the same cases; without what they look for they would cost nothing."""
    # Not all registered types: other tests may have made some of their own.
    models = [model for model in vars(events).values() if isinstance(model, type) and issubclass(model, Event)]
    shipped = {model.model_fields["type"].default for model in models if model is not Event}
    assert {event.type for case in cases(1000, seed=1) for event in case.events} == shipped


def test_cases_of_the_benchmark_are_the_same_every_time() -> None:
    assert cases(20, seed=5) == cases(20, seed=5)
    assert cases(20, seed=5) != cases(20, seed=6)
    assert {len(case.events) for case in cases(200, seed=5)} == {12}


def test_a_fresh_case_is_equal_and_nothing_is_kept_of_a_check() -> None:
    case = cases(1, seed=1)[0]
    just_read = set(case.__dict__), [set(event.__dict__) for event in case.events]
    assert case.positions
    assert case.events[0].instant is None
    (copy,) = fresh([case])
    assert copy == case
    assert (set(copy.__dict__), [set(event.__dict__) for event in copy.events]) == just_read
    assert [event.time for event in copy.events] == [event.time for event in case.events]
