"""An SQLite database that nobody vouches for: never written to, and given up where a query takes too long."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

SQLITE = b"SQLite format 3\0"
_STEPS, _ROUNDS = 1_000_000, 20_000  # of SQLite's machine, before a query is given up: some minutes


def open_sqlite(path: Path) -> sqlite3.Connection:
    """A connection for reading."""
    database = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    rounds = iter(range(_ROUNDS))
    database.set_progress_handler(lambda: next(rounds, None) is None, _STEPS)
    return database
