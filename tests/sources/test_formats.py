"""One export in every format: the same cases, rows, account and findings."""

import csv
import gzip
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workbooks import number, of_texts, text, write

from rebild_policy import Policy
from rebild_policy.errors import MappingError, SourceError
from rebild_policy.sources import opening, read_export
from rebild_policy.sources.records import text_of

HEAD = ("Sag", "Nr", "Aktivitet", "Dato", "Type", "Kanal", "Frist", "Emne")
TABLE = [
    ("a", "1", "Ind", "05-01-2026 09:30", "Hjælp", "Brev", "", "tag, med komma"),
    ("a", "2", "Svar", "06-01-2026", "Hjælp", "", "", ""),
    ("b", "3", "Høring", "07-01-2026", "", "", "20-01-2026", "“citat” – og\nlinje"),
    ("b", "4", "Ind", "i går", "", "Mail", "", ""),
    ("", "5", "Svar", "08-01-2026", "", "", "", ""),
    ("c", "6", "Andet", "08-01-2026", "", "", "", ""),
    ("c", "7", "Ansøgning", "09-01-2026", "", "", "", ""),
]
RECORDS = [{name: cell or None for name, cell in zip(HEAD, row, strict=True)} for row in TABLE]
COLUMNS = {name: [record[name] for record in RECORDS] for name in HEAD}


def as_csv(**options):
    out = io.StringIO()
    csv.writer(out, **{"lineterminator": "\n"} | options).writerows([HEAD, *TABLE])
    return out.getvalue()


def told(export):
    """What an export says, without the file's own name, hash and row numbers."""
    return (
        [(case.case, case.gaps, list(case.rows)) for case in export.cases],
        [(row.column, row.reason, row.case_known) for row in export.accounting.quarantined],
        replace(export.accounting, quarantined=()),
        export.assumptions,
    )


def numbers(export):
    return [list(case.rows.values()) for case in export.cases], [row.row for row in export.accounting.quarantined]


SHEET_ROWS = ([[2, 3], [4], [8, 8]], [5, 6])  # as a spreadsheet counts them


@pytest.fixture
def plain(source):
    """The mapping without a word on the format: the file's name says it."""
    return source.mapping(source.small.replace('source: {format: csv, delimiter: ";"}\n', ""))


@pytest.fixture
def expected(source, plain):
    export = read_export(source.file(as_csv()), plain)
    assert len(export.cases) == 3
    assert len(export.accounting.quarantined) == 2
    return told(export)


# ------------------------------------------------------------------------------------------------------------------ text
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_in_any_encoding_and_its_gzip(source, expected, encoding):
    mapping = source.mapping(source.small.replace("format: csv", f"encoding: {encoding}"))
    content = as_csv(delimiter=";").encode(encoding)
    assert told(read_export(source.file(content), mapping)) == expected
    packed = gzip.compress(content[:300]) + gzip.compress(content[300:]) + b"\0" * 10
    export = read_export(source.file(packed, "export.csv.gz"), mapping)
    assert told(export) == expected
    assert numbers(export)[0][0] == [2, 3]


@pytest.mark.parametrize("compressed", [False, True])
def test_json_lines(source, plain, expected, compressed):
    content = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS).encode()
    path = source.file(gzip.compress(content), "e.jsonl.gz") if compressed else source.file(content, "e.jsonl")
    export = read_export(path, plain)
    assert told(export) == expected
    assert numbers(export) == ([[1, 2], [3], [7, 7]], [4, 5]), "a line is a row"


@pytest.mark.parametrize("name", ["e.json", "e.json.gz"])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("place", "document"),
    [
        (None, RECORDS),
        ("rows", {"antal": 7, "før": [[1], {}], "rows": RECORDS, "efter": "x"}),
        ("svar.rows", {"svar": {"rows": RECORDS}}),
    ],
)
def test_a_json_document(source, expected, place, document, indent, name):
    words = f"source: {{records: {place}}}\n" if place else ""
    mapping = source.mapping(source.small.replace('source: {format: csv, delimiter: ";"}\n', words))
    content = json.dumps(document, ensure_ascii=False, indent=indent).encode()
    export = read_export(source.file(gzip.compress(content) if name.endswith("gz") else content, name), mapping)
    assert told(export) == expected
    assert numbers(export) == SHEET_ROWS


