"""The smallest change of a case that would have satisfied a violated rule.

One edit, in this order: insert an event, set a field, move a date, remove an event. Each is tried before it is proposed: it is
made in the case, the rule is judged anew, and so is every other rule that it could touch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import islice

from rebild_policy.engines.base import verdict
from rebild_policy.engines.reference import Match, ReferenceEngine
from rebild_policy.errors import UsageError
from rebild_policy.explaining.edits import applied, named, unused_id
from rebild_policy.explaining.proposals import DECIDED, Proposals, of_citizen
from rebild_policy.explaining.solving import NOTICE, Draft, solutions
from rebild_policy.expressions import UNKNOWN, And, Compare, Field, Membership, Truth, ids, walk
from rebild_policy.facts import ANY_EVENT, Case, Event, vocabulary
from rebild_policy.labels import event_label, field_label
from rebild_policy.plan import open_links
from rebild_policy.plan.walks import quantifiers
from rebild_policy.results import Change, Verdict, Words
from rebild_policy.rules import Formula, Group, Holds, Language, Quantifier, Rule, Within

__all__ = ["applied", "smallest_change"]

_MOST = 150  # proposals tried before giving up
_DAY = timedelta(days=1)
_LANGUAGES: tuple[Language, Language] = ("da", "en")

_ACT = Words(
    da="Det, der skete, er selv fejlen: det skulle være undladt eller være sket på en anden måde.",
    en="What happened is itself the fault: it should not have been done, or not in this way.",
)
_HARM = Words(  # followed by the title of the other rule
    da="Enhver enkelt ændring, der opfylder reglen, ville vise et brud på en anden",
    en="Every single change that satisfies the rule would show a breach of another",
)
_SEVERAL_EVENTS = Words(
    da="Flere hændelser er hver for sig i strid med reglen.",
    en="Several events go against the rule, each by itself.",
)
_TOO_LATE = Words(
    da="Fristen var udløbet, før der kunne gøres noget: den dag, som den regnes fra, ligger for langt tilbage.",
    en="The time limit had run out before anything could be done: the day it is counted from lies too far back.",
)
_SEVERAL_PARTS = Words(
    da="Reglen stiller flere krav, og mere end ét af dem er ikke opfyldt.",
    en="The rule asks for several things, and more than one of them is not met.",
)
_UNKNOWN = Words(  # followed by what, where that can be said
    da="Efter en enkelt ændring ville en oplysning, som reglen også afhænger af, stadig mangle",
    en="After a single change, a fact that the rule also turns on would still be missing",
)
_NO_WAY = Words(
    da="Ingen enkelt hændelse, oplysning eller dato ville have opfyldt reglen inden for de dage, der er gået.",
    en="No single event, field or date would have satisfied the rule within the days that have passed.",
)


def smallest_change(match: Match, judge_all: bool = True) -> Change:
    """The change that satisfies the rule of a violated match and, with `judge_all`, violates no other; or `none`, and why.

    A rule that asks for nothing and only forbids its situation is content where the situation is gone. Raises
    `UsageError` for a match that is not violated.
    """
    if _verdict(match) is not Verdict.VIOLATED:
        raise UsageError("only a violated match has a change that would satisfy it.")
    trial = _Trial(match, judge_all=judge_all)
    for change in islice(trial.proposals, _MOST):
        found = trial.accepted(change)
        if found:
            return found
    return Change(kind="none", reason=trial.reason())


class _Trial:
    """Tries changes on the case of a match, and remembers why they failed."""

    def __init__(self, match: Match, *, judge_all: bool) -> None:
        self.match = match
        self.judge_all = judge_all
        self.engine = ReferenceEngine(match.plan)
        self.proposals = Proposals(match)
        self.harmed: Rule | None = None  # a rule that a change would violate which satisfies this one
        self.unknown = False  # a change would leave the rule undetermined

    def accepted(self, change: Change) -> Change | None:
        """The change, perhaps with more fields, if it does what it should; None if not."""
        if not self._settles(change):
            return None
        if not self.judge_all:
            return change
        for variant in self._variants(change):
            if variant is change or self._settles(variant):
                harmed = self._harmed(variant)
                if harmed is None:
                    return variant
        self.harmed = self.harmed or harmed
        return None

    # -------------------------------------------------------------------------------------------------------- this match
    def _settles(self, change: Change) -> bool:
        """Is the match satisfied once the change is made? Where the rule asks for nothing: is its situation gone?"""
        try:
            case = applied(self.match.case, change)
        except UsageError:
            return False
        match = _in_case(self.match, case)
        said = _verdict(match) if match else None
        self.unknown |= said is Verdict.UNDETERMINED
        good = said in {None, Verdict.EXEMPT} if self.proposals.never else said is Verdict.SATISFIED
        return good and (change.kind != "move" or _disorder(case) <= _disorder(self.match.case))

    def _harmed(self, change: Change) -> Rule | None:
        before, after = self.match.case, applied(self.match.case, change)
        id_ = unused_id(before) if change.kind == "insert" else named(before, change.event or "").id
        return _Harm(self.engine, self.match, after, id_).first()

    # ---------------------------------------------------------------------------------------------------- fuller inserts
    def _variants(self, change: Change) -> Iterator[Change]:
        """An inserted event as other rules would have it too, in good time for that; else the change as it is."""
        fuller = self._completed(change) if change.kind == "insert" else change
        if fuller is not change:
            yield from self._in_good_time(fuller, set(fuller.fields) - set(change.fields))
            yield fuller
        yield change

    def _completed(self, change: Change) -> Change:
        """The inserted event with the fields that other rules ask of such an event."""
        for rule in self.match.plan.rules:
            for var, type_ in rule.each if rule.measure is None else ():
                if type_ == change.type:
                    change = self._completed_for(rule, var, change)
        return change

    def _completed_for(self, rule: Rule, var: str, change: Change) -> Change:
        case, id_ = applied(self.match.case, change), unused_id(self.match.case)
        for match in _Harm(self.engine, self.match, case, id_).touched(rule):
            if match.bound[var].id == id_ and _verdict(match) in {Verdict.VIOLATED, Verdict.UNDETERMINED}:
                draft = Draft(match, var, match.bound[var], DECIDED | change.fields.keys())
                for leaf in _unmet(rule.require, match):
                    for fields in solutions(leaf.condition, True, draft)[:1]:
                        change = change.model_copy(update={"fields": {**change.fields, **fields}})
        return change

    def _in_good_time(self, change: Change, added: set[str]) -> Iterator[Change]:
        """An inserted event that names a day by which something should happen: two weeks before that day, in the case's time."""
        assert change.day is not None  # noqa: S101 - an insert has one
        said = [day for name in added if isinstance(day := change.fields[name], date)]
        case, earlier = self.match.case, min(said, default=change.day) - NOTICE
        came_in = (event.day for event in case.events if of_citizen(event.type))
        begun = min((day for day in (case.opened, *came_in) if day and day <= change.day), default=earlier)
        day = self.proposals.working(max(earlier, begun), _DAY)
        if said and day < change.day:
            yield change.model_copy(update={"day": day})

    # ----------------------------------------------------------------------------------------------------------- reasons
    def reason(self) -> Words:
        """Why there is no such change."""
        if self.proposals.never:
            return _ACT
        if self.harmed:
            title = self.harmed.title
            return Words(da=f"{_HARM.da}: »{title.da}«.", en=f"{_HARM.en}: “{title.en}”.")
        if self.unknown:
            return self._missing()
        if any(len(self.proposals.offenders(node)) > 1 for node in self.proposals.sought("none")):
            return _SEVERAL_EVENTS
        if any(due and due < self.match.trigger.day for due in map(self.match.due, self.proposals.sought("some"))):
            return _TOO_LATE
        return _SEVERAL_PARTS if _several(self.match.rule.require, self.match) else _NO_WAY

    def _missing(self) -> Words:
        """That something is missing, and what: the first field of the match that a false part compares and that is empty."""
        conditions = (leaf.condition if isinstance(leaf, Holds) else leaf.where for leaf in self.proposals.leaves)
        compared = (node for one in conditions for node in walk(one) if isinstance(node, Compare | Membership))
        for field in (part for node in compared for part in walk(node) if isinstance(part, Field)):
            if field.var in {"case", *self.match.bound} and self.match.attribute(field) in {None, UNKNOWN}:
                type_ = "case" if field.var == "case" else self.match.bound[field.var].type
                da, en = (f"{field_label(type_, field.name, lang)} ({event_label(type_, lang)})" for lang in _LANGUAGES)
                return Words(da=f"{_UNKNOWN.da}: {da}.", en=f"{_UNKNOWN.en}: {en}.")
        return Words(da=f"{_UNKNOWN.da}.", en=f"{_UNKNOWN.en}.")


