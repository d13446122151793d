"""Pseudonyms for cases, people and events: a keyed hash, so that only who has the key can make the same one again.

A hash without a key would be no protection: there are so few CPR numbers that all of them can be tried.
"""

from __future__ import annotations

import hmac
import os
from hashlib import sha256
from pathlib import Path
from typing import Literal, Self

from rebild_policy.errors import UsageError

VARIABLE = "env:"
SHORTEST, LONGEST = 16, 4096  # of a key, in bytes
_LENGTH = 20  # letters: 80 bits
_LETTERS = bytes.maketrans(b"0123456789abcdef", b"abcdefghijkmnpqr")  # no digits, which could look like a CPR number

Kind = Literal["case", "person", "event"]
# The fields of events that hold an employee's id.
PEOPLE = frozenset({"actor", "employee", "caseworker", "decided_by", "handled_by"})


class Pseudonyms:
    """Makes pseudonyms with one key."""

    def __init__(self, key: bytes) -> None:
        if not SHORTEST <= len(key) <= LONGEST:
            raise UsageError(
                f"the key of the pseudonyms has fewer than {SHORTEST} bytes, or more than {LONGEST}.",
                remedy="Make one: python -c 'import secrets; print(secrets.token_hex(32))'",
            )
        self._key = key

    @classmethod
    def read(cls, where: str) -> Self:
        """With the key of an environment variable (`env:NAME`) or of a file. Raises `UsageError`, which repeats neither."""
        if where.startswith(VARIABLE):
            key = os.environ.get(where.removeprefix(VARIABLE))
            if key is None:
                raise UsageError("the environment variable with the key of the pseudonyms is not set.")
            return cls(key.strip().encode())
        try:
            with Path(where).open("rb") as file:
                return cls(file.read(LONGEST + 2).strip())
        except (OSError, ValueError):
            # What was typed may be the key itself.
            remedy = "Name a file that holds the key, or env:NAME; the key itself does not belong on the command line."
            raise UsageError("the key of the pseudonyms can't be read.", remedy=remedy) from None

    def of(self, kind: Kind, text: str) -> str:
        """The pseudonym of an id: the same for the same id of a kind, wherever it stands."""
        digest = hmac.new(self._key, f"{kind}\0{text}".encode("utf-8", "surrogatepass"), sha256).hexdigest()
        return f"{kind[0]}-{digest[:_LENGTH].encode().translate(_LETTERS).decode()}"