def test_a_long_json_document_is_read_piece_by_piece(source, plain):
    records = [RECORDS[1] | {"Nr": str(n), "Emne": "æ" * (n % 7000)} for n in range(3000)]
    export = read_export(source.file(json.dumps(records, ensure_ascii=False), "e.json"), plain)
    assert export.accounting.mapped == 3000
    assert not export.accounting.quarantined


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"a": 1}', "there is no list of rows in the JSON document"),
        ("[]", "has no rows"),
        ('[{"Sag": "a"}', "or ends in the middle"),
        ('[{"Sag": "a"', "or ends in the middle"),
        ("[1 2]", "or ends in the middle"),
        ("[" * 200_000, "nested too deeply"),
        ('["' + "x" * 9_000_000 + '"]', "longer than 8000000 characters"),
        ('[{"Sag": "a"}]', r"has no column 'Nr'\. Known: Sag"),
    ],
)
def test_json_documents_that_are_refused(source, plain, content, words):
    with pytest.raises(SourceError, match=words):
        read_export(source.file(content, "e.json"), plain)


def test_a_place_in_a_json_document_that_is_not_there(source):
    mapping = source.mapping(source.small.replace('format: csv, delimiter: ";"', "records: svar.rows"))
    for document in ({}, {"svar": {"row": []}}, {"svar": {}}):
        with pytest.raises(SourceError, match=r"has nothing named '(svar|rows)' there"):
            read_export(source.file(json.dumps(document), "e.json"), mapping)


def test_bad_records_of_a_json_document_are_quarantined(source, plain):
    bad = [
        '{"Sag": "a", "Sag": "b"}',
        "17",
        '{"Sag": "a", "Nr": NaN}',
        '{"Sag": "a", "Nr": [1]}',
        '{"Sag": "a", "Nr": "\\u0000"}',
    ]
    records = [json.dumps(RECORDS[1]), *bad, json.dumps(RECORDS[2])]
    export = read_export(source.file(f"[{', '.join(records)}]", "e.json"), plain)
    assert [(row.row, row.column, row.reason) for row in export.accounting.quarantined] == [
        (3, None, "the record gives a value to one name twice"),
        (4, None, "the record is not a JSON object"),
        (5, "Nr", "a text, a number, true or false was expected, not a list or an object"),
        (6, "Nr", "a text, a number, true or false was expected, not a list or an object"),
        (7, "Nr", "the field holds characters that are no text"),
    ]


def test_utf16_is_said_and_has_a_mark(source):
    mapping = source.mapping(source.small.replace("format: csv", "encoding: utf-16"))
    with pytest.raises(SourceError, match="no byte order mark of UTF-16"):
        read_export(source.file(as_csv(delimiter=";").encode("utf-16-le")), mapping)
    content = as_csv(delimiter=";").encode("utf-16") + "d;8;Svar;09-01-2026;;;;\ud800\n".encode("utf-16-le", "surrogatepass")
    export = read_export(source.file(content + b"x"), mapping)
    reasons = [row.reason for row in export.accounting.quarantined]
    assert reasons[2:] == ["the row holds bytes that are not text in utf-16", "the row has 1 fields where the header has 8"]


def test_a_compressed_file_that_is_damaged_or_grows_too_much(source, plain):
    packed = gzip.compress(as_csv().encode())
    for content in (packed[:-20], packed[:50], packed + b"rest"):
        with pytest.raises(SourceError, match="the file is damaged"):
            read_export(source.file(content, "e.csv.gz"), plain)
    with pytest.raises(SourceError, match="compressed more than once"):
        read_export(source.file(gzip.compress(packed), "e.csv.gz"), plain)
    bomb = gzip.compress(as_csv().encode() + b"\n" * 100_000_000)
    with pytest.raises(SourceError, match="grows to more than 200 times its size"):
        read_export(source.file(bomb, "e.csv.gz"), plain)


