"""Evidence in plain words, in both languages."""

from __future__ import annotations

import re
from datetime import date
from typing import get_args

import pytest
from report_samples import AS_OF, REMEDY, all_findings, decisions, event, explanation, late_replies, make_finding, replies, sought

from rebild_policy.facts import vocabulary
from rebild_policy.report.sentences import evidence, gist
from rebild_policy.report.writing import Writer, safe
from rebild_policy.results import Change, Copy, Finding, NearMiss, Sought, Verdict, Words
from rebild_policy.rules import Language

LANGUAGES = get_args(Language)


def with_change(change: Change) -> Finding:
    trigger = event("i1", "inquiry_received", date(2024, 3, 4))
    return make_finding("late-reply", Verdict.VIOLATED, "S-1", trigger, explanation(change=change))


def words_of(finding: Finding, lang: Language) -> str:
    told = evidence(finding, lang)
    searches = [text for one in told.searches for text in (one.looked_for, one.found, *one.near)]
    return " ".join([told.trigger, *told.key, told.due, *searches, *told.witnesses, *told.missing, told.change or ""])


def test_a_late_reply_in_english() -> None:
    told = evidence(late_replies("S-1")[0], "en")
    assert told.trigger == "inquiry received on 2024-03-04 (i1, row 12)"
    assert told.due == "2024-03-18 (10 working days from 2024-03-04)"
    (search,) = told.searches
    assert search.looked_for == (
        "Looked for “reply sent” or “acknowledgement letter sent” by 2024-03-18 (10 working days from 2024-03-04)."
    )
    assert search.found == "Nothing found that meets this."
    assert search.near == (
        "Reply sent on 2024-03-20 (r7, row 19), two working days late.",
        "Acknowledgement letter sent on 2024-03-06 (k2, row 14), but without the contents required.",
    )
    assert told.change == "The rule would be met with “reply sent” on 2024-03-18 (the inquiry: i1)."
    assert told.remedy == "Do it in time."


def test_a_late_reply_in_danish() -> None:
    told = evidence(late_replies("S-1")[0], "da")
    (search,) = told.searches
    assert search.looked_for == (
        "Der blev søgt efter »svar sendt« eller »kvitteringsskrivelse sendt« "
        "senest den 18. marts 2024 (10 hverdage fra 4. marts 2024)."
    )
    assert search.near[0] == "Svar sendt den 20. marts 2024 (r7, række 19), to hverdage for sent."
    assert told.change == "Reglen ville være opfyldt med »svar sendt« den 18. marts 2024 (henvendelsen: i1)."


def test_missing_facts() -> None:
    assert evidence(late_replies("S-1")[4], "en").missing == (
        "The source does not record “caseworker named” of “acknowledgement letter sent”.",
        "“date-stamped on” of “inquiry received” (i1) is empty.",
        "There is no adopted value in force.",
        "The source does not record “type of case” of the case.",
    )
    assert evidence(decisions("S-1")[1], "en").missing == (
        "The order of two events on one day is not known: hearing letter sent (h1) and decision made on 2024-04-02 (d1, row 30).",
    )


@pytest.mark.parametrize(
    ("change", "en", "da"),
    [
        (
            Change(kind="set", type="decision_made", event="i1", field="outcome", value="granted"),
            "The rule would be met if “outcome” of inquiry received on 2024-03-04 (i1) had been: granted in full.",
            "Reglen ville være opfyldt, hvis »udfald« for henvendelse modtaget den 4. marts 2024 (i1) "
            "havde været: fuldt medhold.",
        ),
        (
            Change(kind="set", event="i1", field="requires_reply", value=False),
            "The rule would be met if “requires a reply” of inquiry received on 2024-03-04 (i1) had been: no.",
            "Reglen ville være opfyldt, hvis »kræver svar« for henvendelse modtaget den 4. marts 2024 (i1) havde været: nej.",
        ),
        (
            Change(kind="move", event="r1", day=date(2024, 3, 18)),
            "The rule would be met if the event r1 had been dated 2024-03-18.",
            "Reglen ville være opfyldt, hvis hændelsen r1 var dateret 18. marts 2024.",
        ),
        (
            Change(kind="remove", event="i1"),
            "The rule would be met if inquiry received on 2024-03-04 (i1) were not on record.",
            "Reglen ville være opfyldt, hvis henvendelse modtaget den 4. marts 2024 (i1) ikke var på sagen.",
        ),
        (
            Change(kind="none", reason=Words(da="To ting mangler.", en="Two things are missing.")),
            "No single change is enough. Two things are missing.",
            "Ingen enkelt ændring er nok. To ting mangler.",
        ),
    ],
)
def test_the_smallest_change(change: Change, en: str, da: str) -> None:
    assert evidence(with_change(change), "en").change == en
    assert evidence(with_change(change), "da").change == da


def test_another_value_than_the_one_on_record() -> None:
    change = Change(kind="set", type="decision_made", event="i1", field="decided_by", value="another")
    assert (evidence(with_change(change), "da").change or "").endswith(" havde været: en anden.")


