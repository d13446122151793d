"""What a source allows to check, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from rebild_policy.labels import event_label, field_label
from rebild_policy.preflight import Readiness
from rebild_policy.rules import Language

_HEADS = {
    "checkable": ("Kan efterprøves", "Can be checked"),
    "partly": ("Kan forblive uafklaret", "May stay undetermined"),
    "not_checkable": ("Kan ikke efterprøves med denne kilde", "Can't be checked with this source"),
}
_LACKS = ("kilden registrerer ikke", "the source does not record")
_SUMMARY = (
    "{all} regler: {checkable} kan efterprøves, {partly} kan forblive uafklarede, {not_checkable} kan ikke efterprøves.",
    "{all} rules: {checkable} can be checked, {partly} may stay undetermined, {not_checkable} can't be checked.",
)
_MOST = ("Det, som flest regler savner", "What most rules lack")
_NUMBER = ("{n} regler", "{n} rules")
_SHOWN = 5


def render_preflight(ready: Iterable[Readiness], lang: Language, console: Console) -> None:
    """Print what the source allows in numbers and what most rules lack, then every rule by what it allows, and what it lacks."""
    ready = list(ready)
    english = lang == "en"
    counts = Counter[str](item.status for item in ready)
    console.print(Text(_SUMMARY[english].format(all=len(ready), **{status: counts[status] for status in _HEADS})))
    most = [
        (name, rules) for name, rules in Counter(name for item in ready for name in item.lacks).most_common(_SHOWN) if rules > 1
    ]
    if most:
        console.print(Text(_MOST[english], style="bold"))
        for name, rules in most:
            console.print(Padding(Text(f"{_named(name, lang)}: {_NUMBER[english].format(n=rules)}"), (0, 0, 0, 2)))
    for status, heads in _HEADS.items():
        listed = [item for item in ready if item.status == status]
        if not listed:
            continue
        console.print(Text(f"{heads[lang == 'en']} ({len(listed)})", style="bold"))
        for item in listed:
            title = item.title.en if lang == "en" else item.title.da
            console.print(Padding(Text(f"{title} ({item.rule})"), (0, 0, 0, 2)))
            if item.lacks:
                named = "; ".join(_named(name, lang) for name in item.lacks)
                console.print(Padding(Text(f"{_LACKS[lang == 'en']}: {named}", style="dim"), (0, 0, 0, 4)))


def _named(name: str, lang: Language) -> str:
    type_, _, field = name.partition(".")
    if not field:
        return event_label(type_, lang)
    if type_ == "case":
        return field_label(type_, field, lang)
    return f"{field_label(type_, field, lang)} ({event_label(type_, lang)})"
