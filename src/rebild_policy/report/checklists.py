"""The checklists of a sample as one HTML page that prints one case a page: no network, no script, no text of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rebild_policy.report.html import environment
from rebild_policy.report.reviews import drawn_from, stratum_parts
from rebild_policy.report.sentences import gist
from rebild_policy.report.writing import Writer
from rebild_policy.results import EventRef
from rebild_policy.review.sampling import Checklist, Sample
from rebild_policy.rules import Language, Statement

EVENTS = 30  # how many events of a case are listed: what a sheet of paper has room for


@dataclass(frozen=True, slots=True)
class Shown:
    """A checklist in words."""

    case: str
    drawn_from: str
    events: tuple[EventRef, ...]
    more: int  # events that are not listed
    deviations: list[tuple[str, str]]
    asked: tuple[Statement, ...]


def render_checklists(sample: Sample, checklists: Sequence[Checklist], lang: Language) -> str:
    """The page as text: what to do, the groups, and a checklist for each case."""
    writer = Writer(lang)
    return (
        environment(writer)
        .get_template("checklists.html.jinja")
        .render(
            sample=sample,
            strata=[(stratum_parts(writer, stratum), stratum) for stratum in sample.strata],
            checklists=[_shown(writer, checklist) for checklist in checklists],
        )
    )


def _shown(writer: Writer, checklist: Checklist) -> Shown:
    return Shown(
        case=writer.name(checklist.case),
        drawn_from=drawn_from(writer, checklist.stratum),
        events=checklist.events[:EVENTS],
        more=max(len(checklist.events) - EVENTS, 0),
        deviations=[
            (f"{writer.words(one.title)} ({', '.join(one.statements)})", gist(one, writer.lang)) for one in checklist.deviations
        ],
        asked=checklist.asked,
    )
