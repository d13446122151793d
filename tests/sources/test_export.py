"""From rows to cases: values, times, coverage, gaps, duplicates, the account of every row, and no citizen in any of it."""

import csv
import hashlib
from datetime import date, datetime

import pytest

from rebild_policy.errors import PolicyError, SourceError
from rebild_policy.facts import COPENHAGEN, vocabulary
from rebild_policy.privacy import CPR_SHAPE
from rebild_policy.sources import read_export, write_quarantine


def only_case(export):
    (case,) = export.cases
    return case


def reasons(export):
    return [(row.row, row.column, row.reason) for row in export.accounting.quarantined]


# ----------------------------------------------------------------------------------------------------------------- events
def test_rows_become_events_and_cases_in_source_order(source):
    export = source.rows(
        "b;1;Ind;05-01-2026 10:30;Tilskud;Brev;;hjælp",
        "a;2;Ind;03-01-2026;;Mail;;",
        "b;3;Svar;09-01-2026;;;;",
    )
    assert [case.case.id for case in export.cases] == ["b", "a"]
    first = export.cases[0]
    assert first.rows == {"1": 2, "3": 4}
    inquiry, reply = first.case.events
    assert (inquiry.type, inquiry.channel, inquiry.kind) == ("inquiry_received", "post", "hjælp")
    assert inquiry.time == datetime(2026, 1, 5, 10, 30, tzinfo=COPENHAGEN)
    assert reply.time == date(2026, 1, 9)
    assert reply.inquiry == "1"
    assert export.cases[1].case.events[0].kind is None, "an empty cell is absent"
    assert (export.name, export.same_day) == ("export.csv", "unknown")
    assert export.input_sha256 == hashlib.sha256((source.folder / "export.csv").read_bytes()).hexdigest()
    assert export.mapping_sha256 == hashlib.sha256((source.folder / "mapping.yaml").read_bytes()).hexdigest()


def test_one_row_may_give_several_events(source):
    case = only_case(source.rows("a;7;Ansøgning;05-01-2026;;;;"))
    assert [(event.id, event.type) for event in case.case.events] == [
        ("7", "inquiry_received"),
        ("7.2", "application_received"),
    ]
    assert case.rows == {"7": 2, "7.2": 2}


def test_without_an_id_column_the_line_is_the_id(source):
    export = source.rows("a;1;Svar;05-01-2026;;;;", "a;1;Svar;05-01-2026;;;;", mapping=source.small.replace("  id: Nr\n", ""))
    assert only_case(export).rows == {"row-2": 2, "row-3": 3}


def test_when(source):
    export = source.rows(
        "a;1;Ind;05-01-2026;;Intern;;",
        "a;2;Ind;05-01-2026;;Brev;;",
        "a;3;Ind;05-01-2026;;;;",
    )
    assert list(only_case(export).rows) == ["2"]
    assert export.accounting.skipped == {"Ind": 1}
    assert reasons(export) == [(4, "Kanal", "the column is empty, so the activity's 'when' can't be answered")]
    assert "inquiry_received" in only_case(export).gaps


@pytest.mark.parametrize(
    ("when", "kept"),
    [
        ("present(row.kind) and row.kind != 'B'", ["1"]),
        ("not present(row.kind) or row.kind != 'B'", ["1", "3"]),
        ("row.kind == 'A' or row.text == 'y'", ["1", "3"]),
        ("row.kind in ('A', 'B') and row.text != row.kind", ["1"]),
    ],
)
def test_conditions(source, when, kept):
    mapping = source.small.replace("row.channel != 'Intern'", when)
    rows = ("a;1;Ind;05-01-2026;A;;;x", "b;2;Ind;05-01-2026;B;;;B", "c;3;Ind;05-01-2026;;;;y")
    assert [id_ for case in source.rows(*rows, mapping=mapping).cases for id_ in case.rows] == kept


# ------------------------------------------------------------------------------------------------------- case, gaps, links
def test_case_fields_come_from_the_first_row_that_has_them(source):
    export = source.rows("a;1;Oprettet;;;;;", "a;2;Andet;;Tilskud;;;", "a;3;Svar;05-01-2026;Tilskud;;;")
    assert only_case(export).case.kind == "Tilskud"
    assert not only_case(export).gaps


def test_a_case_that_contradicts_itself_is_unknown_there(source):
    export = source.rows("a;1;Oprettet;;Tilskud;;;", "a;2;Oprettet;;Byg;;;", "a;3;Oprettet;;Vej;;;", "b;1;Oprettet;;Vej;;;")
    assert [(case.case.kind, case.gaps) for case in export.cases] == [(None, {"case.kind"}), ("Vej", frozenset())]
    assert export.accounting.notes == {"case.kind: rows of one case contradict each other": 1}
    assert not export.accounting.quarantined


