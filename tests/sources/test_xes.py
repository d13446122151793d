"""XES logs: small ones written here; and the real one, which says the same as its CSV."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from test_receipt_import import DATA, RECEIPT

from rebild_policy import Policy
from rebild_policy.errors import MappingError, SourceError
from rebild_policy.sources import load_mapping, read_export

ROOT = Path(__file__).parents[2]
XES = DATA / "receipt.xes.gz"
MAPPING = """\
mapping: log
columns:
  case: "case:concept:name"
  id: "concept:instance"
  activity: "concept:name"
  time: "time:timestamp"
  channel: "case:kanal"
activities:
  Ind:
    - event: inquiry_received
      set: {channel: {column: channel, values: {Brev: post}}}
  Svar: [{event: reply_sent}]
"""


def event(n, activity="Svar", time="2026-01-05T09:30:00+01:00", more=""):
    return (
        f'<event><string key="concept:instance" value="{n}"/><string key="concept:name" value="{activity}"/>'
        f'<date key="time:timestamp" value="{time}"/>{more}</event>'
    )


def trace(name, *events, more=""):
    return f'<trace><string key="concept:name" value="{name}"/><string key="kanal" value="Brev"/>{more}{"".join(events)}</trace>'


def log(*traces, head='<?xml version="1.0" encoding="UTF-8"?>', opening='<log xmlns="http://www.xes-standard.org/">'):
    return head + opening + "".join(traces) + "</log>"


@pytest.fixture
def read(source):
    def read(text, name="e.xes"):
        content = text if isinstance(text, bytes) else text.encode()
        return read_export(source.file(content, name), source.mapping(MAPPING))

    return read


def test_events_with_the_attributes_of_their_trace(read):
    nested = '<string key="x" value="1"><string key="concept:name" value="Ind"/></string>'
    several = '<list key="y"><values><string key="concept:name" value="Ind"/></values></list>'
    defaults = (
        '<global scope="event"><string key="concept:name" value="UNKNOWN"/></global><string key="concept:name" value="log"/>'
    )
    text = log(defaults, trace("a", event(1, "Ind"), event(2, more=nested + several)), trace("b", event(1)))
    for export in (
        read(text),
        read(gzip.compress(text.encode()), "e.xes.gz"),
        read(text.replace("UTF-8", "UTF-16").encode("utf-16")),
    ):
        assert [(case.case.id, case.rows) for case in export.cases] == [("a", {"1": 2, "2": 3}), ("b", {"1": 4})]
        assert [event.type for event in export.cases[0].case.events] == ["inquiry_received", "reply_sent"]
        assert export.cases[0].case.events[0].channel == "post"
        assert not export.accounting.quarantined


def test_bad_events_are_quarantined(read):
    twice = '<string key="concept:name" value="Ind"/>'
    export = read(log(trace("a", event(1), event(2, more=twice), event(3, time="i går")), event(4), trace(" ", event(5))))
    assert [(row.row, row.column, row.case_known) for row in export.accounting.quarantined] == [
        (3, "concept:name", True),
        (4, "time:timestamp", True),
        (5, "case:concept:name", False),
        (6, "case:concept:name", False),
    ]


ENTITY = '<!DOCTYPE log [<!ENTITY a "{}">]>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (log(head=ENTITY.format("x")), "declares a document type"),
        (log(head='<!DOCTYPE log SYSTEM "http://localhost/x.dtd">'), "declares a document type"),
        (log(trace("&a;", event(1))), "not well-formed XML: see line 1"),
        (log("<x>" * 200 + "</x>" * 200), "nested more than 100 deep"),
        (log(trace("x" * 9_000_000, event(1))), "a tag of the XML file is longer than 8000000 bytes"),
        ("<ocel></ocel>", "is no XES log"),
        (log(trace("a", event(1)))[:-20], "not well-formed XML"),
        ("", "not well-formed XML"),
        (log(), "has no rows"),
        (log("<trace>" + event(1) + '<string key="concept:name" value="a"/></trace>'), "names an attribute after its events"),
    ],
    ids=range(10),
)
def test_logs_that_are_refused(read, text, words):
    with pytest.raises(SourceError, match=words) as error:
        read(text)
    assert str(error.value).startswith("e.xes")


def test_a_name_that_no_event_has(read):
    with pytest.raises(MappingError, match=r"no column 'case:kanal'\. Did you mean 'case:kanall'"):
        read(log(trace("a", event(1))).replace("kanal", "kanall"))


def test_a_value_that_is_too_long_costs_one_row(read):
    export = read(log(trace("a", event(1), event("x" * 1_000_001))))
    assert [(row.row, row.reason) for row in export.accounting.quarantined] == [
        (3, "the field is longer than 1000000 characters")
    ]


HERE = pytest.mark.skipif(
    not XES.is_file(), reason=f"the receipt log is not at {XES}: set REBILD_POLICY_DATA to the folder that holds it"
)


@HERE
@pytest.mark.parametrize("name", ["receipt", "receipt-assumed"])
def test_the_receipt_log_holds_the_same_cases_as_csv_and_as_xes(name):
    mapping = load_mapping(ROOT / f"docs/examples/{name}.yaml")
    from_csv, from_xes = read_export(RECEIPT, mapping), read_export(XES, mapping)
    assert from_csv.accounting.rows == 8577
    assert from_xes.cases == from_csv.cases
    assert from_xes.accounting == from_csv.accounting


@HERE
def test_the_receipt_log_gives_the_same_findings_as_csv_and_as_xes(tmp_path):
    """By one rule, so that it takes seconds: the test above shows that all of them are given the same."""
    off = "".join(f"  {rule.name}: {{reason: not asked here}}\n" for rule in Policy.rebild().rules if rule.name != "late-reply")
    (tmp_path / "overlay.yaml").write_text(f"overlay: few\ntitle: {{da: få, en: few}}\noff:\n{off}", encoding="utf-8")
    for name, log in (("csv", RECEIPT), ("xes", XES)):
        files = [str(log), "--mapping", str(ROOT / "docs/examples/receipt-assumed.yaml"), "--overlay", str(tmp_path)]
        options = ["--as-of", "2012-02-01", "--findings", str(tmp_path / f"{name}.jsonl"), "--format", "json"]
        command = [sys.executable, "-c", "from rebild_policy.cli.main import main; main()", "audit", *files, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    findings = (tmp_path / "csv.jsonl").read_bytes()
    assert findings.count(b"\n") >= 1434
    assert (tmp_path / "xes.jsonl").read_bytes() == findings
