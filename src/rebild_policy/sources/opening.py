"""From an export to the reader of its format, which is loaded when it is used: some need libraries that are not always there."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

from rebild_policy.errors import SourceError
from rebild_policy.sources.raw import OnRead
from rebild_policy.sources.records import ArrowTable, Reader
from rebild_policy.sources.shapes import Format, Mapping

_MODULES: dict[Format, str] = {
    "csv": "delimited",
    "jsonl": "jsonlines",
    "json": "jsondocument",
    "parquet": "parquet",
    "xlsx": "workbook",
    "xes": "xes",
    "ocel": "ocel",
    "sql": "database",
}
# What the end of a file's name says where the mapping does not.
ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xes": "xes",
    ".jsonocel": "ocel",
    ".xmlocel": "ocel",
}
_EXTRAS = {"pyarrow": "audit", "sqlalchemy": "sql", "psycopg": "sql"}


def open_export(export: Path | str | ArrowTable, mapping: Mapping, progress: OnRead | None = None) -> Reader:
    """The reader of an export: a file, or a table in memory.

    Raises `SourceError` where it can't be read, or where a library is missing.
    """
    reader: Reader
    if isinstance(export, ArrowTable):
        reader = _module("memory").open_reader(export, mapping)
    else:
        path = Path(export)
        reader = _module(_MODULES[kind_of(path, mapping)]).open_reader(path, mapping, progress)
    return reader


def kind_of(path: Path, mapping: Mapping) -> Format:
    """The format of an export."""
    return mapping.source.format or ("sql" if mapping.source.query else format_of(path))


def format_of(path: Path) -> Format:
    """The format that a file's name says; csv where it says nothing."""
    name = path.name.lower().removesuffix(".gz")
    return next((kind for ending, kind in ENDINGS.items() if name.endswith(ending)), "csv")


def _module(name: str) -> ModuleType:
    try:
        return import_module(f"rebild_policy.sources.formats.{name}")
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in _EXTRAS:
            raise
        extra = _EXTRAS[library]
        message = f"this format is read with {library}, which is not installed."
        raise SourceError(message, remedy=f"Run: pip install 'rebild-policy[{extra}]'") from None
