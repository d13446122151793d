"""What the formats of text have in common: rows whose bytes can't be read."""

from __future__ import annotations

from collections.abc import Iterator

from rebild_policy.sources.records import BAD, MAX_FIELD, Row
from rebild_policy.sources.stream import Stream

OVERLONG = f"a field is longer than {MAX_FIELD} characters, or the row runs over too many lines"
_ENOUGH, _CLEAR = 10, 100  # rows that can't be decoded before the encoding is doubted: at the end, and on the way


def judged(rows: Iterator[Row], stream: Stream) -> Iterator[Row]:
    """The same rows; where most of the text outside ASCII is unreadable, the mapping names the wrong encoding."""
    count = bad = good = 0
    undecodable = _undecodable(stream.encoding)
    for row in rows:
        count += 1
        if row.problem == undecodable:
            bad += 1
            if bad >= _CLEAR and not good:
                stream.refuse_encoding()
        elif not all(map(str.isascii, stream.lines.taken)):
            good += 1
        yield row
    if bad and (bad == count or (bad >= _ENOUGH and bad > good)):
        stream.refuse_encoding()


def bad_text(lines: list[str], encoding: str) -> str | None:
    """What is wrong with the text of a row as such."""
    for line in lines:
        if (not line.isascii() or "\0" in line) and (found := BAD.search(line)):
            return "the row holds a NUL character" if found[0] == "\0" else _undecodable(encoding)
    return None


def _undecodable(encoding: str) -> str:
    return f"the row holds bytes that are not text in {encoding}"
