"""CSV as tables. Lines of the plainest kind are split a block at a time; every other is read as a row by `DelimitedRows`.

A line is plain where it is a row whatever stands around it: it has as many fields as the header, its quotation marks enclose
whole fields, and its bytes are text. So it does not matter which of the two reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow
from pyarrow import compute
from pyarrow import csv as arrow_csv

from rebild_policy.sources.formats.delimited import DelimitedRows
from rebild_policy.sources.formats.texts import Doubt
from rebild_policy.sources.ingest.bytelines import SIZE, ByteStream
from rebild_policy.sources.ingest.columns import Flags, Ints
from rebild_policy.sources.ingest.rowtables import NUMBER, clean_table, table_of
from rebild_policy.sources.raw import OnRead
from rebild_policy.sources.records import MAX_FIELD, Row
from rebild_policy.sources.shapes import Mapping

ENCODINGS: Final = {"utf-8", "utf-8-sig", "cp1252", "iso-8859-1"}
_FEED, _CARRIAGE = 10, 13
_BLANKS: Final = "".join(char for char in map(chr, range(0x3001)) if char.isspace())  # what `str.strip` takes away


class CsvTables:
    """The rows of a CSV file as tables, in their order."""

    def __init__(self, path: Path, mapping: Mapping, progress: OnRead | None) -> None:
        self.stream = ByteStream(path, mapping.source.encoding, progress)
        self.mapping = mapping
        self.columns = list(mapping.columns)
        try:
            self.rows = DelimitedRows(self.stream, mapping)
        except BaseException:
            self.stream.close()
            raise
        self.doubt = Doubt(self.stream)
        self.read = 0

    def tables(self) -> Iterator[Any]:
        """All rows."""
        stream, more = self.stream, True
        while more:
            if len(stream.ahead) - stream.at < SIZE // 2 and not stream.ended:
                stream.fill()
            block = _Block(stream, self.mapping)
            found = self._at_once(block) or self._walk(block)
            if found is None:
                row = self.rows.next()
                more = row is not None
                found = [] if row is None else [self._one_by_one([row])]
            for table in found:
                self.read += len(table)
                yield table
        if not self.read:
            self.rows.refuse_empty()
        self.doubt.settle()

    def _one_by_one(self, rows: list[Row]) -> Any:
        for row in rows:
            self.doubt.take(row)
        return table_of(rows, self.columns)

    def _at_once(self, block: _Block) -> list[Any] | None:
        """A block without anything odd that could part lines otherwise, if each line has all fields; else None."""
        stream = self.stream
        if not block.lines or block.odd or stream.lines.waiting:
            return None
        chosen = np.flatnonzero(~block.empty)
        numbers = stream.lines.number + 1 + np.arange(block.lines)
        table = self._split(block, block.text(block.plain), chosen, numbers)
        if table is None:
            return None
        self.doubt.take_good(len(chosen), int(block.beyond_ascii.sum()))
        stream.at, stream.lines.number = stream.at + block.size, int(numbers[-1])
        return [table]

    def _walk(self, block: _Block) -> list[Any] | None:
        """The rows that begin in a block; None where it has no whole line."""
        stream = self.stream
        if not block.lines or stream.lines.waiting:
            return None
        block.look(self.mapping, len(self.rows.header))
        plain, rows, line = block.plain.copy(), list[Row](), 0
        numbers = stream.lines.number + 1 + np.arange(block.lines)
        origin = stream.start + stream.at
        for odd in np.flatnonzero(~block.plain).tolist():
            if odd >= line:
                self._told(block, plain, line, odd)
                stream.at, stream.lines.number = origin + int(block.starts[odd]) - stream.start, int(numbers[odd]) - 1
                line = self._read_rows(rows, block, origin)
                # A carriage return alone ends a line as well.
                numbers[line:] += stream.lines.number + 1 - numbers[line] if line < block.lines else 0
                plain[odd:line] = False
        if line < block.lines:
            self._told(block, plain, line, block.lines)
            stream.at, stream.lines.number = origin + block.size - stream.start, int(numbers[-1])
        return self._in_order(block, plain, numbers, rows)

    def _told(self, block: _Block, plain: Flags, start: int, end: int) -> None:
        """Plain lines are good text: what the encoding is judged by."""
        there = plain[start:end] & ~block.empty[start:end]
        self.doubt.take_good(int(there.sum()), int((there & block.beyond_ascii[start:end]).sum()))

    def _read_rows(self, rows: list[Row], block: _Block, origin: int) -> int:
        """Read rows up to where a line of the block begins, and say which; as many as it has where it is behind."""
        stream = self.stream
        while (row := self.rows.next()) is not None:
            self.doubt.take(row)
            rows.append(row)
            place = stream.start + stream.at - origin
            if stream.lines.waiting:
                continue
            if place >= block.size:
                break
            line = int(np.searchsorted(block.starts, place))
            if line < block.lines and block.starts[line] == place:
                return line
        return block.lines

    def _in_order(self, block: _Block, plain: Flags, numbers: Ints, rows: list[Row]) -> list[Any]:
        chosen = np.flatnonzero(plain & ~block.empty)
        tables = [self._split(block, block.text(plain), chosen, numbers)] if len(chosen) else []
        if rows:
            tables.append(table_of(rows, self.columns))
        if len(tables) > 1:
            table = pyarrow.concat_tables(tables)
            return [table.take(compute.sort_indices(table[NUMBER]))]
        return tables

    def _split(self, block: _Block, data: bytes, chosen: Ints, numbers: Ints) -> Any:
        """Lines as a table; None where one has too few fields, or too many."""
        places = self.rows.places
        names = [str(place) for place in range(len(self.rows.header))]
        quote = self.mapping.source.quote
        wrong: list[Any] = []

        def skip(row: Any) -> str:
            wrong.append(row.actual_columns)
            return "skip"

        table = arrow_csv.read_csv(
            pyarrow.BufferReader(data),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=max(len(data), 1)),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.mapping.source.delimiter,
                quote_char=quote or False,
                invalid_row_handler=skip,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pyarrow.string()),
                include_columns=[str(places[short]) for short in self.columns],
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        if wrong or len(table) != len(chosen):
            return None
        cells = [table[str(places[short])].combine_chunks() for short in self.columns]
        if block.has_blanks:
            cells = [_trimmed(column) for column in cells]
        found = clean_table(cells, pyarrow.array(numbers[chosen], pyarrow.int64()), self.columns)
        kept = self._kept(block, chosen, cells)
        return found if kept.all() else found.filter(pyarrow.array(kept))

    def _kept(self, block: _Block, chosen: Ints, cells: list[Any]) -> Flags:
        """Which lines are rows: not those that hold nothing at all."""
        kept = np.zeros(len(chosen), dtype=np.bool_)
        for column in cells:
            kept |= column.is_valid().to_numpy(zero_copy_only=False)
        quote, delimiter = self.mapping.source.quote or "", self.mapping.source.delimiter
        for place in np.flatnonzero(~kept).tolist():
            text = block.line(int(chosen[place]))
            kept[place] = bool(text.replace(delimiter, "").replace(quote, "").strip())
        return kept


def _trimmed(column: Any) -> Any:
    column = compute.utf8_trim(column, characters=_BLANKS)
    return compute.if_else(compute.equal(compute.binary_length(column), 0), pyarrow.scalar(None, pyarrow.string()), column)


class _Block:
    """The whole lines that are ahead, and which of them are plain."""

    def __init__(self, stream: ByteStream, mapping: Mapping) -> None:
        end = stream.ahead.rfind(b"\n", stream.at) + 1
        self.data = stream.ahead[stream.at : end] if end > stream.at else b""
        self.size = len(self.data)
        self.encoding = "utf-8" if stream.encoding.startswith("utf-8") else stream.encoding
        self.codes = np.frombuffer(self.data, dtype=np.uint8)
        ends = np.flatnonzero(self.codes == _FEED)
        self.starts: Ints = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
        self.ends: Ints = ends + 1
        self.lines = len(ends)
        length = self.ends - self.starts
        self.empty: Flags = (length == 1) | ((length == 2) & (self.codes[self.starts] == _CARRIAGE))  # noqa: PLR2004
        self.beyond_ascii: Flags = np.zeros(self.lines, dtype=np.bool_)
        self.foreign = np.flatnonzero(self.codes >= 0x80) if not self.data.isascii() else ends[:0]  # noqa: PLR2004
        self.beyond_ascii[self._line_of(self.foreign)] = True
        self.has_blanks = self._has_blanks(ord(mapping.source.delimiter), ord(mapping.source.quote or " "))
        self.short: Flags = length <= MAX_FIELD
        self.plain: Flags = self.short
        marks = mapping.source.quote is not None and mapping.source.quote.encode() in self.data
        lone = b"\r" in self.data and self.data.count(b"\r") != self.data.count(b"\r\n")
        # Is there anything that the look of whole lines has to judge?
        self.odd = marks or lone or not self._is_text(self.data) or b"\0" in self.data or not bool(self.short.all())

    def look(self, mapping: Mapping, fields: int) -> None:
        """Find out which lines are plain."""
        if self.lines:
            self.plain = self._plain(mapping, fields) & self.short

    def _line_of(self, places: Ints) -> Ints:
        found: Ints = np.searchsorted(self.ends, places, side="right")
        return found

    def _has_blanks(self, delimiter: int, quote: int) -> bool:
        """May cells begin or end with a blank? Controls count as blanks here, and so does any blank beyond ASCII."""
        if self._has_foreign_blanks():
            return True
        controls = np.count_nonzero(self.codes < ord(" ")) - self.lines
        if b"\r" in self.data:
            controls -= self.data.count(b"\r")
        blanks = np.flatnonzero(self.codes == ord(" "))
        edges = (delimiter, quote, _FEED, _CARRIAGE, ord(" "))
        beside = [self.codes[np.maximum(blanks - 1, 0)], self.codes[np.minimum(blanks + 1, self.size - 1)]]
        return bool(controls) or self.data.startswith(b" ") or any(bool((one == edge).any()) for one in beside for edge in edges)

    def _has_foreign_blanks(self) -> bool:
        blanks = {int.from_bytes(code) for code in _encoded_blanks(self.encoding)}
        last, number = self.size - 1, np.zeros(len(self.foreign), dtype=np.int64)
        for further in range(3 if self.encoding == "utf-8" else 1):
            number = number << 8 | self.codes[np.minimum(self.foreign + further, last)]
            if np.isin(number, [code for code in blanks if code < 1 << 8 * (further + 1)]).any():
                return True
        return False

    def _plain(self, mapping: Mapping, fields: int) -> Flags:
        plain = np.ones(self.lines, dtype=np.bool_)
        odd = [np.flatnonzero(self.codes == 0)] if b"\0" in self.data else []
        if self.data.count(b"\r") != self.data.count(b"\r\n"):
            carriages = np.flatnonzero(self.codes == _CARRIAGE)
            odd.append(carriages[self.codes[np.minimum(carriages + 1, self.size - 1)] != _FEED])
        for places in odd:
            plain[self._line_of(places)] = False
        self._drop_undecodable(plain)
        delimiter = ord(mapping.source.delimiter)
        parts: Flags = self.codes == delimiter
        if mapping.source.quote is not None and mapping.source.quote.encode() in self.data:
            self._check_quotes(parts, plain, delimiter, ord(mapping.source.quote))
        found = np.flatnonzero(parts)
        counts = np.searchsorted(found, self.ends) - np.searchsorted(found, self.starts)
        plain &= (counts == fields - 1) | self.empty
        return plain

    def _check_quotes(self, parts: Flags, plain: Flags, delimiter: int, quote: int) -> None:
        """Take away the delimiters inside quotation marks; lines whose marks do not enclose whole fields are not plain."""
        marks = np.flatnonzero(self.codes == quote)
        line = self._line_of(marks)
        before = np.searchsorted(marks, self.starts)  # marks before each line
        opens = (np.arange(len(marks)) - before[line]) % 2 == 0
        previous = np.where(marks > 0, self.codes[np.maximum(marks - 1, 0)], _FEED)
        following = self.codes[np.minimum(marks + 1, self.size - 1)]
        good = np.where(
            opens,
            (previous == delimiter) | (previous == _FEED),
            (following == delimiter) | (following == _FEED) | (following == _CARRIAGE),
        )
        plain[line[~good]] = False
        paired = np.bincount(line, minlength=self.lines) % 2 == 0
        plain &= paired
        # Between the first mark of a pair and the second: of lines that are plain alone this is sure, and only they count.
        turns = np.zeros(self.size, dtype=np.int8)
        turns[marks] = np.where(paired[line], np.where(opens, 1, -1), 0)
        parts &= np.cumsum(turns, dtype=np.int8) <= 0

    def _drop_undecodable(self, plain: Flags) -> None:
        if self._is_text(self.data):
            return
        for line in np.flatnonzero(self.beyond_ascii).tolist():
            if not self._is_text(self.data[self.starts[line] : self.ends[line]]):
                plain[line] = False

    def _is_text(self, data: bytes) -> bool:
        """Does every byte stand for something in the encoding?"""
        if data.isascii():
            return True
        try:
            data.decode(self.encoding)
        except UnicodeDecodeError:
            return False
        return True

    def text(self, plain: Flags) -> bytes:
        """Some lines in UTF-8."""
        data = self.data
        if not plain.all():
            edges = np.flatnonzero(np.diff(np.concatenate([[0], plain.astype(np.int8), [0]])))
            runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
            data = b"".join(data[self.starts[first] : self.ends[last - 1]] for first, last in runs)
        return data if self.encoding == "utf-8" else data.decode(self.encoding).encode()

    def line(self, number: int) -> str:
        """A line that is plain."""
        return self.data[self.starts[number] : self.ends[number]].decode(self.encoding)


@cache
def _encoded_blanks(encoding: str) -> frozenset[bytes]:
    """The blanks beyond ASCII in an encoding."""
    return frozenset(char.encode(encoding, "ignore") for char in _BLANKS if not char.isascii()) - {b""}
