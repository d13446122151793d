"""The vocabulary: one model per event type, and the only place where a field is defined.

Fields marked `Link` hold ids of other events of the case. The four marked `Default` have a value that stands for an absent
one; everywhere else a missing value is absent or unknown, never assumed.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from rebild_policy.facts.base import Date, Default, Derivation, Derived, Event, Flag, Link, ManyIds, Number, OneId, Text

Inquiry = Annotated[OneId, Link(("inquiry_received",))]
Visit = Annotated[OneId, Link(("visit_received",))]
Decision = Annotated[OneId, Link(("decision_made",))]
DecisionAhead = Annotated[OneId, Link(("decision_made",), forward=True)]
Complaint = Annotated[OneId, Link(("complaint_received",))]
AccessRequest = Annotated[OneId, Link(("access_requested",))]
About = Annotated[ManyIds, Link(("*",))]


# ---------------------------------------------------------------------------------------------------------------- contact
class InquiryReceived(Event):
    """A citizen asks, applies or informs. `merged_into` names the inquiry that it is answered with."""

    type: Literal["inquiry_received"] = "inquiry_received"
    written: Flag = None
    requires_reply: Annotated[Flag, Default(True)] = None
    contactable: Annotated[Flag, Default(True)] = None
    relevant: Flag = None
    date_stamped_on: Date = None
    merged_into: Inquiry = None
    forwarded_to: Text = None
    journalised: Flag = None
    kind: Text = None

    received_on: ClassVar[Derived] = Derived(
        "date",
        "self.date_stamped_on if self.channel == 'post' else day(self)",
        "The day it counts as received: the date stamp for post, else the local day (G23, G24).",
    )
    fallbacks: ClassVar[dict[str, Derivation]] = {
        "written": Derivation(
            "bool",
            "true if self.channel in ('post', 'digital_post', 'email', 'self_service')"
            " else false if self.channel in ('phone', 'in_person') else self.written",
            "Where not given, the channel tells whether an inquiry is written.",
        )
    }


class ReplySent(Event):
    """A written or oral answer to an inquiry."""

    type: Literal["reply_sent"] = "reply_sent"
    inquiry: Inquiry = None


class AcknowledgementSent(Event):
    """A letter that the inquiry has come in. `expected_days` counts days; `automatic` is a receipt by a machine."""

    type: Literal["acknowledgement_sent"] = "acknowledgement_sent"
    inquiry: Inquiry = None
    caseworker: Text = None
    expected_by: Date = None
    expected_days: Number = None
    automatic: Annotated[Flag, Default(False)] = None


class ApplicationReceived(Event):
    """An application from which the adopted processing time runs."""

    type: Literal["application_received"] = "application_received"


class VisitReceived(Event):
    """A personal inquiry in Borgerservice."""

    type: Literal["visit_received"] = "visit_received"
    immediate_contact: Flag = None
    attempted: Flag = None


class ContactDetailsForwarded(Event):
    """The visitor's contact details were passed on to the employee who handles the case."""

    type: Literal["contact_details_forwarded"] = "contact_details_forwarded"
    visit: Visit = None
    to: Text = None


class CitizenContacted(Event):
    """An employee tried to reach the citizen; `reached` says whether it succeeded."""

    type: Literal["citizen_contacted"] = "citizen_contacted"
    visit: Visit = None
    reached: Flag = None


class GuidanceGiven(Event):
    """Advice on services, rights or duties."""

    type: Literal["guidance_given"] = "guidance_given"
    about: About = None


class MessageSent(Event):
    """A letter or message to the citizen or the representative."""

    type: Literal["message_sent"] = "message_sent"
    addressee: Literal["citizen", "representative"] | None = None
    digital: Flag = None


class ChannelAssessed(Event):
    """The form of communication was weighed for this citizen."""

    type: Literal["channel_assessed"] = "channel_assessed"


# ---------------------------------------------------------------------------------------------------------------- records
class InformationReceived(Event):
    """Information that came into the case; `adverse`: it speaks against the citizen."""

    type: Literal["information_received"] = "information_received"
    oral: Flag = None
    relevant: Flag = None
    adverse: Flag = None
    matter: Text = None
    request: Annotated[OneId, Link(("information_requested",))] = None


class AgreementMade(Event):
    """An agreement with the citizen."""

    type: Literal["agreement_made"] = "agreement_made"


class NoteRecorded(Event):
    """A note on the file, about one or more events."""

    type: Literal["note_recorded"] = "note_recorded"
    about: About = None


class InformationRequested(Event):
    """Information asked for; `essential`: the decision turns on it."""

    type: Literal["information_requested"] = "information_requested"
    source: Text = None
    essential: Flag = None
    legal_basis: Text = None
    consent: Flag = None


class InformationDisclosed(Event):
    """Information passed to somebody outside."""

    type: Literal["information_disclosed"] = "information_disclosed"
    recipient: Text = None
    legal_basis: Text = None
    consent: Flag = None


class FileAccessed(Event):
    """An employee opened the file; `case_related`: for work on the case."""

    type: Literal["file_accessed"] = "file_accessed"
    case_related: Flag = None


# ----------------------------------------------------------------------------------------------------------- impartiality
class CaseworkerAssigned(Event):
    """An employee was put on the case."""

    type: Literal["caseworker_assigned"] = "caseworker_assigned"
    employee: Text = None


class InterestDeclared(Event):
    """An employee has an interest of their own in the case, until `withdrawn_on` if that is given."""

    type: Literal["interest_declared"] = "interest_declared"
    employee: Text = None
    kind: Literal["family", "personal", "economic"] | None = None
    withdrawn_on: Date = None


