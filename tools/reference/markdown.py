"""Bits of Markdown."""

from __future__ import annotations

from collections.abc import Iterable


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; bars and line breaks inside a cell are made harmless."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def code(text: object) -> str:
    """`text` as code."""
    return f"`{text}`"


def sentence(text: str) -> str:
    """The text of a docstring as one paragraph, with the code marks of Python's docs as they are."""
    return " ".join(text.split())
