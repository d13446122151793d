"""Writes the generated parts of the documentation: `python tools/make_reference.py`. A test fails where one is stale.

A page is written by hand around its generated parts, each of which stands between two comments:

    <!-- generated: rules -->
    <!-- /generated -->
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from reference import api, decisions, engines, program, rule_pages, rulebook, schemata, words

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
REGION = re.compile(r"(?P<open><!-- generated: (?P<name>[a-z-]+) -->\n).*?(?P<close><!-- /generated -->)", re.DOTALL)

PARTS: dict[str, Callable[[], str]] = {
    "base-fields": words.base_fields,
    "case-fields": words.case_fields,
    "event-types": words.event_types,
    "rules": rulebook.rule_table,
    "parameters": rulebook.parameter_tables,
    "terms": rulebook.term_table,
    "statement-counts": rulebook.statement_counts,
    "statements": rulebook.statement_tables,
    "commands": program.commands,
    "common-options": program.common_options,
    "mapping-keys": program.mapping_keys,
    "passes": program.passes,
    "errors": program.error_tree,
    "mistakes": program.mistakes,
    "engines": engines.engine_table,
    "gaps": engines.engine_gaps,
    "schemas": schemata.schema_tables,
    "api": api.reference,
    "decisions": decisions.decision_list,
}


def filled(page: str) -> str:
    """A page with its generated parts made anew."""
    return REGION.sub(lambda part: f"{part['open']}{PARTS[part['name']]()}\n{part['close']}", page)


def whole_pages() -> dict[Path, str]:
    """The pages of which nothing is written by hand: one for each rule."""
    return {DOCS / "reference" / "rules" / name: text for name, text in rule_pages.rule_files().items()}


def main() -> int:
    """Bring every page up to date."""
    made = whole_pages()
    folder = DOCS / "reference" / "rules"
    folder.mkdir(exist_ok=True)
    for path in set(folder.glob("*.md")) - set(made):
        path.unlink()
        print(f"removed: {path.relative_to(ROOT)}")
    for path, text in made.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
    for path in sorted(DOCS.rglob("*.md")):
        before = path.read_text(encoding="utf-8")
        after = filled(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
