"""The engine: a plan as boards, and a case judged on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TypeGuard

from rebild_policy.engines.base import Judgement, collapse
from rebild_policy.engines.durable.boards import Board, Names, placed
from rebild_policy.engines.durable.encoding import LARGEST, Numbers
from rebild_policy.engines.durable.facts import EventFacts
from rebild_policy.engines.durable.judging import Match
from rebild_policy.engines.durable.matches import Question, RuleMatches
from rebild_policy.engines.durable.order import Record
from rebild_policy.engines.durable.patterns import ALIASES, MATCH
from rebild_policy.engines.durable.rules import Compiler
from rebild_policy.engines.durable.session import LOCK, Fired
from rebild_policy.expressions import Literal, walk
from rebild_policy.facts import Case
from rebild_policy.plan import Plan
from rebild_policy.plan.walks import expressions
from rebild_policy.results import Row


class DurableEngine:
    """Judges cases by durable-rules. Building one costs tens of milliseconds; keep it.

    Raises `EngineError` for a plan with a node that durable-rules can't run.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.boards: list[Board] = []
        compiler, names = Compiler(plan), Names()
        compiled = [compiler.compiled(rule) for rule in plan.rules]
        board_of = {
            pattern.name: placed(self.boards, names, pattern, each.rule.name) for each in compiled for pattern in each.patterns
        }
        self._events = [EventFacts(plan, board) for board in self.boards]
        self._matches = [RuleMatches(plan, each, board_of, names) for each in compiled]
        self._constants = list(_large_numbers(plan))

    def verdicts(self, case: Case, as_of: date) -> list[Row]:
        """See `Engine.verdicts`."""
        return self.judge(case, as_of).rows

    def judge(self, case: Case, as_of: date) -> Judgement:
        """See `Engine.judge`."""
        record = Record(case, as_of, self.plan)
        numbers = Numbers(case, self._constants)
        with LOCK:
            try:
                matches = self._found(record, numbers, as_of)
                self._ask(matches, numbers)
            except BaseException:
                # What the rulesets hold now is anyone's guess.
                for board in self.boards:
                    board.abandon()
                raise
        return self._judged(matches, record, as_of)

    # ------------------------------------------------------------------------------------------------------- the two steps
    def _found(self, record: Record, numbers: Numbers, as_of: date) -> list[tuple[RuleMatches, list[Match]]]:
        """Assert the events, and read the matches of every rule from what fires."""
        fired: Fired = {}
        for board, events in zip(self.boards, self._events, strict=True):
            facts = events.of(record, numbers, record.case.__dict__)
            if facts:
                fired |= board.session.put(facts)
                if board.joins:
                    board.session.retract()
        return [(rule, rule.of(fired, record, as_of)) for rule in self._matches]

    def _ask(self, found: list[tuple[RuleMatches, list[Match]]], numbers: Numbers) -> None:
        """Assert the matches, note which quantifiers have candidates, and take all facts back.

        A pattern fires for a match where no candidate is there; asked and not fired means that there is one.
        """
        texts: dict[int, list[str]] = {}
        open_: Counter[tuple[int, str]] = Counter()
        questions: dict[str, Question] = {}
        matches: list[Match] = []

        def add(board: Board, text: str, asking: list[Question]) -> None:
            texts.setdefault(board.number, []).append(text)
            for question in asking:
                open_[len(matches) - 1, question.name] += 1
                questions[question.name] = question

        for rule, of_rule in found:
            for match in of_rule:
                matches.append(match)
                rule.ask(len(matches) - 1, match, numbers, add)
        for board in self.boards:
            if not board.joins and (board.number in texts or board.is_busy):
                for name, frames in board.session.put(texts.get(board.number, [])).items():
                    for frame in frames:
                        open_[frame[ALIASES[0]][MATCH], name] -= 1
                board.session.retract()
        for (number, name), left in open_.items():
            if left:
                _note(matches[number], questions[name])

    # --------------------------------------------------------------------------------------------------------- verdicts
    def _judged(self, found: list[tuple[RuleMatches, list[Match]]], record: Record, as_of: date) -> Judgement:
        judgement = Judgement([])
        days: dict[str, list[date]] = {}
        for event in record.events:
            days.setdefault(event.type, []).append(event.day)
        by_type = {type_: len(found) for type_, found in days.items()}
        for matches, of_rule in found:
            triggers = days.get(matches.trigger)
            if triggers:
                others = matches.ways(by_type, triggers) - len(of_rule)
                if others:
                    judgement.not_applicable[matches.rule.name] = others
                rows = [matches.judge.row(match, as_of) for match in of_rule]
                judgement.rows += collapse(rows, matches.judge.key_with_gaps) if matches.judge.links else rows
        return judgement


def _note(match: Match, question: Question) -> None:
    """A candidate was there; one that is certain is possible, too."""
    certain, _ = match.found[question.place]
    match.found[question.place] = (certain or question.certain, True)


def _large_numbers(plan: Plan) -> Iterator[int]:
    """The numbers of the rules that are too large to be written as they are."""
    for rule in plan.rules:
        for expression in expressions(rule):
            literals = (node.value for node in walk(expression) if isinstance(node, Literal))
            yield from (value for value in literals if _is_large(value))
    for parameter in plan.parameters.values():
        values: Iterator[object] = (dated.value for dated in parameter.values)
        yield from (value for value in values if _is_large(value))


def _is_large(value: object) -> TypeGuard[int]:
    return type(value) is int and abs(value) > LARGEST


__all__ = ["DurableEngine"]
