"""Why the durable engine keeps durable-rules inside a narrow profile: each quirk is shown, and then survived.

What crashes runs in a process of its own. Fresh memory is filled with a pattern there, so that what the C code reads before it
has written it is wrong every time, and not now and then.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from textwrap import dedent

import pytest

pytest.importorskip("durable_rules_engine", reason="durable-rules has to be built by hand from Python 3.13 on")

from rebild_policy.engines import ENGINES
from rebild_policy.engines.durable import boards, session
from rebild_policy.engines.durable.boards import MOST_FED, MOST_PROPERTIES, Names
from rebild_policy.engines.durable.engine import DurableEngine
from rebild_policy.engines.durable.patterns import ALIASES
from rebild_policy.engines.durable.session import MOST_FACTS, Session
from rebild_policy.errors import EngineError
from rebild_policy.facts import ANY_EVENT, Case

AS_OF = date(2026, 5, 1)
DAY = date(2026, 1, 5)
ANSWERED = """
    each: {i: inquiry_received}
    require:
      - some: {r: reply_sent}
        where: r.inquiry == i.id
    """
GLIBC = pytest.mark.skipif(sys.platform != "linux", reason="how memory is filled and a crash told is that of Linux")


def raw(script: str) -> tuple[int, str]:
    """The exit code and the output of a script that talks to the C module itself. A signal is a negative code."""
    environment = {**os.environ, "MALLOC_PERTURB_": "165"}
    command = [sys.executable, "-c", "import json\nimport durable_rules_engine as rete\n" + dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)
    return done.returncode, done.stdout.strip()


def case_of(*events: dict[str, object], id_: str = "c") -> Case:
    return Case.read({"id": id_, "events": [{"time": "2026-01-05", **event} for event in events]})


def inquiry(id_: str, **fields: object) -> dict[str, object]:
    return {"type": "inquiry_received", "id": id_, **fields}


def reply(id_: str, to: str, **fields: object) -> dict[str, object]:
    return {"type": "reply_sent", "id": id_, "inquiry": to, **fields}


def fnv(text: str) -> int:
    """The hash by which durable-rules tells names and ids apart."""
    found = 0x811C9DC5
    for byte in text.encode():
        found = ((found ^ byte) * 16777619) & 0xFFFFFFFF
    return found


@pytest.fixture
def engines(rules):
    """The durable engine and the reference for a rule."""

    def make(text: str) -> tuple[DurableEngine, object]:
        rules.rule(text)
        plan = rules.plan()
        return DurableEngine(plan), ENGINES["reference"](plan)

    return make


def agree(engines, case: Case) -> list[str]:
    """The verdicts on which both agree."""
    durable, reference = engines
    rows = durable.judge(case, AS_OF).rows
    assert rows == reference.judge(case, AS_OF).rows
    return [str(row.verdict) for row in rows]


# -------------------------------------------------------------------------------------------------------------------- sids
@GLIBC
def test_the_1025th_sid_crashes_and_one_is_enough_for_any_number_of_cases(engines) -> None:
    code, said = raw("""
        handle = rete.create_ruleset("t", json.dumps({"a": {"all": [{"m": {"x": 1}}]}}))
        for number in range(1025):
            try:
                rete.assert_fact(handle, json.dumps({"id": f"e{number}", "sid": f"s{number}", "x": 1}))
            except MemoryError:
                print("refused", number, flush=True)
        rete.assert_fact(handle, json.dumps({"id": "again", "sid": "s1024", "x": 1}))
        """)
    assert (code < 0, said) == (True, "refused 1024")
    both = engines(ANSWERED)
    for number in range(1100):
        answered = number % 2 == 0
        case = case_of(inquiry("i"), *([reply("r", "i")] if answered else []), id_=f"case {number}")
        assert agree(both, case) == ["satisfied" if answered else "violated"]
    assert len(both[0].boards) == 1


# --------------------------------------------------------------------------------------------------------------------- ids
def test_two_ids_of_one_hash_are_taken_for_one_and_our_own_ids_have_none() -> None:
    assert fnv("e522789") == fnv("e739192")
    code, said = raw("""
        handle = rete.create_ruleset("t", json.dumps({"a": {"cap": 9, "all": [{"m": {"x": 1}}]}}))
        print([rete.assert_fact(handle, json.dumps({"id": id_, "x": 1}))[0] for id_ in ("e522789", "e739192")])
        """)
    assert (code, said) == (0, "[0, 2]")  # 2: observed before, and dropped
    assert len({fnv(f"e{number}") for number in range(MOST_FACTS)}) == MOST_FACTS
    names = Names()
    made = {names.of(number) for number in range(5_000)} | {"id", "sid", "$s", "n", "k", "m", session.LAST}
    assert len({fnv(name) for name in made}) == len(made)


def test_ids_of_events_that_would_collide_stay_apart(engines) -> None:
    both = engines(ANSWERED)
    assert agree(both, case_of(inquiry("e522789"), inquiry("e739192"), reply("r", "e739192"))) == ["violated", "satisfied"]


def test_more_facts_than_ids_that_are_sure_to_differ_are_refused(engines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_FACTS", 11)
    both = engines(ANSWERED)
    with pytest.raises(EngineError, match="more than 11 facts"):
        both[0].judge(case_of(*(inquiry(f"i{number}") for number in range(10))), AS_OF)
    assert agree(both, case_of(inquiry("i"))) == ["violated"]  # the next case finds a clean board


# ----------------------------------------------------------------------------------------------------------------- deleting
@GLIBC
def test_deleting_a_state_that_never_fired_crashes_and_ours_has_always_fired(engines) -> None:
    code, said = raw("""
        handle = rete.create_ruleset("t", json.dumps({"a": {"all": [{"m": {"x": 1}}]}}))
        rete.assert_fact(handle, json.dumps({"id": "e0", "sid": "s", "y": 1}))
        print("asserted", flush=True)
        rete.delete_state(handle, "s")
        """)
    assert (code < 0, said) == (True, "asserted")
    joined = engines("""
        each: {i: inquiry_received, r: reply_sent}
        if: r.inquiry == i.id
        require: never
        """)
    assert agree(joined, case_of(inquiry("i"), reply("r", "other"))) == []  # nothing fires, and the state is deleted
    assert agree(joined, case_of(inquiry("i"), reply("r", "i"))) == ["violated"]
    alone = Session("alone", {"a": {"all": [{"M": {"x": 1}}]}}, whole=False)
    alone.close()  # no state is there yet


def test_facts_that_fire_together_are_never_taken_back_one_by_one(rules) -> None:
    rules.rule("""
        each: {i: inquiry_received, r: reply_sent, n: note_recorded}
        if: r.inquiry == i.id and n.about == r.id and before(i, n)
        require:
          - none: {other: reply_sent}
            after: n
        """)
    several = 0
    for board in DurableEngine(rules.plan()).boards:
        for _, pattern in board.patterns.values():
            alone = len(pattern.places) == 1 or pattern.absent
            several += not alone
            assert alone or board.joins
            assert not pattern.absent or not board.joins
    assert several


def test_a_candidate_taken_back_before_the_match_would_fire_the_rule_again() -> None:
    rule = '{"M": {"t": 1}}, {"F$not": {"$and": [{"t": 2}, {"x": {"M": "x"}}, {"k": {"M": "k"}}]}}'
    script = f"""
        handle = rete.create_ruleset("t", '{{"none": {{"all": [{rule}]}}}}')
        match, candidate = ({{"id": id_, "t": kind, "x": 1, "k": 1}} for id_, kind in (("e1", 1), ("e0", 2)))
        _, state = rete.assert_facts(handle, json.dumps([candidate, match]))
        print(rete.start_action_for_state(handle, state) is None)
        rete.retract_facts(handle, json.dumps([candidate]))
        print(rete.start_action_for_state(handle, state) is None)
        """
    assert raw(script) == (0, "True\nFalse")


def test_negation_does_not_look_back_so_candidates_come_first(engines) -> None:
    rule = '{"M": {"t": 1}}, {"F$not": {"$and": [{"t": 2}, {"x": {"M": "x"}}, {"k": {"M": "k"}}]}}'
    script = f"""
        match, candidate = ({{"id": id_, "t": kind, "x": 1, "k": 1}} for id_, kind in (("e1", 1), ("e0", 2)))
        for facts in ([candidate, match], [match, candidate]):
            handle = rete.create_ruleset("t", '{{"none": {{"all": [{rule}]}}}}')
            _, state = rete.assert_facts(handle, json.dumps(facts))
            print(rete.start_action_for_state(handle, state) is None)
        """
    assert raw(script) == (0, "True\nFalse")
    both = engines(ANSWERED)
    for events in ((inquiry("i"), reply("r", "i")), (reply("r", "i"), inquiry("i"))):
        assert agree(both, case_of(*events)) == ["satisfied"]


# --------------------------------------------------------------------------------------------------------------- conditions
@GLIBC
def test_a_false_last_term_reads_past_the_end_and_ours_is_always_true(rules) -> None:
    script = """
        terms = [{{"t": 2}}, {{"x": {{"M": "x"}}}}, {{"$gt": {{"y": {{"M": "y"}}}}}}{last}]
        rule = {{"a": {{"cap": 9, "all": [{{"M": {{"t": 1}}}}, {{"F": {{"$and": terms}}}}]}}}}
        for _ in range(300):
            handle = rete.create_ruleset("t", json.dumps(rule))
            facts = [{{"id": f"e{{kind}}", "t": kind, "x": 1, "y": -kind, "k": 1}} for kind in (1, 2)]
            _, state = rete.assert_facts(handle, json.dumps(facts))
            assert rete.start_action_for_state(handle, state) is None
        print("fine")
        """
    assert raw(script.format(last=""))[0] < 0
    assert raw(script.format(last=', {"k": {"M": "k"}}')) == (0, "fine")
    rules.rule(ANSWERED)
    for board in DurableEngine(rules.plan()).boards:
        correlated = [fact for rule in board.rules.values() for place in rule["all"][1:] for fact in place.values()]
        assert correlated
        assert all(fact["$and"][-1] == {"k": {ALIASES[0]: "k"}} for fact in correlated)


def test_aliases_take_the_places_of_a_frame_that_are_safe() -> None:
    # In the first places, a fact that comes later takes back what a negation has let through; in the others it does not.
    assert sorted(fnv(alias) % 16 for alias in ALIASES) == list(range(8, 16))


# --------------------------------------------------------------------------------------------------------------- many rules
def test_more_than_64_rules_on_one_fact_fail_and_ours_go_to_several_boards(rules) -> None:
    script = """
        handle = rete.create_ruleset("t", json.dumps({f"r{at}": {"all": [{"m": {f"x{at}": 1}}]} for at in range(65)}))
        try:
            rete.assert_facts(handle, json.dumps([{"id": "e0", **{f"x{at}": 1 for at in range(65)}}]))
        except rete.error as error:
            print(error)
        """
    assert raw(script) == (0, "Could not assert facts, error code: 303")
    for number in range(150):
        where = f"r.inquiry == i.id and day(r) >= '2025-01-{number % 28 + 1:02}'"
        rules.rule(ANSWERED.replace("r.inquiry == i.id", where), f"r{number}")
    plan = rules.plan()
    durable = DurableEngine(plan)
    case = case_of(inquiry("i"), reply("r", "i"), inquiry("j"))
    assert durable.judge(case, AS_OF) == ENGINES["reference"](plan).judge(case, AS_OF)
    assert len(durable.boards) > 150 / MOST_FED
    for board in durable.boards:
        fed: dict[str, int] = {}
        for _, pattern in board.patterns.values():
            for type_ in (type_ for place in pattern.places for type_ in place.types):
                fed[type_] = fed.get(type_, 0) + 1
        assert max(fed.values()) + fed.get(ANY_EVENT, 0) <= 64


def test_a_fact_shows_no_more_properties_than_there_is_room_for(rules, monkeypatch: pytest.MonkeyPatch) -> None:
    for field in ("outcome", "act", "form", "matter", "decided_by", "unit", "actor", "channel", "final", "reasons", "sent_on"):
        where = f"x.{field} == d.{field} and day(x) >= day(d)"
        rules.rule(
            f"each: {{d: decision_made}}\nrequire:\n  - none: {{x: decision_made}}\n    where: {where}\n", field.replace("_", "-")
        )
    plan = rules.plan()
    fields = {"matter": "m", "outcome": "granted", "unit": "u", "reasons": True, "sent_on": "2026-01-09"}
    decisions = [{"type": "decision_made", "id": id_, "final": id_ == "a", **fields} for id_ in "abc"]
    expected = ENGINES["reference"](plan).judge(case_of(*decisions), AS_OF)
    whole = DurableEngine(plan)
    monkeypatch.setattr(boards, "MOST_PROPERTIES", 20)
    narrow = DurableEngine(plan)
    assert whole.judge(case_of(*decisions), AS_OF) == narrow.judge(case_of(*decisions), AS_OF) == expected
    assert len(narrow.boards) > len(whole.boards)
    assert max(len(held) for board in narrow.boards for held in board.shown.values()) <= 20
    assert max(len(held) for board in whole.boards for held in board.shown.values()) <= MOST_PROPERTIES


# ------------------------------------------------------------------------------------------------------------------ numbers
def test_numbers_are_cut_off_types_mixed_and_batches_cut_short_and_ours_are_not(rules) -> None:
    code, said = raw("""
        def joined(facts):
            terms = [{"t": 2}, {"x": {"M": "x"}}]
            rules = {"a": {"cap": 9, "all": [{"M": {"t": 1}}, {"F": {"$and": terms}}]}}
            rules["all"] = {"cap": 9, "all": [{"M": {"k": 1}}]}
            handle = rete.create_ruleset("t", json.dumps(rules))
            code, state = rete.assert_facts(handle, facts)
            found = rete.start_action_for_state(handle, state)
            message, fired = found[1] if found else None, {}
            while message:
                fired.update({rule: len(frames) for rule, frames in json.loads(message).items()})
                message = rete.complete_and_start_action(handle, state)
            return code, fired.get("a", 0), fired.get("all", 0)

        def two(x, y):
            return json.dumps([{"id": f"e{kind}", "t": kind, "x": value, "k": 1} for kind, value in ((1, x), (2, y))])

        nan = float("nan")
        for x, y in ((2**64, 2**64 + 5), (5, "5"), (5, 5.0), (nan, nan), (1, float("inf"))):
            print(*joined(two(x, y)))
        """)
    # Return code, joins, facts that were taken: of the last pair one is missing, and the code says that all is well.
    assert (code, said.splitlines()) == (0, ["0 1 2", "0 1 2", "0 0 2", "0 1 2", "0 0 1"])


LEAST = """
    each: {s: measure_started}
    require:
      - none: {m: measure_considered}
        where: m.intrusiveness < s.intrusiveness
    """


@pytest.mark.parametrize("large", [2**59, 2**60, 2**63, 2**64, 10**30])
def test_huge_numbers_keep_their_order(engines, large: int) -> None:
    both = engines(LEAST)

    def said(started: int, considered: int) -> list[str]:
        measures = ({"type": "measure_started", "id": "s", "intrusiveness": started},)
        return agree(both, case_of(*measures, {"type": "measure_considered", "id": "m", "intrusiveness": considered}))

    assert said(large + 5, large) == ["violated"]
    assert said(large, large) == said(large, large + 5) == ["satisfied"]
    assert said(-large, -large - 5) == said(3, -large) == said(large, 3) == ["violated"]
    assert said(-large - 5, -large) == said(-large, large) == said(3, large) == ["satisfied"]


def test_a_number_that_is_none_is_no_value_of_a_fact() -> None:
    for value in (float("nan"), float("inf"), 5.0, "5", None):
        event = {"type": "measure_started", "id": "s", "time": "2026-01-05", "intrusiveness": value}
        if value is None:
            assert Case.read({"id": "c", "events": [event]}).events[0].intrusiveness is None
        else:
            with pytest.raises(Exception, match="intrusiveness"):
                Case.read({"id": "c", "events": [event]})


def test_a_text_of_digits_is_no_number(engines) -> None:
    both = engines("""
        each: {d: decision_made}
        require:
          - some: {h: hearing_sent}
            same: matter
        """)
    texts = ("5", "05", "5.0", '"', "\\", "5\u0000", "true", "null", "e0", "ø", "-1")
    for one in texts:
        for other in texts:
            case = case_of(
                {"type": "decision_made", "id": "d", "matter": one}, {"type": "hearing_sent", "id": "h", "matter": other}
            )
            assert agree(both, case) == ["satisfied" if one == other else "violated"]


@GLIBC
def test_a_batch_whose_first_fact_can_not_be_read_hands_back_a_state_that_was_never_set() -> None:
    code, said = raw("""
        handle = rete.create_ruleset("t", json.dumps({"a": {"all": [{"m": {"x": 1}}]}}))
        code, state = rete.assert_facts(handle, '[{"id": "e0", "x": 1e5}, {"id": "e1", "x": 1}]')
        print(code, flush=True)
        rete.start_action_for_state(handle, 10**6)  # what it hands back is what lay in memory
        """)
    assert (code < 0, said) == (True, "0")


@pytest.mark.parametrize("number", [0, 1])
def test_a_batch_that_was_cut_short_is_an_error_wherever_it_was_cut(
    engines, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    both = engines(ANSWERED)
    case = case_of(inquiry("i"), reply("r", "other"))
    assert agree(both, case) == ["violated"]
    real, bad = session.rete.assert_facts, f'"n":{number}'
    monkeypatch.setattr(session.rete, "assert_facts", lambda handle, facts: real(handle, facts.replace(bad, '"n":1e5')))
    with pytest.raises(EngineError, match="did not take all facts"):
        both[0].judge(case, AS_OF)
    monkeypatch.undo()
    assert agree(both, case_of(inquiry("i"), reply("r", "i"))) == ["satisfied"]


# ------------------------------------------------------------------------------------------------------------------- memory
def test_rulesets_that_are_not_used_are_closed_and_made_again(rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MOST_LIVE", 3)
    rules.rule(ANSWERED)
    plan = rules.plan()
    made = [DurableEngine(plan) for _ in range(6)]
    for number in range(20):
        answered = case_of(inquiry("i"), *([reply("r", "i")] if number % 3 else []))
        (row,) = made[number % 6].verdicts(answered, AS_OF)
        assert str(row.verdict) == ("satisfied" if number % 3 else "violated")
        assert sum(board.is_open for engine in made for board in engine.boards) <= 3


def test_a_large_case_takes_no_more_than_its_share_of_frames(engines) -> None:
    # 300 inquiries with 300 answers each way would be 90,000 pairs; a negation fires once a match.
    both = engines(ANSWERED.replace("r.inquiry == i.id", "day(r) >= day(i)"))
    events = [inquiry(f"i{number}", time=str(DAY + timedelta(days=number % 30))) for number in range(300)]
    events += [reply(f"r{number}", "none", time=str(DAY + timedelta(days=number % 20))) for number in range(300)]
    rows = both[0].judge(case_of(*events), AS_OF).rows
    assert [str(row.verdict) for row in rows] == ["satisfied" if number % 30 < 20 else "violated" for number in range(300)]
