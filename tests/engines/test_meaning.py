"""What rules mean, sentence by sentence of the design: hand-made cases on every engine."""

from datetime import date, time, timedelta
from itertools import product

import pytest

from rebild_policy.calendar import Calendar
from rebild_policy.engines import ENGINES, available
from rebild_policy.facts import Case, Coverage

DECISION = {"type": "decision_made", "id": "d", "time": "2026-01-05"}


class Judge:
    """Judges small cases by one rule, on every engine, and holds the engines to one answer."""

    def __init__(self, rules, **options):
        self.plan = rules.plan(**options)
        self.engines = [ENGINES[name](self.plan) for name in available()]

    def __call__(self, *events, as_of="2026-05-01", case=None):
        """(verdict, due date) by trigger and key; "not applicable" counts the matches of which nothing is said."""
        built = Case.read({"id": "c", **(case or {}), "events": [{"time": "2026-01-05", **event} for event in events]})
        said = [engine.judge(built, date.fromisoformat(as_of)) for engine in self.engines]
        assert all(one == said[0] for one in said)
        assert all(engine.verdicts(built, date.fromisoformat(as_of)) == said[0].rows for engine in self.engines)
        found = {"+".join((row.trigger, *row.key)): (str(row.verdict), row.due and str(row.due)) for row in said[0].rows}
        return found | ({"not applicable": sum(said[0].not_applicable.values())} if said[0].not_applicable else {})

    def one(self, *events, as_of="2026-05-01", case=None):
        """The verdict of the only finding."""
        ((verdict, _),) = self(*events, as_of=as_of, case=case).values()
        return verdict

    def due(self, *events, as_of="2026-05-01", case=None):
        """The due date of the only finding."""
        ((_, due),) = self(*events, as_of=as_of, case=case).values()
        return due


@pytest.fixture
def judge(rules):
    """Make a judge of one rule: its text, and durations by name."""

    def make(text, *, without=(), same_day="unknown", profile="guideline", calendar=None, **durations):
        for name, values in durations.items():
            rules.parameter(name, *(values if isinstance(values, list) else [values]))
        rules.rule(text)
        coverage = Coverage.all().without(*without)
        return Judge(rules, profile=profile, coverage=coverage, same_day=same_day, calendar=calendar)

    return make


def decided(**fields):
    return {**DECISION, **fields}


def reply(id_="r", **fields):
    return {"type": "reply_sent", "id": id_, **fields}


def meeting(id_="m", **fields):
    return {"type": "meeting_held", "id": id_, **fields}


# ---------------------------------------------------------------------------------------------------------------- verdicts
LADDER = """
    each: {d: decision_made}
    if: d.final
    unless:
      - some: {g: guidance_given}
        by: d.confirmed_in_writing_on
    require:
      - some: {m: meeting_held}
        by: d.sent_on
"""
PAST, FUTURE = "2026-02-02", "2026-08-03"
# How each truth comes about: the date to do it by, and whether it was done.
TRUTHS = {"false": (PAST, False), "unknown": (None, False), "open": (FUTURE, False), "true": (PAST, True)}


def ladder(condition, exempt, required):
    """The verdicts as the design tells them, first that fits."""
    chain = ["false", "unknown", "open", "true"]
    if condition == "false":
        return "not applicable"
    if required == "true":
        return "satisfied"
    if exempt == "true":
        return "exempt"
    if condition == "unknown":
        return "undetermined"
    return {"false": "violated", "unknown": "undetermined", "open": "pending"}[max(exempt, required, key=chain.index)]


@pytest.mark.parametrize(("condition", "exempt", "required"), [*product(["false", "unknown", "true"], TRUTHS, TRUTHS)], ids=str)
def test_the_verdict_is_the_first_that_fits(judge, condition, exempt, required):
    (exempt_by, exempted), (required_by, kept) = TRUTHS[exempt], TRUTHS[required]
    final = {"false": False, "unknown": None, "true": True}[condition]
    events = [decided(final=final, confirmed_in_writing_on=exempt_by, sent_on=required_by)]
    events += [{"type": "guidance_given", "id": "g"}] * exempted + [meeting()] * kept
    said = judge(LADDER)(*events)
    wanted = ladder(condition, exempt, required)
    if wanted == "not applicable":
        assert said == {"not applicable": 1}
    else:
        assert said["d"][0] == wanted


def test_a_duty_met_is_satisfied_never_not_applicable(judge):
    judged = judge("each: {d: decision_made}\nif: d.final\nrequire:\n  - holds: d.reasons\n")
    assert judged.one(decided(final=True, reasons=True)) == "satisfied"
    assert judged.one(decided(reasons=True)) == "satisfied"  # whatever the unknown condition is
    assert judged(decided(final=False, reasons=True)) == {"not applicable": 1}
    assert judged() == {}


