"""CPR numbers and a name planted in every text of an export, in every format: none in any output or error."""

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner
from workbooks import of_texts, write

from rebild_policy.cli.main import app
from rebild_policy.privacy import holds_cpr

NAME, NUMBER = "Ane Opdigtet", "990199-9998"
PLANTED = f"{NAME} {NUMBER}"
HEAD = ("sag", "nr", "hvad", "dag", "kanal", "emne", "hvem", "frist", "grund")
# Names are planted where no id and no activity stands: those are shown, and numbers in them redacted.
ROWS = [
    ("A-1", f"1 {NUMBER}", "ind", "2026-01-05", "brev", PLANTED, PLANTED, "", ""),
    ("A-1", f"2 {NUMBER}", "høring", "2026-01-06", "", PLANTED, PLANTED, PLANTED, ""),
    ("A-1", f"3 {NUMBER}", "høring", "2026-01-06", "", PLANTED, PLANTED, "2026-01-20", ""),
    ("A-1", f"4 {NUMBER}", "afgørelse", "2026-01-09", "", PLANTED, PLANTED, "", PLANTED),
    ("A-2", f"5 {NUMBER}", "ind", PLANTED, PLANTED, PLANTED, PLANTED, "", ""),
    ("A-2", f"6 {NUMBER}", "ind", "2026-01-07", PLANTED, PLANTED, PLANTED, "", ""),
    ("A-2", f"7 {NUMBER}", f"opkald om {NUMBER}", "2026-01-07", "", PLANTED, PLANTED, "", ""),
    (NUMBER, f"8 {NUMBER}", "ind", "2026-01-07", "brev", PLANTED, PLANTED, "", ""),
]
RECORDS = [dict(zip(HEAD, row, strict=True)) for row in ROWS]
COLUMNS = """\
columns:
  {case: CASEsag, id: IDnr, activity: ACTIVITYhvad, time: TIMEdag, channel: kanal, matter: emne, who: hvem, by: frist, why: grund}
case: {kind: {column: matter}}
activities:
  ind:
    - event: inquiry_received
      set: {channel: {column: channel, values: {brev: post}}, actor: {column: who}, kind: {column: matter}}
  høring: [{event: hearing_sent, set: {matter: {column: matter}, respond_by: {column: by}}}]
  afgørelse:
    - event: decision_made
      set:
        {matter: {column: matter}, outcome: {value: refused}, act: {value: decision}, final: {value: true},
         decided_by: {column: who}, reasons: {column: why}, legal_basis: {column: why}}
covers: {inquiry_received: all, reply_sent: all, hearing_sent: all, hearing_response: all, decision_made: all}
case_covers: [kind]
"""


def as_csv(path):
    path.write_text("\n".join(";".join(row) for row in (HEAD, *ROWS)), encoding="utf-8")


def as_jsonl(path):
    path.write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")


def as_json(path):
    path.write_text(json.dumps(RECORDS), encoding="utf-8")


def as_parquet(path):
    pq.write_table(pa.table({name: [record[name] for record in RECORDS] for name in HEAD}), path)


def as_xlsx(path):
    write(path, of_texts([HEAD, *ROWS]))


def as_xes(path):
    out = io.StringIO()
    for record in RECORDS:
        values = "".join(f'<string key="{name}" value="{value}"/>' for name, value in record.items())
        out.write(f"<trace><event>{values}</event></trace>")
    path.write_text(f"<log>{out.getvalue()}</log>", encoding="utf-8")


def as_ocel(path):
    objects = [{"id": case, "type": "sag"} for case in dict.fromkeys(record["sag"] for record in RECORDS)]
    events = [
        {
            "id": record["nr"], "type": record["hvad"], "time": record["dag"],
            "attributes": [{"name": name, "value": record[name]} for name in HEAD[4:]],
            "relationships": [{"objectId": record["sag"], "qualifier": PLANTED}],
        }
        for record in RECORDS
    ]  # fmt: skip
    path.write_text(json.dumps({"objects": objects, "events": events}), encoding="utf-8")


