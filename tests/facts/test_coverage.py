"""Coverage: names that exist, and what they say."""

import pytest

from rebild_policy.errors import CoverageError
from rebild_policy.facts import Coverage


def test_by_itself_everything_is_covered():
    coverage = Coverage.all()
    assert coverage.covers("reply_sent")
    assert coverage.covers("reply_sent", "inquiry")
    assert coverage.covers("case", "kind")
    assert coverage.all_types
    assert coverage.without() == coverage == Coverage()


def test_a_type_that_is_not_covered_has_no_covered_field():
    coverage = Coverage.all().without("reply_sent")
    assert not coverage.covers("reply_sent")
    assert not coverage.covers("reply_sent", "inquiry")
    assert coverage.covers("acknowledgement_sent", "inquiry")
    assert not coverage.all_types


def test_a_field_that_is_not_covered_leaves_its_type():
    coverage = Coverage.all().without("reply_sent.inquiry", "case.kind")
    assert coverage.covers("reply_sent")
    assert not coverage.covers("reply_sent", "inquiry")
    assert coverage.covers("reply_sent", "actor")
    assert not coverage.covers("case", "kind")
    assert coverage.all_types


def test_order_and_repetition_do_not_matter():
    one = Coverage.all().without("reply_sent").without("case.kind", "reply_sent")
    assert one == Coverage.all().without("case.kind", "reply_sent")
    assert len({one, Coverage.all().without("case.kind", "reply_sent")}) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("reply_snt", "unknown event type 'reply_snt' in a coverage. Did you mean 'reply_sent'?"),
        ("Reply_sent", "unknown event type 'Reply_sent' in a coverage. Did you mean 'reply_sent'?"),
        ("reply_snt.inquiry", "unknown event type 'reply_snt' in a coverage. Did you mean 'reply_sent'?"),
        ("reply_sent.inqury", "unknown field 'inqury' of reply_sent in a coverage. Did you mean 'inquiry'?"),
        ("case.knd", "unknown field 'knd' of case in a coverage. Did you mean 'kind'?"),
        ("case", "unknown event type 'case' in a coverage. Known: access_decided,"),
        ("any_event", "unknown event type 'any_event' in a coverage."),
        ("case.id", "unknown field 'id' of case in a coverage."),
        ("case.events", "unknown field 'events' of case in a coverage. Known: authority,"),
        ("", "unknown event type '' in a coverage. Known: access_decided,"),
        (".", "unknown event type '' in a coverage."),
        ("reply_sent.", "unknown field '' of reply_sent in a coverage. Known: actor, channel, inquiry, unit."),
        ("reply_sent.id", "unknown field 'id' of reply_sent in a coverage. Known: actor, channel, inquiry, unit."),
        ("reply_sent.time", "unknown field 'time' of reply_sent in a coverage. Known: actor, channel, inquiry, unit."),
        ("reply_sent.inquiry.id", "unknown field 'inquiry.id' of reply_sent in a coverage."),
        ("inquiry_received.received_on", "unknown field 'received_on' of inquiry_received in a coverage."),  # it follows
    ],
)
def test_a_name_that_does_not_exist_is_an_error(name, message):
    with pytest.raises(CoverageError) as caught:
        Coverage.all().without("hearing_sent", name)
    assert str(caught.value).startswith(message)


def test_a_field_with_a_fallback_may_be_left_out():
    assert not Coverage.all().without("inquiry_received.written").covers("inquiry_received", "written")
