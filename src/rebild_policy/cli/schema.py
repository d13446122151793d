"""`rebild-policy schema`: the JSON Schemas."""

from __future__ import annotations

from pathlib import Path

from rebild_policy.errors import UsageError, did_you_mean, shown
from rebild_policy.schemas import SCHEMAS, schema_text, write_schemas


def run(*, name: str | None, out: Path | None) -> int:
    """Print a schema, or write them all into a folder."""
    if out:
        for path in write_schemas(out):
            print(shown(path))
        return 0
    if name is None:
        raise UsageError("which schema?", remedy=did_you_mean("", SCHEMAS))
    print(schema_text(name), end="")
    return 0
