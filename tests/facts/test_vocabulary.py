# ruff: noqa: E501 - one type a line
"""The vocabulary is the one of the design: every type, field, link, enum and default, and no other."""

import re

import pytest

from rebild_policy.errors import RuleError
from rebild_policy.facts import events, vocabulary
from rebild_policy.facts.base import REGISTRY

BASE = {"id", "actor", "unit", "channel"}
# As docs give it: a star marks a link, "..." one that holds a list, "=" a default, ":" the values of an enum.
TABLE = """
inquiry_received: written, requires_reply = true, contactable = true, relevant, date_stamped_on, merged_into*, forwarded_to, journalised, kind
reply_sent: inquiry*
acknowledgement_sent: inquiry*, caseworker, expected_by, expected_days, automatic = false
application_received:
visit_received: immediate_contact, attempted
contact_details_forwarded: visit*, to
citizen_contacted: visit*, reached
guidance_given: about*...
message_sent: addressee: citizen|representative, digital
channel_assessed:
information_received: oral, relevant, adverse, matter, request*
agreement_made:
note_recorded: about*...
information_requested: source, essential, legal_basis, consent
information_disclosed: recipient, legal_basis, consent
file_accessed: case_related
caseworker_assigned: employee
interest_declared: employee, kind: family|personal|economic, withdrawn_on
hearing_sent: matter, respond_by, facts_included, assessments_included, mode: written|oral
hearing_response: hearing*, waived = false
hearing_exempted: matter, ground
decision_made: matter, outcome: granted|partly_granted|refused|burdening, final, act: decision|procedural|factual, form: written|oral, confirmed_in_writing_on, reasons_requested_on, sent_on, reasons, facts_documented, legal_basis, complaint_guidance, complaint_body, municipality_final, final_basis, decided_by
measure_considered: decision*, measure, suitable, intrusiveness
proportionality_assessed: decision*
measure_started: decision*, measure, intrusiveness
suspension: until, reason
delay_notice_sent: expected_by, awaiting
clock_started:
clock_stopped:
access_requested:
access_decided: request*, granted: full|partial|refused, ground
access_delay_notice: request*, reason, expected_by
representation_requested: role: representative|companion
representation_decided: request*, accepted, ground, revoked_on
meeting_held:
complaint_received: decision*, at: caseworker|leader|citizen_service|other
complaint_forwarded: complaint*, to
complaint_rejected: complaint*, ground
complaint_reassessed: complaint*, changed, handled_by
"""
TYPES = {line.partition(":")[0]: line.partition(":")[2] for line in TABLE.strip().splitlines()}
FORWARD = {("measure_considered", "decision"), ("proportionality_assessed", "decision")}
SHIPPED = {name: type_ for name, type_ in vocabulary().types.items() if type_.model.__module__ == events.__name__}


def test_the_types_are_those_of_the_design():
    assert set(SHIPPED) == set(TYPES)


@pytest.mark.parametrize("name", TYPES)
def test_the_fields_of_a_type(name):
    fields = {field: spec for field, spec in SHIPPED[name].fields.items() if field not in BASE and not spec.derived}
    wanted = [
        re.fullmatch(r"(\w+)(\*)?(\.\.\.)?(?: = (\w+))?(?:: ([\w|]+))?", text.strip())
        for text in TYPES[name].split(",")
        if text.strip()
    ]
    assert list(fields) == [match[1] for match in wanted]
    for match in wanted:
        spec = fields[match[1]]
        assert (spec.link is not None) == bool(match[2])
        assert spec.many == bool(match[3])
        assert spec.default == {None: None, "true": True, "false": False}[match[4]]
        assert spec.values == tuple(match[5].split("|") if match[5] else ())
        if spec.link:
            assert spec.link.forward == ((name, spec.name) in FORWARD)
            assert set(spec.link.targets) <= {*SHIPPED, "*"}


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_the_base_fields_and_a_docstring(name):
    assert set(SHIPPED[name].fields) >= BASE
    assert SHIPPED[name].model.__doc__
    assert REGISTRY[name].model_fields["type"].default == name


def test_derived_fields():
    derived = {(name, field) for name, type_ in SHIPPED.items() for field, spec in type_.fields.items() if spec.derived}
    fallbacks = {(name, field) for name, type_ in SHIPPED.items() for field, spec in type_.fields.items() if spec.fallback}
    assert derived == {("inquiry_received", "received_on")}
    assert fallbacks == {("inquiry_received", "written")}


def test_the_fields_of_the_case():
    kinds = {name: spec.kind for name, spec in vocabulary().case.items()}
    assert kinds == {
        "kind": "text",
        "authority": "bool",
        "digital_post_exempt": "bool",
        "urgent": "bool",
        "competent_authority": "text",
        "opened": "date",
        "closed": "date",
    }


def test_the_link_of_a_type_to_another():
    types = vocabulary().types
    assert [spec.name for spec in types["reply_sent"].links_to("inquiry_received")] == ["inquiry"]
    assert [spec.name for spec in types["note_recorded"].links_to("decision_made")] == ["about"]
    assert types["reply_sent"].links_to("decision_made") == []


@pytest.mark.parametrize(
    ("types", "field", "message"),
    [
        (("reply_snt",), "inquiry", "unknown event type 'reply_snt'. Did you mean 'reply_sent'?"),
        (("reply_sent",), "inqury", "unknown field 'inqury' of reply_sent. Did you mean 'inquiry'?"),
        (
            ("reply_sent", "decision_made"),
            "inquiry",
            "unknown field 'inquiry' of reply_sent or decision_made. Known: actor, channel, id, unit.",
        ),
        (("any_event",), "matter", "unknown field 'matter' of any_event. Known: actor, channel, id, unit."),
        (
            ("decision_made", "hearing_sent"),
            "time",
            "unknown field 'time' of decision_made or hearing_sent. Known: actor, channel, id, matter, unit.",
        ),
        (
            ("interest_declared", "inquiry_received"),
            "kind",
            "'kind' is not of one type in interest_declared and inquiry_received. Write a rule for each.",
        ),
    ],
)
def test_unknown_names_are_answered_with_the_nearest(types, field, message):
    with pytest.raises(RuleError) as caught:
        vocabulary().field(types, field)
    assert str(caught.value) == message
