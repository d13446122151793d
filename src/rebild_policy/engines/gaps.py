"""What engines can't run, named, and why. Everything else of the language runs on every engine; a test holds them to it."""

from __future__ import annotations

from typing import NamedTuple


class Gap(NamedTuple):
    """Something of the language, or a size, that an engine refuses."""

    engine: str
    what: str
    why: str


GAPS: tuple[Gap, ...] = (
    Gap(
        "durable",
        "a condition that two lists of ids have nothing in common, such as `x.about != y.about`",
        "a list stands as one fact for each id, and a pattern can say of two facts that one id is in both, but not of all at "
        "once that none is; one list against one id runs, as a fact for each gap between the ids",
    ),
    Gap(
        "durable",
        "a condition between two events that falls into more than 24 cases",
        "`or` becomes a pattern for each case, since nested `$and` and `$or` are evaluated wrongly",
    ),
    Gap(
        "durable",
        "more than 28 comparisons between two events in one case of a condition",
        "the library has room for 32 expressions in a pattern, with those around them",
    ),
    Gap(
        "durable",
        "a case that makes more than 100,000 facts",
        "the library tells facts apart by a 32-bit hash of their ids, and up to 500,000 of ours differ",
    ),
)
