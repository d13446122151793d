"""Small cells: what is published is searched for all tables that fit it, and no hidden number may be the same in all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rebild_policy.audits.smallcells import LEAST, hidden, hidden_of_list

Table = list[list[int]]
SMALL = range(1, LEAST)


def with_totals(table: Table) -> Table:
    rows = [[*row, sum(row)] for row in table]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def fitting(table: Table, away: frozenset[tuple[int, int]]) -> Iterator[Table]:
    """Every table with totals that a reader can't rule out: all that is shown is as shown, all that is hidden at least one.

    It knows nothing of networks: it goes through the rows one by one, with every number up to a bound in each hidden place.
    """
    whole = with_totals(table)
    rows, columns = len(table), len(table[0])
    most = max(map(max, table)) + 2

    def rows_from(number: int, left: list[int | None]) -> Iterator[Table]:
        if number == rows:
            yield []
            return
        choices = [range(1, most + 1) if (number, c) in away else [whole[number][c]] for c in range(columns)]
        for row in product(*choices):
            if (number, columns) not in away and sum(row) != whole[number][columns]:
                continue
            after = [None if rest is None else rest - cell for rest, cell in zip(left, row, strict=True)]
            if all(rest is None or rest >= 0 for rest in after):
                yield from ([list(row), *others] for others in rows_from(number + 1, after))

    start = [None if (rows, c) in away else whole[rows][c] for c in range(columns)]
    for found in rows_from(0, start):
        totals = with_totals(found)
        if all((rows, c) in away or totals[rows][c] == whole[rows][c] for c in range(columns + 1)):
            yield totals


def possible(table: Table, away: frozenset[tuple[int, int]]) -> dict[tuple[int, int], set[int]]:
    found: dict[tuple[int, int], set[int]] = {place: set() for place in away}
    for other in fitting(table, away):
        for row, column in away:
            found[row, column].add(other[row][column])
    return found


def check(table: Table, away: frozenset[tuple[int, int]]) -> None:
    whole = with_totals(table)
    assert away >= {(r, c) for r, row in enumerate(whole) for c, cell in enumerate(row) if cell in SMALL}
    assert all(whole[row][column] for row, column in away), "zeros are shown"
    for (row, column), values in possible(table, away).items():
        assert len(values) > 1, f"the number at {row}, {column} follows from the others"
        if whole[row][column] in SMALL:
            assert len(values.intersection(SMALL)) > 1, f"of the small numbers, only one fits at {row}, {column}"


def decided(table: Table, away: frozenset[tuple[int, int]] | None) -> None:
    """Nothing follows from what is shown; or else something would, whatever is hidden but the zeros."""
    if away is not None:
        check(table, away)
        return
    whole = with_totals(table)
    everything = frozenset((r, c) for r, row in enumerate(whole) for c, cell in enumerate(row) if cell)
    with pytest.raises(AssertionError, match="only one fits"):
        check(table, everything)


CELLS = st.one_of(st.integers(0, 7), st.sampled_from([0, 1, 1, 4, 5]))


@st.composite
def tables(draw: st.DrawFn, rows: int, columns: int) -> Table:
    return [[draw(CELLS) for _ in range(columns)] for _ in range(rows)]


@settings(max_examples=250)
@given(st.sampled_from([(1, 1), (1, 3), (2, 2), (3, 2), (2, 3)]).flatmap(lambda size: tables(*size)))
@example([[1, 6], [7, 9]])
@example([[1, 1], [1, 1]])
@example([[4, 0], [0, 4]])
@example([[1, 0, 0], [0, 5, 0]])
def test_nothing_hidden_follows_from_what_is_shown(table: Table) -> None:
    decided(table, hidden(table))


@settings(max_examples=60)
@given(tables(3, 3))
def test_nor_in_larger_tables(table: Table) -> None:
    away = hidden(table)
    assume(away is not None)
    assume(sum(row < 3 and column < 3 for row, column in away) <= 6)  # the search takes too long otherwise
    check(table, away)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
@example([1, 1, 1, 1, 1])
@example([2, 3])
@example([4, 4, 1])
def test_nor_in_lists_whose_sum_is_shown_elsewhere(numbers: list[int]) -> None:
    away = hidden_of_list(numbers)
    if away is None:
        # All are ones, or the only one that is not zero: with the sum shown, every choice gives it away.
        there = [number for number in numbers if number]
        assert sum(there) < LEAST or set(there) == {1}
        return
    table = [[number] for number in numbers]
    check(table, frozenset({(row, column) for row in away for column in (0, 1)}))


def test_a_single_small_cell_takes_the_smallest_rectangle_with_it() -> None:
    table = [[2, 30, 40], [50, 9, 70], [80, 90, 8]]
    assert hidden(table) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_a_table_without_small_numbers_is_shown_whole() -> None:
    assert hidden([[5, 0], [0, 9]]) == frozenset()
    assert hidden_of_list([5, 0, 12]) == frozenset()
    assert hidden([]) == frozenset()


def test_a_total_goes_last() -> None:
    away = hidden([[2, 300], [0, 500]])
    assert away is not None
    assert not away & {(0, 2), (2, 2)}, "of the totals, those of all are shown if others will do"


def test_what_must_be_shown_is_shown_or_nothing_is() -> None:
    table = [[1, 9], [6, 7]]
    kept = {(2, 0), (2, 1), (2, 2)}
    away = hidden(table, keep=kept)
    assert away is not None
    assert not away & kept
    check(table, away)
    assert hidden([[1, 9]], keep={(1, 0)}) is None  # the total of the column is the number itself


@pytest.mark.parametrize("least", [2, 3, 10])
def test_another_threshold(least: int) -> None:
    table = [[1, 12], [9, 14]]
    away = hidden(table, least=least)
    assert away is not None
    small = {(r, c) for r, row in enumerate(with_totals(table)) for c, cell in enumerate(row) if 0 < cell < least}
    assert away >= small
    assert all(len(values) > 1 for values in possible(table, away).values())


def test_the_check_itself_notices_a_number_that_follows() -> None:
    """A row with one hidden number, and a hidden rectangle whose numbers can't move, are both found out."""
    with pytest.raises(AssertionError, match="follows"):
        check([[2, 30], [40, 50]], frozenset({(0, 0)}))
    with pytest.raises(AssertionError, match="follows"):
        check([[1, 1], [1, 1], [9, 9]], frozenset({(r, c) for r in range(2) for c in range(3)} | {(0, 2), (1, 2)}))