# --------------------------------------------------------------------------------------------------------------- decision
class HearingSent(Event):
    """The citizen was asked to comment on the facts and assessments before the decision (partshøring)."""

    type: Literal["hearing_sent"] = "hearing_sent"
    matter: Text = None
    respond_by: Date = None
    facts_included: Flag = None
    assessments_included: Flag = None
    mode: Literal["written", "oral"] | None = None


class HearingResponse(Event):
    """The citizen's comments, or that the citizen wants to give none (`waived`)."""

    type: Literal["hearing_response"] = "hearing_response"
    hearing: Annotated[OneId, Link(("hearing_sent",))] = None
    waived: Annotated[Flag, Default(False)] = None


class HearingExempted(Event):
    """The hearing was left out; `ground` is the exemption relied on."""

    type: Literal["hearing_exempted"] = "hearing_exempted"
    matter: Text = None
    ground: Text = None


class DecisionMade(Event):
    """A decision in a matter. `act` tells a decision from a procedural step and from actual administration."""

    type: Literal["decision_made"] = "decision_made"
    matter: Text = None
    outcome: Literal["granted", "partly_granted", "refused", "burdening"] | None = None
    final: Flag = None
    act: Literal["decision", "procedural", "factual"] | None = None
    form: Literal["written", "oral"] | None = None
    confirmed_in_writing_on: Date = None
    reasons_requested_on: Date = None
    sent_on: Date = None
    reasons: Flag = None
    facts_documented: Flag = None
    legal_basis: Text = None
    complaint_guidance: Flag = None
    complaint_body: Text = None
    municipality_final: Flag = None
    final_basis: Text = None
    decided_by: Text = None


class MeasureConsidered(Event):
    """A measure weighed as an alternative; `intrusiveness` orders measures, a higher number intrudes more."""

    type: Literal["measure_considered"] = "measure_considered"
    decision: DecisionAhead = None
    measure: Text = None
    suitable: Flag = None
    intrusiveness: Number = None


class ProportionalityAssessed(Event):
    """The measure was weighed against its aim."""

    type: Literal["proportionality_assessed"] = "proportionality_assessed"
    decision: DecisionAhead = None


class MeasureStarted(Event):
    """A measure was set going on the ground of a decision."""

    type: Literal["measure_started"] = "measure_started"
    decision: Decision = None
    measure: Text = None
    intrusiveness: Number = None


# ------------------------------------------------------------------------------------------------------------------- time
class Suspension(Event):
    """Processing stands still until a day; no `until` is open-ended."""

    type: Literal["suspension"] = "suspension"
    until: Date = None
    reason: Text = None


class DelayNoticeSent(Event):
    """The citizen was told of a delay and of the new expected day."""

    type: Literal["delay_notice_sent"] = "delay_notice_sent"
    expected_by: Date = None
    awaiting: Text = None


class ClockStarted(Event):
    """The adopted processing time starts, where a case kind has a start of its own."""

    type: Literal["clock_started"] = "clock_started"


class ClockStopped(Event):
    """The adopted processing time ends, where a case kind has an end of its own."""

    type: Literal["clock_stopped"] = "clock_stopped"


# ----------------------------------------------------------------------------------------------------------------- rights
class AccessRequested(Event):
    """The citizen asked to see the file (aktindsigt)."""

    type: Literal["access_requested"] = "access_requested"


class AccessDecided(Event):
    """Access was granted in full, in part, or refused."""

    type: Literal["access_decided"] = "access_decided"
    request: AccessRequest = None
    granted: Literal["full", "partial", "refused"] | None = None
    ground: Text = None


class AccessDelayNotice(Event):
    """The citizen was told why access takes longer, and until when."""

    type: Literal["access_delay_notice"] = "access_delay_notice"
    request: AccessRequest = None
    reason: Text = None
    expected_by: Date = None


class RepresentationRequested(Event):
    """The citizen wants a representative, or a companion at the meeting (bisidder)."""

    type: Literal["representation_requested"] = "representation_requested"
    role: Literal["representative", "companion"] | None = None


class RepresentationDecided(Event):
    """The representative or companion was accepted or refused."""

    type: Literal["representation_decided"] = "representation_decided"
    request: Annotated[OneId, Link(("representation_requested",))] = None
    accepted: Flag = None
    ground: Text = None
    revoked_on: Date = None


class MeetingHeld(Event):
    """A meeting with the citizen."""

    type: Literal["meeting_held"] = "meeting_held"


# -------------------------------------------------------------------------------------------------------------- complaint
class ComplaintReceived(Event):
    """A complaint over a decision; `at` is where it was delivered."""

    type: Literal["complaint_received"] = "complaint_received"
    decision: Decision = None
    at: Literal["caseworker", "leader", "citizen_service", "other"] | None = None


class ComplaintForwarded(Event):
    """The complaint was passed on to the right person or body."""

    type: Literal["complaint_forwarded"] = "complaint_forwarded"
    complaint: Complaint = None
    to: Text = None


class ComplaintRejected(Event):
    """The complaint was turned away."""

    type: Literal["complaint_rejected"] = "complaint_rejected"
    complaint: Complaint = None
    ground: Text = None


class ComplaintReassessed(Event):
    """The municipality looked at its decision again."""

    type: Literal["complaint_reassessed"] = "complaint_reassessed"
    complaint: Complaint = None
    changed: Flag = None
    handled_by: Text = None
