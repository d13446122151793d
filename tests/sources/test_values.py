"""From cells to values and times: what each text stands for, and that one which can't be read is told by its column only."""

import re
from datetime import date, datetime

import pytest

from rebild_policy.facts import COPENHAGEN


def only_case(export):
    (case,) = export.cases
    return case


def reasons(export):
    return [(row.row, row.column, row.reason) for row in export.accounting.quarantined]


# ----------------------------------------------------------------------------------------------------------------- values
def with_field(source, field, spec):
    return source.small.replace("matter: {column: text}", f"matter: {{value: m}}\n        {field}: {spec}")


@pytest.mark.parametrize("word", ["ja", "JA", "true", "1", "yes", "sand"])
def test_yes(source, word):
    export = source.rows(f"a;1;Høring;05-01-2026;;;;{word}", mapping=with_field(source, "facts_included", "{column: text}"))
    assert only_case(export).case.events[0].facts_included is True


@pytest.mark.parametrize("word", ["nej", "Nej", "false", "0", "no", "falsk"])
def test_no(source, word):
    export = source.rows(f"a;1;Høring;05-01-2026;;;;{word}", mapping=with_field(source, "facts_included", "{column: text}"))
    assert only_case(export).case.events[0].facts_included is False


def test_constants_enums_and_nulls(source):
    mapping = with_field(source, "mode", "{column: text, values: {M: oral, S: written, '-': null}}").replace(
        "matter: {value: m}", "facts_included: {value: false}"
    )
    export = source.rows(*(f"a;{n};Høring;05-01-2026;;;;{text}" for n, text in enumerate(["M", "S", "-", ""])), mapping=mapping)
    assert [event.mode for event in only_case(export).case.events] == ["oral", "written", None, None]
    assert {event.facts_included for event in only_case(export).case.events} == {False}


def test_given_links_of_one_and_of_several(source):
    mapping = source.small.replace("  Svar:", "  Notat:\n    - event: note_recorded\n      set: {about: {column: text}}\n  Svar:")
    export = source.rows("a;1;Svar;05-01-2026;;;;", "a;2;Notat;06-01-2026;;;;1, 9", mapping=mapping)
    assert only_case(export).case.events[1].about == ("1", "9")
    assert export.accounting.notes == {"note_recorded.about: points to no event of the case": 1}


@pytest.mark.parametrize(
    ("field", "spec", "cell", "reason"),
    [
        ("facts_included", "{column: text}", "måske", "yes or no was expected, as one of ja, true, 1"),
        ("mode", "{column: text}", "mundtlig", "one of the 2 texts that the mapping gives for 'mode' was expected"),
        ("mode", "{column: text, values: {M: oral}}", "S", "one of the 1 texts that the mapping gives for 'mode' was"),
        ("recorded_at", "{column: text}", "i går", "a date or time was expected, written as %d-%m-%Y %H:%M or %d-%m-%Y"),
        ("unit", "{column: text}", "x" * 10_001, "a text of at most 10000 characters was expected"),
    ],
)
def test_a_value_that_is_none_quarantines_the_row_without_being_told(source, field, spec, cell, reason):
    export = source.rows(f"a;1;Høring;05-01-2026;;;;{cell}", mapping=with_field(source, field, spec))
    ((row, column, said),) = reasons(export)
    assert (row, column) == (2, "Emne")
    assert said.startswith(reason)
    assert cell not in said
    assert only_case(export).gaps == {"hearing_sent"}


def test_whole_numbers(source):
    mapping = source.small.replace(
        "  Svar:", "  Kvit:\n    - event: acknowledgement_sent\n      set: {expected_days: {column: text}}\n  Svar:"
    )
    export = source.rows(
        "a;1;Kvit;05-01-2026;;;;14", "a;2;Kvit;06-01-2026;;;;1.5", "a;3;Kvit;06-01-2026;;;;" + "9" * 30, mapping=mapping
    )
    assert [event.expected_days for event in only_case(export).case.events] == [14]
    assert reasons(export) == [(3, "Emne", "a whole number was expected"), (4, "Emne", "a whole number was expected")]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (";1;Svar;05-01-2026;;;;", "Sag", "the column is empty"),
        ("a;;Svar;05-01-2026;;;;", "Nr", "the column is empty"),
        ("a;1;;05-01-2026;;;;", "Aktivitet", "the column is empty"),
        ("a;1;Svar;;;;;", "Dato", "the column is empty"),
        ("a;1;Svar;31-02-2026;;;;", "Dato", "a date or time was expected"),
        ("a;1;Svar;05-01-1066;;;;", "Dato", "a date in the years 1990 to 2100 was expected"),
        ("a;1;Høring;05-01-2026;;;31-12-9999;", "Frist", "a date in the years 1990 to 2100 was expected"),
        ("x" * 201 + ";1;Svar;05-01-2026;;;;", "Sag", "an id of at most 200 characters was expected"),
        ("a;" + "1" * 201 + ";Svar;05-01-2026;;;;", "Nr", "an id of at most 200 characters was expected"),
    ],
)
def test_rows_that_are_quarantined(source, row, column, reason):
    export = source.rows("a;0;Svar;05-01-2026;;;;", row)
    ((line, blamed, said),) = reasons(export)
    assert (line, blamed) == (3, column)
    assert said.startswith(reason)
    assert export.accounting.lost_cases == (column == "Sag")


