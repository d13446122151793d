"""The rows of a query over a database. Nothing is written there, and the address of the database is in no output.

The mapping holds the query. The export says where the database is, without saying what could be secret:

env:NAME      the environment variable NAME holds its URL
a file        that holds its URL, on one line; or an SQLite database
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection, CursorResult, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from rebild_policy.errors import Location, MappingError, SourceError, shown
from rebild_policy.sources.formats.sqlitefile import SQLITE, open_sqlite
from rebild_policy.sources.raw import OnRead
from rebild_policy.sources.records import FIRST_ROW, Reader, Record, RowHash, check_columns, no_rows, rows_of
from rebild_policy.sources.shapes import Mapping

VARIABLE = "env:"
MAX_URL = 4096  # characters
_BATCH = 2_000  # rows
_NAMED = re.compile(r"(?<![:\w\\]):(?=\w)")  # what SQLAlchemy would take for the name of a value


def open_reader(path: Path, mapping: Mapping, progress: OnRead | None) -> Reader:  # noqa: ARG001 - a database has no size
    """The rows of the mapping's query. Raises `SourceError`, and `MappingError` for a column that it does not give."""
    name = str(path) if str(path).startswith(VARIABLE) else shown(path)
    query = mapping.source.query
    if query is None:
        raise MappingError(
            "the mapping holds no query.", at=Location(mapping.file), remedy="Write 'query: SELECT …' under source."
        )
    engine = _engine(path, name)
    with ExitStack() as opened:
        opened.callback(engine.dispose)
        try:
            connection = opened.enter_context(engine.connect())  # leaving it rolls back
            result = opened.enter_context(closing(_execute(connection, query)))
        except SQLAlchemyError as error:
            _refuse(error, name)
        names = list(result.keys()) if result.returns_rows else []
        check_columns(names, mapping, name)
        hashed = RowHash()
        rows = hashed.over(rows_of(_records(result, names, name), mapping, name))
        return Reader(name, rows, hashed.digest, opened.pop_all().close)


def _execute(connection: Connection, query: str) -> CursorResult[tuple[object, ...]]:
    """The query's rows, some at a time, in a transaction that can't write where the database has such."""
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(postgresql_readonly=True)
    options = connection.execution_options(stream_results=True, yield_per=_BATCH)
    return options.execute(text(_NAMED.sub(r"\\:", query)))


def _records(result: CursorResult[tuple[object, ...]], names: list[str], name: str) -> Iterator[tuple[int, Record]]:
    number = FIRST_ROW - 1
    try:
        for number, values in enumerate(result, FIRST_ROW):
            yield number, dict(zip(names, values, strict=True))
    except SQLAlchemyError as error:
        _refuse(error, name)
    if number < FIRST_ROW:
        no_rows(name)


# ---------------------------------------------------------------------------------------------------------- the database
def _engine(path: Path, name: str) -> Engine:
    if str(path).startswith(VARIABLE):
        url = os.environ.get(str(path).removeprefix(VARIABLE), "")
        if not url:
            raise SourceError("the environment variable is not set.", at=Location(name), remedy="It holds the database's URL.")
    else:
        try:
            with path.open("rb") as file:
                head = file.read(MAX_URL + 1)
        except OSError as error:
            raise SourceError(f"the file can't be read: {error.strerror}.", at=Location(name), remedy="Check the path.") from None
        if head.startswith(SQLITE):
            return create_engine("sqlite://", creator=lambda: open_sqlite(path), poolclass=NullPool)
        url = head.decode("utf-8", "replace").strip() if len(head) <= MAX_URL else ""
    return _engine_of(url, name)


def _engine_of(url: str, name: str) -> Engine:
    try:
        read = make_url(url)
        if read.drivername == "postgresql":
            read = read.set(drivername="postgresql+psycopg")
        return create_engine(read, poolclass=NullPool)
    except ModuleNotFoundError as error:
        message = f"the database is reached with {error.name}, which is not installed."
        raise SourceError(message, at=Location(name), remedy=f"Run: pip install {error.name}") from None
    except (SQLAlchemyError, ValueError):
        message = "there is no URL of a database, or none that SQLAlchemy knows."
        raise SourceError(message, at=Location(name), remedy="Such as postgresql://user:password@server/cases.") from None


def _refuse(error: SQLAlchemyError, name: str) -> NoReturn:
    """Say what kind of error it is. Its words could hold the address of the database, a password or a citizen's data."""
    kind = type(error).__name__
    code = _code(error.orig) if isinstance(error, DBAPIError) else None
    message = f"the database gave no rows: {kind}{f', code {code}' if code else ''}."
    raise SourceError(message, at=Location(name), remedy="Try address and query in a client of the database.") from None


def _code(error: BaseException | None) -> str | None:
    """The standard's five letters, or SQLite's word."""
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return code if isinstance(code, str) and re.fullmatch(r"[A-Z0-9_]{1,40}", code) else None
