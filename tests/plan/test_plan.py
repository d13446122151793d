"""The plan: what its passes make of a rule, for a profile, a coverage and the gaps of a case."""

from datetime import date

import pytest

from rebild_policy.engines import ENGINES, available
from rebild_policy.errors import RuleError
from rebild_policy.expressions import (
    And,
    Attribute,
    Before,
    Compare,
    Conditional,
    Day,
    Field,
    Linked,
    Literal,
    Or,
    Present,
    Term,
    walk,
)
from rebild_policy.facts import Case, Coverage
from rebild_policy.plan import open_links
from rebild_policy.plan.walks import quantifiers
from rebild_policy.preflight import expressions, preflight
from rebild_policy.rules import Group, Holds

AS_OF = date(2026, 5, 1)


def verdicts(plan, *events, case=None):
    """The verdicts by trigger and key, on which all engines agree."""
    built = Case.read({"id": "c", **(case or {}), "events": [{"time": "2026-01-05", **event} for event in events]})
    said = [ENGINES[name](plan).verdicts(built, AS_OF) for name in available()]
    assert all(one == said[0] for one in said)
    return {"+".join((row.trigger, *row.key)): str(row.verdict) for row in said[0]}


def inquiry(id_="i", **fields):
    return {"type": "inquiry_received", "id": id_, "channel": "email", **fields}


def reply(id_="r", **fields):
    return {"type": "reply_sent", "id": id_, **fields}


# --------------------------------------------------------------------------------------------------------------- profiles
def test_items_of_the_other_profile_are_dropped(rules):
    rules.rule("""
        each: {d: decision_made}
        unless:
          - holds: d.municipality_final
            profile: statutory
          - any:
              - holds: d.reasons
                profile: guideline
              - holds: d.final
        require:
          - holds: d.facts_documented
            profile: guideline
          - all:
              - holds: d.complaint_guidance
            profile: statutory
        """)

    def names(profile):
        (rule,) = rules.plan(profile).rules
        return sorted({node.name for expression in expressions(rule) for node in walk(expression) if isinstance(node, Field)})

    assert names("guideline") == ["facts_documented", "final", "reasons"]
    assert names("statutory") == ["complaint_guidance", "final", "municipality_final"]


def test_a_rule_of_one_profile_does_not_exist_in_the_other(rules):
    rules.rule("profile: statutory\neach: {d: decision_made}\nrequire: never\n", name="one")
    rules.rule("each: {d: decision_made}\nrequire: never\n", name="two")
    assert [rule.name for rule in rules.plan("guideline").rules] == ["two"]
    assert [rule.name for rule in rules.plan("statutory").rules] == ["one", "two"]


def test_an_empty_unless_is_false(rules):
    rules.rule("""
        each: {d: decision_made}
        unless:
          - holds: d.final
            profile: statutory
        require:
          - holds: d.reasons
        """)
    events = {"type": "decision_made", "id": "d", "final": True, "reasons": False}
    assert verdicts(rules.plan("guideline"), events) == {"d": "violated"}
    assert verdicts(rules.plan("statutory"), events) == {"d": "exempt"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("require:\n  - holds: d.final\n    profile: statutory\n", 17),
        ("require:\n  - any:\n      - holds: d.final\n        profile: statutory\n", 18),
        ("unless:\n  - all:\n      - holds: d.final\n        profile: statutory\nrequire: never\n", 18),
    ],
)
def test_a_group_of_which_a_profile_leaves_nothing_is_refused(rules, text, line):
    # `all` of nothing would acquit everybody, and `any` of nothing accuse.
    rules.rule("each: {d: decision_made}\n" + text)
    assert rules.plan("statutory").rules
    with pytest.raises(RuleError, match=rf"rule\.yaml:{line}: nothing is left here in the profile 'guideline'"):
        rules.plan("guideline")


# ------------------------------------------------------------------------------------------------------------------ terms
def test_terms_are_put_in_with_their_own_variables_renamed(rules):
    rules.file(
        "terms.yaml",
        "terms:\n  sooner:\n    title: {da: a, en: a}\n    of: {x: decision_made, y: decision_made}\n"
        "    means: before(x, y) and day(x) < y.sent_on and x.final\n",
    )
    rules.rule("each: {y: decision_made, x: decision_made}\nif: sooner(y, x)\nrequire: never\n")
    (rule,) = rules.plan().rules
    assert rule.condition == And(
        (Before("y", "x"), Compare("<", Day("y"), Field("x", "sent_on")), Field("y", "final")),
    )
    assert not any(isinstance(node, Term) for node in walk(rule.condition))


