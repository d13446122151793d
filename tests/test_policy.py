# ruff: noqa: E501 - an event a line
"""The policy as users hold it: checking, its options, wrong arguments, and what a report carries."""

import json
import re
from datetime import date, datetime, time
from functools import cache
from threading import Thread

import jsonschema
import pytest

from rebild_policy import Calendar, Case, Coverage, Policy, Verdict
from rebild_policy.engines import available
from rebild_policy.errors import ParameterError, PolicyError, RuleError, UsageError
from rebild_policy.privacy import CPR_SHAPE
from rebild_policy.results import Finding, Report
from rebild_policy.schemas import SCHEMAS, schema

AS_OF = date(2026, 5, 1)
LETTER = {"type": "inquiry_received", "id": "letter", "time": "2026-01-05T10:12", "channel": "email"}
ANSWER = {"type": "reply_sent", "id": "answer", "time": "2026-01-21T09:30", "inquiry": "letter"}
REFUSAL = {"type": "decision_made", "id": "refusal", "time": "2026-02-20", "act": "decision", "final": True, "outcome": "refused", "matter": "m"}  # fmt: skip


@pytest.fixture(scope="module")
def policy():
    return Policy.rebild()


def case_of(*events, **fields):
    return Case.read({"id": "2026-0117", **fields, "events": list(events)})


def late_reply(report):
    return next(finding for finding in report.findings if finding.rule == "late-reply")


# --------------------------------------------------------------------------------------------------------------- a report
def test_a_check_as_the_readme_shows_it(policy):
    report = policy.check(case_of(LETTER, ANSWER), as_of=date(2026, 2, 1))
    (finding,) = report.violations
    assert (finding.rule, finding.statements, finding.severity) == ("late-reply", ("G21", "G26"), "medium")
    assert (finding.trigger.id, finding.key, finding.due) == ("letter", (), date(2026, 1, 19))
    assert finding.verdict is Verdict.VIOLATED == "violated"
    (miss,) = finding.explanation.sought[0].near
    assert (miss.event.id, miss.lacks, miss.days_late, miss.working_days_late) == ("answer", "in time", 2, 2)
    assert finding.explanation.message.en.startswith("The inquiry counts as received on 2026-01-05. By 2026-01-19 ")
    assert finding.explanation.message.da.startswith("Henvendelsen regnes for modtaget 5. januar 2026. Senest 19. januar 2026 ")
    assert report.not_applicable == {"post-without-date-stamp": 1}
    assert (report.case, report.as_of, report.profile) == ("2026-0117", date(2026, 2, 1), "guideline")


def test_an_empty_case_has_nothing_to_find(policy):
    report = policy.check(case_of(), AS_OF)
    assert (report.findings, report.violations, report.not_applicable, report.statistics) == ((), [], {}, ())


def test_the_verdicts_of_a_statement(policy):
    hearing = {"type": "hearing_sent", "id": "hearing", "time": "2026-02-02", "matter": "m", "respond_by": "2026-02-16"}
    heard = policy.check(case_of(hearing, REFUSAL, {**REFUSAL, "id": "other", "matter": "n"}), AS_OF)
    assert heard.verdicts("G50") == [Verdict.SATISFIED, Verdict.VIOLATED]
    assert heard.verdict("G50") is Verdict.VIOLATED
    assert heard.verdicts("G51") == [Verdict.SATISFIED]
    assert heard.verdict("G58") is None
    for name in ("G500", "G99", "", "g50"):
        with pytest.raises(UsageError, match=f"no rule decides '{name}'"):
            heard.verdicts(name)


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["satisfied", "violated", "undetermined"], "violated"),
        (["satisfied", "pending", "undetermined"], "undetermined"),
        (["satisfied", "pending", "exempt"], "pending"),
        (["exempt", "satisfied"], "satisfied"),
        (["exempt"], "exempt"),
        ([], None),
    ],
)
def test_one_verdict_for_a_statement(policy, verdicts, said):
    finding = late_reply(policy.check(case_of(LETTER), AS_OF))
    findings = tuple(finding.model_copy(update={"verdict": Verdict(verdict)}) for verdict in verdicts)
    report = policy.check(case_of(), AS_OF).model_copy(update={"findings": findings})
    assert report.verdict("G21") == said


