"""Every error of the library, in one tree.

    PolicyError                   anything that the library refuses, with a place and a remedy
    ├── RuleError                 a rule, terms, parameter or statement file
    │   ├── ExpressionError       a condition that is not in the language, or does not fit the vocabulary
    │   └── ParameterError        a parameter without a value, or with a wrong one
    ├── FactError                 what is said about a case
    │   ├── CaseError             a case that can't be read
    │   └── CoverageError         a coverage that names something unknown
    ├── SourceError               an export that can't be read
    │   └── MappingError          a mapping file, or a mapping that doesn't fit the export
    ├── EngineError               a node that an engine can't run
    │   └── DisagreementError     two engines judged the same case differently
    └── UsageError                a wrong argument

Each says what is wrong, where (file:line, or a row), and what to do about it. No message repeats a value of a case: it may
be about a citizen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from rebild_policy.privacy import redact


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file: `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class PolicyError(Exception):
    """Base of all errors of the library. `str(error)` is one line: place, what is wrong, what to do."""

    def __init__(self, message: str, *, at: Location | None = None, remedy: str | None = None) -> None:
        self.message = redact(message)
        self.at = at
        self.remedy = remedy
        super().__init__(self.message)

    def __str__(self) -> str:
        where = f"{self.at}: " if self.at else ""
        return redact(f"{where}{self.message}" + (f" {self.remedy}" if self.remedy else ""))


class RuleError(PolicyError):
    """A rule, terms, parameter or statement file is wrong."""


class ExpressionError(RuleError):
    """A condition is not in the language, or names something that the vocabulary does not have."""


class ParameterError(RuleError):
    """A parameter is unknown, has no value on the day asked for, or a value that can't be used."""


class FactError(PolicyError):
    """What is said about a case can't be understood."""


class CaseError(FactError):
    """A case can't be read."""


class CoverageError(FactError):
    """A coverage names an event type or a field that does not exist."""


class SourceError(PolicyError):
    """An export can't be read."""


class MappingError(SourceError):
    """A mapping file is wrong, or does not fit the export."""


class EngineError(PolicyError):
    """An engine can't run a plan."""


class DisagreementError(EngineError):
    """Two engines judged the same case differently."""


class UsageError(PolicyError):
    """The library was called with a wrong argument."""


_FEW = 8


def did_you_mean(name: str, choices: Iterable[str]) -> str | None:
    """A remedy naming the nearest of `choices`, or listing a few of them where none is near."""
    names = sorted(set(choices))
    if not names:
        return None
    # A transposed or missing letter in a short name scores about 75; unrelated words stay well below.
    nearest = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=65)
    if nearest:
        return f"Did you mean '{nearest[0]}'?"
    few = ", ".join(names[:_FEW])
    return f"Known: {few}, …" if len(names) > _FEW else f"Known: {few}."


def shown(path: Path | str) -> str:
    """`path` as errors name it: relative to the working directory where it lies below it."""
    path = Path(path)
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