# ------------------------------------------------------------------------------------------------------------------ places
def where_of(plan):
    (node,) = quantifiers(plan.rules[0])
    return node.where


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("before: i", Before("x", "i")),
        ("between: [i, d]\nwithin: parameters.p", And((Before("i", "x"), Before("x", "d")))),
        ("of: i\nwithin: parameters.p", And((Linked(Field("x", "inquiry"), Field("i", "id")), Before("i", "x")))),
        ("of: i\nbefore: d", And((Linked(Field("x", "inquiry"), Field("i", "id")), Before("i", "x"), Before("x", "d")))),
        (
            "of: i\nafter: d\nwithin: parameters.p",
            And((Linked(Field("x", "inquiry"), Field("i", "id")), Before("i", "x"), Before("d", "x"))),
        ),
        ("of: i\nafter: i\nwithin: parameters.p", And((Linked(Field("x", "inquiry"), Field("i", "id")), Before("i", "x")))),
        ("before: d\nwhere: true", Before("x", "d")),
        ("before: d\nwhere: x.actor == 'a' and true", And((Before("x", "d"), Compare("==", Field("x", "actor"), Literal("a"))))),
    ],
)
def test_place_and_link_become_conditions(rules, place, where):
    rules.parameter("p", "4 weeks")
    lines = "".join(f"    {line}\n" for line in place.splitlines())
    rules.rule(f"each: {{i: inquiry_received, d: decision_made}}\nrequire:\n  - some: {{x: reply_sent}}\n{lines}")
    assert where_of(rules.plan()) == where


def test_a_forward_link_implies_no_order(rules):
    rules.rule("""
        each: {d: decision_made}
        require:
          - some: {x: proportionality_assessed}
            of: d
            before: d
        """)
    assert where_of(rules.plan()) == And((Linked(Field("x", "decision"), Field("d", "id")), Before("x", "d")))


def test_the_same_matter_is_that_of_the_first_event_that_has_one(rules):
    rules.rule("""
        each: {i: inquiry_received, d: decision_made}
        require:
          - some: {x: hearing_sent}
            before: d
            same: matter
        """)
    assert where_of(rules.plan()) == And((Compare("==", Field("x", "matter"), Field("d", "matter")), Before("x", "d")))


# ---------------------------------------------------------------------------------------------------------- derived fields
def test_a_derived_field_becomes_its_expression(rules):
    rules.rule("each: {i: inquiry_received}\nif: i.received_on == day(i)\nrequire: never\n")
    (rule,) = rules.plan(coverage=Coverage.all().without("inquiry_received.date_stamped_on")).rules
    stamped = Conditional(
        Compare("==", Field("i", "channel"), Literal("post")), Field("i", "date_stamped_on", covered=False), Day("i")
    )
    assert rule.condition == Compare("==", stamped, Day("i"))


def test_a_field_that_follows_where_it_is_not_given(rules):
    rules.rule("each: {i: inquiry_received}\nif: i.written\nrequire: never\n")
    (rule,) = rules.plan(coverage=Coverage.all().without("inquiry_received.written")).rules
    assert isinstance(rule.condition, Conditional)
    assert rule.condition.test == Present(Field("i", "written", covered=True))
    assert rule.condition.yes == Field("i", "written", covered=False)
    assert isinstance(rule.condition.no, Conditional)


@pytest.mark.parametrize(
    ("channel", "given", "without", "said"),
    [
        ("email", None, (), "violated"),
        ("phone", None, (), None),
        ("other", None, (), "undetermined"),
        (None, None, (), "undetermined"),
        (None, True, (), "violated"),
        ("phone", True, (), "violated"),
        ("email", False, (), None),
        (None, None, ("inquiry_received.channel",), "undetermined"),
        ("email", None, ("inquiry_received.written",), "violated"),
        ("email", None, ("inquiry_received.channel",), "violated"),
    ],
)
def test_written_as_rules_see_it(rules, channel, given, without, said):
    rules.rule("each: {i: inquiry_received}\nif: i.written\nrequire: never\n")
    plan = rules.plan(coverage=Coverage.all().without(*without))
    assert verdicts(plan, inquiry(channel=channel, written=given)) == ({"i": said} if said else {})