# ------------------------------------------------------------------------------------------------------------ other rules
@dataclass(frozen=True)
class _Harm:
    """What becomes of the rules of a plan where the event `id_` of a case, perhaps not in it, is another in `after`.

    `match` is the violated match that the change should satisfy. Only what the event can touch is judged again: the matches
    that bind it, and those for which it is newly, or no longer, one of the events that are sought. So the cost grows with
    the matches of a case, not with their square.
    """

    engine: ReferenceEngine
    match: Match
    after: Case
    id_: str

    def first(self) -> Rule | None:
        """The first rule with a new violation, or that of the match itself where its finding is still there."""
        for rule in self.match.plan.rules:
            if rule.measure is None and self._reads(rule) and any(map(self._is_new, self.touched(rule))):
                return rule
        return self.match.rule if self._stays() else None

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
        for found in self.engine.matches(rule, case, self.match.as_of):
            match = replace(found, case=self.after)
            # Most matches of a rule that joins events do not apply: asking that first saves most of the time.
            if match.holds(rule.condition) is Truth.TRUE and self._is_touched(match, nodes):
                yield match

    def _is_touched(self, match: Match, nodes: list[Quantifier]) -> bool:
        if _pauses(match.rule, self._types) or any(event.id == self.id_ for event in match.bound.values()):
            return True
        before = _in_case(match, self.match.case)
        return any(_sought(before, node, self._old) is not _sought(match, node, self._new) for node in nodes)

    def _is_new(self, match: Match) -> bool:
        """Is there a violation here that was not there before, or stood elsewhere?"""
        if _verdict(match) is not Verdict.VIOLATED:
            return False
        before = _in_case(match, self.match.case)
        if before is None or any(event.day > match.as_of for event in before.bound.values()):
            return True
        return _verdict(before) is not Verdict.VIOLATED or _place(before) != _place(match)

    def _stays(self) -> bool:
        """Is the finding of the match still there? One finding stands for all matches that uncovered links join."""
        place = _place(self.match)
        if len(place) == len(self.match.bound):
            return False
        found = self.engine.matches(self.match.rule, self.after, self.match.as_of)
        return any(_place(match) == place and _verdict(match) is Verdict.VIOLATED for match in found)

    def _reduced(self, rule: Rule) -> Case:
        """The case with as few events as bind the event wherever the rule can: joining all with all takes long."""
        types = [type_ for _, type_ in rule.each]
        if self._new and self._new.type in types:
            types.remove(self._new.type)
        return self.after.model_copy(update={"events": tuple(e for e in self.after.events if e is self._new or e.type in types)})


