"""What Hypothesis loads when it is imported, so that `st.from_type(Case)` and `st.from_type(DecisionMade)` work.

Hypothesis does so wherever the package is installed. So this loads none of the facts: it is told of their classes.
"""

from __future__ import annotations

from hypothesis import strategies as st

from rebild_policy.registration import listen
from rebild_policy.strategies import for_type


def register() -> None:
    """Have a strategy for the case and for every event type, those of users included."""
    listen(lambda class_: st.register_type_strategy(class_, for_type))
