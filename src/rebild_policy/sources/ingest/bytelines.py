"""Text as a stream of lines, like `Stream`, whose bytes ahead can be looked at in blocks before they are read as lines."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rebild_policy.sources.raw import BLOCK, OnRead, RawInput
from rebild_policy.sources.stream import MAX_LINE, Lines, Overlong, Stream

_BOM: Final = b"\xef\xbb\xbf"
_LONGEST: Final = 4 * MAX_LINE  # bytes of a line that may still be one
SIZE: Final = 1 << 23  # bytes of a block


class ByteStream(Stream):
    """An export in an encoding in which every byte below 128 is itself, open for reading line by line.

    `ahead` are bytes read and not yet taken as lines, from `at` on; `start` is where they begin in the file.
    """

    def __init__(self, path: Path, encoding: str, progress: OnRead | None = None) -> None:
        self.encoding = encoding
        self._raw = RawInput(path, progress)
        self.name = self._raw.name
        self._checked()
        self.ahead = b""
        self.at = self.start = 0
        self.ended = False
        self._codec = "utf-8" if encoding.startswith("utf-8") else encoding
        self.lines = Lines(self._next_line)
        self.fill()
        if self._codec == "utf-8" and self.ahead.startswith(_BOM):
            self.at = len(_BOM)

    def fill(self) -> None:
        """Read another block, and forget what has been taken."""
        try:
            more = self._raw.reader.read(SIZE)
        except OSError as error:
            self.fail(f"the export can't be read to its end: {error.strerror}.")
        self.start += self.at
        self.ahead, self.at = self.ahead[self.at :] + more, 0
        self.ended = not more

    def _next_line(self) -> str:
        end = self._end_of_line()
        if end is None:
            text = self._decoded(self.ahead[self.at : self.at + 4 * BLOCK])
            while (end := self._end_of_line()) is None:
                self.at = len(self.ahead)
                self.fill()
            self.at = end
            return Overlong(text[:BLOCK])
        text = self._decoded(self.ahead[self.at : end])
        self.at = end
        whole = len(text) < MAX_LINE or (len(text) == MAX_LINE and text.endswith("\n"))
        return text if whole else Overlong(text[:BLOCK])

    def _decoded(self, data: bytes) -> str:
        return data.decode(self._codec, "surrogateescape")

    def _end_of_line(self) -> int | None:
        """Where the next line ends in `ahead`; None where it is too long to be one."""
        while True:
            feed = self.ahead.find(b"\n", self.at)
            carriage = self.ahead.find(b"\r", self.at, feed if feed != -1 else len(self.ahead))
            if carriage != -1 and carriage != feed - 1:
                # A line feed right after it belongs to it, and may not have been read yet.
                if carriage + 1 < len(self.ahead) or self.ended:
                    return carriage + 1
            elif feed != -1:
                return feed + 1
            if self.ended:
                return len(self.ahead)
            if len(self.ahead) - self.at > _LONGEST:
                return None
            self.fill()

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
