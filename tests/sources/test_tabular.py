"""Reading rows: what is a row, what is no row, what is quarantined, and which files are refused as a whole."""

import csv
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rebild_policy.errors import MappingError, SourceError
from rebild_policy.facts import vocabulary
from rebild_policy.sources import read_export

JSONL = """\
mapping: lines
source: {format: jsonl}
columns: {case: sag, activity: aktivitet, time: dato, text: emne}
activities:
  Svar: [{event: reply_sent}]
  Høring:
    - event: hearing_sent
      set: {matter: {column: text}}
"""


def quarantined(export):
    return [(row.row, row.column, row.reason) for row in export.accounting.quarantined]


def line(**values):
    return json.dumps({"sag": "a", "aktivitet": "Svar", "dato": "2026-01-05", "emne": None} | values, ensure_ascii=False)


# ------------------------------------------------------------------------------------------------------------------- rows
def test_a_row_is_numbered_by_its_line(source):
    export = source.rows(
        "a;1;Svar;05-01-2026;;;;",
        "",
        'a;2;Høring;06-01-2026;;;;"to\nlinjer"',
        "   ",
        "a;3;Svar;07-01-2026;;;;",
        ";;;;;;;",
    )
    assert export.cases[0].rows == {"1": 2, "2": 4, "3": 7}
    assert export.accounting.rows == 3
    assert export.cases[0].case.events[1].matter == "to\nlinjer"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(source, end):
    text = source.header + "a;1;Svar;05-01-2026;;;;\na;2;Svar;06-01-2026;;;;"
    export = source.read(text.replace("\n", end))
    assert export.cases[0].rows == {"1": 2, "2": 3}


def test_cells_are_trimmed_and_quotes_undone(source):
    export = source.rows('a ; 1;"Høring";05-01-2026;;;; x ', 'a;2;Høring;06-01-2026;;;;"sag; ""A"""')
    assert [event.matter for event in export.cases[0].case.events] == ["x", 'sag; "A"']
    assert list(export.cases[0].rows) == ["1", "2"]


def test_text_after_a_closing_quotation_mark_is_no_guess(source):
    export = source.rows('a;1;Høring;05-01-2026;;;;"han sagde "nej" igen"')
    reason = "the row can't be split into fields: a quotation mark is not closed, or stands inside a field"
    assert quarantined(export) == [(2, None, reason)]


def test_without_quoting_a_quotation_mark_is_a_letter(source):
    mapping = source.small.replace('delimiter: ";"', 'delimiter: ";", quote: null')
    export = source.rows('a;1;Høring;05-01-2026;;;;5" rør', mapping=mapping)
    assert export.cases[0].case.events[0].matter == '5" rør'


def test_rows_with_too_many_or_too_few_fields(source):
    export = source.rows("a;1;Svar;05-01-2026;;;;", "a;2;Svar", "a;3;Svar;05-01-2026;;;;x;y")
    assert quarantined(export) == [
        (3, None, "the row has 3 fields where the header has 8"),
        (4, None, "the row has 9 fields where the header has 8"),
    ]
    assert export.accounting.lost_cases == 0
    assert export.cases[0].gaps == frozenset(vocabulary().types) | {"reply_sent.inquiry"}


def test_a_torn_row_does_not_invent_a_case(source):
    export = source.rows("a;1;Svar;05-01-2026;;;;", "snart;2;Svar")
    assert [case.case.id for case in export.cases] == ["a"]
    assert export.accounting.lost_cases == 1
    assert not export.cases[0].gaps


def test_an_open_quotation_mark_costs_one_row(source):
    rows = [f"a;{n};Svar;05-01-2026;;;;" for n in range(1, 8)]
    rows[2] = 'a;3;Svar;05-01-2026;;;;"åben'
    rows[5] = 'a;6;Svar;05-01-2026;;;;"lukket"'
    export = source.rows(*rows)
    assert [row.row for row in export.accounting.quarantined] == [4]
    assert set(export.cases[0].rows) == {"1", "2", "4", "5", "6", "7"}


