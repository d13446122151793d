"""The order of events, sentence by sentence, and its antisymmetry."""

from itertools import combinations
from random import Random

import pytest

from rebild_policy.facts import Case, Coverage, earlier
from rebild_policy.strategies.choosing import RandomChooser
from rebild_policy.strategies.generator import CaseGenerator

EVERYTHING = Coverage.all().covers
DAY, NEXT = "2026-01-05", "2026-01-06"
TEN, ELEVEN = "2026-01-05T10:00", "2026-01-05T11:00"
BACK = {"type": "reply_sent", "inquiry": "first"}  # a backward link: it comes after
AHEAD = {"type": "proportionality_assessed", "decision": "first"}  # a forward link: it comes before
NONE = {"type": "meeting_held"}


def said(first_time, second_time, second, same_day, *, swapped=False):
    """Is `first` earlier than `second`? `second` holds the link; `swapped`: it stands first in the source."""
    events = [
        {"type": "decision_made" if second is AHEAD else "inquiry_received", "id": "first", "time": first_time},
        {"id": "second", "time": second_time, **second},
    ]
    case = Case.read({"id": "c", "events": events[::-1] if swapped else events})
    answer = earlier(case.event("first"), case.event("second"), case, same_day, EVERYTHING)
    mirrored = earlier(case.event("second"), case.event("first"), case, same_day, EVERYTHING)
    assert mirrored is (None if answer is None else not answer)
    return answer


@pytest.mark.parametrize("same_day", ["unknown", "source-order"])
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("second", [BACK, AHEAD, NONE], ids=["back", "ahead", "none"])
@pytest.mark.parametrize(
    ("first_time", "second_time"),
    [(DAY, NEXT), (TEN, NEXT), (DAY, "2026-01-06T00:00"), (TEN, ELEVEN), (TEN, "2026-01-05T09:00:01Z")],
)
def test_the_earlier_time_comes_first_whatever_else_is_said(first_time, second_time, second, swapped, same_day):
    assert said(first_time, second_time, second, same_day, swapped=swapped) is True
    assert said(second_time, first_time, second, same_day, swapped=swapped) is False


SAME = [(DAY, DAY), (DAY, TEN), (TEN, DAY), (TEN, TEN), (TEN, "2026-01-05T09:00Z")]


@pytest.mark.parametrize("same_day", ["unknown", "source-order"])
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("first_time", "second_time"), SAME)
def test_a_link_decides_equal_times_and_equal_days(first_time, second_time, swapped, same_day):
    assert said(first_time, second_time, BACK, same_day, swapped=swapped) is True
    assert said(first_time, second_time, AHEAD, same_day, swapped=swapped) is False


@pytest.mark.parametrize("same_day", ["unknown", "source-order"])
@pytest.mark.parametrize("times", [(TEN, TEN), (TEN, "2026-01-05T09:00Z"), (TEN, "2026-01-05T10:00:00.000")])
def test_source_order_decides_equal_times(times, same_day):
    assert said(*times, NONE, same_day) is True
    assert said(*times, NONE, same_day, swapped=True) is False


@pytest.mark.parametrize("times", [(DAY, DAY), (DAY, TEN), (TEN, DAY), (DAY, "2026-01-05T00:00"), ("2026-01-05T23:59:59", DAY)])
def test_same_day_decides_equal_days(times):
    assert said(*times, NONE, "unknown") is None
    assert said(*times, NONE, "unknown", swapped=True) is None
    assert said(*times, NONE, "source-order") is True
    assert said(*times, NONE, "source-order", swapped=True) is False


def test_the_day_is_the_local_one():
    assert said(DAY, "2026-01-04T23:30Z", NONE, "unknown") is None
    assert said(DAY, "2026-01-05T23:30Z", NONE, "unknown") is True


def test_links_that_contradict_each_other_say_nothing():
    pair = [
        {"type": "inquiry_received", "id": "a", "time": DAY, "merged_into": "b"},
        {"type": "inquiry_received", "id": "b", "time": DAY, "merged_into": "a"},
    ]
    case = Case.read({"id": "c", "events": pair})
    assert earlier(*case.events, case, "unknown", EVERYTHING) is None
    assert earlier(*case.events, case, "source-order", EVERYTHING) is True


def test_a_list_of_links_counts_like_one():
    events = [
        {"type": "note_recorded", "id": "n", "time": DAY, "about": ["x", "m"]},
        {"type": "meeting_held", "id": "m", "time": DAY},
        {"type": "meeting_held", "id": "o", "time": DAY},
    ]
    case = Case.read({"id": "c", "events": events})
    note, meeting, other = case.events
    assert earlier(meeting, note, case, "unknown", EVERYTHING) is True
    assert earlier(note, other, case, "unknown", EVERYTHING) is None


def test_a_link_that_is_not_recorded_may_be_there():
    no_replies = Coverage.all().without("reply_sent.inquiry").covers
    events = [{**BACK, "id": "second", "time": TEN, "inquiry": None}, {"type": "inquiry_received", "id": "first", "time": TEN}]
    case = Case.read({"id": "c", "events": events})
    reply, inquiry = case.events
    assert earlier(reply, inquiry, case, "unknown", EVERYTHING) is True
    assert earlier(reply, inquiry, case, "unknown", no_replies) is None, "the source says before, the link might say after"
    turned = Case.read({"id": "c", "events": events[::-1]})
    inquiry, reply = turned.events
    assert earlier(inquiry, reply, turned, "unknown", no_replies) is True, "both would say so"
    other = Case.read({"id": "c", "events": [events[0], {**NONE, "id": "m", "time": TEN}]})
    assert earlier(*other.events, other, "unknown", no_replies) is True, "the link can't point to a meeting"
    later = Case.read({"id": "c", "events": [events[0], {**events[1], "time": ELEVEN}]})
    assert earlier(*later.events, later, "unknown", no_replies) is True, "a clear time needs no link"


def test_a_link_that_is_not_recorded_may_contradict_one_that_is():
    pair = [
        {"type": "inquiry_received", "id": "a", "time": DAY, "merged_into": "b"},
        {"type": "inquiry_received", "id": "b", "time": DAY},
    ]
    case = Case.read({"id": "c", "events": pair})
    assert earlier(*case.events, case, "unknown", EVERYTHING) is False
    assert earlier(*case.events, case, "unknown", Coverage.all().without("inquiry_received.merged_into").covers) is None


def test_no_event_is_earlier_than_itself():
    case = Case.read({"id": "c", "events": [{"type": "inquiry_received", "id": "a", "time": TEN, "merged_into": "a"}]})
    assert earlier(case.events[0], case.events[0], case, "source-order", EVERYTHING) is False


def test_the_order_is_antisymmetric_and_total_in_source_order():
    chooser = RandomChooser(Random(11))
    compared = 0
    for _ in range(200):
        case = Case.read(CaseGenerator().scenario(chooser).data)
        for one, other in combinations(case.events, 2):
            compared += 1
            there, back = earlier(one, other, case, "unknown", EVERYTHING), earlier(other, one, case, "unknown", EVERYTHING)
            assert back is (None if there is None else not there)
            ordered = earlier(one, other, case, "source-order", EVERYTHING)
            assert ordered is not None
            assert earlier(other, one, case, "source-order", EVERYTHING) is not ordered
            assert there in {None, ordered}
    assert compared > 1000
