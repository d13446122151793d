"""Findings for machines: one JSON object a line, in an order that does not depend on the run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TextIO

from rebild_policy.privacy import redact
from rebild_policy.report.figures import place
from rebild_policy.report.runs import in_order
from rebild_policy.results import Finding, Verdict
from rebild_policy.rules import Language

Explain = Literal["all", "open", "none"]
_OPEN = {Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING}


def write_findings(
    target: Path | str | TextIO, findings: Iterable[Finding], lang: Language | None = None, *, explain: Explain = "open"
) -> int:
    """Write findings in UTF-8, sorted by case, rule and row of the trigger, and return how many.

    `explain` says which carry their explanation: all, those that are open (violated, undetermined or pending), or none.
    With `lang`, texts are in that language only; without it, each is an object of both.
    """
    if isinstance(target, Path | str):
        with Path(target).open("w", encoding="utf-8", newline="\n") as stream:
            return write_findings(stream, findings, lang, explain=explain)
    number = 0
    lines = in_order((place(finding), finding_line(finding, lang, explain=explain)) for finding in findings)
    for number, line in enumerate(lines, 1):  # noqa: B007 - the last is the count
        target.write(line + "\n")
    return number


def finding_line(finding: Finding, lang: Language | None = None, *, explain: Explain = "open") -> str:
    """A finding as one line of JSON, with its fields in the order of the schema."""
    told = explain == "all" or (explain == "open" and finding.verdict in _OPEN)
    data = finding.model_dump(mode="json", exclude=None if told else {"explanation"})
    return escaped(json.dumps(_clean(data, lang), ensure_ascii=False, separators=(",", ":")))


def _clean(value: Any, lang: Language | None) -> Any:
    """`value` with the words of one language, and without CPR shapes, also where a model lets a text through."""
    if isinstance(value, dict):
        if lang and value.keys() == {"da", "en"}:
            return _clean(value[lang], lang)
        return {redact(name): _clean(part, lang) for name, part in value.items()}
    if isinstance(value, list):
        return [_clean(part, lang) for part in value]
    return redact(value) if isinstance(value, str) else value


def escaped(line: str) -> str:
    """A line of JSON with hidden characters escaped: it means the same, and does no harm in a terminal or an editor."""
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else _escape(char) for char in line)


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
