"""Strategies for Hypothesis: cases of every kind, drawn by the generator that also serves the self-test.

    from rebild_policy import Policy
    from rebild_policy.strategies import violating_cases

    @given(violating_cases(Policy.rebild(), rule="decision-without-hearing"))
    def test_my_system_sees_it(drawn):
        assert my_system.warns(drawn.case, on=drawn.as_of)

`CaseMachine` tests a system by sequences of actions. Importing this package loads none of its parts; each is loaded when it is
first named.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from rebild_policy.strategies.aimed import CaseAsOf
    from rebild_policy.strategies.machine import CaseMachine
    from rebild_policy.strategies.public import (
        cases,
        compliant_cases,
        events,
        pending_cases,
        undetermined_cases,
        violating_cases,
    )

_HOMES = {
    "CaseAsOf": "aimed",
    "CaseMachine": "machine",
    "cases": "public",
    "compliant_cases": "public",
    "events": "public",
    "pending_cases": "public",
    "undetermined_cases": "public",
    "violating_cases": "public",
}

__all__ = [
    "CaseAsOf",
    "CaseMachine",
    "cases",
    "compliant_cases",
    "events",
    "pending_cases",
    "undetermined_cases",
    "violating_cases",
]


def for_type(class_: type) -> "SearchStrategy[Any]":
    """A strategy for the case or a class of events: what `st.from_type` gives."""
    public = import_module(f"{__name__}.public")
    found: SearchStrategy[Any] = public.cases() if class_.__name__ == "Case" else public.events(class_)
    return found


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
