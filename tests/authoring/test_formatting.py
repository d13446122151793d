"""The canonical form: what is shipped has it, what a file says never changes, and no comment is lost."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rebild_policy.authoring.formatting import format_file, format_text
from rebild_policy.documents import DocumentReader
from rebild_policy.errors import RuleError
from rebild_policy.rulefiles import ExceptionsShape, ParameterShape, RuleShape

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "rules", ROOT / "tests" / "engines" / "language_rules"]
FILES = [(path, folder) for folder in FOLDERS for path in sorted(folder.rglob("*.yaml"))]


def read(text: str):
    return DocumentReader("x.yaml", RuleError).read(text)


@pytest.mark.parametrize(("path", "folder"), FILES, ids=[path.name for path, _ in FILES])
def test_the_form_is_final_and_says_the_same(path: Path, folder: Path):
    text = path.read_text(encoding="utf-8")
    formatted = format_file(path, folder)
    assert read(formatted) == read(text)
    if folder == FOLDERS[0]:
        assert formatted == text, "run: rebild-policy fmt"
    assert max(map(len, formatted.splitlines())) <= 130 or "language" in str(folder)


def test_keys_stand_in_order_and_comments_above_what_they_are_about():
    messy = dedent(
        """
        # Of the file.

        severity: low   # of the severity
        rule:   'a-b'
        # Of the nodes,
        # on two lines.
        require:
          # Of the first.
          - where: present(n.about)   # of the condition
            some:
              n: note_recorded
            # Of its deadline.
            within: parameters.days
            after: d
        title:
            da: "a"
            en: 'b'
        law: [ ]
        # At the end.
        """
    )
    assert format_text(messy, "x.yaml", RuleShape) == dedent(
        """\
        # Of the file.

        rule: a-b
        title: {da: a, en: b}
        law: []
        # of the severity
        severity: low
        # Of the nodes,
        # on two lines.
        require:
          # Of the first.
          - some: {n: note_recorded}
            after: d
            # Of its deadline.
            within: parameters.days
            # of the condition
            where: present(n.about)
        # At the end.
        """
    )


def test_long_texts_are_folded_and_conditions_break_before_and():
    condition = (
        "decision.outcome == 'refused' and (decision.final or present(decision.legal_basis) or present(decision.complaint_body))"
    )
    rule = f'if: "{condition} and not present(decision.sent_on)"\nmessage:\n  da: {"ord " * 40}\n  en: short\n'
    formatted = format_text(rule, "x.yaml", RuleShape)
    assert formatted.startswith(
        "if: >-\n  decision.outcome == 'refused'\n  and (decision.final or present(decision.legal_basis) or present("
    )
    assert "  da: >-\n    ord ord" in formatted
    assert read(formatted) == read(rule)


def test_the_schema_stands_first_where_there_is_one():
    text = "# yaml-language-server: $schema=old.json\n# About.\nparameter: days\n"
    assert format_text(text, "x.yaml", ParameterShape, "../schemas/parameter.json") == (
        "# yaml-language-server: $schema=../schemas/parameter.json\n# About.\nparameter: days\n"
    )


def test_a_comment_sign_in_a_text_is_no_comment():
    text = "rule: a\ntitle:\n  da: >-\n    over flere linjer\n    # og dette med\n  en: 'not # this'\n# This is.\nlaw: []\n"
    formatted = format_text(text, "x.yaml", RuleShape)
    assert read(formatted) == read(text)
    assert re.findall("^ *#.*$", formatted, re.MULTILINE) == ["# This is."]


def test_what_can_not_be_read_is_refused(tmp_path: Path):
    with pytest.raises(RuleError, match="this is not YAML"):
        format_text("rule: [", "x.yaml", RuleShape)
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(RuleError, match="can't be read as text"):
        format_file(tmp_path / "x.yaml", tmp_path)


texts = st.text(max_size=30) | st.text("ab:- {}[]&*!|>'\"#%@,~01\n\t?", max_size=40) | st.just("ord " * 50)
scalars = texts | st.booleans() | st.integers(-999, 999) | st.dates() | st.none()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["da", "en", "some", "x", "events"]), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["rule", "if", "require", "examples", "message", "unless"]), values, min_size=1))
def test_any_document_says_the_same(document):
    written = block(document)
    try:
        before = read(written)
    except RuleError:
        return  # a text that no author can write, such as one of a control character
    formatted = format_text(written, "x.yaml", RuleShape)
    assert read(formatted) == before
    assert format_text(formatted, "x.yaml", RuleShape) == formatted


def block(value, depth: int = 0) -> str:
    """A document written another way than the formatter does: quoted, one entry a line."""
    start = "  " * depth
    if isinstance(value, dict) and value:
        return "".join(f"{start}{quoted(key)}:\n{block(item, depth + 1)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{start}-\n{block(item, depth + 1)}" for item in value)
    return f"{start}{'{}' if value == {} else '[]' if value == [] else quoted(value)}\n"


def quoted(value) -> str:
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(char):08x}" for char in value) + '"'
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_exceptions_have_a_form_too():
    text = 'equivalent:\n  - {why: "it is so", mutant: "a: b"}\n'
    assert format_text(text, "x.yaml", ExceptionsShape) == 'equivalent:\n  - mutant: "a: b"\n    why: it is so\n'
