"""Two audits side by side, for people: on a terminal and as Markdown, from the same parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from textwrap import wrap

from rich.console import Console

from rebild_policy.audits.comparisonresults import (
    AuditComparison,
    AuditInfo,
    Quantity,
    RuleChanges,
    StatementComparison,
    StatisticComparison,
)
from rebild_policy.report.markdown import plain, table
from rebild_policy.report.writing import Writer, capital, safe
from rebild_policy.rules import Language, Statement

_LISTED = 12


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a part: its name, what is said in cells, and more about it."""

    name: str
    cells: tuple[str, ...]
    line: str  # the cells as one sentence
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the comparison: a heading, rows under heads, and sentences."""

    title: str
    heads: tuple[str, ...] = ()
    rows: list[_Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def render_comparison(found: AuditComparison, statements: Mapping[str, Statement], lang: Language, console: Console) -> None:
    """Print the comparison: what is not alike first, then the statements, the deviations and the data."""

    def line(text: str, style: str | None = None) -> None:
        left = " " * (len(text) - len(text.lstrip()))
        for part in wrap(text, max(console.width, 40), subsequent_indent=left, break_on_hyphens=False) or [""]:
            console.print(part, markup=False, soft_wrap=True, style=style)

    writer = Writer(lang)
    line(writer.say("compared"), "bold")
    for text in _audits(found, writer):
        line(f"  {text}")
    for part in _parts(found, statements, writer):
        line("")
        line(part.title, "bold yellow" if part.title == writer.say("unlike") else "bold")
        for row in part.rows:
            line(f"  {row.name}", "bold" if row.more else None)
            for text in (row.line, *row.more):
                line(f"    {text}")
        for note in part.notes:
            line(f"  {note}")


def comparison_markdown(found: AuditComparison, statements: Mapping[str, Statement], lang: Language) -> str:
    """The comparison as one Markdown document in one language."""
    return "\n".join(_document(found, statements, Writer(lang))) + "\n"


def _document(found: AuditComparison, statements: Mapping[str, Statement], writer: Writer) -> Iterator[str]:
    yield f"# {plain(writer.say('compared'))}"
    yield ""
    yield from (f"- {plain(text)}" for text in _audits(found, writer))
    for part in _parts(found, statements, writer):
        yield from ("", f"## {plain(part.title)}", "")
        if part.rows:
            yield from table(part.heads, ((row.name, *row.cells) for row in part.rows))
            yield ""
        yield from (f"- {plain(note)}" for note in part.notes)


def _audits(found: AuditComparison, writer: Writer) -> Iterator[str]:
    for key, info in (("compared.old", found.old), ("compared.new", found.new)):
        yield f"{writer.say(key)}: {_named(info, writer)}"


def _named(info: AuditInfo, writer: Writer) -> str:
    rules = f"{safe(info.ruleset.name)} {safe(info.ruleset.version)}"
    profile = writer.profile(info.profile)
    return writer.say("compared-audit", file=writer.name(info.file), day=info.as_of, n=info.cases, ruleset=rules, profile=profile)


def _parts(found: AuditComparison, statements: Mapping[str, Statement], writer: Writer) -> Iterator[_Part]:
    if found.unlike:
        yield _Part(writer.say("unlike"), notes=[writer.say(f"unlike.{name}") for name in found.unlike])
    yield _statements(found, statements, writer)
    if any(one.status != "nothing" for one in found.statistics):
        yield _statistics(found, writer)
    yield _findings(found, writer)
    yield _quality(found, writer)


# ----------------------------------------------------------------------------------------------------------- statements
def _statements(found: AuditComparison, statements: Mapping[str, Statement], writer: Writer) -> _Part:
    idle = [one.statement for one in found.statements if one.status == "nothing"]
    keys = ("statement", "old", "new", "difference", "undetermined")
    part = _Part(writer.say("compared-statements"), tuple(writer.say(f"compared.{key}") for key in keys))
    part.rows.extend(_statement(one, statements, writer) for one in found.statements if one.status != "nothing")
    part.notes.append(writer.say("compared-note", few=found.too_few))
    if idle:
        part.notes.append(writer.say("compared-idle", names=writer.listing(idle)))
    return part


def _statement(one: StatementComparison, statements: Mapping[str, Statement], writer: Writer) -> _Row:
    known = statements.get(one.statement)
    gloss = known.gloss.in_(writer.lang) if known else ""
    old, new = (_share("compared-share", side.kept, side.decided, writer) for side in (one.old, one.new))
    said = _difference(one, writer)
    undetermined = f"{writer.number(one.old.undetermined)}, {writer.number(one.new.undetermined)}"
    undecided = writer.say(
        "compared-undecided",
        old_undetermined=one.old.undetermined,
        new_undetermined=one.new.undetermined,
        old_pending=one.old.pending,
        new_pending=one.new.pending,
    )
    why = [_only_in_one(one, writer)] if one.unlike else []
    return _Row(
        name=f"{one.statement}  {gloss}".rstrip(),
        cells=(old, new, " ".join([capital(said) + ("." if why else ""), *why]), undetermined),
        line=writer.say("compared-then-now", old=old, new=new, said=said),
        more=(*why, undecided),
    )


def _share(key: str, part: int, whole: int, writer: Writer) -> str:
    return (
        writer.say(key, kept=part, met=part, of=whole, all=whole, share=writer.share(part, whole))
        if whole
        else writer.say("compared.nothing")
    )


def _difference(one: StatementComparison | StatisticComparison, writer: Writer) -> str:
    if one.difference is None:
        return writer.say(f"compared.{one.status}")
    points = f"{one.difference:+.1f}" if one.difference else "0"
    return writer.say("compared-points", points=points.replace(".", "," if writer.lang == "da" else "."))


def _only_in_one(one: StatementComparison, writer: Writer) -> str:
    return writer.say("compared-unlike", names=_places(one.unlike, writer))


def _places(names: Iterable[str], writer: Writer) -> str:
    """Event types and fields in words; a rule by its name."""
    return writer.listing([safe(name) if "-" in name else writer.place(name) for name in names])


def _statistics(found: AuditComparison, writer: Writer) -> _Part:
    heads = [writer.say("statistics"), *(writer.say(f"compared.{key}") for key in ("old", "new", "difference"))]
    part = _Part(writer.say("statistics"), tuple(heads))
    for one in found.statistics:
        old, new = (_share("met", *side, writer) for side in ((one.old_met, one.old_of), (one.new_met, one.new_of)))
        said = _difference(one, writer)
        line = writer.say("compared-then-now", old=old, new=new, said=said)
        if one.status != "nothing":
            part.rows.append(_Row(writer.words(one.title), (old, new, capital(said)), line))
    return part


# ------------------------------------------------------------------------------------------------------------- findings
def _findings(found: AuditComparison, writer: Writer) -> _Part:
    heads = (writer.say("rule"), writer.say("compared-standing"), "")
    part = _Part(writer.say("compared-findings"), heads)
    if found.rules is None or found.in_both is None:
        part.notes.append(writer.say("compared-no-findings"))
        return part
    part.rows.extend(_rule(rule, writer) for rule in found.rules)
    if not found.rules:
        part.notes.append(writer.say("compared-none"))
    if found.in_both:
        part.notes.append(writer.say("compared-overlap", n=found.in_both))
    return part


def _rule(rule: RuleChanges, writer: Writer) -> _Row:
    gone = sum(one.findings for one in rule.gone)
    counts = writer.say("compared-rule", new=len(rule.new), persisting=rule.persisting, gone=gone)
    told = [
        writer.say("compared-gone", n=one.findings, verdict=writer.verdict(one.now))
        if one.now
        else writer.say("compared-gone-none", n=one.findings)
        for one in rule.gone
    ]
    return _Row(writer.words(rule.title), (counts, "; ".join(told)), counts, tuple(told))


# ----------------------------------------------------------------------------------------------------------------- data
def _quality(found: AuditComparison, writer: Writer) -> _Part:
    part = _Part(writer.say("compared-quality"))
    part.notes.extend(_quantity(one, writer) for one in found.quality.quantities)
    lists = (
        ("recorded-now", _in_words(found.quality.recorded_now, writer)),
        ("recorded-no-more", _in_words(found.quality.recorded_no_more, writer)),
        ("checkable-now", [safe(name) for name in found.quality.checkable_now]),
        ("checkable-no-more", [safe(name) for name in found.quality.checkable_no_more]),
        ("unmapped-now", [writer.name(name) for name in found.quality.unmapped_now]),
        ("unmapped-no-more", [writer.name(name) for name in found.quality.unmapped_no_more]),
    )
    part.notes.extend(writer.say(key, names=_cut(names, writer)) for key, names in lists if names)
    return part


def _in_words(names: Iterable[str], writer: Writer) -> list[str]:
    return [writer.place(name) for name in names]


def _cut(names: list[str], writer: Writer) -> str:
    more = len(names) - _LISTED
    shown = names if more <= 0 else [*names[:_LISTED], writer.say("more", n=more)]
    return ", ".join(shown) if more > 0 else writer.listing(shown)


def _quantity(one: Quantity, writer: Writer) -> str:
    old, new = (_part_of(number, of, one, writer) for number, of in ((one.old, one.old_of), (one.new, one.new_of)))
    return capital(writer.say("quantity", name=writer.say(f"quantity.{one.name}"), old=old, new=new))


def _part_of(number: int, of: int, one: Quantity, writer: Writer) -> str:
    if one.name == "rows":
        return writer.number(number)
    return writer.say("quantity-share", number=number, share=writer.share(number, of))
