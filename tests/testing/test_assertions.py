"""`assert_compliant` by itself."""

from __future__ import annotations

from datetime import date

import pytest

from rebild_policy import Case, Coverage, Policy
from rebild_policy.errors import UsageError
from rebild_policy.testing import assert_compliant

LETTER = {"type": "inquiry_received", "id": "letter", "time": "2026-01-05", "channel": "email"}
# Names a receipt without caseworker: a fault of its own, which late-reply counts where it is asked about.
RECEIPT = {"type": "acknowledgement_sent", "id": "receipt", "time": "2026-01-08", "inquiry": "letter", "expected_days": 30}
CASE = Case.read({"id": "c", "events": [LETTER, RECEIPT]})
MARCH = date(2026, 3, 1)


def test_it_is_silent_where_nothing_deviates() -> None:
    assert_compliant(CASE, date(2026, 1, 10))
    assert_compliant(CASE, MARCH, coverage=Coverage.all().without("acknowledgement_sent", "reply_sent"), rules=["late-reply"])


def test_it_names_each_fault_once() -> None:
    with pytest.raises(AssertionError) as failed:
        assert_compliant(CASE, MARCH)
    assert str(failed.value).count("possible deviation:") == 1


def test_a_rule_that_is_asked_about_alone_counts() -> None:
    with pytest.raises(AssertionError, match="acknowledgement-without-caseworker"):
        assert_compliant(CASE, MARCH, rules=["acknowledgement-without-caseworker"])


def test_another_policy_and_another_language() -> None:
    with pytest.raises(AssertionError, match="mulig afvigelse: Skriftlig henvendelse ikke besvaret i tide"):
        assert_compliant(CASE, MARCH, lang="da")
    assert_compliant(
        CASE, date(2026, 1, 22), policy=Policy.rebild(parameters={"reply_deadline": "8 weeks"}), rules=["late-reply"]
    )


def test_a_rule_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match=r"unknown rule 'late-replies'. Did you mean 'late-reply'\?"):
        assert_compliant(CASE, MARCH, rules=["late-replies"])


def test_no_cpr_number_is_repeated() -> None:
    case = Case.read({"id": "010190-1234", "events": [{**LETTER, "id": "0101901234"}]})
    with pytest.raises(AssertionError) as failed:
        assert_compliant(case, MARCH)
    assert "0101901234" not in str(failed.value)
    assert "010190-1234" not in str(failed.value)
