"""Working days and due dates: the table of the domain notes, every year's holidays, the options, and properties."""

import pickle
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rebild_policy.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    Calendar,
    ClosingDay,
    CountedDay,
    Duration,
    Unit,
    local_day,
)

DANISH = Calendar()
TEN = Duration(10, "working days")
ONE_DAY = timedelta(days=1)

# Received; due by default; with 5 June, 24 and 31 December closed; with Saturdays. Computed apart from this library.
TABLE = [
    ("2026-01-05", "2026-01-19", "2026-01-19", "2026-01-16"),
    ("2026-03-27", "2026-04-15", "2026-04-15", "2026-04-11"),
    ("2025-12-15", "2025-12-31", "2026-01-05", "2025-12-29"),
    ("2025-05-27", "2025-06-12", "2025-06-13", "2025-06-10"),
    ("2023-04-24", "2023-05-09", "2023-05-09", "2023-05-06"),
    ("2024-04-12", "2024-04-26", "2024-04-26", "2024-04-24"),
    ("2026-10-17", "2026-10-30", "2026-10-30", "2026-10-29"),
]

calendars = st.builds(
    Calendar,
    saturdays=st.booleans(),
    closed=st.frozensets(st.sampled_from(get_args(ClosingDay))),
    local_closed=st.frozensets(st.dates(date(2025, 1, 1), date(2026, 12, 31)), max_size=6),
    count_first_day=st.booleans(),
)
# Half of the days lie where the local closures are, half anywhere.
starts = st.one_of(st.dates(date(2024, 12, 1), date(2026, 12, 31)), st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)))
units = st.sampled_from(get_args(Unit))
values = st.one_of(st.integers(0, 40), st.integers(0, 600))
durations = st.builds(Duration, values, units)
rolls = st.sampled_from([None, "next working day"])
# No deadline: the first due date of a run pays for the import of `holidays`.
examples = settings(max_examples=60, deadline=None)


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian algorithm (Meeus, Jones, Butcher)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leaps, leap_rest = divmod(rest, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def public_holidays(year: int) -> set[date]:
    """Return the public holidays, by their distance from Easter; Store Bededag is its fourth Friday, until 2023."""
    moving = [-3, -2, 0, 1, 39, 49, 50] + ([26] if year <= 2023 else [])
    fixed = {date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)}
    return fixed | {easter(year) + timedelta(days=days) for days in moving}


def days_of(year: int) -> list[date]:
    """Return every day of a year."""
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def due(start: str, duration: str, calendar: Calendar = DANISH, roll: bool = False) -> str:
    """Return the due date, all in text."""
    day = calendar.due(date.fromisoformat(start), Duration.parse(duration), "next working day" if roll else None)
    return day.isoformat()


@pytest.mark.parametrize(("received", "default", "closed", "saturdays"), TABLE)
def test_ten_working_days_in_three_readings(received, default, closed, saturdays):
    assert due(received, "10 working days") == default
    assert due(received, "10 working days", DANISH.stricter()) == closed
    assert due(received, "10 working days", DANISH.lenient()) == saturdays


def test_easter_of_the_tests_is_right():
    known = [
        date(1990, 4, 15),
        date(2000, 4, 23),
        date(2008, 3, 23),
        date(2024, 3, 31),
        date(2026, 4, 5),
        date(2038, 4, 25),
    ]
    assert [easter(day.year) for day in known] == known


# The last year that a due date can reach in working days is 2115; 2405 is reached by months.
@pytest.mark.parametrize("years", [range(FIRST_YEAR, LAST_YEAR + 1), range(LAST_YEAR + 1, 2116), [2405]])
def test_public_holidays_of_every_year(years):
    for year in years:
        found = {day for day in days_of(year) if DANISH.closure(day) == "holiday"}
        assert found == public_holidays(year)
        assert len(found) == (11 if year <= 2023 else 10)


def test_days_off_of_every_year():
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        off = public_holidays(year)
        working = [day for day in days_of(year) if day.weekday() < 5 and day not in off]
        assert [day for day in days_of(year) if DANISH.is_working_day(day)] == working


