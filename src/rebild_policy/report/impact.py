"""What a change of policy would do, for people: how many verdicts change, from what to what, with examples."""

from __future__ import annotations

from rich.console import Console

from rebild_policy.policydiff import PolicyDifference, PolicyInfo, RuleDifference, VerdictChange
from rebild_policy.report.writing import Writer, safe
from rebild_policy.results import Verdict
from rebild_policy.rules import Language


def render_difference(found: PolicyDifference, lang: Language, console: Console, *, examples: int = 3) -> None:
    """Print the numbers, then each rule of which a verdict changes, with at most `examples` cases of each kind of change."""
    writer = Writer(lang)

    def line(text: str, style: str | None = None) -> None:
        console.print(text, markup=False, soft_wrap=True, style=style)

    line(writer.say("change-old", policy=_named(found.old, writer)))
    line(writer.say("change-new", policy=_named(found.new, writer)))
    line(writer.say("change-count", changes=found.changes, verdicts=found.verdicts, n=found.cases, day=found.as_of))
    for rule in found.rules:
        line("")
        line(f"{writer.words(rule.title)} ({safe(rule.rule)})", "bold")
        line("  " + writer.say("change-of-rule", changes=len(rule.changes), judged=rule.judged))
        for text in _by_kind(rule, writer, examples):
            line(text)


def _by_kind(rule: RuleDifference, writer: Writer, examples: int) -> list[str]:
    lines = []
    for (old, new), count in rule.counts.items():
        lines.append(f"  {_said(old, writer)} → {_said(new, writer)}: {writer.number(count)}")
        alike = [change for change in rule.changes if (change.old, change.new) == (old, new)]
        lines += [f"    {_example(change, writer)}" for change in alike[:examples]]
    return lines


def _example(change: VerdictChange, writer: Writer) -> str:
    text = writer.say("change-example", case=writer.name(change.case), trigger=writer.name(change.trigger), day=change.day)
    if change.old_due and change.new_due and change.old_due != change.new_due:
        text += writer.say("change-due", old=change.old_due, new=change.new_due)
    return text


def _said(verdict: Verdict | None, writer: Writer) -> str:
    return writer.verdict(verdict) if verdict else writer.say("change-none")


def _named(policy: PolicyInfo, writer: Writer) -> str:
    settings = [f"{safe(name)} = {writer.duration(value)}" for name, value in policy.parameters.items()]
    about = ", ".join([policy.profile, f"sha256 {policy.ruleset.digest[:8]}", *settings])
    return f"{safe(policy.ruleset.name)} {safe(policy.ruleset.version)} ({about})"