def test_verdicts_as_tuples_are_those_of_the_report(policy):
    case = case_of(LETTER, ANSWER, REFUSAL)
    rows = policy.verdicts(case, AS_OF)
    report = policy.check(case, AS_OF)
    assert report.statistics, "a statistic is counted, and never a row that could be read as a deviation"
    assert [(row.rule, row.trigger, row.verdict, row.due) for row in rows] == [
        (finding.rule, finding.trigger.id, finding.verdict, finding.due) for finding in report.findings
    ]
    coverage = Coverage.all().without("reply_sent")
    assert "undetermined" in {row.verdict for row in policy.verdicts(case, AS_OF, coverage=coverage)}
    assert policy.verdicts(case, date(2026, 1, 1)) == []


def test_the_engine_can_be_chosen_and_changes_nothing(policy):
    case = case_of(LETTER, ANSWER, REFUSAL)
    dumped = {name: policy.check(case, AS_OF, engine=name).model_dump_json() for name in available()}
    assert len(set(dumped.values())) == 1


def test_many_cases_one_after_the_other(policy):
    cases = (case_of(LETTER, id=str(number)) for number in range(3))
    reports = policy.check_many(cases, AS_OF)
    assert next(reports).case == "0"
    assert [report.case for report in reports] == ["1", "2"]
    lacking = policy.check_many([case_of(LETTER)], AS_OF, coverage=Coverage.all().without("reply_sent"))
    assert [report.verdict("G21") for report in lacking] == ["undetermined"]


def test_coverage_and_the_reading_of_equal_days(policy):
    hearing = {"type": "hearing_sent", "id": "hearing", "time": "2026-02-20", "matter": "m"}
    case = case_of(hearing, REFUSAL)
    assert policy.check(case, AS_OF).verdict("G50") == "undetermined"
    assert policy.check(case, AS_OF, same_day="source-order").verdict("G50") == "satisfied"
    lacking = policy.check(case, AS_OF, coverage=Coverage.all().without("decision_made"))
    assert {item.rule for item in lacking.not_checkable} >= {"decision-without-hearing", "decision-without-reasons"}
    assert lacking.verdict("G50") is None
    assert "decision-without-hearing" not in lacking.not_applicable


# ---------------------------------------------------------------------------------------------------------------- profiles
def test_the_profiles_differ_where_the_statute_does():
    exempted = {"type": "hearing_exempted", "id": "x", "time": "2026-02-19", "matter": "m", "ground": "FVL § 19(2)"}
    case = case_of(exempted, REFUSAL)
    said = {profile: Policy.rebild(profile=profile).check(case, AS_OF).verdict("G50") for profile in ("guideline", "statutory")}
    assert said == {"guideline": "violated", "statutory": "exempt"}


def test_the_rules_of_a_profile(rules):
    rules.rule("profile: statutory\neach: {d: decision_made}\nrequire: never\n", name="one")
    rules.rule("each: {d: decision_made}\nrequire: never\n", name="two")
    assert [rule.name for rule in Policy.load(rules.folder).rules] == ["two"]
    assert [rule.name for rule in Policy.load(str(rules.folder), profile="statutory").rules] == ["one", "two"]


