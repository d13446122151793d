"""One canonical form of the files of a rule set. What a file says never changes; comments stay above what they are about.

Keys stand in the order of the shapes of `rulefiles`. A text in both languages, an event, and a list of short items stand on one
line where they fit; a long text is folded.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from rebild_policy.authoring.comments import BLANK, Comments, comments_of
from rebild_policy.documents import DocumentReader, List, Map, read_scalar
from rebild_policy.errors import PolicyError, RuleError, shown
from rebild_policy.rulefiles import (
    AcceptedShape,
    DatedShape,
    EquivalentShape,
    ExampleShape,
    ExceptionsShape,
    LawShape,
    LawsShape,
    ParameterShape,
    QuantifierShape,
    RowShape,
    RuleSetShape,
    RuleShape,
    Shape,
    StatementShape,
    StatementsShape,
    TermShape,
    TermsShape,
    UnreachableShape,
)

WIDTH: Final = 130
FOLDED: Final = 120
SCHEMA_LINE: Final = "# yaml-language-server: $schema="
SCHEMAS: Final = "schemas"
_INDENT: Final = "  "
_CONDITIONS: Final = {"if", "holds", "where", "means", "by", "from"}
_KINDS: Final = ("some", "none", "holds", "any", "all")

# The shape of what stands under a key: of the mapping itself, or of the items of a list.
_SHAPES: Final[dict[str, type[Shape]]] = {
    "examples": ExampleShape,
    "values": DatedShape,
    "rows": RowShape,
    "statements": StatementShape,
    "laws": LawShape,
    "unreachable": UnreachableShape,
    "equivalent": EquivalentShape,
    "accepted": AcceptedShape,
    **dict.fromkeys(("unless", "require", "any", "all"), QuantifierShape),
}
_DOCUMENTS: Final[dict[str, type[Shape]]] = {
    "ruleset.yaml": RuleSetShape,
    "terms.yaml": TermsShape,
    "statements.yaml": StatementsShape,
    "laws.yaml": LawsShape,
    "exceptions.yaml": ExceptionsShape,
}
# Mappings that stand on one line where they fit; the items of `events` always do.
_ALWAYS_BELOW: Final = {"message", "remedy", "not_formalised", "gloss", "question", "reason", "assumption"}
_ON_ONE_LINE: Final = {"each", "some", "none", "valid", "expect", "case", "of"}


def format_file(path: Path, folder: Path) -> str:
    """The canonical form of a file of the rule set in `folder`. Raises `RuleError` for one that can't be read."""
    try:
        source = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise RuleError(f"{shown(path)} can't be read as text.") from None
    return format_text(source, shown(path), shape_of(path, folder), schema_of(path, folder))


def shape_of(path: Path, folder: Path) -> type[Shape]:
    """The shape of a file, by where it stands."""
    if path.parent == folder and path.name in _DOCUMENTS:
        return _DOCUMENTS[path.name]
    return ParameterShape if folder / "parameters" in path.parents else RuleShape


_NAMES: Final[dict[type[Shape], str]] = {
    RuleShape: "rule",
    ParameterShape: "parameter",
    TermsShape: "terms",
    StatementsShape: "statements",
    LawsShape: "laws",
    ExceptionsShape: "exceptions",
    RuleSetShape: "ruleset",
}


def schema_of(path: Path, folder: Path) -> str | None:
    """Where the schema of a file is, relative to it; None where the folder holds no schemas."""
    schema = folder / SCHEMAS / f"{_NAMES[shape_of(path, folder)]}.json"
    return os.path.relpath(schema, path.parent).replace(os.sep, "/") if (folder / SCHEMAS).is_dir() else None


