"""Excel workbooks for tests, written part by part: also those that no program would write."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# Styles 0 to 4: plain, 14-07-2026, 14-07-2026 13:05, the same in words of its own, and a number with colours in its format.
STYLES = (
    f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="170" formatCode="dd\\-mm\\-yyyy\\ hh:mm"/>'
    '<numFmt numFmtId="171" formatCode="[Red]#,##0.00&quot; dage&quot;"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>'
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>'
)


def text(place: str, value: str) -> str:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def number(place: str, value: float | str, style: int = 0) -> str:
    """A cell with a number, or with a date."""
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def sheet(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells that each name their place."""
    return "".join(f"<row>{''.join(cells)}</row>" for cells in rows)


def of_texts(table: Iterable[Sequence[str]]) -> str:
    """The rows of a sheet whose cells are all texts."""
    return sheet(
        [text(f"{chr(65 + place)}{row}", value) for place, value in enumerate(values)] for row, values in enumerate(table, 1)
    )


def write(path: Path, rows: str, *, names: Sequence[str] = ("Ark1",), shared: str = "", properties: str = "") -> Path:
    """A workbook whose sheets all hold `rows`."""
    sheets = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names, 1))
    targets = "".join(f'<Relationship Id="r{n}" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(names) + 1))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{OFFICE}">{properties}<sheets>{sheets}</sheets></workbook>'
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{targets}</Relationships>')
        archive.writestr("xl/styles.xml", STYLES)
        if shared:
            archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{shared}</sst>")
        for n in range(1, len(names) + 1):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>")
    return path