@pytest.mark.parametrize(("first", "second"), [*product([True, False, None], repeat=2)])
def test_a_list_is_all_in_require_and_any_in_unless(judge, first, second):
    text = "each: {d: decision_made}\nKEY:\n  - holds: d.reasons\n  - holds: d.facts_documented\n"
    event = decided(reasons=first, facts_documented=second)
    both = False if False in {first, second} else None if None in {first, second} else True
    either = True if True in {first, second} else None if None in {first, second} else False
    required = judge(text.replace("KEY", "require")).one(event)
    assert required == {True: "satisfied", None: "undetermined", False: "violated"}[both]
    exempted = judge(text.replace("KEY", "unless") + "require: never\n").one(event)
    assert exempted == {True: "exempt", None: "undetermined", False: "violated"}[either]


# ------------------------------------------------------------------------------------------------------------ some and none
SOME = """
    each: {d: decision_made}
    require:
      - some: {r: reply_sent}
        after: d
        within: parameters.p
        where: r.actor == 'a'
"""
NONE = SOME.replace("some", "none")
DUE = "2026-01-15"


@pytest.mark.parametrize(
    ("without", "as_of", "some", "none"),
    [
        ((), "2026-01-14", "pending", "pending"),
        ((), DUE, "pending", "pending"),
        ((), "2026-01-16", "violated", "satisfied"),
        (("reply_sent",), "2026-01-14", "undetermined", "undetermined"),  # unknown also before the deadline
        (("reply_sent",), "2026-01-16", "undetermined", "undetermined"),
    ],
)
def test_the_base_is_unknown_if_not_covered_else_open_while_there_is_time(judge, without, as_of, some, none):
    assert judge(SOME, without=without, p="10 days").one(DECISION, as_of=as_of) == some
    assert judge(NONE, without=without, p="10 days").one(DECISION, as_of=as_of) == none


@pytest.mark.parametrize(
    ("fields", "as_of", "some", "none"),
    [
        ({"actor": "a"}, "2026-01-12", "satisfied", "violated"),  # found, there is no more to wait for
        ({"actor": "b"}, "2026-01-12", "pending", "pending"),
        ({"actor": None}, "2026-01-12", "pending", "undetermined"),  # the maximum with open, and the minimum
        ({"actor": "a"}, "2026-02-02", "satisfied", "violated"),
        ({"actor": "b"}, "2026-02-02", "violated", "satisfied"),
        ({"actor": None}, "2026-02-02", "undetermined", "undetermined"),
        ({"actor": "a", "time": DUE}, "2026-02-02", "satisfied", "violated"),
        ({"actor": "a", "time": "2026-01-15T23:59"}, "2026-02-02", "satisfied", "violated"),
        ({"actor": "a", "time": "2026-01-16"}, "2026-02-02", "violated", "satisfied"),
        ({"actor": "a", "time": "2026-01-15T23:30Z"}, "2026-02-02", "violated", "satisfied"),
        ({"actor": "a", "time": "2026-01-05"}, "2026-02-02", "undetermined", "undetermined"),  # which came first?
        ({"actor": "a", "time": "2026-01-02"}, "2026-02-02", "violated", "satisfied"),
        ({"actor": None, "time": "2026-01-16"}, "2026-02-02", "violated", "satisfied"),  # too late, whoever sent it
    ],
)
def test_some_is_the_maximum_over_candidates_and_base_and_none_the_minimum(judge, fields, as_of, some, none):
    events = [DECISION, reply(**{"time": "2026-01-12", **fields})]
    assert judge(SOME, p="10 days").one(*events, as_of=as_of) == some
    assert judge(NONE, p="10 days").one(*events, as_of=as_of) == none


def test_one_good_candidate_is_enough_and_one_bad_one_is(judge):
    events = [
        DECISION,
        *(reply(str(number), actor=actor, time="2026-01-12") for number, actor in enumerate(["b", None, "a", "b"])),
    ]
    assert judge(SOME, p="10 days").one(*events) == "satisfied"
    assert judge(NONE, p="10 days").one(*events) == "violated"


def test_an_uncovered_field_of_a_candidate_is_unknown_even_where_it_is_empty(judge):
    without = ("reply_sent.actor",)
    assert judge(SOME, without=without, p="10 days").one(DECISION, reply(time="2026-01-12")) == "undetermined"
    assert judge(SOME, without=without, p="10 days").one(DECISION, reply(time="2026-01-12", actor="b")) == "violated"


