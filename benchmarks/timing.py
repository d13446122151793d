"""Paired timing: two pieces of work in turns, A B A B, and their ratio taken pair by pair.

A machine that slows down for a while slows both halves of a pair, so the ratio is steady where the times are not. Work in this
process is timed by what it takes of the processor, since others that run at the same time would fall on one half of a pair.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import get_clock_info, perf_counter, process_time
from typing import TypeVar

T = TypeVar("T")
Timed = Callable[[], float]

# Where the processor's time is counted in ticks of milliseconds, as on Windows, it would tell nothing.
clock = process_time if get_clock_info("process_time").resolution < 1e-6 else perf_counter


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of repeated figures, with the least and the greatest."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """The spread of at least one figure."""
        return cls(median(figures), min(figures), max(figures))


@dataclass(frozen=True, slots=True)
class Paired:
    """The seconds of two pieces of work timed in turns; `ratio` is first over second, `difference` first less second."""

    first: Spread
    second: Spread
    ratio: Spread
    difference: Spread


def timed(work: Callable[[T], object], prepare: Callable[[], T]) -> Timed:
    """One run of `work` on what `prepare` makes for it; only the work is timed."""

    def run() -> float:
        prepared = prepare()
        start = clock()
        work(prepared)
        return clock() - start

    return run


def paired(first: Timed, second: Timed, rounds: int) -> Paired:
    """Time both in turns, `rounds` times, after one round that does not count."""
    with _no_collection():
        first(), second()
        pairs = [(first(), second()) for _ in range(rounds)]
    return Paired(
        first=Spread.of([one for one, _ in pairs]),
        second=Spread.of([other for _, other in pairs]),
        ratio=Spread.of([one / other for one, other in pairs]),
        difference=Spread.of([one - other for one, other in pairs]),
    )


def repeated(run: Timed, rounds: int) -> Spread:
    """Time one piece of work `rounds` times, after one run that does not count."""
    with _no_collection():
        run()
        return Spread.of([run() for _ in range(rounds)])


@contextmanager
def _no_collection() -> Iterator[None]:
    # Once, not before each run: a collection walks all objects and leaves none of the cases in the processor's cache.
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
