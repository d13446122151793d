"""What a person sees when a command fails."""

from __future__ import annotations

import sys
import traceback

from rebild_policy.errors import EngineError, PolicyError

WRONG_USE, RUN_FAILED = 2, 3


def report(error: Exception) -> int:
    """Print an error and give the exit code: 2 for wrong use or unreadable input, 3 where the run itself failed."""
    if isinstance(error, PolicyError):
        print(f"rebild-policy: {error}", file=sys.stderr)
        return RUN_FAILED if isinstance(error, EngineError) else WRONG_USE
    if isinstance(error, OSError):
        name = f" ({error.filename})" if error.filename else ""
        print(f"rebild-policy: {error.strerror or 'a file could not be used'}{name}.", file=sys.stderr)
        return WRONG_USE
    place = traceback.extract_tb(error.__traceback__)[-1]
    # The message and the traceback are left out: they could repeat what stands in a case.
    print(
        f"rebild-policy: an unexpected {type(error).__name__} in {place.name}, line {place.lineno} of "
        f"{place.filename.rpartition('/')[2]}. Please report it with this line.",
        file=sys.stderr,
    )
    return RUN_FAILED