# --------------------------------------------------------------------------------------------------------------- coverage
def test_fields_learn_their_default_and_whether_they_are_covered(rules):
    rules.rule("each: {i: inquiry_received}\nif: i.requires_reply and i.relevant and case.urgent\nrequire: never\n")
    (rule,) = rules.plan(coverage=Coverage.all().without("inquiry_received.relevant", "case.urgent")).rules
    assert rule.condition == And(
        (
            Field("i", "requires_reply", default=True),
            Field("i", "relevant", covered=False),
            Field("case", "urgent", covered=False),
        )
    )


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ((), "violated"),
        (("inquiry_received.requires_reply",), "undetermined"),
    ],
)
def test_a_default_stands_for_an_absent_value_never_for_an_unknown_one(rules, without, said):
    rules.rule("each: {i: inquiry_received}\nif: i.requires_reply\nrequire: never\n")
    assert verdicts(rules.plan(coverage=Coverage.all().without(*without)), inquiry()) == {"i": said}


def test_a_value_that_is_there_counts_whether_covered_or_not(rules):
    rules.rule("each: {i: inquiry_received}\nif: i.requires_reply\nrequire: never\n")
    plan = rules.plan(coverage=Coverage.all().without("inquiry_received.requires_reply"))
    assert verdicts(plan, inquiry(requires_reply=True)) == {"i": "violated"}
    assert verdicts(plan, inquiry(requires_reply=False)) == {}


EITHER = """
    each: {i: inquiry_received}
    require:
      - some: {x: [reply_sent, acknowledgement_sent]}
        of: i
        within: parameters.p
"""


@pytest.mark.parametrize(
    ("without", "kinds"),
    [
        ((), [("acknowledgement_sent", "reply_sent")]),
        (("reply_sent", "acknowledgement_sent.caseworker"), [("reply_sent",), ("acknowledgement_sent",)]),
        (("acknowledgement_sent.inquiry",), [("acknowledgement_sent",), ("reply_sent",)]),
        (("reply_sent.inquiry", "acknowledgement_sent.inquiry"), [("acknowledgement_sent", "reply_sent")]),
    ],
)
def test_types_are_split_where_their_coverage_differs(rules, without, kinds):
    rules.parameter("p", "4 weeks")
    rules.rule(EITHER)
    (rule,) = rules.plan(coverage=Coverage.all().without(*without)).rules
    assert sorted(tuple(sorted(node.types)) for node in quantifiers(rule)) == sorted(kinds)


def test_what_one_type_does_not_record_does_not_blur_the_other(rules):
    rules.parameter("p", "4 weeks")
    rules.rule(EITHER)
    plan = rules.plan(coverage=Coverage.all().without("acknowledgement_sent.inquiry"))
    late = {"time": "2026-04-30"}
    assert verdicts(plan, inquiry(), reply(inquiry="i")) == {"i": "satisfied"}
    # The reply says nothing of any inquiry, and replies are covered: a fact.
    assert verdicts(plan, inquiry(), reply()) == {"i": "violated"}
    assert verdicts(plan, inquiry(), {"type": "acknowledgement_sent", "id": "a"}) == {"i": "undetermined"}
    assert verdicts(plan, inquiry(), {"type": "acknowledgement_sent", "id": "a", **late}) == {"i": "violated"}


def test_types_with_links_of_other_names_are_split(rules):
    rules.rule("""
        each: {d: decision_made}
        require:
          - none: {x: [measure_started, note_recorded]}
            of: d
        """)
    (rule,) = rules.plan().rules
    (group,) = rule.require.parts
    assert isinstance(group, Group)
    assert (group.kind, [part.types for part in group.parts]) == ("all", [("note_recorded",), ("measure_started",)])
    decision = {"type": "decision_made", "id": "d"}
    note = {"type": "note_recorded", "id": "n", "about": ["x", "d"]}
    assert verdicts(rules.plan(), decision) == {"d": "satisfied"}
    assert verdicts(rules.plan(), decision, note) == {"d": "violated"}
    assert verdicts(rules.plan(), decision, {"type": "measure_started", "id": "m", "decision": "d"}) == {"d": "violated"}


def test_any_event_is_covered_where_every_type_is(rules):
    rules.rule("each: {d: decision_made}\nrequire:\n  - some: {x: any_event}\n    before: d\n    where: x.actor == 'a'\n")
    decision = {"type": "decision_made", "id": "d", "actor": "a"}
    assert verdicts(rules.plan(), decision) == {"d": "violated"}  # a candidate is never an event already bound
    assert verdicts(rules.plan(), inquiry(actor="a", time="2026-01-02"), decision) == {"d": "satisfied"}
    lacking = rules.plan(coverage=Coverage.all().without("meeting_held"))
    assert verdicts(lacking, decision) == {"d": "undetermined"}
    assert verdicts(lacking, inquiry(actor="a", time="2026-01-02"), decision) == {"d": "satisfied"}


