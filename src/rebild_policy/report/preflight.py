"""What a source allows to check, for people."""

from __future__ import annotations

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


def render_preflight(ready: Iterable[Readiness], lang: Language, console: Console) -> None:
    """Print every rule by what the source allows, and what it lacks."""
    ready = list(ready)
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
