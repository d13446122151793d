"""The audit of large exports, loaded when it is asked for: its libraries are an extra."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Final, Literal, get_args

from rebild_policy.errors import UsageError, did_you_mean
from rebild_policy.sources.records import ArrowTable

AuditEngine = Literal["auto", "compiled", "tables"]
LARGE: Final = 32_000_000  # bytes of an export from which the tables are chosen
_LIBRARIES: Final = ("duckdb", "sqlglot", "pyarrow", "numpy")


def chosen_engine(engine: str, export: Path | ArrowTable) -> Literal["compiled", "tables"]:
    """The engine of an audit: `auto` is the tables for a large file, if their libraries are there. Raises `UsageError`."""
    if engine not in get_args(AuditEngine):
        raise UsageError(f"an audit knows no engine '{engine}'.", remedy=did_you_mean(engine, get_args(AuditEngine)))
    lacking = [name for name in _LIBRARIES if find_spec(name) is None]
    if engine == "tables" and lacking:
        raise UsageError(
            f"the engine 'tables' needs {' and '.join(lacking)}, which is not installed.",
            remedy="Run: pip install 'rebild-policy[audit]'",
        )
    large = isinstance(export, Path) and export.is_file() and export.stat().st_size >= LARGE
    return "tables" if engine == "tables" or (engine == "auto" and large and not lacking) else "compiled"


def bulk_audit() -> ModuleType:
    """The module that audits bucket by bucket."""
    # Arrow's own allocators keep what they had at the peak, about a hundred megabytes of an audit; the system's gives it back.
    # Arrow asks once, when it is loaded: a program that has loaded it already keeps its own.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    return import_module("rebild_policy.audits.bulk.assembling")
