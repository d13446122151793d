"""Answers that come back: the good rows count, a wrong one is named by its number, and no text of the file is shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from review_samples import Source, lay_out, names
from rich.console import Console

from rebild_policy import Audit
from rebild_policy.errors import SourceError
from rebild_policy.report.html import render_html
from rebild_policy.report.terminal import render_audit
from rebild_policy.review.answers import SAMPLE, blank_answers, cell, read_answers, with_answers
from rebild_policy.rules import Language

Small = Callable[..., Source]
HEAD = "case,statement,answer\n"


@pytest.fixture
def folder(small: Small, tmp_path: Path) -> Path:
    """A sample of two cases, asked eight questions each."""
    source = small("A-1;Byg;Nord;Brev;2026-01-05;1", "A-2;Byg;Nord;Brev;2026-01-05;2")
    lay_out(source.draw(), tmp_path)
    return tmp_path


def tallies(folder: Path) -> dict[str, tuple[int, int, int, int]]:
    found = read_answers(folder / "answers.csv").tallies
    return {one.statement: (one.yes, one.no, one.unclear, one.unanswered) for one in found}


def notes(folder: Path) -> list[tuple[int | None, str]]:
    return [(one.row, one.problem) for one in read_answers(folder / "answers.csv").notes]


# --------------------------------------------------------------------------------------------------------------- the form
@pytest.mark.parametrize(("lang", "delimiter", "word"), [("da", ";", "øjenhøjde"), ("en", ",", "as an equal")])
def test_the_form_has_a_row_for_each_question(demo: Source, lang: Language, delimiter: str, word: str) -> None:
    drawn = demo.draw()
    data = blank_answers(drawn.checklists, lang)
    assert data.startswith(b"\xef\xbb\xbf"), "a spreadsheet takes UTF-8 for something else without the mark"
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=delimiter)
    assert head == ["case", "statement", "question", "answer"]
    assert [(row[0], row[1]) for row in rows] == [(one.case, asked) for one in drawn.sample.cases for asked in one.asked]
    assert {row[3] for row in rows} == {""}
    assert any(word in row[2] for row in rows)


def test_an_empty_form_answers_nothing(folder: Path) -> None:
    assert notes(folder) == []
    assert list(tallies(folder)) == ["G01", "G02", "G04", "G07", "G08", "G09", "G41", "G42"]
    assert set(tallies(folder).values()) == {(0, 0, 0, 2)}


def test_a_cell_is_no_formula() -> None:
    assert [cell(text) for text in ("=1+1", "+1", "-1", "@x", "A-1")] == ["'=1+1", "'+1", "'-1", "'@x", "A-1"]
    assert cell("a\u202eb\nc") == "a⟨U+202E⟩b⟨U+000A⟩c"


def test_hostile_ids_come_back(small: Small, tmp_path: Path) -> None:
    ids = ["=HYPERLINK(1)", "<script>", "a\u202eb", 'q"uote']
    drawn = small(*(f'"{id_.replace(chr(34), chr(34) * 2)}";Byg;Nord;Brev;2026-01-05;1' for id_ in ids)).draw(9)
    assert sorted(names(drawn)) == sorted(ids)
    path = lay_out(drawn, tmp_path)
    filled = path.read_text("utf-8-sig").replace(",\n", ",yes\n")
    for text in (filled, filled.replace("'=HYPER", "=HYPER")):
        path.write_text(text, encoding="utf-8")
        assert notes(tmp_path) == []
        assert set(tallies(tmp_path).values()) == {(4, 0, 0, 0)}


# ------------------------------------------------------------------------------------------------------------ what counts
@pytest.mark.parametrize(
    ("said", "counts"),
    [
        *((word, (1, 0, 0, 1)) for word in ("yes", "YES", " ja ", "Ja")),
        *((word, (0, 1, 0, 1)) for word in ("no", "nej", "NEJ")),
        *((word, (0, 0, 1, 1)) for word in ("unclear", "uklart", "can't tell", "can’t tell", "Kan  ikke afgøres")),
        *((word, (0, 0, 0, 2)) for word in ("", "  ")),
    ],
)
def test_answers_in_both_languages(folder: Path, said: str, counts: tuple[int, ...]) -> None:
    (folder / "answers.csv").write_text(f"{HEAD}A-1,G07,{said}\n", encoding="utf-8")
    assert tallies(folder)["G07"] == counts
    assert notes(folder) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_as_spreadsheets_save_it(folder: Path, encoding: str, delimiter: str) -> None:
    rows = [
        ["Statement", "note", " CASE ", "answer"],
        ["G07", "Brevet er sødt;\nog kort, synes jeg", "A-1", "kan ikke afgøres"],
        ["", "", "", ""],
        ["g41", "", "A-2", "ja", "en kolonne for meget"],
    ]
    with (folder / "answers.csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    assert notes(folder) == []
    assert (tallies(folder)["G07"], tallies(folder)["G41"]) == ((0, 0, 1, 1), (1, 0, 0, 1))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("A-1,G07", "cells"),
        ("A-9,G07,yes", "case"),
        ("A-9,G07,", "case"),
        ("A-1,G99,yes", "statement"),
        ("A-1,,yes", "statement"),
        ("A-1,G07,perhaps", "answer"),
        ("A-1,G07,yes and no", "answer"),
        ("A-1,G01,no", "twice"),
    ],
)
def test_a_wrong_row_is_named_and_the_others_count(folder: Path, row: str, problem: str) -> None:
    text = f"{HEAD}A-1,G01,yes\nA-1,G01,yes\n\n{row}\nA-2,G41,no\n"
    (folder / "answers.csv").write_text(text, encoding="utf-8")
    assert notes(folder) == [(5, problem)]
    assert (tallies(folder)["G01"], tallies(folder)["G41"]) == ((1, 0, 0, 1), (0, 1, 0, 1))
    assert tallies(folder)["G07"] == (0, 0, 0, 2)


def test_a_statement_that_was_not_asked_about_in_that_case(demo: Source, tmp_path: Path) -> None:
    drawn = demo.draw(200)
    without = next(one.case for one in drawn.sample.cases if "G38" not in one.asked)
    path = lay_out(drawn, tmp_path)
    path.write_text(f"{HEAD}{without},G38,yes\n", encoding="utf-8")
    assert notes(tmp_path) == [(2, "asked")]


# -------------------------------------------------------------------------------------------------------- what is refused
def _no_sample(folder: Path) -> None:
    (folder / SAMPLE).unlink()


def _broken_sample(folder: Path) -> None:
    (folder / SAMPLE).write_text('{"seed": "990199-9998"}')


def _no_answers(folder: Path) -> None:
    (folder / "answers.csv").unlink()


def _no_column(folder: Path) -> None:
    (folder / "answers.csv").write_text("case,statement,svar\n990199-9998,G07,ja\n")


def _nothing(folder: Path) -> None:
    (folder / "answers.csv").write_text("")


def _huge(folder: Path) -> None:
    (folder / "answers.csv").write_bytes(b"x" * 10_000_001)


def _long_cell(folder: Path) -> None:
    (folder / "answers.csv").write_text(f'{HEAD}"{"x" * 2_000_000}",G07,yes\n')


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_no_sample, "there is no sample.json beside the answers. Keep the answers in the folder"),
        (_broken_sample, "sample.json: this is no sample of this version. Draw the sample again"),
        (_no_answers, "answers.csv: the file can't be read: No such file or directory."),
        (
            _no_column,
            "answers.csv:1: the answers have no column 'answer'. Its first row names the columns: case, statement, answer.",
        ),
        (_nothing, "answers.csv:1: the answers have no column 'case'."),
        (_huge, "answers.csv: the file is larger than 10 MB."),
        (_long_cell, "answers.csv: the answers can't be split into cells."),
    ],
)
def test_a_file_that_can_not_be_read(folder: Path, spoil: Callable[[Path], None], message: str) -> None:
    spoil(folder)
    with pytest.raises(SourceError) as raised:
        read_answers(folder / "answers.csv")
    assert message in str(raised.value)
    assert "9998" not in str(raised.value)


# ---------------------------------------------------------------------------------------------------------- in the report
def faces(audit: Audit, source: Source) -> Iterator[str]:
    for lang in ("da", "en"):
        terminal = io.StringIO()
        render_audit(audit, source.statements, lang, Console(file=terminal, width=100))
        yield " ".join(terminal.getvalue().split())
        yield " ".join(render_html(audit, source.statements, lang).split())
    yield audit.model_dump_json()


def test_a_sample_of_another_export_or_other_rules_is_said(demo: Source, folder: Path) -> None:
    found = with_answers(demo.audit, read_answers(folder / "answers.csv"))
    assert [(one.row, one.problem) for one in found.review_notes] == [(None, "export")]
    answers = read_answers(folder / "answers.csv")
    other = answers.sample.model_copy(
        update={
            "source": demo.audit.source,
            "ruleset": answers.sample.ruleset.model_copy(update={"digest": "f" * 64}),
        }
    )
    found = with_answers(demo.audit, replace(answers, sample=other))
    assert [(one.row, one.problem) for one in found.review_notes] == [(None, "rules")]


def test_answers_stand_beside_the_rules_and_no_text_of_the_file_is_shown(demo: Source, tmp_path: Path) -> None:
    drawn = demo.draw()
    path = lay_out(drawn, tmp_path)
    first, second, third = names(drawn)[:3]
    path.write_text(
        "case,statement,answer,note\n"
        f"{first},G07,yes,Fru Opdigtsen 990199-9998\n{second},G07,no,Fru Opdigtsen\n{third},G07,unclear,\n"
        "Fru Opdigtsen,G07,yes,\nfru-opdigtsen,G07,990199-9998,\n",
        encoding="utf-8",
    )
    audit = with_answers(demo.audit, read_answers(path))
    said = list(faces(audit, demo))
    total = len(drawn.sample.cases)
    for text in said[:2]:
        assert f"1 ja, 1 nej, 1 kan ikke afgøres, af 3 svar; {total - 3} ubesvarede" in text
        assert "Et nej er ikke en mulig afvigelse." in text
        assert "Række 5: sagen er ikke i stikprøven." in text
    for text in said[2:4]:
        assert f"1 yes, 1 no, 1 can’t tell of 3; {total - 3} unanswered" in text
        assert "A no is not a possible deviation." in text
        assert "Row 5: the case is not in the sample." in text
        assert f"no answer yet to {total} questions" in text
    for text in said:
        assert "opdigtsen" not in text.lower()
        assert "9998" not in text
    assert '"reviews":[{"statement":"G01","yes":0,' in said[4]


def test_without_answers_nothing_is_said_of_them(demo: Source) -> None:
    for text in list(faces(demo.audit, demo))[:4]:
        assert "Vurderet af mennesker" not in text
        assert "Reviewed by people" not in text
