"""Three pages of `rebild-policy explain`, kept whole, as a person reads them. Run as a program, this file writes them anew."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from rebild_policy.bundled import rules_folder
from rebild_policy.loading import load_rules
from rebild_policy.report.rule_page import render_rule

HERE = Path(__file__).parent / "golden"
PAGES = [("late-reply", "en"), ("decision-without-hearing", "da"), ("access-late-without-explanation", "da")]


def page(rule: str, lang: str) -> str:
    ruleset = load_rules(rules_folder())
    printed = StringIO()
    render_rule(ruleset.rule(rule), ruleset, lang, Console(file=printed, width=100, highlight=False))
    return "\n".join(line.rstrip() for line in printed.getvalue().splitlines()) + "\n"


@pytest.mark.parametrize(("rule", "lang"), PAGES)
def test_the_page_is_the_one_that_was_read(rule: str, lang: str):
    assert page(rule, lang) == (HERE / f"{rule}.{lang}.txt").read_text(encoding="utf-8")


RULESET = load_rules(rules_folder())


@pytest.mark.parametrize("rule", [rule.name for rule in RULESET.rules])
@pytest.mark.parametrize("lang", ["da", "en"])
def test_every_page_has_its_parts_and_no_word_of_the_rule_language(rule: str, lang: str):
    text = page(rule, lang)
    found = RULESET.rule(rule)
    flat = " ".join(text.split())
    assert found.title.in_(lang) in flat
    assert found.not_formalised.in_(lang).split()[0] in flat
    for name in found.statements:
        assert f", {name}):" in flat
    body = text.split("\n", 2)[2]  # the second line is the rule's name, which commands take
    for word in ("parameters.", "present(", "before(", "day(", "==", "!=", "_sent", "_received", "_made", "_recorded"):
        assert word not in body, word
    assert not re.search(r"\b(act|outcome) (is|er) (decision|refused|burdening)\b", body)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, language in PAGES:
        (HERE / f"{name}.{language}.txt").write_text(page(name, language), encoding="utf-8")
