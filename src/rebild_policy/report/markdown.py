"""An audit as Markdown, for a pull request or a wiki: the numbers, the guideline section by section, and the worst findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from rebild_policy.audits.results import Audit
from rebild_policy.report import equal, figures
from rebild_policy.report.figures import ORDER
from rebild_policy.report.sentences import counted, gist, since
from rebild_policy.report.writing import Writer, capital, safe
from rebild_policy.results import Verdict
from rebild_policy.rules import Language, Statement

# What Markdown, or the HTML in it, would take for its own. A dot or a dash in the middle of a text is harmless.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&@])")


def render_markdown(audit: Audit, statements: Mapping[str, Statement], lang: Language, *, worst: int = 20) -> str:
    """The audit as one document in one language, with at most `worst` possible deviations."""
    return "\n".join(_Page(Writer(lang), audit, statements).lines(worst)) + "\n"


class _Page:
    """Writes the parts of the document, line by line."""

    def __init__(self, writer: Writer, audit: Audit, statements: Mapping[str, Statement]) -> None:
        self.writer = writer
        self.say = writer.say
        self.audit = audit
        self.statements = statements

    def lines(self, worst: int) -> Iterator[str]:
        """The whole document."""
        yield f"# {plain(self.say('audit-of', file=self.writer.name(self.audit.source.file), day=self.audit.as_of))}"
        yield from ("", plain(self.say("caution")))
        yield from self.numbers()
        yield from self.sections()
        yield from self.findings(worst)
        yield from self.statistics()
        yield from self.equal()
        yield from self.about()

    def numbers(self) -> Iterator[str]:
        counts = figures.of_audit(self.audit)
        whole = figures.total(counts)
        rows = [(self.say("cases-head"), self.writer.number(self.audit.accounting.cases), "")]
        rows.append((self.say("obligations-head"), self.writer.number(whole), ""))
        for verdict in ORDER:
            share = self.writer.share(counts[verdict], whole)
            rows.append((capital(self.writer.verdict(verdict)), self.writer.number(counts[verdict]), share))
        rows += ((name, told, "") for name, told in since(self.writer, self.audit))
        yield from self._headed("numbers")
        yield from table(("", self.say("number"), self.say("share-head")), rows)

    def sections(self) -> Iterator[str]:
        heads = [capital(self.writer.verdict(verdict)) for verdict in ORDER]
        found = figures.by_section(self.audit, self.statements)
        rows = [
            (self.writer.pick(section.title), *(self.writer.number(section.counts[verdict]) for verdict in ORDER))
            for section in found
            if figures.total(section.counts)
        ]
        yield from self._headed("guideline")
        yield from table(("", *heads), rows)

    def findings(self, worst: int) -> Iterator[str]:
        shown = figures.worst(self.audit, worst)
        yield from self._headed("findings")
        if not shown:
            yield plain(self.say("none-at-all"))
            return
        yield plain(self.say("shown-deviations", shown=len(shown), n=len(self.audit.violations)))
        yield ""
        heads = ("severity", "case", "rule", "evidence", "due")
        rows = [
            (
                self.writer.severity(finding.severity),
                self.writer.name(finding.case),
                self.writer.words(finding.title),
                gist(finding, self.writer.lang),
                self.writer.day(finding.due) if finding.due else "",
            )
            for finding in shown
        ]
        yield from table(tuple(self.say(head) for head in heads), rows)

    def statistics(self) -> Iterator[str]:
        if self.audit.statistics:
            yield from self._headed("statistics")
            rows = [(self.writer.words(one.title), counted(self.writer, one)) for one in self.audit.statistics]
            yield from table((self.say("statistics"), self.say("number")), rows)

    def equal(self) -> Iterator[str]:
        found = self.audit.equal_treatment
        if found:
            yield from self._headed("equal")
            yield from (plain(equal.caution(self.writer, found)), "")
            yield from table(equal.heads(self.writer), equal.rows(self.writer, found))

    def about(self) -> Iterator[str]:
        rules = self.audit.ruleset
        yield from self._headed("about")
        rows = [
            (self.say("ruleset"), f"{rules.name} {rules.version}"),
            (self.say("profile"), self.writer.profile(self.audit.profile)),
            (self.say("rows-head"), self.writer.number(self.audit.accounting.rows)),
            (capital(self.say("rows-quarantined")), self.writer.number(self.audit.accounting.quarantined)),
            (capital(self.writer.verdict(Verdict.UNDETERMINED)), self.writer.number(self.audit.count(Verdict.UNDETERMINED))),
            (self.say("command"), self.audit.command),
        ]
        yield from table(("", ""), rows)

    def _headed(self, key: str) -> Iterator[str]:
        yield from ("", f"## {plain(self.say(key))}", "")


def plain(text: str) -> str:
    """`text` as Markdown shows it letter by letter."""
    return _SIGNS.sub(r"\\\1", safe(text))


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The lines of a table; the cells are shown letter by letter."""
    yield _row(tuple(map(plain, heads)))
    yield _row(("---",) * len(heads))
    for row in rows:
        yield _row(tuple(map(plain, row)))


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
