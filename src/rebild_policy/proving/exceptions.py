"""What the proof of a rule set leaves out: the file `exceptions.yaml` of a folder of rules, each entry with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rebild_policy.documents import line_of, read_document
from rebild_policy.errors import Location, RuleError
from rebild_policy.rulefiles import ExceptionsShape

PointKey = tuple[tuple[str, str, str], str]  # ((rule or term, place, text), value): equal to a point of the coverage


@dataclass(frozen=True)
class Exceptions:
    """Truths that no example can show, mutants that mean the same, and remarks that stand; each with where it is written."""

    points: dict[PointKey, Location] = field(default_factory=dict)
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
            ((item.rule, item.place, item.text), item.value): at("unreachable", number)
            for number, item in enumerate(shape.unreachable)
        },
        equivalent={item.mutant: at("equivalent", number) for number, item in enumerate(shape.equivalent)},
        accepted={(item.check, item.about): at("accepted", number) for number, item in enumerate(shape.accepted)},
    )
