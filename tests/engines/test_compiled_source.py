"""The source of the compiled engine holds names that the compiler made and fields of the vocabulary, and no text of a rule."""

import ast
import builtins
import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rebild_policy.bundled import rules_folder
from rebild_policy.engines import ENGINES, CompiledEngine, available
from rebild_policy.facts import Case, Coverage, vocabulary
from rebild_policy.loading import load_rules
from rebild_policy.plan import build_plan

BUNDLED = load_rules(rules_folder())
MADE = re.compile(r"[a-z]\d+")
FIXED = {"judge", "case", "as_of", "events", "get", "rows", "add", "skipped"}
ATTRIBUTES = {"facts", "get", "append", "on", *vocabulary().case}
FIELDS = {"day", "id", *(name for type_ in vocabulary().types.values() for name in type_.fields)}
STATEMENTS = (
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.For, ast.If, ast.Assign, ast.AugAssign, ast.Expr, ast.Break,
    ast.Pass, ast.Return,
)  # fmt: skip
EXPRESSIONS = (
    ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.Call, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Starred,
    ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.IfExp, ast.NamedExpr, ast.expr_context, ast.operator, ast.unaryop,
    ast.boolop, ast.cmpop,
)  # fmt: skip


def check_source(source):
    """Walk the source and refuse whatever the compiler has no business writing."""
    for node in ast.walk(ast.parse(source)):
        assert isinstance(node, (*STATEMENTS, *EXPRESSIONS)), ast.dump(node)
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                assert MADE.fullmatch(name) or name in FIXED, name
                assert not hasattr(builtins, name)
            case ast.Attribute(attr=name):
                assert name in ATTRIBUTES, name
                assert not name.startswith("_")
            case ast.Constant(value=str() as text):
                assert text in FIELDS, text
            case ast.Constant(value=value):
                assert value is None or isinstance(value, bool) or value in range(4), value
            case ast.Call(keywords=keywords):
                assert not keywords
    assert source.isascii()


def sources(plan):
    engine = CompiledEngine(plan)
    engine.judge(Case.read({"id": "c"}), date(2026, 1, 5))
    return engine.source


@pytest.mark.parametrize("profile", ["guideline", "statutory"])
@pytest.mark.parametrize(
    "without",
    [
        (),
        ("reply_sent", "hearing_sent.matter", "acknowledgement_sent.inquiry", "inquiry_received.channel"),
        tuple(f"{name}.{field}" for name, type_ in vocabulary().types.items() for field in type_.fields if field == "matter"),
    ],
    ids=["all", "less", "no matters"],
)
def test_the_source_of_the_bundled_rules(profile, without):
    check_source(sources(build_plan(BUNDLED, profile=profile, coverage=Coverage.all().without(*without))))


def test_the_source_runs_without_builtins():
    engine = CompiledEngine(build_plan(BUNDLED, profile="guideline"))
    namespace = engine._plain[1].__globals__
    assert namespace["__builtins__"] == {}
    assert set(namespace) - {"__builtins__", "judge"} == {name for name in namespace if re.fullmatch(r"k\d+", name)}


WHOLE_LANGUAGE = """
    each: {judge: decision_made, get: inquiry_received, k1: hearing_sent}
    valid: {from: 2020-01-01, to: 2030-01-01}
    if: >-
      (judge.final and get.written and k1.matter == judge.matter or not before(get, judge))
      and judge.outcome in ('refused', "burdening") and case.kind in parameters.kinds and day(k1) <= '2026-05-01'
      and (judge.sent_on if judge.form == 'oral' else day(judge)) >= k1.respond_by
    unless:
      - any:
          - holds: present(judge.legal_basis)
          - none: {rows: [reply_sent, note_recorded]}
            of: get
            before: judge
            where: rows.actor != 'it''s "\\\\ {x}'
    require:
      - all:
          - some: {e1: any_event}
            between: [get, judge]
            within: parameters.times[case.kind]
            from: get.received_on
            paused_by: suspension
            roll: next working day
            where: e1.id != judge.id
          - some: {add: guidance_given}
            by: judge.sent_on
"""


def test_the_source_of_a_rule_that_uses_the_whole_language(rules):
    rules.parameter("kinds", "[pension, 'it''s']", kind="list")
    rules.table(
        "times", "- {case_kind: pension, value: 4, unit: weeks, start: s, end: e, valid_from: 2020-01-01, in_force: true}\n"
    )
    rules.rule(WHOLE_LANGUAGE)
    for without in ((), ("suspension",), ("reply_sent.inquiry", "case.kind", "decision_made.form")):
        check_source(sources(rules.plan(coverage=Coverage.all().without(*without))))


HOSTILE = [
    "'",
    '"',
    '"""',
    "\\",
    "\\'",
    "\n",
    "\r\n\t",
    "'); raise SystemExit #",
    "' or True or '",
    "{k1}",
    "%s",
    "k1",
    "__import__('os').system('true')",
    "\u2028",
    "\u202e",
    "æøå😀",
    "\x7f",
]


def quoted(text):
    """A text as a literal of a condition, inside a double-quoted text of YAML."""
    return "".join(f"\\U{ord(letter):08x}" for letter in repr(text))


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_a_hostile_text_stays_a_text(rules, text):
    rules.rule(f"""
        each: {{d: decision_made}}
        if: "d.matter == {quoted(text)} or d.matter in ({quoted(text)}, 'other')"
        require: never
        """)
    plan = rules.plan()
    check_source(sources(plan))
    for engine in (ENGINES[name] for name in available()):
        for matter, holds in ((text + "x", False), ("x" + text, False), (text + ".", False), ("other", True)):
            case = Case.read(
                {"id": "c", "events": [{"type": "decision_made", "id": "d", "time": "2026-01-05", "matter": matter}]}
            )
            assert bool(engine(plan).verdicts(case, date(2026, 5, 1))) == holds
        if text.strip():
            case = Case.read({"id": "c", "events": [{"type": "decision_made", "id": "d", "time": "2026-01-05", "matter": text}]})
            assert engine(plan).verdicts(case, date(2026, 5, 1))


@given(st.text(min_size=1, max_size=12))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_of_a_rule_comes_into_the_source(rules, text):
    shown = repr(text).encode("ascii", "backslashreplace").decode()
    if "\\ud" in shown:
        return
    rules.rule(f'each: {{d: decision_made}}\nif: "d.matter != {quoted(text)}"\nrequire: never\n')
    check_source(sources(rules.plan()))