@pytest.mark.parametrize(
    ("decimal", "cell", "days"),
    [
        (None, "1.000", None),
        (None, "30,0", None),
        (None, "30", 30),
        (",", "30,0", 30),
        (",", "1.000", 1000),
        (",", "1.000,00", 1000),
        (",", "30.0", None),
        (",", "30,5", None),
        (".", "1,000.0", 1000),
        (".", "30.0", 30),
        (".", "1,0", None),
        (".", "10000,000", None),
    ],
)
def test_numbers_are_read_as_the_mapping_says_they_are_written(source, decimal, cell, days):
    words = f", decimal: '{decimal}'" if decimal else ""
    mapping = source.small.replace('";"}', f'";"{words}}}').replace(
        "  Svar:\n    - event: reply_sent\n",
        "  Svar:\n    - event: acknowledgement_sent\n      set: {expected_days: {column: text}}\n",
    )
    mapping = mapping.replace("links:\n  reply_sent.inquiry: latest earlier unanswered inquiry_received\n", "")
    export = source.rows(f"a;1;Svar;05-01-2026;;;;{cell}", mapping=mapping)
    assert [event.expected_days for case in export.cases for event in case.case.events] == ([] if days is None else [days])
    assert len(export.accounting.quarantined) == (days is None)


# ----------------------------------------------------------------------------------------------------------------- tables
def test_parquet(source, plain, expected):
    path = source.folder / "e.parquet"
    pq.write_table(pa.table(COLUMNS), path, row_group_size=3)
    export = read_export(path, plain)
    assert told(export) == expected
    assert numbers(export) == SHEET_ROWS


@pytest.mark.parametrize(
    "table", [pa.table(COLUMNS), pd.DataFrame(COLUMNS), pl.DataFrame(COLUMNS), pa.table(COLUMNS).to_reader(2)], ids=type
)
def test_tables_in_memory(plain, expected, table):
    export = read_export(table, plain)
    assert told(export) == expected
    assert numbers(export) == SHEET_ROWS


def test_an_audit_of_a_table_in_memory(source, plain):
    policy, day = Policy.rebild(), date(2026, 3, 2)
    path = source.file(as_csv())
    from_file = policy.audit(path, "mapping.yaml", day)
    from_table = policy.audit(pl.DataFrame(COLUMNS), "mapping.yaml", day)
    assert [finding.verdict for finding in from_table.findings] == [finding.verdict for finding in from_file.findings]
    assert from_table.source.file == "table in memory"
    again = policy.audit(pd.DataFrame(COLUMNS), "mapping.yaml", day)
    assert again.source.sha256 == from_table.source.sha256, "the hash is of the mapped cells"
    other = policy.audit(pl.DataFrame(COLUMNS | {"Nr": list("7654321")}), "mapping.yaml", day)
    assert other.source.sha256 != from_table.source.sha256


TYPED = """\
mapping: typed
columns: {case: sag, id: nr, activity: akt, time: dato, days: dage, automatic: auto}
activities:
  k:
    - event: acknowledgement_sent
      set: {expected_days: {column: days}, automatic: {column: automatic}}
"""
MOMENT = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)


def test_typed_columns_are_read_as_what_they_are(source):
    table = pa.table(
        {
            "sag": pa.array([17, 17, 17], pa.int64()),
            "nr": pa.array([Decimal("1.00"), Decimal("2.00"), Decimal("3.00")], pa.decimal128(5, 2)),
            "akt": pa.array(["k", "k", "k"]).dictionary_encode(),
            "dato": pa.array([MOMENT, MOMENT, None], pa.timestamp("ns", "UTC")),
            "dage": pa.array([30.0, 30.5, 30.0], pa.float64()),
            "auto": pa.array([True, None, False]),
        }
    )
    path = source.folder / "t.parquet"
    pq.write_table(table, path)
    mapping = source.mapping(TYPED)
    for export in (read_export(path, mapping), read_export(table, mapping)):
        (event,) = export.cases[0].case.events
        assert (export.cases[0].case.id, event.id, event.time) == ("17", "1", MOMENT)
        assert (event.expected_days, event.automatic) == (30, True)
        assert [(row.row, row.column) for row in export.accounting.quarantined] == [(3, "dage"), (4, "dato")]


