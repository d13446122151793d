"""Excel workbooks (.xlsx), row by row. A formula is never computed: what counts is the value that was stored beside it.

Read here and by no library, for two reasons: a cell that holds an error must not look like an empty one, and a sheet whose
last cell is far away must not fill the memory.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from rebild_policy.errors import Location, MappingError, SourceError, did_you_mean, shown
from rebild_policy.sources.formats.cellvalues import UNREADABLE, Values, column_of, dated_formats
from rebild_policy.sources.formats.markup import End, Start, elements
from rebild_policy.sources.raw import BLOCK, FREE, MAX_RATIO, OnRead, hash_of
from rebild_policy.sources.records import MAX_FIELD, Reader, Record, check_columns, no_rows, rows_of
from rebild_policy.sources.shapes import Mapping

MAX_UNPACKED = 1 << 31  # bytes of one part, most of which pass by
MAX_TEXTS = 1 << 28  # characters of the texts that the cells share, which are held
_OF_A_TEXT = 64  # what even an empty one costs
MAX_COLUMNS = 16_384  # what Excel allows
_Cells = dict[int, object]


def open_reader(path: Path, mapping: Mapping, progress: OnRead | None) -> Reader:
    """The rows of a sheet. Raises `SourceError`, and `MappingError` where it lacks a mapped column."""
    name, sha256 = shown(path), hash_of(path, progress)
    try:
        book = _Book(zipfile.ZipFile(path), name)
    except (zipfile.BadZipFile, OSError, ValueError):
        _refuse(name)
    rows = book.rows(mapping)
    _, header = next(rows, (0, {}))
    if not header:
        no_rows(name)
    names = {column: str(value).strip() for column, value in header.items()}
    check_columns(list(names.values()), mapping, name)
    wanted = {column: title for column, title in names.items() if title in set(mapping.columns.values())}
    records = ((number, _record(cells, wanted)) for number, cells in rows)
    return Reader(name, rows_of(records, mapping, name), lambda: sha256, book.archive.close)


def _record(cells: _Cells, wanted: dict[int, str]) -> Record:
    return {title: cells.get(column) for column, title in wanted.items()}


@dataclass
class _Book:
    """A workbook: which part is which sheet, and what the cells share."""

    archive: zipfile.ZipFile
    name: str
    sheets: dict[str, str] = field(default_factory=dict)  # from the name of a sheet to the id of its part
    since_1904: bool = False

    def rows(self, mapping: Mapping) -> Iterator[tuple[int, _Cells]]:
        """The rows of the mapping's sheet that hold something: their numbers, and their cells by column, from 1."""
        for element in self._elements("xl/workbook.xml"):
            if isinstance(element, Start) and element.tag == "sheet":
                attributes = {key.rpartition(":")[2]: value for key, value in element.attributes.items()}
                self.sheets[attributes.get("name", "")] = attributes.get("id", "")
            elif isinstance(element, Start) and element.tag == "workbookPr":
                self.since_1904 = element.attributes.get("date1904") in {"1", "true"}
        part = self._part(self._chosen(mapping))
        values = Values(self._shared(), self._styles(), self.since_1904)
        yield from _rows(self._elements(part), values, self.name)

    def _chosen(self, mapping: Mapping) -> str:
        """The id of the part of the sheet to read."""
        wanted, names = mapping.source.sheet, list(self.sheets)
        if wanted is None and len(names) != 1:
            remedy = f"Write 'sheet: NAME' under source in the mapping, with one of: {', '.join(names)}."
            raise SourceError(f"the workbook has {len(names)} sheets.", at=Location(self.name), remedy=remedy)
        if wanted is not None and wanted not in names:
            message, remedy = f"{self.name} has no sheet '{wanted}'.", did_you_mean(wanted, names) or ""
            raise MappingError(message, at=Location(mapping.file), remedy=remedy)
        return self.sheets[wanted or names[0]]

    def _part(self, wanted: str) -> str:
        targets = {
            element.attributes.get("Id"): element.attributes.get("Target", "")
            for element in self._elements("xl/_rels/workbook.xml.rels")
            if isinstance(element, Start)
        }
        if wanted not in targets:
            _refuse(self.name)
        return posixpath.normpath(posixpath.join("/xl", targets[wanted])).lstrip("/")

    def _shared(self) -> Sequence[str]:
        """The texts that cells refer to by number, each as it is shown, without the aids to its pronunciation."""
        texts: list[str] = []
        parts: list[str] = []
        length = aside = 0
        for element in self._elements("xl/sharedStrings.xml", needed=False):
            if element.tag == "rPh":
                aside += 1 if isinstance(element, Start) else -1
            elif isinstance(element, End) and element.tag == "t" and not aside:
                parts.append(element.text)
                length += len(element.text)
            elif isinstance(element, End) and element.tag == "si":
                texts.append("".join(parts))
                length += _OF_A_TEXT
                parts = []
            if length > MAX_TEXTS:
                _too_large(f"the texts of the workbook are longer than {MAX_TEXTS} characters.", self.name)
        return texts

    def _styles(self) -> dict[int, bool]:
        """The styles, by number, that show a number as a date or a time; true where with a clock."""
        return dated_formats(self._elements("xl/styles.xml", needed=False))

    def _elements(self, part: str, *, needed: bool = True) -> Iterator[Start | End]:
        if part not in self.archive.namelist():
            if needed:
                _refuse(self.name)
            return
        yield from elements(self._blocks(part), f"{self.name}/{part}")

    def _blocks(self, part: str) -> Iterator[bytes]:
        size = 0
        try:
            with self.archive.open(part) as file:
                packed = self.archive.getinfo(part).compress_size
                while block := file.read(BLOCK):
                    size += len(block)
                    if size > MAX_UNPACKED:
                        _too_large(f"the sheet unpacks to more than {MAX_UNPACKED >> 30} GB.", self.name)
                    if size > FREE and size > MAX_RATIO * packed:
                        _too_large(f"a part of the workbook grows to more than {MAX_RATIO} times its size.", self.name)
                    yield block
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, NotImplementedError):
            _refuse(self.name)


