"""Reports for a terminal: the numbers first, then the evidence. Readable at 80 columns, and without colour in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console, Group, RenderableType
from rich.segment import Segment, Segments
from rich.table import Column, Table
from rich.text import Text

from rebild_policy.audits.results import Activity, Audit, RuleTally
from rebild_policy.report import equal, figures
from rebild_policy.report.figures import ORDER, Counts
from rebild_policy.report.reviews import answers, question, review_note, reviews_of
from rebild_policy.report.sentences import (
    Evidence,
    acceptance,
    accepted,
    counted,
    days,
    evidence,
    missing_fact,
    overlay_change,
    since,
    waiver_note,
)
from rebild_policy.report.writing import Writer, capital, grouped, safe
from rebild_policy.results import Finding, NotCheckableRule, Report, Statistic, Verdict
from rebild_policy.rules import Language, Statement

_STYLES = {
    Verdict.SATISFIED: "green",
    Verdict.VIOLATED: "bold red",
    Verdict.UNDETERMINED: "yellow",
    Verdict.PENDING: "cyan",
    Verdict.EXEMPT: "dim",
}
_BAR = 20
_LISTED = 8  # of a list that can be long, such as activities: the HTML page has them all
_SHOWN = (Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING)


def render_report(
    report: Report, statements: Mapping[str, Statement], lang: Language, console: Console, *, days: bool = False
) -> None:
    """Print what the rules say of one case; with `days`, each deadline counted day by day."""
    face = _Face(lang, statements, report.findings, console)
    face.days = days
    face.title(face.writer.say("check-of", case=face.writer.name(report.case), day=report.as_of), report)
    counts = figures.of_findings(report.findings)
    if not report.findings:
        face.text(face.writer.say("nothing-found"))
    face.section("numbers")
    face.put(face.verdicts(counts))
    face.statistics(report.statistics)
    face.not_checkable(report.not_checkable)
    face.acceptances(report)
    face.section("findings")
    if not report.findings:
        face.text(face.writer.say("none-at-all"))
    ranks = {verdict: rank for rank, verdict in enumerate((*_SHOWN, *ORDER))}
    for finding in sorted(report.findings, key=lambda one: (ranks[one.verdict], *figures.place(one))):
        face.finding(finding)


def render_audit(audit: Audit, statements: Mapping[str, Statement], lang: Language, console: Console, *, worst: int = 10) -> None:
    """Print an audit: the numbers, the state of the data, every rule, and at most `worst` possible deviations."""
    face = _Face(lang, statements, audit.tallies, console)
    face.title(face.writer.say("audit-of", file=face.writer.name(audit.source.file), day=audit.as_of), audit)
    face.section("numbers")
    face.numbers(audit)
    face.section("basis")
    face.basis(audit)
    face.section("by-rule")
    face.put(face.rules(audit))
    face.statistics(audit.statistics)
    face.equal(audit)
    face.reviews(audit)
    face.acceptances(audit)
    shown = figures.worst(audit, worst)
    note = face.writer.say("shown", shown=len(shown), n=len(audit.violations)) if shown else ""
    face.section("findings", note)
    if not shown:
        face.text(face.writer.say("none-at-all"))
    for finding in shown:
        face.finding(finding)


class _Face:
    """Prints the parts of a report in one language."""

    def __init__(
        self,
        lang: Language,
        statements: Mapping[str, Statement],
        titled: Iterable[Finding | RuleTally],
        console: Console,
    ) -> None:
        self.writer = Writer(lang)
        self.statements = statements
        self.titles = {one.rule: self.writer.words(one.title) for one in titled}
        self.console = console
        self.indent = 2
        self.days = False

    # ------------------------------------------------------------------------------------------------------------ layout
    def put(self, renderable: RenderableType, indent: int | None = None) -> None:
        """Print something, indented, and without the blanks that would fill up its lines."""
        left = self.indent if indent is None else indent
        options = self.console.options.update(width=max(self.console.width - left, 20), highlight=False)
        for line in self.console.render_lines(renderable, options, pad=False):
            while line and not line[-1].text.strip():
                line.pop()
            if line:
                line[:] = [Segment(" " * left), *line[:-1], Segment(line[-1].text.rstrip(), line[-1].style)]
            self.console.print(Segments([*line, Segment.line()]), end="")

    def text(self, text: str, style: str = "", indent: int | None = None) -> None:
        """Print a text, wrapped and indented; a word that is longer than a line is broken."""
        self.put(Text(safe(text), style=style, overflow="fold"), indent)

    def section(self, key: str, note: str = "", *, part: bool = False) -> None:
        """Print a heading, or that of a part of a section, and indent what follows under it."""
        self.indent = 4 if part else 2
        heading = Text(self.writer.say(key), style="" if part else "bold")
        self.console.print()
        self.put(heading.append(f"  {note}", style="dim") if note else heading, self.indent - 2)

    def title(self, title: str, source: Report | Audit) -> None:
        """Print what was judged, as of when and by which rules."""
        rules = source.ruleset
        by = [
            f"{safe(rules.name)} {safe(rules.version)}",
            self.writer.profile(source.profile),
            " ".join(grouped(rules.digest, 12)),
        ]
        self.text(title, "bold", indent=0)
        self.text(" · ".join(by), "dim", indent=0)
        if rules.overlay:
            named = f"{self.writer.say('overlay')}: {self.writer.words(rules.overlay.title)}"
            self.text(f"{named} · {' '.join(grouped(rules.overlay.digest, 12))}", "dim", indent=0)
            for change in rules.overlay.changes:
                self.text(overlay_change(self.writer, change), "dim")

    def pairs(self, rows: Iterable[tuple[str, str]], style: str = "") -> Table:
        """Labels with texts beside them."""
        table = Table.grid(Column(no_wrap=True, style="dim"), Column(overflow="fold", style=style), padding=(0, 2, 0, 0))
        for label, text in rows:
            table.add_row(Text(safe(label)), Text(safe(text)))
        return table

    def counted(self, rows: Iterable[tuple[int, str]]) -> Table:
        """Numbers with texts beside them."""
        table = Table.grid(Column(justify="right", no_wrap=True), Column(overflow="fold"), padding=(0, 2, 0, 0))
        for number, text in rows:
            table.add_row(self.writer.number(number), Text(safe(text)))
        return table

    # ----------------------------------------------------------------------------------------------------------- numbers
    def numbers(self, audit: Audit) -> None:
        """Print how many cases and obligations there are, with each verdict, and why some are undetermined."""
        self.put(self.verdicts(figures.of_audit(audit), cases=audit.accounting.cases))
        if waiting := figures.pending(audit, 1):
            due = waiting[0].due
            same = sum(one.verdict is Verdict.PENDING and one.due == due for one in audit.findings)
            if due:
                self.text(self.writer.say("next-due", day=due, obligations=self.writer.say("obligations", n=same)))
        if audit.baseline:
            self.put(self.pairs(since(self.writer, audit)))
        if audit.reasons:
            self.section("why-undetermined", part=True)
            self.put(self.counted((reason.findings, missing_fact(self.writer, reason.missing)) for reason in audit.reasons))

    def verdicts(self, counts: Counts, cases: int | None = None) -> Table:
        """Each verdict with its number, share and bar."""
        whole = figures.total(counts)
        columns = [Column(no_wrap=True), Column(justify="right"), Column(justify="right", no_wrap=True), Column(no_wrap=True)]
        table = Table.grid(*columns, padding=(0, 2, 0, 0))
        if cases is not None:
            table.add_row(self.writer.say("cases-head"), self.writer.number(cases))
        table.add_row(self.writer.say("obligations-head"), self.writer.number(whole))
        for verdict in ORDER:
            number = counts[verdict]
            style = _STYLES[verdict] if number else "dim"
            table.add_row(
                Text(f"  {self.writer.verdict(verdict)}", style=style),
                Text(self.writer.number(number), style=style),
                Text(self.writer.share(number, whole), style="dim"),
                Text(self._bar(number, whole), style=style),
            )
        return table

    def _bar(self, number: int, whole: int) -> str:
        if not number or self.console.options.ascii_only:
            return ""
        return "━" * max(1, round(_BAR * number / whole))

    def rules(self, audit: Audit) -> Table:
        """Every rule with its verdicts."""
        heads = [Column(capital(self.writer.say("rule")), overflow="fold", ratio=1)]
        for verdict in ORDER:
            name = self.writer.verdict(verdict)
            heads.append(Column(name, justify="right", width=max(map(len, name.split()))))
        table = Table(*heads, box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim", expand=True)
        for tally in audit.tallies:
            counts = figures.of_tallies([tally])
            cells = [
                Text(self.writer.number(counts[verdict]), style=_STYLES[verdict] if counts[verdict] else "dim")
                for verdict in ORDER
            ]
            titled = Text(self.writer.words(tally.title)).append(f"\n{safe(', '.join(tally.statements))}", style="dim")
            if tally.subsumed:
                titled.append(f", {self.writer.say('subsumed', n=tally.subsumed)}", style="dim")
            table.add_row(titled, *cells)
        return table

    def statistics(self, statistics: tuple[Statistic, ...]) -> None:
        """Print what was counted and is never a deviation."""
        if not statistics:
            return
        self.section("statistics")
        self.put(self.pairs((self.writer.words(one.title), counted(self.writer, one)) for one in statistics))

    def equal(self, audit: Audit) -> None:
        """Print what was decided in comparable cases."""
        found = audit.equal_treatment
        if found is None:
            return
        self.section("equal")
        self.text(equal.caution(self.writer, found), "dim")
        table = Table(*equal.heads(self.writer), box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
        for row in equal.rows(self.writer, found, _LISTED):
            table.add_row(*map(Text, row))
        self.put(table)
        self._more(len(found.comparable) - _LISTED)

    def reviews(self, audit: Audit) -> None:
        """Print what people answered about a sample of the cases."""
        if audit.reviewed is None:
            return
        self.section("reviews")
        told = ((one, question(self.writer, one.statement, self.statements)) for one in audit.reviews)
        self.put(self.pairs((one.statement, f"{asked} {answers(self.writer, one)}".strip()) for one, asked in told))
        self.text(f"{reviews_of(self.writer, audit)} {self.writer.say('reviews-note')}", "dim")
        if audit.review_notes:
            self.section("review-notes", part=True)
            for note in audit.review_notes[:_LISTED]:
                self.text(review_note(self.writer, note))
            self._more(len(audit.review_notes) - _LISTED)

    def acceptances(self, source: Report | Audit) -> None:
        """Print the deviations that are accepted, and the waivers that accept nothing."""
        if source.waived:
            self.section("waived", self.writer.say("waived-note"))
            for which, why in (accepted(self.writer, finding) for finding in source.waived[:_LISTED]):
                self.text(which)
                self.text(why, "dim")
            if len(source.waived) > _LISTED:
                self.text(self.writer.say("more", n=len(source.waived) - _LISTED), "dim")
        if source.waiver_notes:
            self.section("waiver-notes")
            for note in source.waiver_notes:
                self.text(waiver_note(self.writer, note))

    # ------------------------------------------------------------------------------------------------------ data quality
    def basis(self, audit: Audit) -> None:
        """Print where every row went, what was not mapped, what can't be checked, and what was assumed."""
        account, say = audit.accounting, self.writer.say
        rows = [
            (account.rows, say("rows-head").lower()),
            (account.mapped, say("rows-mapped")),
            (sum(one.rows for one in account.irrelevant), say("rows-irrelevant")),
            (sum(one.rows for one in account.unmapped), say("rows-unmapped")),
            (account.quarantined, say("rows-quarantined")),
            (account.duplicates, say("rows-duplicate")),
        ]
        self.put(self.counted(rows))
        lost = figures.unaccounted(account)
        self.text(say("rows-unaccounted", n=lost) if lost else say("rows-accounted"), "bold red" if lost else "dim")
        if account.rows_without_case:
            self.text(say("rows-without-case", n=account.rows_without_case), "yellow")
        partly = [(tally.partly_known, self.writer.words(tally.title)) for tally in audit.tallies if tally.partly_known]
        if partly:
            self.text(say("partly-known-note"), "yellow")
            self.put(self.counted(partly))
        self._activities("unmapped", account.unmapped)
        self._activities("notes", account.notes)
        if account.quarantine:
            self.section("quarantine", part=True)
            few = account.quarantine[:_LISTED]
            self.put(self.pairs((say("row", row=str(row.row)), self._why(row.column, row.reason)) for row in few))
            self._more(account.quarantined - len(few))
        self.not_checkable(audit.not_checkable)
        if audit.assumptions:
            self.section("assumptions", part=True)
            counts = (f" ({say('rests-on', n=one.count)})" if one.count is not None else "" for one in audit.assumptions)
            self.put(self.pairs(("–", self.writer.words(one.text) + n) for one, n in zip(audit.assumptions, counts, strict=True)))

    def _why(self, column: str | None, reason: str) -> str:
        return f"{self.writer.name(column)}: {reason}" if column else reason

    def _activities(self, key: str, activities: tuple[Activity, ...]) -> None:
        if activities:
            self.section(key, part=True)
            self.put(self.counted((one.rows, self.writer.name(one.name)) for one in activities[:_LISTED]))
            self._more(len(activities) - _LISTED)

    def _more(self, number: int) -> None:
        if number > 0:
            self.text(self.writer.say("more", n=number), "dim")

    def not_checkable(self, rules: tuple[NotCheckableRule, ...]) -> None:
        """Print the rules that this source can't be checked for, and what each lacks."""
        if rules:
            self.section("not-checkable", part=True)
            for rule in rules:
                self.text(self.writer.words(rule.title))
                what = self.writer.listing(self.writer.place(name) for name in rule.missing)
                self.text(f"{self.writer.say('lacks')} {what}.", "dim", indent=self.indent + 2)

    # ---------------------------------------------------------------------------------------------------------- findings
    def finding(self, finding: Finding) -> None:
        """Print one finding, with its evidence unless there is nothing to look into."""
        standing = f" ({self.writer.say(f'standing.{finding.baseline}')})" if finding.baseline else ""
        verdict = Text(self.writer.verdict(finding.verdict) + standing, style=_STYLES[finding.verdict])
        head = verdict.append(f"  {self.writer.words(finding.title)}", style="bold")
        case = f"{self.writer.say('case')} {self.writer.name(finding.case)}"
        lines: list[RenderableType] = ["", head, Text(case, overflow="fold")]
        rows: list[tuple[str, str]] = []
        if finding.verdict in _SHOWN:
            told = evidence(finding, self.writer.lang)
            lines.append(Text(told.message))
            rows += self._evidence(finding, told)
        self.put(Group(*lines, self.pairs([*rows, *self._source(finding)])))

    def _source(self, finding: Finding) -> Iterable[tuple[str, str]]:
        """What the guideline says, and the law behind it."""
        for name in finding.statements:
            if name in self.statements:
                yield name, self.statements[name].gloss.in_(self.writer.lang)
        if finding.law:
            yield (
                self.writer.say("law"),
                self.writer.listing(self.writer.law(law, unverified=law in finding.unverified) for law in finding.law),
            )
        yield self.writer.say("fingerprint"), " ".join(grouped(finding.fingerprint))

    def _evidence(self, finding: Finding, told: Evidence) -> Iterable[tuple[str, str]]:
        say = self.writer.say
        yield say("trigger"), told.trigger
        for event in told.key:
            yield say("key"), event
        if finding.due:
            yield say("due"), told.due
            for place, (day, number) in enumerate(days(self.writer, finding) if self.days else ()):
                yield "" if place else say("days"), f"{day}: {number}"
        for one in told.searches:
            yield say("evidence"), f"{one.looked_for} {one.found}"
            for near in one.near:
                yield say("near"), near
        for event in told.witnesses:
            yield say("witnesses"), event
        for fact in told.missing:
            yield say("missing"), fact
        if told.disputed:
            yield say("disputed-head"), told.disputed
        if told.change:
            yield say("change"), told.change
        if finding.waived:
            yield say("waived-head"), acceptance(self.writer, finding.waived)
        if finding.subsumed_by:
            yield "", say("subsumed-by", rule=self.titles.get(finding.subsumed_by, finding.subsumed_by))
