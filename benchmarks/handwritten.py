"""The nine rules of the first issue written out by hand, for the guideline profile: what the compiled engine is measured by.

One pass sorts the visible events by type, then one function for each area of the guideline judges them. It knows one profile,
one reading of equal days (`unknown`), the default calendar and a source that covers everything, and nothing else: that is
what a hand can save over an engine. Truths are numbers on the chain false < unknown < open < true.

Where it looks odd it is for speed, and each was measured: events are read through their `__dict__`, which is a dictionary
look-up where an attribute of a pydantic model is a search of its class; a `Row` is made by `tuple.__new__`, which takes half
the time of calling `Row`; all due dates are computed beforehand.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from rebild_policy.calendar import COPENHAGEN, Calendar, Duration
from rebild_policy.facts import Case
from rebild_policy.results import Row, Verdict

Fields: TypeAlias = dict[str, Any]

FALSE, UNKNOWN, OPEN, TRUE = range(4)

SATISFIED, EXEMPT, UNDETERMINED = Verdict.SATISFIED, Verdict.EXEMPT, Verdict.UNDETERMINED
# The verdict of a requirement that is false, unknown, open or true, where the rule applies and nothing exempts.
SAID = (Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING, Verdict.SATISFIED)
# The same where it is unknown whether the rule applies.
SAID_IN_DOUBT = (Verdict.UNDETERMINED, Verdict.UNDETERMINED, Verdict.UNDETERMINED, Verdict.SATISFIED)

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range((LAST_DAY - FIRST_DAY).days + 1)]
CALENDAR = Calendar()
REPLY_DUE = {day: CALENDAR.due(day, Duration(10, "working days")) for day in DAYS}
FORWARD_DUE = {day: CALENDAR.due(day, Duration(4, "weeks")) for day in DAYS}

TYPES = {
    "complaint_received",
    "complaint_forwarded",
    "inquiry_received",
    "acknowledgement_sent",
    "reply_sent",
    "decision_made",
    "hearing_sent",
    "hearing_response",
    "interest_declared",
}
WRITTEN = {"post": True, "digital_post": True, "email": True, "self_service": True, "phone": False, "in_person": False}
NONE: list[Fields] = []

new = tuple.__new__


def verdicts(case: Case, as_of: date) -> list[Row]:
    """The verdicts of all nine rules on `case` as of the end of a day, in the order of the rules' files."""
    seen: dict[str, list[Fields]] = {}
    for event in case.events:
        fields = event.__dict__
        type_ = fields["type"]
        if type_ in TYPES:
            day = fields.get("day") or local_day(fields)
            if day <= as_of:
                if type_ in seen:
                    seen[type_].append(fields)
                else:
                    seen[type_] = [fields]
    rows: list[Row] = []
    if "complaint_received" in seen:
        complaints(rows, case, as_of, seen["complaint_received"], seen.get("complaint_forwarded", NONE))
    if "inquiry_received" in seen:
        replies, acknowledgements = seen.get("reply_sent", NONE), seen.get("acknowledgement_sent", NONE)
        contact(rows, case, as_of, seen["inquiry_received"], acknowledgements, replies)
    if "decision_made" in seen:
        hearings, responses = seen.get("hearing_sent", NONE), seen.get("hearing_response", NONE)
        decisions(rows, case, seen["decision_made"], hearings, responses, seen.get("interest_declared", NONE))
    return rows


def local_day(fields: Fields) -> date:
    """The event's local day, kept where its cached property `day` would keep it, which takes six times as long."""
    time: date | datetime = fields["time"]
    if isinstance(time, datetime):
        day = time.date() if time.tzinfo is COPENHAGEN else time.astimezone(COPENHAGEN).date()
    else:
        day = time
    fields["day"] = day
    return day


def on_one_day(case: Case, first: Fields, second: Fields, linked: bool | None) -> int:
    """Is `first` earlier than `second`, both of one day? `linked` is what the links between them say, None if nothing."""
    one, other = first["time"], second["time"]
    clocks = isinstance(one, datetime) and isinstance(other, datetime)
    if clocks:
        one, other = one.astimezone(UTC), other.astimezone(UTC)
        if one != other:
            return TRUE if one < other else FALSE
    if linked is not None:
        return TRUE if linked else FALSE
    if clocks:
        return TRUE if case.positions[first["id"]] < case.positions[second["id"]] else FALSE
    return UNKNOWN