def test_store_bededag_ended_with_2023():
    assert DANISH.closure(date(2023, 5, 5)) == "holiday"
    assert DANISH.is_working_day(date(2024, 4, 26))


def test_holiday_names_follow_the_language_asked_for_not_the_locale(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "uk")
    assert DANISH.holiday_name(date(2026, 5, 14), "da") == "Kristi himmelfartsdag"
    assert DANISH.holiday_name(date(2026, 5, 14), "en") == "Ascension Day"
    assert DANISH.holiday_name(date(2111, 1, 1), "en") == "New Year's Day"
    assert DANISH.holiday_name(date(2026, 5, 15), "da") is None


def test_optional_days_have_no_holiday_name():
    assert Calendar(closed=frozenset({"24 December"})).holiday_name(date(2026, 12, 24), "da") is None


def test_closure_says_why():
    calendar = Calendar(closed=frozenset({"24 December"}), local_closed=frozenset({date(2026, 10, 16)}))
    reasons = {
        date(2026, 4, 2): "holiday",
        date(2026, 4, 5): "holiday",  # Easter Sunday: the holiday tells more than the weekday
        date(2026, 4, 11): "saturday",
        date(2026, 4, 12): "sunday",
        date(2026, 12, 24): "closed",
        date(2026, 10, 16): "closed",
        date(2022, 12, 24): "saturday",
        date(2026, 12, 31): None,
    }
    assert {day: calendar.closure(day) for day in reasons} == reasons


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("1 May", date(2025, 5, 1)),
        ("5 June", date(2025, 6, 5)),
        ("24 December", date(2025, 12, 24)),
        ("31 December", date(2025, 12, 31)),
    ],
)
def test_each_closing_day_closes_its_own_date_only(name, day):
    calendar = Calendar(closed=frozenset({name}))
    assert {d for d in days_of(2025) if calendar.is_working_day(d) != DANISH.is_working_day(d)} == {day}


def test_a_holiday_on_a_saturday_stays_a_holiday_when_saturdays_count():
    assert DANISH.lenient().closure(date(2026, 12, 26)) == "holiday"
    assert DANISH.lenient().is_working_day(date(2026, 12, 19))


def test_local_closing_date_moves_the_due_date():
    calendar = Calendar(local_closed=frozenset({date(2026, 1, 9), date(2026, 1, 10)}))
    assert due("2026-01-05", "10 working days", calendar) == "2026-01-20"


def test_first_day_counts_only_if_it_is_a_working_day_and_only_in_working_days():
    calendar = Calendar(count_first_day=True)
    assert due("2026-01-05", "10 working days", calendar) == "2026-01-16"
    assert due("2026-10-17", "10 working days", calendar) == "2026-10-30"
    assert due("2026-01-05", "1 working day", calendar) == "2026-01-05"
    assert due("2026-01-05", "0 working days", calendar) == "2026-01-05"
    assert due("2026-01-05", "7 days", calendar) == "2026-01-12"


def test_stricter_and_lenient_keep_the_other_options():
    calendar = Calendar(closed=frozenset({"1 May"}), count_first_day=True, cut_off=time(15))
    assert calendar.stricter() == Calendar(closed=frozenset(get_args(ClosingDay)), count_first_day=True, cut_off=time(15))
    assert calendar.lenient() == Calendar(saturdays=True, closed=frozenset({"1 May"}), count_first_day=True, cut_off=time(15))


@pytest.mark.parametrize(
    ("clock", "cut_off", "day"),
    [
        ("2026-01-05T23:59", None, "2026-01-05"),
        ("2026-01-05T15:00", time(15), "2026-01-05"),
        ("2026-01-05T15:00:01", time(15), "2026-01-06"),
        ("2026-01-09T16:00", time(15), "2026-01-10"),  # a Saturday: the next calendar day, working day or not
        ("2026-01-05T14:30Z", time(15), "2026-01-06"),  # 15:30 in Copenhagen
        ("2026-01-05T23:30Z", time(15), "2026-01-06"),  # 00:30 the next day, before its cut-off
    ],
)
def test_cut_off(clock, cut_off, day):
    assert Calendar(cut_off=cut_off).received_day(datetime.fromisoformat(clock)).isoformat() == day


