"""Link policies: by example, and the day-by-day walk against the definition applied to every pair."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rebild_policy.expressions import UNKNOWN
from rebild_policy.facts.events import AcknowledgementSent, InquiryReceived, NoteRecorded, ReplySent
from rebild_policy.sources.links import POLICIES, link, read_policy

MONDAY = date(2026, 1, 5)
TYPES = {"i": InquiryReceived, "r": ReplySent, "a": AcknowledgementSent, "n": NoteRecorded}


def case(*events):
    """Events from texts: 'i1 0' is inquiry i1 on Monday, 'r1 2 10:30' a reply on Wednesday at half past ten."""
    made = []
    for text in events:
        id_, day, *clock = text.split()
        when = MONDAY + timedelta(days=int(day))
        if clock:
            when = datetime.fromisoformat(f"{when}T{clock[0]}:00+01:00")
        made.append(TYPES[id_[0]].model_validate({"id": id_, "time": when}))
    return made


def linked(kind, *events, field="reply_sent.inquiry", target="inquiry_received"):
    return link(read_policy(field, f"{kind} {target}"), case(*events))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("latest earlier", {"r1": "i1", "r2": "i2", "r3": "i2"}),
        ("latest earlier unanswered", {"r1": "i1", "r2": "i2", "r3": UNKNOWN}),
        ("earliest earlier unanswered", {"r1": "i1", "r2": "i2", "r3": UNKNOWN}),
        ("only", {"r1": UNKNOWN, "r2": UNKNOWN, "r3": UNKNOWN}),
    ],
)
def test_policies(kind, expected):
    assert linked(kind, "i1 0", "r1 1", "i2 2", "r2 3", "r3 4") == expected


def test_latest_and_earliest_differ_where_two_wait():
    events = ("i1 0", "i2 1", "r1 2", "r2 3")
    assert linked("latest earlier unanswered", *events) == {"r1": "i2", "r2": "i1"}
    assert linked("earliest earlier unanswered", *events) == {"r1": "i1", "r2": "i2"}


@pytest.mark.parametrize("kind", POLICIES[:3])
def test_nothing_to_point_to_is_nothing_and_not_unknown(kind):
    assert linked(kind, "r1 0", "i1 1") == {"r1": None}
    assert linked(kind, "r1 0") == {"r1": None}


def test_only_looks_at_no_clock():
    assert linked("only", "r1 0", "i1 5") == {"r1": "i1"}
    assert linked("only", "r1 0") == {"r1": None}


@pytest.mark.parametrize(
    ("inquiry", "reply", "answer"),
    [
        ("i1 0 10:00", "r1 0 10:01", "i1"),
        ("i1 0 10:00", "r1 0 10:00", "i1"),
        ("i1 0 10:01", "r1 0 10:00", None),
        ("i1 0", "r1 0 00:00", "i1"),
        ("i1 0 23:59", "r1 0", "i1"),
        ("i1 0", "r1 0", "i1"),
        ("i1 1", "r1 0 23:59", None),
    ],
)
@pytest.mark.parametrize("kind", POLICIES[:3])
def test_earlier(kind, inquiry, reply, answer):
    assert linked(kind, inquiry, reply) == {"r1": answer}
    assert linked(kind, reply, inquiry) == {"r1": answer}, "whatever the order of the rows"


def test_the_day_is_the_local_one():
    late = InquiryReceived(id="i1", time=datetime(2026, 1, 5, 23, 30, tzinfo=UTC))  # the 6th in Copenhagen
    reply = ReplySent(id="r1", time=date(2026, 1, 5))
    assert link(read_policy("reply_sent.inquiry", "latest earlier inquiry_received"), [late, reply]) == {"r1": None}


def test_each_type_answers_for_itself():
    events = ("i1 0", "a1 1", "r1 2")
    assert linked("latest earlier unanswered", *events) == {"r1": "i1"}
    assert linked("latest earlier unanswered", *events, field="acknowledgement_sent.inquiry") == {"a1": "i1"}


def test_events_of_one_type_never_point_to_each_other():
    found = linked("latest earlier", "i1 0", "i2 0", "i3 1", field="inquiry_received.merged_into")
    assert found == {"i1": None, "i2": "i1", "i3": "i2"}
    assert linked("only", "i1 0", field="inquiry_received.merged_into") == {"i1": None}


def test_a_long_case_takes_linear_time():
    events = case(*(f"{'ir'[n % 2]}{n} {n // 40}" for n in range(20_000)))
    found = link(read_policy("reply_sent.inquiry", "earliest earlier unanswered inquiry_received"), events)
    assert found["r19999"] == "i19998"


@pytest.mark.parametrize("text", ["", "latest inquiry_received", "latest earlier", "only a b", "latest earlier unanswered x; y"])
def test_what_is_no_policy(text):
    with pytest.raises(ValueError, match="not a link policy"):
        read_policy("reply_sent.inquiry", text)


def test_a_policy_says_what_it_assumes():
    said = read_policy("reply_sent.inquiry", "only inquiry_received").said
    assert (
        said.en == "The export does not say which “inquiry received” goes with “reply sent”. Here it is the only one of the case."
    )
    assert said.da.endswith("Her er det den eneste i sagen.")
    assert read_policy("note_recorded.about", "only inquiry_received").many


times = st.builds(lambda day, clock: f"{day} {clock}".strip(), st.integers(0, 4), st.sampled_from(["", "", "09:00", "10:00"]))


@given(st.lists(st.tuples(st.sampled_from("ir"), times), max_size=12), st.sampled_from(POLICIES[:3]))
@example([("r", "0 10:00"), ("i", "0 09:00"), ("i", "0")], "latest earlier unanswered")
def test_the_walk_is_the_definition(drawn, kind):
    events = case(*(f"{letter}{number} {when}" for number, (letter, when) in enumerate(drawn)))
    inquiries, replies = ([e for e in by_day(events) if isinstance(e, kind_)] for kind_ in (InquiryReceived, ReplySent))
    expected, answered = {}, set()
    for reply in replies:
        earlier = [inquiry for inquiry in inquiries if may_precede(inquiry, reply)]
        free = [inquiry for inquiry in earlier if inquiry.id not in answered]
        chosen = free[0 if kind.startswith("earliest") else -1].id if free else None
        expected[reply.id] = chosen or (UNKNOWN if earlier else None)
        if "unanswered" in kind and chosen:
            answered.add(chosen)
    assert link(read_policy("reply_sent.inquiry", f"{kind} inquiry_received"), events) == expected


def may_precede(inquiry, reply):
    if inquiry.day != reply.day or not (inquiry.instant and reply.instant):
        return inquiry.day <= reply.day
    return inquiry.instant <= reply.instant


def by_day(events):
    """By day; within a day by time where all events of the type have one, else as they stand."""
    for day in sorted({event.day for event in events}):
        for kind in (InquiryReceived, ReplySent):
            group = [event for event in events if event.day == day and isinstance(event, kind)]
            yield from sorted(group, key=lambda event: event.instant) if all(event.instant for event in group) else group
