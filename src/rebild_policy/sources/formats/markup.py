"""XML as a stream of elements, for files that nobody vouches for.

A document type is refused, and with it every entity, so that nothing can grow and nothing is fetched. No element is held
longer than it is read; depth, the length of a tag and the length of a text are bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from rebild_policy.errors import Location, SourceError
from rebild_policy.sources.raw import BLOCK, RawInput
from rebild_policy.sources.records import MAX_FIELD

MAX_DEPTH = 100
MAX_TAG = 8 * MAX_FIELD  # bytes without a single tag or text being finished


class Start(NamedTuple):
    """An element begins."""

    tag: str  # without its prefix
    attributes: dict[str, str]


class End(NamedTuple):
    """An element ends; `text` is what stood in it since the last tag, cut off where it is too long for a field."""

    tag: str
    text: str


def elements(blocks: Iterable[bytes], name: str) -> Iterator[Start | End]:
    """The elements of a document, in order. Raises `SourceError` for what is no XML, or no XML to be trusted."""
    walker = _Walker(name)
    for block in blocks:
        yield from walker.feed(block)
    yield from walker.feed(b"", last=True)


def blocks_of(raw: RawInput) -> Iterator[bytes]:
    """What a file holds, block by block. Raises `SourceError` where the system does not give it."""
    try:
        while block := raw.reader.read(BLOCK):
            yield block
    except OSError as error:
        raw.unreadable(error)


class _Walker:
    def __init__(self, name: str) -> None:
        self._name = name
        self._found: list[Start | End] = []
        self._text: list[str] = []
        self._length = self._depth = self._unfinished = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.CommentHandler = self._pass
        self._parser.ProcessingInstructionHandler = self._pass
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def feed(self, block: bytes, *, last: bool = False) -> list[Start | End]:
        """The elements that a block finishes."""
        self._found = []
        self._unfinished += len(block)
        try:
            self._parser.Parse(block, last)
        except expat.ExpatError as error:
            self._fail(f"the file is not well-formed XML: see line {error.lineno}.", "Was it copied whole?")
        if self._unfinished > MAX_TAG:
            self._fail(f"a tag of the XML file is longer than {MAX_TAG} bytes.", "Was it written by a case system?")
        return self._found

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._unfinished = 0
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"the XML file is nested more than {MAX_DEPTH} deep.", "Was it written by a case system?")
        self._text, self._length = [], 0
        self._found.append(Start(tag.rpartition(":")[2], attributes))

    def _end(self, tag: str) -> None:
        self._unfinished = 0
        self._depth -= 1
        self._found.append(End(tag.rpartition(":")[2], "".join(self._text)))
        self._text, self._length = [], 0

    def _characters(self, text: str) -> None:
        self._unfinished = 0
        if self._length <= MAX_FIELD:
            self._text.append(text)
            self._length += len(text)

    def _pass(self, *_: str) -> None:
        self._unfinished = 0

    def _refuse_doctype(self, *_: object) -> None:
        self._fail("the XML file declares a document type.", "Take the DOCTYPE out, if you trust the file.")

    def _fail(self, message: str, remedy: str) -> NoReturn:
        raise SourceError(message, at=Location(self._name), remedy=remedy)