def test_a_due_date_that_cannot_be_computed_is_unknown(judge):
    by = "each: {d: decision_made}\nrequire:\n  - some: {r: reply_sent}\n    by: d.sent_on\n"
    assert judge(by)(DECISION) == {"d": ("undetermined", None)}
    assert judge(by)(DECISION, reply()) == {"d": ("undetermined", None)}
    assert judge(by)(decided(sent_on="2026-01-05"), reply()) == {"d": ("satisfied", "2026-01-05")}
    dated = SOME + "        from: d.sent_on\n"
    assert judge(dated, p="10 days")(DECISION, reply(actor="a")) == {"d": ("undetermined", None)}
    # A date field may hold any year; days can't be counted from all of them.
    assert judge(dated, p="10 working days")(decided(sent_on="1989-12-31")) == {"d": ("undetermined", None)}
    assert judge(dated, p="10 working days")(decided(sent_on="2101-01-01")) == {"d": ("undetermined", None)}


def test_without_a_bound_nothing_is_open(judge):
    text = "each: {d: decision_made}\nrequire:\n  - KIND: {r: reply_sent}\n    before: d\n"
    assert judge(text.replace("KIND", "some")).one(DECISION, as_of="2026-01-05") == "violated"
    assert judge(text.replace("KIND", "none")).one(DECISION, as_of="2026-01-05") == "satisfied"
    anywhere = "each: {d: decision_made}\nrequire:\n  - KIND: {r: reply_sent}\n"
    events = [DECISION, reply(time="2026-03-02")]
    for as_of, some, none in [("2026-03-01", "violated", "satisfied"), ("2026-03-02", "satisfied", "violated")]:
        assert judge(anywhere.replace("KIND", "some")).one(*events, as_of=as_of) == some
        assert judge(anywhere.replace("KIND", "none")).one(*events, as_of=as_of) == none


def test_a_candidate_is_never_an_event_already_bound(judge):
    text = "each: {d: decision_made, e: decision_made}\nrequire:\n  - some: {x: decision_made}\n    before: d\n"
    first, second, third = (decided(id=str(number), time=f"2026-01-0{number}") for number in (5, 6, 7))
    assert judge(text)(second, first) == {"5+6": ("violated", None), "6+5": ("violated", None)}
    assert judge(text)(third, second, first)["7+6"] == ("satisfied", None)


def test_several_types_and_any_event(judge):
    text = "each: {d: decision_made}\nrequire:\n  - some: {x: [reply_sent, meeting_held]}\n    before: d\n"
    assert judge(text).one(DECISION, meeting(time="2026-01-02")) == "satisfied"
    assert judge(text).one(DECISION, reply(time="2026-01-02")) == "satisfied"
    assert judge(text).one(DECISION, {"type": "agreement_made", "id": "x", "time": "2026-01-02"}) == "violated"
    assert judge(text, without=("reply_sent",)).one(DECISION) == "undetermined"
    assert judge(text, without=("reply_sent",)).one(DECISION, meeting(time="2026-01-02")) == "satisfied"


# -------------------------------------------------------------------------------------------------------------------- links
OF = """
    each: {i: inquiry_received}
    require:
      - some: {r: reply_sent}
        of: i
        within: parameters.p
"""
INQUIRY = {"type": "inquiry_received", "id": "i", "channel": "email"}


@pytest.mark.parametrize(
    ("link", "without", "said"),
    [
        ("i", (), "satisfied"),
        ("j", (), "violated"),
        (None, (), "violated"),  # absent: equality on a link is false
        (None, ("reply_sent.inquiry",), "undetermined"),
        ("j", ("reply_sent.inquiry",), "violated"),
        ("i", ("reply_sent.inquiry",), "satisfied"),
    ],
)
def test_a_link_that_is_absent_is_false_and_one_not_covered_unknown(judge, link, without, said):
    assert judge(OF, without=without, p="10 days").one(INQUIRY, reply(inquiry=link, time="2026-01-06")) == said


def test_not_equal_and_in_mirror_equality_on_a_link(judge):
    text = "each: {r: reply_sent}\nif: CONDITION\nrequire: never\n"
    for link, equal in [("i", True), ("j", False), (None, False)]:
        for condition, holds in [
            ("r.inquiry == 'i'", equal),
            ("r.inquiry != 'i'", not equal),
            ("r.inquiry in ('i', 'x')", equal),
            ("r.inquiry not in ('i', 'x')", not equal),
        ]:
            said = judge(text.replace("CONDITION", condition))(reply(inquiry=link))
            assert said == ({"r": ("violated", None)} if holds else {"not applicable": 1})
    for condition in ("==", "!="):
        judged = judge(text.replace("CONDITION", f"r.inquiry {condition} 'i'"), without=("reply_sent.inquiry",))
        assert judged.one(reply()) == "undetermined"


