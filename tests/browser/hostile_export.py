"""An export that means harm: in its file name, its header, and every cell, and in the mapping and waivers beside it."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

from rebild_policy import Audit, Policy
from rebild_policy.audits.results import Activity, QuarantinedRow
from rebild_policy.waivers import Waiver

SCRIPT = "<script>window.harmed = 1; alert(1)</script>"
IMAGE = '"\'><img src=x onerror="window.harmed = 1">'
BIDI = "sag\u202efdp.exe\u2066"
TEMPLATE = "{{ 7 * 7 }}{% raw %}"
LONG = "å" * 10_000
WORD = "w" * 150  # one word, wider than a telephone
CLOSING = "</style></script></table></details><h1>harm</h1><!--"
HOSTILE = (SCRIPT, IMAGE, BIDI, TEMPLATE, LONG, WORD, CLOSING)
MAPPING = """
mapping: hostile
title: {{da: {text}, en: {text}}}
source: {{format: csv, delimiter: ";"}}
columns: {{case: {column}, activity: Hvad, time: Dag, id: Nr, unit: Hvor, kind: Sagstype}}
time: {{format: "%d-%m-%Y"}}
case: {{kind: {{column: kind}}}}
activities:
  Brev: [{{event: inquiry_received, set: {{channel: {{value: email}}, unit: {{column: unit}}}}}}]
covers: {{inquiry_received: all, reply_sent: all, acknowledgement_sent: all}}
case_covers: [kind]
assumptions: [{{da: {text}, en: {text}}}]
irrelevant: [{text}]
"""


def hostile_audit(policy: Policy, folder: Path) -> Audit:
    """The audit of the export, with what the export alone can't bring in put into its results."""
    export, mapping = folder / "<img src=x onerror=alert(1)>.csv", folder / "m&<b>.yaml"
    with export.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow([IMAGE, "Hvad", "Dag", "Nr", "Hvor", "Sagstype"])
        for number, text in enumerate(HOSTILE):
            name = text[:190]  # an id is at most 200 characters long; the longer ones are refused
            writer.writerow([name, "Brev", "05-01-2026", name, text, text])
            writer.writerow([name, text, "05-01-2026", f"b{number}", text, text])
            writer.writerow([name, "Brev", text, f"c{number}", text, text])
        writer.writerow([LONG, "Brev", "05-01-2026", "d", LONG, LONG])
    mapping.write_text(MAPPING.format(text=json.dumps(SCRIPT), column=json.dumps(IMAGE)), encoding="utf-8")
    waiver = Waiver(rule="late-reply", case=SCRIPT, trigger=None, reason=IMAGE, approved_by=BIDI, expires=date(2026, 12, 31))
    audit = policy.audit(export, mapping, date(2026, 3, 2), command=" ".join(HOSTILE[:4]), waivers=[waiver])
    spoilt = tuple(QuarantinedRow(row=number, column=text, reason=text) for number, text in enumerate(HOSTILE))
    notes = tuple(Activity(name=text, rows=1) for text in HOSTILE)
    accounting = audit.accounting.model_copy(update={"quarantine": spoilt, "notes": notes})
    parameters = tuple(
        one.model_copy(update={"title": one.title.model_copy(update={"da": text, "en": text}), "value": text})
        for one, text in zip(audit.parameters, HOSTILE, strict=False)
    )
    titles = [audit.tallies[0].title.model_copy(update={"da": text, "en": text}) for text in HOSTILE]
    tallies = tuple(
        tally.model_copy(update={"title": titles[number % len(titles)]}) for number, tally in enumerate(audit.tallies)
    )
    findings = tuple(
        finding.model_copy(update={"title": titles[number % len(titles)]}) for number, finding in enumerate(audit.findings)
    )
    return audit.model_copy(update={"accounting": accounting, "parameters": parameters, "tallies": tallies, "findings": findings})