# -------------------------------------------------------------------------------------------------------------- parameters
def test_a_parameter_set_by_the_caller_holds_for_all_days():
    policy = Policy.rebild(parameters={"reply_deadline": "15 working days"})
    report = policy.check(case_of(LETTER, ANSWER), AS_OF)
    assert report.violations == []
    assert report.findings[0].due == date(2026, 1, 26)
    assert {parameter.name: parameter.value for parameter in report.parameters}["reply_deadline"] == "15 working days"
    shipped = Policy.rebild().check(case_of(LETTER, ANSWER), AS_OF).parameters
    assert {parameter.name: parameter.value for parameter in shipped}["reply_deadline"] == "10 working days"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"reply_dedline": "8 days"}, "unknown parameter 'reply_dedline'. Did you mean 'reply_deadline'?"),
        ({"reply_deadline": "8 workdays"}, "the value of 'reply_deadline' is wrong: '8 workdays' is not a duration"),
        ({"reply_deadline": 8}, "the value of 'reply_deadline' is not a duration. Write it as '10 working days'."),
        ({"reply_deadline": None}, "the value of 'reply_deadline' is not a duration."),
        ({"social_case_kinds": "pension"}, "the value of 'social_case_kinds' is not a list. Write a list of texts."),
        ({"social_case_kinds": [1]}, "the value of 'social_case_kinds' is not a list."),
        ({"processing_times": "4 weeks"}, "the table 'processing_times' can't be set to a single value."),
    ],
)
def test_a_parameter_that_cannot_be_set_so(parameters, message):
    with pytest.raises(ParameterError) as caught:
        Policy.rebild(parameters=parameters)
    assert str(caught.value).startswith(message)


def test_the_calendar_is_the_callers():
    arrived = {**LETTER, "time": "2025-12-15"}
    for calendar, due in [(Calendar().stricter(), date(2026, 1, 5)), (Calendar(saturdays=True), date(2025, 12, 29))]:  # fmt: skip
        assert Policy.rebild(calendar=calendar).check(case_of(arrived), AS_OF).findings[0].due == due
    cut_off = Policy.rebild(calendar=Calendar(cut_off=time(15)))
    assert cut_off.check(case_of({**LETTER, "time": "2026-01-05T15:00"}), AS_OF).findings[0].due == date(2026, 1, 19)
    assert cut_off.check(case_of({**LETTER, "time": "2026-01-05T15:01"}), AS_OF).findings[0].due == date(2026, 1, 20)


