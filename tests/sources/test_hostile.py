"""Files that mean harm: each is refused, or costs a row, within bounded memory and time, measured in another process."""

import csv
import gzip
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_ocel import MAPPING as OBJECTS
from test_xes import MAPPING as LOG
from test_xes import event, log, trace
from workbooks import of_texts, text, write

from rebild_policy.authoring.looking import MAX_COLUMNS, look
from rebild_policy.sources import read_export, write_quarantine

MEGABYTES, SECONDS = 250, 20
TABLE = """\
mapping: table
columns: {case: sag, activity: hvad, time: dag, text: emne}
activities:
  svar: [{event: reply_sent}]
  høring:
    - event: hearing_sent
      set: {matter: {column: text}}
"""
HEAD, GOOD = "sag,hvad,dag,emne\n", "a,svar,2026-01-05,\n"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE log ['
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(30))
    + "]>"
)
GIGABYTE = 1 << 30


class Corpus:
    """A folder of hostile files, and what is expected of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refused: dict[str, str] = {}
        self.quarantined: dict[str, list[list[object]]] = {}

    def path(self, name: str, mapping: str, *, refused: str | None = None, quarantined: list[list[object]] | None = None) -> Path:
        (self.folder / f"{name}.yaml").write_text(mapping, encoding="utf-8")
        if refused:
            self.refused[name] = refused
        if quarantined is not None:
            self.quarantined[name] = quarantined
        return self.folder / name

    def write(self, name: str, content: str | bytes, mapping: str = TABLE, **expected) -> None:
        self.path(name, mapping, **expected).write_bytes(content.encode() if isinstance(content, str) else content)


def with_a_hole(path: Path, before: str, after: str) -> None:
    """A file whose middle is a gigabyte of NULs that take no place on the disk."""
    with path.open("wb") as file:
        file.write(before.encode())
        file.seek(GIGABYTE, 1)
        file.write(after.encode())


def bombs(corpus: Corpus) -> None:
    corpus.write("laughs.xes", LAUGHS + log(trace("&l29;", event(1)), head=""), LOG, refused="declares a document type")
    corpus.write("laughs.xmlocel", LAUGHS + "<log/>", OBJECTS, refused="declares a document type")
    outside = '<!DOCTYPE log SYSTEM "file:///etc/passwd" [<!ENTITY % x SYSTEM "http://localhost/x"> %x;]>'
    corpus.write("outside.xes", log(head=outside), LOG, refused="declares a document type")
    corpus.write("deep.xes", "<log>" + "<x>" * 3_000_000, LOG, refused="nested more than 100 deep")
    corpus.write("deep.jsonl", "[" * 3_000_000 + "\n", refused="no line of the file is a JSON object")
    corpus.write("deep.json", "[" * 3_000_000, refused="nested too deeply")
    # Each member unpacks to 64 MB; together they would be 12 GB.
    member = gzip.compress(b" " * (1 << 26))
    corpus.write("bomb.csv.gz", gzip.compress((HEAD + GOOD).encode()) + member * 200, refused="grows to more than 200 times")
    corpus.write("bomb.xes.gz", gzip.compress(b"<log>") + member * 200, LOG, refused="grows to more than 200 times")
    for name, inside in (("laughs.xlsx", LAUGHS + "<worksheet/>"), ("bomb.xlsx", f"<worksheet>{' ' * (1 << 27)}</worksheet>")):
        path = corpus.path(name, TABLE, refused="document type" if "DOCTYPE" in inside else "grows to more than 200 times")
        write(path, of_texts([HEAD.strip().split(",")]))
        with zipfile.ZipFile(path) as archive:
            parts = {part: archive.read(part) for part in archive.namelist()}
        parts["xl/worksheets/sheet1.xml"] = inside.encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
    same = pa.DictionaryArray.from_arrays([0] * 1000, ["x" * 1_000_001])
    columns = {"sag": ["a"] * 1000, "hvad": ["svar"] * 1000, "dag": ["2026-01-05"] * 1000, "emne": same}
    rows = [[row, "the field is longer than 1000000 characters"] for row in range(2, 1002)]
    pq.write_table(pa.table(columns), corpus.path("same.parquet", TABLE, quarantined=rows))


def long_lines(corpus: Corpus) -> None:
    overlong = "a field is longer than 1000000 characters, or the row runs over too many lines"
    with_a_hole(corpus.path("line.csv", TABLE, quarantined=[[3, overlong]]), HEAD + GOOD + "a,", "\n" + GOOD)
    record = json.dumps({"sag": "a", "hvad": "svar", "dag": "2026-01-05", "emne": ""}) + "\n"
    with_a_hole(corpus.path("line.jsonl", TABLE, quarantined=[[2, overlong]]), record + '{"sag": "', '"}\n' + record)
    with_a_hole(corpus.path("line.json", TABLE, refused="longer than 8000000 characters"), '[\n{"sag": "', '"}]')
    # A NUL is no XML, so this line is one of letters, and long enough to show the limit.
    corpus.write("line.xes", log(trace("x" * 40_000_000)), LOG, refused="longer than 8000000 bytes")


def odd_texts(corpus: Corpus) -> None:
    bad = "the row holds bytes that are not text in utf-8"
    mixed = [f"a,høring,2026-01-05,ærø {n}\n".encode("cp1252" if n % 4 == 3 else "utf-8") for n in range(40)]
    corpus.write("mixed.csv", HEAD.encode() + b"".join(mixed), quarantined=[[n + 2, bad] for n in range(40) if n % 4 == 3])
    corpus.write("nul.csv", HEAD + GOOD + "a,sv\0ar,2026-01-05,\n" + GOOD, quarantined=[[3, "the row holds a NUL character"]])
    out = io.StringIO()
    names = ["sag", "hvad", "dag", "emne", *(f"k{n}" for n in range(9_996))]
    csv.writer(out, lineterminator="\n").writerows([names, *([["a", "svar", "2026-01-05", *[""] * 9_997]] * 300)])
    corpus.write("wide.csv", out.getvalue(), quarantined=[])
    wide = "<row>" + "<c><v>1</v></c>" * 20_000 + "</row>"
    write(corpus.path("wide.xlsx", TABLE, refused="more than 16384 columns"), wide)
    far = [text("A1", "sag"), text("B1", "hvad"), text("C1", "dag"), text("D1", "emne")]
    row = 1_048_576
    cells = [text(f"A{row}", "a"), text(f"B{row}", "svar"), text(f"C{row}", "2026-01-05"), text(f"XFD{row}", "x")]
    rows = f'<row r="1">{"".join(far)}</row><row r="{row}">{"".join(cells)}</row>'
    write(corpus.path("far.xlsx", TABLE, quarantined=[]), rows)
    never = f'<row r="2">{text("A2", "a")}{text("B2", "svar")}{text("C2", "2026-01-05")}<c r="D2"><f>WEBSERVICE("http://x")</f></c></row>'
    reason = "the cell holds an error, or a formula that was never computed"
    write(corpus.path("formula.xlsx", TABLE, quarantined=[[2, reason]]), f'<row r="1">{"".join(far)}</row>{never}')


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """The corpus, and what reading it came to."""
    corpus = Corpus(tmp_path_factory.mktemp("hostile"))
    for part in (bombs, long_lines, odd_texts):
        part(corpus)
    command = [sys.executable, str(Path(__file__).with_name("hostile.py")), str(corpus.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=corpus.folder)
    assert done.returncode == 0, done.stderr[-2000:]
    return corpus, json.loads(done.stdout)


def test_each_is_refused_or_costs_the_rows_that_it_spoils(read):
    corpus, found = read
    assert set(found) == {*corpus.refused, *corpus.quarantined}
    for name, words in corpus.refused.items():
        assert words in found[name].get("refused", ""), (name, found[name])
    for name, rows in corpus.quarantined.items():
        assert found[name].get("quarantined") == rows, (name, found[name])


def test_none_takes_much_memory_or_time(read):
    for name, said in read[1].items():
        assert said["megabytes"] < MEGABYTES, name
        assert said["seconds"] < SECONDS, name


def test_a_formula_is_a_text_and_stays_one_in_the_quarantine_file(source):
    head = "=1+1;Nr;Aktivitet;Dato;Type;Kanal;Frist;Emne\n"
    rows = "=cmd|' /C calc'!A0;1;@SUM(1);05-01-2026;;;;\n;2;Svar;05-01-2026;;;;\n"
    export = read_export(source.file(head + rows), source.mapping(source.small.replace("case: Sag", 'case: "=1+1"')))
    assert [case.case.id for case in export.cases] == ["=cmd|' /C calc'!A0"]
    write_quarantine(source.folder / "q.csv", export.accounting.quarantined)
    assert (source.folder / "q.csv").read_text() == "row,column,reason\n3,'=1+1,the column is empty\n"


def test_an_export_of_ten_thousand_columns_is_looked_at_in_part(source):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[f"k{n}" for n in range(10_000)], *([["1"] * 10_000] * 20)])
    seen = look(str(source.file(out.getvalue())), {})
    assert (len(seen.columns), seen.rows) == (MAX_COLUMNS, 20)
