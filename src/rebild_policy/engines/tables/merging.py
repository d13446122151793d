"""Sorted tables put aside as files and merged into one stream: a few rows of each are in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow
from pyarrow import compute, ipc

_ROWS: Final = 100_000  # in memory, about
_LEAST: Final = 1_000  # of each file
_COMPRESSED: Final = ipc.IpcWriteOptions(compression="lz4")


def put_aside(table: Any, file: Path, *, of: int) -> None:
    """Write a sorted table, which is one `of` so many that will be merged."""
    with ipc.new_stream(str(file), table.schema, options=_COMPRESSED) as writer:
        writer.write_table(table, max_chunksize=max(_LEAST, _ROWS // of))


def merged(files: Sequence[Path], by: str) -> Iterator[Any]:
    """The rows of files as tables, by one column of texts. Each file is sorted by it, and no text is in two files."""
    runs = [run for file in files if (run := _Run(file, by)).more()]
    while runs:
        ends = [run.last for run in runs if run.goes_on]
        end = min(ends) if ends else None
        taken = pyarrow.concat_tables([run.take_below(end) for run in runs]).combine_chunks()
        yield taken.take(compute.sort_indices(taken[by]))
        runs = [run for run in runs if run.more()]


class _Run:
    """A file that is being read, and its rows that are waiting. It is opened for each of its batches: there may be hundreds."""

    def __init__(self, file: Path, by: str) -> None:
        self._file = file
        self._by = by
        with pyarrow.OSFile(str(file)) as source:
            self._schema = ipc.read_schema(source)
            self._at = source.tell()  # where the next batch begins
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
            read = self._read()
            if read is not None:
                self._waiting = pyarrow.concat_tables([self._waiting, read]) if self._waiting else read
        return bool(self._waiting)

    def _read(self) -> Any:
        with pyarrow.OSFile(str(self._file)) as source:
            source.seek(self._at)
            try:
                batch = ipc.read_record_batch(ipc.read_message(source), self._schema)
            except EOFError:
                self.goes_on = False
                return None
            self._at = source.tell()
        return pyarrow.Table.from_batches([batch])

    def take_below(self, end: str | None) -> Any:
        """The rows that wait and come before a text; without one, all of them."""
        if end is None:
            taken, self._waiting = self._waiting, None
            return taken
        count = compute.sum(compute.less(self._waiting[self._by], end)).as_py() or 0
        taken, self._waiting = self._waiting.slice(0, count), self._waiting.slice(count)
        return taken