def test_a_list_of_links_is_asked_for_membership(judge):
    text = "each: {d: decision_made}\nrequire:\n  - some: {n: note_recorded}\n    of: d\n    within: parameters.p\n"
    note = {"type": "note_recorded", "id": "n", "time": "2026-01-06"}
    judged = judge(text, p="10 days")
    said = [judged.one(DECISION, {**note, "about": about}) for about in (["d"], ["x", "d"], ["x"], [], None)]
    assert said == ["satisfied", "satisfied", "violated", "violated", "violated"]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("m", "m", "satisfied"),
        ("m", "n", "violated"),
        ("m", None, "undetermined"),
        (None, "m", "undetermined"),
        (None, None, "undetermined"),
    ],
)
def test_the_matter_is_a_plain_value_and_may_be_missing(judge, first, second, said):
    text = "each: {d: decision_made}\nrequire:\n  - some: {h: hearing_sent}\n    before: d\n    same: matter\n"
    hearing = {"type": "hearing_sent", "id": "h", "time": "2026-01-02", "matter": first}
    assert judge(text).one(hearing, decided(matter=second)) == said


def test_a_backward_link_puts_its_event_after_the_other_also_on_one_day(judge):
    judged = judge(OF, p="10 days")
    assert judged.one(reply(inquiry="i"), INQUIRY) == "satisfied"
    assert judged.one(reply(inquiry="i", time="2026-01-02"), INQUIRY) == "violated"  # but not on an earlier one


# ---------------------------------------------------------------------------------------------------------------- as of
def test_events_on_the_day_are_seen_and_later_ones_are_not(judge):
    judged = judge(SOME, p="10 days")
    answer = reply(actor="a", time="2026-01-12T23:59:59")
    assert [judged.one(DECISION, answer, as_of=f"2026-01-{day}") for day in (11, 12, 13)] == ["pending", "satisfied", "satisfied"]
    assert judged(DECISION, as_of="2026-01-04") == {}
    assert judged.one(DECISION, as_of="2026-01-05") == "pending"


def test_when_an_event_was_registered_does_not_matter(judge):
    judged = judge(SOME, p="10 days")
    assert judged.one(DECISION, reply(actor="a", time="2026-01-12", recorded_at="2026-04-01"), as_of="2026-02-02") == "satisfied"
    assert judged.one(DECISION, reply(actor="a", time="2026-01-20", recorded_at="2026-01-06"), as_of="2026-01-16") == "violated"


def test_a_later_day_changes_pending_and_undetermined_alone(judge):
    judged = judge(SOME, p="10 days")
    days = [date(2026, 1, 5) + timedelta(days=step) for step in range(30)]
    said = [judged.one(DECISION, as_of=day.isoformat()) for day in days]
    assert said == ["pending"] * 11 + ["violated"] * 19


# ------------------------------------------------------------------------------------------------------------ the law of the day
@pytest.mark.parametrize(
    ("day", "applies"), [("2026-01-04", False), ("2026-01-05", True), ("2026-02-28", True), ("2026-03-01", False)]
)
def test_a_rule_is_in_force_on_the_triggers_day_both_ends_included(judge, day, applies):
    text = "each: {d: decision_made, m: meeting_held}\nvalid: {from: 2026-01-05, to: 2026-02-28}\nrequire: never\n"
    said = judge(text)(decided(time=day), meeting(time="2026-04-01"))
    assert said == ({"d+m": ("violated", None)} if applies else {})


@pytest.mark.parametrize(
    ("day", "due"),
    [("2019-12-31", "2020-01-10"), ("2020-01-01", "2020-01-06"), ("2025-12-31", "2026-01-05"), ("2026-01-01", "2026-01-02")],
)
def test_parameters_are_those_of_the_triggers_day(judge, day, due):
    dated = [("1990-01-01", "10 days"), ("2020-01-01", "5 days"), ("2026-01-01", "1 day")]
    assert judge(SOME, p=dated).due(decided(time=day)) == due
    # Not of the day counted from: a trigger of 2019 counts by the law of 2019.
    late = SOME + "        from: d.sent_on\n"
    assert judge(late, p=dated).due(decided(time="2019-12-31", sent_on="2026-03-02")) == "2026-03-12"


def test_before_its_first_value_a_parameter_is_unknown(judge):
    assert judge(SOME, p=[("2020-01-01", "5 days")])(decided(time="2019-12-31")) == {"d": ("undetermined", None)}


