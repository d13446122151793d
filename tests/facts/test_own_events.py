"""Users' own event types: in cases, in rules, in the vocabulary; and what can't be one."""

from datetime import date
from typing import Annotated, ClassVar, Literal

import pytest

from rebild_policy.engines import ENGINES, available
from rebild_policy.errors import CaseError, FactError, RuleError
from rebild_policy.facts import Case, Coverage, Default, Derived, Event, Link, base, vocabulary
from rebild_policy.facts.base import Date, Flag, Number, OneId, Text
from rebild_policy.facts.events import InquiryReceived
from rebild_policy.schemas import schema


@pytest.fixture(autouse=True)
def clean_registry():
    before = dict(base.REGISTRY)
    yield
    base.REGISTRY.clear()
    base.REGISTRY.update(before)


@pytest.fixture
def letter():
    class LetterScanned(Event):
        """A letter was scanned."""

        type: Literal["letter_scanned"] = "letter_scanned"
        inquiry: Annotated[OneId, Link(("inquiry_received",))] = None
        pages: Number = None
        quality: Literal["good", "bad"] | None = None
        archived: Annotated[Flag, Default(True)] = None
        scanned_on: Date = None
        comment: Text = None
        due_soon: ClassVar[Derived] = Derived("bool", "self.pages > 100", "Long letters go first.")

    return LetterScanned


def case_of(*events):
    return Case.read(
        {"id": "c", "events": [{"id": str(number), "time": "2026-01-05", **event} for number, event in enumerate(events)]}
    )


def test_a_case_may_hold_one(letter):
    case = case_of({"type": "letter_scanned", "pages": 3, "quality": "good"})
    assert isinstance(case.events[0], letter)
    assert case.events[0].due_soon is False
    assert Case.read(case.model_dump(mode="json")) == case


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"pages": "3"}, "pages: Input should be a valid integer."),
        ({"quality": "fine"}, "quality: Input should be 'good' or 'bad'."),
        ({"page": 3}, "unknown field 'page'. Did you mean 'pages'?"),
    ],
)
def test_it_is_as_strict_as_the_shipped_ones(letter, fields, message):
    with pytest.raises(CaseError) as caught:
        case_of({"type": "letter_scanned", **fields})
    assert str(caught.value).endswith(message)


def test_the_vocabulary_coverage_and_schema_know_it(letter):
    fields = vocabulary().types["letter_scanned"].fields
    assert {name: spec.kind for name, spec in fields.items() if name not in {"id", "actor", "unit", "channel"}} == {
        "inquiry": "link",
        "pages": "int",
        "quality": "enum",
        "archived": "bool",
        "scanned_on": "date",
        "comment": "text",
        "due_soon": "bool",
    }
    assert not Coverage.all().without("letter_scanned.pages").covers("letter_scanned", "pages")
    assert "letter_scanned" in str(schema("case"))


def test_rules_may_name_it(letter, rules):
    rules.rule("""
        each: {inquiry: inquiry_received}
        require:
          - some: {scan: letter_scanned}
            of: inquiry
            before: inquiry
            where: scan.quality == 'good' and scan.archived and not scan.due_soon
        """)
    rules.rule(
        """
        each: {scan: letter_scanned}
        if: scan.pages > 1
        require:
          - holds: present(scan.inquiry)
        """,
        name="second",
    )
    plan = rules.plan()
    case = case_of(
        {"type": "inquiry_received", "id": "i"}, {"type": "letter_scanned", "inquiry": "i", "pages": 2, "quality": "good"}
    )
    for engine in available():
        rows = ENGINES[engine](plan).verdicts(case, date(2026, 5, 1))
        assert [(row.rule, str(row.verdict)) for row in rows] == [("rule", "violated"), ("second", "satisfied")]


def test_rules_are_checked_against_it(letter, rules):
    rules.rule("each: {scan: letter_scanned}\nif: scan.quality == 'godd'\nrequire: never\n")
    with pytest.raises(RuleError, match=r"unknown value 'godd'\. Did you mean 'good'"):
        rules.plan()


def test_one_may_be_built_on_a_shipped_type():
    class FormReceived(InquiryReceived):
        type: Literal["form_received"] = "form_received"
        form: Text = None

    fields = vocabulary().types["form_received"].fields
    assert {"form", "written", "received_on", "requires_reply"} <= set(fields)
    assert fields["requires_reply"].default is True
    assert fields["written"].fallback is not None
    event = case_of({"type": "form_received", "channel": "post", "date_stamped_on": "2026-01-07"}).events[0]
    assert (event.received_on, event.written) == (date(2026, 1, 7), True)


def test_a_required_field_is_required():
    class Strict(Event):
        type: Literal["strict_event"] = "strict_event"
        reason: str

    with pytest.raises(CaseError, match=r"events\[0\]\.reason: Field required"):
        case_of({"type": "strict_event"})


def test_a_type_of_no_name_is_a_base_and_no_event_type():
    class Base(Event):
        office: Text = None

    class Opened(Base):
        type: Literal["office_opened"] = "office_opened"

    assert "office" in vocabulary().types["office_opened"].fields
    assert Base not in base.REGISTRY.values()


@pytest.mark.parametrize("names", [Literal["one_name", "another"], Literal["case"], Literal["any_event"]])
def test_what_can_be_no_event_type(names):
    with pytest.raises(FactError, match="can't be an event type"):
        type("Wrong", (Event,), {"__annotations__": {"type": names}, "__module__": __name__})


def test_a_field_of_a_type_that_rules_do_not_know_is_named():
    type(
        "Weighed",
        (Event,),
        {"__annotations__": {"type": Literal["weighed"], "grams": float | None}, "grams": None, "type": "weighed"},
    )
    with pytest.raises(RuleError, match=r"the field 'grams' of type .*float.* can't be used in rules"):
        vocabulary()