def test_an_open_quotation_mark_in_a_long_file_costs_one_row_and_little_time(source):
    rows = [f"a;{n};Svar;05-01-2026;;;;{chr(34) if n % 500 == 0 else ''}x" for n in range(20_000)]
    begin = time.perf_counter()
    export = source.rows(*rows)
    assert time.perf_counter() - begin < 20
    assert [row.row for row in export.accounting.quarantined] == [n + 2 for n in range(20_000) if n % 500 == 0]


def test_a_field_of_more_than_a_million_characters(source):
    long = "x" * 1_000_001
    export = source.rows("a;1;Svar;05-01-2026;;;;", f"a;2;Svar;05-01-2026;;;;{long}", "a;3;Svar;05-01-2026;;;;")
    assert [(row.row, row.case_known) for row in export.accounting.quarantined] == [(3, True)]
    assert "longer than 1000000 characters" in export.accounting.quarantined[0].reason
    fits = source.rows(f"a;1;Svar;05-01-2026;;;;{long[:-1]}")
    assert fits.accounting.events == 1


def test_a_line_without_end(source):
    export = source.rows("a;1;Svar;05-01-2026;;;;", "x" * 9_000_000, "a;3;Svar;05-01-2026;;;;")
    assert [row.row for row in export.accounting.quarantined] == [3]
    assert export.cases[0].rows == {"1": 2, "3": 4}


def test_bad_bytes_and_nul_are_quarantined_with_what_they_could_have_said(source):
    good = "".join(f"a;{n};Høring;05-01-2026;;;;blåbær\n" for n in range(3))
    text = (source.header + good).encode()
    export = source.read(
        text + b"a;8;Svar;05-01-2026;;;;bl\xe5b\xe6r\n" + b"b;9;H\xf8ring;05-01-2026;;;;\n" + b"c\x00;1;Svar;;;;;\n"
    )
    assert quarantined(export) == [
        (5, None, "the row holds bytes that are not text in utf-8"),
        (6, None, "the row holds bytes that are not text in utf-8"),
        (7, None, "the row holds a NUL character"),
    ]
    gaps = {case.case.id: case.gaps for case in export.cases}
    assert gaps["a"] == {"reply_sent", "reply_sent.inquiry"}, "the activity was readable"
    assert gaps["b"] >= frozenset(vocabulary().types), "the activity was not"
    assert export.accounting.lost_cases == 1


@pytest.mark.parametrize(("encoding", "text"), [("cp1252", "Høring – €"), ("iso-8859-1", "Høring ÆØÅ"), ("utf-8-sig", "Høring")])
def test_encodings(source, encoding, text):
    mapping = source.small.replace("format: csv", f"format: csv, encoding: {encoding}")
    export = source.read((source.header + f"a;1;Høring;05-01-2026;;;;{text}\n").encode(encoding), mapping)
    assert export.cases[0].case.events[0].matter == text


def test_a_byte_order_mark_and_excels_first_line_are_passed_over(source):
    export = source.read("\ufeffsep=;\n" + source.header + "a;1;Svar;05-01-2026;;;;\n")
    assert export.cases[0].rows == {"1": 3}


def test_a_file_with_a_header_only_is_refused(source):
    with pytest.raises(SourceError, match="a header and no rows"):
        source.read(source.header)


# ------------------------------------------------------------------------------------------------------- refused as a whole
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n\n  \n", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is an image, not a text file"),
        (b"PK\x03\x04\x14\x00\x06\x00", "a zip archive, or an Excel workbook"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x1f\x8b\x08\x00", "the file is damaged: what gzip packed"),
        (b"\x00\x01\x02\x03" * 100, "a binary file"),
        ("Sag;Nr\na;1\n".encode("utf-16"), "UTF-16"),
        ("Sag;Nr\na;1\n".encode("utf-16-le"), "UTF-16"),
        (b'"' + b"x" * 9_000_000, "can't be split into column names"),
        (b'Sag;Nr;Aktivitet;Dato;Type;Kanal;Frist;"Emne\n', "can't be split into column names"),
        ("Sag;Nr;Aktivitet;Dato;Type;Kanal;Frist;Emne;Bemærkning\n".encode("cp1252"), "not text in utf-8. If it is cp1252"),
    ],
)
def test_files_that_are_no_export(source, content, words):
    with pytest.raises(SourceError, match=words) as error:
        source.read(content)
    assert str(error.value).startswith("export.csv: ")


