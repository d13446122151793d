"""The smallest change of a case that would have satisfied a violated rule.

One edit, in this order: insert an event, set a field, move a date, remove an event. Edits are read off the nodes of the
rule, and each is tried before it is proposed: made in the case, the rule judged anew, and every other rule that it could
touch. What the municipality ought to have done goes first. What is left of an order of preference after that, such as a
day set for the citizen, comes last. What was decided, and what a citizen did, is never rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from rebild_policy.engines.base import verdict
from rebild_policy.engines.days import Days
from rebild_policy.engines.edits import applied, made, name_of, unused_id
from rebild_policy.engines.reference import Match, ReferenceEngine
from rebild_policy.engines.solving import NOTICE, Assignment, Draft, neutral, solve
from rebild_policy.errors import UsageError
from rebild_policy.expressions import Expression, Field, Truth, walk
from rebild_policy.facts import ANY_EVENT, Case, Event
from rebild_policy.plan import Plan, open_links
from rebild_policy.plan.passes import quantifiers
from rebild_policy.results import Change, Verdict, Words
from rebild_policy.rules import Formula, Group, Holds, Quantifier, Rule, Within
