"""The decisions, by number."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "explanation" / "decisions"


def decision_list() -> str:
    """Every decision with its page."""
    pages = [path for path in sorted(FOLDER.glob("*.md")) if path.name != "README.md"]
    return "\n".join(f"- [{_title(path)}]({path.name})" for path in pages)


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