def test_a_table_without_a_row_is_undetermined(rules):
    rules.table(
        "times",
        """\
        - {case_kind: pension, value: 4, unit: weeks, start: s, end: e, valid_from: 2020-01-01, in_force: true}
        - {case_kind: fleksjob, value: 4, unit: weeks, start: s, end: e, valid_from: 2020-01-01, in_force: false}
        """,
    )
    rules.rule(
        "each: {d: decision_made}\nrequire:\n  - some: {r: reply_sent}\n    after: d\n    within: parameters.times[case.kind]\n"
    )
    judged = Judge(rules)
    assert judged(DECISION, case={"kind": "pension"}) == {"d": ("violated", "2026-02-02")}
    for kind in ("fleksjob", "Pension", None):
        assert judged(DECISION, case={"kind": kind}) == {"d": ("undetermined", None)}
    assert judged(decided(time="2019-12-31"), case={"kind": "pension"}) == {"d": ("undetermined", None)}
    uncovered = Judge(rules, coverage=Coverage.all().without("case.kind"))
    assert uncovered(DECISION) == {"d": ("undetermined", None)}
    assert uncovered(DECISION, case={"kind": "pension"}) == {"d": ("violated", "2026-02-02")}


def test_a_list_a_number_and_a_flag_as_parameters(rules):
    rules.parameter("kinds", "[pension, fleksjob]", kind="list")
    rules.parameter("many", 3, kind="number")
    rules.parameter("strict", "true", kind="flag")
    rules.rule("""
        each: {a: acknowledgement_sent}
        if: case.kind in parameters.kinds and parameters.strict
        require:
          - holds: a.expected_days <= parameters.many
        """)
    judged = Judge(rules)
    ack = {"type": "acknowledgement_sent", "id": "a"}
    assert judged.one({**ack, "expected_days": 3}, case={"kind": "pension"}) == "satisfied"
    assert judged.one({**ack, "expected_days": 4}, case={"kind": "pension"}) == "violated"
    assert judged.one(ack, case={"kind": "pension"}) == "undetermined"
    assert judged({**ack, "expected_days": 4}, case={"kind": "other"}) == {"not applicable": 1}
    assert judged.one({**ack, "expected_days": 4}) == "undetermined"


# --------------------------------------------------------------------------------------------------------------- deadlines
@pytest.mark.parametrize(
    ("day", "duration", "due"),
    [
        ("2026-01-05", "0 days", "2026-01-05"),
        ("2026-01-05", "1 day", "2026-01-06"),
        ("2026-01-05", "10 working days", "2026-01-19"),
        ("2026-03-27", "10 working days", "2026-04-15"),
        ("2026-10-17", "10 working days", "2026-10-30"),
        ("2026-01-09", "1 day", "2026-01-10"),  # a Saturday, and it stays
        ("2026-01-05", "4 weeks", "2026-02-02"),
        ("2026-01-31", "1 month", "2026-02-28"),
        ("2024-01-31", "1 month", "2024-02-29"),
        ("2026-01-31", "2 months", "2026-03-31"),
        ("2025-11-30", "3 months", "2026-02-28"),
        ("2024-02-29", "12 months", "2025-02-28"),
        ("2026-01-05T23:30", "1 day", "2026-01-06"),
        ("2026-01-05T23:30Z", "1 day", "2026-01-07"),
        ("2026-03-28T12:00", "1 day", "2026-03-29"),  # summer time begins
    ],
)
def test_the_triggers_day_is_day_0_and_months_are_clamped(judge, day, duration, due):
    judged = judge(SOME, p=duration)
    assert judged.due(decided(time=day), as_of="2027-01-01") == due


@pytest.mark.parametrize(
    ("day", "duration", "due"),
    [
        ("2026-01-09", "1 day", "2026-01-12"),
        ("2026-03-05", "4 weeks", "2026-04-07"),  # Maundy Thursday, and the days off after it
        ("2026-01-31", "1 month", "2026-03-02"),
        ("2026-01-05", "4 weeks", "2026-02-02"),
    ],
)
def test_a_due_date_rolls_where_the_rule_says_so(judge, day, duration, due):
    assert judge(SOME + "        roll: next working day\n", p=duration).due(decided(time=day), as_of="2027-01-01") == due


def test_met_on_the_last_day(judge):
    judged = judge(SOME, p="10 working days")
    said = [judged.one(DECISION, reply(actor="a", time=f"2026-01-{day}")) for day in (16, 19, 20)]
    assert said == ["satisfied", "satisfied", "violated"]


@pytest.mark.parametrize(
    ("place", "due"),
    [
        ("after: i", "2026-01-15"),
        ("after: d", "2026-01-17"),
        ("between: [i, d]", "2026-01-15"),
        ("of: i", "2026-01-15"),
        ("of: i\nafter: d", "2026-01-15"),
        ("after: i\nfrom: day(d)", "2026-01-17"),
        ("after: i\nfrom: d.sent_on", "2026-01-30"),
        ("of: i\nfrom: d.sent_on if d.final else day(i)", "2026-01-15"),
    ],
)
def test_what_a_window_is_counted_from(judge, place, due):
    lines = "".join(f"    {line}\n" for line in place.splitlines())
    text = f"each: {{i: inquiry_received, d: decision_made}}\nrequire:\n  - some: {{r: reply_sent}}\n{lines}"
    text += "    within: parameters.p\n"
    assert judge(text, p="10 days").due(INQUIRY, decided(time="2026-01-07", sent_on="2026-01-20", final=False)) == due


