"""An export as a stream of lines: read once, hashed and counted on the way, never held as a whole."""

from __future__ import annotations

import codecs
import io
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from rebild_policy.errors import SourceError
from rebild_policy.sources.raw import BLOCK, OnRead, RawInput
from rebild_policy.sources.records import MAX_FIELD

MAX_LINE = 8 * MAX_FIELD
MAX_LINES = 1000  # of one row, whose quoted fields may hold line breaks

_MAGIC = {
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"PK\x03\x04": "a zip archive, or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"\x1f\x8b": "compressed more than once",
}
_UTF8_BOM, _UTF16_BOMS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


def _marked(error: UnicodeError) -> tuple[str, int]:
    """Put a lone surrogate where bytes can't be read; Python's own `surrogateescape` can't do so in UTF-16."""
    return "\udc80", error.end if isinstance(error, UnicodeDecodeError) else 0


codecs.register_error("rebild_policy.marked", _marked)


class OverlongError(Exception):
    """A line or a row is longer than can be meant."""


class Overlong(str):
    """The beginning of a line that is too long; the rest was passed over."""

    __slots__ = ()


class Stream:
    """An export, open for reading as text; `lines` gives it line by line.

    `progress` is called with the number of bytes read so far. Raises `SourceError` for a file that can't be opened, is
    empty or is not text.
    """

    def __init__(self, path: Path, encoding: str, progress: OnRead | None = None) -> None:
        self.encoding = encoding
        self._raw = RawInput(path, progress)
        self.name = self._raw.name
        self._checked()
        # Python's utf-8-sig passes over a byte order mark where there is one.
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        errors = "rebild_policy.marked" if encoding == "utf-16" else "surrogateescape"
        self._text = io.TextIOWrapper(self._raw.reader, encoding=codec, errors=errors, newline="")
        self.lines = Lines(self._read_line)

    def _checked(self) -> None:
        """Look at the first bytes, and close the file where they are none of a text."""
        try:
            self._check_head(self._raw.head(BLOCK))
        except OSError as error:
            self._raw.unreadable(error)
        except SourceError:
            self._raw.close()
            raise

    def fail(self, message: str, remedy: str | None = None) -> NoReturn:
        """Raise a `SourceError` about this file."""
        self._raw.fail(message, remedy)

    def refuse_encoding(self) -> NoReturn:
        """Raise the error for a file that is not written in the encoding that the mapping says."""
        likely = "cp1252" if self.encoding.startswith("utf-8") else "utf-8"
        self.fail(
            f"the file is not text in {self.encoding}.",
            f"If it is {likely}, write 'encoding: {likely}' under source in the mapping; else save it as such.",
        )

    def _check_head(self, head: bytes) -> None:
        kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
        if kind:
            self.fail(f"the file is {kind}, not a text file.", "Does the mapping's 'format' fit it?")
        wide = head.startswith(_UTF16_BOMS)
        if self.encoding == "utf-16":
            if head and not wide:
                self.fail("the file has no byte order mark of UTF-16.", "Save it as 'Unicode text', or as UTF-8.")
        elif wide:
            self.fail("the file is UTF-16.", "Write 'encoding: utf-16' under source in the mapping.")
        elif b"\0" in head.partition(b"\n")[0]:
            self.fail("the file is UTF-16 without a mark, or a binary file.", "Save it as text in UTF-8.")
        elif head.startswith(_UTF8_BOM) and not self.encoding.startswith("utf-8"):
            self.fail("the file says that it is UTF-8.", "Write 'encoding: utf-8' under source in the mapping.")
        if not head.strip():
            self.fail("the file is empty.", "Was the export stopped before it wrote anything?")

    def _read_line(self) -> str:
        try:
            line = self._text.readline(MAX_LINE)
            if len(line) < MAX_LINE or line.endswith("\n"):
                return line
            while (rest := self._text.readline(BLOCK)) and not rest.endswith(("\n", "\r")):
                pass
        except OSError as error:
            self.fail(f"the export can't be read to its end: {error.strerror}.")
        return Overlong(line[:BLOCK])

    def read(self, size: int) -> str:
        """The next characters, for formats that know no lines."""
        try:
            return self._text.read(size)
        except OSError as error:
            self.fail(f"the export can't be read to its end: {error.strerror}.")

    @property
    def sha256(self) -> str:
        """The hash of the bytes read so far, in hexadecimal: of the file, once it has been read to its end."""
        return self._raw.sha256

    def close(self) -> None:
        """Close the file."""
        self._text.close()


class Lines(Iterator[str]):
    """The lines of a stream, numbered from 1. Those of the row being read can be put back and read again."""

    def __init__(self, read: Callable[[], str]) -> None:
        self.number = 0
        self.taken: list[str] = []
        self._read = read
        self._waiting: deque[str] = deque()

    def begin(self) -> int:
        """Begin a row: the number of the line that it will start on."""
        self.taken = []
        return self.number + 1

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        if isinstance(line, Overlong) or len(self.taken) > MAX_LINES:
            raise OverlongError
        return line

    @property
    def waiting(self) -> bool:
        """Are lines put back, which come next?"""
        return bool(self._waiting)

    def put_back_rest(self) -> None:
        """Give up the row after its first line: the others are read again, each as the beginning of a row."""
        rest = self.taken[1:]
        self._waiting.extendleft(reversed(rest))
        self.number -= len(rest)
