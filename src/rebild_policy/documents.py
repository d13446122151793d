"""YAML files with line numbers: plain dicts, lists and scalars that remember where they stood.

The subset is small on purpose: no anchors, aliases or tags (so no bomb can grow), no duplicate keys; a plain scalar is
true, false, null, a whole number, a decimal number, a date (2026-01-05) or a text. `no` and `on` are texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from rebild_policy.errors import Location, PolicyError, did_you_mean, shown

MAX_BYTES = 1_000_000
MAX_DEPTH = 30
_Loader: Any = getattr(yaml, "CLoader", yaml.Loader)  # libyaml where it is there: ten times as fast
_NUMBER = re.compile(r"[-+]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[-+]?\d+\.\d+", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_BEFORE_NUMBERS = frozenset("0123456789+-")  # nothing else begins a number or a date
_DIGITS = 18  # what fits in 64 bits; a longer number is an id
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}

Model = TypeVar("Model", bound=BaseModel)


class Map(dict[str, Any]):
    """A mapping of a file: `line` is where it starts, `lines` where each key stands."""

    line: int
    lines: dict[str, int]


class List(list[Any]):
    """A list of a file: `line` is where it starts, `lines` where each item stands."""

    line: int
    lines: list[int]


class DocumentReader:
    """Reads one YAML file; every error is of the class `error` and carries file and line."""

    def __init__(self, name: str, error: type[PolicyError]) -> None:
        self.name = name
        self.error = error

    def read(self, text: str) -> Map:
        """The document, which must be a mapping."""
        if len(text) > MAX_BYTES:
            self.too_large()
        try:
            # Asked event by event: `yaml.parse` makes three calls of each.
            return self._document(iter(_Loader(text).get_event, None))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            if "nesting" in (error.problem or ""):  # newer readers give up by themselves, before we do
                self._too_deep(line)
            tabbed = text.splitlines()[line - 1 : line] if line else []
            indented = any(found.startswith("\t") or found.lstrip(" ").startswith("\t") for found in tabbed)
            remedy = "Indent with blanks and not with tabs." if indented else None
            return self.fail(f"this is not YAML: {error.problem or 'unreadable'}.", line, remedy)
        except yaml.YAMLError:
            return self.fail("this is not YAML that can be read.", 0, "Is it a text file in UTF-8?")

    def fail(self, message: str, line: int, remedy: str | None = None) -> NoReturn:
        """Raise the error for `line` of this file."""
        raise self.error(message, at=Location(self.name, line), remedy=remedy)

    def too_large(self) -> NoReturn:
        """Raise the error for a file of a size that no author writes."""
        self.fail("the file is larger than 1 MB.", 0, "Split it.")

    def _too_deep(self, line: int) -> NoReturn:
        self.fail(f"the file is nested deeper than {MAX_DEPTH} levels.", line)

    def _document(self, events: Iterator[Any]) -> Map:
        # Events, not composed nodes: the composer recurses in C and a thousand brackets take the process down.
        document = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and document is not None:
                self.fail("the file holds a second document.", _line(event), "Give it a file of its own.")
            if isinstance(event, yaml.MappingStartEvent):
                self._plain(event)
                document = self._map(event, events, 1)
            elif isinstance(event, yaml.NodeEvent):
                break
        return document or self.fail("the file does not hold a mapping (key: value).", 1)

    def _plain(self, event: Any) -> int:
        """The line of an event, which is no alias and has neither anchor nor tag."""
        line = _line(event)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self.fail("anchors and aliases are not read here.", line, "Write the value out.")
        if event.tag:
            self.fail("tags are not read here.", line, "Write the value without one.")
        return line

    def _value(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        line = self._plain(event)
        if depth > MAX_DEPTH:
            self._too_deep(line)
        if isinstance(event, yaml.MappingStartEvent):
            return self._map(event, events, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, events, depth)
        return event.value if event.style else self._scalar(event.value, line)

    def _list(self, start: Any, events: Iterator[Any], depth: int) -> List:
        found = List()
        found.line, found.lines = _line(start), []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.lines.append(_line(event))
            found.append(self._value(event, events, depth + 1))
        return found

    def _map(self, start: Any, events: Iterator[Any], depth: int) -> Map:
        found = Map()
        found.line, found.lines = _line(start), {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            line = self._plain(event)
            if not isinstance(event, yaml.ScalarEvent):
                self.fail("a key is a text.", line)
            if event.value in found:
                self.fail(f"the key '{event.value}' stands here twice.", line, "Remove one.")
            found.lines[event.value] = line
            found[event.value] = self._value(next(events), events, depth + 1)
        return found

    def _scalar(self, text: str, line: int) -> Any:
        try:
            return read_scalar(text)
        except ValueError:
            return self.fail(f"{text} is not a date.", line)

    def model(self, document: Map, model: type[Model]) -> Model:
        """`document` as a `model`; what does not fit is named with its line and the nearest right name."""
        try:
            return model.model_validate(document)
        except ValidationError as error:
            found = error.errors(include_url=False)
        wrong = min(found, key=lambda item: _says_little(item["type"], known_place(document, item["loc"])))
        place = known_place(document, wrong["loc"])
        line = line_of(document, place)
        if wrong["type"] == "extra_forbidden":
            name = str(wrong["loc"][-1])
            self.fail(f"unknown key '{name}'.", line, did_you_mean(name, _keys(model, document, place[:-1])))
        if wrong["type"] == "missing":
            place = (*place, wrong["loc"][-1])
        where = ".".join(str(part) for part in place)
        message = wrong["msg"].removeprefix("Value error, ").rstrip(".")
        return self.fail(f"{where}: {message}." if where else f"{message}.", line)


def read_scalar(text: str) -> Any:
    """What a plain scalar stands for. ValueError for one of the shape of a date that is none."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[:1] not in _BEFORE_NUMBERS:
        return text
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    if _NUMBER.fullmatch(text):
        return int(text) if len(text) <= _DIGITS else text
    return float(text) if _DECIMAL.fullmatch(text) else text


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


