"""An audit as one HTML page: no network, readable without script, on paper, in the dark and on a telephone.

The script searches, filters and sorts what is there; the page is whole without it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rebild_policy.audits.results import Audit, RuleTally
from rebild_policy.report import charts, equal, figures
from rebild_policy.report.figures import Counts
from rebild_policy.report.reviews import reviews_on_page
from rebild_policy.report.sentences import Evidence, accepted, evidence, gist, missing_fact, overlay_change, since, waiver_note
from rebild_policy.report.sentences import counted as counted_text
from rebild_policy.report.texts import TEXTS
from rebild_policy.report.timeline import Course, course
from rebild_policy.report.writing import Writer, capital, grouped, safe
from rebild_policy.results import Finding, Statistic, Verdict, Words
from rebild_policy.rules import Language, Severity, Statement

PENDING = 10  # how many of the next deadlines are listed
QUARANTINED = 50  # how many quarantined rows are listed
REASONS = 6  # how many reasons are seen at once
EQUAL_KINDS = 40  # how many kinds of cases are compared
EXAMPLES = 40  # how many undetermined findings, and how many pending ones, stand as examples
_UNFIT = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding on the page: its number, its evidence in words, and its course of events."""

    number: int
    finding: Finding
    told: Evidence
    gist: str
    course: Course
    standing: str  # beside an earlier audit; nothing where there is none


def render_html(
    audit: Audit,
    statements: Mapping[str, Statement],
    lang: Language,
    *,
    worst: int = 300,
) -> str:
    """The page as text. It shows at most `worst` possible deviations, and no other finding is explained."""
    writer = Writer(lang)
    trend = charts.trend(audit, writer)
    found = list(_shown(audit, worst, writer))
    return _page(
        environment(writer),
        "audit.html.jinja",
        audit=audit,
        account=audit.accounting,
        counts=figures.of_audit(audit),
        headline=headline(audit, writer),
        lead=lead(audit, writer),
        since=list(since(writer, audit)),
        sections=list(figures.by_section(audit, statements)),
        statements=statements,
        tallies={tally.rule: tally for tally in audit.tallies},
        trend=trend,
        spark_of=partial(_spark, trend, audit),
        by=partial(charts.groups, audit),
        times=[one for one in audit.statistics if one.days],
        took=partial(charts.took, audit=audit, writer=writer),
        within=partial(_within, audit=audit, writer=writer),
        waiting=charts.waiting(audit, writer),
        found=found,
        shown=sum(one.finding.deviates for one in found),
        others=figures.of_findings(one.finding for one in found),
        choices=_choices(found),
        matches=writer.pick(TEXTS["matches"]),  # the script fills it
        reasons=REASONS,
        quarantined=QUARANTINED,
        high=sum(of_tally(tally)[Verdict.VIOLATED] for tally in audit.tallies if tally.severity == "high"),
        counted_days=partial(counted_text, writer),
        accepted=partial(accepted, writer),
        waiver_note=partial(waiver_note, writer),
        overlay_change=partial(overlay_change, writer),
        pending=figures.pending(audit, PENDING),
        next_due=next(((one.day, _due_on(audit, one.day)) for one in audit.awaited if one.day), None),
        unaccounted=figures.unaccounted(audit.accounting),
        parameters=[(writer.words(one.title), writer.duration(one.value)) for one in audit.parameters],
        equal=_equal(audit, writer),
        **reviews_on_page(writer, audit, statements),
    )


def _equal(audit: Audit, writer: Writer) -> dict[str, Any] | None:
    """Equal treatment as a table and what it does not say."""
    found = audit.equal_treatment
    if found is None:
        return None
    return {
        "caution": equal.caution(writer, found),
        "heads": equal.heads(writer),
        "rows": list(equal.rows(writer, found, EQUAL_KINDS)),
        "left": max(0, len(found.comparable) - EQUAL_KINDS),
    }


def headline(audit: Audit, writer: Writer) -> str:
    """The answer in one line; where little could be told, it says so."""
    counts = figures.of_audit(audit)
    cases = writer.say("cases", n=audit.accounting.cases)
    if counts[Verdict.VIOLATED]:
        return writer.say("headline", deviations=writer.say("deviations", n=counts[Verdict.VIOLATED]), cases=cases)
    if counts[Verdict.UNDETERMINED]:
        return writer.say("headline-unknown", cases=cases, n=counts[Verdict.UNDETERMINED])
    return writer.say("headline-none", cases=cases)


