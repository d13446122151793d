"""The case: ids, duplicates, what belongs to it, and its way through JSON."""

import json
import pickle
from datetime import date
from random import Random

import pytest

from rebild_policy.errors import CaseError
from rebild_policy.facts import Case, events
from rebild_policy.strategies.choosing import RandomChooser
from rebild_policy.strategies.generator import CaseGenerator

REPLY = {"type": "reply_sent", "id": "r", "time": "2026-01-05"}


def test_an_empty_case_is_a_case():
    case = Case.read({"id": "c"})
    assert case.events == ()
    assert case.facts(date(2026, 1, 1)) == {}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "Input should be a valid dictionary or instance of Case."),
        ([], "Input should be a valid dictionary or instance of Case."),
        ("case", "Input should be a valid dictionary or instance of Case."),
        ({}, "id: Field required."),
        ({"id": ""}, "id: String should have at least 1 character."),
        ({"id": None}, "id: Input should be a valid string."),
        ({"id": 5}, "id: Input should be a valid string."),
        ({"id": "\ud800"}, "id: Input should be a valid string, unable to parse raw data as a unicode string."),
        ({"id": "c", "knd": "x"}, "unknown field 'knd'. Did you mean 'kind'?"),
        ({"id": "c", "opened": "yesterday"}, "opened: a date is written YYYY-MM-DD."),
        ({"id": "c", "authority": "true"}, "authority: Input should be a valid boolean."),
        ({"id": "c", "kind": 5}, "kind: Input should be a valid string."),
        ({"id": "c", "events": None}, "events: Input should be a valid tuple."),
        ({"id": "c", "events": {}}, "events: Input should be a valid tuple."),
        ({"id": "c", "events": "reply_sent"}, "events: Input should be a valid tuple."),
        ({"id": "c", "events": ["reply_sent"]}, "events[0]: an event is a mapping with type, id and time."),
        ({"id": "c", "events": [REPLY, None]}, "events[1]: an event is a mapping with type, id and time."),
        ({"id": "c", "events": [{"type": "reply_sent"}]}, "events[0].id: Field required; events[0].time: Field required."),
    ],
)
def test_what_is_no_case(data, message):
    with pytest.raises(CaseError) as caught:
        Case.read(data)
    assert str(caught.value) == f"the case can't be read: {message}"


def test_blank_texts_of_the_case_are_absent():
    case = Case.read({"id": "c", "kind": " ", "competent_authority": ""})
    assert (case.kind, case.competent_authority) == (None, None)


# -------------------------------------------------------------------------------------------------------------- duplicates
def test_an_identical_duplicate_is_dropped_and_the_order_kept():
    other = {**REPLY, "id": "s"}
    case = Case.read({"id": "c", "events": [REPLY, other, dict(REPLY), other, REPLY]})
    assert [event.id for event in case.events] == ["r", "s"]
    assert case.positions == {"r": 0, "s": 1}


@pytest.mark.parametrize(
    "same",
    [
        {"time": "2026-01-05T10:00+01:00"},
        {"time": "2026-01-05T09:00Z"},
        {"inquiry": " "},
        {"actor": None},
        {"case": "c"},
    ],
)
def test_a_duplicate_may_be_written_another_way(same):
    case = Case.read(
        {"id": "c", "events": [{**REPLY, "time": "2026-01-05T10:00"}, {**REPLY, "time": "2026-01-05T10:00", **same}]}
    )
    assert len(case.events) == 1


def test_the_two_half_past_twos_of_october_are_no_duplicates():
    first, second = ({**REPLY, "time": f"2026-10-25T02:30+0{hours}:00"} for hours in (2, 1))
    assert len(Case.read({"id": "c", "events": [first, {**REPLY, "time": "2026-10-25T02:30"}]}).events) == 1
    with pytest.raises(CaseError, match="event 2 has the id of another event"):
        Case.read({"id": "c", "events": [first, second]})


