"""OCEL logs: a small one written here in every form, and the real ones."""

import gzip
import json
import sqlite3
from dataclasses import replace
from datetime import date

import pytest
from test_receipt_import import DATA

from rebild_policy import Policy
from rebild_policy.errors import SourceError
from rebild_policy.sources import read_export

OCEL = DATA / "ocel"
HERE = pytest.mark.skipif(not OCEL.is_dir(), reason=f"no logs in {OCEL}: set REBILD_POLICY_DATA to the folder that holds them")

MAPPING = """\
mapping: objects
source: {format: ocel, case_object: sag}
columns:
  case: "ocel:case"
  id: "ocel:eid"
  activity: "ocel:activity"
  time: "ocel:timestamp"
  kind: "case:type"
  channel: kanal
  answered: "first:brev:besvarer"
  text: "object:emne"
case: {kind: {column: kind}}
activities:
  Brev ind:
    - event: inquiry_received
      set: {channel: {column: channel, values: {post: post}}}
  Brev ud:
    - event: reply_sent
      set: {inquiry: {column: answered}}
  Høring:
    - event: hearing_sent
      set: {matter: {column: text}}
covers: {inquiry_received: [channel], reply_sent: [inquiry]}
"""
OBJECTS = [
    ("s1", "sag", [("type", "1970-01-01T00:00:00Z", "Byg")]),
    ("s2", "sag", [("type", "1970-01-01T00:00:00Z", "Vej"), ("type", "2026-02-01T00:00:00Z", "Park")]),
    ("b1", "brev", []),
    ("b2", "brev", []),
    ("t1", "emne", []),
]
EVENTS = [
    ("e1", "Brev ind", "2026-01-05T08:00:00Z", {"kanal": "post"}, [("s1", "om"), ("b1", "er")]),
    ("e2", "Brev ind", "2026-01-06T08:00:00Z", {"kanal": "post"}, [("s1", "om"), ("b2", "er")]),
    ("e3", "Brev ud", "2026-01-07T08:00:00Z", {}, [("s1", "om"), ("b1", "besvarer")]),
    ("e4", "Høring", "2026-01-08T08:00:00Z", {}, [("s1", "om"), ("s2", "om"), ("t1", "")]),
    ("e5", "Brev ud", "2026-01-09T08:00:00Z", {}, [("b2", "besvarer")]),
    ("e6", "Høring", "2026-02-02T08:00:00Z", {}, [("s2", "om")]),
]


def as_json():
    objects = [
        {"id": id_, "type": type_, "attributes": [{"name": n, "time": t, "value": v} for n, t, v in values]}
        for id_, type_, values in OBJECTS
    ]
    events = [
        {
            "id": id_, "type": type_, "time": time, "attributes": [{"name": n, "value": v} for n, v in values.items()],
            "relationships": [{"objectId": o, "qualifier": q} for o, q in related],
        }
        for id_, type_, time, values, related in EVENTS
    ]  # fmt: skip
    return json.dumps({"objectTypes": [], "eventTypes": [], "objects": objects, "events": events}, ensure_ascii=False)


def as_xml():
    objects = "".join(
        f'<object id="{id_}" type="{type_}"><attributes>'
        + "".join(f'<attribute name="{n}" time="{t}">{v}</attribute>' for n, t, v in values)
        + '</attributes><objects><relationship object-id="b1" qualifier="x"/></objects></object>'
        for id_, type_, values in OBJECTS
    )
    events = "".join(
        f'<event id="{id_}" type="{type_}" time="{time}"><attributes>'
        + "".join(f'<attribute name="{n}">{v}</attribute>' for n, v in values.items())
        + "</attributes><objects>"
        + "".join(f'<relationship object-id="{o}" qualifier="{q}"/>' for o, q in related)
        + "</objects></event>"
        for id_, type_, time, values, related in EVENTS
    )
    types = '<object-types><object-type name="sag"><attributes><attribute name="type" type="string"/></attributes></object-type>'
    return f"<?xml version='1.0'?><log>{types}</object-types><objects>{objects}</objects><events>{events}</events></log>"


TABLES = """
CREATE TABLE object (ocel_id, ocel_type);
CREATE TABLE event (ocel_id, ocel_type);
CREATE TABLE event_object (ocel_event_id, ocel_object_id, ocel_qualifier);
CREATE TABLE object_map_type (ocel_type, ocel_type_map);
CREATE TABLE event_map_type (ocel_type, ocel_type_map);
CREATE TABLE object_Sag (ocel_id, type, ocel_time, ocel_changed_field);
CREATE TABLE object_Andet (ocel_id, ocel_time);
CREATE TABLE event_Brev (ocel_id, ocel_time, kanal);
CREATE TABLE "event_Hø" (ocel_id, ocel_time);
INSERT INTO object_map_type VALUES ('sag', 'Sag'), ('brev', 'Andet');
INSERT INTO event_map_type VALUES ('Brev ind', 'Brev'), ('Høring', 'Hø');
"""


def as_sqlite(path):
    with sqlite3.connect(path) as database:
        database.executescript(TABLES)
        for id_, type_, values in OBJECTS:
            database.execute("INSERT INTO object VALUES (?, ?)", (id_, type_))
            for place, (_, time, value) in enumerate(values):
                database.execute("INSERT INTO object_Sag VALUES (?, ?, ?, ?)", (id_, value, time, "type" if place else None))
        for id_, type_, time, values, related in EVENTS:
            database.execute("INSERT INTO event VALUES (?, ?)", (id_, type_))
            if type_ == "Høring":
                database.execute('INSERT INTO "event_Hø" VALUES (?, ?)', (id_, time))
            else:
                database.execute("INSERT INTO event_Brev VALUES (?, ?, ?)", (id_, time, values.get("kanal")))
            for object_id, qualifier in related:
                database.execute("INSERT INTO event_object VALUES (?, ?, ?)", (id_, object_id, qualifier))
    database.close()
    return path


