"""The strategies that users draw from; see `rebild_policy.strategies`.

Every draw comes out as asked for: nothing is filtered, and no health check needs to be suppressed. By themselves the cases are
those of a good day in the register: plain ids and texts, links to events that are there. `odd=True` adds what real exports hold
at their worst.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from hypothesis import strategies as st
from pydantic import ValidationError

from rebild_policy.errors import UsageError, did_you_mean
from rebild_policy.facts import Case, Coverage, Event, vocabulary
from rebild_policy.facts.base import EARLIEST, LATEST
from rebild_policy.facts.case import problems
from rebild_policy.policy import Policy, check_day
from rebild_policy.results import Verdict
from rebild_policy.rules import Rule
from rebild_policy.strategies.aimed import Aim, CaseAsOf, Marksman
from rebild_policy.strategies.generator import CaseGenerator, generators
from rebild_policy.strategies.hypothesis_source import HypothesisChooser
from rebild_policy.strategies.pools import ORDINARY


# ------------------------------------------------------------------------------------------------------ events and cases
def events(type: str | type[Event] | None = None, /, *, odd: bool = False, **fields: object) -> st.SearchStrategy[Event]:
    """Events of a type, given by name or by class, or of any type.

    `fields` says what some fields hold: a value, or a strategy for one. Links name events that are not drawn with it. Raises
    `UsageError` for a type or a field that does not exist, and when drawing for a value that the field does not take.
    """
    names = _types(type)
    for name in names:
        known = vocabulary().types[name].model.model_fields
        for field in fields.keys() - known.keys():
            raise UsageError(f"{name} has no field '{field}'.", remedy=did_you_mean(field, known))
    return st.deferred(lambda: _events(names, CaseGenerator(plain=not odd, given=frozenset(fields)), fields))


def _types(type_: str | type[Event] | None) -> tuple[str, ...]:
    known = vocabulary().types
    if type_ is None or type_ is Event:
        return tuple(known)
    names = tuple(name for name, one in known.items() if type_ in {name, one.model})
    if not names:
        raise UsageError("there is no such event type.", remedy=did_you_mean(str(type_), known))
    return names


@st.composite
def _events(draw: st.DrawFn, names: tuple[str, ...], generator: CaseGenerator, fields: Mapping[str, object]) -> Event:
    chooser = HypothesisChooser(draw)
    type_ = generator.vocabulary.types[chooser.pick(names)]
    targets = dict.fromkeys(target for spec in type_.links if spec.link for target in spec.link.targets if target != "*")
    others = [{"id": f"e{number}", "type": target} for number, target in enumerate(targets, 1)]
    data = generator.another(chooser, others, ORDINARY[:1], type_=type_.name)
    given = {name: draw(value) if isinstance(value, st.SearchStrategy) else value for name, value in fields.items()}
    try:
        return type_.model.model_validate({**data, **given})
    except ValidationError as error:
        raise UsageError(f"{type_.name} does not take this: {'; '.join(problems(error))}.") from None


def cases(*, policy: Policy | None = None, odd: bool = False) -> st.SearchStrategy[Case]:
    """Cases of up to twelve events: of all the vocabulary, or, with a `policy`, about its rules, one rule at a time."""
    return st.deferred(lambda: _cases(tuple(_generators(policy, odd))))


def _generators(policy: Policy | None, odd: bool) -> list[CaseGenerator]:
    if policy is None:
        return [CaseGenerator(plain=not odd)]
    return list(generators(policy.ready(Coverage.all()).plan, plain=not odd).values()) or [CaseGenerator(plain=not odd)]


@st.composite
def _cases(draw: st.DrawFn, among: tuple[CaseGenerator, ...]) -> Case:
    chooser = HypothesisChooser(draw)
    return Case.read(chooser.pick(among).case(chooser))


# ------------------------------------------------------------------------------------------------------- cases with an aim
def compliant_cases(
    policy: Policy,
    /,
    *,
    rule: str | None = None,
    as_of: date | None = None,
    coverage: Coverage | None = None,
    odd: bool = False,
) -> st.SearchStrategy[CaseAsOf]:
    """Cases in which no rule of the policy is violated, each with the day as of which that is so.

    `rule`: the case is about this rule, which is satisfied, or else exempt, if it can be either. `as_of`: the day, where it
    may be no other. `coverage`: what the source of the cases records; everything by itself. Raises `UsageError` for a rule
    that the policy does not have.
    """
    chosen = _rule(policy, rule)

    def marksmen() -> list[Marksman]:
        plan, _, judge = policy.ready(coverage or Coverage.all())
        aim = Aim(plan, as_of=as_of, odd=odd, judge=judge, kept=True)
        about = [chosen] if chosen else [None, *plan.duties.rules]
        return [Marksman(aim.about(one, Verdict.SATISFIED, Verdict.EXEMPT)) for one in about]

    return _aimed(marksmen, as_of)


def violating_cases(
    policy: Policy,
    /,
    *,
    rule: str | None = None,
    as_of: date | None = None,
    coverage: Coverage | None = None,
    odd: bool = False,
) -> st.SearchStrategy[CaseAsOf]:
    """Cases in which `rule` is violated, or else some rule, each with the day as of which that is so.

    Other rules may be violated as well; `subsumed_by` of the finding names one that counts the same fault. `as_of` and
    `coverage`: see `compliant_cases`. Raises `UsageError` for a rule that the policy does not have, for a statistic, and,
    when the test starts, for a rule for which no such case was found.
    """
    return _with_verdict(Verdict.VIOLATED, policy, rule, as_of, coverage, odd)


def pending_cases(
    policy: Policy,
    /,
    *,
    rule: str | None = None,
    as_of: date | None = None,
    coverage: Coverage | None = None,
    odd: bool = False,
) -> st.SearchStrategy[CaseAsOf]:
    """Cases in which there is still time to do what `rule`, or else some rule, asks for; see `violating_cases`."""
    return _with_verdict(Verdict.PENDING, policy, rule, as_of, coverage, odd)


def undetermined_cases(
    policy: Policy,
    /,
    *,
    rule: str | None = None,
    as_of: date | None = None,
    coverage: Coverage | None = None,
    odd: bool = False,
) -> st.SearchStrategy[CaseAsOf]:
    """Cases that do not tell whether `rule`, or else some rule, was kept; see `violating_cases`.

    Some rules can only be undetermined where the source leaves something out: then a `coverage` has to say so.
    """
    return _with_verdict(Verdict.UNDETERMINED, policy, rule, as_of, coverage, odd)


def _with_verdict(
    verdict: Verdict, policy: Policy, rule: str | None, as_of: date | None, coverage: Coverage | None, odd: bool
) -> st.SearchStrategy[CaseAsOf]:
    chosen = _rule(policy, rule)

    def marksmen() -> list[Marksman]:
        plan, _, judge = policy.ready(coverage or Coverage.all())
        aim = Aim(plan, as_of=as_of, odd=odd, judge=judge)
        about = [Marksman(aim.about(one, verdict)) for one in ([chosen] if chosen else plan.duties.rules)]
        able = [marksman for marksman in about if marksman.wanted]
        if not able:
            raise UsageError(_none_found(verdict, rule), remedy=_REMEDY)
        return able

    return _aimed(marksmen, as_of)


_REMEDY = "Its examples show what it takes: perhaps a parameter, a profile, or a coverage that leaves something out."


def _none_found(verdict: Verdict, rule: str | None) -> str:
    what = f"'{rule}'" if rule else "a rule"
    return f"no case was found in which {what} is {verdict} under this policy."


def _aimed(marksmen: Callable[[], list[Marksman]], as_of: date | None) -> st.SearchStrategy[CaseAsOf]:
    if as_of is not None:
        check_day(as_of)
        if not EARLIEST <= as_of <= LATEST:
            raise UsageError("as_of lies in the years 1990 to 2100.")
    return st.deferred(lambda: _drawn(tuple(marksmen())))


@st.composite
def _drawn(draw: st.DrawFn, marksmen: tuple[Marksman, ...]) -> CaseAsOf:
    chooser = HypothesisChooser(draw)
    return chooser.pick(marksmen).drawn(chooser)


def _rule(policy: Policy, name: str | None) -> Rule | None:
    """The rule called `name`, as planned where everything is covered."""
    if name is None:
        return None
    known = {rule.name: rule for rule in policy.ready(Coverage.all()).plan.rules}
    if name not in known:
        raise UsageError(f"unknown rule '{name}'.", remedy=did_you_mean(name, known))
    if known[name].measure is not None:
        raise UsageError(f"'{name}' is a statistic: it counts, and no case keeps or violates it.")
    return known[name]