def test_of_and_after_hold_both(judge):
    text = """
        each: {i: inquiry_received, d: decision_made}
        require:
          - some: {r: reply_sent}
            of: i
            after: d
            within: parameters.p
    """
    judged = judge(text, p="30 days")
    inquiry = {**INQUIRY, "time": "2026-01-09"}
    # After the decision and linked to the inquiry, but before that inquiry came in.
    assert judged.one(decided(time="2026-01-05"), reply(inquiry="i", time="2026-01-07"), inquiry) == "violated"
    assert judged.one(decided(time="2026-01-05"), inquiry, reply(inquiry="i", time="2026-01-12")) == "satisfied"
    assert judged.one(inquiry, decided(time="2026-01-20"), reply(inquiry="i", time="2026-01-12")) == "violated"


def test_the_options_of_the_calendar_count(judge):
    for calendar, due in [
        (Calendar(), "2025-12-31"),
        (Calendar().stricter(), "2026-01-05"),
        (Calendar().lenient(), "2025-12-29"),
        (Calendar(local_closed=frozenset({date(2025, 12, 30)})), "2026-01-02"),
        (Calendar(count_first_day=True), "2025-12-30"),
    ]:
        assert judge(SOME, calendar=calendar, p="10 working days").due(decided(time="2025-12-15"), as_of="2026-06-01") == due


def test_a_cut_off_moves_the_start_to_the_next_day(judge):
    judged = judge(SOME, calendar=Calendar(cut_off=time(15)), p="1 day")
    assert judged.due(decided(time="2026-01-05T15:00")) == "2026-01-06"
    assert judged.due(decided(time="2026-01-05T15:01")) == "2026-01-07"
    assert judged.due(decided(time="2026-01-05")) == "2026-01-06"  # only the day is known
    assert (
        judge(SOME + "        from: d.sent_on\n", calendar=Calendar(cut_off=time(15)), p="1 day").due(
            decided(time="2026-01-05T16:00", sent_on="2026-01-05")
        )
        == "2026-01-06"
    )


# ------------------------------------------------------------------------------------------------------ any, all and due dates
def windows(kind):
    branches = "".join(
        f"      - some: {{{var}: {type_}}}\n        after: d\n        within: parameters.{name}\n"
        for var, type_, name in (("r", "reply_sent", "short"), ("m", "meeting_held", "long"))
    )
    return f"each: {{d: decision_made}}\nrequire:\n  - {kind}:\n{branches}"


@pytest.mark.parametrize(
    ("kind", "events", "as_of", "said"),
    [
        # Both open: `any` can wait for the later, `all` for no longer than the earlier.
        ("any", [], "2026-01-06", ("pending", "2026-01-25")),
        ("all", [], "2026-01-06", ("pending", "2026-01-15")),
        # One is over and the other open.
        ("any", [], "2026-01-20", ("pending", "2026-01-25")),
        ("all", [], "2026-01-20", ("violated", "2026-01-15")),
        ("any", [], "2026-02-02", ("violated", "2026-01-25")),
        ("all", [], "2026-02-02", ("violated", "2026-01-15")),
        # The due date is that of the branch which has the value.
        ("any", [reply(time="2026-01-07")], "2026-02-02", ("satisfied", "2026-01-15")),
        ("any", [meeting(time="2026-01-07")], "2026-02-02", ("satisfied", "2026-01-25")),
        ("any", [reply(time="2026-01-07"), meeting(time="2026-01-07")], "2026-02-02", ("satisfied", "2026-01-25")),
        ("all", [reply(time="2026-01-07"), meeting(time="2026-01-07")], "2026-02-02", ("satisfied", "2026-01-15")),
        ("all", [reply(time="2026-01-07")], "2026-01-20", ("pending", "2026-01-25")),
        ("all", [reply(time="2026-01-07")], "2026-02-02", ("violated", "2026-01-25")),
    ],
)  # fmt: skip
def test_any_shows_the_latest_due_date_and_all_the_earliest(judge, kind, events, as_of, said):
    assert judge(windows(kind), short="10 days", long="20 days")(DECISION, *events, as_of=as_of) == {"d": said}


def test_a_branch_without_a_due_date_has_none_to_show(judge):
    text = """
        each: {d: decision_made}
        require:
          - any:
              - holds: d.final
              - some: {r: reply_sent}
                after: d
                within: parameters.p
    """
    judged = judge(text, p="10 days")
    assert judged(decided(final=True)) == {"d": ("satisfied", None)}
    assert judged(decided(final=False)) == {"d": ("violated", "2026-01-15")}
    assert judged(decided(final=False), as_of="2026-01-06") == {"d": ("pending", "2026-01-15")}
    assert judged(decided()) == {"d": ("undetermined", None)}
    assert judged(decided(), as_of="2026-01-06") == {"d": ("pending", "2026-01-15")}