def lead(audit: Audit, writer: Writer) -> str:
    """The answer in one sentence."""
    counts = figures.of_audit(audit)
    return writer.say(
        "lead",
        day=audit.as_of,
        obligations=writer.say("obligations", n=figures.total(counts)),
        kept=counts[Verdict.SATISFIED],
        undetermined=counts[Verdict.UNDETERMINED],
        pending=counts[Verdict.PENDING],
    )


def _shown(audit: Audit, worst: int, writer: Writer) -> Iterator[Shown]:
    """The findings of the table: the worst deviations, then what is pending, then examples of what is undetermined."""
    chosen = (
        *figures.worst(audit, worst),
        *figures.pending(audit, EXAMPLES),
        *figures.undetermined(audit, EXAMPLES),
    )
    for number, finding in enumerate(chosen, 1):
        told = evidence(finding, writer.lang)
        standing = writer.say(f"standing.{finding.baseline}") if finding.baseline else ""
        yield Shown(number, finding, told, gist(finding, writer.lang), course(finding, writer), standing)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the findings of the table can be chosen by."""

    rules: list[tuple[str, Words]]
    statements: list[str]
    verdicts: list[Verdict]
    severities: list[Severity]


def _choices(found: list[Shown]) -> Choices:
    findings = [one.finding for one in found]
    titles = {finding.rule: finding.title for finding in findings}
    return Choices(
        rules=sorted(titles.items()),
        statements=sorted({id_ for finding in findings for id_ in finding.statements}),
        verdicts=[verdict for verdict in figures.ORDER if any(finding.verdict is verdict for finding in findings)],
        severities=sorted({finding.severity for finding in findings}, key=figures.SEVERITY.__getitem__),
    )


def _due_on(audit: Audit, day: object) -> int:
    return sum(one.findings for one in audit.awaited if one.day == day)


def _within(statistic: Statistic, *, audit: Audit, writer: Writer) -> str:
    """How many were within the line, as a sentence; nothing without a line."""
    found = charts.within(statistic, audit)
    if found is None:
        return ""
    number, counted, limit = found
    said = writer.duration(f"{limit} working days")
    return writer.say("times-within", share=writer.share(number, counted), limit=said, number=number, n=counted)


def _spark(trend: charts.Trend, audit: Audit, ids: Iterable[str]) -> list[Counts]:
    """The verdicts on some statements by period."""
    wanted = set(ids)
    return trend.of(tally.rule for tally in audit.tallies if wanted.intersection(tally.statements))


# ------------------------------------------------------------------------------------------------------------ the template
def _page(templates: Environment, name: str, **values: object) -> str:
    """A page with its style and script, which its policy names by their hashes and lets nothing else in."""
    style, script = _file("base.css") + _file("audit.css"), _file("audit.js")
    policy = (
        f"default-src 'none'; style-src '{_source(style)}'; script-src '{_source(script)}'; base-uri 'none'; form-action 'none'"
    )
    return templates.get_template(name).render(style=Markup(style), script=Markup(script), policy=policy, **values)  # noqa: S704


def _file(name: str) -> str:
    return files("rebild_policy.report").joinpath("templates", name).read_text("utf-8")


def _source(text: str) -> str:
    """The hash of a style or a script, as a content security policy names it."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def environment(writer: Writer) -> Environment:
    """Every expression of the template is made harmless and escaped; a name that is missing is an error."""
    environment = Environment(
        loader=PackageLoader("rebild_policy.report"),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"capital": capital, "hash": _hash, "slug": _slug}
    environment.globals |= {
        "w": writer,
        "say": writer.say,
        "order": figures.ORDER,
        "of_tally": of_tally,
        "total": figures.total,
        "kept": charts.kept,
        "pieces": charts.pieces,
        "columns_of": charts.deviations_by_period,
        "missing_fact": lambda fact: missing_fact(writer, fact),
        "rows": lambda activities: sum(activity.rows for activity in activities),
    }
    return environment


def _harmless(value: object) -> object:
    """What an expression of the template becomes before it is escaped."""
    return safe(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _hash(digest: str) -> Markup:
    """A hash in groups of four, which is copied as one word."""
    return Markup("").join(Markup("<span>{}</span>").format(part) for part in grouped(digest))


def _slug(name: str) -> str:
    """A name as part of an address on the page."""
    return _UNFIT.sub("-", safe(name))


def of_tally(tally: RuleTally) -> Counts:
    """The verdicts of one rule."""
    return figures.of_tallies([tally])
