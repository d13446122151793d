"""A rule to start from: its file, its parameter and its statement. The examples fail until they are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rebild_policy.authoring.formatting import SCHEMAS, format_file
from rebild_policy.calendar import Duration
from rebild_policy.errors import RuleError, UsageError, shown
from rebild_policy.facts import vocabulary
from rebild_policy.loading import load_what_can_be
from rebild_policy.rulefiles import NAME, STATEMENT_ID
from rebild_policy.schemas import write_schemas

TODO: Final = "TODO"


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is known of a rule before it is written: its name, the statement, the event that it starts from, and perhaps the
    event that must follow and by when.
    """

    name: str
    statement: str
    trigger: str
    followed_by: str | None = None
    within: Duration | None = None
    area: str = "."

    @property
    def parameter(self) -> str:
        """The name of the parameter that holds the deadline."""
        return f"{self.name.replace('-', '_')}_deadline"


def scaffold(sketch: Sketch, folder: Path) -> list[Path]:
    """Write the files of a new rule and say which. Raises `UsageError` and `RuleError`; what is there is never overwritten."""
    _check(sketch, folder)
    texts = dict(_files(sketch, folder))
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    if not (folder / SCHEMAS).is_dir():
        write_schemas(folder / SCHEMAS)
    for path in texts:
        path.write_text(format_file(path, folder), encoding="utf-8", newline="\n")
    return list(texts)


def _check(sketch: Sketch, folder: Path) -> None:
    for type_ in (sketch.trigger, sketch.followed_by):
        if type_ is not None:
            vocabulary().event_type(type_)
    if (sketch.within is None) != (sketch.followed_by is None):
        raise UsageError("--within and --followed-by go together.", remedy="Say which event must follow, and within what time.")
    if not re.fullmatch(NAME, sketch.name):
        raise UsageError(f"'{sketch.name}' can't be the name of a rule.", remedy="Write small letters, digits and hyphens.")
    if not re.fullmatch(STATEMENT_ID, sketch.statement):
        raise UsageError(f"'{sketch.statement}' can't be a statement.", remedy="Write capital letters and a number, such as M1.")
    target = folder / sketch.area / f"{sketch.name}.yaml"
    if not target.resolve().is_relative_to(folder.resolve()):
        raise UsageError("--area is a folder inside of the folder of rules.")
    if target.exists():
        raise UsageError(f"{shown(target)} is there already.", remedy="Give the rule another name.")
    if (folder / "statements.yaml").exists():
        known, _ = load_what_can_be(folder)
        if sketch.statement not in known.statements:
            remedy = "Add it there, or name one of those."
            raise RuleError(f"{shown(folder / 'statements.yaml')} holds no statement '{sketch.statement}'.", remedy=remedy)


def _files(sketch: Sketch, folder: Path) -> Iterator[tuple[Path, str]]:
    if not (folder / "ruleset.yaml").exists():
        yield folder / "ruleset.yaml", _RULESET
    if not (folder / "statements.yaml").exists():
        yield folder / "statements.yaml", _STATEMENTS.format(id=sketch.statement)
    if sketch.within:
        yield folder / "parameters" / f"{sketch.parameter}.yaml", _PARAMETER.format(name=sketch.parameter, value=sketch.within)
    yield folder / sketch.area / f"{sketch.name}.yaml", _rule(sketch)


def _rule(sketch: Sketch) -> str:
    var = sketch.trigger.split("_")[0]
    sought = (sketch.followed_by or "").split("_")[0]
    sought = f"{sought}_after" if sought == var else sought
    if sketch.followed_by:
        linked = vocabulary().event_type(sketch.followed_by).links_to(sketch.trigger)
        place = "of" if len(linked) == 1 else "after"
        require = f"  - some: {{{sought}: {sketch.followed_by}}}\n    {place}: {var}\n    within: parameters.{sketch.parameter}\n"
    else:
        require = f"  - holds: present({var}.unit)\n"
    wanted = [("satisfied", ""), ("violated", ""), ("undetermined", "")]
    if sketch.within:
        wanted = [
            ("satisfied", "    deadline: last day\n"),
            ("violated", "    deadline: day after\n"),
            ("pending", ""),
            ("undetermined", ""),
        ]
    examples = "".join(_EXAMPLE.format(verdict=verdict, extra=extra, var=var) for verdict, extra in wanted)
    head = _RULE.format(name=sketch.name, statement=sketch.statement, var=var, trigger=sketch.trigger)
    return head + require + _WORDS.format(var=var) + examples


_RULESET = """\
ruleset: own-rules
version: 0.1.0
title: {da: Egne regler, en: Rules of our own}
"""
_STATEMENTS = """\
sections:
  main: {{da: "TODO: overskriften i teksten", en: "TODO: the heading in the text"}}
statements:
  - id: {id}
    section: main
    gloss:
      da: "TODO: udsagnet i én sætning"
      en: "TODO: the statement in one sentence"
    quote: "TODO: the few words that it turns on"
    modality: obligation
    answer: rules
"""
_PARAMETER = """\
parameter: {name}
kind: duration
title: {{da: "TODO: fristen for hvad", en: "TODO: the time limit for what"}}
values:
  - from: 1990-01-01
    value: {value}
    reference: "TODO: where the text says so"
"""
_RULE = """\
rule: {name}
title: {{da: "TODO: fejlen i få ord", en: "TODO: the fault in a few words"}}
statements: [{statement}]
# The statute or the principle behind the statement, such as FVL § 19(1).
law: []
severity: medium
each: {{{var}: {trigger}}}
# The situation that the rule is about. Leave it out if it is about every such event.
if: true
require:
"""
_WORDS = """\
message:
  da: "TODO: hvad der blev fundet; {{{var}.day}} er dagen"
  en: "TODO: what was found; {{{var}.day}} is the day"
remedy:
  da: "TODO: hvad man gør ved det"
  en: "TODO: what to do about it"
not_formalised:
  da: "TODO: hvad reglen ikke afgør"
  en: "TODO: what the rule does not decide"
# An event: {{{var}: 2026-01-05, channel: email}}. What the source does not record: without: [type, type.field].
examples:
"""
_EXAMPLE = """\
  - name: {{da: "TODO: {verdict}", en: "TODO: {verdict}, as the name says why"}}
    as_of: 2026-03-31
{extra}    events: []
    expect: {verdict}
"""
