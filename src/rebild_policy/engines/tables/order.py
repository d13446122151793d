"""The order of two events as SQL: `facts.order`, for two variables whose types are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from rebild_policy.engines.tables import sql
from rebild_policy.engines.tables.sql import Sql
from rebild_policy.plan import Plan

Place: TypeAlias = Callable[[str, str], Sql]
Variable: TypeAlias = tuple[str, str]  # a variable and its event type


def before(plan: Plan, place: Place, first: Variable, second: Variable) -> Sql:
    """Is the first event earlier than the second? NULL where the source can't tell."""
    if first[0] == second[0]:
        return sql.literal(False)
    day, other = place(first[0], "day"), place(second[0], "day")
    tie = on_one_day(plan, place, first, second)
    return sql.case([(sql.less(day, other), sql.literal(True)), (sql.less(other, day), sql.literal(False))], tie)


def on_one_day(plan: Plan, place: Place, first: Variable, second: Variable) -> Sql:
    """The same for two events of one day."""
    instant, other = place(first[0], "instant"), place(second[0], "instant")
    by_place = sql.less(place(first[0], "pos"), place(second[0], "pos"))
    clocks = sql.both([sql.is_given(instant), sql.is_given(other)])
    otherwise = by_place if plan.same_day == "source-order" else sql.case([(clocks, by_place)])
    tie = _Tie(plan, place, otherwise)
    tie.add(second, first, swapped=False)
    tie.add(first, second, swapped=True)
    apart = sql.both([clocks, sql.differs(instant, other)])
    return sql.case([(apart, sql.less(instant, other))], tie.answer())


class _Tie:
    """What links say of two events at one time: which of them make the first one earlier, which later, and how surely."""

    def __init__(self, plan: Plan, place: Place, otherwise: Sql) -> None:
        self.plan = plan
        self.place = place
        self.otherwise = otherwise
        self.known: dict[bool, list[Sql]] = {True: [], False: []}
        self.possible: dict[bool, list[Sql]] = {True: [], False: []}

    def add(self, event: Variable, other: Variable, *, swapped: bool) -> None:
        """The links of `event`, which is the second of the two unless they are `swapped`."""
        (var, type_), (target, target_type) = event, other
        for spec in self.plan.vocabulary.types[type_].links:
            if spec.link is None:
                continue
            says = spec.link.forward == swapped
            link, id_ = self.place(var, spec.name), self.place(target, "id")
            names = sql.call("list_contains", link, id_) if spec.many else sql.equal(link, id_)
            self.known[says].append(sql.surely(names))
            if spec.link.may_name(target_type) and not self.plan.covers(type_, spec.name):
                self.possible[says].append(sql.is_null(link))

    def answer(self) -> Sql:
        """What the known links say, if no link that might be there would change it."""
        if not any(self.known.values()):
            return self.otherwise
        said = [self._decided(with_true=more, with_false=other) for more in (False, True) for other in (False, True)]
        if not any(self.possible.values()):
            return said[0]
        return sql.case([(sql.both(sql.same(said[0], one) for one in said[1:]), said[0])])

    def _decided(self, *, with_true: bool, with_false: bool) -> Sql:
        earlier = sql.either([*self.known[True], *(self.possible[True] if with_true else ())])
        later = sql.either([*self.known[False], *(self.possible[False] if with_false else ())])
        pairs = [
            (sql.both([earlier, sql.negated(later)]), sql.literal(True)),
            (sql.both([later, sql.negated(earlier)]), sql.literal(False)),
        ]
        return sql.case(pairs, self.otherwise)