def test_local_day_is_the_date_in_copenhagen_in_winter_and_summer():
    assert local_day(datetime(2026, 1, 5, 22, 59, tzinfo=UTC)) == date(2026, 1, 5)
    assert local_day(datetime(2026, 1, 5, 23, 0, tzinfo=UTC)) == date(2026, 1, 6)
    assert local_day(datetime(2026, 7, 5, 21, 59, tzinfo=UTC)) == date(2026, 7, 5)
    assert local_day(datetime(2026, 7, 5, 22, 0, tzinfo=UTC)) == date(2026, 7, 6)


def test_local_day_refuses_a_moment_without_offset():
    with pytest.raises(ValueError, match="no offset"):
        local_day(datetime.fromisoformat("2026-01-05T12:00"))


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-01-31", "1 month", "2026-02-28"),
        ("2024-01-31", "1 month", "2024-02-29"),
        ("2026-01-31", "2 months", "2026-03-31"),
        ("2026-08-31", "1 month", "2026-09-30"),
        ("2026-12-15", "1 month", "2027-01-15"),
        ("2026-11-30", "3 months", "2027-02-28"),
        ("2024-02-29", "12 months", "2025-02-28"),
        ("2026-01-15", "0 months", "2026-01-15"),
        ("2100-12-31", "3660 months", "2405-12-31"),
        ("2026-01-05", "4 weeks", "2026-02-02"),
        ("2026-03-27", "7 days", "2026-04-03"),
        ("2026-01-10", "0 working days", "2026-01-10"),
    ],
)
def test_calendar_durations(start, duration, end):
    assert due(start, duration) == end


@pytest.mark.parametrize(
    ("start", "duration", "plain", "rolled"),
    [
        ("2026-03-27", "7 days", "2026-04-03", "2026-04-07"),  # Good Friday to the Tuesday after Easter
        ("2026-01-10", "1 week", "2026-01-17", "2026-01-19"),
        ("2026-01-31", "1 month", "2026-02-28", "2026-03-02"),
        ("2026-01-05", "4 days", "2026-01-09", "2026-01-09"),
        ("2026-01-10", "0 working days", "2026-01-10", "2026-01-12"),
        ("2100-12-24", "1 day", "2100-12-25", "2100-12-27"),
        ("2100-12-31", "3660 months", "2405-12-31", "2406-01-02"),
    ],
)
def test_roll_moves_a_due_date_off_a_day_off(start, duration, plain, rolled):
    assert due(start, duration) == plain
    assert due(start, duration, roll=True) == rolled


def test_roll_does_not_mix_with_the_cache_of_the_plain_due_date():
    calendar = Calendar()
    assert [due("2026-01-10", "1 week", calendar, roll) for roll in (False, True, False)] == [
        "2026-01-17",
        "2026-01-19",
        "2026-01-17",
    ]


def test_the_longest_count_of_working_days_from_the_last_start():
    off = {day for year in range(2101, 2116) for day in public_holidays(year)}
    days = (day for year in range(2101, 2116) for day in days_of(year) if day.weekday() < 5 and day not in off)
    last = next(day for number, day in enumerate(days, start=1) if number == 3660)
    assert DANISH.due(date(2100, 12, 31), Duration(3660, "working days")) == last


def test_holidays_after_2100_are_skipped():
    # The `holidays` package has none after 2100. In 2101 the 14th, 15th and 18th of April are days off for Easter.
    assert due("2100-12-31", "73 working days") == "2101-04-13"
    assert due("2100-12-31", "74 working days") == "2101-04-19"


def test_count_tells_the_days_skipped_and_why():
    told = DANISH.count(date(2026, 4, 1), Duration(2, "working days"))
    assert told == (
        CountedDay(date(2026, 4, 1), 0, None),
        CountedDay(date(2026, 4, 2), None, "holiday"),
        CountedDay(date(2026, 4, 3), None, "holiday"),
        CountedDay(date(2026, 4, 4), None, "saturday"),
        CountedDay(date(2026, 4, 5), None, "holiday"),
        CountedDay(date(2026, 4, 6), None, "holiday"),
        CountedDay(date(2026, 4, 7), 1, None),
        CountedDay(date(2026, 4, 8), 2, None),
    )


