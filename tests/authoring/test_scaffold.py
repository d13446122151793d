"""A rule to start from: it loads, its examples fail until they are filled in, and nothing that is there is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from rebild_policy.authoring.formatting import format_file
from rebild_policy.authoring.scaffold import Sketch, scaffold
from rebild_policy.calendar import Duration
from rebild_policy.errors import RuleError, UsageError
from rebild_policy.facts import vocabulary
from rebild_policy.linting import lint
from rebild_policy.loading import load_rules
from rebild_policy.proving.trials import trials

DAYS = Duration(5, "working days")


@pytest.mark.parametrize("trigger", sorted(vocabulary().types))
def test_every_event_type_gives_a_rule_that_loads_and_examples_that_fail(tmp_path: Path, trigger: str):
    written = scaffold(Sketch("thing-not-done", "M1", trigger), tmp_path)
    judged = list(trials(load_rules(tmp_path)))
    assert judged
    assert not any(trial.passed for trial in judged)
    assert all(format_file(path, tmp_path) == path.read_text(encoding="utf-8") for path in written)


def test_a_deadline_brings_its_parameter_and_its_examples(tmp_path: Path):
    written = scaffold(Sketch("reply-not-sent", "M1", "inquiry_received", "reply_sent", DAYS, area="contact"), tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "ruleset.yaml",
        "statements.yaml",
        "parameters/reply_not_sent_deadline.yaml",
        "contact/reply-not-sent.yaml",
    ]
    (rule,) = load_rules(tmp_path).rules
    assert {example.deadline for example in rule.examples} == {None, "last day", "day after"}
    assert not any(trial.passed for trial in trials(load_rules(tmp_path)))
    assert (tmp_path / "schemas" / "rule.json").is_file()
    text = written[-1].read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schemas/rule.json\n")
    assert "of: inquiry\n" in text, "the vocabulary has the link"


def test_without_a_link_the_event_must_come_after(tmp_path: Path):
    written = scaffold(Sketch("no-meeting", "M1", "decision_made", "decision_made", DAYS), tmp_path)
    assert "- some: {decision_after: decision_made}\n    after: decision" in written[-1].read_text(encoding="utf-8")


def test_the_lint_names_all_that_is_to_be_filled_in(tmp_path: Path):
    scaffold(Sketch("reply-not-sent", "M1", "inquiry_received", "reply_sent", DAYS), tmp_path)
    about = {remark.about for remark in lint(tmp_path).remarks if remark.check == "unfinished"}
    assert {"reply-not-sent: title", "reply-not-sent: message", "reply_not_sent_deadline", "M1"} <= about


def test_what_is_there_is_not_overwritten(tmp_path: Path):
    scaffold(Sketch("first-not-done", "M1", "decision_made"), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match=r"first-not-done\.yaml is there already"):
        scaffold(Sketch("first-not-done", "M1", "decision_made"), tmp_path)
    with pytest.raises(RuleError, match="holds no statement 'M2'"):
        scaffold(Sketch("second-not-done", "M2", "decision_made"), tmp_path)
    assert scaffold(Sketch("second-not-done", "M1", "decision_made"), tmp_path) == [tmp_path / "second-not-done.yaml"]
    assert all(path.read_bytes() == content for path, content in before.items())


@pytest.mark.parametrize(
    ("sketch", "message"),
    [
        (Sketch("thing-not-done", "M1", "decision_maid"), r"unknown event type 'decision_maid'\. Did you mean 'decision_made'"),
        (Sketch("thing-not-done", "M1", "decision_made", "reply_send", DAYS), "Did you mean 'reply_sent'"),
        (Sketch("thing-not-done", "M1", "decision_made", within=DAYS), "--within and --followed-by go together"),
        (Sketch("Thing not done", "M1", "decision_made"), "small letters"),
        (Sketch("thing-not-done", "first", "decision_made"), "capital letters and a number"),
        (Sketch("thing-not-done", "M1", "decision_made", area="../elsewhere"), "inside of the folder"),
    ],
)
def test_wrong_words_are_refused_and_nothing_is_written(tmp_path: Path, sketch: Sketch, message: str):
    with pytest.raises((UsageError, RuleError), match=message):
        scaffold(sketch, tmp_path / "rules")
    assert not (tmp_path / "rules").exists()
