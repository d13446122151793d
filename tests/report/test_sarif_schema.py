"""SARIF output is valid against the schema of SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from report_samples import all_findings, make_audit

from rebild_policy.audits.results import Audit
from rebild_policy.report.sarif import render_sarif
from rebild_policy.results import Report, Waived
from rebild_policy.rules import Language

FOLDER = Path(__file__).parent / "schemas"
SCHEMA = FOLDER / "sarif-2.1.0-rtm.5.json"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft4Validator:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft4Validator.check_schema(schema)
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


def problems(validator: jsonschema.Draft4Validator, text: str) -> list[Any]:
    return [(list(error.path), error.message[:200]) for error in validator.iter_errors(json.loads(text))]


@pytest.mark.parametrize("lang", get_args(Language))
@pytest.mark.parametrize("name", ["audit", "hostile_audit", "waived", "compared", "nothing"])
def test_an_audit_is_valid(
    validator: jsonschema.Draft4Validator, audit: Audit, hostile_audit: Audit, lang: Language, name: str
) -> None:
    accepted = Waived(reason="Agreed", approved_by="The head", expires=date(2024, 12, 31))
    first, second, *others = audit.findings
    shown = {
        "audit": audit,
        "hostile_audit": hostile_audit,
        "waived": audit.model_copy(update={"findings": (first.model_copy(update={"waived": accepted}), second, *others)}),
        "compared": audit.model_copy(update={"findings": (first.model_copy(update={"baseline": "new"}), second, *others)}),
        "nothing": make_audit(()),
    }[name]
    assert problems(validator, render_sarif(shown, lang)) == []


def test_a_report_of_one_case_is_valid(validator: jsonschema.Draft4Validator, make_report: Callable[[str], Report]) -> None:
    assert problems(validator, render_sarif(make_report("sag-1"), "da")) == []


def test_what_is_not_sarif_is_refused(validator: jsonschema.Draft4Validator) -> None:
    text = render_sarif(make_audit(all_findings("sag-1")), "en")
    spoilt = json.loads(text)
    spoilt["runs"][0]["results"][0]["kind"] = "accused"
    assert problems(validator, json.dumps(spoilt))
    assert problems(validator, text.replace('"version": "2.1.0"', '"version": "2.0.0"'))
    assert problems(validator, text.replace('"ruleId"', '"rule"'))


def test_the_schema_is_the_one_that_its_note_names() -> None:
    assert sha256(SCHEMA.read_bytes()).hexdigest() in (FOLDER / "README.md").read_text("utf-8")
