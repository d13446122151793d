"""Conditions that join events in every way the language allows, beyond what the shipped rules do; and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

pytest.importorskip("durable_rules_engine", reason="durable-rules has to be built by hand from Python 3.13 on")

from rebild_policy.engines import ENGINES
from rebild_policy.engines.durable.engine import DurableEngine
from rebild_policy.errors import EngineError
from rebild_policy.facts import Case
from rebild_policy.plan import build_plan
from rebild_policy.selftest.comparing import run

# What each is about: how a candidate, or a second event, is joined with what is bound.
JOINS = {
    "yes-and-no": "each: {d: decision_made}\nrequire:\n  - none: {x: decision_made}\n    where: x.final != d.final",
    "not-among-the-ids": "each: {i: inquiry_received}\nrequire:\n  - some: {n: note_recorded}\n    where: n.about != i.id",
    "none-but-these-ids": "each: {i: inquiry_received}\nrequire:\n  - none: {n: note_recorded}\n    where: not n.about == i.id",
    "among-the-ids-of-what-is-bound": """
        each: {n: note_recorded}
        require:
          - some: {i: inquiry_received}
            where: n.about == i.id
          - none: {m: meeting_held}
            where: n.about != m.id""",
    "two-lists-that-share-an-id": """
        each: {n: note_recorded}
        require:
          - some: {g: guidance_given}
            after: n
            within: parameters.days
            where: g.about == n.about""",
    "two-lists-joined": "each: {n: note_recorded, g: guidance_given}\nif: n.about == g.about and before(n, g)\nrequire: never",
    "list-joined-apart": "each: {n: note_recorded, i: inquiry_received}\nif: n.about != i.id\nrequire: never",
    "in-a-list-that-changes": """
        each: {d: decision_made}
        require:
          - none: {x: decision_made}
            before: d
            where: x.unit not in parameters.units
          - some: {x: decision_made}
            where: x.unit in parameters.units and x.matter == d.matter""",
    "a-choice-of-fields": """
        each: {d: decision_made}
        require:
          - some: {x: hearing_sent}
            where: (x.matter if d.final else x.actor) == d.matter
          - none: {y: hearing_sent}
            where: "'m' == (d.matter if y.facts_included else y.matter)" """,
    "a-choice-of-conditions": """
        each: {d: decision_made}
        require:
          - some: {x: hearing_sent}
            where: x.matter == d.matter if x.facts_included == d.final else day(x) < day(d)""",
    "two-of-one-kind": """
        each: {a: decision_made, b: decision_made}
        if: a.matter == b.matter and before(a, b)
        require:
          - some: {h: hearing_sent}
            between: [a, b]
            same: matter""",
    "three-of-one-kind": """
        each: {a: decision_made, b: decision_made, c: decision_made}
        if: a.matter == b.matter and b.matter == c.matter and day(a) <= day(b) and a.final != c.final
        require:
          - none: {d: decision_made}
            where: d.outcome == c.outcome or d.outcome == a.outcome""",
    "either-of-two-joins": """
        each: {d: decision_made}
        require:
          - some: {x: interest_declared}
            where: x.employee == d.decided_by or x.actor == d.actor or before(x, d)
          - none: {x: interest_declared}
            where: not (x.employee == d.decided_by and not before(d, x)) and day(x) != day(d)""",
    "numbers-and-dates": """
        each: {a: acknowledgement_sent}
        require:
          - none: {x: acknowledgement_sent}
            where: x.expected_days >= a.expected_days and x.expected_by != a.expected_by
          - some: {y: acknowledgement_sent}
            where: not (y.expected_days < a.expected_days) and y.expected_by <= a.expected_by""",
    "a-number-that-changes": """
        each: {d: decision_made}
        require:
          - none: {a: acknowledgement_sent}
            where: a.expected_days <= parameters.most_days""",
    "later-than-two-events": """
        each: {r: access_requested, n: access_delay_notice}
        if: n.request == r.id
        require:
          - some: {x: access_delay_notice}
            of: r
            after: n
            within: parameters.days""",
    "two-ids-of-one-list": """
        each: {i: inquiry_received, j: inquiry_received}
        require:
          - some: {g: guidance_given}
            where: g.about == i.id and g.about == j.id
          - none: {h: guidance_given}
            where: h.about != i.id and h.about != j.id""",
    "any-event-at-all": """
        each: {d: decision_made}
        require:
          - none: {x: any_event}
            before: d
            where: x.actor == d.decided_by or x.unit != d.unit""",
    "deep-down": """
        each: {d: decision_made, h: hearing_sent}
        if: h.matter == d.matter or not before(h, d)
        unless:
          - all:
              - some: {x: hearing_exempted}
                before: d
                same: matter
              - any:
                  - none: {y: note_recorded}
                    after: h
                    within: parameters.days
                  - holds: h.respond_by < day(d)
        require:
          - any:
              - all:
                  - some: {r: hearing_response}
                    of: h
                    within: parameters.days
                  - holds: d.final == h.facts_included
              - none: {z: [note_recorded, meeting_held]}
                between: [h, d]""",
}


@pytest.fixture
def joining(rules):
    rules.parameter("days", "10 working days")
    rules.parameter("units", ("2020-01-01", "[m, n]"), ("2026-01-10", "[n]"), ("2026-02-01", "[other]"), kind="list")
    rules.parameter("most_days", ("2026-01-06", 3), ("2026-01-20", 40), kind="number")
    return rules


def test_every_way_to_join_agrees_with_the_reference(joining) -> None:
    for name, text in JOINS.items():
        joining.rule(text, name)
    ruleset = joining.load()
    result = run(ruleset, ["durable"], 1_000, seed=20260105)
    assert result.differences == ()
    assert result.counts["durable"] == result.counts["reference"]
    seen = {rule: set(tally) for rule, tally in result.counts["durable"].items()}
    assert set(seen) == set(JOINS)
    for rule, verdicts in seen.items():
        assert len(verdicts & {"satisfied", "violated", "undetermined", "pending", "not applicable"}) >= 2, rule


def test_an_event_may_need_a_piece_for_each_comparison(joining) -> None:
    """Found by the self-test: a notice was later than two events in different runs of its day, and no fact showed both.

    The same is true of a list in which two ids are looked for.
    """
    for name in ("later-than-two-events", "two-ids-of-one-list"):
        joining.rule(JOINS[name], name)
    events = [
        {"type": "access_requested", "id": "e0", "time": "2026-01-05"},
        {"type": "access_delay_notice", "id": "e1", "time": "2026-01-05", "request": "e3"},
        {"type": "access_delay_notice", "id": "e2", "time": "2026-01-04", "request": "e3"},
        {"type": "access_requested", "id": "e3", "time": "2026-01-05"},
        *({"type": "inquiry_received", "id": f"i{n}", "time": "2026-01-05"} for n in range(3)),
        {"type": "guidance_given", "id": "g", "time": "2026-01-06", "about": ["i0", "i2"]},
    ]
    plan = build_plan(joining.load(), profile="guideline")
    case, as_of = Case.read({"id": "c", "events": events}), date(2026, 2, 27)
    said = DurableEngine(plan).verdicts(case, as_of)
    assert said == ENGINES["reference"](plan).verdicts(case, as_of)
    verdicts = {(row.trigger, *row.key): row.verdict for row in said}
    assert (verdicts["e3", "e1"], verdicts["e3", "e2"]) == ("violated", "satisfied")
    assert (verdicts["i0", "i2"], verdicts["i0", "i1"]) == ("satisfied", "violated")


PAIRS = (("matter", "unit"), ("actor", "decided_by"), ("outcome", "act"), ("form", "channel"), ("final", "reasons"))
DATES = ("sent_on", "reasons_requested_on", "confirmed_in_writing_on")
SOME = "each: {{d: decision_made}}\nrequire:\n  - some: {{x: decision_made}}\n    where: {}\n"
REFUSED = {
    "asks whether two lists of ids have nothing in common": (
        "none: g",
        "each: {n: note_recorded}\nrequire:\n  - none: {g: guidance_given}\n    where: g.about != n.about",
    ),
    "falls into too many cases": (
        "some: x",
        SOME.format(" and ".join(f"(x.{one} == d.{one} or x.{other} == d.{other})" for one, other in PAIRS)),
    ),
    "compares too much at once": (
        "some: x",
        SOME.format(" and ".join(f"x.{one} {sign} d.{two}" for one in DATES for two in DATES for sign in (">=", "<=", ">", "<"))),
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_can_not_run_is_refused_by_rule_and_node(rules, why: str) -> None:
    node, text = REFUSED[why]
    rules.rule(text)
    plan = rules.plan()
    with pytest.raises(EngineError) as raised:
        DurableEngine(plan)
    assert raised.value.message == f"durable can't run '{node}' of the rule 'rule': it {why}."
    assert str(raised.value).split(":")[0].endswith("rule.yaml")
    assert int(str(raised.value).split(":")[1]) == len(rules.folder.joinpath("rule.yaml").read_text().splitlines()) - 1
    ENGINES["reference"](plan), ENGINES["compiled"](plan)
