"""The cells of the first sheet of a workbook, read off its XML; a formula or a link in it is an error."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells_of(path: Path) -> list[list[str]]:
    """Row by row, as texts."""
    with zipfile.ZipFile(path) as book:
        assert not [name for name in book.namelist() if "hyperlink" in name.lower() or name.endswith(".bin")]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            shared = ["".join(one.itertext()) for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
    assert not list(sheet.iter(f"{_MAIN}f")), "no formula"
    assert not list(sheet.iter(f"{_MAIN}hyperlink")), "no link"
    return [[_text(cell, shared) for cell in row] for row in sheet.iter(f"{_MAIN}row")]


def _text(cell: ElementTree.Element, shared: list[str]) -> str:
    text = "".join(cell.itertext())
    return shared[int(text)] if cell.get("t") == "s" else text
