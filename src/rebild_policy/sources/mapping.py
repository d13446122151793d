"""Reading a mapping file: its shape, then its meaning against the vocabulary, every error with file and line."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from rebild_policy.documents import DocumentReader, List, Map, read_document
from rebild_policy.errors import MappingError, did_you_mean
from rebild_policy.sources.checks import Checker
from rebild_policy.sources.shapes import EventMapping, FieldSource, Mapping

__all__ = ["Mapping", "load_mapping"]


def load_mapping(path: Path | str) -> Mapping:
    """Read a mapping file and check it against the vocabulary.

    Raises `MappingError` with file and line, and the nearest right name where one is wrong.
    """
    path = Path(path)
    reader, document = read_document(path, MappingError)
    _read_parts(reader, document)
    mapping = reader.model(document, Mapping)
    Checker(mapping, reader, document).check()
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return mapping.came_from(reader.name, sha256, dict(document["columns"].lines))


def _read_parts(reader: DocumentReader, document: Map) -> None:
    """Check the innermost parts first, each as its own model: a misspelt key is then compared with the right keys."""
    known = [field.alias or name for name, field in Mapping.model_fields.items()]
    for key, line in document.lines.items():
        if key not in known:
            reader.fail(f"unknown key '{key}'.", line, did_you_mean(key, known))
    activities = [events for events in _values(document.get("activities")) if isinstance(events, List)]
    for event in (event for events in activities for event in events):
        if isinstance(event, Map):
            _read_sources(reader, event.get("set"))
            reader.model(event, EventMapping)
    _read_sources(reader, document.get("case"))


def _read_sources(reader: DocumentReader, sources: Any) -> None:
    for source in _values(sources):
        if isinstance(source, Map):
            reader.model(source, FieldSource)


def _values(part: Any) -> list[Any]:
    if isinstance(part, Map):
        return list(part.values())
    return part if isinstance(part, List) else []
