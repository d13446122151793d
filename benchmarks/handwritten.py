"""Ten rules written out by hand: what the compiled engine is measured against.

It does one job: the guideline profile, a source that covers everything, the default calendar, parameters as shipped, and equal
days read as `unknown`. There is one function for each area of the guideline. Truths are numbers on the chain
false < unknown < open < true; a value that is absent makes a comparison unknown, which is written out wherever it can happen.

What looks odd is there for speed, and each was measured. A `Row` is made by `tuple.__new__`, in half the time of calling `Row`.
Due dates are looked up, not counted. Rules that look at the same events share a loop. What most cases need stands in the
loop; what few need, such as the order of two events of one day, is a function.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from rebild_policy.calendar import Calendar, Duration
from rebild_policy.facts import Case
from rebild_policy.loading import RuleSet
from rebild_policy.results import Row, Verdict

Fields: TypeAlias = dict[str, Any]  # of one event
Events: TypeAlias = dict[str, list[Fields]]  # by type, in source order

RULES = (
    "complaint-not-forwarded",
    "acknowledgement-without-caseworker",
    "acknowledgement-without-duration",
    "late-reply",
    "post-without-date-stamp",
    "visitor-not-contacted",
    "decision-before-hearing-deadline",
    "decision-without-hearing",
    "decision-without-reasons",
    "decided-with-declared-interest",
)

FALSE, UNKNOWN, OPEN, TRUE = range(4)

SATISFIED, EXEMPT, UNDETERMINED = Verdict.SATISFIED, Verdict.EXEMPT, Verdict.UNDETERMINED
# What is said of a requirement that is false, unknown, open or true; and where it is unknown whether the rule applies.
SAID = (Verdict.VIOLATED, UNDETERMINED, Verdict.PENDING, SATISFIED)
SAID_IN_DOUBT = (UNDETERMINED, UNDETERMINED, UNDETERMINED, SATISFIED)

FORWARD_DEADLINE = timedelta(weeks=4)
REPLY_DEADLINE = CONTACT_DEADLINE = Duration(10, "working days")
CALENDAR = Calendar()
# For every day that an event can have; a date stamp can have others, and then there is no due date.
DAYS = [date.fromordinal(number) for number in range(date(1990, 1, 1).toordinal(), date(2101, 1, 1).toordinal())]
REPLY_DUE = {day: CALENDAR.due(day, REPLY_DEADLINE) for day in DAYS}
CONTACT_DUE = {day: CALENDAR.due(day, CONTACT_DEADLINE) for day in DAYS}

WRITTEN = {"post": True, "digital_post": True, "email": True, "self_service": True, "phone": False, "in_person": False}
NO_FACTS: list[Fields] = []

new = tuple.__new__


def only_these(ruleset: RuleSet, names: Iterable[str] = RULES) -> RuleSet:
    """The rule set with the ten rules alone, or some of them, in its own order. Raises `RuleError` where it lacks one."""
    return ruleset.only(*names)


def verdicts(case: Case, as_of: date) -> list[Row]:
    """The verdicts of the ten rules on `case` as of the end of a day, in the order of the rule files and of the source."""
    # What `facts` does too, less the call.
    events = case.by_type if case.last_day <= as_of else case.facts(as_of)
    rows: list[Row] = []
    if "complaint_received" in events:
        complaints(rows, case, as_of, events)
    if "inquiry_received" in events:
        inquiries(rows, case, as_of, events)
    if "visit_received" in events:
        visits(rows, case, as_of, events)
    if "decision_made" in events:
        decisions(rows, case, events)
    return rows


def on_one_day(case: Case, first: Fields, second: Fields, linked: bool | None) -> int:
    """Is `first` earlier than `second`, where both are of one day? `linked` is what the links between them say, if anything."""
    one, other = first["time"], second["time"]
    clocks = isinstance(one, datetime) and isinstance(other, datetime)
    if clocks:
        # In UTC: two local times in one zone compare by their clocks, wrong in the hour that the end of summer time repeats.
        one, other = one.astimezone(UTC), other.astimezone(UTC)
        if one != other:
            return TRUE if one < other else FALSE
    if linked is not None:
        return TRUE if linked else FALSE
    if clocks:
        return TRUE if case.positions[first["id"]] < case.positions[second["id"]] else FALSE
    return UNKNOWN


# -------------------------------------------------------------------------------------------------------------- complaints
def complaints(rows: list[Row], case: Case, as_of: date, events: Events) -> None:
    """complaint-not-forwarded."""
    for complaint in events["complaint_received"]:
        at = complaint["at"]
        if at != "citizen_service" and at is not None:
            continue
        id_, day = complaint["id"], complaint["day"]
        due = day + FORWARD_DEADLINE
        forwarded = OPEN if as_of <= due else FALSE
        for type_ in ("complaint_forwarded", "complaint_reassessed"):
            for answer in events.get(type_, NO_FACTS):
                if answer["complaint"] == id_ and day <= answer["day"] <= due:
                    # It links back to the complaint, which contradicts that by naming it as the decision complained of.
                    linked = None if complaint["decision"] == answer["id"] else True
                    order = TRUE if day < answer["day"] else on_one_day(case, complaint, answer, linked)
                    forwarded = max(forwarded, order)
        said = SAID if at else SAID_IN_DOUBT
        rows.append(new(Row, ("complaint-not-forwarded", id_, (), said[forwarded], due)))


# ----------------------------------------------------------------------------------------------------------------- contact
def inquiries(rows: list[Row], case: Case, as_of: date, events: Events) -> None:  # noqa: C901, PLR0912 - two rules, one loop
    """The four rules on inquiries: both on acknowledgements, late-reply and post-without-date-stamp."""
    answers = events.get("reply_sent", NO_FACTS)
    if "acknowledgement_sent" in events:
        # A new list: the other belongs to the case.
        answers = answers + [letter for letter in events["acknowledgement_sent"] if is_full(letter)]
        acknowledgements(rows, case, as_of, events, answers)
    letters: list[Row] = []
    for inquiry in events["inquiry_received"]:
        channel, written = inquiry["channel"], inquiry["written"]
        if written is None:
            written = WRITTEN.get(channel)
        if written is False:
            continue
        id_, day, merged_into = inquiry["id"], inquiry["day"], inquiry["merged_into"]
        # As `reply_due` has it, less the call.
        due = REPLY_DUE.get(inquiry["date_stamped_on"]) if channel == "post" else REPLY_DUE[day] if channel else None
        if due is None:
            replied = UNKNOWN
        else:
            replied = OPEN if as_of <= due else FALSE
            for answer in answers:
                about = answer["inquiry"]
                if about == id_ or (about == merged_into and about is not None):
                    if day < answer["day"] <= due:
                        replied = TRUE
                        break
                    if day == answer["day"] <= due:
                        replied = max(replied, answered_that_day(case, inquiry, answer))
        if replied == TRUE:
            rows.append(new(Row, ("late-reply", id_, (), SATISFIED, due)))
        elif needs_no_reply(inquiry):
            rows.append(new(Row, ("late-reply", id_, (), EXEMPT, None)))
        else:
            rows.append(new(Row, ("late-reply", id_, (), SAID[replied] if written else UNDETERMINED, due)))

        if channel == "post" or channel is None:
            said = SAID if channel and written else SAID_IN_DOUBT
            letters.append(new(Row, ("post-without-date-stamp", id_, (), said[stamped(case, inquiry, events)], None)))
    rows += letters


def is_full(acknowledgement: Fields) -> bool:
    """Does it name caseworker and expected time, and is it no receipt by a machine?"""
    return (
        acknowledgement["caseworker"] is not None
        and (acknowledgement["expected_by"] is not None or acknowledgement["expected_days"] is not None)
        and not acknowledgement["automatic"]
    )


def acknowledgements(  # noqa: PLR0912 - two rules, one loop
    rows: list[Row], case: Case, as_of: date, events: Events, answers: list[Fields]
) -> None:
    """acknowledgement-without-caseworker and -without-duration. `answers`: the replies, and the acknowledgements in full."""
    durations: list[Row] = []
    for acknowledgement in events["acknowledgement_sent"]:
        if acknowledgement["automatic"]:
            continue
        about = acknowledgement["inquiry"]
        for inquiry in events["inquiry_received"]:
            if inquiry["id"] == about:
                break
        else:
            continue
        written = inquiry["written"]
        if written is None:
            written = WRITTEN.get(inquiry["channel"])
        if written is False:
            continue
        id_, key = acknowledgement["id"], (about,)
        named = acknowledgement["caseworker"] is not None
        lasting = acknowledgement["expected_by"] is not None or acknowledgement["expected_days"] is not None
        if named and lasting:
            rows.append(new(Row, ("acknowledgement-without-caseworker", id_, key, SATISFIED, None)))
            durations.append(new(Row, ("acknowledgement-without-duration", id_, key, SATISFIED, None)))
            continue
        due = reply_due(inquiry)
        replied = answered(case, as_of, due, inquiry, answers)
        if replied == TRUE:
            said = EXEMPT
        elif needs_no_reply(inquiry):
            said, due = EXEMPT, None
        else:
            said = SAID[replied] if written else UNDETERMINED
        if named:
            rows.append(new(Row, ("acknowledgement-without-caseworker", id_, key, SATISFIED, None)))
        else:
            rows.append(new(Row, ("acknowledgement-without-caseworker", id_, key, said, due)))
        if lasting:
            durations.append(new(Row, ("acknowledgement-without-duration", id_, key, SATISFIED, None)))
        else:
            durations.append(new(Row, ("acknowledgement-without-duration", id_, key, said, due)))
    rows += durations


def needs_no_reply(inquiry: Fields) -> bool:
    """Is there nothing to answer here: no reply is due, or none can be given, or it is given elsewhere?"""
    return (
        inquiry["merged_into"] is not None
        or inquiry["requires_reply"] is False
        or inquiry["contactable"] is False
        or inquiry["forwarded_to"] is not None
    )


def reply_due(inquiry: Fields) -> date | None:
    """The last day to answer: counted from the date stamp for post, else from the local day; unknown for no channel."""
    channel = inquiry["channel"]
    if channel == "post":
        return REPLY_DUE.get(inquiry["date_stamped_on"])
    return REPLY_DUE[inquiry["day"]] if channel else None


def answered(case: Case, as_of: date, due: date | None, inquiry: Fields, answers: list[Fields]) -> int:
    """Did an answer to this very inquiry come after it and by the due date?"""
    if due is None:
        return UNKNOWN
    replied = OPEN if as_of <= due else FALSE
    for answer in answers:
        if answer["inquiry"] == inquiry["id"] and inquiry["day"] <= answer["day"] <= due:
            order = TRUE if inquiry["day"] < answer["day"] else answered_that_day(case, inquiry, answer)
            replied = max(replied, order)
    return replied


def answered_that_day(case: Case, inquiry: Fields, answer: Fields) -> int:
    """Does the answer come after the inquiry of the same day?"""
    back, ahead = answer["inquiry"] == inquiry["id"], inquiry["merged_into"] == answer["id"]
    return on_one_day(case, inquiry, answer, back if back != ahead else None)


def stamped(case: Case, inquiry: Fields, events: Events) -> int:
    """Was the letter stamped on the day it came, or at least no later than any answer?"""
    id_, day, stamp = inquiry["id"], inquiry["day"], inquiry["date_stamped_on"]
    if stamp is None:
        return FALSE
    if stamp <= day:
        return TRUE
    in_time = TRUE
    for answer in (*events.get("reply_sent", NO_FACTS), *events.get("acknowledgement_sent", NO_FACTS)):
        if answer["inquiry"] == id_ and day <= answer["day"] < stamp and not answer.get("automatic"):
            order = TRUE if day < answer["day"] else answered_that_day(case, inquiry, answer)
            if order == TRUE:
                return FALSE
            if order == UNKNOWN:
                in_time = UNKNOWN
    return in_time


def visits(rows: list[Row], case: Case, as_of: date, events: Events) -> None:
    """visitor-not-contacted."""
    for visit in events["visit_received"]:
        immediate = visit["immediate_contact"]
        if immediate:
            continue
        id_, day = visit["id"], visit["day"]
        due = CONTACT_DUE[day]
        contacted = OPEN if as_of <= due else FALSE
        for contact in events.get("citizen_contacted", NO_FACTS):
            reached = contact["reached"]
            if contact["visit"] == id_ and reached is not False and day <= contact["day"] <= due:
                order = TRUE if day < contact["day"] else on_one_day(case, visit, contact, linked=True)
                contacted = max(contacted, order if reached else min(order, UNKNOWN))
        said = SAID if immediate is False else SAID_IN_DOUBT
        rows.append(new(Row, ("visitor-not-contacted", id_, (), said[contacted], due)))


# --------------------------------------------------------------------------------------------------------------- decisions
def decisions(rows: list[Row], case: Case, events: Events) -> None:
    """The four rules on decisions: both on hearings, decision-without-reasons and decided-with-declared-interest."""
    unheard: list[Row] = []
    unreasoned: list[Row] = []
    interested: list[Row] = []
    for decision in events["decision_made"]:
        id_, act = decision["id"], decision["act"]
        if act == "decision" or act is None:
            outcome, final = decision["outcome"], decision["final"]
            if outcome != "granted" and final is not False:
                said = SAID if act and outcome and final else SAID_IN_DOUBT
                heard = hearings(rows, case, decision, said, events) if "hearing_sent" in events else FALSE
                unheard.append(new(Row, ("decision-without-hearing", id_, (), said[heard], None)))
            reasons = decision["reasons"]
            reasoned = TRUE if reasons else UNKNOWN if reasons is None else FALSE
            said = SAID if act else SAID_IN_DOUBT
            unreasoned.append(new(Row, ("decision-without-reasons", id_, (), said[reasoned], None)))
        impartial = TRUE
        for interest in events.get("interest_declared", NO_FACTS):
            impartial = min(impartial, free_of(interest, case, decision))
        interested.append(new(Row, ("decided-with-declared-interest", id_, (), SAID[impartial], None)))
    rows += unheard
    rows += unreasoned
    rows += interested


def hearings(rows: list[Row], case: Case, decision: Fields, said: tuple[Verdict, ...], events: Events) -> int:
    """decision-before-hearing-deadline. Gives back whether there was a hearing in the matter before the decision at all.

    `said` tells whether it is certain that the decision was final and adverse.
    """
    heard = FALSE
    id_, day, matter = decision["id"], decision["day"], decision["matter"]
    for hearing in events["hearing_sent"]:
        sent, about = hearing["day"], hearing["matter"]
        if sent > day or (about != matter and about is not None and matter is not None):
            continue
        preceding = UNKNOWN if about is None or matter is None else TRUE
        if sent == day:
            preceding = min(preceding, on_one_day(case, hearing, decision, None))
            if preceding == FALSE:
                continue
        heard = max(heard, preceding)
        hearing_id, respond_by = hearing["id"], hearing["respond_by"]
        if respond_by is not None and respond_by < day:
            completed = TRUE
        else:
            completed = UNKNOWN if respond_by is None else FALSE
            for response in events.get("hearing_response", NO_FACTS):
                if response["hearing"] == hearing_id and sent <= response["day"] <= day:
                    completed = max(completed, between(case, hearing, response, decision))
        verdict = (said if preceding == TRUE else SAID_IN_DOUBT)[completed]
        rows.append(new(Row, ("decision-before-hearing-deadline", id_, (hearing_id,), verdict, None)))
    return heard


def between(case: Case, hearing: Fields, response: Fields, decision: Fields) -> int:
    """Does the response come after the hearing, which it links to, and before the decision?"""
    after = TRUE if hearing["day"] < response["day"] else on_one_day(case, hearing, response, linked=True)
    before = TRUE if response["day"] < decision["day"] else on_one_day(case, response, decision, None)
    return min(after, before)


def free_of(interest: Fields, case: Case, decision: Fields) -> int:
    """Is the decision free of this interest: declared later, another employee's, or withdrawn before?"""
    day, employee, decided_by = decision["day"], interest["employee"], decision["decided_by"]
    declared_on, withdrawn_on = interest["day"], interest["withdrawn_on"]
    if (
        declared_on > day
        or (employee != decided_by and employee is not None and decided_by is not None)
        or (withdrawn_on is not None and withdrawn_on < day)
    ):
        return TRUE
    before = TRUE if declared_on < day else on_one_day(case, interest, decision, None)
    if before == FALSE:
        return TRUE
    known = before == TRUE and interest["kind"] is not None and employee is not None and decided_by is not None
    return FALSE if known else UNKNOWN
