"""The YAML of rules and mappings: what a scalar is, where everything stands, and what hostile files come to."""

from datetime import date
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from rebild_policy.documents import MAX_BYTES, MAX_DEPTH, DocumentReader, line_of, read_document
from rebild_policy.errors import MappingError, RuleError


def read(text):
    return DocumentReader("file.yaml", RuleError).read(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("No", "No"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("True", "True"),
        ("NULL", "NULL"),
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("1.50", 1.5),
        ("1e5", "1e5"),
        ("0x10", "0x10"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        (".5", ".5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("12:30", "12:30"),
        ("1" * 18, int("1" * 18)),
        ("1" * 19, "1" * 19),
        ("٣", "٣"),
        ("2026-01-05", date(2026, 1, 5)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-1-5", "2026-1-5"),
        ("2026-01-05T10:00", "2026-01-05T10:00"),
        ("20260105", 20260105),
        ("\uff12\uff10\uff12\uff16-01-05", "\uff12\uff10\uff12\uff16-01-05"),
        ("'2026-01-05'", "2026-01-05"),
        ('"5"', "5"),
        ("'true'", "true"),
        ("''", ""),
        ("<<", "<<"),
        ("=", "="),
        ("æøå 😀", "æøå 😀"),
        ("[1, a, 2026-01-05]", [1, "a", date(2026, 1, 5)]),
        ("{b: {c: no}}", {"b": {"c": "no"}}),
        ("|\n  one\n  two\n", "one\ntwo\n"),
        (">-\n  one\n  two\n", "one two"),
        ("|-\n  5", "5"),
    ],
)
def test_scalars(text, value):
    found = read(f"a: {text}")["a"]
    assert found == value
    assert type(found) is type(value) or isinstance(found, dict | list)


@pytest.mark.parametrize("key", ["no", "on", "5", "~", "2026-01-05", "<<", "true"])
def test_a_key_is_the_text_that_stands_there(key):
    assert read(f"{key}: 1") == {key: 1}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' stands here twice"),
        ("a:\n  b: 1\n  c: 2\n  b: 3", 4, "the key 'b' stands here twice"),
        ("a: {b: 1, b: 2}", 1, "the key 'b' stands here twice"),
        ("a: 1\r\nb: 2\r\nb: 3\r\n", 3, "the key 'b' stands here twice"),
        ("'a': 1\na: 2", 2, "the key 'a' stands here twice"),
        ("a: 1\nb: &x 2", 2, "anchors and aliases are not read here"),
        ("a: 1\nb: *x", 2, "anchors and aliases are not read here"),
        ("a: 1\nb:\n  - *x", 3, "anchors and aliases are not read here"),
        ("&x {a: 1}", 1, "anchors and aliases are not read here"),
        ("&x a: 1", 1, "anchors and aliases are not read here"),
        ("a: 1\n&x b: 1", 2, "anchors and aliases are not read here"),
        ("a: 1\n*x : 1", 2, "anchors and aliases are not read here"),
        ("a: !!str 1", 1, "tags are not read here"),
        ("a: !!python/object/apply:os.system ['true']", 1, "tags are not read here"),
        ("a: 1\nb: !mine {c: 1}", 2, "tags are not read here"),
        ("!!map {a: 1}", 1, "tags are not read here"),
        ("a: 1\n!!str b: 1", 2, "tags are not read here"),
        ("a: 1\nb: 2026-02-30", 2, "2026-02-30 is not a date"),
        ("a: 0000-01-01", 1, "0000-01-01 is not a date"),
        ("a: 1\n? [b]\n: 2", 2, "a key is a text"),
        ("? {a: 1}\n: 2", 1, "a key is a text"),
        ("", 1, "does not hold a mapping"),
        ("\n\n# nothing\n", 1, "does not hold a mapping"),
        ("- a\n- b", 1, "does not hold a mapping"),
        ("only words", 1, "does not hold a mapping"),
        ("[[[[", 1, "does not hold a mapping"),
        ("---\n...\n", 1, "does not hold a mapping"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: 1\n---\n", 2, "second document"),
        ("a: 1\n...\nb: 2", 3, "not YAML"),
        ("a: [b", 2, "not YAML"),
        ("a: 1\n  b: 2", 2, "not YAML"),
        ("a: 1\n\tb: 2", 2, "not YAML.* Indent with blanks and not with tabs"),
        ("a:\n \tb: 2", 2, "not YAML.* Indent with blanks and not with tabs"),
        ("a: 'b", 1, "not YAML"),
        ("a: 1\n}", 2, "not YAML"),
        ("a: @b", 1, "not YAML"),
        ('a: "\\ud800"', 1, "not YAML"),
    ],
)
def test_what_is_refused_and_where(text, line, words):
    with pytest.raises(RuleError, match=words) as caught:
        read(text)
    assert str(caught.value).startswith(f"file.yaml:{line}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["a: b\0c", "a: \x07", "a: \x1b[31m", "a: \ufffe"])
def test_characters_that_no_text_has(text):
    with pytest.raises(RuleError, match="not YAML that can be read"):
        read(text)


def bomb(levels):
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        bomb(60),
        "a: " + "[" * 200_000,
        "a: " + "{b: " * 100_000,
        "a: " + "[" * 40 + "]" * 40,
        "\n".join(" " * depth + "a:" for depth in range(500)),
        "a:\n" + "\n".join("  " * depth + "-" for depth in range(1, 500)),
    ],
    ids=["bomb", "brackets", "braces", "closed brackets", "deep keys", "deep items"],
)
def test_bombs_and_deep_nesting_are_refused(text):
    with pytest.raises(RuleError, match=r"anchors and aliases|nested deeper than"):
        read(text)


def test_nesting_up_to_the_limit_is_read():
    inside = read("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
    assert inside["a"]
    with pytest.raises(RuleError, match="nested deeper"):
        read("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH)


TEXT = """\
# a comment
a: 1
b:
  - c: 2
    d: [x,
        y]
  - e: 3

f: {g: 4,
    h: 5}
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ((), 2),
        (("a",), 2),
        (("b",), 3),
        (("b", 0), 4),
        (("b", 0, "c"), 4),
        (("b", 0, "d"), 5),
        (("b", 0, "d", 1), 6),
        (("b", 1, "e"), 7),
        (("f", "h"), 10),
        (("f", "missing"), 9),
        (("b", 7), 3),
        (("b", 0, "nothing", "deeper"), 4),
        (("nothing",), 2),
    ],
)
def test_every_part_knows_its_line(place, line):
    assert line_of(read(TEXT), place) == line


# ------------------------------------------------------------------------------------------------------------------ files
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bytes(range(256)), "not text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not text in UTF-8"),
        ("a: 1".encode("utf-16"), "not text in UTF-8"),
        ("a: 1".encode("utf-16-le"), "not YAML that can be read"),
        ("a: æ".encode("latin-1"), "not text in UTF-8"),
        (b"a: " + b"x" * MAX_BYTES, "larger than 1 MB"),
        ("a: " + "æ" * (MAX_BYTES // 2)).encode() and (("a: " + "æ" * (MAX_BYTES // 2)).encode(), "larger than 1 MB"),
        (b"", "does not hold a mapping"),
        (b"\0" * 100, "not YAML that can be read"),
    ],
    ids=["binary", "png", "utf-16", "utf-16 without a mark", "latin-1", "huge", "huge in bytes", "empty", "zeros"],
)
def test_files_that_are_no_documents(tmp_path, content, words):
    path = tmp_path / "rule.yaml"
    path.write_bytes(content)
    with pytest.raises(MappingError, match=words) as caught:
        read_document(path, MappingError)
    assert str(path) in str(caught.value)


def test_a_file_that_is_larger_than_memory_is_not_read(tmp_path):
    path = tmp_path / "sparse.yaml"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(RuleError, match="larger than 1 MB"):
        read_document(path, RuleError)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    path = tmp_path / "rule.yaml"
    path.write_bytes("\ufeffa: æ\n".encode())
    assert read_document(path, RuleError)[1] == {"a": "æ"}


def test_a_folder_and_a_file_that_is_not_there(tmp_path):
    with pytest.raises(RuleError, match="can't be read: Is a directory"):
        read_document(tmp_path, RuleError)
    with pytest.raises(RuleError, match="can't be read: No such file or directory"):
        read_document(tmp_path / "none.yaml", RuleError)


def test_a_file_is_named_as_seen_from_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "rule.yaml").write_text("a: [", "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuleError, match=r"^rule\.yaml:"):
        read_document(tmp_path / "rule.yaml", RuleError)


@given(st.text(max_size=60) | st.text("ab:- {}[]&*!|>'\"#%@\n\t?,~01", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_mapping_or_one_line_of_error(text):
    assert len(error_of(text).splitlines()) <= 1


def error_of(text):
    try:
        assert isinstance(read(text), dict)
    except RuleError as error:
        return str(error)
    return ""


# ----------------------------------------------------------------------------------------------------------------- models
class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Leaf(Shape):
    leaf: str
    weight: int = 0


class Branch(Shape):
    branch: list["Node"]
    width: int = 0


def kind_of(node):
    return next((kind for kind in ("leaf", "branch") if kind in node), None)


Node = Annotated[Annotated[Leaf, Tag("leaf")] | Annotated[Branch, Tag("branch")], Discriminator(kind_of)]


class Tree(Shape):
    name: str
    nodes: list[Node] | Literal["none"]
    named: dict[str, Leaf] = {}
    wanted: int = Field(default=0, alias="if")


Branch.model_rebuild()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nam: x\nnodes: none", "file.yaml:1: unknown key 'nam'. Did you mean 'name'?"),
        ("name: x\nnodes: none\nwanted: 1", "file.yaml:3: unknown key 'wanted'. Known: if, name, named, nodes."),
        ("name: x\nnodes:\n - leaf: a\n   weigth: 1", "file.yaml:4: unknown key 'weigth'. Did you mean 'weight'?"),
        (
            "name: x\nnodes:\n - branch:\n    - leaf: a\n      colour: 1",
            "file.yaml:5: unknown key 'colour'. Known: leaf, weight.",
        ),
        ("name: x\nnodes:\n - branch: []\n   widht: 1", "file.yaml:4: unknown key 'widht'. Did you mean 'width'?"),
        (
            "name: x\nnodes: none\nnamed:\n  one: {leaf: a}\n  two: {leaf: a, wight: 2}",
            "file.yaml:5: unknown key 'wight'. Did you mean 'weight'?",
        ),
        (
            "name: x\nnodes:\n - leaf: a\n - branch:\n    - leaf: 5",
            "file.yaml:5: nodes.1.branch.0.leaf: Input should be a valid string.",
        ),
        ("name: x\nnodes:\n - stem: a", "file.yaml:3: nodes.0: Unable to extract tag using discriminator kind_of()."),
        ("name: x\nnodes: nonne", "file.yaml:2: nodes: Input should be 'none'."),
        ("name: x", "file.yaml:1: nodes: Field required."),
        ("name: x\nnodes: none\nnamed:\n  one: {weight: 2}", "file.yaml:4: named.one.leaf: Field required."),
        ("name: 5\nnodes: none\nothers: 1", "file.yaml:3: unknown key 'others'. Known: if, name, named, nodes."),
    ],
)
def test_what_does_not_fit_a_model_is_named_with_its_own_line_and_the_nearest_key(text, message):
    reader = DocumentReader("file.yaml", RuleError)
    with pytest.raises(RuleError) as caught:
        reader.model(reader.read(text), Tree)
    assert str(caught.value) == message
