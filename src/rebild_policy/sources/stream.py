"""An export as a stream of lines: read once, hashed and counted on the way, never held as a whole."""

from __future__ import annotations

import hashlib
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from rebild_policy.errors import Location, SourceError, shown

MAX_FIELD = 1_000_000  # characters
MAX_LINE = 8 * MAX_FIELD
MAX_LINES = 1000  # of one row, whose quoted fields may hold line breaks
_BLOCK = 1 << 16

# Bytes that the encoding can't read become lone surrogates, so that one bad row does not end the reading.
BAD = re.compile("[\x00\ud800-\udfff]")

_MAGIC = {
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"PK\x03\x04": "a zip archive, or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed with gzip",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
}
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class OverlongError(Exception):
    """A line or a row is longer than can be meant."""


class _Overlong(str):
    """The beginning of a line that is too long; the rest was passed over."""

    __slots__ = ()


class Stream:
    """An export, open for reading as text; `lines` gives it line by line.

    `progress` is called with the number of bytes read so far. Raises `SourceError` for a file that can't be opened, is
    empty or is not text.
    """

    def __init__(self, path: Path, encoding: str, progress: Callable[[int], None] | None = None) -> None:
        self.name = shown(path)
        self.encoding = encoding
        try:
            self._source = _Hashed(path.open("rb", buffering=0), progress)
            buffer = io.BufferedReader(self._source, _BLOCK)
            head = buffer.peek(_BLOCK)
        except OSError as error:
            self.fail(f"the export can't be read: {error.strerror}.", "Check the path.")
        try:
            self._check_head(head)
        except SourceError:
            buffer.close()
            raise
        # Python's utf-8-sig passes over a byte order mark where there is one.
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        self._text = io.TextIOWrapper(buffer, encoding=codec, errors="surrogateescape", newline="")
        self.lines = Lines(self._read_line)

    def fail(self, message: str, remedy: str | None = None) -> NoReturn:
        """Raise a `SourceError` about this file."""
        raise SourceError(message, at=Location(self.name), remedy=remedy)

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
            self.fail(f"the file is {kind}, not a text file.", "Export the rows as CSV or as JSON lines.")
        wide = next((name for mark, name in _BOMS.items() if head.startswith(mark)), None)
        if wide or b"\0" in head.partition(b"\n")[0]:
            self.fail(f"the file is {wide or 'UTF-16 or a binary file'}.", "Save it as text in UTF-8.")
        if head.startswith(b"\xef\xbb\xbf") and not self.encoding.startswith("utf-8"):
            self.fail("the file says that it is UTF-8.", "Write 'encoding: utf-8' under source in the mapping.")
        if not head.strip():
            self.fail("the file is empty.", "Was the export stopped before it wrote anything?")

    def _read_line(self) -> str:
        try:
            line = self._text.readline(MAX_LINE)
            if len(line) < MAX_LINE or line.endswith("\n"):
                return line
            while (rest := self._text.readline(_BLOCK)) and not rest.endswith(("\n", "\r")):
                pass
        except OSError as error:
            self.fail(f"the export can't be read to its end: {error.strerror}.")
        return _Overlong(line[:_BLOCK])

    @property
    def sha256(self) -> str:
        """The hash of the bytes read so far, in hexadecimal: of the file, once it has been read to its end."""
        return self._source.sha256

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
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
        if isinstance(line, _Overlong) or len(self.taken) > MAX_LINES:
            raise OverlongError
        return line

    def put_back_rest(self) -> None:
        """Give up the row after its first line: the others are read again, each as the beginning of a row."""
        rest = self.taken[1:]
        self._waiting.extendleft(reversed(rest))
        self.number -= len(rest)


class _Hashed(io.RawIOBase):
    """A raw file that hashes and counts what is read from it."""

    def __init__(self, raw: io.FileIO, progress: Callable[[int], None] | None) -> None:
        self._raw = raw
        self._hash = hashlib.sha256()
        self._count = 0
        self._progress = progress

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        count = self._raw.readinto(buffer)
        if count:
            self._hash.update(buffer[:count])
            self._count += count
            if self._progress:
                self._progress(self._count)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