@pytest.mark.parametrize(
    ("copy", "said"),
    [
        (Copy(event="i1", field="matter"), "as in inquiry received on 2024-03-04"),
        (Copy(event="i1", field="id"), "inquiry received on 2024-03-04"),
        (Copy(event="case", field="kind"), "as in the case"),
        (Copy(event="z9", field="matter"), "as in the event z9"),
    ],
)
def test_a_copied_value_names_where_it_stands(copy: Copy, said: str) -> None:
    change = Change(kind="insert", type="hearing_sent", day=date(2024, 4, 1), fields={"matter": copy})
    told = evidence(with_change(change), "en").change
    assert told == f"The rule would be met with “hearing letter sent” on 2024-04-01 (matter: {said})."


@pytest.mark.parametrize(
    ("near", "counted", "said"),
    [
        ({"days_late": 1, "working_days_late": 1}, "10 working days", "one working day late"),
        ({"days_late": 2, "working_days_late": 0}, "10 working days", "two days late"),
        ({"days_late": 30, "working_days_late": 20}, "4 weeks", "30 days late"),
        ({}, None, "too late"),
    ],
)
def test_how_late(near: dict[str, int], counted: str | None, said: str) -> None:
    reply = event("r1", "reply_sent", date(2024, 3, 20))
    asked = replies("false", NearMiss(event=reply, lacks="in time", **near)).model_copy(update={"counted": counted})
    finding = make_finding("late-reply", Verdict.VIOLATED, "S-1", reply, explanation(asked))
    assert evidence(finding, "en").searches[0].near[0].endswith(f", {said}.")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (replies("open"), "Nothing yet; there is time until 2024-03-18."),
        (replies("unknown"), "Whether it happened can’t be told."),
        (sought("none", "interest_declared", "true"), "Nothing found."),
        (
            sought("some", "hearing_sent", "true", found=(event("h1", "hearing_sent", AS_OF),)),
            "Found: hearing letter sent on 2024-05-01 (h1).",
        ),
    ],
)
def test_what_was_found(asked: Sought, said: str) -> None:
    finding = make_finding("late-reply", Verdict.PENDING, "S-1", event("i1", "inquiry_received", AS_OF), explanation(asked))
    assert evidence(finding, "en").searches[0].found == said


def test_a_deadline_that_can_not_be_computed() -> None:
    told = evidence(late_replies("S-1")[4], "en")
    assert told.searches[0].looked_for.endswith(", but the last day can’t be worked out.")


def test_the_gist_is_what_matters_most() -> None:
    assert [gist(finding, "en") for finding in (*late_replies("S-1"), *decisions("S-1"))] == [
        "Reply sent on 2024-03-20, two working days late.",
        "The message of the rule.",
        "Not found by 2024-03-18: “reply sent” or “acknowledgement letter sent”.",
        "The message of the rule.",
        "The source does not record “caseworker named” of “acknowledgement letter sent”.",
        "Hearing letter sent on 2024-04-02, but in another matter.",
        "The order of two events on one day is not known: hearing letter sent (h1) and decision made on 2024-04-02 (d1, row 30).",
        "Found: interest in the case declared on 2024-03-01.",
        "The message of the rule.",
    ]


def test_a_finding_without_an_explanation() -> None:
    finding = late_replies("S-1")[0].model_copy(update={"explain": None})
    bare = Finding(**{name: getattr(finding, name) for name in Finding.model_fields if name != "explain"})
    assert evidence(bare, "da").searches == ()
    assert gist(bare, "da") == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_identifier_of_the_rule_language(lang: Language) -> None:
    said = " ".join(words_of(finding, lang) for finding in all_findings("S-1"))
    assert not re.findall(r"\w+_\w+", said)
    for type_ in vocabulary().types:
        assert type_ not in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_type_and_field_of_the_vocabulary_has_words(lang: Language) -> None:
    writer = Writer(lang)
    known = vocabulary()
    for type_ in known.types:
        assert "_" not in writer.event(type_)
        for field in known.event_type(type_).fields:
            assert "_" not in writer.field_of(type_, field)


def test_words_are_told_apart_by_language() -> None:
    assert Writer("da").words(REMEDY) == "Gør det i tide."
    assert Writer("en").words(REMEDY) == "Do it in time."


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("sag\u202efdp.exe", "sag⟨U+202E⟩fdp.exe"),
        ("a\x1b[31mb", "a⟨U+001B⟩[31mb"),
        ("to\nlinjer", "to linjer"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("010203-1234", "[cpr]"),
        ("010203\u200b1234", "[cpr]"),
        ("0102\u202e03\u00ad-1234", "[cpr]"),
        ("æøå §\u00a019", "æøå §\u00a019"),
    ],
)
def test_hidden_characters_and_cpr_shapes(raw: str, shown: str) -> None:
    assert safe(raw) == shown


def test_numbers_days_and_shares() -> None:
    da, en = Writer("da"), Writer("en")
    assert (da.number(1434567), en.number(1434567)) == ("1.434.567", "1,434,567")
    assert (da.day(date(2026, 1, 19)), en.day(date(2026, 1, 19))) == ("19. januar 2026", "2026-01-19")
    assert [da.share(part, 1000) for part in (0, 1, 500, 999, 1000)] == ["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]
    assert en.share(0, 0) == "–"
    assert da.law("FVL § 19(2) no. 3, GDPR art. 12(3)") == "FVL § 19, stk. 2, nr. 3, GDPR art. 12, stk. 3"
    assert (da.duration("1 month"), da.duration("4 weeks"), da.duration("ja")) == ("1 måned", "4 uger", "ja")
    assert len(en.name("x" * 10_000)) < 200
