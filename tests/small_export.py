"""A small export with its mapping: letters and answers, for the tests of audits."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rebild_policy import Audit, Policy

MAPPING = """
mapping: small
title: {da: lille, en: small}
source: {format: csv, delimiter: ";"}
columns: {case: Sag, activity: Hvad, time: Dag, to: Svar til, id: Nr}
time: {format: "%d-%m-%Y"}
activities:
  Brev: [{event: inquiry_received, set: {channel: {value: email}}}]
  Svar: [{event: reply_sent, set: {inquiry: {column: to}}}]
covers:
  inquiry_received: all
  reply_sent: all
  acknowledgement_sent: all
"""


def audit(policy: Policy, folder: Path, *rows: str) -> Audit:
    (folder / "export.csv").write_text("Sag;Hvad;Dag;Svar til;Nr\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return policy.audit(folder / "export.csv", folder / "mapping.yaml", date(2026, 3, 2))