def test_columns_that_hold_no_single_values(source):
    table = pa.table({name: ["a"] for name in ("sag", "nr", "akt")} | {"dato": [b"\xff"], "dage": [[1]], "auto": [{"a": 1}]})
    export = read_export(table, source.mapping(TYPED))
    assert "not a list or an object" in export.accounting.quarantined[0].reason


def test_a_parquet_file_that_is_none_or_holds_nothing(source, plain):
    with pytest.raises(SourceError, match="no Parquet file, or is damaged"):
        read_export(source.file("PAR1 og så noget andet", "e.parquet"), plain)
    empty = source.folder / "empty.parquet"
    pq.write_table(pa.table({name: pa.array([], pa.string()) for name in HEAD}), empty)
    with pytest.raises(SourceError, match="has no rows"):
        read_export(empty, plain)
    other = source.folder / "other.parquet"
    pq.write_table(pa.table(COLUMNS | {"Datto": COLUMNS["Dato"]}).drop_columns(["Dato"]), other)
    with pytest.raises(MappingError, match=r"has no column 'Dato'\. Did you mean 'Datto'"):
        read_export(other, plain)
    whole = source.folder / "whole.parquet"
    pq.write_table(pa.table({name: [f"{name}{n}" for n in range(5000)] for name in HEAD}), whole)
    content = bytearray(whole.read_bytes())
    content[100:3000] = b"\0" * 2900
    with pytest.raises(SourceError, match="no Parquet file, or is damaged"):
        read_export(source.file(bytes(content), "damaged.parquet"), plain)


def test_a_missing_library_is_named_with_what_installs_it(source, plain, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(f"No module named '{name}'", name="pyarrow.parquet")

    monkeypatch.setattr(opening, "import_module", absent)
    with pytest.raises(
        SourceError, match=r"read with pyarrow, which is not installed\. Run: pip install 'rebild-policy\[audit\]'"
    ):
        read_export(source.file("x", "e.parquet"), plain)


# -------------------------------------------------------------------------------------------------------------- workbooks
def test_a_workbook_of_texts(source, plain, expected):
    export = read_export(write(source.folder / "e.xlsx", of_texts([HEAD, *TABLE])), plain)
    assert told(export) == expected
    assert numbers(export) == SHEET_ROWS


def test_cells_that_share_texts_and_name_no_place(source, plain, expected):
    cells = [value for row in [HEAD, *TABLE] for value in row]
    shared = "".join(
        f"<si><r><t>{value[:2]}</t></r><r><t xml:space='preserve'>{value[2:]}</t></r><rPh><t>?</t></rPh></si>" for value in cells
    )
    rows = "".join(
        "<row>" + "".join(f'<c t="s"><v>{row * 8 + place}</v></c>' for place in range(8)) + "</row>"
        for row in range(len(TABLE) + 1)
    )
    assert told(read_export(write(source.folder / "e.xlsx", rows, shared=shared), plain)) == expected


def workbook(source, *rows, **options):
    """A sheet that begins in the third row and the second column, with typed cells."""
    head = [text(f"{column}3", name) for column, name in zip("BCDEFG", ("sag", "nr", "akt", "dato", "dage", "auto"), strict=True)]
    body = "".join(f'<row r="{5 + n}">{"".join(cells)}</row>' for n, cells in enumerate(rows))
    path = write(source.folder / "e.xlsx", f'<row r="3">{"".join(head)}</row>{body}', **options)
    return read_export(path, source.mapping(TYPED))


def row(n, time, days='<c r="F5"/>', auto='<c r="G5"/>'):
    return [number(f"B{n}", 17), number(f"C{n}", n), text(f"D{n}", "k"), time, days.replace("5", str(n)), auto]


def test_typed_cells(source):
    export = workbook(
        source,
        row(5, number("E5", 46027, 1), number("F5", 30, 4), '<c r="G5" t="b"><v>1</v></c>'),
        row(6, number("E6", "46027.354166666664", 2)),
        row(7, number("E7", 46027, 3)),
        row(8, '<c r="E8" t="d"><v>2026-01-05</v></c>', '<c r="F8"><f>15*2</f><v>30</v></c>'),
        row(9, number("E9", "46027.354166666664", 1)),
    )
    events = export.cases[0].case.events
    assert [(event.id, event.time) for event in events[:2]] == [
        ("5", date(2026, 1, 5)),
        ("6", datetime(2026, 1, 5, 7, 30, tzinfo=UTC)),
    ]
    assert isinstance(events[2].time, datetime), "its format shows a clock, so the midnight is one"
    assert events[4].time == events[1].time, "a clock time that is not shown is there all the same"
    assert (events[0].expected_days, events[0].automatic, events[3].expected_days) == (30, True, 30)
    assert export.cases[0].rows == {"5": 5, "6": 6, "7": 7, "8": 8, "9": 9}


def test_a_workbook_that_counts_its_days_from_1904(source):
    export = workbook(source, row(5, number("E5", 44565, 1)), properties='<workbookPr date1904="1"/>')
    assert export.cases[0].case.events[0].time == date(2026, 1, 5)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="F5" t="e"><v>#N/A</v></c>',
        '<c r="F5"><f>15*2</f></c>',
        '<c r="F5" t="s"><v>9</v></c>',
        '<c r="F5" t="b"><v>2</v></c>',
        '<c r="F5"><v>x</v></c>',
        '<c r="F5" s="1"><v>99999999999</v></c>',
    ],
)
def test_a_cell_with_an_error_is_not_empty(source, cell):
    export = workbook(source, row(5, number("E5", 46027, 1)), [*row(6, number("E6", 46027, 1))[:4], cell.replace("F5", "F6")])
    assert [(bad.row, bad.column, bad.reason) for bad in export.accounting.quarantined] == [
        (6, "dage", "the cell holds an error, or a formula that was never computed")
    ]


