"""The comments and blank lines of a YAML file, each tied to the entry that it stands above."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from rebild_policy.documents import List, Map

BLANK = ""


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments of a file by the line of the entry that they are about: those above it and those at its end, and the `rest`
    after the last entry. A blank line counts as an empty comment.
    """

    above: dict[int, list[str]]
    beside: dict[int, list[str]]
    rest: list[str]


def comments_of(text: str, document: Map) -> Comments:
    """Tie every comment of a file to an entry."""
    entries = sorted(set(_lines(document)))
    found = Comments({}, {}, [])
    for line, comment, trailing in _comments(text):
        owner = next((entry for entry in (reversed(entries) if trailing else entries)
                      if (entry <= line if trailing else entry > line)), None)  # fmt: skip
        if owner is None:
            found.rest.append(comment)
        else:
            (found.beside if trailing else found.above).setdefault(owner, []).append(comment)
    return found


def _lines(document: Map | List) -> Iterator[int]:
    """The lines on which an entry of a mapping or an item of a list begins."""
    lines = document.lines.values() if isinstance(document, Map) else document.lines
    yield from lines
    for part in document.values() if isinstance(document, Map) else document:
        if isinstance(part, Map | List):
            yield from _lines(part)


def _comments(text: str) -> Iterator[tuple[int, str, bool]]:
    """Every comment and every blank line outside a text: its line, its words, and whether something stands before it."""
    taken: dict[int, int] = {}  # line -> the column where its last token ends
    inside: set[int] = set()  # lines that go on with a text of several lines
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if not isinstance(token, yaml.ScalarToken | yaml.FlowEntryToken | yaml.KeyToken | yaml.ValueToken | yaml.BlockEntryToken
                          | yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken | yaml.FlowMappingStartToken
                          | yaml.FlowSequenceStartToken):  # fmt: skip
            continue
        end = token.end_mark
        taken[end.line] = max(taken.get(end.line, 0), end.column)
        if isinstance(token, yaml.ScalarToken) and token.style in {"|", ">"}:
            # The token of a block ends where the next begins, behind comments that are not its own; its text is indented.
            inside.update(_of_block(text.split("\n"), token.start_mark.line, end.line))
        elif end.line > token.start_mark.line:
            inside.update(range(token.start_mark.line + 1, end.line + 1))
    for number, line in enumerate(text.split("\n")[: -1 if text.endswith("\n") else None]):
        if number in inside:
            continue
        rest = line[taken.get(number, 0) :].strip()
        if rest.startswith("#") or not line.strip():
            yield number + 1, rest, bool(line.strip()) and not line.strip().startswith("#")


def _of_block(lines: list[str], start: int, end: int) -> Iterator[int]:
    """The lines of a text under `>` or `|`: those as deep as its first, and what stands between them."""
    body = range(start + 1, min(end + 1, len(lines)))
    first = next((number for number in body if lines[number].strip()), None)
    if first is None:
        return
    depth = len(lines[first]) - len(lines[first].lstrip())
    deep = [number for number in body if lines[number].strip() and len(lines[number]) - len(lines[number].lstrip()) >= depth]
    # A shallower line ends the text, even where a deeper one follows.
    last = first
    for number in deep:
        between = range(last + 1, number)
        if any(lines[one].strip() for one in between):
            break
        last = number
    yield from range(start + 1, last + 1)
