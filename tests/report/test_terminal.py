"""The terminal: numbers first, within 80 columns, harmless in a pipe."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import get_args

import pytest
from report_samples import HOSTILE, make_audit
from rich.cells import cell_len
from rich.console import Console

from rebild_policy.audits.results import Audit
from rebild_policy.report.terminal import render_audit, render_report
from rebild_policy.results import Report
from rebild_policy.rules import Language, Statement

LANGUAGES = get_args(Language)
Statements = dict[str, Statement]


def printed(audit: Audit | Report, statements: Statements, lang: Language, *, width: int = 80, worst: int = 10) -> str:
    stream = StringIO()
    console = Console(file=stream, width=width)
    if isinstance(audit, Audit):
        render_audit(audit, statements, lang, console, worst=worst)
    else:
        render_report(audit, statements, lang, console)
    return stream.getvalue()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", ["audit", "hostile_audit"])
def test_no_line_is_too_long(
    name: str, width: int, lang: Language, statements: Statements, request: pytest.FixtureRequest
) -> None:
    lines = printed(request.getfixturevalue(name), statements, lang, width=width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_pipe_gets_no_colour_and_no_control_character(
    hostile_audit: Audit, statements: Statements, lang: Language, make_report: Callable[[str], Report]
) -> None:
    for text in (
        printed(hostile_audit, statements, lang, worst=100),
        *(printed(make_report(one), statements, lang) for one in HOSTILE),
    ):
        assert all(line.isprintable() for line in text.split("\n"))


def test_a_terminal_gets_colour(audit: Audit, statements: Statements) -> None:
    stream = StringIO()
    render_audit(audit, statements, "en", Console(file=stream, width=80, force_terminal=True, color_system="standard"))
    assert "\x1b[1;31m" in stream.getvalue()


def test_the_numbers_come_first(audit: Audit, statements: Statements) -> None:
    lines = printed(audit, statements, "en").splitlines()
    assert lines[0] == "Audit of sager.csv as of 2024-05-01"
    assert lines[1] == "rebild 0.1.0 · the guideline as it stands · 1234 5678 90ab"
    said = "\n".join(lines[2:12])
    assert "Cases                  3" in said
    assert "Obligations           24" in said
    assert "satisfied            3  12%" in said
    assert "possible deviation   9  38%" in said
    assert "Next deadline: 2024-03-18 (3 obligations)." in said


def test_data_quality_is_said(audit: Audit, statements: Statements) -> None:
    said = printed(audit, statements, "da")
    for words in (
        "Hvorfor noget er uafklaret",
        "Alle rækker er gjort op.",
        "1 række i karantæne kan ikke knyttes til en sag",
        "række 1204",
        "Klage ikke sendt videre",
        "Sag oprettet",
        "Fire uger er lånt.",
        "57 % (4 af 7)",
    ):
        assert words in said, words


def test_findings_carry_their_evidence(audit: Audit, statements: Statements) -> None:
    said = " ".join(printed(audit, statements, "en", worst=3).split())
    assert "Findings 3 of 9 shown" in said
    assert said.count("possible deviation Decided despite") == 1
    assert "two working days late" in said
    assert "must be answered within ten working days" in said
    assert "0123 4567 89ab cdef" in said


def test_a_case(make_report: Callable[[str], Report], statements: Statements) -> None:
    said = printed(make_report("S-1"), statements, "da")
    assert said.startswith("Efterprøvning af sag S-1 pr. 1. maj 2024\n")
    assert "retningslinjen med lovens undtagelser" in said
    assert said.index("mulig afvigelse  Afgjort") < said.index("uafklaret  Afgørelse") < said.index("afventer  Skriftlig")
    assert "Samme forhold tælles under: Afgørelse uden forudgående partshøring." in " ".join(said.split())


def test_a_case_to_which_nothing_applies(make_report: Callable[[str], Report], statements: Statements) -> None:
    empty = make_report("S-1").model_copy(update={"findings": (), "not_checkable": ()})
    assert "The rules apply to nothing in this case." in printed(empty, statements, "en")


def test_an_audit_of_nothing(statements: Statements) -> None:
    assert "Findings\n  None." in printed(make_audit(()), statements, "en")


def test_ascii_terminals_get_no_bars(audit: Audit, statements: Statements) -> None:
    class Ascii(StringIO):
        encoding = "ascii"

    stream = Ascii()
    render_audit(audit, statements, "en", Console(file=stream, width=80))
    assert "━" not in stream.getvalue()
