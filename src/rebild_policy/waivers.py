"""Accepted deviations: the file in which a municipality says which ones it has accepted, why, who did, and until when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from rebild_policy.documents import read_document
from rebild_policy.errors import RuleError
from rebild_policy.rulefiles import Day, Name, Shape, Words

Id = Annotated[str, Field(min_length=1, max_length=200)]


class Waiver(Shape):
    """A deviation that is accepted: of one rule, in a case or of one event of it that the rule starts from.

    `expires` is the last day, by the as-of day, on which it is accepted.
    """

    rule: Name
    case: Id
    trigger: Id | None = None
    reason: Words
    approved_by: Words
    expires: Day


class WaiversShape(Shape):
    """A file of waivers."""

    waivers: list[Waiver]


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """The waivers in a file. Raises `RuleError` with file and line."""
    reader, document = read_document(path, RuleError)
    return tuple(reader.model(document, WaiversShape).waivers)