def read_document(path: Path, error: type[PolicyError]) -> tuple[DocumentReader, Map]:
    """The YAML file at `path` and the reader that knows its lines. Raises `error` for what can't be read."""
    reader = DocumentReader(shown(path), error)
    try:
        if path.stat().st_size > MAX_BYTES:
            reader.too_large()
        data = path.read_bytes()
    except OSError as failure:
        reader.fail(f"the file can't be read: {failure.strerror}.", 0)
    try:
        return reader, reader.read(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        reader.fail("the file is not text in UTF-8.", 0, "Save it as UTF-8.")


def line_of(document: Map | List, place: Sequence[str | int]) -> int:
    """The line of the part of `document` at `place`, or of the nearest part around it."""
    line, here = document.line, document
    for part in place:
        if isinstance(here, Map) and part in here.lines:
            line, here = here.lines[str(part)], here[str(part)]
        elif isinstance(here, List) and isinstance(part, int) and part < len(here):
            line, here = here.lines[part], here[part]
    return line


def known_place(document: Map | List, place: Sequence[str | int]) -> tuple[str | int, ...]:
    """The way through the document along `place`, in which pydantic also names the branches of unions.

    Where a branch has the name of a key, the way that reaches the last part is right, and else the longest.
    """

    @cache
    def way(start: int, *taken: str | int) -> tuple[bool, int, tuple[str | int, ...]]:
        here: Any = document
        for part in taken:
            here = here[part]
        steps = [
            number
            for number, part in enumerate(place)
            if number >= start
            and ((isinstance(here, Map) and part in here) or (isinstance(here, List) and part in range(len(here))))
        ]
        ways = [way(number + 1, *taken, place[number]) for number in steps]
        return max([(start == len(place), len(taken), taken), *ways], key=lambda found: found[:2])

    return way(0)[2]


def _says_little(kind: str, place: Sequence[str | int]) -> tuple[bool, int, bool]:
    """Which of several errors to tell: a name that does not exist, else the innermost, where a form was recognised."""
    return kind != "extra_forbidden", -len(place), kind.endswith("_type")


def _keys(model: type[BaseModel], document: Map, place: Sequence[str | int]) -> list[str]:
    """The keys that may stand at `place`: those of the model that fits most of what stands there."""
    models = [model]
    here: Any = document
    for part in place:
        here = here[part]
        if isinstance(part, str):
            # A part that is no field is a key of a dictionary.
            models = [inner for outer in models for field in _fields(outer, part) for inner in _models(field)] or models
    best = max(models, key=lambda one: sum(bool(_fields(one, key)) for key in here), default=model)
    return [field.alias or name for name, field in best.model_fields.items()]


def _fields(model: type[BaseModel], key: str) -> list[Any]:
    """The annotation of the field that a key stands for, if the model has it."""
    return [field.annotation for name, field in model.model_fields.items() if (field.alias or name) == key]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation names, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
