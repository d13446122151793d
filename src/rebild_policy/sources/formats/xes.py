"""XES, the XML format of event logs, event by event.

An attribute of an event is a column of its name; one of its trace is `case:` and the name, as other tools write it too.
Attributes of attributes, defaults (`global`) and classifiers are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rebild_policy.errors import Location, SourceError
from rebild_policy.sources.formats.markup import Start, blocks_of, elements
from rebild_policy.sources.raw import OnRead, RawInput
from rebild_policy.sources.records import FIRST_ROW, Reader, Record, Unreadable, rows_of
from rebild_policy.sources.shapes import Mapping

_ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id"}
_TWICE = Unreadable("the log gives a value to one name twice")
_Values = dict[str, object]


def open_reader(path: Path, mapping: Mapping, progress: OnRead | None) -> Reader:
    """The events of a log. Raises `SourceError`, and `MappingError` where no event has a mapped attribute."""
    raw = RawInput(path, progress)
    records = enumerate(_Log(raw.name).events(blocks_of(raw)), FIRST_ROW)
    return Reader(raw.name, rows_of(records, mapping, raw.name), lambda: raw.sha256, raw.close)


class _Log:
    """Walks a log: `inside` names the open elements below the root."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._inside: list[str] = []
        self._trace: _Values = {}
        self._event: _Values = {}
        self._has_events = False

    def events(self, blocks: Iterator[bytes]) -> Iterator[Record]:
        """Each event with the attributes of its trace."""
        found = elements(blocks, self._name)
        root = next(found)
        if root.tag != "log":
            raise SourceError(
                "the XML file is no XES log.", at=Location(self._name), remedy="Does the mapping's 'format' fit it?"
            )
        for element in found:
            if isinstance(element, Start):
                self._begin(element)
                self._inside.append(element.tag)
            elif self._inside:
                self._inside.pop()
                if element.tag == "event" and self._inside in ([], ["trace"]):
                    yield {**self._event, **(self._trace if self._inside else {})}

    def _begin(self, element: Start) -> None:
        match self._inside, element.tag:
            case [], "trace":
                self._trace, self._has_events = {}, False
            case [] | ["trace"], "event":
                self._event, self._has_events = {}, True
            case ["trace", "event"] | ["event"], tag if tag in _ATTRIBUTES:
                _note(self._event, "", element.attributes)
            case ["trace"], tag if tag in _ATTRIBUTES:
                if self._has_events:
                    message = "a trace names an attribute after its events."
                    raise SourceError(message, at=Location(self._name), remedy="XES puts the attributes of a trace first.")
                _note(self._trace, "case:", element.attributes)


def _note(values: _Values, prefix: str, attributes: dict[str, str]) -> None:
    name = prefix + attributes.get("key", "")
    values[name] = _TWICE if name in values else attributes.get("value")
