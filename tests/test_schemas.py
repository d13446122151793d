"""The JSON Schemas: shipped as they are made, named by the files, true to what the library reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rebild_policy import Case, Policy
from rebild_policy.documents import DocumentReader
from rebild_policy.errors import RuleError, UsageError
from rebild_policy.facts import Coverage
from rebild_policy.impact import Asked, compare
from rebild_policy.schemas import SCHEMAS, schema, schema_text, write_schemas
from rebild_policy.waivers import read_waivers

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "rules" / "schemas"
LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
WITH_SCHEMA = [
    *sorted((ROOT / "rules").rglob("*.yaml")),
    *sorted((ROOT / "docs" / "examples").glob("*.yaml")),
    ROOT / "src" / "rebild_policy" / "demo" / "sager.yaml",
]
WAIVERS = """\
waivers:
  - rule: late-reply
    case: 2026-0117
    trigger: letter
    reason: The citizen asked us to wait.
    approved_by: the head of department
    expires: 2026-12-31
"""


def plain(value: Any) -> Any:
    """What a file says, as an editor sees it: a date is a text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def read(text: str) -> Any:
    return plain(DocumentReader("x.yaml", RuleError).read(text))


def validator(name: str) -> jsonschema.Draft202012Validator:
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found, format_checker=jsonschema.FormatChecker())


def test_the_shipped_schemas_are_those_that_are_made(tmp_path: Path):
    made = {path.name: path.read_text(encoding="utf-8") for path in write_schemas(tmp_path / "schemas")}
    shipped = {path.name: path.read_text(encoding="utf-8") for path in SHIPPED.iterdir()}
    assert shipped == made, "run: rebild-policy schema --out rules/schemas"


@pytest.mark.parametrize("path", WITH_SCHEMA, ids=lambda path: path.name)
def test_a_file_names_its_schema_on_its_first_line_and_fits_it(path: Path):
    text = path.read_text(encoding="utf-8")
    found = LINE.match(text)
    assert found, "run: rebild-policy fmt"
    target = (path.parent / found[1]).resolve()
    assert target.parent == SHIPPED
    validator(target.stem).validate(read(text))


def test_reports_cases_waivers_and_differences_fit_theirs(tmp_path: Path):
    events = [{"type": "inquiry_received", "id": "letter", "time": "2026-01-05", "channel": "email"}]
    data = {"id": "c", "events": events}
    validator("case").validate(data)
    case, policy = Case.read(data), Policy.rebild()
    report = policy.check(case, date(2026, 2, 27))
    validator("report").validate(json.loads(report.model_dump_json()))
    difference = compare(policy, Policy.rebild(profile="statutory"), [Asked(case, Coverage.all())], date(2026, 2, 27))
    validator("diff").validate(json.loads(difference.model_dump_json()))
    path = tmp_path / "waivers.yaml"
    path.write_text(WAIVERS, encoding="utf-8")
    validator("waivers").validate(read(WAIVERS))
    assert read_waivers(path)[0].expires == date(2026, 12, 31)


