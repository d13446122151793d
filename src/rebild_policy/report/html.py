"""An audit as one HTML page: no network, no script, readable on paper, in the dark and on a telephone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rebild_policy.auditresults import Audit, RuleTally
from rebild_policy.report import figures
from rebild_policy.report.figures import Counts
from rebild_policy.report.reviews import reviews_on_page
from rebild_policy.report.sentences import Evidence, accepted, evidence, gist, missing_fact, overlay_change, since, waiver_note
from rebild_policy.report.sentences import counted as counted_text
from rebild_policy.report.writing import Writer, capital, grouped, safe
from rebild_policy.results import Finding, Verdict, Words
from rebild_policy.rules import Language, Severity, Statement

PENDING = 10  # how many of the next deadlines are listed
_UNFIT = re.compile(r"[^\w.-]+")
QUARANTINED = 50  # how many quarantined rows are listed
UNDETERMINED = 10  # how many undetermined findings stand as examples


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding on the page, with its number and its evidence in words."""

    number: int
    finding: Finding
    told: Evidence
    gist: str


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule that the page shows, of `total`."""

    rule: str
    title: Words
    severity: Severity
    total: int
    shown: list[Shown]


def render_html(
    audit: Audit,
    statements: Mapping[str, Statement],
    lang: Language,
    *,
    worst: int = 200,
) -> str:
    """The page as text. It shows at most `worst` possible deviations."""
    writer = Writer(lang)
    deviations = _groups(figures.worst(audit, worst), audit, Verdict.VIOLATED, lang, 1)
    counted = sum(len(group.shown) for group in deviations)
    return (
        environment(writer)
        .get_template("audit.html.jinja")
        .render(
            audit=audit,
            account=audit.accounting,
            counts=figures.of_audit(audit),
            headline=headline(audit, writer),
            lead=lead(audit, writer),
            since=list(since(writer, audit)),
            sections=list(figures.by_section(audit, statements)),
            statements=statements,
            tallies={tally.rule: tally for tally in audit.tallies},
            deviations=deviations,
            shown=counted,
            unknown=_groups(figures.undetermined(audit, UNDETERMINED), audit, Verdict.UNDETERMINED, lang, counted + 1),
            quarantined=QUARANTINED,
            counted_days=partial(counted_text, writer),
            accepted=partial(accepted, writer),
            waiver_note=partial(waiver_note, writer),
            overlay_change=partial(overlay_change, writer),
            pending=figures.pending(audit, PENDING),
            unaccounted=figures.unaccounted(audit.accounting),
            parameters=[(writer.words(one.title), writer.duration(one.value)) for one in audit.parameters],
            **reviews_on_page(writer, audit, statements),
        )
    )


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


def _groups(findings: Iterable[Finding], audit: Audit, verdict: Verdict, lang: Language, number: int) -> list[Group]:
    tallies = {tally.rule: tally for tally in audit.tallies}
    groups = []
    for rule, members in figures.by_rule(findings).items():
        shown = []
        for number, finding in enumerate(members, number):  # noqa: B020, PLR1704 - the count goes on
            told = evidence(finding, lang)
            shown.append(Shown(number, finding, told, gist(finding, lang)))
        number += 1
        first = members[0]
        total = figures.of_tallies([tallies[rule]])[verdict] if rule in tallies else len(members)
        groups.append(Group(rule, first.title, first.severity, total, shown))
    return groups


# ------------------------------------------------------------------------------------------------------------ the template
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
        "of_tally": _of_tally,
        "total": figures.total,
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


def _of_tally(tally: RuleTally) -> Counts:
    return figures.of_tallies([tally])
