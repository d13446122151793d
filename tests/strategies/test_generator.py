"""The generator of cases draws all there is to draw, draws what decides rules, and draws nothing that can't be read."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import combinations, product
from pathlib import Path
from random import Random
from typing import Annotated, Literal

import pytest
from hypothesis import find, given, settings
from pydantic import Field

from rebild_policy.calendar import Calendar, Duration
from rebild_policy.engines import CompiledEngine
from rebild_policy.errors import UsageError
from rebild_policy.facts import Coverage, Event, Link, SameDay, vocabulary
from rebild_policy.facts.base import REGISTRY, OneId
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.plan import build_plan
from rebild_policy.rules import Profile
from rebild_policy.strategies.choosing import RandomChooser
from rebild_policy.strategies.focus import focus_on, planned
from rebild_policy.strategies.generator import CaseGenerator, Scenario, generators
from rebild_policy.strategies.hypothesis_source import HypothesisChooser, scenarios
from rebild_policy.strategies.pools import CRC_PAIRS, FNV_PAIRS, NOBODY
from rebild_policy.strategies.shapes import recorded

ROOT = Path(__file__).parents[2]
RULESETS = {
    "shipped": load_rules(ROOT / "rules"),
    "language": load_rules(ROOT / "tests" / "engines" / "language_rules"),
}
RULES = [(name, rule) for name, ruleset in RULESETS.items() for rule in generators(ruleset)]


def draw(generator: CaseGenerator, cases: int, seed: int = 1) -> list[Scenario]:
    chooser = RandomChooser(Random(seed))
    return [generator.scenario(chooser) for _ in range(cases)]


@pytest.fixture(scope="module")
def everything() -> list[Scenario]:
    """Scenarios over the whole vocabulary."""
    return draw(CaseGenerator(), 6000)


@pytest.fixture(scope="module")
def about_rules() -> list[Scenario]:
    """Scenarios about the shipped rules."""
    known = generators(RULESETS["shipped"])
    return [scenario for generator in known.values() for scenario in draw(generator, 400)]


# ------------------------------------------------------------------------------------------------------ what is covered
def test_every_event_type_and_field_is_given_and_left_out(everything: list[Scenario]) -> None:
    given, left_out = set(), set()
    for scenario in everything:
        for event in scenario.data["events"]:
            for spec in recorded(vocabulary().types[event["type"]]):
                (given if spec.name in event else left_out).add((event["type"], spec.name))
    every = {(name, spec.name) for name, type_ in vocabulary().types.items() for spec in recorded(type_)}
    assert given == every
    assert left_out == every


def test_every_value_of_an_enum_and_both_flags_are_drawn(everything: list[Scenario]) -> None:
    drawn = {
        (event["type"], name, value)
        for scenario in everything
        for event in scenario.data["events"]
        for name, value in event.items()
        if isinstance(value, str | bool)
    }
    for name, type_ in vocabulary().types.items():
        for spec in recorded(type_):
            values = spec.values if spec.kind == "enum" else (True, False) if spec.kind == "bool" else ()
            assert {(name, spec.name, value) for value in values} <= drawn


def test_every_field_of_the_case_is_given_and_left_out(everything: list[Scenario]) -> None:
    for name in vocabulary().case:
        assert {name in scenario.data for scenario in everything} == {True, False}


def test_texts_hit_each_other_and_are_odd(everything: list[Scenario]) -> None:
    texts = Counter(event["matter"] for s in everything for event in s.data["events"] if "matter" in event)
    assert texts["m"] > texts["n"] > 0
    assert {"", "  ", "æøå", "😀", "\u00e9", "e\u0301", "M", "m ", *FNV_PAIRS[0]} <= set(texts)
    assert max(map(len, texts)) == 300


def test_both_precisions_and_all_kinds_of_ties_are_drawn(everything: list[Scenario]) -> None:
    kinds = set()
    for scenario in everything:
        for first, second in combinations(scenario.case.events, 2):
            if first.day == second.day:
                kinds.add(tuple(sorted((first.instant is not None, second.instant is not None))))
                if first.instant and first.instant == second.instant:
                    written = {event["time"] for event in scenario.data["events"]}
                    kinds.add("one instant" if first.time.utcoffset() == second.time.utcoffset() else "two offsets")
                    kinds.add("written alike" if len(written) < len(scenario.data["events"]) else "written differently")
    assert {(False, False), (False, True), (True, True), "one instant", "written alike", "written differently"} <= kinds


def test_hard_days_are_drawn(everything: list[Scenario]) -> None:
    days = {event.day for scenario in everything for event in scenario.case.events}
    hard = {date(2026, 3, 29), date(2026, 10, 25), date(2026, 1, 1), date(2026, 4, 6), date(2024, 2, 29), date(1990, 1, 1)}
    assert hard <= days
    skipped = {event["time"] for scenario in everything for event in scenario.data["events"]}
    assert {"2026-03-29T02:30", "2026-10-25T02:30"} <= skipped


def test_every_kind_of_link_is_drawn(everything: list[Scenario]) -> None:
    kinds, counts = set(), set()
    for scenario in everything:
        types = {event["id"]: event["type"] for event in scenario.data["events"]}
        for event in scenario.data["events"]:
            for spec in vocabulary().types[event["type"]].links:
                ids = event.get(spec.name)
                if isinstance(ids, list):
                    counts.add(len(ids))
                elif ids is None:
                    kinds.add("absent")
                elif ids == event["id"]:
                    kinds.add("itself")
                elif ids not in types:
                    kinds.add("nobody" if ids == NOBODY else "unused id")
                else:
                    kinds.add("target" if types[ids] in spec.link.targets else "another type")
    assert kinds == {"absent", "itself", "nobody", "unused id", "target", "another type"}
    assert counts == {1, 2, 3}


def test_ids_collide_under_a_hash_of_32_bits(everything: list[Scenario]) -> None:
    assert all(fnv1a(first) == fnv1a(second) for first, second in FNV_PAIRS)
    assert all(zlib.crc32(first.encode()) == zlib.crc32(second.encode()) for first, second in CRC_PAIRS)
    together, beside = set(), set()
    for scenario in everything:
        ids = {event["id"] for event in scenario.data["events"]}
        linked = {value for event in scenario.data["events"] for name, value in event.items() if isinstance(value, str)}
        together |= {pair for pair in (*FNV_PAIRS, *CRC_PAIRS) if set(pair) <= ids}
        beside |= {pair for pair in FNV_PAIRS if pair[0] in ids and pair[1] not in ids and pair[1] in linked}
    assert together == {*FNV_PAIRS, *CRC_PAIRS}
    assert beside, "a link to an id that is not there and has the hash of one that is"


def fnv1a(text: str) -> int:
    found = 0x811C9DC5
    for byte in text.encode():
        found = (found ^ byte) * 16777619 % 2**32
    return found


def test_the_day_asked_about_is_before_among_and_after_the_events(everything: list[Scenario]) -> None:
    places = Counter()
    for scenario in everything:
        days = sorted(event.day for event in scenario.case.events)
        places["before" if scenario.as_of < days[0] else "after" if scenario.as_of > days[-1] else "among"] += 1
    assert min(places.values()) > len(everything) / 20


def test_coverage_lacks_nothing_half_of_the_time_and_all_kinds_of_names_else(about_rules: list[Scenario]) -> None:
    full = sum(not scenario.missing for scenario in about_rules)
    assert 0.4 < full / len(about_rules) < 0.6
    names = {name for scenario in about_rules for name in scenario.missing}
    kinds = {"case" if name.startswith("case.") else "field" if "." in name else "type" for name in names}
    assert kinds == {"case", "field", "type"}
    assert {scenario.same_day for scenario in about_rules} == {"unknown", "source-order"}


def test_identical_duplicates_and_blank_ids_of_the_case_are_drawn(everything: list[Scenario]) -> None:
    assert any(len(scenario.data["events"]) > len(scenario.case.events) for scenario in everything)
    assert any("recorded_at" in event for scenario in everything for event in scenario.data["events"])


# ------------------------------------------------------------------------------------------------------------ usefulness
def test_events_fall_on_the_last_day_and_on_the_day_after() -> None:
    generator = generators(RULESETS["shipped"])["late-reply"]
    days, calendar = Counter(), Calendar()
    for scenario in draw(generator, 2000):
        inquiries = [event for event in scenario.case.events if event.type == "inquiry_received"]
        replies = [event for event in scenario.case.events if event.type == "reply_sent"]
        for inquiry, reply in product(inquiries, replies):
            due = calendar.due(inquiry.day, Duration(10, "working days"))
            days[(reply.day - due).days] += 1
    assert min(days[step] for step in (-1, 0, 1)) > 50


@pytest.mark.parametrize(("name", "rule"), RULES)
def test_every_verdict_of_every_rule_is_reached(name: str, rule: str) -> None:
    ruleset = RULESETS[name]
    generator, chooser = generators(ruleset)[rule], RandomChooser(Random(1))
    alone = replace(ruleset, rules=(ruleset.rule(rule),))
    wanted = verdicts_of(ruleset, rule)

    @cache
    def judge(profile: Profile, coverage: Coverage, same_day: SameDay) -> CompiledEngine:
        return CompiledEngine(build_plan(alone, profile=profile, coverage=coverage, same_day=same_day))

    for _ in range(40_000):  # most rules need a few hundred
        scenario = generator.scenario(chooser)
        for profile in ("guideline", "statutory"):
            rows = judge(profile, scenario.coverage, scenario.same_day).verdicts(scenario.case, scenario.as_of)
            wanted -= {str(row.verdict) for row in rows}
        if not wanted:
            return
    assert not wanted


def verdicts_of(ruleset: RuleSet, name: str) -> set[str]:
    """The verdicts that the examples of a rule show, which are all that it can give."""
    shown = {verdict for example in ruleset.rule(name).examples for verdict in example.expect.values()}
    return shown - {"not applicable"}


@pytest.mark.parametrize(("name", "rule"), RULES)
def test_nothing_drawn_is_invalid(name: str, rule: str) -> None:
    for scenario in draw(generators(RULESETS[name])[rule], 300):
        assert scenario.case.events
        assert scenario.coverage == Coverage.all().without(*scenario.missing)
        assert 1 <= len(scenario.case.events) <= 12


def test_the_whole_vocabulary_is_valid(everything: list[Scenario]) -> None:
    assert all(scenario.case and scenario.coverage for scenario in everything)


def test_the_same_seed_draws_the_same() -> None:
    for name, ruleset in RULESETS.items():
        first = [draw(generator, 40, 7) for generator in generators(ruleset).values()]
        again = [draw(generator, 40, 7) for generator in generators(load_rules(ROOT / _folder(name))).values()]
        assert first == again


def _folder(name: str) -> str:
    return "rules" if name == "shipped" else "tests/engines/language_rules"


def test_given_coverage_is_kept() -> None:
    scenario = CaseGenerator().scenario(RandomChooser(Random(1)), missing=("reply_sent",), same_day="source-order")
    assert (scenario.missing, scenario.same_day) == (("reply_sent",), "source-order")


# ----------------------------------------------------------------------------------------------------------------- focus
def test_a_focus_names_what_decides_a_rule() -> None:
    ruleset = RULESETS["shipped"]
    focus = focus_on(planned(ruleset)["late-reply"], ruleset.parameters)
    assert focus.triggers == ("inquiry_received",)
    assert set(focus.types) == {"reply_sent", "acknowledgement_sent"}
    assert focus.names("inquiry_received") >= {"channel", "written", "date_stamped_on", "merged_into", "requires_reply"}
    assert focus.durations == (Duration(10, "working days"),)
    assert "post" in focus.values["inquiry_received", "channel"]


def test_a_focus_knows_the_days_on_which_the_law_changes() -> None:
    ruleset = RULESETS["language"]
    rules = planned(ruleset)
    assert date(2026, 3, 1) in focus_on(rules["access-too-late"], ruleset.parameters).days
    assert {date(2026, 1, 10), date(2026, 3, 10)} <= set(focus_on(rules["out-of-force"], ruleset.parameters).days)
    adopted = focus_on(rules["slower-than-adopted"], ruleset.parameters)
    assert {"sygedagpenge", "pension"} <= set(adopted.values["case", "kind"])
    assert Duration(1, "months") in adopted.durations
    assert ("suspension", "until") in focus_on(rules["paused-too-long"], ruleset.parameters).fields


def test_a_plan_has_a_generator_for_each_of_its_rules() -> None:
    plan = build_plan(RULESETS["language"], profile="guideline")
    assert list(generators(plan)) == [rule.name for rule in plan.rules]


# ------------------------------------------------------------------------------------------------------------ users' own
@pytest.fixture
def own_type():
    class PermitIssued(Event):
        type: Literal["permit_issued"] = "permit_issued"
        number: Annotated[int, Field(ge=0, le=3)]
        holder: str
        color: Literal["red", "green"]
        valid_until: date
        decision: Annotated[OneId, Link(("decision_made",))] = None
        paid: bool = False

    yield PermitIssued
    del REGISTRY["permit_issued"]


def test_event_types_of_users_are_drawn(own_type: type[Event]) -> None:
    drawn = [event for scenario in draw(CaseGenerator(), 1500) for event in scenario.case.events]
    permits = [event for event in drawn if isinstance(event, own_type)]
    assert {permit.number for permit in permits} == {0, 1, 2, 3}
    assert {permit.color for permit in permits} == {"red", "green"}
    assert {permit.paid for permit in permits} == {True, False}
    assert {permit.decision is None for permit in permits} == {True, False}


def test_a_field_that_nothing_fits_is_named() -> None:
    class Coded(Event):
        type: Literal["coded"] = "coded"
        code: Annotated[str, Field(pattern=r"^\d{4}-[A-Z]$")]

    try:
        with pytest.raises(UsageError, match="no value that is drawn fits the field 'code'"):
            draw(CaseGenerator(), 1000)
    finally:
        del REGISTRY["coded"]


# ------------------------------------------------------------------------------------------------------------ hypothesis
@settings(max_examples=60, deadline=None, database=None)
@given(scenarios(RULESETS["language"]))
def test_hypothesis_draws_valid_scenarios(scenario: Scenario) -> None:
    assert scenario.case.events
    assert scenario.coverage == Coverage.all().without(*scenario.missing)


@settings(max_examples=30, deadline=None, database=None)
@given(scenarios())
def test_hypothesis_draws_from_the_whole_vocabulary(scenario: Scenario) -> None:
    assert scenario.case.events


def test_hypothesis_shrinks_to_a_small_case() -> None:
    engine = CompiledEngine(build_plan(RULESETS["shipped"], profile="guideline"))

    def violated(scenario: Scenario) -> bool:
        rows = engine.verdicts(scenario.case, scenario.as_of)
        return any(row.rule == "late-reply" and row.verdict == "violated" for row in rows)

    drawing = settings(max_examples=2000, database=None, derandomize=True)
    found = find(scenarios(RULESETS["shipped"], rule="late-reply"), violated, settings=drawing)
    assert len(found.data["events"]) <= 3
    assert found.missing == ()
    assert found.as_of - found.case.events[0].day <= timedelta(days=60)


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(UsageError, match=r"unknown rule 'late-replay'\. Did you mean 'late-reply'"):
        scenarios(RULESETS["shipped"], rule="late-replay")
    with pytest.raises(UsageError, match="needs the rules"):
        scenarios(rule="late-reply")


@settings(max_examples=50, deadline=None, database=None)
@given(scenarios(RULESETS["shipped"], rule="late-reply").flatmap(lambda scenario: scenarios()))
def test_strategies_compose(scenario: Scenario) -> None:
    assert scenario.case


def test_both_choosers_keep_the_bounds() -> None:
    def check(chooser: RandomChooser | HypothesisChooser) -> None:
        assert 3 <= chooser.integer(3, 9) <= 9
        assert chooser.pick("abc") in "abc"
        assert chooser.chance(1.0) is True
        assert chooser.chance(0.0) is False

    random = RandomChooser(Random(1))
    for _ in range(500):
        check(random)
    assert {random.integer(0, 3) for _ in range(200)} == {0, 1, 2, 3}
