"""Hypothesis knows the case and every event type, without a word, and is not slowed down by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rebild_policy import Case, events
from rebild_policy.facts import Event
from rebild_policy.facts.base import REGISTRY

FRESH = """
import json, sys
from hypothesis import given, settings, strategies as st
light = sorted(name for name in sys.modules if name.partition(".")[0] in {"rebild_policy", "pydantic"})
from typing import Literal
from rebild_policy import Case, Event, events

class Own(Event):
    type: Literal["own"] = "own"

seen = []

@settings(deadline=None)  # a shared machine is slow at times
@given(st.from_type(Case), st.from_type(events.DecisionMade), st.from_type(Own), st.from_type(events.ReplySent))
def test(case, decision, own, reply):
    assert (type(decision), type(own), type(reply)) == (events.DecisionMade, Own, events.ReplySent)
    seen.append(len(case.events))

test()
print(json.dumps({"light": light, "longest": max(seen)}))
"""


def test_it_is_registered_by_an_entry_point() -> None:
    (entry,) = entry_points(group="hypothesis", name="rebild_policy")
    assert entry.value == "rebild_policy.strategies.registering:register"


@pytest.mark.parametrize("first", ["", "import rebild_policy.facts\n"])
def test_a_fresh_interpreter_draws_cases(first: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HYPOTHESIS_NO_PLUGINS"}
    command = [sys.executable, "-c", first + FRESH]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["longest"] > 6
    if not first:
        expected = ["", ".registration", ".strategies", ".strategies.registering", ".version"]
        assert found["light"] == [f"rebild_policy{name}" for name in expected]


@given(st.from_type(Case), st.from_type(events.MeetingHeld), st.from_type(Event))
def test_types_are_enough(case: Case, meeting: Event, event: Event) -> None:
    assert isinstance(case, Case)
    assert type(meeting) is events.MeetingHeld
    assert isinstance(event, Event)


@given(...)
def test_annotations_are_enough(case: Case, decision: events.DecisionMade) -> None:
    assert isinstance(case, Case)
    assert decision.type == "decision_made"


def test_an_event_of_ones_own_is_known_at_once() -> None:
    before = dict(REGISTRY)
    try:

        class Inspected(Event):
            """Somebody came and looked."""

            type: Literal["inspected"] = "inspected"

        @given(st.from_type(Inspected))
        def draw(event: Event) -> None:
            assert type(event) is Inspected

        draw()
    finally:
        REGISTRY.clear()
        REGISTRY.update(before)
