"""Findings as Parquet: the same bytes for the same findings, however they were come by."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow
from pyarrow import compute, parquet

from rebild_policy.audits.results import Audit
from rebild_policy.report.tables import Line, lines_of

_TEXT: Final = pyarrow.string()
_TYPES: Final = {
    "due": pyarrow.date32(),
    "trigger_day": pyarrow.date32(),
    "trigger_row": pyarrow.int64(),
    "waived": pyarrow.bool_(),
}
SCHEMA: Final = pyarrow.schema([(name, _TYPES.get(name, _TEXT)) for name in Line._fields])
_ROWS: Final = 100_000  # in a group


def write(path: Path, audit: Audit) -> None:
    """Write every finding of an audit."""
    with parquet.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for group in _groups(_tables(audit)):
            writer.write_table(group, row_group_size=_ROWS)


def _tables(audit: Audit) -> Iterator[Any]:
    if audit.store is None:
        lines = lines_of(audit)
        while batch := list(islice(lines, _ROWS)):
            yield pyarrow.table([list(column) for column in zip(*batch, strict=True)], schema=SCHEMA)
        return
    rules = pyarrow.array([tally.rule for tally in audit.tallies], _TEXT)
    statements = pyarrow.array([" ".join(tally.statements) for tally in audit.tallies], _TEXT)
    severities = pyarrow.array([str(tally.severity) for tally in audit.tallies], _TEXT)
    for table in audit.store.table():
        number = compute.index_in(table["rule"], value_set=rules)
        told = {name: table[name] for name in SCHEMA.names if name in table.column_names}
        told["statements"], told["severity"] = statements.take(number), severities.take(number)
        told["trigger"] = compute.coalesce(table["trigger_shown"], table["trigger"])
        told["key"] = compute.binary_join(compute.coalesce(table["key_shown"], table["key"]), " ")
        yield pyarrow.table([told[name] for name in SCHEMA.names], names=SCHEMA.names).cast(SCHEMA)


def _groups(tables: Iterator[Any]) -> Iterator[Any]:
    """The rows in groups of one size, so that where one batch ends does not show."""
    waiting = SCHEMA.empty_table()
    for table in tables:
        waiting = pyarrow.concat_tables([waiting, table])
        while len(waiting) >= _ROWS:
            yield waiting.slice(0, _ROWS).combine_chunks()
            waiting = waiting.slice(_ROWS)
    if len(waiting):
        yield waiting.combine_chunks()
