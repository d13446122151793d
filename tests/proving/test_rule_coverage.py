"""Coverage: which truths the examples show, and what may be left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from rebild_policy.bundled import rules_folder
from rebild_policy.loading import load_rules
from rebild_policy.proving.coverage import cover
from rebild_policy.proving.exceptions import Exceptions, load_exceptions

RULE = """\
rule: rule
title: {da: titel, en: title}
statements: [G1]
law: []
severity: low
each: {decision: decision_made}
if: decision.final and serious(decision)
require:
  - some: {hearing: hearing_sent}
    before: decision
    where: present(hearing.matter)
message: {da: besked, en: message}
remedy: {da: råd, en: remedy}
not_formalised: {da: intet, en: nothing}
examples:
  - name: {da: a, en: a}
    as_of: 2026-02-27
    events: [{hearing: 2026-01-05, matter: m}, {decision: 2026-01-12, final: true, outcome: refused}]
    expect: satisfied
  - name: {da: b, en: b}
    as_of: 2026-02-27
    events: [{decision: 2026-01-12, final: true, outcome: refused}]
    expect: violated
  - name: {da: c, en: c}
    as_of: 2026-02-27
    events: [{decision: 2026-01-12, outcome: refused}]
    expect: undetermined
"""
TERMS = """\
terms:
  serious:
    title: {da: alvorlig, en: serious}
    of: {d: decision_made}
    means: d.outcome == 'refused' or d.outcome == 'burdening'
"""


@pytest.fixture
def folder(rules) -> Path:
    rules.file("rule.yaml", RULE)
    rules.file("terms.yaml", TERMS)
    return rules.folder


def missing(folder: Path, exceptions: str = "") -> list[str]:
    if exceptions:
        (folder / "exceptions.yaml").write_text(exceptions, encoding="utf-8")
    found = cover(load_rules(folder), load_exceptions(folder))
    return [f"{point.place.owner}: {point.place.where}: {point.value}: {point.place.text}" for rule in found.rules
            for point in rule.missing] + list(found.stale)  # fmt: skip


def test_a_condition_counts_as_a_whole_and_by_its_parts_and_a_term_by_itself(folder: Path) -> None:
    assert missing(folder) == [
        "rule: if: false: decision.final and serious(decision)",
        "rule: if: false: decision.final",
        "rule: if: false: serious(decision)",
        "rule: if: unknown: serious(decision)",
        "rule: require[1].where: false: present(hearing.matter)",
        "rule: require[1].where: unknown: present(hearing.matter)",
        "rule: require[1]: unknown: some hearing_sent",
        "serious: means: false: d.outcome == 'refused' or d.outcome == 'burdening'",
        "serious: means: unknown: d.outcome == 'refused' or d.outcome == 'burdening'",
        "serious: means: false: d.outcome == 'refused'",
        "serious: means: unknown: d.outcome == 'refused'",
        "serious: means: true: d.outcome == 'burdening'",
        "serious: means: unknown: d.outcome == 'burdening'",
    ]


def test_what_is_required_counts_only_where_the_rule_applies(folder: Path) -> None:
    path = folder / "rule.yaml"
    more = """\
  - name: {da: d, en: d}
    as_of: 2026-02-27
    without: [hearing_sent]
    events: [{decision: 2026-01-12, final: FINAL, outcome: refused}]
    expect: EXPECT
"""
    path.write_text(RULE + more.replace("FINAL", "false").replace("EXPECT", "not applicable"), encoding="utf-8")
    assert "rule: require[1]: unknown: some hearing_sent" in missing(folder)
    path.write_text(RULE + more.replace("FINAL", "true").replace("EXPECT", "undetermined"), encoding="utf-8")
    assert "rule: require[1]: unknown: some hearing_sent" not in missing(folder)


def test_a_deadline_can_be_open(rules) -> None:
    text = RULE.replace("    before: decision\n", "    after: decision\n    within: parameters.days\n")
    rules.parameter("days", "5 days")
    deadline = "    deadline: {}\n    events: [{{decision: 2026-01-12}}]\n    expect: pending\n"
    for number, name in enumerate(("last day", "day after")):
        text += f"  - name: {{da: e{number}, en: e{number}}}\n    as_of: 2026-01-12\n" + deadline.format(name)
    rules.file("rule.yaml", text)
    rules.file("terms.yaml", TERMS)
    values = {point.value for rule in cover(rules.load()).rules for point in rule.points if point.place.where == "require[1]"}
    assert values == {"true", "false", "unknown", "open"}


def test_an_exception_takes_a_point_out_and_a_stale_one_is_named(folder: Path) -> None:
    entry = (
        "  - {{rule: rule, place: 'require[1].where', text: present(hearing.matter), value: {}, why: made up for this test}}\n"
    )
    listed = missing(folder, "unreachable:\n" + entry.format("unknown"))
    assert "rule: require[1].where: unknown: present(hearing.matter)" not in listed
    assert "rule: require[1].where: false: present(hearing.matter)" in listed
    stale = missing(folder, "unreachable:\n" + entry.format("'true'"))[-1]
    assert stale.endswith("exceptions.yaml:2: it is seen")
    unknown = missing(folder, "unreachable:\n" + entry.format("unknown").replace("require[1].where", "require[7]"))[-1]
    assert unknown.endswith("exceptions.yaml:2: there is no such place")


def test_the_examples_of_the_shipped_rules_show_everything() -> None:
    found = cover(load_rules(rules_folder()), load_exceptions(rules_folder()))
    assert [point for rule in found.rules for point in rule.missing] == []
    assert found.stale == ()
    assert found.shown == found.needed > 0


def test_without_the_file_nothing_is_excepted(tmp_path: Path) -> None:
    assert load_exceptions(tmp_path) == Exceptions()