def format_text(source: str, name: str, shape: type[Shape], schema: str | None = None) -> str:
    """The canonical form of a file's text. Raises `RuleError` where the text is not YAML that the library reads."""
    document = DocumentReader(name, RuleError).read(source)
    comments = comments_of(source, document)
    head = _of_the_file(comments.above)
    writer = _Writer(comments)
    writer.entries(document, shape, 0)
    lines = [line for line in [*head, *writer.lines, *comments.rest] if not line.startswith(SCHEMA_LINE)]
    if schema:
        lines = [f"{SCHEMA_LINE}{schema}", *_without_blanks(lines)]
    text = "\n".join(_squeezed(lines)) + "\n"
    if DocumentReader(name, RuleError).read(text) != document:
        raise PolicyError(f"{name} would not mean the same in canonical form; it is left as it is.")
    return text


def _of_the_file(above: dict[int, list[str]]) -> list[str]:
    """The comments at the top that a blank line parts from the first entry: they stay there, whatever comes first."""
    first = above.get(min(above, default=0), [])
    blanks = [number for number, line in enumerate(first) if line == BLANK and any(first[:number])]
    end = blanks[-1] + 1 if blanks else 0
    head, first[:] = first[:end], first[end:]
    return head


def _without_blanks(lines: list[str]) -> list[str]:
    first = next((number for number, line in enumerate(lines) if line), len(lines))
    return lines[first:]


def _squeezed(lines: Iterable[str]) -> Iterator[str]:
    """Lines with at most one blank between them, and none at the ends."""
    blank, begun = False, False
    for line in lines:
        if not line:
            blank = begun
            continue
        if blank:
            yield BLANK
        yield line
        blank, begun = False, True


@dataclass
class _Writer:
    """Writes the lines of a document; `left` has the comments that are still to be written."""

    left: Comments
    lines: list[str] = field(default_factory=list)

    # ------------------------------------------------------------------------------------------------------------ layout
    def entries(self, found: Map, shape: type[Shape] | None, depth: int, head: str | None = None) -> None:
        """The entries of a mapping; those of an item of a list begin with `head`."""
        start = _INDENT * depth
        for number, key in enumerate(_ordered(found, shape)):
            prefix = head if head is not None and number == 0 else start
            self.comments(found.lines[key], start)
            self.entry(key, found[key], prefix, depth)

    def entry(self, key: str, value: Any, prefix: str, depth: int) -> None:
        """A key and its value, on one line if that is the form of it and it fits."""
        on_one_line = _flow(value) if _may_flow(key, value) else None
        line = f"{prefix}{_key(key)}: {on_one_line}"
        if on_one_line is not None and len(line) <= WIDTH:
            self.inner_comments(value, depth)
            self.lines.append(line)
        elif isinstance(value, Map):
            self.lines.append(f"{prefix}{_key(key)}:")
            self.entries(value, _shape_below(key), depth + 1)
        elif isinstance(value, List):
            self.lines.append(f"{prefix}{_key(key)}:")
            self.items(key, value, depth + 1)
        else:
            wrap = _wrapped_condition if key in _CONDITIONS else _wrapped
            self.long_text(f"{prefix}{_key(key)}:", str(value), depth + 1, wrap)

    def items(self, key: str, found: List, depth: int) -> None:
        """The items of a list, one below the other."""
        start = _INDENT * depth
        for line, item in zip(found.lines, found, strict=True):
            self.above(line, start)
            fits = key == "events" and len(start) + len(_flow(item)) + 2 <= WIDTH
            if isinstance(item, Map) and item and not fits:
                self.entries(item, _SHAPES.get(key), depth + 1, head=f"{start}- ")
            else:
                self.comments(line, start)
                self.inner_comments(item, depth)
                self.lines.append(f"{start}- {_flow(item)}")

    def long_text(self, head: str, text: str, depth: int, wrap: Callable[[str, int], list[str]]) -> None:
        """A text that does not fit on its line: folded where folding gives it back, else quoted as it is."""
        start = _INDENT * depth
        folded = wrap(text, FOLDED - len(start))
        if "\n" in text or " ".join(folded) != text:
            self.lines.append(f"{head} {_quoted(text)}")
        else:
            self.lines += [f"{head} >-", *(start + line for line in folded)]

    def comments(self, line: int, start: str) -> None:
        """The comments on an entry, once: all of them above it."""
        self.above(line, start)
        self.lines += [start + comment for comment in self.left.beside.pop(line, [])]

    def above(self, line: int, start: str) -> None:
        """The comments above an entry, once."""
        self.lines += [start + comment if comment else BLANK for comment in self.left.above.pop(line, [])]

    def inner_comments(self, value: Any, depth: int) -> None:
        """The comments inside of what goes on one line are put above it."""
        if isinstance(value, Map | List):
            lines = value.lines.values() if isinstance(value, Map) else value.lines
            for line in lines:
                self.comments(line, _INDENT * depth)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _wrapped_condition(text: str, width: int) -> list[str]:
    """A condition broken before `and` and `or`, and not inside of brackets where that can be helped."""
    chunks, depth = [""], 0
    for word in text.split(" "):
        if word in {"and", "or"} and depth == 0:
            chunks.append("")
        depth += word.count("(") - word.count(")")
        chunks[-1] += f" {word}" if chunks[-1] else word
    lines: list[str] = []
    for chunk in chunks:
        if lines and len(lines[-1]) + 1 + len(chunk) <= width:
            lines[-1] += f" {chunk}"
        else:
            lines += _wrapped(chunk, width)
    return lines


