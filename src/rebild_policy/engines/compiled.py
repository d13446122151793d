"""The compiled engine: a plan turned into Python source, compiled once. The default of `check()`.

The source holds only names that the compiler made, and fields of the vocabulary; texts, dates and functions come in as
constants. `CompiledEngine.source` shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

from rebild_policy.engines.base import Judgement, collapse, key_with_gaps
from rebild_policy.engines.formula_source import FALSE, TRUE, UNKNOWN, Formulas
from rebild_policy.engines.kleene_source import ALWAYS, Conditions
from rebild_policy.expressions import Expression, conjunction, conjuncts, variables
from rebild_policy.facts import Case
from rebild_policy.plan import OpenLink, Plan, open_links
from rebild_policy.results import Row, Verdict
from rebild_policy.rules import Rule

Fields: TypeAlias = dict[str, Any]
_Judge: TypeAlias = Callable[[Case, date], Any]


class CompiledEngine:
    """Judges cases by generated code, made when it is first asked: some fifty milliseconds for the bundled rules."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @property
    def source(self) -> str:
        """The generated source."""
        return self._plain[0]

    def verdicts(self, case: Case, as_of: date) -> list[Row]:
        """See `Engine.verdicts`."""
        rows: list[Row] = self._plain[1](case, as_of)
        return rows

    def judge(self, case: Case, as_of: date) -> Judgement:
        """See `Engine.judge`."""
        return Judgement(*self._counting[1](case, as_of))

    @cached_property
    def _plain(self) -> tuple[str, _Judge]:
        return _compiled(self.plan, counting=False)

    @cached_property
    def _counting(self) -> tuple[str, _Judge]:
        return _compiled(self.plan, counting=True)


def _compiled(plan: Plan, *, counting: bool) -> tuple[str, _Judge]:
    writer = _Writer(plan, counting=counting)
    source = writer.source()
    namespace: dict[str, Any] = {"__builtins__": {}, **writer.names.constants}
    exec(compile(source, "<compiled plan>", "exec"), namespace)  # noqa: S102 - made here, from names made here
    judge: _Judge = namespace["judge"]
    return source, judge


