"""The requirement and the exemptions of a rule as Python source: formulas, quantifiers and the due dates that go with them.

Formulas have a number on the chain 0 false, 1 unknown, 2 open, 3 true. `kleene_source` writes the conditions in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

from rebild_policy.calendar import Duration
from rebild_policy.engines.base import constant_of
from rebild_policy.engines.kleene_source import ALWAYS, NEVER, Conditions, Names
from rebild_policy.engines.runtime import DueDates, deadline, earliest, every, latest
from rebild_policy.expressions import TRUE as ALWAYS_TRUE
from rebild_policy.expressions import And, Expression, Or, conjunction, conjuncts
from rebild_policy.facts import ANY_EVENT
from rebild_policy.plan import Plan
from rebild_policy.rules import By, Formula, Group, Holds, Quantifier, Window

# The values of formulas, as source.
FALSE, UNKNOWN, OPEN, TRUE = "0", "1", "2", "3"


@dataclass(frozen=True, slots=True)
class Part:
    """A formula that has been written: where its value is, and where its due date, if it has one.

    An `any` names its alternatives, so that one inside another is the same as all of them side by side.
    """

    value: str
    due: str | None = None
    alternatives: tuple[Part, ...] = ()


class Formulas:
    """Writes formulas, line by line. `applies` is a condition that is known to hold where they stand, and its value."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.names = Names()
        self.lines: list[str] = []
        self.depth = 0
        self.events: dict[str, str] = {}
        self.dues: dict[Window, str] = {}
        self.applies: tuple[Expression | None, str] = (None, "")

    def line(self, text: str) -> None:
        """Write a line."""
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

    # --------------------------------------------------------------------------------------------------------- formulas
    def formula(self, formula: Formula, conditions: Conditions) -> Part:
        """Write a formula; its value is a number on the chain 0 false, 1 unknown, 2 open, 3 true."""
        match formula:
            case Holds(condition) if condition == self.applies[0]:
                return Part(self.applies[1])
            case Holds(condition):
                return Part(self._store(self.three(conditions, condition)))
            case Quantifier():
                return self.quantifier(formula, conditions)
            case Group(kind, parts):
                return self.group(kind, parts, conditions)

    def three(self, conditions: Conditions, condition: Expression) -> str:
        """The value of a condition: 0, 1 or 3."""
        true = conditions.true(condition)
        if true == ALWAYS:
            return TRUE
        otherwise = FALSE
        if not conditions.known(condition):
            false = conditions.false_otherwise(condition)
            otherwise = UNKNOWN if false == NEVER else f"{FALSE} if {false} else {UNKNOWN}"
        return otherwise if true == NEVER else f"{TRUE} if {true} else {otherwise}"

    def _store(self, value: str) -> str:
        if value.isdigit():
            return value
        name = self.names.new("v")
        self.line(f"{name} = {value}")
        return name

    def group(self, kind: Literal["any", "all"], parts: tuple[Formula, ...], conditions: Conditions) -> Part:
        """`any` or `all`: parts that can no longer change the answer are skipped, where no due date hangs on them."""
        if not parts:
            return Part(TRUE if kind == "all" else FALSE)
        if all(isinstance(part, Holds) for part in parts):
            held = tuple(part.condition for part in parts if isinstance(part, Holds))
            whole: Expression = held[0] if len(held) == 1 else And(held) if kind == "all" else Or(held)
            return Part(self._store(self.three(conditions, whole)))
        if len(parts) == 1:
            return self.formula(parts[0], conditions)
        if VARIES in {_window_of(part) for part in parts} or len({_window_of(part) for part in parts}) > 1:
            return self.combined(kind, [self.formula(part, conditions) for part in parts])
        decided, sign = (FALSE, "<") if kind == "all" else (TRUE, ">")
        first = self.formula(parts[0], conditions)
        value = self.names.new("v")
        self.line(f"{value} = {first.value}")
        for part in parts[1:]:
            with self.block(f"if {value} != {decided}:"):
                other = self.formula(part, conditions)
                self.line(f"if {other.value} {sign} {value}: {value} = {other.value}")
        return Part(value, first.due)

    def combined(self, kind: Literal["any", "all"], parts: list[Part]) -> Part:
        """The best value, and the due date that goes with it: the latest (`any`) or earliest (`all`) of those that have it."""
        alternatives = tuple(one for part in parts for one in part.alternatives or (part,)) if kind == "any" else ()
        best = self._best(kind, [part.value for part in parts])
        return Part(best, self._due_of(kind, best, alternatives or tuple(parts)), alternatives)

    def _best(self, kind: Literal["any", "all"], values: list[str]) -> str:
        """A variable with the greatest (`any`) or least (`all`) of some values."""
        sign = "<" if kind == "all" else ">"
        best = self.names.new("v")
        self.line(f"{best} = {values[0]}")
        for value in values[1:]:
            self.line(f"if {value} {sign} {best}: {best} = {value}")
        return best

    def _due_of(self, kind: Literal["any", "all"], best: str, parts: tuple[Part, ...]) -> str | None:
        dated = [part for part in parts if part.due]
        if len({part.due for part in dated}) > 1:
            pairs = ", ".join(f"({part.value}, {part.due})" for part in parts)
            return self._store(f"{self.names.constant(latest if kind == 'any' else earliest)}(({pairs}))")
        if not dated or len(dated) == len(parts):
            return dated[0].due if dated else None
        # A part without a due date takes it away where its value alone is the best.
        return self._store(f"{dated[0].due} if {' or '.join(f'{part.value} == {best}' for part in dated)} else None")

    # ------------------------------------------------------------------------------------------------------- quantifiers
    def quantifier(self, node: Quantifier, conditions: Conditions) -> Part:
        """A loop over candidates that stops at the first that settles the matter."""
        due = self.due(node.window, conditions) if node.window else None
        value = self.names.new("v")
        settled = (FALSE, TRUE) if node.kind == "some" else (TRUE, FALSE)
        if due:
            # Without a due date no candidate can settle anything.
            with self.block(f"if {due} is None:"):
                self.line(f"{value} = {UNKNOWN}")
            with self.block("else:"):
                self._search(node, conditions, value, settled, due)
                return Part(value, due)
        self._search(node, conditions, value, settled, None)
        return Part(value, due)

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
        loop = self.block(f"for {candidate} in {self.events_of(node.types)}:")
        with loop, self.block(f"if {' and '.join(guards) or ALWAYS}:"):
            known = [part for part in conjuncts(node.where) if inner.known(part)]
            rest = conjunction([part for part in conjuncts(node.where) if part not in known])
            in_time = [f"{candidate}['day'] <= {due}"] if due else []
            with self.block(f"if {' and '.join([*in_time, *map(inner.true, known)]) or ALWAYS}:"):
                with self.block(f"if {inner.true(rest)}:"):
                    self.line(f"{value} = {found}")
                    self.line("break")
                if rest != ALWAYS_TRUE:
                    with self.block(f"if not {inner.false_otherwise(rest)}:"):
                        self.line(f"{value} = {UNKNOWN}")
        with self.block("else:"):
            self._base(node, value, due)

    def _base(self, node: Quantifier, value: str, due: str | None) -> None:
        """What the absence of a candidate says: unknown if not covered, open while there is time."""
        if not node.covered:
            self.line(f"{value} = {UNKNOWN}")
        elif due and node.kind == "some":
            self.line(f"if as_of <= {due}: {value} = {OPEN}")
        elif due:
            self.line(f"if {value} == {TRUE} and as_of <= {due}: {value} = {OPEN}")
        else:
            self.line("pass")

    def events_of(self, types: tuple[str, ...]) -> str:
        """Where the visible events of some types are."""
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
        suspensions = self.events_of(("suspension",)) if window.paused else "()"
        roll = self.names.constant(window.roll)
        return f"{function}({calendar}, {start}, {conditions.value(window.duration)}, {suspensions}, case, {roll})"


VARIES: Final = "varies"


def _window_of(formula: Formula) -> Window | Literal["varies"] | None:
    """The one window that the due date of a formula always comes from; "varies" where that depends on its value."""
    if isinstance(formula, Group):
        windows = {_window_of(part) for part in formula.parts}
        return VARIES if len(windows) > 1 else next(iter(windows), None)
    return formula.window if isinstance(formula, Quantifier) else None
