"""Equal treatment (G41) as a statistic across cases: outcomes and waiting times in cases of one kind, by unit and channel.

It counts and never accuses: two units may decide differently since their cases differ. Small cells are left out, here and
everywhere. A value is never ranked by what it comes to, and nothing is grouped by an employee.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import accumulate
from math import comb, floor, sqrt
from typing import Any, Final, Literal, NamedTuple

from rebild_policy.audits.smallcells import LEAST, hidden, hidden_of_list
from rebild_policy.facts import Case, Event
from rebild_policy.results import Result, SafeText

STATEMENT: Final = "G41"
LISTED: Final = 40  # values of a unit or a channel that are listed by themselves
_Z: Final = 1.959963984540054  # of the normal distribution, for 95 in a hundred
_EXACT: Final = 1000  # numbers up to which the ranks of the interval are counted out
Dimension = Literal["unit", "channel"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("unit", "channel")


class Decided(NamedTuple):
    """A decision as it is compared: `days` from the application to the decision, None where that is not known."""

    kind: str
    urgent: bool | None
    unit: str | None
    channel: str | None
    granted: bool
    days: int | None


class Interval(Result):
    """A 95 per cent interval."""

    low: float
    high: float


class Waiting(Result):
    """Calendar days from the application to the decision: the median, and an interval for it where there are enough."""

    median: float
    interval: Interval | None


class Group(Result):
    """Decisions that share a unit, or a channel. A number that is None is left out: it, or another, is small.

    `value` is None where none is given. `others`: of every value that is not listed by itself, such as those of few decisions.
    """

    value: SafeText | None
    others: bool = False
    decisions: int | None
    granted: int | None
    share: Interval | None  # of the share of decisions that are granted in full
    waiting: Waiting | None


class Comparable(Result):
    """Decisions in cases of one kind, urgent or not, by unit and by channel, in the order of the alphabet."""

    kind: SafeText
    urgent: bool | None
    whole: Group
    by_unit: tuple[Group, ...]
    by_channel: tuple[Group, ...]


class EqualTreatment(Result):
    """What was decided in comparable cases; numbers from 1 to below `least`, and what would give them away, are left out.

    `not_compared`: kinds of cases with fewer decisions than `least`, which are not named.
    """

    statement: str = STATEMENT
    least: int = LEAST
    comparable: tuple[Comparable, ...]
    not_compared: int = 0


# ------------------------------------------------------------------------------------------------------------- from a case
def decisions_of(case: Case, as_of: date, gaps: Collection[str] = ()) -> Iterator[Decided]:
    """The first final decision in each matter of a case, if the kind of the case and the outcome are known.

    The application is the first one, or else the first inquiry, on or before the day of the decision; its channel is the
    citizen's way in. A case with gaps is not compared.
    """
    if case.kind is None or gaps:
        return
    seen = [event for event in case.events if event.day <= as_of]
    matters: set[str | None] = set()
    for event in sorted((event for event in seen if event.type == "decision_made"), key=lambda event: event.day):
        said: Any = event
        counts = said.outcome is not None and said.final is not False and said.act in {None, "decision"}
        if counts and said.matter not in matters:
            matters.add(said.matter)
            first = _application([one for one in seen if one.day <= event.day])
            yield Decided(
                kind=case.kind,
                urgent=case.urgent,
                unit=event.unit or (first.unit if first else None),
                channel=first.channel if first else None,
                granted=said.outcome == "granted",
                days=(event.day - first.day).days if first else None,
            )


def _application(seen: list[Event]) -> Event | None:
    """What the citizen came with."""
    inquiries = [one for one in seen if one.type == "inquiry_received"]
    applications = [one for one in inquiries if getattr(one, "kind", None) == "application"]
    registered = [one for one in seen if one.type == "application_received"]
    for found in (applications, registered, inquiries):
        if found:
            return min(found, key=lambda one: one.day)
    return None


# -------------------------------------------------------------------------------------------------------------- compared
def equal_treatment(decided: Mapping[Decided, int]) -> EqualTreatment | None:
    """Decisions, with how often each occurs, compared. None where there is nothing to compare."""
    kinds: dict[tuple[str, bool | None], Counter[Decided]] = {}
    for one, count in decided.items():
        kinds.setdefault((one.kind, one.urgent), Counter())[one] += count
    enough = [key for key, found in kinds.items() if found.total() >= LEAST]
    order = sorted(enough, key=lambda key: (key[0], key[1] is not None, key[1] or False))
    comparable = tuple(_comparable(*key, kinds[key]) for key in order)
    return EqualTreatment(comparable=comparable, not_compared=len(kinds) - len(order)) if kinds else None


class _Counts:
    """What is counted of some decisions."""

    def __init__(self, decided: Iterable[tuple[Decided, int]]) -> None:
        self.days: Counter[int] = Counter()
        self.granted = self.other = 0
        for one, count in decided:
            if one.granted:
                self.granted += count
            else:
                self.other += count
            if one.days is not None:
                self.days[one.days] += count

    @property
    def all(self) -> int:
        return self.granted + self.other

    def group(self, value: str | None, *, others: bool = False, decisions: bool = True, outcome: bool = True) -> Group:
        """The group, with what may be shown of it."""
        shown = decisions and self.all >= LEAST
        return Group(
            value=value,
            others=others,
            decisions=self.all if decisions else None,
            granted=self.granted if decisions and outcome else None,
            share=wilson(self.granted, self.all) if shown and outcome else None,
            waiting=waiting(self.days) if shown and self.days.total() >= LEAST else None,
        )


def _comparable(kind: str, urgent: bool | None, decided: Counter[Decided]) -> Comparable:
    whole = _Counts(decided.items())
    away = hidden([[whole.granted, whole.other]], keep={(0, 2), (1, 2)})
    decisions = away is not None
    outcome = decisions and not away
    # By unit and channel, outcomes are told only where those of all together are: else the two tables would have to be held
    # against each other.
    by = {dimension: tuple(_groups(decided, dimension, outcome=outcome)) if decisions else () for dimension in DIMENSIONS}
    return Comparable(
        kind=kind,
        urgent=urgent,
        whole=whole.group(None, decisions=decisions, outcome=outcome),
        by_unit=by["unit"],
        by_channel=by["channel"],
    )


def _groups(decided: Counter[Decided], dimension: Dimension, *, outcome: bool) -> Iterator[Group]:
    """The groups by unit or channel. The numbers of all of them together are shown, and must not give one of them away.

    Units and channels stand in tables of their own: what is hidden in one can't follow from the other, since any two tables
    with the same totals fit together.
    """
    found: dict[str | None, list[tuple[Decided, int]]] = {}
    for one, count in decided.items():
        found.setdefault(getattr(one, dimension), []).append((one, count))
    named = sorted((value for value in found if value is not None), key=lambda value: (-_number(found[value]), value))
    # A value that few have could point to one of them, or be free text that stands there by mistake.
    listed = sorted(value for value in named[:LISTED] if _number(found[value]) >= LEAST)
    groups: list[tuple[str | None, bool, _Counts]] = [(value, False, _Counts(found[value])) for value in listed]
    if len(named) > len(listed):
        rest = (pair for value in named if value not in listed for pair in found[value])
        groups.append((None, True, _Counts(rest)))
    if None in found:
        groups.append((None, False, _Counts(found[None])))
    rows = len(groups)
    table = [[counts.granted, counts.other] for _, _, counts in groups]
    away = hidden(table, keep={(rows, 0), (rows, 1), (rows, 2)}) if outcome else None
    if away is not None:
        for row, (value, others, counts) in enumerate(groups):
            shown = (row, 2) not in away
            yield counts.group(value, others=others, decisions=shown, outcome=not away & {(row, 0), (row, 1)})
        return
    alone = hidden_of_list([counts.all for _, _, counts in groups])
    for row, (value, others, counts) in enumerate(groups if alone is not None else []):
        yield counts.group(value, others=others, decisions=row not in (alone or ()), outcome=False)


def _number(pairs: Iterable[tuple[Decided, int]]) -> int:
    return sum(count for _, count in pairs)


# ------------------------------------------------------------------------------------------------------------- intervals
def wilson(part: int, whole: int) -> Interval:
    """The interval of Wilson for a share, 95 in a hundred; `whole` is at least one."""
    share, z2 = part / whole, _Z * _Z / whole
    middle, spread = share + z2 / 2, _Z * sqrt(share * (1 - share) / whole + z2 / whole / 4)
    low, high = (middle - spread) / (1 + z2), (middle + spread) / (1 + z2)
    return Interval(low=0.0 if part == 0 else round(low, 4), high=1.0 if part == whole else round(high, 4))


def waiting(days: Mapping[int, int]) -> Waiting:
    """The median of some numbers of days, with how often each occurs, and an interval for it that rests on no distribution.

    Its ends are two of the numbers themselves, by their ranks. Where those would be the least and the greatest, which are
    each of a single case, there is none.
    """
    lengths = sorted(days)
    upto = list(accumulate(days[length] for length in lengths))
    count = upto[-1]

    def ranked(rank: int) -> int:
        return lengths[bisect_left(upto, rank)]

    median = (ranked((count + 1) // 2) + ranked(count // 2 + 1)) / 2
    rank = low_rank(count)
    interval = Interval(low=ranked(rank), high=ranked(count + 1 - rank)) if rank > 1 else None
    return Waiting(median=median, interval=interval)


def low_rank(count: int) -> int:
    """The rank, from 1, of the lower end of the interval for a median of `count` numbers; the upper end mirrors it.

    The median lies between them in at least 95 of a hundred samples, whatever the distribution. 0: there are too few.
    """
    if count > _EXACT:
        return floor((count - _Z * sqrt(count)) / 2)
    below, rank = 0, 0
    while rank < count:
        below += comb(count, rank)
        if below * 40 > 2**count:
            break
        rank += 1
    return rank
