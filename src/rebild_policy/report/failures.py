"""Findings as the message of a failing test: plain text, one finding after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import indent

from rebild_policy.report.sentences import Evidence, evidence
from rebild_policy.report.writing import Writer
from rebild_policy.results import Finding, Report
from rebild_policy.rules import Language


def failure(report: Report, findings: Iterable[Finding], lang: Language = "en") -> str:
    """What is said of a case and of some of its findings: what was found, the evidence and the smallest change."""
    writer = Writer(lang)
    head = writer.say("check-of", case=writer.name(report.case), day=report.as_of)
    return "\n\n".join([head, *("\n".join(_lines(finding, writer)) for finding in findings)])


def _lines(finding: Finding, writer: Writer) -> Iterator[str]:
    told = evidence(finding, writer.lang)
    yield f"{writer.verdict(finding.verdict)}: {writer.words(finding.title)} ({', '.join((finding.rule, *finding.statements))})"
    yield indent(told.message, "  ")
    for label, text in _evidence(finding, told):
        yield f"  {writer.say(label)}: {text}"


def _evidence(finding: Finding, told: Evidence) -> Iterator[tuple[str, str]]:
    yield "trigger", told.trigger
    yield from (("key", event) for event in told.key)
    if finding.due:
        yield "due", told.due
    for search in told.searches:
        yield "evidence", f"{search.looked_for} {search.found}"
        yield from (("near", near) for near in search.near)
    yield from (("witnesses", event) for event in told.witnesses)
    yield from (("missing", fact) for fact in told.missing)
    if told.change:
        yield "change", told.change
    yield "remedy", told.remedy