# ---------------------------------------------------------------------------------------------------------------- helpers
def _verdict(match: Match) -> Verdict | None:
    """What the rule says of a match; None where it does not apply, as on a day when it is not in force."""
    rule = match.rule
    if not rule.valid_from <= match.trigger.day <= rule.valid_to:
        return None
    return verdict(match.holds(rule.condition), match.answer(rule.unless).value, match.answer(rule.require).value)


def _in_case(match: Match, case: Case) -> Match | None:
    """The match of the same events in another case; None where one of them is not there."""
    if any(event.id not in case.positions for event in match.bound.values()):
        return None
    return replace(match, case=case, bound={var: case.events[case.positions[event.id]] for var, event in match.bound.items()})


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


def _place(match: Match) -> tuple[str, ...]:
    """Where the finding of a match stands: its events, but for those that empty uncovered links leave open."""
    empty = (link for link in open_links(match.rule) if getattr(match.bound[link.field.var], link.field.name) is None)
    freed = {var for link in empty for var in link.frees}
    return tuple(event.id for var, event in match.bound.items() if var not in freed)


def _disorder(case: Case) -> int:
    """How many links point back to a later day, or ahead to an earlier one."""
    types, number = vocabulary().types, 0
    for event in case.events:
        for spec in types[event.type].links:
            for id_ in ids(getattr(event, spec.name)):
                if id_ in case.positions and spec.link:
                    other = case.events[case.positions[id_]].day
                    number += event.day > other if spec.link.forward else event.day < other
    return number


def _several(formula: Formula, match: Match) -> bool:
    """Is more than one thing lacking, whichever way the requirement is met?"""
    if match.answer(formula).value is Truth.TRUE:
        return False
    if isinstance(formula, Group) and formula.kind == "any":
        return all(_several(part, match) for part in formula.parts)
    if isinstance(formula, Group):
        lacking = [part for part in formula.parts if match.answer(part).value is not Truth.TRUE]
        return len(lacking) > 1 or any(_several(part, match) for part in lacking)
    parts = formula.condition.parts if isinstance(formula, Holds) and isinstance(formula.condition, And) else ()
    return sum(match.holds(part) is not Truth.TRUE for part in parts) > 1


def _unmet(formula: Formula, match: Match) -> Iterator[Holds]:
    """The conditions of a formula that do not hold, where the formula does not."""
    if match.answer(formula).value is Truth.TRUE:
        return
    if isinstance(formula, Group):
        for part in formula.parts:
            yield from _unmet(part, match)
    elif isinstance(formula, Holds):
        yield formula
