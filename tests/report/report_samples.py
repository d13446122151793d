"""An audit and a report made by hand: three rules, every verdict, near misses, missing facts."""

from __future__ import annotations

from collections import Counter
from datetime import date

from rebild_policy.audits.results import (
    Accounting,
    Activity,
    Assumption,
    Audit,
    QuarantinedRow,
    Reason,
    ReviewInfo,
    ReviewNote,
    ReviewTally,
    RuleTally,
    SourceInfo,
)
from rebild_policy.results import (
    Change,
    Copy,
    EventRef,
    Explanation,
    Finding,
    MissingFact,
    NearMiss,
    NotCheckableRule,
    ParameterInfo,
    RuleSetInfo,
    Sought,
    Statistic,
    Verdict,
    Words,
)

HOSTILE = (
    "<script>alert(1)</script>",
    "sag\u202efdp.exe",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "\x1b[31m[bold red]rød[/]",
    "æ" * 10_000,
    "to\nlinjer\u2028og en til",
)
AS_OF = date(2024, 5, 1)
TITLES = {
    "late-reply": Words(da="Skriftlig henvendelse ikke besvaret i tide", en="Written inquiry not answered in time"),
    "decision-without-hearing": Words(da="Afgørelse uden forudgående partshøring", en="Decision without a prior hearing"),
    "decided-with-declared-interest": Words(da="Afgjort trods oplyst interesse", en="Decided despite a declared interest"),
}
ABOUT = {
    "late-reply": (("G21", "G26"), ("god forvaltningsskik",), "medium"),
    "decision-without-hearing": (("G50",), ("FVL § 19(1)",), "high"),
    "decided-with-declared-interest": (("G13", "G14"), ("FVL §§ 3-6",), "high"),
}
MESSAGE = Words(da="Beskeden fra reglen.", en="The message of the rule.")
REMEDY = Words(da="Gør det i tide.", en="Do it in time.")


def event(id_: str, type_: str, day: date, row: int | None = None) -> EventRef:
    return EventRef(id=id_, type=type_, day=day, row=row)


def explanation(*sought: Sought, missing: tuple[MissingFact, ...] = (), change: Change | None = None) -> Explanation:
    return Explanation(message=MESSAGE, remedy=REMEDY, witnesses=(), sought=sought, missing=missing, change=change)


def make_finding(
    rule: str,
    verdict: Verdict,
    case: str,
    trigger: EventRef,
    why: Explanation,
    due: date | None = None,
    subsumed_by: str | None = None,
) -> Finding:
    statements, law, severity = ABOUT[rule]
    return Finding(
        fingerprint="0123456789abcdef",
        rule=rule,
        title=TITLES[rule],
        statements=statements,
        law=law,
        severity=severity,
        case=case,
        trigger=trigger,
        key=(),
        verdict=verdict,
        due=due,
        as_of=AS_OF,
        subsumed_by=subsumed_by,
        explain=lambda: why,
    )


REPLY_BY = date(2024, 3, 18)


def replies(value: str, *near: NearMiss, found: tuple[EventRef, ...] = (), due: date | None = REPLY_BY) -> Sought:
    return Sought(
        kind="some",
        types=("reply_sent", "acknowledgement_sent"),
        value=value,
        due=due,
        counted_from=date(2024, 3, 4) if due else None,
        counted="10 working days",
        found=found,
        near=near,
    )


def sought(kind: str, type_: str, value: str, *, found: tuple[EventRef, ...] = (), near: tuple[NearMiss, ...] = ()) -> Sought:
    return Sought(kind=kind, types=(type_,), value=value, due=None, counted_from=None, counted=None, found=found, near=near)


def late_replies(case: str, id_: str = "i1") -> list[Finding]:
    """One of each verdict, with what goes with it."""
    inquiry = event(id_, "inquiry_received", date(2024, 3, 4), 12)
    late = event("r7", "reply_sent", date(2024, 3, 20), 19)
    bare = event("k2", "acknowledgement_sent", date(2024, 3, 6), 14)
    reply = event("r1", "reply_sent", date(2024, 3, 10), 15)
    near = (NearMiss(event=late, lacks="in time", days_late=2, working_days_late=2), NearMiss(event=bare, lacks="content"))
    insert = Change(kind="insert", type="reply_sent", day=REPLY_BY, fields={"inquiry": id_})
    missing = (
        MissingFact(type="acknowledgement_sent", field="caseworker", event="k2", cause="uncovered"),
        MissingFact(type="inquiry_received", field="date_stamped_on", event=id_, cause="absent"),
        MissingFact(type="parameters", field="processing_times", event=None, cause="parameter"),
        MissingFact(type="case", field="kind", event=None, cause="uncovered"),
    )
    return [
        make_finding(
            "late-reply", Verdict.VIOLATED, case, inquiry, explanation(replies("false", *near), change=insert), REPLY_BY
        ),
        make_finding("late-reply", Verdict.SATISFIED, case, inquiry, explanation(replies("true", found=(reply,))), REPLY_BY),
        make_finding("late-reply", Verdict.PENDING, case, inquiry, explanation(replies("open")), REPLY_BY),
        make_finding("late-reply", Verdict.EXEMPT, case, inquiry, explanation()),
        make_finding(
            "late-reply", Verdict.UNDETERMINED, case, inquiry, explanation(replies("unknown", due=None), missing=missing)
        ),
    ]


