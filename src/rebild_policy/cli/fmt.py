"""`rebild-policy fmt`: the canonical form of rule files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rebild_policy.authoring.formatting import format_file
from rebild_policy.bundled import rules_folder
from rebild_policy.errors import UsageError, shown

CHANGED = 1


def run(*, files: list[Path], check: bool, rules: Path | None) -> int:
    """Write every file that is not in canonical form anew, or only name it."""
    folder = rules or rules_folder()
    changed = 0
    for path in _chosen(files, folder):
        text = format_file(path, folder)
        if text != path.read_text(encoding="utf-8"):
            changed += 1
            print(f"{shown(path)}: {'not in canonical form' if check else 'formatted'}")
            if not check:
                path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{changed} files {'to format' if check else 'formatted'}.")
    return CHANGED if check and changed else 0


def _chosen(files: Iterable[Path], folder: Path) -> list[Path]:
    every = sorted(path for path in folder.rglob("*.yaml") if path.is_file())
    chosen = [path.resolve() for path in files]
    strange = [path for path in chosen if path not in {one.resolve() for one in every}]
    if strange:
        raise UsageError(f"{shown(strange[0])} is no file of the rules.", remedy="Name the folder with --rules.")
    return [path for path in every if not chosen or path.resolve() in chosen]
