"""Danish and English labels for the vocabulary, so that a report shows words and no identifier of the rule language.

A label is a phrase in lower case that stands alone or inside a sentence. Danish follows the usage of municipal
casework. Users' own event types and fields have no label here: the functions fall back to the identifier, with
blanks for underscores.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Language = Literal["da", "en"]


class Label(NamedTuple):
    """One thing, named in both languages."""

    da: str
    en: str


EVENT_TYPES: dict[str, Label] = {
    "any_event": Label("en hvilken som helst hændelse", "any event"),
    # contact
    "inquiry_received": Label("henvendelse modtaget", "inquiry received"),
    "reply_sent": Label("svar sendt", "reply sent"),
    "acknowledgement_sent": Label("kvitteringsskrivelse sendt", "acknowledgement letter sent"),
    "application_received": Label("ansøgning modtaget", "application received"),
    "visit_received": Label("personlig henvendelse i Borgerservice", "personal visit to Citizen Service"),
    "contact_details_forwarded": Label("kontaktoplysninger givet videre", "contact details passed on"),
    "citizen_contacted": Label("kontakt til borgeren", "contact with the citizen"),
    "guidance_given": Label("vejledning givet", "guidance given"),
    "message_sent": Label("meddelelse sendt", "message sent"),
    "channel_assessed": Label("kommunikationsform vurderet", "form of communication assessed"),
    # records
    "information_received": Label("oplysninger modtaget", "information received"),
    "agreement_made": Label("aftale indgået", "agreement made"),
    "note_recorded": Label("notat skrevet", "note recorded"),
    "information_requested": Label("anmodning om oplysninger sendt", "request for information sent"),
    "information_disclosed": Label("oplysninger videregivet", "information disclosed"),
    "file_accessed": Label("opslag i sagens oplysninger", "case file accessed"),
    # impartiality
    "caseworker_assigned": Label("sagsbehandler tilknyttet", "caseworker assigned"),
    "interest_declared": Label("oplysning om mulig inhabilitet", "interest in the case declared"),
    # decision
    "hearing_sent": Label("høringsbrev sendt", "hearing letter sent"),
    "hearing_response": Label("høringssvar modtaget", "hearing response received"),
    "hearing_exempted": Label("partshøring undladt", "hearing dispensed with"),
    "decision_made": Label("afgørelse truffet", "decision made"),
    "measure_considered": Label("foranstaltning overvejet", "measure considered"),
    "proportionality_assessed": Label("proportionalitet vurderet", "proportionality assessed"),
    "measure_started": Label("foranstaltning iværksat", "measure started"),
    # time
    "suspension": Label("udsættelse af sagen", "suspension of the case"),
    "delay_notice_sent": Label("underretning om forsinkelse sendt", "notice of delay sent"),
    "clock_started": Label("sagsbehandlingstid begyndt", "processing time started"),
    "clock_stopped": Label("sagsbehandlingstid afsluttet", "processing time ended"),
    # rights
    "access_requested": Label("anmodning om aktindsigt", "request for access to the file"),
    "access_decided": Label("afgørelse om aktindsigt", "decision on access to the file"),
    "access_delay_notice": Label("underretning om forsinket aktindsigt", "notice of delayed access to the file"),
    "representation_requested": Label("ønske om partsrepræsentant eller bisidder", "request for a representative or companion"),
    "representation_decided": Label(
        "stillingtagen til partsrepræsentant eller bisidder", "decision on a representative or companion"
    ),
    "meeting_held": Label("møde holdt", "meeting held"),
    # complaint
    "complaint_received": Label("klage modtaget", "complaint received"),
    "complaint_forwarded": Label("klage sendt videre", "complaint forwarded"),
    "complaint_rejected": Label("klage afvist", "complaint rejected"),
    "complaint_reassessed": Label("afgørelse genvurderet efter klage", "decision reassessed after a complaint"),
}

# Keyed "field", or "event_type.field" where the same field needs other words; the case itself counts as type "case".
FIELDS: dict[str, Label] = {
    # every event
    "case": Label("sag", "case"),
    "id": Label("hændelsens id", "event id"),
    "type": Label("hændelsestype", "type of event"),
    "time": Label("tidspunkt", "time"),
    "recorded_at": Label("registreringstidspunkt", "time of registration"),
    "actor": Label("medarbejder", "employee"),
    "unit": Label("afdeling", "department"),
    "channel": Label("kanal", "channel"),
    # the case
    "case.id": Label("sagens id", "case id"),
    "case.kind": Label("sagstype", "type of case"),
    "case.authority": Label("sagen er myndighedsudøvelse", "case exercises public authority"),
    "case.digital_post_exempt": Label("borgeren er fritaget for Digital Post", "citizen is exempt from Digital Post"),
    "case.urgent": Label("sagen haster", "case is urgent"),
    "case.competent_authority": Label("kompetent myndighed", "competent authority"),
    "case.opened": Label("sagen oprettet", "case opened"),
    "case.closed": Label("sagen afsluttet", "case closed"),
    "case.events": Label("sagens hændelser", "events of the case"),
    # contact
    "received_on": Label("modtagelsesdag", "day of receipt"),
    "written": Label("skriftlig", "in writing"),
    "requires_reply": Label("kræver svar", "requires a reply"),
    "contactable": Label("afsenderen kan kontaktes", "sender can be contacted"),
    "relevant": Label("har betydning for sagen", "matters to the case"),
    "date_stamped_on": Label("datostemplet den", "date-stamped on"),
    "merged_into": Label("behandles sammen med henvendelsen", "merged into the inquiry"),
    "forwarded_to": Label("oversendt til", "forwarded to"),
    "journalised": Label("journaliseret", "filed in the records"),
    "kind": Label("art", "kind"),
    "inquiry_received.kind": Label("henvendelsens art", "kind of inquiry"),
    "inquiry": Label("henvendelsen", "the inquiry"),
    "caseworker": Label("oplyst sagsbehandler", "caseworker named"),
    "expected_by": Label("forventes færdig den", "expected completion date"),
    "acknowledgement_sent.expected_by": Label("sagen forventes afgjort den", "expected date of decision"),
    "delay_notice_sent.expected_by": Label("sagen forventes afgjort den", "expected date of decision"),
    "access_delay_notice.expected_by": Label("aktindsigt forventes afgjort den", "expected date of access decision"),
    "expected_days": Label("forventet sagsbehandlingstid i dage", "expected processing time in days"),
    "automatic": Label("automatisk kvittering", "automatic receipt"),
    "immediate_contact": Label("umiddelbar kontakt opnået", "immediate contact made"),
    "attempted": Label("umiddelbar kontakt forsøgt", "immediate contact attempted"),
    "visit": Label("den personlige henvendelse", "the personal visit"),
    "to": Label("modtager", "recipient"),
    "contact_details_forwarded.to": Label("medarbejder, der fik oplysningerne", "employee who got the details"),
    "complaint_forwarded.to": Label("klagen sendt videre til", "complaint forwarded to"),
    "reached": Label("borgeren blev truffet", "citizen was reached"),
    "about": Label("angår", "concerns"),
    "addressee": Label("adressat", "addressee"),
    "digital": Label("sendt digitalt", "sent digitally"),
    # records
    "oral": Label("mundtlig", "oral"),
    "adverse": Label("til ugunst for borgeren", "unfavourable to the citizen"),
    "matter": Label("spørgsmål i sagen", "matter"),
    "request": Label("anmodningen", "the request"),
    "information_received.request": Label("anmodningen om oplysninger", "the request for information"),
    "source": Label("indhentet fra", "requested from"),
    "essential": Label("nødvendig for afgørelsen", "essential to the decision"),
    "legal_basis": Label("hjemmel", "legal basis"),
    "consent": Label("samtykke", "consent"),
    "recipient": Label("modtager", "recipient"),
    "case_related": Label("sagligt begrundet i en sag", "called for by a case"),
    # impartiality
    "employee": Label("medarbejder", "employee"),
    "caseworker_assigned.employee": Label("tilknyttet sagsbehandler", "assigned caseworker"),
    "interest_declared.kind": Label("interessens art", "kind of interest"),
    "withdrawn_on": Label("inhabiliteten ophørt den", "interest ceased on"),
    # decision
    "respond_by": Label("høringsfrist", "deadline for the hearing response"),
    "facts_included": Label("høringsbrevet gengiver fakta", "hearing letter gives the facts"),
    "assessments_included": Label("høringsbrevet gengiver vurderinger", "hearing letter gives the assessments"),
    "mode": Label("høringsform", "form of hearing"),
    "hearing": Label("partshøringen", "the hearing"),
    "waived": Label("afkald på at udtale sig", "right to comment waived"),
    "ground": Label("begrundelse", "ground"),
    "hearing_exempted.ground": Label("grund til at undlade partshøring", "ground for dispensing with the hearing"),
    "access_decided.ground": Label("grund til at afslå aktindsigt", "ground for refusing access"),
    "representation_decided.ground": Label("grund til afvisningen", "ground for the refusal"),
    "complaint_rejected.ground": Label("grund til at afvise klagen", "ground for rejecting the complaint"),
    "outcome": Label("udfald", "outcome"),
    "final": Label("endelig afgørelse", "final decision"),
    "act": Label("beslutningens art", "kind of act"),
    "form": Label("afgørelsens form", "form of the decision"),
    "confirmed_in_writing_on": Label("bekræftet skriftligt den", "confirmed in writing on"),
    "reasons_requested_on": Label("skriftlig begrundelse ønsket den", "written reasons requested on"),
    "sent_on": Label("afsendt den", "sent on"),
    "reasons": Label("begrundelse", "statement of reasons"),
    "facts_documented": Label("fakta dokumenteret", "facts documented"),
    "complaint_guidance": Label("klagevejledning", "complaint guidance"),
    "complaint_body": Label("klageinstans", "appeal body"),
    "municipality_final": Label("kommunens afgørelse er endelig", "municipality's decision is final"),
    "final_basis": Label("hjemmel for, at afgørelsen ikke kan påklages", "legal basis for there being no appeal"),
    "decided_by": Label("afgjort af", "decided by"),
    "decision": Label("afgørelsen", "the decision"),
    "complaint_received.decision": Label("den påklagede afgørelse", "the decision complained about"),
    "measure": Label("foranstaltning", "measure"),
    "suitable": Label("egnet til formålet", "suited to the aim"),
    "intrusiveness": Label("grad af indgriben", "degree of intrusion"),
    # time
    "until": Label("udsat til og med", "suspended until and including"),
    "reason": Label("årsag", "reason"),
    "suspension.reason": Label("årsag til udsættelsen", "reason for the suspension"),
    "access_delay_notice.reason": Label("årsag til forsinkelsen", "reason for the delay"),
    "awaiting": Label("afventer", "awaiting"),
    # rights
    "access_decided.request": Label("anmodningen om aktindsigt", "the request for access"),
    "access_delay_notice.request": Label("anmodningen om aktindsigt", "the request for access"),
    "representation_decided.request": Label(
        "ønsket om partsrepræsentant eller bisidder", "the request for a representative or companion"
    ),
    "granted": Label("aktindsigtens omfang", "extent of access granted"),
    "role": Label("rolle", "role"),
    "accepted": Label("godtaget", "accepted"),
    "revoked_on": Label("tilbagekaldt den", "revoked on"),
    # complaint
    "complaint": Label("klagen", "the complaint"),
    "at": Label("klagen modtaget hos", "complaint received by"),
    "changed": Label("afgørelsen ændret", "decision changed"),
    "handled_by": Label("genvurderet af", "reassessed by"),
}

# Keyed "value", or "field.value" where the same value needs other words.
VALUES: dict[str, Label] = {
    "true": Label("ja", "yes"),
    "false": Label("nej", "no"),
    # channel
    "post": Label("brevpost", "post"),
    "digital_post": Label("Digital Post", "Digital Post"),
    "email": Label("e-mail", "email"),
    "self_service": Label("selvbetjening", "self-service"),
    "phone": Label("telefon", "phone"),
    "in_person": Label("personligt fremmøde", "in person"),
    "other": Label("andet", "other"),
    "channel.other": Label("anden kanal", "another channel"),
    # kind of inquiry, kind of interest
    "application": Label("ansøgning", "application"),
    "family": Label("familiær interesse", "family interest"),
    "personal": Label("personlig interesse", "personal interest"),
    "economic": Label("økonomisk interesse", "financial interest"),
    # outcome, act and form of a decision
    "granted": Label("fuldt medhold", "granted in full"),
    "partly_granted": Label("delvist medhold", "granted in part"),
    "refused": Label("afslag", "refused"),
    "burdening": Label("bebyrdende", "burdening"),
    "decision": Label("afgørelse", "decision"),
    "procedural": Label("procesledende beslutning", "procedural step"),
    "factual": Label("faktisk forvaltningsvirksomhed", "factual act without a decision"),
    "written": Label("skriftlig", "written"),
    "oral": Label("mundtlig", "oral"),
    # extent of access
    "full": Label("fuld", "full"),
    "partial": Label("delvis", "partial"),
    "granted.full": Label("fuld aktindsigt", "full access"),
    "granted.partial": Label("delvis aktindsigt", "partial access"),
    "granted.refused": Label("afslag på aktindsigt", "access refused"),
    # role, addressee
    "representative": Label("partsrepræsentant", "representative"),
    "companion": Label("bisidder", "companion"),
    "citizen": Label("borgeren", "the citizen"),
    # where a complaint was received
    "caseworker": Label("sagsbehandleren", "the caseworker"),
    "leader": Label("lederen", "the manager"),
    "citizen_service": Label("Borgerservice", "Citizen Service"),
    "at.other": Label("et andet sted i kommunen", "elsewhere in the municipality"),
}

VERDICTS: dict[str, Label] = {
    "satisfied": Label("opfyldt", "satisfied"),
    "violated": Label("mulig afvigelse", "possible deviation"),
    "pending": Label("afventer", "pending"),
    "undetermined": Label("uafklaret", "undetermined"),
    "exempt": Label("undtaget", "exempt"),
    "not applicable": Label("ikke relevant", "not applicable"),
    "not_checkable": Label("kan ikke efterprøves med denne kilde", "not checkable with this source"),
    "waived": Label("accepteret afvigelse", "accepted deviation"),
}

SEVERITIES: dict[str, Label] = {
    "low": Label("lav", "low"),
    "medium": Label("middel", "medium"),
    "high": Label("høj", "high"),
}


def event_label(event_type: str, lang: Language) -> str:
    """Name an event type, for instance "høringsbrev sendt"."""
    return _say(EVENT_TYPES, (event_type,), lang)


def field_label(event_type: str, field: str, lang: Language) -> str:
    """Name a field of an event type, or of the case itself with "case" as the type."""
    return _say(FIELDS, (f"{event_type}.{field}", field), lang)


def value_label(field: str, value: str | bool, lang: Language) -> str:
    """Name a value of an enum field (the bare field name, as in "outcome"); a truth value is yes or no."""
    value = str(value).lower() if isinstance(value, bool) else value
    return _say(VALUES, (f"{field}.{value}", value), lang)


def _say(labels: Mapping[str, Label], keys: tuple[str, ...], lang: Language) -> str:
    """Return the label of the first known key; without one, the last key in words."""
    for key in keys:
        if key in labels:
            return labels[key].da if lang == "da" else labels[key].en
    return keys[-1].replace("_", " ")
