"""Events: strict about fields, types and values; times that are read one way only."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rebild_policy.errors import CaseError
from rebild_policy.facts import COPENHAGEN, Case, events
from rebild_policy.facts.base import read_day, read_moment

JANUARY = "2026-01-05"


def event(**fields):
    return Case.read({"id": "c", "events": [{"type": "inquiry_received", "id": "i", "time": JANUARY, **fields}]}).events[0]


def refused(**fields):
    with pytest.raises(CaseError) as caught:
        event(**fields)
    return str(caught.value).removeprefix("the case can't be read: ")


# ------------------------------------------------------------------------------------------------------- names and types
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"type": "inquiry_recieved"}, "events[0]: unknown event type. Did you mean 'inquiry_received'?"),
        ({"type": "Inquiry_Received"}, "events[0]: unknown event type. Did you mean 'inquiry_received'?"),
        ({"type": "any_event"}, "events[0]: unknown event type. Known: access_decided"),
        ({"type": ""}, "events[0]: unknown event type. Known: access_decided"),
        ({"type": None}, "events[0]: unknown event type. It names what happened, such as reply_sent."),
        ({"type": 5}, "events[0]: unknown event type. It names what happened, such as reply_sent."),
        ({"type": ["reply_sent"]}, "events[0]: unknown event type. It names what happened, such as reply_sent."),
        ({"chanel": "post"}, "events[0]: unknown field 'chanel'. Did you mean 'channel'?"),
        ({"received_on": JANUARY}, "events[0]: unknown field 'received_on'."),
        ({"inquiry": "x"}, "events[0]: unknown field 'inquiry'."),
        ({"day": JANUARY}, "events[0]: unknown field 'day'."),
        ({"a\nb": 1}, "events[0]: a key that is no field."),
        ({"x" * 500: 1}, "events[0]: a key that is no field."),
        ({"Karen Hansen": 1}, "events[0]: a key that is no field."),
        ({"id": ""}, "events[0].id: String should have at least 1 character."),
        ({"id": "x" * 201}, "events[0].id: String should have at most 200 characters."),
        ({"id": 5}, "events[0].id: Input should be a valid string."),
        ({"id": None}, "events[0].id: Input should be a valid string."),
        ({"channel": "pigeon"}, "events[0].channel: Input should be 'post', 'digital_post', 'email',"),
        ({"channel": "Post"}, "events[0].channel: Input should be 'post',"),
        ({"written": "yes"}, "events[0].written: Input should be a valid boolean."),
        ({"written": 1}, "events[0].written: Input should be a valid boolean."),
        ({"kind": 5}, "events[0].kind: Input should be a valid string."),
        ({"kind": ["a"]}, "events[0].kind: Input should be a valid string."),
        ({"kind": "x" * 10_001}, "events[0].kind: String should have at most 10000 characters."),
        ({"date_stamped_on": "05-01-2026"}, "events[0].date_stamped_on: a date is written YYYY-MM-DD."),
        ({"date_stamped_on": "2026-01-05T10:00"}, "events[0].date_stamped_on: a date is written YYYY-MM-DD."),
        ({"date_stamped_on": 20260105}, "events[0].date_stamped_on: a date is written YYYY-MM-DD."),
        ({"date_stamped_on": "2026-02-30"}, "events[0].date_stamped_on: there is no such date or time."),
        ({"merged_into": ["x"]}, "events[0].merged_into: Input should be a valid string."),
        ({"merged_into": 5}, "events[0].merged_into: Input should be a valid string."),
    ],
)
def test_what_an_event_may_not_hold(fields, message):
    text = refused(**fields)
    assert text.startswith(message)
    assert len(text) < 250
    assert "\n" not in text


@pytest.mark.parametrize(
    ("type_", "fields", "message"),
    [
        ("acknowledgement_sent", {"expected_days": "5"}, "expected_days: Input should be a valid integer."),
        ("acknowledgement_sent", {"expected_days": 5.0}, "expected_days: Input should be a valid integer."),
        ("acknowledgement_sent", {"expected_days": True}, "expected_days: Input should be a valid integer."),
        ("note_recorded", {"about": "x"}, "about: Input should be a valid tuple."),
        ("note_recorded", {"about": [5]}, "about[0]: Input should be a valid string."),
        ("note_recorded", {"about": [""]}, "about[0]: String should have at least 1 character."),
        (
            "decision_made",
            {"outcome": "Refused"},
            "outcome: Input should be 'granted', 'partly_granted', 'refused' or 'burdening'.",
        ),
    ],
)
def test_what_other_types_may_not_hold(type_, fields, message):
    with pytest.raises(CaseError) as caught:
        Case.read({"id": "c", "events": [{"type": type_, "id": "x", "time": JANUARY, **fields}]})
    assert str(caught.value).endswith(message)


def test_errors_never_repeat_a_value():
    secret = "Karen Hansen, 010190-1234"
    for fields in (
        {"time": secret},
        {"channel": secret},
        {"date_stamped_on": secret},
        {"written": secret},
        {"type": secret},
        {"id": secret * 20},
        {"date_stamped_on": "9999-99-99"},
        {"time": "2026-01-05T10:00+99:99"},
        {"kind": [secret]},
        {"merged_into": {"x": secret}},
        {"case": secret},
    ):
        text = refused(**fields)
        assert "Karen" not in text
        assert "010190" not in text
        assert "99" not in text


def test_several_faults_are_listed_but_not_without_end():
    broken = [{"type": "nothing", "id": str(number), "time": JANUARY} for number in range(50)]
    with pytest.raises(CaseError, match=r"events\[0\].*events\[4\].*and 45 more"):
        Case.read({"id": "c", "events": broken})


@pytest.mark.parametrize("blank", ["", " ", "\t\n ", "\u00a0", "\u2003"])
def test_blank_texts_and_links_are_absent(blank):
    given = event(kind=blank, forwarded_to=blank, merged_into=blank, actor=blank, unit=blank, case=blank)
    assert (given.kind, given.forwarded_to, given.merged_into, given.actor, given.unit, given.case) == (None,) * 6


def test_a_list_of_no_ids_is_absent():
    case = Case.read({"id": "c", "events": [{"type": "note_recorded", "id": "n", "time": JANUARY, "about": []}]})
    assert case.events[0].about is None


@pytest.mark.parametrize("kept", ["0", "\u200b", "x ", "Æ"])
def test_other_texts_are_kept_as_they_are(kept):
    assert event(kind=kept).kind == kept


def test_defaults_are_not_written_into_the_event():
    given = event()
    assert (given.requires_reply, given.contactable) == (None, None)
    assert events.AcknowledgementSent(id="a", time=date(2026, 1, 5)).automatic is None


def test_events_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        event().kind = "x"


# ------------------------------------------------------------------------------------------------------------------ times
def test_day_precision_and_a_clock_time_are_two_things():
    by_day, at_midnight = event(time=JANUARY), event(time="2026-01-05T00:00")
    assert type(by_day.time) is date
    assert isinstance(at_midnight.time, datetime)
    assert (by_day.instant, at_midnight.instant) == (None, datetime(2026, 1, 4, 23, tzinfo=UTC))
    assert by_day.day == at_midnight.day == date(2026, 1, 5)
    assert by_day != at_midnight


@pytest.mark.parametrize(
    ("time", "instant"),
    [
        ("2026-01-05T10:00", "2026-01-05T09:00Z"),
        ("2026-07-05T10:00", "2026-07-05T08:00Z"),
        ("2026-07-05 10:00:30", "2026-07-05T08:00:30Z"),
        ("2026-01-05T10:00:00.123456", "2026-01-05T09:00:00.123456Z"),
        ("2026-01-05T10:00:00.1234567", "2026-01-05T09:00:00.123456Z"),
        ("2026-01-05T10:00:00,5", "2026-01-05T09:00:00.5Z"),
        ("2026-01-05T10:00Z", "2026-01-05T10:00Z"),
        ("2026-01-05T10:00+01:00", "2026-01-05T09:00Z"),
        ("2026-01-05T10:00-0500", "2026-01-05T15:00Z"),
        # Summer time begins: 02:30 is skipped, and moved forward by the gap.
        ("2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
        ("2026-03-29T02:30", "2026-03-29T01:30Z"),
        ("2026-03-29T03:30", "2026-03-29T01:30Z"),
        # It ends: 02:30 is repeated, and the first is meant.
        ("2026-10-25T02:30", "2026-10-25T00:30Z"),
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30Z"),
        ("2026-10-25T03:00", "2026-10-25T02:00Z"),
    ],
)
def test_a_time_without_an_offset_is_copenhagen_time(time, instant):
    assert event(time=time).instant == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("zone", "time", "instant"),
    [
        ("UTC", "2026-07-05T10:00", "2026-07-05T10:00Z"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30Z"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30Z"),
        ("Asia/Kathmandu", "2026-07-05T10:00", "2026-07-05T04:15Z"),
        ("America/Godthab", "2026-07-05T10:00", "2026-07-05T11:00Z"),
        ("UTC", "2026-07-05T10:00+02:00", "2026-07-05T08:00Z"),
    ],
)
def test_a_case_may_be_read_in_another_zone(zone, time, instant):
    case = Case.read({"id": "c", "events": [{"type": "reply_sent", "id": "r", "time": time}]}, zone=zone)
    assert case.events[0].instant == datetime.fromisoformat(instant)


@pytest.mark.parametrize("zone", ["Mars/Phobos", "", "../../etc/passwd", "Europe", None, 5, "\0"])
def test_a_zone_that_is_none(zone):
    with pytest.raises(CaseError, match="the zone of the context is not a time zone"):
        Case.read({"id": "c", "events": [{"type": "reply_sent", "id": "r", "time": "2026-07-05T10:00"}]}, zone=zone)


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2026-01-05T23:00Z", date(2026, 1, 6)),
        ("2026-01-05T22:59:59Z", date(2026, 1, 5)),
        ("2026-07-05T22:00Z", date(2026, 7, 6)),
        ("2026-07-05T21:59:59.999999Z", date(2026, 7, 5)),
        ("2026-01-05T23:59:59", date(2026, 1, 5)),
        ("2026-01-06T00:00", date(2026, 1, 6)),
        ("2026-01-05T18:30-05:00", date(2026, 1, 6)),
        ("2026-01-06T03:00+09:00", date(2026, 1, 5)),
        ("2026-12-31T23:30Z", date(2027, 1, 1)),
    ],
)
def test_the_day_is_that_of_copenhagen(time, day):
    assert event(time=time).day == day


@pytest.mark.parametrize(
    "time",
    [
        "",
        "today",
        "05-01-2026",
        "2026-1-5",
        "20260105",
        "20260105T1000",
        "2026-W02-1",
        "2026-W02",
        "2026-005",
        "2026-01",
        "2026-01-05T",
        "2026-01-05T10",
        "2026-01-05x10:00",
        "2026-01-05T10:00 Copenhagen",
        " 2026-01-05",
        "2026-01-05 ",
        "\uff12\uff10\uff12\uff16-01-05",
        "2026-13-01",
        "2026-02-29",
        "2026-01-05T25:00",
        "2026-01-05T10:60",
        "2026-01-05T10:00+25:00",
        "1989-12-31",
        "2101-01-01",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00",
        "1990-01-01T00:00+05:00",  # a day of 1989 in Copenhagen
        "2100-12-31T23:59-10:00",  # and one of 2101
        5,
        1767571200,
        1.5,
        True,
        None,
        ["2026-01-05"],
    ],
)
def test_what_is_no_time(time):
    assert refused(time=time).startswith("events[0].time: ")


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("1990-01-01", date(1990, 1, 1)),
        ("2100-12-31", date(2100, 12, 31)),
        ("2100-12-31T23:59:59", date(2100, 12, 31)),
        ("1989-12-31T23:30Z", date(1990, 1, 1)),
        ("2101-01-01T00:30+05:00", date(2100, 12, 31)),
    ],
)
def test_the_first_and_the_last_day(time, day):
    assert event(time=time).day == day


def test_times_as_python_objects():
    new_york = datetime(2026, 1, 5, 20, tzinfo=ZoneInfo("America/New_York"))
    assert event(time=new_york).day == date(2026, 1, 6)
    assert event(time=datetime(2026, 1, 5, 10)).instant == datetime(2026, 1, 5, 9, tzinfo=UTC)  # noqa: DTZ001
    assert event(time=date(2026, 1, 5)).instant is None
    assert refused(time=datetime(1, 1, 1)).endswith("a time lies in the years 1990 to 2100.")  # noqa: DTZ001
    assert refused(time=datetime.max.replace(tzinfo=timezone(timedelta(hours=-14)))).endswith("1990 to 2100.")


def test_recorded_at_is_a_time_of_its_own():
    given = event(time="2026-01-05", recorded_at="2026-01-09T10:00")
    assert given.day == date(2026, 1, 5)
    assert given.recorded_at.astimezone(UTC) == datetime(2026, 1, 9, 9, tzinfo=UTC)
    assert refused(recorded_at="nonsense").startswith("events[0].recorded_at: a time is written")


@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
@settings(max_examples=200, deadline=None)
def test_a_time_keeps_its_instant_and_reads_back_as_it_was_written(naive, minutes):
    aware = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    for text, instant in ((aware.isoformat(), aware), (naive.isoformat(), naive.replace(tzinfo=COPENHAGEN, fold=0))):
        moment = read_moment(text)
        assert moment.astimezone(UTC) == instant.astimezone(UTC)
        assert read_moment(moment.isoformat()) == moment
        assert event(time=text).day == instant.astimezone(UTC).astimezone(COPENHAGEN).date()


@given(st.text(max_size=25) | st.text("0123456789-:TZ+W .,", max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_time_or_an_error_that_does_not_repeat_it(text):
    for read in (read_moment, read_day):
        message = error_of(read, text)
        assert message is None or len(text) < len("Jens Hansen, Støvring") or text not in message


def error_of(read, text):
    try:
        read(text)
    except ValueError as error:
        return str(error)
    return None


# ---------------------------------------------------------------------------------------------------------- derived fields
@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"channel": "post", "date_stamped_on": "2026-01-07"}, date(2026, 1, 7)),
        ({"channel": "post"}, None),
        ({"channel": "email", "date_stamped_on": "2026-01-07"}, date(2026, 1, 5)),
        ({"channel": "phone"}, date(2026, 1, 5)),
        ({"date_stamped_on": "2026-01-07"}, None),  # nothing tells whether it came by post
        ({"channel": "email", "time": "2026-01-05T23:30Z"}, date(2026, 1, 6)),
    ],
)
def test_received_on_is_the_date_stamp_for_post_else_the_local_day(fields, day):
    assert event(**fields).received_on == day


@pytest.mark.parametrize(
    ("channel", "written"),
    [
        ("post", True),
        ("digital_post", True),
        ("email", True),
        ("self_service", True),
        ("phone", False),
        ("in_person", False),
        ("other", None),
        (None, None),
    ],
)
def test_written_follows_from_the_channel_where_it_is_not_given(channel, written):
    assert event(channel=channel).written is written
    assert event(channel=channel, written=True).written is True
    assert event(channel=channel, written=False).written is False


def test_received_on_is_read_only_and_not_dumped():
    given = event(channel="email")
    with pytest.raises((AttributeError, ValueError)):
        given.received_on = date(2026, 1, 1)
    assert "received_on" not in given.model_dump()


def test_a_copy_at_another_time_has_another_day():
    given = event(time="2026-01-05T10:00")
    assert given.instant
    moved = given.model_copy(update={"time": date(2026, 2, 2)})
    assert (moved.day, moved.instant) == (date(2026, 2, 2), None)
