"""The bytes of an export: hashed and counted as they are read, and inflated where they are compressed, within bounds."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, cast

from rebild_policy.errors import Location, SourceError, shown

BLOCK = 1 << 16
# A compressed export may grow two hundred times; the first 64 MB are free, since a small one may be very regular.
MAX_RATIO, FREE = 200, 1 << 26
_GZIP = b"\x1f\x8b"

OnRead = Callable[[int], None]  # the number of bytes read so far


class RawInput:
    """A file, open for reading as bytes: `reader` gives them, inflated where the file is compressed with gzip.

    Raises `SourceError` for a file that can't be opened.
    """

    def __init__(self, path: Path, progress: OnRead | None = None, *, inflate: bool = True) -> None:
        self.path = path
        self.name = shown(path)
        try:
            self._hashed = _Hashed(path.open("rb", buffering=0), progress)
            plain = io.BufferedReader(cast("io.RawIOBase", self._hashed), BLOCK)
            packed = inflate and plain.peek(2).startswith(_GZIP)
            inflated = _Inflated(plain, self._hashed, self.name) if packed else None
            self.reader = io.BufferedReader(cast("io.RawIOBase", inflated), BLOCK) if inflated else plain
        except OSError as error:
            self.unreadable(error)

    def unreadable(self, error: OSError) -> NoReturn:
        """Raise the `SourceError` for a file that the system does not give."""
        self.fail(f"the export can't be read: {error.strerror}.", "Check the path.")

    def fail(self, message: str, remedy: str | None = None) -> NoReturn:
        """Raise a `SourceError` about this file."""
        raise SourceError(message, at=Location(self.name), remedy=remedy)

    def head(self, size: int = 16) -> bytes:
        """The first bytes, which stay to be read."""
        return self.reader.peek(size)

    def drain(self) -> None:
        """Read what is left, so that the hash is that of the whole file."""
        while self.reader.read(BLOCK):
            pass

    @property
    def sha256(self) -> str:
        """The hash of the bytes read so far, as they are on disk: of the file, once it has been read to its end."""
        return self._hashed.sha256

    def close(self) -> None:
        """Close the file."""
        self.reader.close()


def hash_of(path: Path, progress: OnRead | None = None) -> str:
    """The hash of a file that a library reads by itself. Raises `SourceError` for one that can't be opened."""
    raw = RawInput(path, progress, inflate=False)
    try:
        raw.drain()
    except OSError as error:
        raw.unreadable(error)
    finally:
        raw.close()
    return raw.sha256


class _Hashed(io.RawIOBase):
    """A raw file that hashes and counts what is read from it."""

    def __init__(self, raw: io.FileIO, progress: OnRead | None) -> None:
        self._raw = raw
        self._hash = hashlib.sha256()
        self.count = 0
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
            self.count += count
            if self._progress:
                self._progress(self.count)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Inflated(io.RawIOBase):
    """What a gzip file holds, of one member or of several, a block at a time."""

    def __init__(self, source: io.BufferedIOBase, hashed: _Hashed, name: str) -> None:
        self._source, self._hashed, self._name = source, hashed, name
        self._inflate = zlib.decompressobj(wbits=31)
        self._waiting = b""
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._next(len(buffer))
        self._given += len(data)
        if self._given > FREE and self._given > MAX_RATIO * self._hashed.count:
            message = f"the compressed file grows to more than {MAX_RATIO} times its size."
            raise SourceError(message, at=Location(self._name), remedy="Unpack it yourself, if you trust it.")
        buffer[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        while True:
            if self._inflate.eof:
                self._waiting = (self._inflate.unused_data or self._source.read(BLOCK)).lstrip(b"\0")
                if not self._waiting:
                    return b""
                self._inflate = zlib.decompressobj(wbits=31)
            elif not self._waiting:
                self._waiting = self._source.read(BLOCK)
                if not self._waiting:
                    self._refuse()
            try:
                data = self._inflate.decompress(self._waiting, size)
            except zlib.error:
                self._refuse()
            self._waiting = self._inflate.unconsumed_tail
            if data:
                return data

    def _refuse(self) -> NoReturn:
        message = "the file is damaged: what gzip packed can't be unpacked to its end."
        raise SourceError(message, at=Location(self._name), remedy="Was it copied whole?") from None

    def close(self) -> None:
        self._source.close()
        super().close()