def _ordered(found: Map, shape: type[Shape] | None) -> list[str]:
    """The keys of a mapping in the order of its shape; as they stand where it has none."""
    if shape is None:
        return list(found)
    if shape is QuantifierShape:
        order = [*_KINDS, *(info.alias or name for name, info in shape.model_fields.items())]
    else:
        order = [info.alias or name for name, info in shape.model_fields.items()]
    ranks = {key: rank for rank, key in enumerate(order)}
    return sorted(found, key=lambda key: ranks.get(key, len(ranks)))


def _shape_below(key: str) -> type[Shape] | None:
    return TermShape if key == "terms" else None


def _may_flow(key: str, value: Any) -> bool:
    if isinstance(value, Map | List) and not value:
        return True
    if isinstance(value, Map):
        return key in _ON_ONE_LINE or (set(value) == {"da", "en"} and key not in _ALWAYS_BELOW)
    return not (isinstance(value, List) and any(isinstance(item, Map) for item in value))


# --------------------------------------------------------------------------------------------------------------- scalars
def _flow(value: Any, *, inside: bool = False) -> str:
    """A value on one line."""
    if isinstance(value, Map):
        return "{" + ", ".join(f"{_key(key)}: {_flow(item, inside=True)}" for key, item in value.items()) + "}"
    if isinstance(value, List):
        return "[" + ", ".join(_flow(item, inside=True) for item in value) + "]"
    return _scalar(value, flow=inside)


def _scalar(value: Any, *, flow: bool) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case str():
            return value if _is_plain(value, flow=flow) else _quoted(value)
    return str(value)


_OPENING: Final = "-?:,[]{}#&*!|>'\"%@`"


def _is_plain(text: str, *, flow: bool) -> bool:
    """Can a text stand without quotes, and be read back as this text?"""
    if not text or text != text.strip() or not text.isprintable() or read_scalar(text) != text:
        return False
    opening = text[0] in _OPENING and not (text[0] in "-?:" and text[1:2].strip())
    inside = ": " in text or " #" in text or text.endswith(":") or (flow and any(char in text for char in ",[]{}"))
    return not (opening or inside or (flow and text[0] in "-?:") or text.startswith(("---", "...")))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + "".join(char if char.isprintable() else _escape(char) for char in escaped) + '"'


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def _key(key: str) -> str:
    return key if _is_plain(key, flow=True) else _quoted(key)
