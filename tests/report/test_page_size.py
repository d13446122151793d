"""The page of an audit of a million events: built in seconds, and a file that an email takes."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from rebild_policy import Audit, Policy, Verdict
from rebild_policy.audits.breakdowns import BreakdownCounts
from rebild_policy.report import html
from rebild_policy.report.html import render_html
from rebild_policy.results import DayCount

DEMO = Path(__file__).parents[2] / "src" / "rebild_policy" / "demo"
FINDINGS = 60_000
UNITS = 400
MOST_SECONDS, MOST_BYTES = 10, 5_000_000


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.rebild()


@pytest.fixture(scope="module")
def large(policy: Policy) -> Audit:
    """The demo a good many times over: its findings with their explanations, over ten years and hundreds of units."""
    small = policy.audit(DEMO / "sager.csv", DEMO / "sager.yaml", date(2026, 5, 29))
    times = FINDINGS // len(small.findings) + 1
    findings = tuple(
        finding.model_copy(
            update={
                "case": f"{finding.case}-{copy}",
                "trigger": finding.trigger.model_copy(update={"day": finding.trigger.day - timedelta(100 * copy)}),
            }
        )
        for copy in range(times)
        for finding in small.findings
    )
    rules = [tally.rule for tally in small.tallies]
    counts = BreakdownCounts()
    for number, finding in enumerate(findings):
        if finding.deviates or finding.verdict is not Verdict.VIOLATED:
            day = finding.trigger.day
            counts.found["month"][finding.rule, f"{day:%Y-%m}", finding.verdict] += 1
            for by in ("unit", "channel", "kind"):
                counts.found[by][finding.rule, f"Team {number % UNITS}", finding.verdict] += 1
        if finding.verdict is Verdict.PENDING:
            counts.due[finding.due, finding.rule] += 1
    tallies = tuple(
        tally.model_copy(
            update={
                "verdicts": {verdict: number * times for verdict, number in tally.verdicts.items()},
                "subsumed": tally.subsumed * times,
                "waived": tally.waived * times,
            }
        )
        for tally in small.tallies
    )
    statistics = tuple(
        one.model_copy(update={"days": tuple(DayCount(days=days, count=1000 - days) for days in range(0, 900, 2))})
        if one.days
        else one
        for one in small.statistics
    )
    return small.model_copy(
        update={
            "findings": findings,
            "tallies": tallies,
            "statistics": statistics,
            "breakdowns": tuple(counts.breakdowns(rules)),
            "awaited": tuple(counts.awaited(rules)),
        }
    )


@pytest.mark.parametrize("lang", ["da", "en"])
def test_it_is_built_in_seconds_and_fits_an_email(large: Audit, policy: Policy, lang: str) -> None:
    assert len(large.findings) >= FINDINGS
    before = time.process_time()
    page = render_html(large, policy.ruleset.statements, lang)
    took = time.process_time() - before
    assert took < MOST_SECONDS
    assert len(page.encode()) < MOST_BYTES
    shown = Counter(re.findall('data-verdict="(.*?)"', page))
    assert shown == {"violated": 300, "pending": html.EXAMPLES, "undetermined": html.EXAMPLES}
    assert page.count("<rect") < 20_000, "a chart has no more columns than it has room for"


def test_it_shows_the_worst_and_says_that_there_are_more(large: Audit, policy: Policy) -> None:
    page = render_html(large, policy.ruleset.statements, "en")
    deviations = large.count(Verdict.VIOLATED)
    assert f"The page shows 300 of {deviations:,} possible deviations, the worst first." in page
    high = [one for one in large.violations if one.severity == "high"]
    assert min(len(high), 300) > page.count('data-severity="high"') > 100, "evenly from the rules"