# ------------------------------------------------------------------------------------------------------------------ rows
def _rows(found: Iterator[Start | End], values: Values, name: str) -> Iterator[tuple[int, _Cells]]:
    """Row by row. Rows and cells without a place of their own come after the one before them."""
    number = column = 0
    cells: _Cells = {}
    cell = _Cell()
    for element in found:
        match element:
            case Start("row", attributes):
                number = _place(attributes.get("r", ""), number, name)
                column, cells = 0, {}
            case Start("c", attributes):
                column = column_of(attributes.get("r", ""), column + 1)
                if column > MAX_COLUMNS:
                    _too_large(f"a row has more than {MAX_COLUMNS} columns.", name)
                cell = _Cell(attributes.get("t", "n"), attributes.get("s", "0"))
            case Start("f", _):
                cell.formula = True
            case End("v", text):
                cell.stored = text
            case End("t", text) if cell.length <= MAX_FIELD:
                cell.parts.append(text)
                cell.length += len(text)
            case End("c", _):
                value = cell.value(values)
                if value is not None:
                    cells[column] = value
            case End("row", _):
                if cells:
                    yield number, cells


@dataclass
class _Cell:
    """A cell while it is read."""

    kind: str = "n"
    style: str = "0"
    formula: bool = False
    stored: str | None = None
    parts: list[str] = field(default_factory=list)
    length: int = 0

    def value(self, values: Values) -> object:
        """Its value; None where it is empty, `UNREADABLE` where it holds an error or a formula never computed."""
        if self.kind == "inlineStr":
            return "".join(self.parts) or None
        if not self.stored:
            return UNREADABLE if self.formula and self.kind != "str" else None
        return values.read(self.kind, self.stored, self.style)


def _place(text: str, before: int, name: str) -> int:
    if not text:
        return before + 1
    if not text.isdecimal() or not before < int(text[:9]) <= 1 << 24:
        _refuse(name)
    return int(text)


def _too_large(message: str, name: str) -> NoReturn:
    raise SourceError(message, at=Location(name), remedy="Save the sheet as CSV.")


def _refuse(name: str) -> NoReturn:
    message = "the file is no Excel workbook (.xlsx), or is damaged or locked."
    raise SourceError(message, at=Location(name), remedy="Save it again, or save the sheet as CSV.") from None