def test_a_missing_file_and_a_folder(source):
    mapping = source.mapping()
    with pytest.raises(SourceError, match=r"absent\.csv: the export can't be read: No such file"):
        read_export(source.folder / "absent.csv", mapping)
    with pytest.raises(SourceError, match="the export can't be read: Is a directory"):
        read_export(source.folder, mapping)


def test_a_wrong_encoding_is_one_error_and_not_a_thousand_rows(source):
    rows = "".join(f"a;{n};{'Høring' if n % 3 else 'Svar'};05-01-2026;;;;\n" for n in range(1000))
    with pytest.raises(SourceError, match=r"not text in utf-8\. If it is cp1252, write 'encoding: cp1252'"):
        source.read((source.header + rows).encode("cp1252"))


def test_one_bad_row_among_good_ones_is_no_wrong_encoding(source):
    rows = "".join(f"a;{n};Høring;05-01-2026;;;;\n" for n in range(30)).encode()
    spoiled = source.header.encode() + rows.replace("Høring".encode(), b"H\xf8ring", 12)
    assert len(source.read(spoiled).accounting.quarantined) == 12
    with pytest.raises(SourceError, match="not text in utf-8"):
        source.read(spoiled.replace("Høring".encode(), b"H\xf8ring", 8))


@pytest.mark.parametrize("declared", ["cp1252", "iso-8859-1"])
def test_utf8_read_as_something_else_is_noticed_in_the_header(source, declared):
    mapping = source.small.replace("format: csv", f"format: csv, encoding: {declared}").replace("text: Emne", "text: Bemærkning")
    text = source.header.replace("Emne", "Bemærkning") + "a;1;Svar;05-01-2026;;;;\n"
    with pytest.raises(MappingError, match="Write 'encoding: utf-8' under source"):
        source.read(text, mapping)
    with pytest.raises(SourceError, match="the file says that it is UTF-8"):
        source.read("\ufeff" + text, mapping)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Sag;Nr;Aktivitet;Datto;Type;Kanal;Frist;Emne", "export.csv has no column 'Dato'. Did you mean 'Datto'?"),
        ("Sag;Nr;Aktivitet;X;Type;Kanal;Frist;Emne", "has no column 'Dato'. Known: "),
        ("Sag,Nr,Aktivitet,Dato,Type,Kanal,Frist,Emne", "Write 'delimiter: \",\"' under source"),
        ("Sag;Nr;Aktivitet;Dato;Dato;Type;Kanal;Frist;Emne", "has 2 columns named 'Dato'"),
    ],
)
def test_a_missing_column_is_named_where_the_mapping_names_it(source, header, words):
    with pytest.raises(MappingError) as error:
        source.read(header + "\nx\n")
    assert words in str(error.value)
    assert str(error.value).startswith(f"mapping.yaml:{3 if ',' in header else 7}: " if "," not in header else "mapping.yaml:4: ")


def test_a_file_without_a_header_does_not_show_its_first_citizen(source):
    with pytest.raises(MappingError) as error:
        source.read("2026-1;1;Svar;05-01-2026;Hjælp;Mail;;Ane Opfundet 990199-9999\n")
    assert "does the first line hold the names" in str(error.value)
    assert "Opfundet" not in str(error.value)
    assert "990199" not in str(error.value)


def test_csv_keeps_no_limit_of_its_own(source):
    before = csv.field_size_limit()
    source.rows("a;1;Svar;05-01-2026;;;;")
    assert csv.field_size_limit() >= before


# ------------------------------------------------------------------------------------------------------------- json lines
def test_json_lines(source):
    text = "\n".join([line(), "", line(sag="b", aktivitet="Høring", emne="tag"), line(sag="b", dato="2026-01-06T10:00:00Z")])
    export = source.read(text, JSONL)
    assert [(case.case.id, list(case.rows.values())) for case in export.cases] == [("a", [1]), ("b", [3, 4])]


