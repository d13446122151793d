"""The words of the reports: complete in both languages, all in use, and never an accusation."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from pydantic import BaseModel

from rebild_policy import report
from rebild_policy.audits.results import ReviewNote
from rebild_policy.labels import VERDICTS, Label
from rebild_policy.report import texts
from rebild_policy.results import Change, MissingFact, NearMiss, Sought, Verdict
from rebild_policy.rules import Statement

FOLDER = Path(report.__file__).parent
TABLES = [texts.TEXTS, texts.PROFILES, texts.MEANINGS, texts.ANSWERS, texts.UNITS, texts.PLURALS]
LABELS = [*((name, label) for table in TABLES for name, label in table.items()), *(("number", one) for one in texts.NUMBERS)]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(("name", "label"), LABELS)
def test_both_languages_say_the_same(name: str, label: Label) -> None:
    assert label.da.strip()
    assert label.en.strip()
    assert places(label.da) == places(label.en)


def test_no_text_is_in_two_tables() -> None:
    tables = (
        texts.SENTENCES,
        texts.WORDS,
        texts.WAIVERS,
        texts.PHRASES,
        texts.DAYS,
        texts.OVERLAYS,
        texts.CHANGES,
        texts.REVIEWS,
        texts.EQUAL,
        texts.COMPARISON,
        texts.PAGE,
    )
    assert len(texts.TEXTS) == sum(map(len, tables))


def test_nothing_is_called_illegal() -> None:
    said = "\n".join(path.read_text() for path in FOLDER.rglob("*") if path.suffix in {".py", ".jinja"})
    assert not re.findall(r"ulovlig|illegal|unlawful|lovbrud|overtræd", said, re.IGNORECASE)


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    sources = [path for path in FOLDER.rglob("*") if path.suffix in {".py", ".jinja"} and not path.name.endswith("texts.py")]
    code = "\n".join(path.read_text() for path in sources)
    families = {f"{name}." for name in re.findall(r"""f["']([\w-]+)\.\{""", code)}
    for key in texts.TEXTS:
        name = key.removesuffix(".one")
        assert f'"{name}"' in code or any(name.startswith(family) for family in families), key
    for key in re.findall(r'\bsay\(\s*"([^"]+)"', code):
        assert key in texts.TEXTS, key


@pytest.mark.parametrize(
    ("model", "field", "family"),
    [
        (MissingFact, "cause", "missing"),
        (NearMiss, "lacks", "near"),
        (Sought, "kind", "sought"),
        (Change, "kind", "change"),
        (ReviewNote, "problem", "review-problem"),
    ],
)
def test_every_choice_of_the_results_has_a_sentence(model: type[BaseModel], field: str, family: str) -> None:
    for choice in get_args(model.model_fields[field].annotation):
        assert f"{family}.{choice}" in texts.TEXTS


def test_every_verdict_and_every_kind_of_answer_has_words(statements: dict[str, Statement]) -> None:
    assert {verdict.value for verdict in Verdict} == texts.MEANINGS.keys()
    assert {verdict.value for verdict in Verdict} <= VERDICTS.keys()
    assert {statement.answer for statement in statements.values()} <= texts.ANSWERS.keys()