@pytest.mark.parametrize(
    "other",
    [
        {"time": "2026-01-06"},
        {"time": "2026-01-05T00:00"},
        {"inquiry": "i"},
        {"type": "meeting_held"},
        {"recorded_at": "2026-01-07"},
        {"channel": "post"},
    ],
)
def test_two_different_events_with_one_id_are_an_error(other):
    with pytest.raises(CaseError, match="events: event 3 has the id of another event"):
        Case.read({"id": "c", "events": [REPLY, {**REPLY, "id": "s"}, {**REPLY, **other}]})


def test_ids_are_compared_as_they_stand():
    names = ["e", "E", "e ", "\u00e9", "e\u0301", "é"]  # the last is one of the two before it, typed another way
    case = Case.read({"id": "c", "events": [{**REPLY, "id": name} for name in names]})
    assert len(case.events) == len(set(names))


def test_an_event_of_another_case_is_an_error():
    assert Case.read({"id": "c", "events": [{**REPLY, "case": "c"}]}).events[0].case == "c"
    with pytest.raises(CaseError, match="events: event 2 is of another case"):
        Case.read({"id": "c", "events": [REPLY, {**REPLY, "id": "s", "case": "d"}]})


# ------------------------------------------------------------------------------------------------------------------ making
def test_events_may_be_given_as_objects():
    reply = events.ReplySent(id="r", time=date(2026, 1, 5))
    case = Case(id="c", events=(reply,))
    assert case == Case.read({"id": "c", "events": [REPLY]})
    assert Case.read(case) is case


def test_what_happened_by_a_day():
    case = Case.read(
        {
            "id": "c",
            "events": [
                REPLY,
                {**REPLY, "id": "s", "time": "2026-01-07"},
                {**REPLY, "id": "t", "type": "meeting_held", "time": "2026-01-06T23:30Z"},
            ],
        }
    )
    seen = {
        day: {type_: [fields["id"] for fields in found] for type_, found in case.facts(date(2026, 1, day)).items()}
        for day in (4, 5, 6, 7)
    }
    assert seen == {
        4: {},
        5: {"reply_sent": ["r"]},
        6: {"reply_sent": ["r"]},
        7: {"reply_sent": ["r", "s"], "meeting_held": ["t"]},
    }


def test_equality_does_not_depend_on_what_was_asked_before():
    data = {"id": "c", "events": [{**REPLY, "time": "2026-01-05T10:00"}]}
    asked, fresh = Case.read(data), Case.read(data)
    assert asked.events[0].instant
    assert asked.positions
    assert asked == fresh
    assert hash(asked) == hash(fresh)


def test_a_copy_with_other_events_has_other_facts():
    case = Case.read({"id": "c", "events": [REPLY, {**REPLY, "id": "s"}]})
    assert case.positions
    copy = case.model_copy(update={"events": case.events[1:]})
    assert [fields["id"] for fields in copy.facts(date(2026, 5, 1))["reply_sent"]] == ["s"]
    assert copy.positions == {"s": 0}
    assert copy.event("s") is case.event("s")


def test_the_event_with_an_id():
    case = Case.read({"id": "c", "events": [REPLY]})
    assert case.event("r") is case.events[0]
    with pytest.raises(KeyError):
        case.event("x")


# -------------------------------------------------------------------------------------------------------------------- json
def generated(count):
    chooser = RandomChooser(Random(7))
    generator = CaseGenerator()
    return [Case.read(generator.scenario(chooser).data) for _ in range(count)]


def test_a_case_is_the_same_after_its_way_through_json():
    folds = [
        {**REPLY, "id": str(number), "time": f"2026-10-25T02:30{offset}"}
        for number, offset in enumerate(("", "Z", "+01:00", "+02:00"))
    ]
    cases = [Case.read({"id": "c", "opened": "2026-01-01", "events": folds}), *generated(300)]
    assert sum(len(case.events) for case in cases) > 600
    for case in cases:
        dumped = case.model_dump(mode="json")
        assert Case.read(dumped) == case
        assert Case.read(json.loads(json.dumps(dumped))) == case
        assert Case.read(json.loads(case.model_dump_json(exclude_none=True))) == case


def test_a_case_survives_pickling():
    for case in generated(20):
        copy = pickle.loads(pickle.dumps(case))
        assert copy == case
        assert copy.facts(date(2100, 12, 31)) == case.facts(date(2100, 12, 31))
