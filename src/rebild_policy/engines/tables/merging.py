"""Sorted files merged into one stream: whatever their size, a few rows of each are in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow
from pyarrow import compute, parquet

_ROWS: Final = 100_000  # in memory, about
_LEAST: Final = 500  # of each file


def merged(files: Sequence[Path], by: str) -> Iterator[Any]:
    """The rows of Parquet files as tables, by one column of texts. Each file is sorted by it, and no text is in two files."""
    size = max(_LEAST, _ROWS // max(len(files), 1))
    runs = [run for file in files if (run := _Run(file, by, size)).more()]
    while runs:
        ends = [run.last for run in runs if run.goes_on]
        end = min(ends) if ends else None
        taken = pyarrow.concat_tables([run.take_below(end) for run in runs])
        yield taken.take(compute.sort_indices(taken[by]))
        runs = [run for run in runs if run.more()]


class _Run:
    """A file that is being read, and its rows that are waiting."""

    def __init__(self, file: Path, by: str, size: int) -> None:
        self._by = by
        self._batches = parquet.ParquetFile(file).iter_batches(size)
        self._waiting: Any = None
        self.goes_on = True

    @property
    def last(self) -> str:
        """The last text that is waiting: more rows may have it."""
        text: str = self._waiting[self._by][-1].as_py()
        return text

    def more(self) -> bool:
        """See to it that rows wait, with two texts at least where the file goes on. Is there any row left?"""
        while self.goes_on and (not self._waiting or self.last == self._waiting[self._by][0].as_py()):
            batch = next(self._batches, None)
            self.goes_on = batch is not None
            if batch is not None:
                read = pyarrow.Table.from_batches([batch])
                self._waiting = pyarrow.concat_tables([self._waiting, read]) if self._waiting else read
        return bool(self._waiting)

    def take_below(self, end: str | None) -> Any:
        """The rows that wait and come before a text; without one, all of them."""
        if end is None:
            taken, self._waiting = self._waiting, None
            return taken
        count = compute.sum(compute.less(self._waiting[self._by], end)).as_py() or 0
        taken, self._waiting = self._waiting.slice(0, count), self._waiting.slice(count)
        return taken