def as_sql(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TABLE rows ({', '.join(f'{name} TEXT' for name in HEAD)})")
        database.executemany(f"INSERT INTO rows VALUES ({', '.join('?' * len(HEAD))})", ROWS)
        database.commit()


FORMATS = {
    "csv": (as_csv, 'source: {delimiter: ";"}'),
    "jsonl": (as_jsonl, ""),
    "json": (as_json, ""),
    "parquet": (as_parquet, ""),
    "xlsx": (as_xlsx, ""),
    "xes": (as_xes, ""),
    "jsonocel": (as_ocel, "source: {case_object: sag}"),
    "db": (as_sql, "source: {query: SELECT * FROM rows}"),
}


@pytest.fixture(params=FORMATS)
def export(request, tmp_path, monkeypatch):
    """An export and its mapping, in the working directory."""
    monkeypatch.chdir(tmp_path)
    make, source = FORMATS[request.param]
    path = Path(f"export {NUMBER}.{request.param}")
    make(path)
    named = {"CASE": "", "ID": "", "ACTIVITY": "", "TIME": ""}
    columns = COLUMNS
    if request.param == "jsonocel":
        columns = columns.replace("CASEsag", '"ocel:case"').replace("IDnr", '"ocel:eid"')
        columns = columns.replace("ACTIVITYhvad", '"ocel:activity"').replace("TIMEdag", '"ocel:timestamp"')
    for mark, nothing in named.items():
        columns = columns.replace(mark, nothing)
    Path("mapping.yaml").write_text(f"mapping: planted\n{source}\n{columns}", encoding="utf-8")
    return path


def audited(export, *options):
    files = ["--findings", "findings.jsonl", "--html", "report.html", "--quarantine", "quarantine.csv"]
    command = ["audit", str(export), "--mapping", "mapping.yaml", "--as-of", "2026-03-02", *files, *options]
    done = CliRunner().invoke(app, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    written = [Path(name).read_text(encoding="utf-8") for name in ("findings.jsonl", "report.html", "quarantine.csv")]
    assert written[0].count("\n") >= 4
    assert written[2].count("\n") >= 4
    return [done.output, *written]


@pytest.mark.parametrize("engine", ["compiled", "tables"])
def test_no_number_and_no_name_leaves(export, engine):
    # The report is made of the same rows whatever they come from: once as JSON will do.
    as_data = audited(export, "--format", "json", "--engine", engine)[:1] if export.suffix == ".csv" else []
    for text in (*audited(export, "--lang", "en", "--engine", engine), *as_data):
        assert NAME not in text
        assert not holds_cpr(text)


@pytest.mark.parametrize("engine", ["compiled", "tables"])
@pytest.mark.parametrize("export", ["csv"], indirect=True)
def test_none_is_in_any_other_output(export, engine):
    """All are made of one audit, so that one format of export will do."""
    names = {
        "--findings": ["findings.csv", "findings.parquet", "findings.xlsx"],
        "--publish": ["numbers.md", "numbers.json"],
        "--summary": ["summary.json"],
        "--sarif": ["found.sarif"],
        "--junit": ["found.xml"],
        "--markdown": ["found.md"],
    }
    for option, files in names.items():
        for name in files:
            command = ["audit", str(export), "--mapping", "mapping.yaml", "--as-of", "2026-03-02", "--engine", engine]
            done = CliRunner().invoke(app, [*command, option, name], catch_exceptions=False)
            assert done.exit_code == 0, done.output
            text = done.output + everything_in(Path(name))
            assert len(text) > 200
            assert NAME not in text, name
            assert not holds_cpr(text), name


def everything_in(path):
    """The text of a file of any kind."""
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    if path.suffix == ".xlsx":
        with ZipFile(path) as parts:
            return " ".join(parts.read(name).decode() for name in parts.namelist() if not name.startswith("docProps"))
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("engine", ["compiled", "tables"])
def test_pseudonyms_leave_nothing_of_the_ids(export, engine):
    Path("key").write_text("en ganske hemmelig nøgle", encoding="utf-8")
    findings, quarantine = audited(export, "--format", "json", "--pseudonymise", "key", "--engine", engine)[1::2]
    assert "A-1" not in findings
    assert NAME not in findings
    assert not holds_cpr(findings + quarantine)
    assert len({json.loads(line)["case"] for line in findings.splitlines()}) >= 2


def test_a_proposed_mapping_shows_none(export):
    said = {"jsonocel": ["--source", "case_object=sag"], "db": ["--source", "query=SELECT * FROM rows"]}
    done = CliRunner().invoke(app, ["init-mapping", str(export), *said.get(export.suffix[1:], [])], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert NAME not in done.output
    assert not holds_cpr(done.output)


def test_errors_show_none(export):
    Path("mapping.yaml").write_text(Path("mapping.yaml").read_text(encoding="utf-8").replace("emne", "emnet"), encoding="utf-8")
    content = export.read_bytes()
    for spoiled in (content, content[: len(content) // 2], content[::-1]):
        export.write_bytes(spoiled)
        done = CliRunner().invoke(app, ["audit", str(export), "--mapping", "mapping.yaml", "--as-of", "2026-03-02"])
        assert done.exit_code != 0
        assert done.exception is not None
        assert NAME not in str(done.exception) + done.output
        assert not holds_cpr(str(done.exception) + done.output)
