"""Conditions and exemptions of a rule in words, with the names that people know and none of the rule language."""

from __future__ import annotations

from collections.abc import Iterable

from rebild_policy.expressions import (
    And,
    Attribute,
    Before,
    Compare,
    Conditional,
    Day,
    Expression,
    Literal,
    Membership,
    Not,
    Or,
    Parameter,
    Present,
    Term,
    walk,
)
from rebild_policy.facts import vocabulary
from rebild_policy.loading import RuleSet
from rebild_policy.report.writing import Writer
from rebild_policy.rules import By, Formula, Group, Holds, Quantifier, Rule, Within


class Phrases:
    """Puts the formulas of one rule into words, in one language."""

    def __init__(self, rule: Rule, ruleset: RuleSet, writer: Writer) -> None:
        self.ruleset = ruleset
        self.writer = writer
        self.types: dict[str, tuple[str, ...]] = {var: (type_,) for var, type_ in rule.each}

    def formula(self, formula: Formula) -> str:
        """A requirement or an exemption as a phrase."""
        match formula:
            case Holds(condition):
                return self.condition(condition)
            case Quantifier():
                return self._quantifier(formula)
            case Group(kind, parts):
                return self._joined((self.formula(part) for part in parts), "or" if kind == "any" else "and")

    def _quantifier(self, node: Quantifier) -> str:
        inner = Phrases.__new__(Phrases)
        inner.ruleset, inner.writer, inner.types = self.ruleset, self.writer, {**self.types, node.var: node.types}
        say = self.writer.say
        what = self.writer.listing((self.writer.quoted(self.writer.event(type_)) for type_ in node.types), "or")
        text = say(f"phrase.{node.kind}", what=what)
        if node.before:
            text += say("phrase.before", what=self._event(node.before))
        if node.of or node.after:
            text += say("phrase.of" if node.of else "phrase.after", what=self._event(node.of or node.after or ""))
        if node.same:
            text += say("phrase.same")
        if not isinstance(node.where, Literal):
            text += say("phrase.where", what=inner.condition(node.where))
        return text + self._window(node)

    def _window(self, node: Quantifier) -> str:
        match node.window:
            case Within(duration):
                names = [part.name for part in walk(duration) if isinstance(part, Parameter)]
                titles = (self.ruleset.parameters[name].title.in_(self.writer.lang) for name in names)
                return self.writer.say("phrase.within", what=self.writer.listing(titles))
            case By(day):
                return self.writer.say("phrase.by", what=self.condition(day))
        return ""

    # ------------------------------------------------------------------------------------------------------- conditions
    def condition(self, node: Expression) -> str:  # noqa: C901, PLR0911, PLR0912 - one arm a form
        """A condition, or a value of one, as a phrase."""
        say = self.writer.say
        match node:
            case And(parts):
                return self._joined(map(self.condition, parts), "and")
            case Or(parts):
                return self._joined(map(self.condition, parts), "or")
            case Not(Present(of)):
                return say("phrase.absent", what=self.condition(of))
            case Not(part):
                return say("phrase.not", what=self.condition(part))
            case Present(of):
                return say("phrase.present", what=self.condition(of))
            case Term(name):
                return self.ruleset.terms[name].title.in_(self.writer.lang)
            case Attribute(var, name):
                return self._field(var, name)
            case Compare(operator, left, right):
                word = _WORDS[operator]
                if operator in _ORDER and any(self._is_date(side) for side in (left, right)):
                    word = f"date-{word}"
                return say(f"phrase.{word}", left=self.condition(left), right=self._beside(right, left))
            case Membership(item, options):
                return say("phrase.is", left=self.condition(item), right=self._options(item, options))
            case Day(var):
                return say("phrase.day", what=self._event(var))
            case Before(first, second):
                return say("phrase.earlier", left=self._event(first), right=self._event(second))
            case Conditional(test, yes, no):
                return say("phrase.if", test=self.condition(test), yes=self.condition(yes), no=self.condition(no))
            case Parameter(name):
                return self.ruleset.parameters[name].title.in_(self.writer.lang)
            case Literal(value):
                return self.writer.value("", value)
        raise AssertionError("every form has words")

    def _beside(self, node: Expression, other: Expression) -> str:
        """A value in a comparison: a literal has the name that it has in the field beside it."""
        if isinstance(node, Literal) and isinstance(other, Attribute):
            return self.writer.value(other.name, node.value)
        if isinstance(node, Attribute) and node.name == "id":
            return self._event(node.var)
        return self.condition(node)

    def _is_date(self, node: Expression) -> bool:
        if not isinstance(node, Attribute):
            return isinstance(node, Day)
        known = vocabulary().case if node.var == "case" else vocabulary().event_type(self.types[node.var][0]).fields
        return node.name in known and known[node.name].kind == "date"

    def _options(self, item: Expression, options: Iterable[object] | Parameter) -> str:
        if isinstance(options, Parameter):
            return self.condition(options)
        name = item.name if isinstance(item, Attribute) else ""
        return self.writer.listing((self.writer.value(name, option) for option in options), "or")

    def _event(self, var: str) -> str:
        return self.writer.quoted(self.writer.event(self.types[var][0]))

    def _field(self, var: str, name: str) -> str:
        if var == "case":
            return self.writer.field_of("case", name)
        if name not in vocabulary().event_type(self.types[var][0]).fields:
            return name
        return self.writer.field_of(self.types[var][0], name)

    def _joined(self, phrases: Iterable[str], word: str) -> str:
        return self.writer.listing(phrases, word)


_ORDER = {"<", "<=", ">", ">="}
_WORDS = {"==": "is", "!=": "is-not", "<": "less", "<=": "at-most", ">": "more", ">=": "at-least"}