# ------------------------------------------------------------------------------------------------- what can't be checked
def test_a_rule_whose_events_are_not_covered_is_not_checkable(rules):
    rules.rule("each: {i: inquiry_received, r: reply_sent}\nif: r.inquiry == i.id\nrequire: never\n", name="one")
    rules.rule("each: {d: decision_made}\nrequire: never\n", name="two")
    plan = rules.plan(coverage=Coverage.all().without("reply_sent", "inquiry_received", "decision_made.final"))
    assert [(item.rule, item.missing) for item in plan.not_checkable] == [("one", ("inquiry_received", "reply_sent"))]
    assert [rule.name for rule in plan.rules] == ["two"]
    assert verdicts(plan, inquiry(), reply(inquiry="i")) == {}


def test_a_rule_that_is_not_checkable_must_be_right_all_the_same(rules):
    rules.rule("each: {i: inquiry_received}\nif: i.writen\nrequire: never\n")
    with pytest.raises(RuleError, match="Did you mean 'written'"):
        rules.plan(coverage=Coverage.all().without("inquiry_received"))


# ------------------------------------------------------------------------------------------------------------------- gaps
GAPPED = """
    each: {i: inquiry_received}
    if: i.written
    require:
      - some: {r: reply_sent}
        of: i
        within: parameters.p
"""


@pytest.fixture
def gapped(rules):
    rules.parameter("p", "4 weeks")
    rules.rule(GAPPED)
    return rules.plan()


def test_with_a_gap_what_is_there_is_judged_and_what_is_not_is_unknown(gapped):
    assert verdicts(gapped, inquiry()) == {"i": "violated"}
    plan = gapped.with_gaps({"reply_sent"})
    assert verdicts(plan, inquiry()) == {"i": "undetermined"}
    assert verdicts(plan, inquiry(), reply(inquiry="i")) == {"i": "satisfied"}
    # Another row's empty link is still a fact, so this reply is no answer; one that is missing may be.
    assert verdicts(plan, inquiry(), reply()) == {"i": "undetermined"}


def test_a_gap_in_the_triggers_leaves_those_that_are_there(gapped):
    plan = gapped.with_gaps({"inquiry_received"})
    assert not plan.not_checkable
    assert verdicts(plan, inquiry()) == {"i": "violated"}
    # What the other rows hold is on record: the default still stands for an empty field.
    assert verdicts(plan, inquiry(channel="phone")) == {}


def test_a_missing_event_that_an_empty_link_could_name_leaves_its_finding_undetermined(rules):
    rules.rule(
        "each: {a: acknowledgement_sent, i: inquiry_received}\n"
        "if: a.inquiry == i.id\n"
        "unless:\n  - holds: not i.requires_reply\n"
        "require:\n  - holds: present(a.caseworker)\n"
    )
    plan = rules.plan(coverage=Coverage.all().without("acknowledgement_sent.inquiry"))
    unlinked = {"type": "acknowledgement_sent", "id": "a", "time": "2026-01-08"}
    idle, busy = inquiry(id="i1", requires_reply=False), inquiry(id="i2")
    assert verdicts(plan, unlinked, idle, busy) == {"a": "undetermined"}
    assert verdicts(plan, unlinked, idle) == {"a": "exempt"}
    # The row of the second inquiry could not be used: the first, which needs no reply, is not all that there was.
    gapped = plan.with_gaps({"inquiry_received"})
    assert verdicts(gapped, unlinked, idle) == {"a": "undetermined"}
    assert verdicts(gapped, {**unlinked, "inquiry": "i1"}, idle) == {"a+i1": "exempt"}, "this link is known"


def test_gaps_keep_everything_else(gapped, rules):
    plan = rules.plan("statutory", coverage=Coverage.all().without("case.kind"), same_day="source-order").with_gaps(
        {"reply_sent"}
    )
    assert plan.source == Coverage.all().without("case.kind")
    assert plan.coverage == Coverage.all().without("case.kind", "reply_sent")
    assert (plan.profile, plan.same_day) == ("statutory", "source-order")


