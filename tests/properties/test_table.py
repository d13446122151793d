"""The table of the laws names the files that are there, and each law as its file does."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
ROW = re.compile(r"^\| (.+) \| `(\w+\.py)` \|$", re.MULTILINE)


def test_the_table_lists_the_laws() -> None:
    listed = [(file, law) for law, file in ROW.findall((HERE / "README.md").read_text(encoding="utf-8"))]
    there = [(path.name, law_of(path)) for path in HERE.glob("test_*.py") if path.name != Path(__file__).name]
    assert sorted(listed) == sorted(there)


def law_of(path: Path) -> str | None:
    """The law that a file is about: the first line of its docstring."""
    says = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return says.splitlines()[0].removeprefix("Law: ").removesuffix(".") if says.startswith("Law: ") else None
