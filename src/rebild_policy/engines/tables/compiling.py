"""One rule as one statement: its matches, their due dates, a step for each quantifier, and the verdicts.

Formulas have a value on the chain 0 false, 1 unknown, 2 open, 3 true, so that `some` is a MAX over joined candidates and
`none` the same, turned round. Nothing may be NULL there: `greatest` and `least` skip it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from sqlglot import exp

from rebild_policy.engines.tables import sql
from rebild_policy.engines.tables.collapsing import NUMBER, collapsed
from rebild_policy.engines.tables.conditions import Conditions, Durations, types_of
from rebild_policy.engines.tables.sql import Sql
from rebild_policy.engines.tables.windows import DATED, MATCHES, Windows
from rebild_policy.expressions import Before, Compare, Expression, Field, Linked, Or, conjuncts, variables
from rebild_policy.plan import Plan, open_links
from rebild_policy.plan.walks import quantifiers
from rebild_policy.results import Verdict
from rebild_policy.rules import Formula, Group, Holds, Quantifier, Rule, Within

CASE: Final = "case"
LEVEL: Final = "v"


class Answer(NamedTuple):
    """The value of a formula and the due date that goes with it (None: it never has one), and the level they stand on."""

    value: Sql
    due: Sql | None = None
    level: int = 0


@dataclass
class Program:
    """A plan as statements, one for each rule, and what they read.

    Each row holds `cid`, `rule` (its number), the places `p0`... and ids `k0`... of the bound events, `verdict` (its number in
    `VERDICTS`), `due`, and how many `matches` it stands for. Without `as_of`, each case has its own.
    """

    plan: Plan
    as_of: date | None = None
    long_cases: bool = False  # for cases of thousands of events: longer statements that do not compare each pair of events
    there: frozenset[str] | None = None  # the event types that the cases have; None: any
    durations: Durations = field(default_factory=Durations)
    needs: dict[str, set[str]] = field(default_factory=lambda: {CASE: {"cid"}})  # table -> columns
    texts: dict[int, str] = field(default_factory=dict)
    pauses: bool = False  # do suspensions move a due date?

    @property
    def width(self) -> int:
        """The most events that a rule binds."""
        return max((len(rule.each) for rule in self.plan.rules), default=1)

    def may_be_there(self, type_: str) -> bool:
        """May the cases have an event of a type?"""
        return self.there is None or type_ in self.there

    @property
    def columns(self) -> dict[str, str]:
        """The columns of a row, with their types."""
        places = {f"p{number}": "INTEGER" for number in range(self.width)}
        ids = {f"k{number}": "VARCHAR" for number in range(self.width)}
        return {"cid": "INTEGER", "rule": "INTEGER", **places, **ids, "verdict": "INTEGER", "due": "DATE", "matches": "BIGINT"}

    def text(self, number: int) -> str:
        """The statement of a rule."""
        if number not in self.texts:
            rule = self.plan.rules[number]
            if any(isinstance(node.window, Within) and node.window.paused for node in quantifiers(rule)):
                self.pauses = True
                self.needs.setdefault("suspension", set()).update({"cid", "day", "until"})
            self.texts[number] = sql.written(_Compiler(self, rule).statement(number))
        return self.texts[number]


@dataclass
class _Compiler:
    program: Program
    rule: Rule
    carried: dict[tuple[str, str], None] = field(default_factory=dict)  # what the matches hold
    steps: dict[str, Sql] = field(default_factory=dict)
    joins: list[exp.Join] = field(default_factory=list)
    # Values and due dates by name, level by level: each level reads those below it, so that none is written out twice.
    levels: list[dict[str, Sql]] = field(default_factory=lambda: [{}])

    def __post_init__(self) -> None:
        self.plan = self.program.plan
        self.types: dict[str, str] = dict(self.rule.each)
        self.trigger = self.rule.each[0][0]
        self.windows = Windows(self._conditions(self._of_match), self.program.durations)

    # ---------------------------------------------------------------------------------------------------------- columns
    def _conditions(self, place: object, types: Mapping[str, str] | None = None) -> Conditions:
        return Conditions(self.plan, place, types or self.types, self.trigger)  # type: ignore[arg-type]

    def _read(self, var: str, name: str) -> Sql:
        """A column of an event or the case, read from its own table."""
        self.program.needs.setdefault(CASE if var == CASE else self.types[var], set()).add(name)
        return sql.column(var, name)

    def _carry(self, var: str, name: str) -> str:
        self.carried[var, name] = None
        return f"{var}.{name}"

    def _of_match(self, var: str, name: str) -> Sql:
        return sql.column(MATCHES, self._carry(var, name))

    def _dated(self, var: str, name: str) -> Sql:
        return sql.column(DATED, self._carry(var, name))

    def _today(self) -> Sql:
        return sql.literal(self.program.as_of) if self.program.as_of else self._dated(CASE, "as_of")

    # -------------------------------------------------------------------------------------------------------- statement
    def statement(self, number: int) -> Sql:
        required, exempt = self.answer(self.rule.require), self.answer(self.rule.unless)
        best = self._combined("any", [exempt, required])
        said, level = self._named(self._verdict(required, exempt, best), best.level + 1)
        columns: dict[str, Sql] = {"cid": sql.column(LEVEL, "cid"), "rule": sql.literal(number)}
        columns |= {f"p{place}": self._of_level(var, "pos") for place, (var, _) in enumerate(self.rule.each)}
        columns |= {f"k{place}": id_ for place, id_ in enumerate(self._key())}
        columns |= {"verdict": said, "due": self._due(said, required, exempt, best), "matches": sql.literal(1)}
        columns = {name: columns.get(name, sql.null()) for name in self.program.columns}
        rows = sql.select([sql.as_(column, name) for name, column in columns.items()], self._leveled(level))
        # The windows first: they may carry more of a match.
        dated = self.windows.steps()
        matches = {MATCHES: self._matches(), **dated} if dated else {DATED: self._matches()}
        steps = {**matches, **self.steps}
        return sql.with_steps(collapsed(self.plan, self.rule, self.program.columns, rows), steps)

    def _of_level(self, var: str, name: str) -> Sql:
        return sql.column(LEVEL, self._carry(var, name))

    def _named(self, value: Sql, level: int) -> tuple[Sql, int]:
        """A value under a name on its level, where those above it read it; a constant needs none."""
        if isinstance(value, exp.Literal | exp.Boolean):
            return value, 0
        while len(self.levels) <= level:
            self.levels.append({})
        name = f"v{level}.{len(self.levels[level])}"
        self.levels[level][name] = value
        return sql.column(LEVEL, name), level

    def _leveled(self, level: int) -> exp.Subquery:
        """The matches with all values up to a level."""

        def every(alias: str, values: dict[str, Sql]) -> list[Sql]:
            star = exp.Column(this=exp.Star(), table=sql.named(alias))
            return [star, *(sql.as_(value, name) for name, value in values.items())]

        whole = sql.subquery(sql.select(every(DATED, self.levels[0]), sql.table(DATED), self.joins), LEVEL)
        for values in self.levels[1 : level + 1]:
            whole = sql.subquery(sql.select(every(LEVEL, values), whole), LEVEL)
        return whole

    def _matches(self) -> Sql:
        """Every way to bind the events of `each` on which the condition is not false."""
        conditions = self._conditions(self._read)
        parts = conjuncts(self.rule.condition)
        joins, bound = [], {CASE, self.trigger}
        where = [self._asked(conditions, part) for part in parts if variables(part) <= {self.trigger}]
        where += self._in_force()
        for place, (var, type_) in enumerate(self.rule.each[1:], 1):
            on = [sql.equal(self._read(var, "cid"), self._read(self.trigger, "cid"))]
            on += [
                sql.differs(self._read(var, "pos"), self._read(other, "pos"))
                for other, kind in self.rule.each[:place]
                if kind == type_
            ]
            bound.add(var)
            on += [
                self._asked(conditions, part)
                for part in parts
                if var in variables(part) and variables(part) <= bound and CASE not in variables(part)
            ]
            joins.append(sql.joined(sql.table(type_, var), on))
        of_case = [part for part in parts if CASE in variables(part) or not variables(part)]
        if of_case or any(var == CASE for var, _ in self.carried):
            on = [sql.equal(self._read(CASE, "cid"), self._read(self.trigger, "cid"))]
            joins.append(sql.joined(sql.table(CASE), on))
            where += [self._asked(conditions, part) for part in of_case]
        columns = [sql.as_(self._number(), "match"), sql.as_(self._read(self.trigger, "cid"), "cid")]
        # What can't be unknown has been asked for good.
        unsure = [conditions.truth(part) for part in parts if not conditions.known(part)]
        columns.append(sql.as_(sql.both(unsure), "applies"))
        columns += [sql.as_(self._read(var, name), f"{var}.{name}") for var, name in self.carried]
        return sql.select(columns, sql.table(self.types[self.trigger], self.trigger), joins, where)

    def _number(self) -> Sql:
        """A number for each match: that of its event, where it binds one."""
        if len(self.rule.each) > 1:
            return exp.Window(this=sql.call("row_number"))
        cid = exp.Cast(this=self._read(self.trigger, "cid"), to=exp.DataType.build("BIGINT"))
        return sql.binary(exp.Add, sql.binary(exp.Mul, cid, sql.literal(2**31)), self._read(self.trigger, "pos"))

    def _asked(self, conditions: Conditions, part: Expression) -> Sql:
        truth = conditions.truth(part)
        return truth if conditions.known(part) else sql.not_false(truth)

    def _in_force(self) -> Iterator[Sql]:
        day = self._read(self.trigger, "day")
        if self.rule.valid_from > date.min:
            yield sql.at_most(sql.literal(self.rule.valid_from), day)
        if self.rule.valid_to < date.max:
            yield sql.at_most(day, sql.literal(self.rule.valid_to))

    def _verdict(self, required: Answer, exempt: Answer, best: Answer) -> Sql:
        ladder = (Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING)
        pairs = [
            (sql.equal(required.value, sql.literal(sql.TRUE)), Verdict.SATISFIED),
            (sql.equal(exempt.value, sql.literal(sql.TRUE)), Verdict.EXEMPT),
            (sql.is_null(sql.column(LEVEL, "applies")), Verdict.UNDETERMINED),
            *((sql.equal(best.value, sql.literal(value)), verdict) for value, verdict in enumerate(ladder)),
        ]
        return sql.case((test, sql.literal(NUMBER[verdict])) for test, verdict in pairs)

    def _due(self, said: Sql, required: Answer, exempt: Answer, best: Answer) -> Sql:
        """That of the requirement kept, or the last day on which rule or exemption can be met."""
        if best.due is None:
            return _no_date()
        pairs = [
            (sql.equal(said, sql.literal(NUMBER[Verdict.SATISFIED])), required.due or _no_date()),
            (sql.equal(said, sql.literal(NUMBER[Verdict.EXEMPT])), exempt.due or _no_date()),
        ]
        return sql.case(pairs, best.due)

    # --------------------------------------------------------------------------------------------------------- findings
    def _key(self) -> Iterator[Sql]:
        """The ids of the bound events, less those that an empty link leaves open."""
        yield self._of_level(self.trigger, "id")
        links, others = open_links(self.rule), [var for var, _ in self.rule.each[1:]]
        if not links:
            yield from (self._of_level(var, "id") for var in others)
            return
        kept = []
        for var in others:
            given = [sql.is_given(self._of_level(link.field.var, link.field.name)) for link in links if var in link.frees]
            kept.append(sql.case([(sql.both(given), self._of_level(var, "id"))]))
        # Those that are left stand together: the last places are empty.
        whole = sql.listed(kept)
        given = [sql.call("list_filter", whole, sql.given_item())]
        yield from (sql.call("list_extract", given[0], sql.literal(place)) for place in range(1, len(others) + 1))

    # --------------------------------------------------------------------------------------------------------- formulas
    def answer(self, formula: Formula) -> Answer:
        """The value and the due date of a formula."""
        match formula:
            case Holds(condition):
                return Answer(*self._leaf(sql.three(self._conditions(self._dated).truth(condition))))
            case Quantifier():
                return self._quantifier(formula)
            case Group(kind, parts):
                return self._combined(kind, [self.answer(part) for part in parts])

    def _leaf(self, value: Sql, due: Sql | None = None) -> tuple[Sql, Sql | None, int]:
        return self._named(value, 0)[0], due, 0

    def _combined(self, kind: str, answers: list[Answer]) -> Answer:
        neutral = Answer(sql.literal(sql.TRUE if kind == "all" else sql.FALSE))
        answers = [answer for answer in answers if answer != neutral]
        if not answers:
            return neutral
        if len(answers) == 1:
            return answers[0]
        pick = "least" if kind == "all" else "greatest"
        level = 1 + max(answer.level for answer in answers)
        best, _ = self._named(sql.call(pick, *(answer.value for answer in answers)), level)
        dues = [sql.case([(sql.equal(answer.value, best), answer.due)]) for answer in answers if answer.due]
        if not dues:
            return Answer(best, None, level)
        due, level = self._named(sql.call(pick, *dues), level + 1)
        return Answer(best, due, level)

    def _quantifier(self, node: Quantifier) -> Answer:
        """The best candidate of each match in a step of its own, and what the absence of candidates says."""
        name = f"q{len(self.joins)}"
        due = self.windows.due(node.window, DATED) if node.window else None
        shown = self.windows.due(node.window, LEVEL) if node.window else None
        there = [type_ for type_ in types_of(self.plan, node.types) if self.program.may_be_there(type_)]
        if not there:
            return Answer(*self._leaf(self._base(node, due, sql.FALSE if node.kind == "some" else sql.TRUE), shown))
        candidates = [one for type_ in there for one in self._candidates(node, type_, due)]
        value = sql.as_(sql.call("max", sql.column("x", "value")), "value")
        match = sql.column("x", "match")
        rows = sql.subquery(sql.union(candidates), "x")
        self.steps[name] = sql.grouped(sql.select([sql.as_(match, "match"), value], rows), [match])
        on = [sql.equal(sql.column(name, "match"), sql.column(DATED, "match"))]
        self.joins.append(sql.joined(sql.table(name), on, left=True))
        found = sql.or_else(sql.column(name, "value"), sql.literal(sql.FALSE))
        if node.kind == "some":
            return Answer(*self._leaf(sql.call("greatest", found, self._base(node, due, sql.FALSE)), shown))
        turned = sql.case([(sql.equal(found, sql.literal(n)), sql.literal(3 - n)) for n in (sql.FALSE, sql.TRUE)], found)
        return Answer(*self._leaf(sql.call("least", turned, self._base(node, due, sql.TRUE)), shown))

    def _base(self, node: Quantifier, due: Sql | None, otherwise: int) -> Sql:
        if not node.covered:
            return sql.literal(sql.UNKNOWN)
        if due is None:
            return sql.literal(otherwise)
        pairs = [(sql.is_null(due), sql.literal(sql.UNKNOWN)), (sql.at_most(self._today(), due), sql.literal(sql.OPEN))]
        return sql.case(pairs, sql.literal(otherwise))

    def _candidates(self, node: Quantifier, type_: str, due: Sql | None) -> Iterator[Sql]:
        """Each match with each candidate of one type that is not certainly none, and the value of that."""
        var = f"{node.var} "  # no author can write such a name, so that it is none of those bound
        types = {**self.types, node.var: type_}

        def place(of: str, name: str) -> Sql:
            if of != node.var:
                return self._dated(of, name)
            self.program.needs.setdefault(type_, set()).add(name)
            return sql.column(var, name)

        conditions = self._conditions(place, types)
        on = [sql.equal(place(node.var, "cid"), sql.column(DATED, "cid"))]
        on += [sql.differs(place(node.var, "pos"), self._dated(other, "pos")) for other, kind in self.rule.each if kind == type_]
        unsure: list[Sql] = []
        split: list[list[Sql]] = [[]]
        for part in conjuncts(node.where):
            truth, known = conditions.truth(part), conditions.known(part)
            unsure += [] if known else [truth]
            equal = part.parts if isinstance(part, Or) else (part,)
            wanted = self.program.long_cases and len(split) == 1 and (not known or isinstance(part, Or))
            if wanted and all(_equates(one, node.var) for one in equal):
                split = [[*tests, sql.not_false(truth)] for one in equal for tests in _by_equality(one, node.var, conditions)]
            # The order of two events is long to ask: once, of those that are left.
            elif known or not isinstance(part, Before):
                on.append(truth if known else sql.not_false(truth))
        if due:
            in_time = sql.at_most(place(node.var, "day"), due)
            on.append(sql.not_false(in_time))
            unsure.append(in_time)
        value = sql.three(sql.both(unsure)) if unsure else sql.literal(sql.TRUE)
        columns = [sql.as_(sql.column(DATED, "match"), "match"), sql.as_(value, "value")]
        for tests in split:
            yield sql.select(columns, sql.table(DATED), [sql.joined(sql.table(type_, var), [*on, *tests])])


def _equates(part: Expression, var: str) -> bool:
    """Is it an equality between a candidate and what is bound, of which no side is a list?"""
    match part:
        case Compare("==", left, right) | Linked(left, right):
            sides = [variables(side) for side in (left, right)]
            return {var} in sides and any(side and var not in side for side in sides)
    return False


def _by_equality(part: Expression, var: str, conditions: Conditions) -> Iterator[list[Sql]]:
    """Three joins in place of one that only a pair at a time can answer: equal, the candidate's side empty, the other's.

    Each takes time in proportion to what it finds, also in a case with very many events.
    """
    assert isinstance(part, Compare | Linked)  # noqa: S101 - as has been asked
    own, other = (part.left, part.right) if variables(part.left) == {var} else (part.right, part.left)
    if isinstance(part, Linked) and (conditions.many(own) or conditions.many(other)):
        yield [sql.not_false(conditions.truth(part))]
        return
    one, two = conditions.value(own), conditions.value(other)
    yield [sql.equal(one, two)]
    open_ = [isinstance(part, Compare) or not isinstance(side, Field) or not side.covered for side in (own, other)]
    if open_[0]:
        yield [sql.is_null(one)]
    if open_[1]:
        yield [sql.is_null(two), *([sql.is_given(one)] if open_[0] else [])]


def _no_date() -> Sql:
    return exp.Cast(this=sql.null(), to=exp.DataType.build("DATE"))
