"""Something told when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Told = TypeVar("Told")


class Lazily(Generic[Told]):
    """Something told when it is asked for. Any two are equal: a finding is told apart by what it says."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], Told]) -> None:
        self.make = make

    def __call__(self) -> Told:
        """Make it."""
        return self.make()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lazily)

    def __hash__(self) -> int:
        return hash(Lazily)