# --------------------------------------------------------------------------------------------------------- wrong arguments
WRONG = [
    ({"as_of": datetime(2026, 5, 1)}, "as_of is a date"),  # noqa: DTZ001
    ({"as_of": "2026-05-01"}, "as_of is a date. Write date(2026, 5, 1); nothing reads the clock by itself."),
    ({"as_of": None}, "as_of is a date"),
    ({"as_of": 20260501}, "as_of is a date"),
    ({"case": {"id": "c"}}, "the case to check is not a Case. Make one of a mapping with Case.read(...)."),
    ({"case": None}, "the case to check is not a Case."),
    ({"coverage": ["reply_sent"]}, "the coverage is not a Coverage. Write Coverage.all().without('hearing_sent')."),
    ({"coverage": "reply_sent"}, "the coverage is not a Coverage."),
    ({"same_day": "source_order"}, "unknown order of equal days 'source_order'. Did you mean 'source-order'?"),
    ({"engine": "referense"}, "unknown engine 'referense'. Did you mean 'reference'?"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_a_wrong_argument_is_named(policy, arguments, message):
    with pytest.raises(UsageError) as caught:
        policy.check(**{"case": case_of(LETTER), "as_of": AS_OF, **arguments})
    assert str(caught.value).startswith(message)


def test_wrong_arguments_of_the_other_methods(policy):
    for as_of in (datetime(2026, 5, 1), "2026-05-01", None):  # noqa: DTZ001
        with pytest.raises(UsageError, match="as_of is a date"):
            policy.verdicts(case_of(LETTER), as_of)
        with pytest.raises(UsageError, match="as_of is a date"):
            policy.check_many([], as_of)
        with pytest.raises(UsageError, match="as_of is a date"):
            policy.audit("none.csv", "none.yaml", as_of)
    with pytest.raises(UsageError, match=r"unknown profile 'statutary'\. Did you mean 'statutory'\?"):
        Policy.rebild(profile="statutary")
    with pytest.raises(RuleError, match="there is no such folder of rules"):
        Policy.load("no/such/folder")
    with pytest.raises(PolicyError, match=r"unknown schema 'reprt'\. Did you mean 'report'"):
        schema("reprt")


# ------------------------------------------------------------------------------------------------------------- subsumption
SUBSUMED = """
    each: {a: acknowledgement_sent, i: inquiry_received}
    if: a.inquiry == i.id
    require:
      - holds: present(a.caseworker)
    subsumed_by: unanswered
"""
UNANSWERED = """
    each: {i: inquiry_received}
    require:
      - some: {r: reply_sent}
        of: i
        within: parameters.p
"""


def test_one_fault_is_counted_once(rules):
    rules.parameter("p", "10 days")
    rules.rule(SUBSUMED, name="nameless")
    rules.rule(UNANSWERED, name="unanswered")
    policy = Policy.load(rules.folder)
    other = {**LETTER, "id": "other"}
    acknowledged = [
        {"type": "acknowledgement_sent", "id": f"of-{name}", "time": "2026-01-06", "inquiry": name}
        for name in ("letter", "other")
    ]
    answered = {**ANSWER, "time": "2026-01-07", "inquiry": "other"}
    report = policy.check(case_of(LETTER, other, *acknowledged, answered), AS_OF)
    nameless = {finding.trigger.id: finding.subsumed_by for finding in report.findings if finding.rule == "nameless"}
    assert nameless == {"of-letter": "unanswered", "of-other": None}
    assert {(finding.rule, finding.trigger.id) for finding in report.violations} == {
        ("nameless", "of-other"),
        ("unanswered", "letter"),
    }
    assert len([finding for finding in report.findings if finding.verdict is Verdict.VIOLATED]) == 3
    assert report.verdict("G1") is Verdict.VIOLATED


# -------------------------------------------------------------------------------------------------------------- statistics
def test_a_statistic_counts_and_never_accuses(rules):
    rules.parameter("p", "10 days")
    rules.rule("kind: statistic\nmeasure: share\n" + UNANSWERED.replace("\n    ", "\n"), name="share")
    policy = Policy.load(rules.folder)
    letters = [{**LETTER, "id": str(number)} for number in range(4)]
    answers = [{**ANSWER, "id": f"a{number}", "time": "2026-01-07", "inquiry": str(number)} for number in range(2)]
    report = policy.check(case_of(*letters, *answers), AS_OF)
    assert (report.findings, report.violations, report.verdicts("G1")) == ((), [], [])
    (statistic,) = report.statistics
    assert (statistic.rule, statistic.met, statistic.unmet, statistic.open, statistic.unknown) == ("share", 2, 2, 0, 0)
    early = policy.check(case_of(*letters, *answers), date(2026, 1, 8)).statistics[0]
    assert (early.met, early.unmet, early.open) == (2, 0, 2)
    unknown = policy.check(case_of(*letters), AS_OF, coverage=Coverage.all().without("reply_sent")).statistics[0]
    assert (unknown.met, unknown.unmet, unknown.unknown) == (0, 0, 4)
    assert policy.verdicts(case_of(*letters), AS_OF) == []


# ------------------------------------------------------------------------------------------------------------ fingerprints
def prints(policy, *events, as_of=AS_OF, **fields):
    return {
        (finding.rule, finding.trigger.id): finding.fingerprint
        for finding in policy.check(case_of(*events, **fields), as_of).findings
    }


def test_a_fingerprint_stays_while_the_finding_does(policy):
    first = prints(policy, LETTER, REFUSAL)
    assert len(set(first.values())) == len(first) >= 4
    assert all(re.fullmatch("[a-z]{20}", fingerprint) for fingerprint in first.values())
    assert prints(policy, LETTER, REFUSAL, as_of=date(2026, 12, 31)) == first
    assert prints(policy, REFUSAL, LETTER) == first
    noise = {"type": "meeting_held", "id": "noise", "time": "2026-01-06"}
    assert prints(policy, noise, LETTER, ANSWER, REFUSAL) == first
    assert prints(Policy.rebild(parameters={"reply_deadline": "3 days"}), LETTER, REFUSAL) == first
    # It names the finding, not the verdict: pending and violated are one, and so is the trigger moved by a day.
    assert prints(policy, LETTER, as_of=date(2026, 1, 6)).items() <= first.items()
    assert prints(policy, {**LETTER, "time": "2026-01-06"}, REFUSAL) == first


def test_a_fingerprint_tells_findings_apart(policy):
    first = prints(policy, LETTER)
    assert prints(policy, LETTER, id="another case")[("late-reply", "letter")] not in first.values()
    assert prints(policy, {**LETTER, "id": "another"})[("late-reply", "another")] not in first.values()


# ------------------------------------------------------------------------------------------------------------ explanations
def test_an_explanation_is_made_when_it_is_read_and_once():
    calls = []
    finding = Policy.rebild().check(case_of(LETTER), AS_OF).findings[0]
    explain = finding.explain
    watched = finding.model_copy(update={"explain": lambda: calls.append(1) or explain()})
    assert calls == []
    assert watched.explanation is watched.explanation
    assert calls == [1]
    assert "explain" not in json.loads(watched.model_dump_json())


def test_what_an_undetermined_finding_turns_on(policy):
    report = policy.check(
        case_of(LETTER), AS_OF, coverage=Coverage.all().without("reply_sent", "acknowledgement_sent.caseworker")
    )
    missing = {(fact.type, fact.field, fact.cause) for fact in late_reply(report).explanation.missing}
    assert missing == {("reply_sent", None, "uncovered")}


# -------------------------------------------------------------------------------------------------------------------- json
NUMBERS = ("010190-1234", "0202911234", "030391 1234", "040492\u20111234")


def planted(number):
    """A case with a CPR number in every text that it can hold."""
    letter = {**LETTER, "id": f"letter {number}", "kind": number, "forwarded_to": "", "actor": number, "unit": number}
    return Case.read(
        {
            "id": f"case {number}",
            "kind": number,
            "competent_authority": number,
            "events": [
                letter,
                {**letter, "id": f"merged {number}", "time": "2026-01-06", "merged_into": letter["id"]},
                {**ANSWER, "id": f"answer {number}", "inquiry": letter["id"], "actor": number},
                {"type": "acknowledgement_sent", "id": f"ack{number}x", "time": "2026-01-07", "inquiry": letter["id"], "caseworker": number},
                {"type": "interest_declared", "id": f"i-{number}", "time": "2026-01-08", "employee": number, "kind": "family"},
                {"type": "hearing_sent", "id": f"h {number}", "time": "2026-02-02", "matter": number, "respond_by": "2026-03-16"},
                {**REFUSAL, "id": f"d {number}", "matter": number, "decided_by": number, "legal_basis": number, "reasons": False},
                {"type": "complaint_received", "id": f"c {number}", "time": "2026-02-23", "at": "citizen_service", "decision": f"d {number}"},
                {"type": "complaint_forwarded", "id": f"f {number}", "time": "2026-04-23", "complaint": f"c {number}", "to": number},
            ],
        }
    )  # fmt: skip


LESS = ("reply_sent", "hearing_sent.matter", "interest_declared.employee")


@pytest.mark.parametrize(("number", "without"), [*zip(NUMBERS, [(), LESS, LESS, ()], strict=True), (NUMBERS[0], LESS)])
def test_no_number_of_a_citizen_is_in_a_report(policy, number, without):
    report = policy.check(planted(number), AS_OF, coverage=Coverage.all().without(*without))
    assert len(report.findings) >= 7
    # The hash of the rules is left out: ten of its digits may stand in a row and mean nothing.
    text = report.model_dump_json(exclude={"ruleset": {"digest"}})
    assert not CPR_SHAPE.search(text)
    assert number[:6] not in text
    assert len({finding.fingerprint for finding in report.findings}) == len(report.findings)
    for shown in (repr(report), str(report.findings), str(report.violations)):
        assert number[:6] not in shown


def test_the_free_text_of_a_case_is_not_in_its_report(policy):
    secret = "Karen Hansen bor på Ågade 3"
    case = Case.read(json.loads(planted("x").model_dump_json().replace('"x"', json.dumps(secret))))
    text = policy.check(case, AS_OF).model_dump_json()
    assert "Karen" not in text
    assert "gade 3" not in text


@cache
def validator(name):
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name):
    validator(name)


@pytest.mark.parametrize("profile", ["guideline", "statutory"])
def test_the_json_of_a_report_fits_its_schema(profile):
    policy = Policy.rebild(profile=profile)
    reports = [
        policy.check(planted("x"), day, coverage=Coverage.all().without(*without))
        for day in (date(2026, 1, 6), AS_OF)
        for without in ((), ("reply_sent", "decision_made.outcome"), ("inquiry_received",))
    ]
    for report in reports:
        dumped = json.loads(report.model_dump_json())
        validator("report").validate(dumped)
        if dumped["findings"]:
            validator("finding").validate(dumped["findings"][0])
        # Read back, a report is the same but for its explanations, which it can no longer make.
        for finding in dumped["findings"]:
            finding.pop("explanation")
            finding.pop("disputed")
        assert Report.model_validate(dumped).verdicts("G21") == report.verdicts("G21")
    assert not validator("report").is_valid({**json.loads(reports[0].model_dump_json()), "as_of": 5})


def test_the_json_of_a_case_fits_its_schema():
    dumped = json.loads(planted("x").model_dump_json(exclude_none=True))
    validator("case").validate(dumped)
    for broken in ({"type": "reply_snt"}, {"channel": "pigeon"}, {"nothing": 1}, {"written": "yes"}):
        assert not validator("case").is_valid({**dumped, "events": [{**dumped["events"][0], **broken}]})


def test_a_result_holds_declared_fields_only(policy):
    finding = policy.check(case_of(LETTER), AS_OF).findings[0]
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        Finding.model_validate({**finding.model_dump(exclude={"explanation"}), "name": "Karen"})
    with pytest.raises(ValueError, match="frozen"):
        finding.rule = "another"


# ----------------------------------------------------------------------------------------------------------------- threads
def test_a_policy_may_be_shared_by_threads():
    policy = Policy.rebild()
    case = case_of(LETTER, ANSWER, REFUSAL)
    names = ["reply_sent", "hearing_sent", "acknowledgement_sent", "interest_declared"]
    wanted = {name: policy.verdicts(case, AS_OF, coverage=Coverage.all().without(name)) for name in names}
    said = []

    def work(name):
        said.extend((name, policy.verdicts(case, AS_OF, coverage=Coverage.all().without(name))) for _ in range(30))

    threads = [Thread(target=work, args=(name,)) for name in names * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 30 * len(threads)
    assert all(rows == wanted[name] for name, rows in said)


def test_plans_of_many_coverages_do_not_pile_up(rules):
    rules.rule("each: {d: decision_made}\nif: d.final\nrequire: never\n")
    policy = Policy.load(rules.folder)
    fields = [f"decision_made.{name}" for name in ("matter", "final", "act", "form", "reasons", "outcome", "decided_by")]
    case = case_of(REFUSAL)
    for number in range(90):
        chosen = [field for bit, field in enumerate(fields) if number >> bit & 1]
        policy.verdicts(case, AS_OF, coverage=Coverage.all().without(*chosen))
    assert len(policy._ready) <= 64
