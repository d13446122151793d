"""Long self-tests: in pieces, on several cores, and taken up again where they were stopped.

A case follows from the seed, its number and the length of the run, so a run is the sum of its pieces, in whatever order and
wherever they are compared. What is done is written to a file after each piece; a run that is stopped loses the piece that it
was in.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from rebild_policy.errors import Location, UsageError, shown
from rebild_policy.loading import RuleSet
from rebild_policy.selftest.comparing import MOST_DIFFERENCES, SelftestResult, run
from rebild_policy.selftest.drawing import BLOCK

_PAGES = Path("/proc/self/statm")
_STATE = "rebild-policy selftest"
_Counts: TypeAlias = Mapping[str, Mapping[str, Mapping[str, int]]]


class Piece(NamedTuple):
    """The cases from a number on, and the size of the blocks that they are drawn in."""

    first: int
    cases: int
    block: int


class Memory(NamedTuple):
    """The resident memory of one process, in bytes, after it had compared some cases."""

    cases: int
    resident: int


@dataclass
class _State:
    """What is done of a run."""

    of: dict[str, Any]  # what the run is about; a file that says otherwise is of another
    done: list[int] = field(default_factory=list)  # the first numbers of the pieces
    seconds: float = 0.0
    counts: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)


def run_long(
    ruleset: RuleSet,
    engines: Sequence[str],
    cases: int,
    seed: int,
    *,
    jobs: int = 1,
    state: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[SelftestResult, tuple[Memory, ...]]:
    """Compare engines as `run` does, in pieces.

    `state` is a file that keeps what is done; where it is there already, the run is taken up. The second part of the answer
    is what one process held in memory as it went. Raises `UsageError` for a file of another run.
    """
    # Fifty pools of variants are enough for a long run: to build the plans of two hundred takes a quarter of its time.
    block = min(max(BLOCK, cases // 50), 4 * BLOCK)
    size = min(block, max(1, -(-cases // jobs)))
    about = {"seed": seed, "cases": cases, "engines": list(engines), "rules": ruleset.digest}
    kept = _State({**about, "piece": size})
    if state and state.exists():
        kept = _read(state, about)
    size = kept.of["piece"]
    pieces = [Piece(first, min(size, cases - first), block) for first in range(0, cases, size) if first not in kept.done]
    compared = cases - sum(piece.cases for piece in pieces)
    total, memory = _result(kept, engines, seed), list[Memory]()

    def told(more: int) -> None:
        if progress:
            progress(compared + more)

    for piece, result, holds in _compared(ruleset, engines, seed, pieces, jobs, told):
        compared += piece.cases
        total = _sum(total, result)
        if holds:
            memory.append(holds)
        if not result.differing:  # a piece with a difference is compared anew, so that a run taken up finds it again
            kept.done.append(piece.first)
            kept = replace(kept, seconds=kept.seconds + result.seconds, counts=_added(kept.counts, result.counts))
            _write(state, kept)
        told(0)
    return replace(total, cases=cases), tuple(memory)


# --------------------------------------------------------------------------------------------------------------- comparing
def _compared(
    ruleset: RuleSet, engines: Sequence[str], seed: int, pieces: list[Piece], jobs: int, told: Callable[[int], None]
) -> Iterator[tuple[Piece, SelftestResult, Memory | None]]:
    """The results of pieces as they come in, each with what its process holds."""
    if jobs == 1:
        held = _Holding()
        for piece in pieces:
            result = run(ruleset, engines, piece.cases, seed, told, first=piece.first, block=piece.block)
            yield piece, result, held.after(piece)
        return
    # Started anew, not forked: a fork would share the handles of the C library of the engine 'durable'.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        left = iter(pieces)
        waiting = {pool.submit(_piece, ruleset, engines, seed, piece) for piece in islice(left, 2 * jobs)}
        while waiting:
            finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                waiting |= {pool.submit(_piece, ruleset, engines, seed, piece) for piece in islice(left, 1)}
                yield future.result()


def _piece(ruleset: RuleSet, engines: Sequence[str], seed: int, piece: Piece) -> tuple[Piece, SelftestResult, Memory | None]:
    result = run(ruleset, engines, piece.cases, seed, first=piece.first, block=piece.block)
    return piece, result, _HERE.after(piece)


class _Holding:
    """How many cases this process has compared, and what it holds."""

    def __init__(self) -> None:
        self.cases = 0

    def after(self, piece: Piece) -> Memory | None:
        """What is held once a piece is compared; None where the system does not say."""
        self.cases += piece.cases
        resident = resident_memory()
        return Memory(self.cases, resident) if resident else None


_HERE = _Holding()  # of a process that compares pieces for another


def resident_memory() -> int | None:
    """The bytes of memory that this process holds; None where the system does not say."""
    try:
        return int(_PAGES.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None


# ------------------------------------------------------------------------------------------------------------------ adding
def _sum(one: SelftestResult, other: SelftestResult) -> SelftestResult:
    """The results of two pieces as one."""
    known = {(difference.rule, difference.engine) for difference in one.differences}
    new = [found for found in other.differences if (found.rule, found.engine) not in known]
    return replace(
        other,
        seconds=one.seconds + other.seconds,
        counts=_added(one.counts, other.counts),
        differing=one.differing + other.differing,
        differences=(*one.differences, *new)[:MOST_DIFFERENCES],
    )


def _added(one: _Counts, other: _Counts) -> dict[str, dict[str, dict[str, int]]]:
    def of(engine: str, rule: str) -> dict[str, int]:
        tally = Counter(one.get(engine, {}).get(rule, {}))
        tally.update(other[engine][rule])
        return dict(sorted(tally.items()))

    return {engine: {rule: of(engine, rule) for rule in rules} for engine, rules in other.items()}


def _result(state: _State, engines: Iterable[str], seed: int) -> SelftestResult:
    """What a state says was seen."""
    return SelftestResult(seed, 0, state.seconds, tuple(dict.fromkeys(("reference", *engines))), state.counts, 0, ())


# ------------------------------------------------------------------------------------------------------------------- state
def _read(path: Path, about: dict[str, Any]) -> _State:
    """What a file says is done of a run."""
    at = Location(shown(path))
    try:
        found = json.loads(path.read_text(encoding="utf-8"))[_STATE]
        state = _State(found["of"], found["done"], found["seconds"], found["counts"])
        piece = int(state.of["piece"])
    except (OSError, ValueError, TypeError, KeyError):
        raise UsageError("this is no file of a self-test.", at=at, remedy="Name another with --resume.") from None
    if state.of != {**about, "piece": piece}:
        raise UsageError("this file is of another run.", at=at, remedy="Seed, cases, engines and rules must be the same.")
    return state


def _write(path: Path | None, state: _State) -> None:
    """Write what is done, in one step: a run that is stopped here leaves the file of before."""
    if path is None:
        return
    document = {_STATE: {"of": state.of, "done": sorted(state.done), "seconds": state.seconds, "counts": state.counts}}
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(document), encoding="utf-8")
    new.replace(path)