def decisions(case: str) -> list[Finding]:
    """A decision without a hearing, one where the order is not known, and one by an employee with an interest."""
    decision = event("d1", "decision_made", date(2024, 4, 2), 30)
    hearing = event("h1", "hearing_sent", date(2024, 4, 2), 29)
    interest = event("x1", "interest_declared", date(2024, 3, 1), 5)
    order = tuple(MissingFact(type=one.type, field="time", event=one.id, cause="order") for one in (hearing, decision))
    insert = Change(kind="insert", type="hearing_sent", day=date(2024, 4, 1), fields={"matter": Copy(event="d1", field="matter")})
    elsewhere = NearMiss(event=hearing, lacks="matter")
    remove = Change(kind="remove", event="x1")
    return [
        make_finding(
            "decision-without-hearing",
            Verdict.VIOLATED,
            case,
            decision,
            explanation(sought("some", "hearing_sent", "false", near=(elsewhere,)), change=insert),
        ),
        make_finding(
            "decision-without-hearing",
            Verdict.UNDETERMINED,
            case,
            decision,
            explanation(sought("some", "hearing_sent", "unknown"), missing=order),
        ),
        make_finding(
            "decided-with-declared-interest",
            Verdict.VIOLATED,
            case,
            decision,
            explanation(sought("none", "interest_declared", "false", found=(interest,)), change=remove),
        ),
        make_finding(
            "decided-with-declared-interest",
            Verdict.VIOLATED,
            case,
            decision,
            explanation(),
            subsumed_by="decision-without-hearing",
        ),
    ]


def all_findings(*cases: str) -> tuple[Finding, ...]:
    return tuple(finding for case in cases for finding in (*late_replies(case), *decisions(case)))


def tallies(findings: tuple[Finding, ...]) -> tuple[RuleTally, ...]:
    made = []
    for rule, (statements, _, severity) in ABOUT.items():
        of_rule = [finding for finding in findings if finding.rule == rule]
        made.append(
            RuleTally(
                rule=rule,
                title=TITLES[rule],
                statements=statements,
                severity=severity,
                verdicts=dict(Counter(finding.verdict for finding in of_rule)),
                subsumed=sum(finding.subsumed_by is not None for finding in of_rule),
                not_applicable=3,
                partly_known=1,
            )
        )
    return tuple(made)


def make_audit(findings: tuple[Finding, ...], *names: str) -> Audit:
    activities = tuple(Activity(name=name, rows=2) for name in (names or ("Sag oprettet",)))
    return Audit(
        version="0.1.0",
        as_of=AS_OF,
        profile="guideline",
        ruleset=RuleSetInfo(name="rebild", version="0.1.0", digest="1234567890ab" + "c" * 52),
        parameters=(
            ParameterInfo(
                name="reply_deadline", title=Words(da="frist for svar", en="time limit for answers"), value="10 working days"
            ),
            ParameterInfo(
                name="forward_deadline", title=Words(da="frist for at sende videre", en="time to forward"), value="4 weeks"
            ),
        ),
        source=SourceInfo(file="sager.csv", sha256="a" * 64, mapping="sager.yaml", mapping_sha256="b" * 64),
        command="rebild-policy audit sager.csv --mapping sager.yaml --as-of 2024-05-01",
        accounting=Accounting(
            rows=1234,
            mapped=1234 - 4 * len(activities) - 4,
            skipped=7,
            duplicates=1,
            quarantined=3,
            events=1217,
            cases=len({finding.case for finding in findings}),
            irrelevant=activities,
            unmapped=activities,
            quarantine=(
                QuarantinedRow(row=17, column="Dato", reason="a date was expected"),
                QuarantinedRow(row=1204, column=None, reason="the row has 6 fields where the header has 17"),
            ),
            rows_without_case=1,
        ),
        tallies=tallies(findings),
        statistics=(
            Statistic(
                rule="decided-in-ten-days",
                title=Words(da="Afgjort inden ti hverdage", en="Decided within ten working days"),
                statements=("G25",),
                met=4,
                unmet=3,
                open=1,
                unknown=2,
            ),
        ),
        reasons=tuple(
            Reason(missing=fact, findings=count)
            for fact, count in Counter(
                fact.model_copy(update={"event": None}) for one in findings if one.explanation for fact in one.explanation.missing
            ).most_common()
        ),
        not_checkable=(
            NotCheckableRule(
                rule="complaint-not-forwarded",
                title=Words(da="Klage ikke sendt videre", en="Complaint not passed on"),
                statements=("G58",),
                missing=("complaint_received", "hearing_sent.matter"),
            ),
        ),
        assumptions=(
            Assumption(
                text=Words(da="Svaret hører til den seneste henvendelse.", en="A reply is to the latest inquiry."), count=9
            ),
            Assumption(text=Words(da="Fire uger er lånt.", en="Four weeks is borrowed.")),
        ),
        reviewed=ReviewInfo(file="answers.csv", sha256="d" * 64, cases=12, seed=1),
        reviews=(
            ReviewTally(statement="G07", yes=8, no=1, unclear=1, unanswered=2),
            ReviewTally(statement="G38", yes=0, no=0, unclear=0, unanswered=3),
        ),
        review_notes=(ReviewNote(row=None, problem="export"), ReviewNote(row=7, problem="answer")),
        findings=findings,
    )