def told(export):
    return export.cases, export.accounting


@pytest.fixture
def read(source):
    def read(content, name="e.ocel", mapping=MAPPING):
        return read_export(source.file(content, name), source.mapping(mapping))

    return read


def test_events_of_the_objects_that_are_the_cases(read):
    export = read(as_json())
    assert [(case.case.id, case.rows) for case in export.cases] == [
        ("s1", {"e1": 2, "e2": 3, "e3": 4, "e4": 5}),
        ("s2", {"e4": 6, "e6": 8}),
    ]
    first, second = (case.case for case in export.cases)
    assert first.kind == "Byg"
    assert second.kind is None, "it changed from one event to the next, which is a contradiction"
    assert first.events[2].inquiry == "e1", "the link is made of the letter that both events are about"
    assert [event.matter for event in (first.events[3], *second.events)] == ["t1", "t1", None]
    assert [(row.row, row.column, row.case_known) for row in export.accounting.quarantined] == [(7, "ocel:case", False)]


def test_every_form_says_the_same(source, read):
    expected = told(read(as_json()))
    assert told(read(as_xml())) == expected
    assert told(read(gzip.compress(as_xml().encode()))) == expected
    assert told(read_export(as_sqlite(source.folder / "e.db"), source.mapping(MAPPING))) == expected


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("case_object: sag", "case_object: sga", "has no objects of type 'sga'. Did you mean 'sag'"),
        (", case_object: sag", "", "one of: brev, emne, sag"),
        ("first:brev:besvarer", "first:brev:besvare", "has no column 'first:brev:besvare'. Did you mean 'first:brev'"),
        ("case:type", "case:typ", "has no column 'case:typ'. Did you mean 'case:type'"),
    ],
)
def test_what_the_mapping_gets_wrong(read, old, new, words):
    with pytest.raises(SourceError) as error:
        read(as_json(), mapping=MAPPING.replace(old, new))
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", "is no OCEL log"),
        ("[1]", "is no OCEL log"),
        ('{"objects": [{"id": 1}], "events": []}', "is no OCEL log"),
        ("[" * 100_000, "is no OCEL log"),
        ("<log><event/></log>", "is no OCEL log"),
        ("<!DOCTYPE log [<!ENTITY a 'x'>]><log/>", "declares a document type"),
        (b"SQLite format 3\0" + b"x" * 5000, "is no OCEL log"),
        ("<log/>", "has no rows"),
    ],
)
def test_files_that_are_refused(read, content, words):
    with pytest.raises(SourceError, match=words):
        read(content)


def test_a_table_that_is_a_view_without_end_is_not_asked(source, read):
    path = as_sqlite(source.folder / "e.db")
    with sqlite3.connect(path) as database:
        database.executescript(
            "DROP TABLE event_object; CREATE VIEW event_object AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT i AS ocel_event_id, i AS ocel_object_id, i AS ocel_qualifier FROM n"
        )
    database.close()
    with pytest.raises(SourceError, match="is no OCEL log"):
        read_export(path, source.mapping(MAPPING))


ORDERS = """\
mapping: orders
source: {format: ocel, case_object: Purchase Order}
columns: {case: "ocel:case", id: "ocel:eid", activity: "ocel:activity", time: "ocel:timestamp", by: po_creator}
activities:
  Create Purchase Order:
    - event: application_received
      set: {actor: {column: by}}
  Insert Invoice: [{event: inquiry_received}]
"""
RECRUITING = """\
mapping: recruiting
source: {case_object: applications}
columns: {case: "ocel:case", id: "ocel:eid", activity: "ocel:activity", time: "ocel:timestamp"}
activities:
  submit application: [{event: application_received}]
  send rejection:
    - event: decision_made
      set: {outcome: {value: refused}, act: {value: decision}, final: {value: true}}
  make job offer:
    - event: decision_made
      set: {outcome: {value: granted}, act: {value: decision}, final: {value: true}}
irrelevant:
  [assign recruiter, first screening, check references, consult manager, assign vacancy, invite for interview, conduct interview,
   offer accepted and hired, job offer declined]
"""


@HERE
def test_the_example_of_the_standard_says_the_same_in_every_form(source):
    mapping = source.mapping(ORDERS)
    exports = [read_export(OCEL / f"ocel20_example.{name}", mapping) for name in ("jsonocel", "xmlocel", "sqlite")]
    assert [case.case.id for case in exports[0].cases] == ["PO1", "PO2"]
    assert exports[0].cases[0].case.events[0].actor == "Mike"
    for export in exports:
        # The three differ in the order of their events, and so in the numbers of the rows.
        assert [case.case for case in export.cases] == [case.case for case in exports[0].cases]
        assert replace(export.accounting, quarantined=()) == replace(exports[0].accounting, quarantined=())


@HERE
def test_a_real_log_is_audited(source):
    export = read_export(OCEL / "recruiting-red.jsonocel", source.mapping(RECRUITING))
    assert (export.accounting.rows, len(export.cases)) == (6607, 916)
    assert export.accounting.mapped == 916 + 781 + 135
    assert not export.accounting.quarantined
    audit = Policy.rebild().audit(OCEL / "recruiting-red.jsonocel", source.folder / "mapping.yaml", date(2022, 1, 1))
    assert audit.accounting.cases == 916