def test_an_exemption_that_can_still_come_is_pending(judge):
    text = """
        each: {d: decision_made}
        unless:
          - some: {g: guidance_given}
            after: d
            within: parameters.p
        require:
          - holds: d.reasons
    """
    judged = judge(text, p="10 days")
    guidance = {"type": "guidance_given", "id": "g", "time": "2026-01-12"}
    assert judged(decided(reasons=False), as_of="2026-01-15") == {"d": ("pending", "2026-01-15")}
    assert judged(decided(reasons=False), as_of="2026-01-16") == {"d": ("violated", "2026-01-15")}
    assert judged(decided(reasons=False), guidance) == {"d": ("exempt", "2026-01-15")}
    assert judged(decided(reasons=True), guidance) == {"d": ("satisfied", None)}
    assert judged(decided(), as_of="2026-01-15") == {"d": ("pending", "2026-01-15")}
    assert judged(decided(), as_of="2026-01-16") == {"d": ("undetermined", None)}


# -------------------------------------------------------------------------------------------------------------- suspensions
PAUSED = SOME + "        paused_by: suspension\n"


def suspended(day, until, id_="s"):
    return {"type": "suspension", "id": id_, "time": day, "until": until}


@pytest.mark.parametrize(
    ("suspensions", "due"),
    [
        ([], "2026-01-15"),
        ([("2026-01-07", "2026-01-09")], "2026-01-17"),  # the 8th and the 9th
        ([("2026-01-07", "2026-01-07")], "2026-01-15"),
        ([("2026-01-07", "2026-01-06")], "2026-01-15"),
        ([("2026-01-05", "2026-01-07")], "2026-01-17"),
        ([("2026-01-02", "2026-01-07")], "2026-01-17"),  # days before the start do not count
        ([("2025-12-01", "2026-01-05")], "2026-01-15"),
        ([("2026-01-07", "2026-01-10"), ("2026-01-08", "2026-01-12")], "2026-01-20"),  # distinct days: the 8th to the 12th
        ([("2026-01-07", "2026-01-09"), ("2026-01-12", "2026-01-13")], "2026-01-18"),
        ([("2026-01-13", "2026-01-20")], "2026-01-22"),  # the pause runs past the first due date, and counts whole
        ([("2026-01-15", "2026-01-20")], "2026-01-15"),  # met or missed already
        ([("2026-01-14", "2026-01-20")], "2026-01-21"),
        ([("2026-01-07", "2026-01-09"), ("2026-01-16", "2026-01-18")], "2026-01-19"),  # moved into the next pause by the first
        ([("2026-01-20", "2026-02-20")], "2026-01-15"),
    ],
)  # fmt: skip
def test_paused_days_move_the_due_date(judge, suspensions, due):
    events = [suspended(*days, id_=f"s{number}") for number, days in enumerate(suspensions)]
    assert judge(PAUSED, p="10 days").due(DECISION, *events) == due
    assert judge(PAUSED, p="10 days").due(*events[::-1], DECISION) == due
    # Where the rule does not say so, nothing pauses.
    assert judge(SOME, p="10 days").due(DECISION, *events) == "2026-01-15"


def paused_by_hand(base, start, days):
    """The least D with D = base + the paused days in (start, D], by trying."""
    due = base
    while due != base + timedelta(days=sum(start < day <= due for day in days)):
        due += timedelta(days=1)
    return due


def test_the_due_date_is_the_least_that_fits(judge):
    judged = judge(PAUSED, p="10 days")
    start = date(2026, 1, 5)
    for first, length, second, more in product(range(-3, 16, 3), (0, 1, 4, 9), range(0, 24, 5), (0, 2, 7)):
        pauses = [(start + timedelta(days=day), size) for day, size in ((first, length), (second, more))]
        events = [
            suspended(day.isoformat(), (day + timedelta(days=size)).isoformat(), id_=f"s{number}")
            for number, (day, size) in enumerate(pauses)
        ]
        days = {day + timedelta(days=step) for day, size in pauses for step in range(1, size + 1)}
        assert judged.due(DECISION, *events) == paused_by_hand(date(2026, 1, 15), start, days).isoformat()


@pytest.mark.parametrize("until", [None, "9999-12-31", "2101-01-01"])
def test_an_open_ended_suspension_makes_the_due_date_unknown(judge, until):
    judged = judge(PAUSED, p="10 days")
    assert judged(DECISION, suspended("2026-01-07", until)) == {"d": ("undetermined", None)}
    assert judged(DECISION, suspended("2026-01-07", until), as_of="2026-01-06") == {"d": ("pending", "2026-01-15")}