# -------------------------------------------------------------------------------------------------------------- complaints
def complaints(rows: list[Row], case: Case, as_of: date, received: list[Fields], forwarded: list[Fields]) -> None:
    """complaint-not-forwarded."""
    for complaint in received:
        at = complaint["at"]
        if at is not None and at != "citizen_service":
            continue
        id_, day = complaint["id"], complaint["day"]
        due = FORWARD_DUE.get(day)
        passed_on = UNKNOWN if due is None else OPEN if as_of <= due else FALSE
        for forwarding in forwarded:
            if due is not None and forwarding["complaint"] == id_ and day <= forwarding["day"] <= due:
                if day != forwarding["day"]:
                    passed_on = TRUE
                    break
                # The forwarding links back; a complaint that names it as the decision complained of contradicts that.
                linked = None if complaint["decision"] == forwarding["id"] else True
                passed_on = max(passed_on, on_one_day(case, complaint, forwarding, linked))
        said = SAID if at else SAID_IN_DOUBT
        rows.append(new(Row, ("complaint-not-forwarded", id_, (), said[passed_on], due)))


# ----------------------------------------------------------------------------------------------------------------- contact
def contact(
    rows: list[Row],
    case: Case,
    as_of: date,
    inquiries: list[Fields],
    acknowledgements: list[Fields],
    replies: list[Fields],
) -> None:
    """The two rules on acknowledgements, late-reply and post-without-date-stamp."""
    durations: list[Row] = []
    for acknowledgement in acknowledgements:
        inquiry_id = acknowledgement["inquiry"]
        if inquiry_id is None or acknowledgement["automatic"]:
            continue
        for inquiry in inquiries:
            if inquiry["id"] == inquiry_id:
                break
        else:
            continue
        id_, key = acknowledgement["id"], (inquiry_id,)
        named = acknowledgement["caseworker"] is not None
        lasting = acknowledgement["expected_by"] is not None or acknowledgement["expected_days"] is not None
        if named and lasting:
            rows.append(new(Row, ("acknowledgement-without-caseworker", id_, key, SATISFIED, None)))
            durations.append(new(Row, ("acknowledgement-without-duration", id_, key, SATISFIED, None)))
            continue
        # The deadline is a parameter in force from 1990 on, and it is asked for on the day of the acknowledgement.
        due = REPLY_DUE.get(received_on(inquiry)) if acknowledgement["day"] >= FIRST_DAY else None
        replied = UNKNOWN if due is None else OPEN if as_of <= due else FALSE
        if due is not None:
            for reply in replies:
                if reply["inquiry"] == inquiry_id and reply["day"] <= due:
                    replied = max(replied, answered(case, inquiry, reply))
        said = EXEMPT if replied == TRUE else SAID[replied]
        rows.append(
            new(Row, ("acknowledgement-without-caseworker", id_, key, SATISFIED, None))
            if named
            else new(Row, ("acknowledgement-without-caseworker", id_, key, said, due))
        )
        durations.append(
            new(Row, ("acknowledgement-without-duration", id_, key, SATISFIED, None))
            if lasting
            else new(Row, ("acknowledgement-without-duration", id_, key, said, due))
        )
    rows += durations

    letters: list[Row] = []
    for inquiry in inquiries:
        channel, written = inquiry["channel"], inquiry["written"]
        if written is None:
            written = WRITTEN.get(channel)
        if written is False:
            continue
        id_, day, merged_into = inquiry["id"], inquiry["day"], inquiry["merged_into"]
        due = REPLY_DUE.get(received_on(inquiry)) if day >= FIRST_DAY else None
        replied = UNKNOWN if due is None else OPEN if as_of <= due else FALSE
        if due is not None:
            for reply in replies:
                about = reply["inquiry"]
                if about is not None and (about == id_ or about == merged_into) and reply["day"] <= due:
                    replied = max(replied, answered(case, inquiry, reply))
            if replied != TRUE:
                for acknowledgement in acknowledgements:
                    about = acknowledgement["inquiry"]
                    if (
                        about is not None
                        and (about == id_ or about == merged_into)
                        and acknowledgement["day"] <= due
                        and not acknowledgement["automatic"]
                        and acknowledgement["caseworker"] is not None
                        and (acknowledgement["expected_by"] is not None or acknowledgement["expected_days"] is not None)
                    ):
                        replied = max(replied, answered(case, inquiry, acknowledgement))
        if replied == TRUE:
            rows.append(new(Row, ("late-reply", id_, (), SATISFIED, due)))
        elif (
            inquiry["requires_reply"] is False
            or inquiry["contactable"] is False
            or inquiry["forwarded_to"] is not None
            or merged_into is not None
        ):
            rows.append(new(Row, ("late-reply", id_, (), EXEMPT, None)))
        else:
            rows.append(new(Row, ("late-reply", id_, (), SAID[replied] if written else UNDETERMINED, due)))
        if channel is None or channel == "post":
            stamp = inquiry["date_stamped_on"]
            if stamp is None:
                stamped = FALSE
            elif stamp <= day:
                stamped = TRUE
            else:
                stamped = stamped_before(case, inquiry, stamp, replies)
                if stamped != FALSE:
                    stamped = min(stamped, stamped_before(case, inquiry, stamp, acknowledgements))
            said = SAID if channel and written else SAID_IN_DOUBT
            letters.append(new(Row, ("post-without-date-stamp", id_, (), said[stamped], None)))
    rows += letters


