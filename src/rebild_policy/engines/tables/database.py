"""The DuckDB of a judge: a database in memory, and threads that each run one statement at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

import duckdb
from sqlglot import exp

from rebild_policy.engines.tables import sql
from rebild_policy.engines.tables.sql import Sql


class Database:
    """A database that is gone when it is closed. `enums`: the types that it knows besides DuckDB's, with their values."""

    def __init__(self, threads: int, memory: str, enums: Mapping[str, Sequence[str]]) -> None:
        self.threads = threads
        # Where what does not fit in memory goes, which DuckDB would put into the working directory: it tells of cases.
        aside = mkdtemp(prefix="rebild-policy-")
        self._tidy = finalize(self, rmtree, aside, ignore_errors=True)
        self.con = duckdb.connect(
            config={
                "threads": threads,
                "memory_limit": memory,
                "temp_directory": aside,
                "preserve_insertion_order": False,
            }
        )
        self.con.execute("SET parquet_metadata_cache = true")  # each file is read by many rules
        self._pool = ThreadPoolExecutor(threads)
        self._cursors: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()  # those that no statement is using
        for _ in range(threads):
            self._cursors.put(self.con.cursor())
        for name, values in enums.items():
            listed = [exp.Literal.string(value) for value in values]
            kind = exp.DataType(this=exp.DataType.Type.ENUM, expressions=listed)
            self.execute(exp.Create(this=sql.table(name), kind="TYPE", expression=kind))

    def close(self) -> None:
        """Give the memory back."""
        self._pool.shutdown()
        while not self._cursors.empty():
            self._cursors.get().close()
        self.con.close()
        self._tidy()

    def execute(self, statement: Sql) -> duckdb.DuckDBPyConnection:
        """Run a statement."""
        return self.con.execute(sql.written(statement))

    def each(self, texts: Iterable[str]) -> list[list[tuple[Any, ...]]]:
        """What each of some statements gives, which run side by side, each on one thread."""
        self.con.execute("SET threads = 1")
        try:
            return list(self._pool.map(self._on_a_cursor, texts))
        finally:
            self.con.execute(f"SET threads = {self.threads}")

    def _on_a_cursor(self, text: str) -> list[tuple[Any, ...]]:
        with self.cursor() as cursor:
            rows: list[tuple[Any, ...]] = cursor.execute(text).fetchall()
        return rows

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that no other statement is using."""
        cursor = self._cursors.get()
        try:
            yield cursor
        finally:
            self._cursors.put(cursor)
