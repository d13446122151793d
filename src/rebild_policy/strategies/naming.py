"""Cases written short, and other ids for a case and its events: e0, e1, … in source order, with the links that name them.

A link to an event that is not there names nobody afterwards: it must not come to name another event.
"""

from __future__ import annotations

from typing import Any

from rebild_policy.facts import Case, Event, vocabulary
from rebild_policy.strategies.pools import CASE_IDS, NOBODY


def renamed(case: Case) -> Case:
    """The case, called c1, with its events called e0, e1, … in source order, and its links after them."""
    names = {event.id: f"e{number}" for number, event in enumerate(case.events)}
    events = tuple(_renamed(event, names) for event in case.events)
    return case.model_copy(update={"id": CASE_IDS[0], "events": events})


def written(case: Case) -> dict[str, Any]:
    """The case as plain JSON, without what is not given."""
    given = case.model_dump(mode="json", exclude_unset=True, exclude={"events"})
    events = [{"type": event.type, **event.model_dump(mode="json", exclude_unset=True)} for event in case.events]
    return {**given, "events": events}


def _renamed(event: Event, names: dict[str, str]) -> Event:
    links: dict[str, Any] = {}
    for spec in vocabulary().types[event.type].links:
        held = getattr(event, spec.name)
        if isinstance(held, tuple):
            links[spec.name] = tuple(names.get(id_, NOBODY) for id_ in held)
        elif held is not None:
            links[spec.name] = names.get(held, NOBODY)
    return event.model_copy(update={"id": names[event.id], **links})
