"""The published numbers of an audit as Markdown: no case and no finding, and a dash for every number that is left out."""

from __future__ import annotations

from collections.abc import Iterator

from rebild_policy.audits.publishing import Number, Published, PublishedBreakdown, PublishedValue
from rebild_policy.report import equal
from rebild_policy.report.equal import LEFT_OUT
from rebild_policy.report.figures import ORDER
from rebild_policy.report.markdown import plain, table
from rebild_policy.report.writing import Writer, capital
from rebild_policy.rules import Language


def render_publication(found: Published, lang: Language) -> str:
    """The numbers as one document in one language."""
    return "\n".join(_Page(Writer(lang), found).lines()) + "\n"


class _Page:
    """Writes the parts of the document, line by line."""

    def __init__(self, writer: Writer, found: Published) -> None:
        self.writer, self.say, self.found = writer, writer.say, found
        self.titles = {rule.rule: writer.words(rule.title) for rule in found.rules}

    def lines(self) -> Iterator[str]:
        """The whole document."""
        title = self.say("published", day=self.found.as_of)
        yield f"# {plain(title)}"
        yield from ("", plain(self.say("caution")), "", plain(self.say("published-note", n=self.found.least)))
        yield from self.rules()
        for breakdown in self.found.breakdowns:
            yield from self.breakdown(breakdown)
        yield from self.statistics()
        if self.found.equal_treatment:
            yield from self._headed("equal")
            yield from (plain(equal.caution(self.writer, self.found.equal_treatment)), "")
            yield from table(equal.heads(self.writer), equal.rows(self.writer, self.found.equal_treatment))
        yield from self.about()

    def rules(self) -> Iterator[str]:
        heads = [capital(self.writer.verdict(verdict)) for verdict in ORDER]
        rows = [
            (self.titles[rule.rule], *(self._number(rule.verdicts[verdict]) for verdict in ORDER), self._number(rule.total))
            for rule in self.found.rules
        ]
        whole = (self._number(self.found.verdicts[verdict]) for verdict in ORDER)
        rows.append((self.say("published-all"), *whole, self._number(self.found.total)))
        yield from self._headed("by-rule")
        yield from table((self.say("rule"), *heads, self.say("obligations-head")), rows)

    def breakdown(self, found: PublishedBreakdown) -> Iterator[str]:
        """A table whose columns are the values; where there are many, they are no table to read, and JSON has them."""
        if not found.rows:
            return
        yield from self._headed(f"published-by.{found.by}")
        heads = (self.say("rule"), self.say("verdict"), *(self._value(found, value) for value in found.values))
        rows = [(self.titles[row.rule], self.writer.verdict(row.verdict), *map(self._number, row.numbers)) for row in found.rows]
        yield from table(heads, rows)

    def statistics(self) -> Iterator[str]:
        if not self.found.statistics:
            return
        heads = ("statistics", "published-met", "published-unmet", "published-open", "published-unknown")
        rows = [
            (self.writer.words(one.title), *map(self._number, (one.met, one.unmet, one.open, one.unknown)))
            for one in self.found.statistics
        ]
        yield from self._headed("statistics")
        yield from (plain(self.say("statistics-note")), "")
        yield from table(tuple(self.say(head) for head in heads), rows)

    def about(self) -> Iterator[str]:
        rules = self.found.ruleset
        yield from self._headed("about")
        rows = [
            (self.say("ruleset"), f"{rules.name} {rules.version}"),
            (self.say("profile"), self.writer.profile(self.found.profile)),
            (self.say("cases-head"), self._number(self.found.cases)),
            (self.say("rows-head"), self.writer.number(self.found.rows)),
            (capital(self.say("rows-quarantined")), self.writer.number(self.found.quarantined)),
        ]
        yield from table(("", ""), rows)

    def _value(self, found: PublishedBreakdown, value: PublishedValue) -> str:
        if value.value is None:
            return self.say("equal-others" if value.others else "equal-none")
        return self.writer.value(found.by, value.value) if found.by == "channel" else self.writer.name(value.value)

    def _number(self, number: Number) -> str:
        return LEFT_OUT if number is None else self.writer.number(number)

    def _headed(self, key: str) -> Iterator[str]:
        yield from ("", f"## {plain(self.say(key))}", "")
