"""Facts: the vocabulary of events, the case, and what a source covers."""

from rebild_policy.facts import events
from rebild_policy.facts.base import COPENHAGEN, Default, Derived, Event, Link, read_day
from rebild_policy.facts.case import Case
from rebild_policy.facts.coverage import Coverage, field_is_covered
from rebild_policy.facts.order import Covers, SameDay, earlier
from rebild_policy.facts.vocabulary import ANY_EVENT, EventType, FieldSpec, Vocabulary, vocabulary

__all__ = [
    "ANY_EVENT",
    "COPENHAGEN",
    "Case",
    "Coverage",
    "Covers",
    "Default",
    "Derived",
    "Event",
    "EventType",
    "FieldSpec",
    "Link",
    "SameDay",
    "Vocabulary",
    "earlier",
    "events",
    "field_is_covered",
    "read_day",
    "vocabulary",
]
