"""Review by people in words: the answers to a question, a row that was left out, and the group that a case was drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from rebild_policy.audits.results import Audit, ReviewNote, ReviewTally
from rebild_policy.report.writing import Writer, safe
from rebild_policy.review.sampling import Sample, Stratum
from rebild_policy.rules import Statement


def answers(writer: Writer, tally: ReviewTally) -> str:
    """8 ja, 1 nej, 1 kan ikke afgøres af 10; 2 ubesvarede."""
    if not tally.answered:
        return writer.say("review-no-answer", n=tally.unanswered)
    told = writer.say("review-answers", yes=tally.yes, no=tally.no, unclear=tally.unclear, all=tally.answered)
    return told + (writer.say("review-unanswered", n=tally.unanswered) if tally.unanswered else "")


def reviewed(writer: Writer, tally: ReviewTally) -> str:
    """The answers as a sentence."""
    return writer.say("reviewed", answers=answers(writer, tally))


def reviews_of(writer: Writer, audit: Audit) -> str:
    """How many cases were drawn, and where the answers are from."""
    if audit.reviewed is None:
        return ""
    cases, file = writer.say("cases", n=audit.reviewed.cases), writer.name(audit.reviewed.file)
    return writer.say("reviews-of", cases=cases, seed=str(audit.reviewed.seed), file=file)


def question(writer: Writer, statement: str, statements: Mapping[str, Statement]) -> str:
    """What was asked about a statement; nothing where the rule set does not know it any more."""
    known = statements.get(statement)
    return safe(known.question.in_(writer.lang)) if known and known.question else ""


def review_note(writer: Writer, note: ReviewNote) -> str:
    """What is wrong with a row of the answers, or with the sample."""
    problem = writer.say(f"review-problem.{note.problem}")
    return writer.say("review-row", row=str(note.row), problem=problem) if note.row else problem


def reviews_on_page(writer: Writer, audit: Audit, statements: Mapping[str, Statement]) -> dict[str, Any]:
    """What the template of an audit asks about review by people."""
    return {
        "reviews": {tally.statement: tally for tally in audit.reviews},
        "reviews_of": reviews_of(writer, audit),
        "reviewed": partial(reviewed, writer),
        "review_note": partial(review_note, writer),
        "question": partial(question, writer, statements=statements),
    }


def stratum_parts(writer: Writer, stratum: Stratum) -> tuple[str, str, str]:
    """Case type, department and verdict of a group."""
    return (
        writer.name(stratum.kind) if stratum.kind else writer.say("kind-other"),
        writer.name(stratum.unit) if stratum.unit else writer.say("unit-other"),
        writer.verdict(stratum.verdict) if stratum.verdict else writer.say("verdict-none"),
    )


def drawn_from(writer: Writer, stratum: Stratum) -> str:
    """The group that a case was drawn from, with its numbers where they are told."""
    told = writer.say("drawn-from", stratum=" · ".join(stratum_parts(writer, stratum)))
    if stratum.size is None or stratum.drawn is None:
        return f"{told}."
    return told + writer.say("drawn-of", drawn=stratum.drawn, n=stratum.size) + "."


def sampled(writer: Writer, sample: Sample, cases: int) -> str:
    """How many cases were drawn, of how many."""
    return writer.say(
        "sampled",
        drawn=len(sample.cases),
        cases=writer.say("cases", n=cases),
        most=sample.per_stratum,
        groups=len(sample.strata),
        seed=str(sample.seed),
    )


def sampled_files(writer: Writer) -> tuple[str, str, str]:
    """What the checklists, the answers and the sample are for."""
    return writer.say("sampled-checklists"), writer.say("sampled-answers"), writer.say("sampled-sample")
