"""What the formats of text have in common: rows whose bytes can't be read."""

from __future__ import annotations

from collections.abc import Iterator

from rebild_policy.sources.records import BAD, MAX_FIELD, Row
from rebild_policy.sources.stream import Stream

OVERLONG = f"a field is longer than {MAX_FIELD} characters, or the row runs over too many lines"
_ENOUGH, _CLEAR = 10, 100  # rows that can't be decoded before the encoding is doubted: at the end, and on the way


class Doubt:
    """Whether the mapping names the right encoding: not where most of the text outside ASCII can't be read."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._undecodable = _undecodable(stream.encoding)
        self._count = self._bad = self._good = 0

    def take(self, row: Row) -> None:
        """Take a row into account whose lines were the last to be read. Raises `SourceError`."""
        if row.problem == self._undecodable:
            self._count += 1
            self._bad += 1
            if self._bad >= _CLEAR and not self._good:
                self._stream.refuse_encoding()
        else:
            self.take_good(1, int(not all(map(str.isascii, self._stream.lines.taken))))

    def take_good(self, rows: int, beyond_ascii: int) -> None:
        """Take rows into account that could be read, some of which hold more than ASCII."""
        self._count += rows
        self._good += beyond_ascii

    def settle(self) -> None:
        """Raise `SourceError` at the end, where too little of the text could be read."""
        if self._bad and (self._bad == self._count or (self._bad >= _ENOUGH and self._bad > self._good)):
            self._stream.refuse_encoding()


def judged(rows: Iterator[Row], stream: Stream) -> Iterator[Row]:
    """The same rows; where most of the text outside ASCII is unreadable, the mapping names the wrong encoding."""
    doubt = Doubt(stream)
    for row in rows:
        doubt.take(row)
        yield row
    doubt.settle()


def bad_text(lines: list[str], encoding: str) -> str | None:
    """What is wrong with the text of a row as such."""
    for line in lines:
        if (not line.isascii() or "\0" in line) and (found := BAD.search(line)):
            return "the row holds a NUL character" if found[0] == "\0" else _undecodable(encoding)
    return None


def _undecodable(encoding: str) -> str:
    return f"the row holds bytes that are not text in {encoding}"
