"""The answers of people: a blank file to fill in, and what comes back, counted beside the rules.

An answers file is a CSV of the columns `case`, `statement` and `answer`; others, such as a note, are never read. Of its text,
nothing is shown: a row that can't be used is named by its number.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from rebild_policy.audits.results import Audit, ReviewInfo, ReviewNote, ReviewProblem, ReviewTally
from rebild_policy.errors import Location, SourceError, shown
from rebild_policy.review.sampling import Checklist, Sample
from rebild_policy.rules import Language

SAMPLE = "sample.json"
COLUMNS = ("case", "statement", "answer")
Answer = Literal["yes", "no", "unclear"]
WORDS: dict[str, Answer] = {
    **dict.fromkeys(("yes", "ja"), "yes"),
    **dict.fromkeys(("no", "nej"), "no"),
    **dict.fromkeys(("unclear", "can't tell", "uklart", "kan ikke afgøres"), "unclear"),
}
_MAX_BYTES = 10_000_000
_FORMULA = ("=", "+", "-", "@")  # a spreadsheet runs a cell that begins so


# ---------------------------------------------------------------------------------------------------------------- the form
def blank_answers(checklists: Iterable[Checklist], lang: Language) -> bytes:
    """The file to fill in: a row for each question about each case, with the answer left empty.

    In the form that a spreadsheet of the language opens with a double click: Danish ones part columns by semicolons.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if lang == "da" else ",", lineterminator="\r\n")
    writer.writerow(("case", "statement", "question", "answer"))
    for checklist in checklists:
        for asked in checklist.asked:
            question = asked.question.in_(lang) if asked.question else ""
            writer.writerow((cell(checklist.case), cell(asked.id), cell(question), ""))
    return out.getvalue().encode("utf-8-sig")


def cell(text: str) -> str:
    """A text as a cell that is harmless in a spreadsheet: no formula, on one line, hidden characters made visible."""
    plain = text if text.isprintable() else "".join(char if char.isprintable() else f"⟨U+{ord(char):04X}⟩" for char in text)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


# ------------------------------------------------------------------------------------------------------- what came back
@dataclass(frozen=True, slots=True)
class Answers:
    """An answers file, read: the sample that it is about, the answers by statement, and the rows that were left out."""

    info: ReviewInfo
    sample: Sample
    tallies: tuple[ReviewTally, ...]
    notes: tuple[ReviewNote, ...]


def read_answers(path: Path | str) -> Answers:
    """What people answered about a sample, whose `sample.json` lies beside the file.

    Raises `SourceError` for a file that can't be read; a row that can't be used is noted, and the others count.
    """
    path = Path(path)
    sample, data = read_sample(path.with_name(SAMPLE)), _bytes(path)
    notes: list[ReviewNote] = []
    tallies = tuple(_tallies(sample, _given(_rows(data, path), sample, notes)))
    info = ReviewInfo(file=path.name, sha256=hashlib.sha256(data).hexdigest(), cases=len(sample.cases), seed=sample.seed)
    return Answers(info, sample, tallies, tuple(notes))


def with_answers(audit: Audit, answers: Answers) -> Audit:
    """The audit with what people answered; where it is of another export or by other rules than the sample, that is noted."""
    notes = (*(ReviewNote(row=None, problem=one) for one in _mismatches(audit, answers.sample)), *answers.notes)
    return audit.model_copy(update={"reviewed": answers.info, "reviews": answers.tallies, "review_notes": notes})


def read_sample(path: Path) -> Sample:
    """The sample that answers are about. Raises `SourceError` where there is none."""
    if not path.is_file():
        remedy = "Keep the answers in the folder that 'rebild-policy sample' wrote."
        raise SourceError(f"there is no {SAMPLE} beside the answers.", at=Location(shown(path.parent)), remedy=remedy)
    try:
        return Sample.model_validate_json(_bytes(path))
    except ValidationError:
        remedy = "Draw the sample again, with the command that it was drawn with."
        raise SourceError("this is no sample of this version.", at=Location(shown(path)), remedy=remedy) from None


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SourceError("the file is larger than 10 MB.", at=Location(shown(path)), remedy="Is it the export?")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"the file can't be read: {error.strerror}.", at=Location(shown(path))) from None


def _mismatches(audit: Audit, sample: Sample) -> Iterator[ReviewProblem]:
    if (sample.source.sha256, sample.source.mapping_sha256) != (audit.source.sha256, audit.source.mapping_sha256):
        yield "export"
    if sample.ruleset.digest != audit.ruleset.digest:
        yield "rules"


def _rows(data: bytes, path: Path) -> Iterator[tuple[int, list[str] | None]]:
    """The rows, numbered as a spreadsheet numbers them, with the three cells in order; None for one that lacks some."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")  # as a Danish spreadsheet saves it
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=header.count))
    try:
        places = [name.strip().casefold() for name in next(reader, [])]
        if lacking := [name for name in COLUMNS if name not in places]:
            remedy = f"Its first row names the columns: {', '.join(COLUMNS)}."
            raise SourceError(f"the answers have no column '{lacking[0]}'.", at=Location(shown(path), 1), remedy=remedy)
        wanted = [places.index(name) for name in COLUMNS]
        for number, cells in enumerate(reader, 2):
            if any(map(str.strip, cells)):
                yield number, [cells[place].strip() for place in wanted] if len(cells) > max(wanted) else None
    except csv.Error:
        remedy = "Save it as CSV again."
        raise SourceError("the answers can't be split into cells.", at=Location(shown(path)), remedy=remedy) from None


def _given(
    rows: Iterable[tuple[int, list[str] | None]], sample: Sample, notes: list[ReviewNote]
) -> dict[tuple[str, str], Answer]:
    """The answer to each question about each case. What is wrong with the other rows goes to the notes."""
    asked = {_plain(cell(one.case)): set(one.asked) for one in sample.cases}
    statements = set[str]().union(*asked.values())
    given: dict[tuple[str, str], Answer] = {}
    for number, cells in rows:
        problem: ReviewProblem | None = "cells"
        if cells is not None:
            case, statement, said = _plain(cells[0]), cells[1].upper(), " ".join(cells[2].replace("’", "'").casefold().split())
            problem = _wrong(case, statement, said, asked, statements)
            if problem is None and said and given.setdefault((case, statement), WORDS[said]) != WORDS[said]:
                problem = "twice"
        if problem:
            notes.append(ReviewNote(row=number, problem=problem))
    return given


def _plain(case: str) -> str:
    """A case as it is compared: spreadsheets may drop the apostrophe that keeps a cell from being a formula."""
    return case.removeprefix("'")


def _wrong(case: str, statement: str, said: str, asked: dict[str, set[str]], statements: set[str]) -> ReviewProblem | None:
    if case not in asked:
        return "case"
    if statement not in statements:
        return "statement"
    if statement not in asked[case]:
        return "asked"
    return "answer" if said and said not in WORDS else None


def _tallies(sample: Sample, given: dict[tuple[str, str], Answer]) -> Iterator[ReviewTally]:
    """The answers by statement, in the order of the guideline."""
    questions = [(_plain(cell(one.case)), statement) for one in sample.cases for statement in one.asked]
    for statement in sorted({statement for _, statement in questions}, key=lambda id_: (len(id_), id_)):
        answers = [given.get(question) for question in questions if question[1] == statement]
        yield ReviewTally(
            statement=statement,
            yes=answers.count("yes"),
            no=answers.count("no"),
            unclear=answers.count("unclear"),
            unanswered=answers.count(None),
        )
