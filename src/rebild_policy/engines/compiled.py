"""The compiled engine: a plan turned into Python source, compiled once. The default of `check()`.

The source holds only names that the compiler made, and fields of the vocabulary; texts, dates and functions come in as
constants. `CompiledEngine.source` shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

from rebild_policy.calendar import Duration
from rebild_policy.engines.base import Judgement, collapse, constant_of, key_with_gaps
from rebild_policy.engines.kleene_source import ALWAYS, NEVER, Conditions, Names
from rebild_policy.engines.runtime import DueDates, deadline, earliest, every, latest
from rebild_policy.expressions import TRUE, And, Expression, Or, conjunction, conjuncts, variables
from rebild_policy.facts import ANY_EVENT, Case
from rebild_policy.plan import OpenLink, Plan, open_links
from rebild_policy.results import Row, Verdict
from rebild_policy.rules import By, Formula, Group, Holds, Quantifier, Rule, Window

Fields: TypeAlias = dict[str, Any]
_Judge: TypeAlias = Callable[[Case, date], Any]
_FALSE, _UNKNOWN, _OPEN, _TRUE = "0", "1", "2", "3"


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


@dataclass(frozen=True, slots=True)
class _Part:
    """A formula that has been written: where its value is, and where its due date, if it has one.

    An `any` names its alternatives, so that one inside another is the same as all of them side by side.
    """

    value: str
    due: str | None = None
    alternatives: tuple[_Part, ...] = ()


class _Writer:
    """Writes the function of a plan, line by line."""

    def __init__(self, plan: Plan, *, counting: bool) -> None:
        self.plan = plan
        self.counting = counting
        self.names = Names()
        self.lines: list[str] = []
        self.depth = 0
        self.events: dict[str, str] = {}
        self.dues: dict[Window, str] = {}
        self.applies: tuple[Expression | None, str] = (None, "")

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """An indented block; ALWAYS as the test of an `if` needs none."""
        if head == f"if {ALWAYS}:":
            yield
            return
        self.line(head)
        self.depth += 1
        yield
        self.depth -= 1

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
            self.line(f"for {variables[var]} in {self._events((type_,))}:")
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
            value = self._three(conditions, asked)
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
        self.applies = rule.condition, test or _TRUE
        # Half the time of calling the class, which only names the parts.
        new, row = self.names.constant(tuple.__new__), self.names.constant(Row)
        name = self.names.constant(rule.name)

        def say(verdict: str, due: str | None) -> None:
            self.line(f"{target}({new}({row}, ({name}, {key}, {verdict}, {due})))")

        required = self.formula(rule.require, conditions)
        with self.block(f"if {required.value} == {_TRUE}:"):
            say(self.names.constant(Verdict.SATISFIED), required.due)
        with self.block("else:"):
            exempt = self.formula(rule.unless, conditions)
            ladder = self.names.constant((Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING))
            undetermined = self.names.constant(Verdict.UNDETERMINED)
            unknown = f"{undetermined} if {test} == {_UNKNOWN} else " if test else ""
            if exempt.value == _FALSE:
                say(f"{unknown}{ladder}[{required.value}]", required.due)
                return
            with self.block(f"if {exempt.value} == {_TRUE}:"):
                say(self.names.constant(Verdict.EXEMPT), exempt.due)
            with self.block("else:"):
                either = self._combined("any", [exempt, required])
                say(f"{unknown}{ladder}[{either.value}]", either.due)

    # --------------------------------------------------------------------------------------------------------- formulas
    def formula(self, formula: Formula, conditions: Conditions) -> _Part:
        """Write a formula; its value is a number on the chain 0 false, 1 unknown, 2 open, 3 true."""
        match formula:
            case Holds(condition) if condition == self.applies[0]:
                return _Part(self.applies[1])
            case Holds(condition):
                return _Part(self._store(self._three(conditions, condition)))
            case Quantifier():
                return self.quantifier(formula, conditions)
            case Group(kind, parts):
                return self.group(kind, parts, conditions)

    def _three(self, conditions: Conditions, condition: Expression) -> str:
        true = conditions.true(condition)
        if true == ALWAYS:
            return _TRUE
        otherwise = _FALSE
        if not conditions.known(condition):
            false = conditions.false_otherwise(condition)
            otherwise = _UNKNOWN if false == NEVER else f"{_FALSE} if {false} else {_UNKNOWN}"
        return otherwise if true == NEVER else f"{_TRUE} if {true} else {otherwise}"

    def _store(self, value: str) -> str:
        if value.isdigit():
            return value
        name = self.names.new("v")
        self.line(f"{name} = {value}")
        return name

    def group(self, kind: Literal["any", "all"], parts: tuple[Formula, ...], conditions: Conditions) -> _Part:
        """`any` or `all`: parts that can no longer change the answer are skipped, where no due date hangs on them."""
        if not parts:
            return _Part(_TRUE if kind == "all" else _FALSE)
        if all(isinstance(part, Holds) for part in parts):
            held = tuple(part.condition for part in parts if isinstance(part, Holds))
            whole: Expression = held[0] if len(held) == 1 else And(held) if kind == "all" else Or(held)
            return _Part(self._store(self._three(conditions, whole)))
        if len(parts) == 1:
            return self.formula(parts[0], conditions)
        if VARIES in {_window_of(part) for part in parts} or len({_window_of(part) for part in parts}) > 1:
            return self._combined(kind, [self.formula(part, conditions) for part in parts])
        decided, sign = (_FALSE, "<") if kind == "all" else (_TRUE, ">")
        first = self.formula(parts[0], conditions)
        value = self.names.new("v")
        self.line(f"{value} = {first.value}")
        for part in parts[1:]:
            with self.block(f"if {value} != {decided}:"):
                other = self.formula(part, conditions)
                self.line(f"if {other.value} {sign} {value}: {value} = {other.value}")
        return _Part(value, first.due)

    def _combined(self, kind: Literal["any", "all"], parts: list[_Part]) -> _Part:
        """The best value, and the due date that goes with it: the latest (`any`) or earliest (`all`) of those that have it."""
        alternatives = tuple(one for part in parts for one in part.alternatives or (part,)) if kind == "any" else ()
        best = self._best(kind, [part.value for part in parts])
        return _Part(best, self._due_of(kind, best, alternatives or tuple(parts)), alternatives)

    def _best(self, kind: Literal["any", "all"], values: list[str]) -> str:
        """A variable with the greatest (`any`) or least (`all`) of some values."""
        sign = "<" if kind == "all" else ">"
        best = self.names.new("v")
        self.line(f"{best} = {values[0]}")
        for value in values[1:]:
            self.line(f"if {value} {sign} {best}: {best} = {value}")
        return best

    def _due_of(self, kind: Literal["any", "all"], best: str, parts: tuple[_Part, ...]) -> str | None:
        dated = [part for part in parts if part.due]
        if len({part.due for part in dated}) > 1:
            pairs = ", ".join(f"({part.value}, {part.due})" for part in parts)
            return self._store(f"{self.names.constant(latest if kind == 'any' else earliest)}(({pairs}))")
        if not dated or len(dated) == len(parts):
            return dated[0].due if dated else None
        # A part without a due date takes it away where its value alone is the best.
        return self._store(f"{dated[0].due} if {' or '.join(f'{part.value} == {best}' for part in dated)} else None")

    # ------------------------------------------------------------------------------------------------------- quantifiers
    def quantifier(self, node: Quantifier, conditions: Conditions) -> _Part:
        """A loop over candidates that stops at the first that settles the matter."""
        due = self.due(node.window, conditions) if node.window else None
        value = self.names.new("v")
        settled = (_FALSE, _TRUE) if node.kind == "some" else (_TRUE, _FALSE)
        if due:
            # Without a due date no candidate can settle anything.
            with self.block(f"if {due} is None:"):
                self.line(f"{value} = {_UNKNOWN}")
            with self.block("else:"):
                self._search(node, conditions, value, settled, due)
                return _Part(value, due)
        self._search(node, conditions, value, settled, None)
        return _Part(value, due)

    def _search(self, node: Quantifier, conditions: Conditions, value: str, settled: tuple[str, str], due: str | None) -> None:
        start, found = settled
        candidate = self.names.new("c")
        inner = Conditions(
            self.plan,
            self.names,
            {**conditions.variables, node.var: candidate},
            {**conditions.types, node.var: node.types},
        )
        guards = [
            f"{candidate} is not {variable}"
            for var, variable in conditions.variables.items()
            if node.types == (ANY_EVENT,) or conditions.types[var][0] in node.types
        ]
        self.line(f"{value} = {start}")
        loop = self.block(f"for {candidate} in {self._events(node.types)}:")
        with loop, self.block(f"if {' and '.join(guards) or ALWAYS}:"):
            known = [part for part in conjuncts(node.where) if inner.known(part)]
            rest = conjunction([part for part in conjuncts(node.where) if part not in known])
            in_time = [f"{candidate}['day'] <= {due}"] if due else []
            with self.block(f"if {' and '.join([*in_time, *map(inner.true, known)]) or ALWAYS}:"):
                with self.block(f"if {inner.true(rest)}:"):
                    self.line(f"{value} = {found}")
                    self.line("break")
                if rest != TRUE:
                    with self.block(f"if not {inner.false_otherwise(rest)}:"):
                        self.line(f"{value} = {_UNKNOWN}")
        with self.block("else:"):
            self._base(node, value, due)

    def _base(self, node: Quantifier, value: str, due: str | None) -> None:
        """What the absence of a candidate says: unknown if not covered, open while there is time."""
        if not node.covered:
            self.line(f"{value} = {_UNKNOWN}")
        elif due and node.kind == "some":
            self.line(f"if as_of <= {due}: {value} = {_OPEN}")
        elif due:
            self.line(f"if {value} == {_TRUE} and as_of <= {due}: {value} = {_OPEN}")
        else:
            self.line("pass")

    def _events(self, types: tuple[str, ...]) -> str:
        if types == (ANY_EVENT,):
            return f"{self.names.constant(every)}(events)"
        names = [self.events.setdefault(type_, f"n{len(self.events) + 1}") for type_ in types]
        return f"(*{', *'.join(names)})" if len(names) > 1 else names[0]

    # --------------------------------------------------------------------------------------------------------- deadlines
    def due(self, window: Window, conditions: Conditions) -> str:
        """A variable with the due date, computed once a match for all parts that share the window."""
        if window not in self.dues:
            name = self.names.new("d")
            self.line(f"{name} = {self._due(window, conditions)}")
            self.dues[window] = name
        return self.dues[window]

    def _due(self, window: Window, conditions: Conditions) -> str:
        if isinstance(window, By):
            return conditions.value(window.date)
        if not window.computable or window.start is None:
            return "None"
        counting = conditions if self.plan.calendar.cut_off is None else conditions.counting()
        start = counting.value(window.start)
        duration = constant_of(window.duration, self.plan)
        if isinstance(duration, Duration) and not window.paused:
            return f"{self.names.made(DueDates, self.plan.calendar, duration, window.roll)}[{start}]"
        calendar, function = self.names.constant(self.plan.calendar), self.names.constant(deadline)
        suspensions = self._events(("suspension",)) if window.paused else "()"
        roll = self.names.constant(window.roll)
        return f"{function}({calendar}, {start}, {conditions.value(window.duration)}, {suspensions}, case, {roll})"


VARIES: Final = "varies"


def _window_of(formula: Formula) -> Window | Literal["varies"] | None:
    """The one window that the due date of a formula always comes from; "varies" where that depends on its value."""
    if isinstance(formula, Group):
        windows = {_window_of(part) for part in formula.parts}
        return VARIES if len(windows) > 1 else next(iter(windows), None)
    return formula.window if isinstance(formula, Quantifier) else None
