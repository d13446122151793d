"""The shipped export, audited once, and a small one of a test's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from review_samples import AS_OF, DEMO, Source

from rebild_policy import Policy


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy.rebild()


@pytest.fixture(scope="session")
def demo(policy: Policy) -> Source:
    return Source.read(policy, DEMO / "sager.csv", DEMO / "sager.yaml", AS_OF)


MAPPING = """
mapping: small
title: {da: lille, en: small}
source: {format: csv, delimiter: ";"}
columns: {case: Sag, kind: Type, unit: Afdeling, activity: Hvad, time: Dag, id: Nr, who: Hvem}
time: {format: "%Y-%m-%d"}
case: {kind: {column: kind}}
activities:
  Brev: [{event: inquiry_received, set: {channel: {value: email}, unit: {column: unit}, actor: {column: who}}}]
  Svar: [{event: reply_sent, set: {unit: {column: unit}, actor: {column: who}}}]
links: {reply_sent.inquiry: latest earlier unanswered inquiry_received}
covers: {inquiry_received: all, reply_sent: all, acknowledgement_sent: all}
case_covers: [kind]
"""


@pytest.fixture
def small(policy: Policy, tmp_path: Path) -> Callable[..., Source]:
    """An export of rows `case;kind;department;activity;day;id`, audited."""

    def read(*rows: str, as_of: date = date(2026, 3, 2)) -> Source:
        text = "Sag;Type;Afdeling;Hvad;Dag;Nr;Hvem\n" + "".join(f"{row};medarbejder-17\n" for row in rows)
        (tmp_path / "export.csv").write_text(text, encoding="utf-8")
        (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
        return Source.read(policy, tmp_path / "export.csv", tmp_path / "mapping.yaml", as_of)

    return read
