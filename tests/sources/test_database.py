"""Queries over SQLite, and over a PostgreSQL server that the tests start."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from test_formats import HEAD, TABLE, told

from rebild_policy import Policy
from rebild_policy.errors import MappingError, SourceError
from rebild_policy.sources import load_mapping, read_export

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)
QUERY = """SELECT * FROM rows WHERE "Nr" NOT LIKE '9%' AND '12:30' <> ' :x' ORDER BY CAST("Nr" AS INTEGER)"""
CREATE = "CREATE TABLE rows ({})".format(", ".join(f'"{name}" TEXT' for name in HEAD))
INSERT = f"INSERT INTO rows VALUES ({', '.join(':' + chr(97 + place) for place in range(len(HEAD)))})"
VALUES = [dict(zip("abcdefgh", row, strict=True)) for row in TABLE]


def queried(small, query=QUERY):
    return small.replace('source: {format: csv, delimiter: ";"}', f"source:\n  query: >-\n    {query}")


@pytest.fixture
def expected(source):
    path = source.folder / "rows.csv"
    path.write_text(
        "\n".join(";".join(f'"{cell}"' for cell in row) for row in (HEAD, *TABLE)),
        encoding="utf-8",
    )
    return told(read_export(path, source.mapping()))


@pytest.fixture
def sqlite(source):
    path = source.folder / "cases.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute(CREATE)
        database.executemany(INSERT, VALUES)
        database.commit()
    return path


def test_a_query_over_sqlite(source, sqlite, expected, monkeypatch):
    mapping = source.mapping(queried(source.small))
    export = read_export(sqlite, mapping)
    assert told(export) == expected
    assert export.name == "cases.db"
    (source.folder / "address").write_text(f"sqlite:///{sqlite}\n")
    assert told(read_export(source.folder / "address", mapping)) == expected
    monkeypatch.setenv("CASES", f"sqlite:///{sqlite}")
    again = read_export("env:CASES", mapping)
    assert told(again) == expected
    assert (again.name, again.input_sha256) == ("env:CASES", export.input_sha256)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * FROM nothing", "gave no rows: OperationalError, code SQLITE_ERROR"),
        ("DELETE FROM rows", "gave no rows: OperationalError, code SQLITE_READONLY"),
        ("SELECT * FROM rows WHERE 1 = 0", "has no rows"),
        (
            'SELECT "Sag", "Nr", "Aktivitet", "Dato" AS "Datto", "Type", "Kanal", "Frist", "Emne" FROM rows',
            "Did you mean 'Datto'",
        ),
        ('SELECT *, "Sag" FROM rows', "has 2 columns named 'Sag'"),
    ],
)
def test_queries_that_are_refused(source, sqlite, query, words):
    with pytest.raises(SourceError, match=words):
        read_export(sqlite, source.mapping(queried(source.small, query)))
    with closing(sqlite3.connect(sqlite)) as database:
        assert database.execute("SELECT count(*) FROM rows").fetchone() == (len(TABLE),)


@pytest.mark.parametrize("content", ["", "hest", "hest://a:b@c/d", "x" * 5000, "mssql+pyodbc://u:hemmelig@server/db"])
def test_addresses_that_are_none_or_need_a_driver(source, content):
    path = source.folder / "address"
    path.write_text(content)
    with pytest.raises(SourceError, match=r"no URL of a database|pyodbc, which is not installed\. Run: pip install") as error:
        read_export(path, source.mapping(queried(source.small)))
    assert "hemmelig" not in str(error.value)


def test_a_variable_that_is_not_set_and_a_mapping_without_a_query(source, sqlite, monkeypatch):
    monkeypatch.delenv("CASES", raising=False)
    with pytest.raises(SourceError, match="env:CASES: the environment variable is not set"):
        read_export("env:CASES", source.mapping(queried(source.small)))
    with pytest.raises(SourceError, match="the file can't be read: No such file"):
        read_export("absent", source.mapping(queried(source.small)))
    with pytest.raises(MappingError, match="the mapping holds no query"):
        read_export(sqlite, source.mapping(source.small.replace('format: csv, delimiter: ";"', "format: sql")))


# ------------------------------------------------------------------------------------------------------------- postgresql
@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server of its own, that only a socket leads to; it does not run as root, so root runs it as another."""
    folder = Path(tempfile.mkdtemp(prefix="rebild-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def run(program, *arguments):
        command = [PROGRAMS / program, "-D", folder / "data", *arguments]
        # Its output is not waited for: the server would hold it open.
        subprocess.run(command, check=True, cwd=folder, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    try:
        run("initdb", "-U", "auditor", "--auth=trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-w", "-l", folder / "log", "-o", options, "start")
        yield f"postgresql://auditor:hemmelig@/postgres?host={folder}"
        run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql(server, monkeypatch):
    """The environment variable that holds the address of a server with the table."""
    monkeypatch.setenv("CASES", server)
    engine = create_engine(server.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS rows"))
        connection.execute(text(CREATE))
        connection.execute(text(INSERT), VALUES)
    engine.dispose()
    return "env:CASES"


needs_server = pytest.mark.skipif(PROGRAMS is None, reason="no PostgreSQL server is installed under /usr/lib/postgresql")


@needs_server
def test_an_audit_of_a_postgresql_database(source, postgresql, expected):
    mapping = source.folder / "mapping.yaml"
    mapping.write_text(queried(source.small), encoding="utf-8")
    assert told(read_export(postgresql, load_mapping(mapping))) == expected
    audit = Policy.rebild().audit(postgresql, mapping, date(2026, 3, 2))
    assert (audit.accounting.rows, audit.accounting.cases, audit.source.file) == (len(TABLE), 3, "env:CASES")
    assert audit.findings
    assert "hemmelig" not in audit.model_dump_json()


@needs_server
def test_typed_columns_of_postgresql(source, postgresql):
    query = (
        "SELECT 17::bigint AS sag, 1.00::numeric AS nr, 'k'::text AS akt, true AS auto, 30::smallint AS dage,"
        " timestamptz '2026-01-05 08:30+00' AS dato UNION ALL SELECT 17, 2, 'k', null, null, null"
    )
    mapping = f"""\
mapping: typed
source: {{query: "{query}"}}
columns: {{case: sag, id: nr, activity: akt, time: dato, days: dage, automatic: auto}}
activities:
  k:
    - event: acknowledgement_sent
      set: {{expected_days: {{column: days}}, automatic: {{column: automatic}}}}
"""
    export = read_export(postgresql, source.mapping(mapping))
    (event,) = export.cases[0].case.events
    assert (export.cases[0].case.id, event.id, event.expected_days, event.automatic) == ("17", "1", 30, True)
    assert event.time.isoformat() in {"2026-01-05T08:30:00+00:00", "2026-01-05T09:30:00+01:00"}
    assert [(row.row, row.column) for row in export.accounting.quarantined] == [(3, "dato")]


@needs_server
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * FROM nothing", "ProgrammingError, code 42P01"),
        ("DELETE FROM rows", "ProgrammingError, code 42601|InternalError"),
        ("SELECT CAST('990199-9999' AS INTEGER)", "DataError, code 22P02"),
        ("SELECT 1; DROP TABLE rows", "ProgrammingError, code 42601"),
        ("WITH gone AS (DELETE FROM rows RETURNING *) SELECT * FROM gone", "code (25006|0A000)"),
    ],
)
def test_what_postgresql_refuses_is_said_by_its_code(source, postgresql, query, words):
    with pytest.raises(SourceError, match=words) as error:
        read_export(postgresql, source.mapping(queried(source.small, query)))
    assert "hemmelig" not in str(error.value)
    assert "9999" not in str(error.value)
    assert read_export(postgresql, source.mapping(queried(source.small))).accounting.rows == len(TABLE)


@needs_server
def test_a_server_that_is_not_there(source, server, monkeypatch):
    monkeypatch.setenv("CASES", "postgresql://auditor:hemmelig@/postgres?host=/nowhere")
    with pytest.raises(SourceError, match="gave no rows: OperationalError") as error:
        read_export("env:CASES", source.mapping(queried(source.small)))
    assert "hemmelig" not in str(error.value)