def test_a_case_value_that_is_none_is_unknown_there(source):
    mapping = source.small.replace("  kind: {column: kind}", "  authority: {column: kind, values: {Byg: true}}")
    export = source.rows("a;1;Oprettet;;Byg;;;", "a;2;Oprettet;;Hemmelig;;;", "b;1;Oprettet;;Byg;;;", mapping=mapping)
    assert [(case.case.authority, case.gaps) for case in export.cases] == [(None, {"case.authority"}), (True, frozenset())]
    assert export.accounting.notes == {"case.authority: a value that can't be read": 1}


def test_a_bad_row_leaves_what_it_may_have_said_unknown_in_its_case_only(source):
    export = source.rows(
        "a;1;Ind;05-01-2026;;Mail;;",
        "a;2;Svar;snart;;;;",
        "b;1;Ind;05-01-2026;;Fax;;",
        "c;1;;05-01-2026;;;;",
        "d;1;Svar;05-01-2026;;;;",
    )
    gaps = {case.case.id: case.gaps for case in export.cases}
    assert gaps == {
        "a": {"reply_sent", "reply_sent.inquiry"},
        "b": {"inquiry_received", "reply_sent.inquiry"},
        "c": frozenset(vocabulary().types) | {"reply_sent.inquiry"},
        "d": frozenset(),
    }
    for case in export.cases:
        assert export.coverage.without(*case.gaps).missing >= case.gaps


def test_a_bad_row_of_an_irrelevant_activity_leaves_nothing_unknown(source):
    export = source.rows("a;1;Oprettet;05-01-2026;;;;x\0", "b;2;Andet;05-01-2026;;;;x\0")
    assert [row.row for row in export.accounting.quarantined] == [2, 3]
    assert export.cases[0].gaps == frozenset()
    assert export.cases[1].gaps >= frozenset(vocabulary().types), "what is not mapped may be anything"


def test_no_link_is_guessed_where_a_bad_row_may_have_held_its_end(source):
    export = source.rows("a;1;Ind;05-01-2026;;Mail;;", "a;2;Ind;snart;;Mail;;", "a;3;Svar;07-01-2026;;;;")
    assert only_case(export).case.events[1].inquiry is None
    assert "reply_sent.inquiry" in only_case(export).gaps
    assert export.accounting.links[0].unknown == 1


def test_a_link_that_a_policy_can_not_settle_is_unknown_in_its_case(source):
    export = source.rows(
        "a;1;Ind;05-01-2026;;Mail;;", "a;2;Svar;06-01-2026;;;;", "a;3;Svar;07-01-2026;;;;", "b;4;Svar;07-01-2026;;;;"
    )
    first, second = export.cases
    assert [event.id for event in first.case.events if event.type == "reply_sent" and event.inquiry] == ["2"]
    assert first.gaps == {"reply_sent.inquiry"}
    assert second.gaps == frozenset(), "there is nothing that it could answer"
    (count,) = export.accounting.links
    assert (count.field, count.made, count.none, count.unknown) == ("reply_sent.inquiry", 1, 1, 1)


def test_assumptions_are_listed_with_the_number_of_values_behind_them(source):
    mapping = source.small.replace(
        "kind: {column: text}", "kind: {column: text, assumption: {da: Emnet, en: The subject}}"
    ).replace("case_covers:", "assumptions: [{da: Alt er med, en: All is there}]\ncase_covers:")
    export = source.rows("a;1;Ind;05-01-2026;;Mail;;x", "a;2;Ind;05-01-2026;;Mail;;", "a;3;Svar;06-01-2026;;;;", mapping=mapping)
    said = [(assumption.en, assumption.count) for assumption in export.assumptions]
    assert said[:2] == [("All is there", None), ("The subject", 1)]
    assert said[2][0].startswith("The export does not say which “inquiry received” goes with “reply sent”.")
    assert said[2][1] == 1


# -------------------------------------------------------------------------------------------------------------- accounting
def test_every_row_has_one_place(source):
    export = source.rows(
        "a;1;Ind;05-01-2026;;Mail;;",
        "a;2;Ind;05-01-2026;;Intern;;",
        "a;3;Oprettet;;;;;",
        "a;4;Oprettet;;;;;",
        "a;5;Ukendt;;;;;",
        "a;6;Svar;i går;;;;",
        "a;1;Ind;05-01-2026;;Mail;;",
        ";8;Svar;05-01-2026;;;;",
        "a;9",
    )
    account = export.accounting
    assert (account.rows, account.events, account.mapped) == (9, 1, 2)
    assert account.irrelevant == {"Oprettet": 2}
    assert account.unmapped == {"Ukendt": 1}
    assert account.skipped == {"Ind": 1}
    assert account.duplicates == 1
    assert [(row.row, row.case_known) for row in account.quarantined] == [(7, True), (9, False), (10, True)]
    assert account.lost_cases == 1
    assert account.accounted == account.rows


