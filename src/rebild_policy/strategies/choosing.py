"""Where the generator's choices come from: a random number generator, at speed, or Hypothesis, with shrinking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chooser(Protocol):
    """Where the generator's choices come from."""

    def integer(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`, each as likely; the first is the simplest."""

    def chance(self, probability: float) -> bool:
        """True with a probability; false is the simpler."""

    def group(self, make: Callable[[Chooser], T]) -> T:
        """What `make` makes, by choices that belong together: they can be left out as one."""


class RandomChooser:
    """Choices of a random number generator."""

    __slots__ = ("_next",)

    def __init__(self, random: Random) -> None:
        self._next = random.random

    def integer(self, low: int, high: int) -> int:
        """See `Chooser`."""
        return low + int(self._next() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """See `Chooser`."""
        return options[int(self._next() * len(options))]

    def chance(self, probability: float) -> bool:
        """See `Chooser`."""
        return self._next() < probability

    def group(self, make: Callable[[Chooser], T]) -> T:
        """See `Chooser`."""
        return make(self)


class SimplestChooser:
    """Always the simplest choice."""

    def integer(self, low: int, high: int) -> int:  # noqa: ARG002
        """See `Chooser`."""
        return low

    def pick(self, options: Sequence[T]) -> T:
        """See `Chooser`."""
        return options[0]

    def chance(self, probability: float) -> bool:  # noqa: ARG002
        """See `Chooser`."""
        return False

    def group(self, make: Callable[[Chooser], T]) -> T:
        """See `Chooser`."""
        return make(self)
