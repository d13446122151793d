"""The manual as a site: Sphinx reads docs/ as it stands. `make docs` builds it into build/site.

The pages are plain Markdown, and read as well where they lie. What Sphinx needs beyond that is made here: the tree of pages comes
from the lists in docs/index.md, Danish pages say that they are Danish, and the examples of rules get their looks.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT / "src"))

from rebild_policy.version import VERSION  # noqa: E402

project = "rebild_policy"
author = "The rebild_policy authors"
release = version = VERSION
language = "en"

extensions = ["myst_parser"]
myst_heading_anchors = 4
# Cases stand one a line in some blocks of JSON: such a block is shown without colours.
suppress_warnings = ["misc.highlighting_failure"]
nitpicky = True
exclude_patterns = ["examples/**"]

html_theme = "furo"
html_title = "rebild_policy"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
html_domain_indices = False
html_last_updated_fmt = None
# A summary is fetched page by page, which a browser refuses from disk; the titles of pages and sections are in the index.
html_show_search_summary = False
html_theme_options: dict[str, Any] = {"navigation_with_keys": True, "footer_icons": []}

_GROUP = re.compile(r"^\*\*(?P<title>[^*]+)\*\*\n\n(?P<list>(?:- .+\n(?:  .+\n)*)+)", re.MULTILINE)
_LINK = re.compile(r"\]\(([\w./-]+)\.md\)")
# Pages that have a folder of pages below them: page -> folder.
_FOLDERS = {"reference/rules": "rules", "explanation/decisions/README": "."}
_VERDICTS = {
    "satisfied": "kept",
    "possible deviation": "deviates",
    "undetermined": "open",
    "pending": "open",
    "exempt": "aside",
    "not applicable": "aside",
}


def add_trees(app: Sphinx, page: str, source: list[str]) -> None:
    """The tree of pages, which the sidebar shows: from the lists of the index, and from the folders of some pages."""
    del app
    if page == "index":
        groups = [(found["title"], _LINK.findall(found["list"])) for found in _GROUP.finditer(source[0])]
        source[0] += "".join(_tree(pages, title) for title, pages in groups)
    elif page in _FOLDERS:
        folder = (DOCS / page).parent / _FOLDERS[page]
        pages = [path.stem for path in sorted(folder.glob("*.md")) if path.stem not in {"README", "index"}]
        if page == "reference/rules":
            listed = _LINK.findall(source[0])
            pages = [link.partition("/")[2] for link in dict.fromkeys(listed) if link.startswith("rules/")]
        source[0] += _tree([f"{_FOLDERS[page]}/{name}" for name in pages], "")


def _tree(pages: list[str], title: str) -> str:
    caption = f":caption: {title}\n" if title else ""
    lines = "\n".join(dict.fromkeys(pages))
    return f"\n\n```{{toctree}}\n:hidden:\n{caption}\n{lines}\n```\n"


def mark_examples(app: Sphinx, tree: nodes.document) -> None:
    """On the page of a rule, the verdict of an example and its table of days have classes, and wide tables can be scrolled."""
    if app.env.docname.startswith("reference/rules/"):
        for strong in tree.findall(nodes.strong):
            kind = _VERDICTS.get(strong.astext())
            if kind:
                strong["classes"] += ["verdict", kind]
        for table in tree.findall(nodes.table):
            head = next(iter(table.findall(nodes.thead)), None)
            if head is not None and head.astext().startswith("Day"):
                table["classes"].append("timeline")
    for table in tree.findall(nodes.table):
        head = next(iter(table.findall(nodes.thead)), None)
        if head is not None and not head.astext().strip():
            head.parent.remove(head)  # heads that are empty say nothing, and a screen reader reads them


def say_language(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Danish pages say that they are Danish."""
    del app, template, tree
    if page.startswith("da/"):
        context["language"] = "da"


# What the theme leaves out: the level of a heading, and a way for the keyboard into what scrolls.
_MENDED = (
    ('<p class="caption" role="heading"><', '<p class="caption" role="heading" aria-level="2"><'),
    ("<pre>", '<pre tabindex="0">'),
    ('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'),
)


def mend_pages(app: Sphinx, error: Exception | None) -> None:
    """Make the finished pages fit for keyboard and screen reader."""
    if error or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        text = mended = path.read_text(encoding="utf-8")
        for old, new in _MENDED:
            mended = mended.replace(old, new)
        if mended != text:
            path.write_text(mended, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("source-read", add_trees)
    app.connect("doctree-read", mark_examples)
    app.connect("html-page-context", say_language)
    app.connect("build-finished", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