@pytest.mark.parametrize(
    ("bad", "column", "reason"),
    [
        ("{", None, "the line is not JSON"),
        ("[1, 2]", None, "the line is not a JSON object"),
        ('"text"', None, "the line is not a JSON object"),
        ('{"sag": "a", "sag": "b"}', None, "the line gives a value to one name twice"),
        ('{"sag": "a", "x": NaN}', None, "the line holds a number that is none"),
        ("[" * 100_000, None, "the line is not JSON"),
        ('{"sag": ' + "9" * 5000 + "}", None, "the line is not JSON"),
        (line(emne=["a"]), "emne", "a text, a number, true or false was expected, not a list or an object"),
        (line(emne={"a": 1}), "emne", "a text, a number, true or false was expected, not a list or an object"),
        (line()[:-1] + ', "emne2": "\\u0000"}', None, None),
        (line().replace("null", '"\\ud800"'), "emne", "the field holds characters that are no text"),
        (line().replace("null", '"\\u0000"'), "emne", "the field holds characters that are no text"),
        (line(emne="x" * 1_000_001), "emne", "the field is longer than 1000000 characters"),
        ("x" * 8_500_000, None, "a field is longer than 1000000 characters, or the row runs over too many lines"),
        ('{"sag": "a\0"}', None, "the line is not JSON"),
    ],
    ids=range(15),
)
def test_json_lines_that_are_quarantined(source, bad, column, reason):
    export = source.read("\n".join([line(), bad, line()]), JSONL)
    assert quarantined(export) == ([] if reason is None else [(2, column, reason)])
    assert export.accounting.rows == 3


def test_json_lines_with_bad_bytes(source):
    good, bad = line(aktivitet="Høring").encode(), line(emne="bær").encode("cp1252")
    export = source.read(b"\n".join([good, good, bad]), JSONL)
    assert quarantined(export) == [(3, None, "the row holds bytes that are not text in utf-8")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[\n" + line() + ",\n" + line() + "\n]", "no line of the file is a JSON object"),
        ("Sag;Nr\n" + "a;1\n" * 500, "no line of the file is a JSON object"),
        (line().replace('"dato"', '"datto"'), "has no column 'dato'. Did you mean 'datto'?"),
        ('{"a": "Opfundet", "Jens Opdigtet": 1}', "None of the mapped columns is there"),
    ],
)
def test_json_files_that_are_refused(source, text, words):
    with pytest.raises(SourceError) as error:
        source.read(text, JSONL)
    assert words in str(error.value)
    assert "Opdigtet" not in str(error.value)


def test_numbers_and_booleans_are_read_as_texts(source):
    export = source.read(
        "\n".join([line(sag=17, aktivitet="Høring", emne=5.0), line(sag=17, aktivitet="Høring", emne=True)]), JSONL
    )
    assert [case.case.id for case in export.cases] == ["17"]
    assert [event.matter for event in export.cases[0].case.events] == ["5", "true"]


# ---------------------------------------------------------------------------------------------------------------- any bytes
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [
                    b"a;1;Svar;05-01-2026;;;;",
                    b"a;1;Svar;05-01-2026;;;;x",
                    b"b;2;Ind;05-01-2026;;Mail;;",
                    b"b;3;Ind;05-01-2026;;Fax;;",
                    b"b;4;Oprettet;;;;;",
                    b"c;5;Andet;;;;;",
                    b'a;6;Svar;05-01-2026;;;;"x',
                    "a;7;Høring;05-01-2026;;;31-02-2026;ø".encode(),
                ]
            ),
        ),
        max_size=12,
    )
)
def test_every_row_of_any_file_is_accounted_for(source, lines):
    try:
        export = source.read(source.header.encode() + b"\n".join(lines))
    except SourceError:
        return
    account = export.accounting
    assert account.rows == account.accounted
    assert account.events == sum(len(case.case.events) for case in export.cases)
    assert [row.row for row in account.quarantined] == sorted(row.row for row in account.quarantined)
