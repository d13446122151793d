"""Where the rules that ship with the library are."""

from __future__ import annotations

from pathlib import Path

from rebild_policy.errors import RuleError

_HERE = Path(__file__).parent


def rules_folder() -> Path:
    """The folder of bundled rules: in the installed package, or at the top of a checkout."""
    # `rules.py` stands beside the folder `rules/` in a wheel; a folder never shadows a module of the same name.
    for folder in (_HERE / "rules", _HERE.parent.parent / "rules"):
        if (folder / "ruleset.yaml").is_file():
            return folder
    raise RuleError("the bundled rules are missing from this installation.", remedy="Install the package again.")
