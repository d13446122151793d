"""Conditions: what the language holds and what it refuses, and what its nodes mean."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rebild_policy.errors import ExpressionError
from rebild_policy.expressions import (
    FALSE,
    TRUE,
    UNKNOWN,
    And,
    Attribute,
    Before,
    Compare,
    Conditional,
    Day,
    Linked,
    Literal,
    Membership,
    Not,
    Or,
    Parameter,
    Present,
    Term,
    Truth,
    children,
    ids,
    parameter,
    parse,
    transform,
    truth,
    unparse,
    value,
    walk,
)

A, B, C = Attribute("x", "a"), Attribute("x", "b"), Attribute("y", "c")
F, U, T = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE


@dataclass(frozen=True)
class Facts:
    """An environment: values by name, days and the order of events."""

    values: dict
    days: dict | None = None
    order: dict | None = None
    parameters: dict | None = None

    def attribute(self, node):
        return self.values[f"{node.var}.{node.name}"]

    def day(self, var):
        return self.days[var]

    def before(self, first, second):
        return self.order[first, second]

    def parameter(self, name, key):
        found = self.parameters[name]
        return found if key is None else found.get(key, UNKNOWN)


def true_of(text, **values):
    return truth(parse(text), Facts({name.replace("_", "."): given for name, given in values.items()}))


# ---------------------------------------------------------------------------------------------------------------- parsing
@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("true", TRUE),
        ("false", FALSE),
        ("True", TRUE),
        ("'refused'", Literal("refused")),
        ('"it\'s"', Literal("it's")),
        ("10", Literal(10)),
        ("-3", Literal(-3)),
        ("x.a", A),
        ("case.kind", Attribute("case", "kind")),
        ("day(x)", Day("x")),
        ("before(x, y)", Before("x", "y")),
        ("present(x.a)", Present(A)),
        ("adverse(x)", Term("adverse", ("x",))),
        ("both(x, y)", Term("both", ("x", "y"))),
        ("always()", Term("always", ())),
        ("parameters.limit", Parameter("limit")),
        ("parameters.times[case.kind]", Parameter("times", Attribute("case", "kind"))),
        ("parameters.times['pension']", Parameter("times", Literal("pension"))),
        *[(f"x.a {sign} x.b", Compare(sign, A, B)) for sign in ("==", "!=", "<", "<=", ">", ">=")],
        ("x.a in ('p', 'q')", Membership(A, ("p", "q"))),
        ("x.a in ['p', 'q']", Membership(A, ("p", "q"))),
        ("x.a in ('p',)", Membership(A, ("p",))),
        ("x.a in parameters.kinds", Membership(A, Parameter("kinds"))),
        ("x.a not in ('p',)", Not(Membership(A, ("p",)))),
        ("x.a and x.b and y.c", And((A, B, C))),
        ("x.a or x.b or y.c", Or((A, B, C))),
        ("x.a or x.b and y.c", Or((A, And((B, C))))),
        ("not x.a", Not(A)),
        ("not x.a == x.b", Not(Compare("==", A, B))),
        ("x.a if x.b else y.c", Conditional(B, A, C)),
        ("(x.a)", A),
        ("x.a and\n   x.b\n", And((A, B))),
        ("  x.a  # why", A),
        ("(x.a or x.b) and (y.c)", And((Or((A, B)), C))),
    ],
)
def test_every_form_of_the_language_is_read(text, node):
    assert parse(text) == node


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("   \n ", "empty"),
        ("# only a comment", "empty"),
        ("x.a and", "not a condition"),
        ("x.a = 'p'", "not a condition"),
        ("x.a == 'p", "not a condition"),
        ("x.a) and (x.b", r"unmatched '\)'"),
        ("x.a) or (x.b if y.c else x.a", r"unmatched '\)'"),
        ("x.a)", "not a condition"),
        ("1 < x.a < 3", "chained comparison.*join two with 'and'"),
        ("x.a == x.b == y.c", "chained comparison"),
        ("x.a is None", r"'is' is not in the language: use ==, or present"),
        ("x.a == None", "'None' is not in the language"),
        ("x.a == 1.5", "'1.5' is not in the language"),
        ("x.a == 1j", "not in the language"),
        ("x.a == ...", "not in the language"),
        ("x.a == b'p'", "not in the language"),
        ("x.a == f'p'", "not in the language"),
        ("x.a == -True", "'-True' is not in the language"),
        ("-x.a == 1", "not in the language"),
        ("x.a + 1 == 2", r"'x.a \+ 1' is not in the language"),
        ("x.a and x.b | y.c", "not in the language"),
        ("x", "Write an attribute of it \\('x.outcome'\\), or quote it"),
        ("x.a == refused", "or quote it if it is a text"),
        ("x.a.b", "not in the language"),
        ("x.a[0]", "not in the language"),
        ("parameters.times[case.kind].unit", "not in the language"),
        ("[x.a]", "not in the language"),
        ("{x.a}", "not in the language"),
        ("{'p': x.a}", "not in the language"),
        ("(x.a, x.b)", "not in the language"),
        ("lambda: x.a", "not in the language"),
        ("[a for a in x.a]", "not in the language"),
        ("(y := x.a)", "not in the language"),
        ("x.a in ()", "After 'in' comes a list of literals"),
        ("x.a in ('p', x.b)", "After 'in' comes a list of literals"),
        ("x.a in {'p'}", "After 'in' comes a list of literals"),
        ("x.a in 'pq'", "After 'in' comes a list of literals"),
        ("'p' in x.a", "After 'in' comes a list of literals"),
        ("x.day()", "not in the language"),
        ("__import__('os').system('true')", "not in the language"),
        ("adverse(x.a)", r"adverse\(\) takes the names of bound events"),
        ("adverse(*x)", r"adverse\(\) takes the names of bound events"),
        ("adverse(d=x)", "not in the language"),
        ("day(x.a)", r"day\(\) takes the names of bound events"),
        ("day()", "wrong number of arguments"),
        ("day(x, y)", "wrong number of arguments"),
        ("before(x)", "wrong number of arguments"),
        ("before(x, y, z)", "wrong number of arguments"),
        ("present()", "wrong number of arguments"),
        ("present(x.a, x.b)", "wrong number of arguments"),
        ("x.a; x.b", "not a condition"),
        ("import os", "not a condition"),
        ("await x.a", "not in the language"),
        ("x.a == 'p\0'", "not a condition"),
    ],
)
def test_what_is_not_in_the_language_is_named(text, words):
    with pytest.raises(ExpressionError, match=words) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "x.a == '" + "p" * 4000 + "'",
        "not " * 40 + "x.a",
        "not " * 900 + "x.a",
        "(x.a and (x.b or " * 40 + "y.c" + "))" * 40,
        "(" * 1000 + "x.a" + ")" * 1000,
        "x.a if " * 300 + "x.b" + " else y.c" * 300,
        "x.a == " + "-" * 900 + "1",
        "present(" * 500 + "x.a" + ")" * 500,
    ],
    ids=lambda text: f"{text[:12]}…{len(text)}",
)
def test_a_condition_too_long_or_too_deep_is_refused_at_once(text):
    with pytest.raises(ExpressionError, match=r"too long or too deeply nested|not a condition|not in the language"):
        parse(text)


def test_a_long_flat_condition_is_fine():
    assert len(parse(" or ".join(["x.a"] * 300)).parts) == 300


def test_a_long_text_is_cut_short_in_its_error():
    with pytest.raises(ExpressionError) as caught:
        parse("x.a + " + "x.b + " * 400 + "1")
    assert len(str(caught.value)) < 250


names = st.sampled_from("xyz")
attributes = st.builds(Attribute, names, st.sampled_from("abc"))
literals = st.builds(Literal, st.booleans() | st.integers(-99, 99) | st.text("pq'\"\\ \nå{", max_size=5))
values = attributes | literals | st.builds(Day, names) | st.builds(Parameter, st.just("p"))
options = st.lists(st.text("pq'\\", max_size=3), min_size=1, max_size=3).map(tuple)
atoms = (
    st.builds(Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), values, values)
    | st.builds(Membership, attributes, options | st.builds(Parameter, st.just("p")))
    | st.builds(Present, attributes)
    | st.builds(Before, names, names)
    | attributes
)


def compound(inner):
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(Not, inner) | st.builds(And, several) | st.builds(Or, several) | st.builds(Conditional, inner, inner, inner)


conditions = st.recursive(atoms, compound, max_leaves=8)


def written(node):  # noqa: C901, PLR0911, PLR0912 - one arm a node
    """A condition as an author may write it."""
    match node:
        case Literal(literal):
            return repr(literal)
        case Attribute(var, name):
            return f"{var}.{name}"
        case Day(var):
            return f"day({var})"
        case Before(first, second):
            return f"before({first}, {second})"
        case Parameter(name):
            return f"parameters.{name}"
        case Present(of):
            return f"present({written(of)})"
        case Not(part):
            return f"(not {written(part)})"
        case And(parts):
            return f"({' and '.join(map(written, parts))})"
        case Or(parts):
            return f"({' or '.join(map(written, parts))})"
        case Conditional(test, yes, no):
            return f"({written(yes)} if {written(test)} else {written(no)})"
        case Compare(operator, left, right):
            return f"({written(left)} {operator} {written(right)})"
        case Membership(item, Parameter() as options):
            return f"({written(item)} in {written(options)})"
        case Membership(item, options):
            return f"({written(item)} in {options!r})"
    raise AssertionError(node)


@given(conditions)
@settings(max_examples=80, deadline=None)
def test_a_condition_reads_back_as_it_was_written(node):
    assert parse(written(node)) == node


@given(conditions)
@settings(max_examples=200)
def test_what_is_written_with_the_fewest_brackets_reads_back_too(node):
    assert parse(unparse(node)) == node


@pytest.mark.parametrize(
    "condition",
    [
        "x.a and (x.b or not x.c)",
        "not (x.a and x.b)",
        "x.kind not in ('a', 'b')",
        "x.kind in ('a',)",
        "x.kind in parameters.kinds",
        "x.a == (x.b if present(x.c) else 'p')",
        "day(x) <= x.until or before(x, y) or adverse(x)",
        "parameters.times[case.kind] != 5",
    ],
)
def test_a_condition_is_written_as_an_author_would(condition):
    assert unparse(parse(condition)) == condition


@given(
    st.text(max_size=40) | st.lists(st.sampled_from([*"x.a(),'=<>!+-*[]{}:#\\\n ", "in", "not", "if"]), max_size=25).map("".join)
)
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused_in_one_line(text):
    assert len(error_of(text).splitlines()) <= 1


def error_of(text):
    try:
        parse(text)
    except ExpressionError as error:
        return str(error)
    return ""


# ---------------------------------------------------------------------------------------------------------------- meaning
CHAIN = [F, U, T]
KLEENE = [(left, right, min(left, right), max(left, right)) for left in CHAIN for right in CHAIN]
AS_VALUE = {F: False, U: UNKNOWN, T: True}


@pytest.mark.parametrize(("left", "right", "both", "either"), KLEENE)
def test_and_is_the_minimum_and_or_the_maximum(left, right, both, either):
    facts = Facts({"x.a": AS_VALUE[left], "x.b": AS_VALUE[right]})
    assert truth(And((A, B)), facts) is both
    assert truth(Or((A, B)), facts) is either


def test_not_swaps_true_and_false_and_leaves_the_rest():
    assert [one.negated for one in (F, U, Truth.OPEN, T)] == [T, U, Truth.OPEN, F]
    assert [truth(Not(A), Facts({"x.a": given})) for given in (True, False, UNKNOWN, None)] == [F, T, U, U]


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("missing", [None, UNKNOWN])
def test_a_comparison_with_an_absent_or_unknown_value_is_unknown(sign, missing):
    for left, right in [(1, missing), (missing, 1), (missing, missing)]:
        assert true_of(f"x.a {sign} x.b", x_a=left, x_b=right) is U


@pytest.mark.parametrize(
    ("text", "left", "right", "answer"),
    [
        ("x.a == x.b", 1, 1, T),
        ("x.a == x.b", "p", "q", F),
        ("x.a != x.b", 1, 1, F),
        ("x.a != x.b", "p", "q", T),
        ("x.a < x.b", date(2026, 1, 5), date(2026, 1, 6), T),
        ("x.a < x.b", 2, 2, F),
        ("x.a <= x.b", 2, 2, T),
        ("x.a > x.b", 2, 2, F),
        ("x.a >= x.b", 2, 2, T),
        ("x.a == x.b", "æ", "ae", F),
    ],
)
def test_comparisons_of_given_values(text, left, right, answer):
    assert true_of(text, x_a=left, x_b=right) is answer


@pytest.mark.parametrize(("given", "inside", "outside"), [("p", T, F), ("r", F, T), (None, U, U), (UNKNOWN, U, U), ("", F, T)])
def test_membership(given, inside, outside):
    assert true_of("x.a in ('p', 'q')", x_a=given) is inside
    assert true_of("x.a not in ('p', 'q')", x_a=given) is outside


def test_membership_of_a_parameter_without_a_value_is_unknown():
    node = parse("x.a in parameters.kinds")
    assert truth(node, Facts({"x.a": "p"}, parameters={"kinds": ("p",)})) is T
    assert truth(node, Facts({"x.a": "p"}, parameters={"kinds": ()})) is F
    assert truth(node, Facts({"x.a": "p"}, parameters={"kinds": UNKNOWN})) is U


@pytest.mark.parametrize(("given", "answer"), [("p", T), (False, T), (0, T), (None, F), (UNKNOWN, U)])
def test_present_tells_given_absent_and_unknown_apart(given, answer):
    assert true_of("present(x.a)", x_a=given) is answer


@pytest.mark.parametrize(("test", "answer"), [(True, T), (False, F), (UNKNOWN, U), (None, U)])
def test_a_conditional_is_unknown_where_its_test_is(test, answer):
    assert true_of("x.a if x.b else y.c", x_a=True, x_b=test, y_c=False) is answer
    # Even where both sides agree: nothing says which of them holds.
    assert true_of("x.a if x.b else y.c", x_a=True, x_b=test, y_c=True) is (U if answer is U else T)


def test_a_conditional_may_choose_a_value():
    node = parse("(day(x) if x.a else x.b) < day(y)")
    days = {"x": date(2026, 1, 5), "y": date(2026, 1, 9)}
    assert truth(node, Facts({"x.a": True, "x.b": None}, days)) is T
    assert truth(node, Facts({"x.a": False, "x.b": None}, days)) is U
    assert truth(node, Facts({"x.a": False, "x.b": date(2026, 1, 9)}, days)) is F
    assert truth(node, Facts({"x.a": UNKNOWN, "x.b": date(2026, 1, 1)}, days)) is U


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        ("e1", "e1", T),
        ("e1", "e2", F),
        (None, "e1", F),
        ("e1", None, F),
        (None, None, F),
        (UNKNOWN, "e1", U),
        ("e1", UNKNOWN, U),
        (None, UNKNOWN, U),
        (("e1", "e2"), "e2", T),
        ("e3", ("e1", "e2"), F),
        (("e1", "e2"), ("e2", "e3"), T),
        (("e1",), ("e2",), F),
        ((), "e1", F),
        (("e1",), None, F),
        (("e1",), UNKNOWN, U),
    ],
)
def test_links_are_false_where_absent_unknown_where_unknown_and_ask_lists_for_membership(left, right, answer):
    facts = Facts({"x.a": left, "x.b": right})
    assert truth(Linked(A, B), facts) is answer
    assert truth(Not(Linked(A, B)), facts) is answer.negated  # `!=` mirrors equality


def test_the_ids_of_a_link():
    assert [ids(link) for link in (None, UNKNOWN, "e1", ("e1", "e2"), ())] == [(), (), ("e1",), ("e1", "e2"), ()]


def test_a_table_without_a_key_or_a_row_is_unknown():
    node = parse("parameters.times[x.a]")
    assert [parameter(node, Facts({"x.a": key}, parameters={"times": {"p": 5}})) for key in ("p", "q", None, UNKNOWN)] == [
        5,
        UNKNOWN,
        UNKNOWN,
        UNKNOWN,
    ]


@pytest.mark.parametrize("given", ["true", 1, date(2026, 1, 5), ("e1",)])
def test_what_is_no_truth_is_never_taken_for_one(given):
    assert true_of("x.a", x_a=given) is U


def test_a_condition_as_a_value_is_true_false_or_unknown():
    node = parse("x.a == 'p'")
    assert [value(node, Facts({"x.a": given})) for given in ("p", "q", None)] == [True, False, UNKNOWN]


# ------------------------------------------------------------------------------------------------------------- properties
flags = [Attribute("x", name) for name in "abcd"]
numbers = [Attribute("x", name) for name in "klm"]
links = [Attribute("x", name) for name in "uvw"]
logic = st.recursive(
    st.sampled_from(flags)
    | st.builds(Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.sampled_from(numbers), st.sampled_from(numbers))
    | st.builds(Linked, st.sampled_from(links), st.sampled_from(links))
    | st.builds(Membership, st.sampled_from(numbers), st.just((0, 1)))
    | st.builds(Present, st.sampled_from(flags + numbers))
    | st.builds(
        Compare,
        st.just("=="),
        st.builds(Conditional, *[st.sampled_from(flags)], *[st.sampled_from(numbers)] * 2),
        st.just(Literal(1)),
    ),
    compound,
    max_leaves=10,
)
facts_of = st.fixed_dictionaries(
    {
        **{f"x.{node.name}": st.sampled_from([True, False, None, UNKNOWN]) for node in flags},
        **{f"x.{node.name}": st.sampled_from([0, 1, 2, None, UNKNOWN]) for node in numbers},
        **{f"x.{node.name}": st.sampled_from(["e1", "e2", ("e1", "e2"), None, UNKNOWN]) for node in links},
    }
)
laws = settings(max_examples=100, deadline=None)


@given(logic, facts_of)
@laws
def test_a_condition_is_false_unknown_or_true(node, facts):
    assert truth(node, Facts(facts)) in {F, U, T}


@given(logic, facts_of)
@laws
def test_double_negation(node, facts):
    assert truth(Not(Not(node)), Facts(facts)) is truth(node, Facts(facts))


@given(logic, logic, facts_of)
@laws
def test_de_morgan(left, right, facts):
    env = Facts(facts)
    assert truth(Not(And((left, right))), env) is truth(Or((Not(left), Not(right))), env)
    assert truth(Not(Or((left, right))), env) is truth(And((Not(left), Not(right))), env)


@given(logic, facts_of, st.data())
@laws
def test_knowing_less_never_turns_true_into_false(node, facts, data):
    lost = data.draw(st.sets(st.sampled_from(sorted(facts)), min_size=1))
    before, after = truth(node, Facts(facts)), truth(node, Facts({**facts, **dict.fromkeys(lost, UNKNOWN)}))
    assert after in {before, U}


@given(conditions)
@laws
def test_walking_and_changing_nothing(node):
    assert transform(node, lambda part: part) == node
    below = list(walk(node))
    assert below[0] == node
    assert len(below) == 1 + sum(len(list(walk(child))) for child in children(node))