def received_on(inquiry: Fields) -> date | None:
    """The date stamp for post, else the local day; None if the channel is not known."""
    channel = inquiry["channel"]
    received: date | None = inquiry["date_stamped_on"] if channel == "post" else inquiry["day"] if channel else None
    return received


def answered(case: Case, inquiry: Fields, answer: Fields) -> int:
    """Does the reply or acknowledgement come after the inquiry?"""
    day, answer_day = inquiry["day"], answer["day"]
    if day != answer_day:
        return TRUE if day < answer_day else FALSE
    back = answer["inquiry"] == inquiry["id"]
    ahead = inquiry["merged_into"] == answer["id"]
    return on_one_day(case, inquiry, answer, back if back != ahead else None)


def stamped_before(case: Case, inquiry: Fields, stamp: date, answers: list[Fields]) -> int:
    """Is there no answer to the letter from before the day of its stamp?"""
    stamped = TRUE
    for answer in answers:
        if answer["inquiry"] == inquiry["id"] and answer["day"] < stamp:
            order = answered(case, inquiry, answer)
            if order == TRUE:
                return FALSE
            if order == UNKNOWN:
                stamped = UNKNOWN
    return stamped


# --------------------------------------------------------------------------------------------------------------- decisions
def decisions(
    rows: list[Row],
    case: Case,
    made: list[Fields],
    hearings: list[Fields],
    responses: list[Fields],
    interests: list[Fields],
) -> None:
    """The two rules on hearings, decision-without-reasons and decided-with-declared-interest."""
    unheard: list[Row] = []
    unreasoned: list[Row] = []
    partial: list[Row] = []
    for decision in made:
        id_, day, act = decision["id"], decision["day"], decision["act"]
        if act is None or act == "decision":
            reasons = decision["reasons"]
            reasoned = UNKNOWN if reasons is None else TRUE if reasons else FALSE
            said = SAID if act else SAID_IN_DOUBT
            unreasoned.append(new(Row, ("decision-without-reasons", id_, (), said[reasoned], None)))

            outcome, final = decision["outcome"], decision["final"]
            if outcome != "granted" and final is not False:
                applies = act is not None and outcome is not None and final is not None
                matter = decision["matter"]
                heard = FALSE
                for hearing in hearings:
                    hearing_day, hearing_matter = hearing["day"], hearing["matter"]
                    if hearing_day > day or (hearing_matter != matter and hearing_matter is not None and matter is not None):
                        continue
                    fits = UNKNOWN if matter is None or hearing_matter is None else TRUE
                    if hearing_day == day:
                        fits = min(fits, on_one_day(case, hearing, decision, None))
                        if fits == FALSE:
                            continue
                    if fits > heard:
                        heard = fits
                    respond_by = hearing["respond_by"]
                    completed = UNKNOWN if respond_by is None else TRUE if respond_by < day else FALSE
                    if completed != TRUE:
                        for response in responses:
                            if response["hearing"] == hearing["id"] and hearing_day <= response["day"] <= day:
                                completed = max(completed, between(case, hearing, response, decision))
                    said = SAID if applies and fits == TRUE else SAID_IN_DOUBT
                    rows.append(new(Row, ("decision-before-hearing-deadline", id_, (hearing["id"],), said[completed], None)))
                said = SAID if applies else SAID_IN_DOUBT
                unheard.append(new(Row, ("decision-without-hearing", id_, (), said[heard], None)))

        impartial = TRUE
        for interest in interests:
            if interest["day"] <= day:
                impartial = min(impartial, kept_out(case, interest, decision))
        partial.append(new(Row, ("decided-with-declared-interest", id_, (), SAID[impartial], None)))
    rows += unheard
    rows += unreasoned
    rows += partial


def between(case: Case, hearing: Fields, response: Fields, decision: Fields) -> int:
    """Does the response, which names the hearing, come after it and before the decision?"""
    after = before = TRUE
    if hearing["day"] == response["day"]:
        after = on_one_day(case, hearing, response, True)
    if response["day"] == decision["day"]:
        before = on_one_day(case, response, decision, None)
    return min(after, before)


def kept_out(case: Case, interest: Fields, decision: Fields) -> int:
    """Did the interest, declared by the day of the decision, keep out of it?"""
    employee, decided_by = interest["employee"], decision["decided_by"]
    if employee != decided_by and employee is not None and decided_by is not None:
        return TRUE
    withdrawn_on = interest["withdrawn_on"]
    if withdrawn_on is not None and withdrawn_on < decision["day"]:
        return TRUE
    order = TRUE
    if interest["day"] == decision["day"]:
        order = on_one_day(case, interest, decision, None)
        if order == FALSE:
            return TRUE
    known = order == TRUE and interest["kind"] is not None and employee is not None and decided_by is not None
    return FALSE if known else UNKNOWN