# ---------------------------------------------------------------------------------------------------------------- broken
RULE = (ROOT / "rules" / "complaints" / "complaint-not-forwarded.yaml").read_text(encoding="utf-8")
STATEMENTS = (ROOT / "rules" / "statements.yaml").read_text(encoding="utf-8")
TERMS = (ROOT / "rules" / "terms.yaml").read_text(encoding="utf-8")
DEADLINE = (ROOT / "rules" / "parameters" / "forward_deadline.yaml").read_text(encoding="utf-8")
TIMES = (ROOT / "rules" / "parameters" / "processing_times.yaml").read_text(encoding="utf-8")
MAPPING = (ROOT / "src" / "rebild_policy" / "demo" / "sager.yaml").read_text(encoding="utf-8")
RULESET = (ROOT / "rules" / "ruleset.yaml").read_text(encoding="utf-8")
BROKEN = [
    ("rule", RULE, "severity: medium", "severity: grave"),
    ("rule", RULE, "severity: medium", "severety: medium"),
    ("rule", RULE, "severity: medium\n", ""),
    ("rule", RULE, "statements: [G58]", "statements: []"),
    ("rule", RULE, "statements: [G58]", "statements: G58"),
    ("rule", RULE, "rule: complaint-not-forwarded", "rule: Complaint Not Forwarded"),
    ("rule", RULE, "each: {complaint: complaint_received}", "each: {}"),
    ("rule", RULE, "  - some: {forwarding: complaint_forwarded}", "  - some: complaint_forwarded"),
    ("rule", RULE, "  - some: {forwarding", "  - many: {forwarding"),
    ("rule", RULE, "    of: complaint\n", "    off: complaint\n"),
    ("rule", RULE, "as_of: 2026-03-31", "as_of: in March"),
    ("rule", RULE, "deadline: last day", "deadline: the last"),
    ("rule", RULE, "expect: satisfied", "expect: kept"),
    ("rule", RULE, "remedy:\n  da:", "remedy:\n  dk:"),
    ("terms", TERMS, "of: {d: decision_made}", "of: decision_made"),
    ("terms", TERMS, "    means: d.act", "    meaning: d.act"),
    ("parameter", DEADLINE, "kind: duration", "kind: time"),
    ("parameter", DEADLINE, "from: 1990-01-01", "since: 1990-01-01"),
    ("parameter", TIMES, "unit: weeks", "unit: fortnights"),
    ("parameter", TIMES, "in_force: false", "in_force: no"),
    ("statements", STATEMENTS, "answer: rules", "answer: maybe"),
    ("statements", STATEMENTS, "  - id: G00", "  - id: g00"),
    ("ruleset", RULESET, "version: ", "version: v"),
    ("exceptions", "accepted: []\n", "accepted: []", "accepted: [{check: no-citation, about: x}]"),
    ("waivers", WAIVERS, "    reason: The citizen asked us to wait.\n", ""),
    ("waivers", WAIVERS, "expires: 2026-12-31", "expires: never"),
    ("mapping", MAPPING, "same_day: ", "same_day: maybe-"),
    ("mapping", MAPPING, "covers:", "cover:"),
    ("case", '{"id": "c", "events": [{"type": "reply_sent", "id": "a", "time": "2026-01-05"}]}', "reply_sent", "reply_send"),
    ("case", '{"id": "c", "events": [{"type": "reply_sent", "id": "a", "time": "2026-01-05"}]}', '"time"', '"when"'),
]


@pytest.mark.parametrize(("name", "text", "old", "new"), BROKEN)
def test_a_broken_file_is_refused(name: str, text: str, old: str, new: str):
    assert old in text
    checked = validator(name)
    assert checked.is_valid(read(text))
    assert not checked.is_valid(read(text.replace(old, new, 1)))


def test_the_schemas_speak_of_keys_as_authors_write_them():
    keys = {key for node in _walk(schema("rule")) for key in node.get("properties", {})}
    assert {"if", "from", "to"} <= keys
    assert not {"condition", "start", "since"} & keys


def _walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for item in node.values():
            yield from _walk(item)


def test_an_unknown_schema_gets_the_nearest_name():
    with pytest.raises(UsageError, match=r"unknown schema 'rul'\. Did you mean 'rule'"):
        schema("rul")
    assert set(SCHEMAS) >= {"rule", "terms", "parameter", "mapping", "waivers", "case", "report"}
    assert schema_text("rule").endswith("}\n")


def test_editors_read_the_same_data(tmp_path: Path):
    """A YAML reader that knows dates and one that does not see the same keys: nothing rests on our own reader."""
    for path in WITH_SCHEMA:
        assert plain(yaml.safe_load(path.read_text(encoding="utf-8"))).keys() == read(path.read_text(encoding="utf-8")).keys()
