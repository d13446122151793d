"""Which cases are drawn: the same ones for a seed, some of every stratum, and nobody is pointed at."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from review_samples import AS_OF, DEMO, Source, names

from rebild_policy import Policy, Verdict
from rebild_policy.audits.smallcells import LEAST
from rebild_policy.privacy import CPR_SHAPE
from rebild_policy.review.sampling import Sample
from rebild_policy.schemas import schema
from rebild_policy.waivers import Waiver

Small = Callable[..., Source]


def letters(*cases: str, kind: str = "Byg", unit: str = "Nord") -> list[str]:
    """An unanswered letter for each case."""
    return [f"{case};{kind};{unit};Brev;2026-01-05;{number}" for number, case in enumerate(cases, 1)]


def many(prefix: str, number: int) -> list[str]:
    return [f"{prefix}-{one}" for one in range(1, number + 1)]


# ---------------------------------------------------------------------------------------------------------- reproducible
def test_the_same_seed_draws_the_same_cases_and_another_seed_others(demo: Source) -> None:
    assert demo.draw().sample == demo.draw().sample
    assert names(demo.draw(seed=1)) != names(demo.draw(seed=2))


def test_the_order_of_the_export_does_not_matter(policy: Policy, tmp_path: Path) -> None:
    with (DEMO / "sager.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = [row for row in csv.reader(file, delimiter=";") if len(row) == 17]
    drawn = []
    for turn in (str, lambda case: random.Random(case).random()):
        # Sorting leaves the rows of a case in their order, which can decide a verdict.
        with (tmp_path / "sager.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([head, *sorted(rows, key=lambda row: turn(row[1]))])
        drawn.append(Source.read(policy, tmp_path / "sager.csv", DEMO / "sager.yaml", AS_OF).draw().sample)
    assert drawn[0].source != drawn[1].source
    assert (drawn[0].strata, drawn[0].cases) == (drawn[1].strata, drawn[1].cases)


@pytest.mark.parametrize(("few", "more"), [(1, 2), (2, 5), (5, 200)])
def test_a_larger_sample_holds_the_smaller(demo: Source, few: int, more: int) -> None:
    assert set(names(demo.draw(few))) < set(names(demo.draw(more)))


def test_the_whole_export_can_be_drawn(demo: Source) -> None:
    drawn = names(demo.draw(200))
    assert len(drawn) == len(set(drawn)) == demo.audit.accounting.cases


# ----------------------------------------------------------------------------------------------------------------- strata
def test_every_stratum_gives_as_many_as_it_has_up_to_the_most(demo: Source) -> None:
    everybody = Counter(one.stratum for one in demo.draw(200).checklists)
    key = {(one.kind, one.unit, one.verdict): size for one, size in everybody.items()}
    drawn = Counter((one.stratum.kind, one.stratum.unit, one.stratum.verdict) for one in demo.draw(3).checklists)
    assert drawn == {one: min(size, 3) for one, size in key.items()}
    for stratum in demo.draw(3).sample.strata:
        size = key[stratum.kind, stratum.unit, stratum.verdict]
        assert (stratum.size, stratum.drawn) == ((size, 3) if size >= LEAST else (None, None))


def test_a_case_stands_with_its_gravest_verdict(demo: Source) -> None:
    by_case: dict[str, set[Verdict]] = {}
    for finding in demo.audit.findings:
        by_case.setdefault(finding.case, set()).add(finding.verdict)
    deviating = {finding.case for finding in demo.audit.violations}
    for one in demo.draw(200).checklists:
        assert (one.stratum.verdict is Verdict.VIOLATED) == (one.case in deviating)
        assert (one.stratum.verdict is None) == (one.case not in by_case)
        assert {finding.fingerprint for finding in one.deviations} == {
            finding.fingerprint for finding in demo.audit.violations if finding.case == one.case
        }


def test_the_department_is_that_of_the_event_at_fault(small: Small) -> None:
    rows = [
        row
        for number in range(1, 7)
        for row in (
            f"A-{number};Byg;Nord;Brev;2026-01-05;1",
            f"A-{number};Byg;Nord;Svar;2026-01-06;2",
            f"A-{number};Byg;Syd;Brev;2026-01-12;3",
        )
    ]
    assert {(one.unit, one.verdict) for one in small(*rows).draw().sample.strata} == {("Syd", Verdict.VIOLATED)}


def test_an_accepted_deviation_is_none(policy: Policy, demo: Source) -> None:
    case = demo.audit.violations[0].case
    expires = date(2026, 12, 31)
    waivers = [
        Waiver(rule=one.rule, case=case, reason="Looked into.", approved_by="the head", expires=expires)
        for one in demo.audit.violations
        if one.case == case
    ]
    drawn = Source.read(policy, DEMO / "sager.csv", DEMO / "sager.yaml", AS_OF, waivers).draw(200)
    (one,) = [one for one in drawn.checklists if one.case == case]
    assert not one.deviations
    assert one.stratum.verdict is not Verdict.VIOLATED


# ---------------------------------------------------------------------------------------------------------------- privacy
def test_numbers_below_five_are_not_told(small: Small) -> None:
    source = small(*letters(*many("A", 6)), *letters(*many("B", 7), kind="Vej"), *letters(*many("C", 2), unit="Syd"))
    told = {(one.kind, one.unit): (one.size, one.drawn) for one in source.draw().sample.strata}
    # A single number that is left out could be worked out from the total: the next is left out too.
    assert told == {("Byg", "Nord"): (None, None), ("Byg", None): (None, None), ("Vej", "Nord"): (7, 3)}
    assert {"C-1", "C-2"} <= set(names(source.draw()))


def test_a_case_type_that_few_share_is_not_named(small: Small) -> None:
    rows = letters(*many("A", 6)) + [f"B-{one};Fru Opdigtsen {one};Ring til Ib {one};Brev;2026-01-05;1" for one in range(4)]
    drawn = small(*rows).draw()
    assert "Opdigtsen" not in drawn.sample.model_dump_json()
    assert "Ring" not in drawn.sample.model_dump_json()
    assert {(one.kind, one.unit) for one in drawn.sample.strata} == {("Byg", "Nord"), (None, None)}
    assert len(names(drawn)) == 6


def test_no_employee_and_no_cpr_number_is_in_a_sample(small: Small) -> None:
    rows = [f"A-{one};Byg 990199-9998;Nord 9901999998;Brev;2026-01-05;990199-999{one}" for one in range(6)]
    drawn = small(*rows).draw(10)
    text = drawn.sample.model_dump_json() + repr(drawn.checklists)
    assert not CPR_SHAPE.search(drawn.sample.model_dump_json())
    assert "medarbejder-17" not in text
    assert drawn.sample.strata[0].kind == "Byg [cpr]"


# ------------------------------------------------------------------------------------------------------------- checklists
def test_people_are_asked_what_they_judge(demo: Source) -> None:
    reasoned = {
        one.case for one in demo.audit.findings if one.rule == "decision-without-reasons" and one.verdict is Verdict.SATISFIED
    }
    for one in demo.draw(200).checklists:
        always = [id_ for id_, statement in demo.statements.items() if statement.answer == "review"]
        assert [asked.id for asked in one.asked] == sorted([*always, *(["G38"] if one.case in reasoned else [])])
    assert set(always) == {"G01", "G02", "G04", "G07", "G08", "G09", "G41", "G42"}


def test_a_timeline_ends_with_the_day_of_the_audit(small: Small) -> None:
    rows = ("A-1;Byg;Nord;Svar;2026-01-09;2", "A-1;Byg;Nord;Brev;2026-01-05;1", "A-1;Byg;Nord;Brev;2026-03-03;3")
    (one,) = small(*rows).draw().checklists
    assert [(event.type, event.day.day, event.row) for event in one.events] == [("inquiry_received", 5, 3), ("reply_sent", 9, 2)]


def test_a_sample_keeps_to_its_schema_and_comes_back(demo: Source) -> None:
    sample = demo.draw().sample
    text = sample.model_dump_json()
    jsonschema.validate(sample.model_dump(mode="json"), schema("sample"))
    assert Sample.model_validate_json(text) == sample
    assert (sample.source.sha256, sample.ruleset) == (demo.audit.source.sha256, demo.audit.ruleset)
