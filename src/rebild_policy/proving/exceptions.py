"""What the proof of a rule set leaves out: the file `exceptions.yaml` of a folder of rules, each entry with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from rebild_policy.documents import line_of, read_document
from rebild_policy.errors import Location, RuleError
from rebild_policy.rulefiles import ExceptionsShape


class Place(NamedTuple):
    """A condition, a part of one, or a quantifier: the rule or the term that it stands in, where, and its words."""

    owner: str
    where: str
    text: str


class Point(NamedTuple):
    """A place and a value that it should be seen to have: true, false, unknown or open."""

    place: Place
    value: str


@dataclass(frozen=True)
class Exceptions:
    """Truths that no example can show, mutants that mean the same, and remarks that stand; each with where it is written."""

    points: dict[Point, Location] = field(default_factory=dict)
    equivalent: dict[str, Location] = field(default_factory=dict)
    accepted: dict[tuple[str, str], Location] = field(default_factory=dict)


def load_exceptions(folder: Path) -> Exceptions:
    """The exceptions of a folder of rules; none where it has no such file. Raises `RuleError` with file and line."""
    path = folder / "exceptions.yaml"
    if not path.exists():
        return Exceptions()
    reader, document = read_document(path, RuleError)
    shape = reader.model(document, ExceptionsShape)

    def at(key: str, number: int) -> Location:
        return Location(reader.name, line_of(document, (key, number)))

    return Exceptions(
        points={
            Point(Place(item.rule, item.place, item.text), item.value): at("unreachable", number)
            for number, item in enumerate(shape.unreachable)
        },
        equivalent={item.mutant: at("equivalent", number) for number, item in enumerate(shape.equivalent)},
        accepted={(item.check, item.about): at("accepted", number) for number, item in enumerate(shape.accepted)},
    )