# ------------------------------------------------------------------------------------------------------------- open links
LINKED = (
    "each: {a: acknowledgement_sent, i: inquiry_received}\nif: a.inquiry == i.id\nrequire:\n  - holds: present(a.caseworker)\n"
)


def test_matches_that_differ_in_an_uncovered_link_alone_are_one_finding(rules):
    rules.rule(LINKED)
    acknowledgement = {"type": "acknowledgement_sent", "id": "a"}
    covered = rules.plan()
    assert open_links(covered.rules[0]) == ()
    assert verdicts(covered, inquiry("i"), inquiry("j"), acknowledgement) == {}
    assert verdicts(covered, inquiry("i"), inquiry("j"), {**acknowledgement, "inquiry": "j"}) == {"a+j": "violated"}

    plan = rules.plan(coverage=Coverage.all().without("acknowledgement_sent.inquiry"))
    (link,) = open_links(plan.rules[0])
    assert link.field == Field("a", "inquiry", covered=False)
    assert verdicts(plan, inquiry("i"), inquiry("j"), acknowledgement) == {"a": "undetermined"}
    assert verdicts(plan, inquiry("i"), inquiry("j"), {**acknowledgement, "caseworker": "M1"}) == {"a": "satisfied"}
    # A link that is there counts, covered or not.
    assert verdicts(plan, inquiry("i"), inquiry("j"), {**acknowledgement, "inquiry": "j"}) == {"a+j": "violated"}
    other = {**acknowledgement, "id": "b", "inquiry": "i", "caseworker": "M1"}
    assert verdicts(plan, inquiry("i"), inquiry("j"), acknowledgement, other) == {"a": "undetermined", "b+i": "satisfied"}


def test_a_collapsed_finding_has_the_gravest_verdict_and_its_latest_due_date(rules):
    rules.parameter("p", "10 days")
    rules.rule("""
        each: {a: acknowledgement_sent, i: inquiry_received}
        if: a.inquiry == i.id
        require:
          - some: {r: reply_sent}
            after: i
            within: parameters.p
        """)
    plan = rules.plan(coverage=Coverage.all().without("acknowledgement_sent.inquiry"))
    events = [
        inquiry("i", time="2026-01-05"),
        inquiry("j", time="2026-01-07"),
        {"type": "acknowledgement_sent", "id": "a", "time": "2026-01-08"},
    ]
    case = Case.read({"id": "c", "events": events})
    for engine in available():
        (row,) = ENGINES[engine](plan).verdicts(case, AS_OF)
        assert (row.key, str(row.verdict), row.due) == ((), "undetermined", date(2026, 1, 17))


# ---------------------------------------------------------------------------------------------------------------- the rest
def test_a_plan_holds_no_name_that_is_not_resolved(rules):
    rules.rule("""
        each: {i: inquiry_received}
        if: i.written and (true or i.relevant) and not (not i.relevant)
        require:
          - none: {r: reply_sent}
            before: i
            by: i.received_on
        """)
    (rule,) = rules.plan().rules
    nodes = [node for expression in expressions(rule) for node in walk(expression)]
    assert not any(isinstance(node, Attribute | Term) for node in nodes)
    assert Field("i", "relevant") in rule.condition.parts
    assert any(isinstance(node, Or) for node in nodes)


def test_the_rules_as_written_stay_beside_the_plan(rules):
    rules.rule("each: {i: inquiry_received}\nif: i.written\nrequire: never\n")
    plan = rules.plan()
    assert plan.written["rule"].condition == Attribute("i", "written")
    assert plan.rules[0].require.parts == (Holds(Literal(False)),)


def test_preflight_says_what_each_rule_lacks(rules):
    rules.parameter("p", "4 weeks")
    rules.rule(GAPPED, name="answered")
    rules.rule("each: {d: decision_made}\nif: d.final and case.urgent\nrequire: never\n", name="final")
    rules.rule("profile: statutory\neach: {d: decision_made}\nrequire: never\n", name="other")
    plan = rules.plan(coverage=Coverage.all().without("reply_sent", "inquiry_received.channel", "decision_made"))
    found = {item.rule: (item.status, item.lacks) for item in preflight(plan)}
    assert found["final"] == ("not_checkable", ("decision_made",))
    assert found["answered"][0] == "partly"
    assert set(found["answered"][1]) == {"reply_sent", "reply_sent.inquiry", "inquiry_received.channel"}
    assert "other" not in found
    assert {item.status for item in preflight(rules.plan())} == {"checkable"}