@pytest.mark.parametrize("without", ["suspension", "suspension.until"])
def test_suspensions_that_are_not_covered_make_it_unknown_too(judge, without):
    judged = judge(PAUSED, without=(without,), p="10 days")
    assert judged(DECISION) == {"d": ("undetermined", None)}
    assert judged(DECISION, suspended("2026-01-07", "2026-01-09"), reply(actor="a", time="2026-01-06")) == {
        "d": ("undetermined", None)
    }
    assert judge(SOME, without=(without,), p="10 days")(DECISION) == {"d": ("violated", "2026-01-15")}


def test_a_suspension_that_has_not_happened_yet_pauses_nothing(judge):
    judged = judge(PAUSED, p="10 days")
    pause = suspended("2026-01-12", "2026-02-12")
    assert judged.due(DECISION, pause, as_of="2026-01-11") == "2026-01-15"
    assert judged.due(DECISION, pause, as_of="2026-01-12") == "2026-02-15"


def test_a_paused_due_date_rolls_last(judge):
    judged = judge(PAUSED + "        roll: next working day\n", p="10 days")
    assert judged.due(DECISION, suspended("2026-01-07", "2026-01-09")) == "2026-01-19"


# ------------------------------------------------------------------------------------------------------------------- order
BEFORE = "each: {d: decision_made}\nrequire:\n  - some: {m: meeting_held}\n    before: d\n"


@pytest.mark.parametrize(
    ("meeting_time", "decision_time", "unknown", "source"),
    [
        ("2026-01-04", "2026-01-05", "satisfied", "satisfied"),
        ("2026-01-05", "2026-01-05", "undetermined", "satisfied"),
        ("2026-01-05T10:00", "2026-01-05", "undetermined", "satisfied"),
        ("2026-01-05T10:00", "2026-01-05T10:00", "satisfied", "satisfied"),
        ("2026-01-05T10:00", "2026-01-05T09:00Z", "satisfied", "satisfied"),
        ("2026-01-05T10:01", "2026-01-05T10:00", "violated", "violated"),
    ],
)
def test_equal_days_are_unknown_unless_the_mapping_says_source_order(judge, meeting_time, decision_time, unknown, source):
    events = [meeting(time=meeting_time), decided(time=decision_time)]
    assert judge(BEFORE).one(*events) == unknown
    assert judge(BEFORE, same_day="source-order").one(*events) == source
    ties = meeting_time[:10] == decision_time[:10] and source == "satisfied"
    assert judge(BEFORE, same_day="source-order").one(*reversed(events)) == ("violated" if ties else source)


# -------------------------------------------------------------------------------------------------------------- each and keys
def test_every_match_of_the_joined_events_is_a_finding(judge):
    text = "each: {d: decision_made, h: hearing_sent}\nif: before(h, d)\nrequire:\n  - holds: h.respond_by < day(d)\n"
    hearings = [
        {"type": "hearing_sent", "id": f"h{day}", "time": f"2026-01-0{day}", "respond_by": f"2026-01-0{day}"} for day in (2, 4, 6)
    ]
    assert judge(text)(*hearings, decided(time="2026-01-05"), decided(id="e", time="2026-01-03")) == {
        "d+h2": ("satisfied", None),
        "d+h4": ("satisfied", None),
        "e+h2": ("satisfied", None),
        "not applicable": 3,
    }


def test_two_events_of_one_type_are_two_different_ones(judge):
    text = "each: {d: decision_made, e: decision_made}\nif: d.matter == e.matter\nrequire: never\n"
    assert judge(text)(decided(matter="m")) == {}
    said = judge(text)(decided(matter="m"), decided(id="x", matter="m"), decided(id="y", matter="n"))
    assert said == {"d+x": ("violated", None), "x+d": ("violated", None), "not applicable": 4}


def test_an_id_is_never_more_than_an_id(judge):
    text = "each: {i: inquiry_received}\nrequire:\n  - some: {r: reply_sent}\n    of: i\n    within: parameters.p\n"
    judged = judge(text, p="10 days")
    names = ["case", "None", "i'); x", "{0}", "æ\n", "e\u0301", "0"]
    for name in names:
        said = judged({**INQUIRY, "id": name}, reply(inquiry=name, time="2026-01-06"))
        assert said == {name: ("satisfied", "2026-01-15")}
        assert judged({**INQUIRY, "id": name}, reply(inquiry=name + " ", time="2026-01-06"))[name][0] == "violated"


def test_a_statistic_is_judged_like_any_rule(judge):
    judged = judge(SOME + "    kind: statistic\n", p="10 days")
    assert judged.one(DECISION) == "violated"