# ------------------------------------------------------------------------------------------------------------------ times
def moments(source, time, *texts):
    mapping = re.sub(r"time: \{format.*\}", f"time: {time}", source.small)
    export = source.rows(*(f"a;{n};Svar;{text};;;;" for n, text in enumerate(texts)), mapping=mapping)
    assert not export.accounting.quarantined
    return [event.time for event in only_case(export).case.events]


def test_iso_times(source):
    assert moments(source, "{format: iso}", "2026-01-05", "20260105", "2026-01-05 10:30", "2026-01-05T10:30:00.123456+02:00") == [
        date(2026, 1, 5),
        date(2026, 1, 5),
        datetime(2026, 1, 5, 10, 30, tzinfo=COPENHAGEN),
        datetime.fromisoformat("2026-01-05T10:30:00.123456+02:00"),
    ]


def test_times_without_an_offset_are_local_in_the_hour_that_is_skipped_and_the_one_that_comes_twice(source):
    skipped, twice = moments(source, "{format: iso}", "2026-03-29T02:30", "2026-10-25T02:30")
    assert skipped.isoformat() == "2026-03-29T03:30:00+02:00"
    assert twice.isoformat() == "2026-10-25T02:30:00+02:00"


def test_zone_and_precision(source):
    late = "2026-01-05T23:30:00Z"
    assert moments(source, "{format: iso, precision: day}", late) == [date(2026, 1, 6)]
    assert moments(source, "{format: iso, precision: day, zone: UTC}", late) == [date(2026, 1, 5)]
    (clock,) = moments(source, "{format: iso, zone: UTC}", "2026-01-05T23:30")
    assert clock == datetime.fromisoformat(late)
    assert moments(
        source, "{format: iso, precision: midnight-is-day}", "2026-01-05T00:00:00.02", "2026-01-05T00:00:01", "2026-01-05"
    ) == [date(2026, 1, 5), datetime(2026, 1, 5, 0, 0, 1, tzinfo=COPENHAGEN), date(2026, 1, 5)]


def test_seconds_since_1970(source):
    assert moments(source, "{format: epoch, zone: UTC, precision: midnight-is-day}", "1153699200.0", "1153699201") == [
        date(2006, 7, 24),
        datetime.fromisoformat("2006-07-24T00:00:01+00:00"),
    ]
    mapping = re.sub(r"time: \{format.*\}", "time: {format: epoch}", source.small)
    export = source.rows(*(f"a;{n};Svar;{text};;;;" for n, text in enumerate(["nan", "inf", "1e300", "-5"])), mapping=mapping)
    assert len(export.accounting.quarantined) == 4


def test_an_event_may_have_another_time_than_its_row(source):
    mapping = source.small.replace("- event: reply_sent", "- event: reply_sent\n      time: {column: deadline, precision: day}")
    export = source.rows("a;1;Svar;05-01-2026 08:00;;;03-01-2026 09:00;", "a;2;Svar;05-01-2026;;;;", mapping=mapping)
    assert only_case(export).case.events[0].time == date(2026, 1, 3)
    assert reasons(export) == [(3, "Frist", "the column is empty")]


def test_the_date_of_a_clock_time_is_the_local_one(source):
    mapping = source.small.replace('format: ["%d-%m-%Y %H:%M", "%d-%m-%Y"]', "format: iso")
    export = source.rows("a;1;Høring;2026-01-05;;;2026-01-05T23:30:00Z;", mapping=mapping)
    assert only_case(export).case.events[0].respond_by == date(2026, 1, 6)
