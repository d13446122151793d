"""`rebild-policy schema`: the JSON Schemas."""

from __future__ import annotations

import json

from rebild_policy.schemas import schema


def run(*, name: str) -> int:
    """Print a schema."""
    print(json.dumps(schema(name), indent=2, ensure_ascii=False))
    return 0
