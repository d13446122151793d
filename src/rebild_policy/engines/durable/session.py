"""The one place that talks to the C module of durable-rules, and keeps it inside the profile in which it is safe.

What was found in its source, and what is done about it:

- One ruleset holds at most 1,024 live sids and crashes at the next: there is one sid, ever.
- Messages are kept by a 32-bit hash of their id: ids are short and counted (e0, e1, ...), which do not collide up to 500,000.
- A batch stops without a word at a number or text that it can't read: only whole numbers well inside 63 bits are written, and
  every batch ends with a fact of its own, which must fire. Where the first fact can't be read, the state that is handed back was
  never set: every batch begins with such a fact, too.
- A fact that fed more than 64 branches fails half-way: boards hold fewer, and any return code but 0 is an error here.
- `delete_state` frees what was never set on a sid that never fired: the fact at the end of a batch has fired before.
- A retracted fact looks for itself in the frames of rules that fired with it, and reads past the end of a frame from which
  another fact was taken before: where rules fire with several facts, the state is deleted as a whole instead.
- Negation does not look back: facts that may fill a negated place are asserted before those that ask for it, and all are
  retracted in reverse.
- Rulesets do not free the states of their sids: the state is deleted before its ruleset.
- Nothing here starts a thread; the host of durable-rules would.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Sequence
from threading import RLock
from typing import Any, Final, TypeAlias

import durable_rules_engine as rete

from rebild_policy.errors import EngineError

END: Final = "end"  # the rule that fires for the first and the last fact of a batch
LAST: Final = "z"  # a property of those two, and of no other
_FRAME, _FRAMES = f'"{LAST}":1', 2
MOST_FACTS: Final = 100_000
MOST_AT_ONCE: Final = 60_000  # frames that one call hands over; the C code keeps the number in 16 bits
LOCK: Final = RLock()
_SID: Final = "1"

Fired: TypeAlias = dict[str, list[dict[str, Any]]]  # rule -> the facts by alias, for each time it fired


class Session:
    """One ruleset and its one sid. `put` and `retract` are called under `LOCK`, in turns, and end clean or not at all."""

    def __init__(self, name: str, rules: dict[str, Any], *, whole: bool) -> None:
        rules = {**rules, END: {"cap": MOST_AT_ONCE, "all": [{"M": {LAST: 1}}]}}
        self._handle: int = rete.create_ruleset(name, json.dumps(rules))
        self._whole = whole
        self._asserted: list[str] = []
        self._live = [False]  # a state is there, and has fired
        self._free = weakref.finalize(self, _free, self._handle, self._live)

    def close(self) -> None:
        """Give the memory back."""
        self._free()

    def abandon(self) -> None:
        """Leave a ruleset that is not clean: what it holds is lost, and nothing in it is touched again."""
        self._free.detach()

    @property
    def asserted(self) -> bool:
        """Are there facts to take back?"""
        return bool(self._asserted)

    def put(self, facts: Sequence[str]) -> Fired:
        """Assert facts, given as the inside of JSON objects, and say which rules fired."""
        start = len(self._asserted)
        if start + len(facts) + _FRAMES > MOST_FACTS:
            raise EngineError(f"a case makes more than {MOST_FACTS:,} facts for durable.", remedy="Use another engine.")
        framed = (_FRAME, *facts, _FRAME)
        batch = [f'{{"id":"e{number}","sid":"{_SID}",{fact}}}' for number, fact in enumerate(framed, start)]
        self._asserted += [f'{{"id":"e{number}","sid":"{_SID}"}}' for number in range(start, start + len(batch))]
        code, state = rete.assert_facts(self._handle, f"[{','.join(batch)}]")
        fired = self._drained(state) if code == 0 else {}
        if len(fired.pop(END, ())) != _FRAMES:
            raise EngineError(f"durable-rules did not take all facts of a case (code {code}).")
        return fired

    def _drained(self, state: int) -> Fired:
        fired: Fired = {}
        found = rete.start_action_for_state(self._handle, state)
        message = found[1] if found else None
        while message is not None:
            for rule, frames in json.loads(message).items():
                fired.setdefault(rule, []).extend(frames)
            message = rete.complete_and_start_action(self._handle, state)
        self._live[0] = True
        return fired

    def retract(self) -> None:
        """Take back what was asserted, the last first."""
        if self._whole:
            rete.delete_state(self._handle, _SID)
            self._live[0] = False
        else:
            code, _ = rete.retract_facts(self._handle, f"[{','.join(reversed(self._asserted))}]")
            if code != 0:
                raise EngineError(f"durable-rules did not give back all facts of a case (code {code}).")
        self._asserted.clear()


def _free(handle: int, live: list[bool]) -> None:
    if live[0]:
        rete.delete_state(handle, _SID)
    rete.delete_ruleset(handle)
