"""The decisions of a bucket, by SQL and case by case: the same, whatever the cases hold."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from rebild_policy import Case
from rebild_policy.audits.equality import decisions_of
from rebild_policy.engines.tables.decided import decided_in
from rebild_policy.engines.tables.store import write_bucket
from rebild_policy.facts import vocabulary

FIRST, AS_OF = date(2026, 1, 1), date(2026, 2, 20)
CHOICES: dict[str, dict[str, list[Any]]] = {
    "inquiry_received": {"kind": ["application", "question", None], "channel": ["post", "email", None]},
    "application_received": {"channel": ["post", None]},
    "decision_made": {
        "outcome": ["granted", "refused", None],
        "final": [True, False, None],
        "act": ["decision", "procedural", None],
        "matter": ["a", "b", None],
    },
}


def made(random: Random, number: int) -> Case:
    events = []
    for place in range(random.randrange(9)):
        type_ = random.choice([*CHOICES, "decision_made"])
        fields = {name: random.choice(values) for name, values in CHOICES[type_].items()}
        unit, day = random.choice(["Byg", "Vej", None]), FIRST + timedelta(days=random.randrange(60))
        given = {name: value for name, value in {**fields, "unit": unit}.items() if value is not None}
        events.append({"type": type_, "id": f"e{place}", "time": day.isoformat(), **given})
    kind, urgent = random.choice(["x", "y", None]), random.choice([True, False, None])
    return Case.read({"id": f"c{number}", "events": events, **({"kind": kind} if kind else {}), "urgent": urgent})


@pytest.mark.parametrize("seed", range(4))
def test_a_bucket_says_what_its_cases_say(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    cases = [made(random, number) for number in range(400)]
    write_bucket(tmp_path / "bucket", cases, vocabulary())
    one_by_one = Counter(one for case in cases for one in decisions_of(case, AS_OF))
    assert one_by_one.total() > 100
    with duckdb.connect() as con:
        assert decided_in(tmp_path / "bucket", AS_OF, con) == one_by_one


def test_a_bucket_without_decisions_or_applications(tmp_path: Path) -> None:
    decision = {"type": "decision_made", "id": "d", "time": "2026-01-05", "outcome": "granted", "unit": "Byg"}
    for name, events in (("none", []), ("alone", [decision])):
        cases = [Case.read({"id": "c", "kind": "x", "events": events})]
        write_bucket(tmp_path / name, cases, vocabulary())
        with duckdb.connect() as con:
            assert decided_in(tmp_path / name, AS_OF, con) == Counter(decisions_of(cases[0], AS_OF))