def test_a_workbook_with_several_sheets(source, plain):
    path = write(source.folder / "e.xlsx", of_texts([HEAD, *TABLE]), names=("Sager", "Noter"))
    with pytest.raises(
        SourceError, match=r"has 2 sheets\. Write 'sheet: NAME' under source in the mapping, with one of: Sager, N"
    ):
        read_export(path, plain)
    named = source.small.replace('format: csv, delimiter: ";"', "sheet: NAME")
    assert len(read_export(path, source.mapping(named.replace("NAME", "Sager"))).cases) == 3
    with pytest.raises(MappingError, match=r"has no sheet 'Sag'\. Did you mean 'Sager'"):
        read_export(path, source.mapping(named.replace("NAME", "Sag")))


def test_workbooks_that_are_refused(source, plain):
    with pytest.raises(SourceError, match="no Excel workbook"):
        read_export(source.file("Sag;Nr\n", "e.xlsx"), plain)
    with pytest.raises(SourceError, match="has no rows"):
        read_export(write(source.folder / "e.xlsx", ""), plain)
    with pytest.raises(SourceError, match=r"e\.xlsx has no rows"):
        read_export(write(source.folder / "e.xlsx", of_texts([HEAD])), plain)
    with pytest.raises(SourceError, match=r"xl/worksheets/sheet1\.xml: the file is not well-formed XML"):
        read_export(write(source.folder / "e.xlsx", "<row>"), plain)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (5.0, "5"),
        (0.5, "0.5"),
        (float("nan"), None),
        (Decimal("1E+3"), "1000"),
        (Decimal("NaN"), None),
        (date(2026, 1, 5), "2026-01-05"),
        (MOMENT, "2026-01-05T08:30:00+00:00"),
        (b"x", None),
    ],
)
def test_values_as_texts(value, written):
    assert text_of(value) == written


def test_settings_of_another_format_are_refused(source):
    for words in ("format: xlsx, delimiter: ';'", "format: csv, records: x", "format: json, sheet: x"):
        with pytest.raises(MappingError, match=r"belongs? to (csv|json|xlsx)"):
            source.mapping(source.small.replace('format: csv, delimiter: ";"', words))
