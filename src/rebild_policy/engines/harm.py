"""Whether a change of one event makes a violation that was not there before.

Only what the change can touch is judged again: the matches that bind the event, and those for which it is no longer, or
newly, one of the events that are sought. So the cost grows with the matches of a case, not with their square.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from rebild_policy.engines.base import verdict
from rebild_policy.engines.reference import Match, ReferenceEngine
from rebild_policy.expressions import Truth
from rebild_policy.facts import ANY_EVENT, Case, Event
from rebild_policy.plan import open_links
from rebild_policy.plan.passes import quantifiers
from rebild_policy.results import Verdict
from rebild_policy.rules import Quantifier, Rule, Within


def verdict_of(match: Match) -> Verdict | None:
    """What the rule says of a match; None where it does not apply, as on a day when it is not in force."""
    rule = match.rule
    if not rule.valid_from <= match.trigger.day <= rule.valid_to:
        return None
    return verdict(match.holds(rule.condition), match.answer(rule.unless).value, match.answer(rule.require).value)


def in_case(match: Match, case: Case) -> Match | None:
    """The match of the same events in another case; None where one of them is not there."""
    if any(event.id not in case.positions for event in match.bound.values()):
        return None
    return replace(match, case=case, bound={var: case.events[case.positions[event.id]] for var, event in match.bound.items()})


@dataclass(frozen=True)
class Harm:
    """What becomes of the rules of a plan where the event `id_` of a case, perhaps not in it, is another in `after`.

    `match` is the violated match that the change should satisfy.
    """

    match: Match
    after: Case
    id_: str

    def first(self) -> Rule | None:
        """The first rule with a new violation, or that of the match itself where its finding is still there."""
        for rule in self.match.plan.rules:
            if rule.measure is None and self._reads(rule) and any(map(self._is_new, self.touched(rule))):
                return rule
        return self.match.rule if _is_loose(self.match) and any(self._of_trigger()) else None

    @cached_property
    def _old(self) -> Event | None:
        return _visible(self.match.case, self.id_, self.match)

    @cached_property
    def _new(self) -> Event | None:
        return _visible(self.after, self.id_, self.match)

    @cached_property
    def _types(self) -> set[str]:
        return {event.type for event in (self._old, self._new) if event}

    def _reads(self, rule: Rule) -> bool:
        bound = {type_ for _, type_ in rule.each}
        return bool(bound & self._types) or _pauses(rule, self._types) or any(map(self._seeks, quantifiers(rule)))

    def _seeks(self, node: Quantifier) -> bool:
        """Could it turn on the event whether the node holds? One more that is asked for, or one less that is not, only helps."""
        if (self._old is None and node.kind == "some") or (self._new is None and node.kind == "none"):
            return False
        return node.types == (ANY_EVENT,) or not self._types.isdisjoint(node.types)

    def touched(self, rule: Rule) -> Iterator[Match]:
        """The matches of a rule, after the change, that it can have changed."""
        nodes = [node for node in quantifiers(rule) if self._seeks(node)]
        whole = bool(nodes) or _pauses(rule, self._types)
        case = self.after if whole else self._reduced(rule)
        for found in ReferenceEngine(self.match.plan).matches(rule, case, self.match.as_of):
            match = replace(found, case=self.after)
            # Most matches of a rule that joins events do not apply: asking that first saves most of the time.
            if match.holds(rule.condition) is Truth.TRUE and self._is_touched(match, nodes):
                yield match

    def _is_touched(self, match: Match, nodes: list[Quantifier]) -> bool:
        if _pauses(match.rule, self._types) or any(event.id == self.id_ for event in match.bound.values()):
            return True
        before = in_case(match, self.match.case)
        return any(_sought(before, node, self._old) is not _sought(match, node, self._new) for node in nodes)

    def _is_new(self, match: Match) -> bool:
        """Is there a violation here that was not there before, or stood elsewhere?"""
        if verdict_of(match) is not Verdict.VIOLATED:
            return False
        before = in_case(match, self.match.case)
        if before is None or any(event.day > match.as_of for event in before.bound.values()):
            return True
        return verdict_of(before) is not Verdict.VIOLATED or _is_loose(before) is not _is_loose(match)

    def _of_trigger(self) -> Iterator[bool]:
        """Which matches of the trigger are violated still: one finding stands for all that uncovered links join."""
        for match in ReferenceEngine(self.match.plan).matches(self.match.rule, self.after, self.match.as_of):
            if match.trigger.id == self.match.trigger.id and _is_loose(match):
                yield verdict_of(match) is Verdict.VIOLATED

    def _reduced(self, rule: Rule) -> Case:
        """The case with as few events as bind the event wherever the rule can: joining all with all takes long."""
        types = [type_ for _, type_ in rule.each]
        if self._new and self._new.type in types:
            types.remove(self._new.type)
        return self.after.model_copy(update={"events": tuple(e for e in self.after.events if e is self._new or e.type in types)})


def _visible(case: Case, id_: str, match: Match) -> Event | None:
    event = case.events[case.positions[id_]] if id_ in case.positions else None
    return event if event and event.day <= match.as_of else None


def _sought(match: Match | None, node: Quantifier, event: Event | None) -> Truth:
    """Is the event one that is sought? One that is not there is as good as one that is not."""
    if match is None or event is None or not (node.types == (ANY_EVENT,) or event.type in node.types):
        return Truth.FALSE
    return match.candidate(node, event, match.due(node))


def _pauses(rule: Rule, types: set[str]) -> bool:
    return "suspension" in types and any(isinstance(node.window, Within) and node.window.paused for node in quantifiers(rule))


def _is_loose(match: Match) -> bool:
    """Do uncovered links join the events, so that one finding stands for several matches?"""
    return any(getattr(match.bound[link.var], link.name) is None for link in open_links(match.rule))