class _Writer(Formulas):
    """Writes the function of a plan: the loops over the matches of each rule, and what is said of them."""

    def __init__(self, plan: Plan, *, counting: bool) -> None:
        super().__init__(plan)
        self.counting = counting

    def source(self) -> str:
        with self.block(""):
            for rule in self.plan.rules:
                self.rule(rule)
            self.line("return rows, skipped" if self.counting else "return rows")
            body, self.lines = self.lines[1:], ["def judge(case, as_of):"]
            self.line("events = case.facts(as_of)")
            self.line("get = events.get")
            for type_, name in self.events.items():
                self.line(f"{name} = get({self.names.constant(type_)}, ())")
            self.line("rows = []")
            self.line("add = rows.append")
            if self.counting:
                self.line("skipped = {}")
        return "\n".join([*self.lines, *body]) + "\n"

    # ----------------------------------------------------------------------------------------------------------- a rule
    def rule(self, rule: Rule) -> None:
        """The loops over the matches of one rule, and what is said of each."""
        self.names.forget()
        variables = {var: self.names.new("e") for var, _ in rule.each}
        types = {var: (type_,) for var, type_ in rule.each}
        conditions = Conditions(self.plan, self.names, variables, types)
        links = open_links(rule)
        target = "add"
        if links:
            kept, target = self.names.new("r"), self.names.new("a")
            self.line(f"{kept} = []")
            self.line(f"{target} = {kept}.append")
        depth = self.depth
        asked = rule.condition
        for number, (var, type_) in enumerate(rule.each):
            self.line(f"for {variables[var]} in {self.events_of((type_,))}:")
            self.depth += 1
            others = [variables[other] for other, kind in rule.each[:number] if kind == type_]
            self._enter(" and ".join(f"{variables[var]} is not {other}" for other in others))
            if number == 0:
                self._enter(self._in_force(rule, variables[var]))
            if not self.counting:
                asked = self._narrow(asked, rule, number, conditions)
        self.match(rule, asked, conditions, self._key(rule, variables, links), target)
        self.depth = depth
        if links:
            self.line(f"rows += {self.names.constant(collapse)}({kept}, {key_with_gaps(self.plan, rule)})")

    def _enter(self, test: str) -> None:
        if test:
            self.line(f"if {test}:")
            self.depth += 1

    def _narrow(self, asked: Expression, rule: Rule, number: int, conditions: Conditions) -> Expression:
        """Go on only where no part of the condition is false already; what is left of it to ask, further in."""
        bound = {"case", *(var for var, _ in rule.each[: number + 1])}
        tests, left = [], []
        for part in conjuncts(asked):
            ready, known = variables(part) <= bound, conditions.known(part)
            if ready and known:
                tests.append(conditions.true(part))
            else:
                left.append(part)
            # What can be unknown is asked for good when all events are bound.
            if ready and not known and rule.each[number][0] in variables(part) and number < len(rule.each) - 1:
                tests.append(f"not {conditions.false(part)}")
        self._enter(" and ".join(test for test in tests if test != ALWAYS))
        return conjunction(left)

    def _in_force(self, rule: Rule, trigger: str) -> str:
        since = f"{trigger}['day'] >= {self.names.constant(rule.valid_from)}" if rule.valid_from > date.min else ""
        until = f"{trigger}['day'] <= {self.names.constant(rule.valid_to)}" if rule.valid_to < date.max else ""
        return " and ".join(filter(None, (since, until)))

    def _key(self, rule: Rule, variables: dict[str, str], links: tuple[OpenLink, ...]) -> str:
        """The trigger's id and the tuple of the other ids, less those that an empty link leaves open."""
        parts = []
        for var, _ in rule.each[1:]:
            freeing = [link.field for link in links if var in link.frees]
            empty = " or ".join(f"{variables[field.var]}[{field.name!r}] is None" for field in freeing)
            id_ = f"{variables[var]}['id']"
            parts.append(f"*(() if {empty} else ({id_},))," if empty else f"{id_},")
        return f"{variables[rule.each[0][0]]}['id'], ({' '.join(parts)})"

    def match(self, rule: Rule, asked: Expression, conditions: Conditions, key: str, target: str) -> None:
        """What is said of one match: nothing where the condition is false, else a row."""
        always = conditions.known(asked)
        if always:
            test = conditions.true(asked)
        else:
            test = self.names.new("t")
            value = self.three(conditions, asked)
            self.line(f"{test} = {value}")
        with self.block(f"if {test}:"):
            self.verdict(rule, conditions, key, target, None if always else test)
        if self.counting and test != ALWAYS:
            with self.block("else:"):
                name = self.names.constant(rule.name)
                self.line(f"skipped[{name}] = skipped.get({name}, 0) + 1")

    def verdict(self, rule: Rule, conditions: Conditions, key: str, target: str, test: str | None) -> None:
        """The ladder: kept, exempt, undetermined, and then by the larger of exemption and requirement."""
        self.dues = {}
        self.applies = rule.condition, test or TRUE
        # Half the time of calling the class, which only names the parts.
        new, row = self.names.constant(tuple.__new__), self.names.constant(Row)
        name = self.names.constant(rule.name)

        def say(verdict: str, due: str | None) -> None:
            self.line(f"{target}({new}({row}, ({name}, {key}, {verdict}, {due})))")

        required = self.formula(rule.require, conditions)
        with self.block(f"if {required.value} == {TRUE}:"):
            say(self.names.constant(Verdict.SATISFIED), required.due)
        with self.block("else:"):
            exempt = self.formula(rule.unless, conditions)
            ladder = self.names.constant((Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING))
            undetermined = self.names.constant(Verdict.UNDETERMINED)
            unknown = f"{undetermined} if {test} == {UNKNOWN} else " if test else ""
            if exempt.value == FALSE:
                say(f"{unknown}{ladder}[{required.value}]", required.due)
                return
            with self.block(f"if {exempt.value} == {TRUE}:"):
                say(self.names.constant(Verdict.EXEMPT), exempt.due)
            with self.block("else:"):
                either = self.combined("any", [exempt, required])
                say(f"{unknown}{ladder}[{either.value}]", either.due)
