"""Findings as JUnit XML: an audit as a check of a build. A suite for each rule, a failure for each possible deviation.

What is undetermined, pending or accepted is skipped, with the reason; what was kept is one passed test that says how many.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from rebild_policy.audits.results import Audit
from rebild_policy.report.figures import by_rule, place
from rebild_policy.report.sentences import acceptance, evidence, gist
from rebild_policy.report.writing import Writer, safe
from rebild_policy.results import Finding, Report, Verdict
from rebild_policy.rules import Language

_KEPT = {Verdict.SATISFIED, Verdict.EXEMPT}


def render_junit(source: Audit | Report, lang: Language) -> str:
    """The findings of an audit or of one case as one XML document, in one language."""
    suites = [_Suite(Writer(lang), rule, found) for rule, found in sorted(by_rule(sorted(source.findings, key=place)).items())]
    tests, failures, skipped = (sum(suite.counts[at] for suite in suites) for at in range(3))
    name = f"rebild_policy {safe(source.ruleset.name)} {safe(source.ruleset.version)}"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites{_attributes(name=name, tests=tests, failures=failures, errors=0, skipped=skipped)}>",
        *(line for suite in suites for line in suite.lines()),
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


class _Suite:
    """The findings of one rule."""

    def __init__(self, writer: Writer, rule: str, findings: list[Finding]) -> None:
        self.writer = writer
        self.rule = rule
        self.findings = [finding for finding in findings if finding.verdict not in _KEPT]
        self.kept = len(findings) - len(self.findings)
        self.title = findings[0].title

    @property
    def counts(self) -> tuple[int, int, int]:
        """Tests, failures, and those skipped."""
        failures = sum(finding.deviates for finding in self.findings)
        return len(self.findings) + bool(self.kept), failures, len(self.findings) - failures

    def lines(self) -> Iterable[str]:
        tests, failures, skipped = self.counts
        title = self.writer.words(self.title)
        yield f"<testsuite{_attributes(name=title, tests=tests, failures=failures, errors=0, skipped=skipped)}>"
        if self.kept:
            kept = self.writer.say("kept", n=self.kept)
            yield f"<testcase{_attributes(classname=self.rule, name=kept)}/>"
        for finding in self.findings:
            yield f"<testcase{_attributes(classname=self.rule, name=self._name(finding))}>"
            yield self._outcome(finding)
            yield "</testcase>"
        yield "</testsuite>"

    def _name(self, finding: Finding) -> str:
        return f"{self.writer.say('case')} {self.writer.name(finding.case)}, {self.writer.name(finding.trigger.id)}"

    def _outcome(self, finding: Finding) -> str:
        short = gist(finding, self.writer.lang)
        if finding.deviates:
            told = evidence(finding, self.writer.lang)
            text = "\n".join(
                filter(None, (told.message, told.due, *(line for one in told.searches for line in one.near), told.remedy))
            )
            return f"<failure{_attributes(type=finding.severity, message=short)}>{_text(text)}</failure>"
        if finding.waived:
            short = acceptance(self.writer, finding.waived)
        elif finding.subsumed_by:
            short = self.writer.say("told-by", rule=safe(finding.subsumed_by))
        return f"<skipped{_attributes(message=f'{self.writer.verdict(finding.verdict)}: {short}')}/>"


def _attributes(**values: object) -> str:
    return "".join(f" {name}={quoteattr(safe(str(value)))}" for name, value in values.items())


def _text(text: str) -> str:
    return escape("\n".join(safe(line) for line in text.split("\n")))