def test_an_identical_row_is_dropped_and_one_that_differs_takes_both_down(source):
    export = source.rows(
        "a;1;Svar;05-01-2026;;;;",
        "a;1;Svar;05-01-2026;;;;andet, som ikke er kortlagt",
        "a;2;Svar;05-01-2026;;;;",
        "a;2;Høring;05-01-2026;;;;",
        "a;2;Svar;05-01-2026;;;;",
        "b;1;Svar;06-01-2026;;;;",
    )
    first, second = export.cases
    assert list(first.rows) == ["1"]
    assert first.gaps == {"reply_sent", "hearing_sent", "reply_sent.inquiry"}
    assert list(second.rows) == ["1"], "ids are unique within a case"
    why = "another row of the case has the same id and says something else"
    assert reasons(export) == [(4, "Nr", why), (5, "Nr", why)]
    assert export.accounting.duplicates == 2
    assert export.accounting.accounted == export.accounting.rows == 6


def test_ids_that_collide_with_a_second_event(source):
    export = source.rows("a;7;Ansøgning;05-01-2026;;;;", "a;7.2;Svar;05-01-2026;;;;")
    assert [row.row for row in export.accounting.quarantined] == [2, 3]
    assert not only_case(export).case.events


def test_activity_names_are_cut_short_and_their_number_is_limited(source):
    export = source.rows(*(f"a;{n};{n} {'x' * 300};05-01-2026;;;;" for n in range(500)))
    unmapped = export.accounting.unmapped
    assert unmapped.total() == 500
    assert len(unmapped) == 201
    assert max(map(len, unmapped)) == 80
    assert unmapped["…"] == 300


def test_progress_counts_the_bytes(source):
    path = source.file(source.header + "a;1;Svar;05-01-2026;;;;\n" * 20_000)
    seen = []
    read_export(path, source.mapping(), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == path.stat().st_size
    assert len(seen) > 3


def test_the_quarantine_file_holds_line_column_and_reason(source):
    export = source.rows("a;1;Svar;i går;;;;hemmeligt", "a;2", ";3;Svar;05-01-2026;;;;")
    path = source.folder / "quarantine.csv"
    write_quarantine(path, export.accounting.quarantined)
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["row", "column", "reason"],
            ["2", "Dato", "a date or time was expected, written as %d-%m-%Y %H:%M or %d-%m-%Y"],
            ["3", "", "the row has 2 fields where the header has 8"],
            ["4", "Sag", "the column is empty"],
        ]


# ---------------------------------------------------------------------------------------------------------- personal data
CPR = ("990199-9999", "9901999999", "990199 9999", "990199\u20119999", "990199\u00a09999")


def said(export, folder):
    """Everything that an export says of itself, but the facts of its cases."""
    write_quarantine(folder / "quarantine.csv", export.accounting.quarantined)
    told = [export.accounting, export.assumptions, export.coverage, [case.gaps for case in export.cases]]
    return repr(told) + (folder / "quarantine.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("cpr", CPR)
@pytest.mark.parametrize("place", range(1, 8))
def test_a_cpr_number_in_any_column_is_told_nowhere(source, cpr, place):
    good = ["a", "1", "Ind", "05-01-2026", "Tilskud", "Mail", "01-02-2026", "emne"]
    for activity in ("Ind", "Svar", "Høring", "Oprettet", "Andet"):
        row = good.copy()
        row[2] = activity
        row[place] = f"Ane {cpr}"
        rows = [";".join(good), ";".join(row), ";".join(row[: place + 1]), '"' + ";".join(row)]
        told = said(source.rows(*rows), source.folder)
        assert not CPR_SHAPE.search(told)
        assert "Ane [cpr]" in told or "Ane" not in told, "only activity names are told, redacted"


@pytest.mark.parametrize("cpr", CPR)
@pytest.mark.parametrize(
    "export", ["{cpr};Nr;Aktivitet;Dato\n", "Sag;Nr;Aktivitet;{cpr};Type;Kanal;Frist;Emne\n", '"{cpr}', "{cpr}"]
)
def test_a_cpr_number_in_a_header_or_a_file_name_is_in_no_error(source, cpr, export):
    path = source.file(export.format(cpr=cpr), name=f"sager {cpr}.csv")
    with pytest.raises(SourceError) as error:
        read_export(path, source.mapping())
    assert not CPR_SHAPE.search(str(error.value))
    assert not CPR_SHAPE.search(repr(error.value))


def test_no_error_carries_a_number_in_its_causes(source):
    with pytest.raises(PolicyError) as error:
        source.read(source.header.replace("Emne", "990199-9999") + "990199-9999\n")
    cause = error.value
    while cause is not None:
        assert not CPR_SHAPE.search(str(cause))
        cause = cause.__cause__ or cause.__context__
