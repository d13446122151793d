"""Dated values with a hole in time: days without a value, days with two, and values that come after the rules that use them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise

from rebild_policy.expressions import Parameter, walk
from rebild_policy.linting.remarks import Remark
from rebild_policy.loading import RuleSet
from rebild_policy.parameters import ParameterDefinition, TableRow
from rebild_policy.plan.walks import expressions

FIRST_DAY = date(1990, 1, 1)  # no event is earlier


def holes_in_time(ruleset: RuleSet) -> Iterator[Remark]:
    """Rows of one case kind that overlap or leave days out, repeated values, and rules in force before their parameters."""
    for parameter in ruleset.parameters.values():
        rows = sorted((row for row in parameter.rows if row.in_force), key=lambda row: (row.key, row.valid_from))
        for _, of_kind in groupby(rows, key=lambda row: row.key):
            yield from _rows(parameter, list(of_kind))
        for earlier, later in pairwise(parameter.values):
            if earlier.value == later.value:
                about, message = f"{parameter.name}: {later.since}", f"the value of {later.since} is the one before it."
                yield Remark("repeated-value", about, f"{parameter.name}: {message}", parameter.at)
    yield from _late(ruleset)


def _rows(parameter: ParameterDefinition, rows: list[TableRow]) -> Iterator[Remark]:
    for earlier, later in pairwise(rows):
        about = f"{parameter.name}: {earlier.key}: {later.valid_from}"
        if later.valid_from <= earlier.valid_to:
            message = f"{parameter.name}: two rows of '{earlier.key}' are in force from {later.valid_from}; the later one counts."
            yield Remark("overlapping-rows", about, message, parameter.at)
        elif later.valid_from > earlier.valid_to + timedelta(days=1):
            message = (
                f"{parameter.name}: no row of '{earlier.key}' is in force between {earlier.valid_to} and {later.valid_from}."
            )
            yield Remark("gap-in-rows", about, message, parameter.at)


def _late(ruleset: RuleSet) -> Iterator[Remark]:
    """Rules in force on days on which a parameter of theirs has no value: they stay undetermined there."""
    for rule in ruleset.rules:
        nodes = (node for whole in expressions(rule) for node in walk(whole))
        for name in dict.fromkeys(node.name for node in nodes if isinstance(node, Parameter)):
            values = ruleset.parameters[name].values if name in ruleset.parameters else ()
            if values and values[0].since > max(rule.valid_from, FIRST_DAY):
                since = max(rule.valid_from, FIRST_DAY)
                message = f"{rule.name}: in force from {since}, and {name} has no value before {values[0].since}."
                yield Remark("late-parameter", f"{rule.name}: {name}", message, ruleset.parameters[name].at)
