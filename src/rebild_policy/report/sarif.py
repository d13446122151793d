"""Findings as SARIF 2.1.0 (OASIS), which code hosts and editors read as the results of an analysis.

A possible deviation is a `fail` with a level by its severity; one that is accepted or told by another rule is suppressed. What is
undetermined is `open`: there was too little to decide by. What awaits a deadline is `informational`. What was kept is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from rebild_policy.audits.results import Audit
from rebild_policy.report.figures import place
from rebild_policy.report.jsonl import escaped
from rebild_policy.report.sentences import gist
from rebild_policy.report.writing import Writer, capital, safe
from rebild_policy.results import Finding, Report, Verdict
from rebild_policy.rules import Language
from rebild_policy.version import VERSION

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {"high": "error", "medium": "warning", "low": "note"}
_STATES: Final = {"new": "new", "persisting": "unchanged"}
_KINDS: Final = {Verdict.VIOLATED: "fail", Verdict.UNDETERMINED: "open", Verdict.PENDING: "informational"}


def render_sarif(source: Audit | Report, lang: Language) -> str:
    """The findings of an audit or of one case that are not simply kept, as one JSON document in one language."""
    lines = json.dumps(sarif_log(source, lang), ensure_ascii=False, indent=1).split("\n")
    return "\n".join(map(escaped, lines)) + "\n"


def sarif_log(source: Audit | Report, lang: Language) -> dict[str, Any]:
    """The document as plain values."""
    writer = Writer(lang)
    findings = sorted((one for one in source.findings if one.verdict in _KINDS), key=place)
    numbers = {rule: number for number, rule in enumerate(dict.fromkeys(sorted(finding.rule for finding in findings)))}
    first = {finding.rule: finding for finding in reversed(findings)}
    file = safe(source.source.file) if isinstance(source, Audit) else None
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "rebild_policy",
                "version": VERSION,
                "language": lang,
                "rules": [_rule(writer, first[rule]) for rule in numbers],
                "properties": {"ruleset": source.ruleset.name, "rulesetVersion": source.ruleset.version},
            }
        },
        "automationDetails": {"id": f"{source.ruleset.name}/{source.profile}/{source.as_of.isoformat()}"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(writer, finding, numbers[finding.rule], file) for finding in findings],
    }
    if isinstance(source, Audit):
        run["artifacts"] = [{"location": {"uri": _uri(file or "")}, "hashes": {"sha-256": source.source.sha256}}]
        run["invocations"] = [{"executionSuccessful": True, "commandLine": safe(source.command)}]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(writer: Writer, finding: Finding) -> dict[str, Any]:
    law = [writer.law(law, unverified=law in finding.unverified) for law in finding.law]
    return {
        "id": finding.rule,
        "shortDescription": {"text": writer.words(finding.title)},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"tags": [*finding.statements, *law]},
    }


def _result(writer: Writer, finding: Finding, number: int, file: str | None) -> dict[str, Any]:
    kind = _KINDS[finding.verdict]
    case = f"{writer.say('case')} {writer.name(finding.case)}"
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "kind": kind,
        # The standard has a level for failures alone.
        "level": _LEVELS[finding.severity] if kind == "fail" else "none",
        "message": {"text": f"{capital(writer.verdict(finding.verdict))}. {case}: {gist(finding, writer.lang)}"},
        "locations": [_location(finding, file)],
        "partialFingerprints": {"rebildPolicy/v1": finding.fingerprint},
        "properties": _properties(finding),
    }
    if finding.baseline:
        result["baselineState"] = _STATES[finding.baseline]
    suppressions = list(_suppressions(writer, finding))
    if suppressions:
        result["suppressions"] = suppressions
    return result


def _location(finding: Finding, file: str | None) -> dict[str, Any]:
    """The case and the event that the finding starts from, and its row in the export."""
    trigger = finding.trigger
    logical = [
        {"name": safe(finding.case), "kind": "object"},
        {"name": safe(trigger.id), "fullyQualifiedName": f"{safe(finding.case)}/{safe(trigger.id)}", "kind": "member"},
    ]
    location: dict[str, Any] = {"logicalLocations": logical}
    if file is not None:
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file), "index": 0}}
        if trigger.row is not None and trigger.row > 0:
            physical["region"] = {"startLine": trigger.row}
        location["physicalLocation"] = physical
    return location


def _properties(finding: Finding) -> dict[str, Any]:
    due = {"due": finding.due.isoformat()} if finding.due else {}
    return {"verdict": finding.verdict.value, "statements": list(finding.statements), "asOf": finding.as_of.isoformat(), **due}


def _suppressions(writer: Writer, finding: Finding) -> Iterable[dict[str, Any]]:
    if finding.waived:
        why = f"{safe(finding.waived.reason)} ({safe(finding.waived.approved_by)}, {finding.waived.expires.isoformat()})"
        yield {"kind": "external", "status": "accepted", "justification": why}
    if finding.subsumed_by:
        yield {"kind": "external", "status": "accepted", "justification": writer.say("told-by", rule=finding.subsumed_by)}


def _uri(file: str) -> str:
    """A file name as a relative reference."""
    return "".join(char if (char.isalnum() and char.isascii()) or char in "-._~" else _percent(char) for char in file)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