def test_count_in_other_units_is_start_and_due_and_what_the_roll_passed_over():
    start, week = date(2026, 1, 10), Duration(1, "weeks")
    assert DANISH.count(start, week) == ((start, 0, None), (date(2026, 1, 17), 1, None))
    assert Calendar(count_first_day=True).count(date(2026, 1, 5), week)[0].number == 0
    assert DANISH.count(start, week, "next working day") == (
        (start, 0, None),
        (date(2026, 1, 17), None, "saturday"),
        (date(2026, 1, 18), None, "sunday"),
        (date(2026, 1, 19), 1, None),
    )


def test_working_days_between():
    monday, next_monday = date(2026, 1, 5), date(2026, 1, 12)
    assert DANISH.working_days_between(monday, monday) == 0
    assert DANISH.working_days_between(monday, next_monday) == 5
    assert DANISH.working_days_between(next_monday, monday) == -5
    assert DANISH.working_days_between(date(2026, 1, 9), date(2026, 1, 11)) == 0
    assert DANISH.working_days_between(date(2025, 12, 30), date(2026, 1, 2)) == 2
    assert Calendar(count_first_day=True).working_days_between(monday, next_monday) == 5


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("10 working days", Duration(10, "working days")),
        ("1 working day", Duration(1, "working days")),
        ("1 working days", Duration(1, "working days")),
        ("7 days", Duration(7, "days")),
        ("4 weeks", Duration(4, "weeks")),
        ("1 month", Duration(1, "months")),
        ("0 days", Duration(0, "days")),
        ("3660 days", Duration(3660, "days")),
    ],
)
def test_duration_is_read(text, duration):
    assert Duration.parse(text) == duration


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("3661 days", "3661 is not a whole number"),
        ("-1 days", "'-1' is not a whole number"),
        ("05 days", "'05' is not a whole number"),
        ("ten days", "'ten' is not a whole number"),
        ("1.5 months", "'1.5' is not a whole number"),
        ("٣ days", "is not a whole number"),
        ("9" * 5000 + " days", "is not a whole number"),
        ("", "'' is not a whole number"),
        ("5", "unit is missing"),
        ("2 month", "'month' is not a unit"),
        ("10  days", "' days' is not a unit"),
        ("10 days ", "'days ' is not a unit"),
        ("10 Days", "'Days' is not a unit"),
        ("3 years", "'years' is not a unit"),
        (10, "unit is missing"),
    ],
)
def test_other_text_is_no_duration(text, wrong):
    with pytest.raises(ValueError, match="working days, days, weeks, months") as error:
        Duration.parse(text)
    assert wrong in str(error.value)


@pytest.mark.parametrize(("value", "unit"), [(-1, "days"), (3661, "days"), (True, "days"), (1.0, "days"), (1, "day")])
def test_a_duration_made_by_hand_is_checked_too(value, unit):
    with pytest.raises(ValueError, match="is not a duration"):
        Duration(value, unit)


def test_days_outside_the_supported_years_are_refused():
    for start in (date(1989, 12, 31), date(2101, 1, 1)):
        for unit in get_args(Unit):
            with pytest.raises(ValueError, match="outside the supported years 1990 to 2100"):
                DANISH.due(start, Duration(1, unit))
    for ask in (DANISH.closure, DANISH.is_working_day, lambda day: DANISH.holiday_name(day, "da")):
        with pytest.raises(ValueError, match="outside the supported years"):
            ask(date(1989, 12, 31))
        with pytest.raises(ValueError, match="outside the supported years"):
            ask(date(2500, 1, 1))


def test_a_moment_is_no_day():
    # Let through, it would equal no holiday: Christmas Day would be a working day.
    moment = datetime(2026, 12, 25, tzinfo=UTC)
    for ask in (
        lambda: DANISH.closure(moment),
        lambda: DANISH.due(moment, TEN),
        lambda: DANISH.due(moment, Duration(1, "weeks")),
        lambda: DANISH.working_days_between(moment, moment),
        lambda: Calendar(local_closed=frozenset({moment})),
    ):
        with pytest.raises(TypeError, match="not a day"):
            ask()


