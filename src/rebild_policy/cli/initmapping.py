"""`rebild-policy init-mapping`: a first mapping for an export."""

from __future__ import annotations

from pathlib import Path

from rebild_policy.authoring.looking import look
from rebild_policy.authoring.proposing import OPEN, propose
from rebild_policy.errors import UsageError, shown
from rebild_policy.privacy import redact


def run(*, export: str, source: list[str], out: Path | None) -> int:
    """Look at the export and write what it seems to be."""
    said = dict(_pair(word) for word in source)
    text = propose(look(export, said), redact(Path(export).name.partition(".")[0]) or "export")
    if out is None:
        print(text, end="")
        return 0
    if out.exists():
        raise UsageError(f"{shown(out)} is there already.", remedy="Give another name, or remove it.")
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{shown(out)} can't be written: {error.strerror}.") from None
    print(f"Written: {shown(out)}, with {text.count(OPEN)} open points.")
    return 0


def _pair(word: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not equals:
        raise UsageError("--source takes KEY=VALUE.", remedy="Such as --source sheet=Sager.")
    return key, value