def test_options_that_would_have_no_effect_are_refused():
    with pytest.raises(ValueError, match="24 Dec"):
        Calendar(closed=frozenset({"24 Dec"}))
    with pytest.raises(ValueError, match="time zone"):
        Calendar(cut_off=time(15, tzinfo=UTC))
    with pytest.raises(ValueError, match="unknown roll"):
        DANISH.due(date(2026, 1, 5), TEN, "previous working day")


def test_the_cache_is_no_part_of_a_calendar():
    used, fresh = Calendar(), Calendar()
    used.due(date(2026, 1, 5), TEN)
    assert used == fresh
    assert hash(used) == hash(fresh)
    assert repr(used) == repr(fresh)
    assert pickle.loads(pickle.dumps(used)) == fresh


@examples
@given(durations)
def test_duration_text_reads_back(duration):
    assert Duration.parse(str(duration)) == duration


@examples
@given(calendars, starts, durations, rolls)
def test_due_is_monotone_in_start(calendar, start, duration, roll):
    later = min(start + ONE_DAY, date(LAST_YEAR, 12, 31))
    assert start <= calendar.due(start, duration, roll) <= calendar.due(later, duration, roll)


@examples
@given(calendars, starts, values, units, rolls)
def test_due_is_monotone_in_duration(calendar, start, value, unit, roll):
    longer = calendar.due(start, Duration(value + 1, unit), roll)
    assert calendar.due(start, Duration(value, unit), roll) <= longer


@examples
@given(calendars, starts, durations)
def test_due_is_a_working_day_in_working_days_and_after_a_roll(calendar, start, duration):
    if duration.unit == "working days" and duration.value:
        assert calendar.is_working_day(calendar.due(start, duration))
    assert calendar.is_working_day(calendar.due(start, duration, "next working day"))


@examples
@given(calendars, starts, values)
def test_the_working_days_between_start_and_due_are_the_duration(calendar, start, value):
    counted_at_start = bool(value) and calendar.count_first_day and calendar.is_working_day(start)
    end = calendar.due(start, Duration(value, "working days"))
    assert calendar.working_days_between(start, end) == value - counted_at_start


@examples
@given(calendars, starts, st.integers(-400, 400))
def test_working_days_between_is_what_counting_one_by_one_gives(calendar, start, distance):
    start = max(start, date(FIRST_YEAR + 2, 1, 1))
    first, last = sorted([start, start + timedelta(days=distance)])
    number = sum(calendar.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    assert calendar.working_days_between(first, last) == number
    assert calendar.working_days_between(last, first) == -number


@examples
@given(calendars, starts, st.builds(Duration, st.integers(0, 60), units), rolls)
def test_count_ends_on_due(calendar, start, duration, roll):
    told = calendar.count(start, duration, roll)
    assert told[0].day == start
    assert told[-1].day == calendar.due(start, duration, roll)
    assert told[-1].number == duration.value
    assert all((day.number is None) == (day.reason is not None) for day in told)
    assert [day.day for day in told] == sorted({day.day for day in told})


@examples
@given(calendars, starts, st.integers(1, 60))
def test_count_in_working_days_leaves_no_day_and_no_number_out(calendar, start, value):
    told = calendar.count(start, Duration(value, "working days"))
    assert [day.day for day in told] == [start + timedelta(days=n) for n in range(len(told))]
    numbers = [day.number for day in told if day.number is not None]
    assert numbers == list(range(numbers[0], value + 1))
    assert all(calendar.closure(day.day) == day.reason for day in told[1:])


@examples
@given(calendars, starts, st.integers(0, 100))
def test_the_three_readings_are_ordered(calendar, start, value):
    duration = Duration(value, "working days")
    if not calendar.count_first_day:
        assert calendar.lenient().due(start, duration) <= calendar.due(start, duration)
        assert calendar.due(start, duration) <= calendar.stricter().due(start, duration)
