"""Pseudonyms: ids of cases, people and events replaced before anything is joined; and CPR numbers as ids of cases."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rebild_policy import Policy
from rebild_policy.cli.main import app
from rebild_policy.errors import MappingError, SourceError, UsageError
from rebild_policy.privacy import holds_cpr
from rebild_policy.sources import load_mapping, read_export
from rebild_policy.sources.pseudonyms import Pseudonyms

DEMO = Path(__file__).parents[2] / "src" / "rebild_policy" / "demo"
KEY = b"en meget hemmelig key"
AS_OF = date(2026, 5, 29)
MAPPING = """\
mapping: people
columns: {case: Sag, id: Nr, activity: Hvad, time: Dag, who: Hvem, answers: Til, citizen: Borger, state: Stand}
people: [citizen]
activities:
  ind: [{event: inquiry_received, set: {actor: {column: who}}}]
  ud: [{event: reply_sent, when: row.who != 'robot', set: {inquiry: {column: answers}, unit: {column: state}}}]
  høring: [{event: hearing_sent, set: {matter: {column: citizen}}}]
  nævn: [{event: guidance_given, set: {about: {column: answers}}}]
  inhabil: [{event: interest_declared, set: {employee: {column: who}}}]
"""
ROWS = """\
Sag,Nr,Hvad,Dag,Hvem,Til,Borger,Stand
990199-9999,990199-9999/1,ind,2026-01-05,M1,,,
990199-9999,990199-9999/2,ud,2026-01-06,M1,990199-9999/1,,Vej
990199-9999,990199-9999/3,høring,2026-01-07,M2,,990199-9999,
990199-9999,990199-9999/4,nævn,2026-01-08,M2,"990199-9999/1, 990199-9999/2",,
990199-9999,990199-9999/5,inhabil,2026-01-09,M1,,,
990199-9999,990199-9999/6,ud,2026-01-09,robot,,,
990299-9999,990299-9999/1,ind,2026-01-05,M1,,,
"""


@pytest.fixture
def read(source):
    def read(rows=ROWS, pseudonyms=None):
        return read_export(source.file(rows), source.mapping(MAPPING), pseudonyms=pseudonyms)

    return read


def test_ids_are_replaced_and_still_join(read):
    first, second = (one.case for one in read(pseudonyms=Pseudonyms(KEY)).cases)
    ind, ud, hearing, guidance, interest = first.events
    assert (ud.inquiry, guidance.about) == (ind.id, (ind.id, ud.id))
    assert interest.employee == ind.actor == second.events[0].actor, "one employee has one pseudonym everywhere"
    assert hearing.matter.startswith("p-")
    assert ud.unit == "Vej", "what is no id stays"
    assert len({first.id, second.id, ind.id, second.events[0].id, ind.actor, hearing.matter}) == 6
    everything = json.dumps([first.model_dump(mode="json"), second.model_dump(mode="json")])
    assert not holds_cpr(everything)
    assert "M1" not in everything


def test_a_pseudonym_depends_on_the_key_and_on_nothing_else():
    one, other = Pseudonyms(KEY), Pseudonyms(KEY + b"2")
    ids = [f"{n:06}-{n:04}" for n in range(2000)]
    made = [one.of("case", id_) for id_ in ids]
    assert made == [Pseudonyms(KEY).of("case", id_) for id_ in ids]
    assert len({*made, *(other.of("case", id_) for id_ in ids), *(one.of("person", id_) for id_ in ids)}) == 6000
    assert all(re.fullmatch("c-[a-r]{20}", name) for name in made), "no digits: nothing that looks like a CPR number"


def test_what_an_audit_finds_does_not_change(source):
    mapping = load_mapping(DEMO / "sager.yaml")
    plain = read_export(DEMO / "sager.csv", mapping)
    hidden = read_export(DEMO / "sager.csv", mapping, pseudonyms=Pseudonyms(KEY))
    assert [list(case.rows.values()) for case in hidden.cases] == [list(case.rows.values()) for case in plain.cases]
    assert replace(hidden.accounting, notes=plain.accounting.notes) == plain.accounting
    policy = Policy.rebild()
    audits = [policy.audit(DEMO / "sager.csv", DEMO / "sager.yaml", AS_OF, pseudonyms=one) for one in (None, Pseudonyms(KEY))]
    said = [[(finding.rule, finding.trigger.row, finding.verdict, finding.due) for finding in audit.findings] for audit in audits]
    assert said[0] == said[1]
    assert said[0]
    assert not {finding.case for finding in audits[0].findings} & {finding.case for finding in audits[1].findings}


def test_cases_called_by_cpr_numbers_are_refused(read):
    with pytest.raises(SourceError, match="calls its cases by numbers with the shape of CPR numbers") as error:
        read()
    assert "9999" not in str(error.value)
    head, *rows = ROWS.splitlines(keepends=True)
    with pytest.raises(SourceError, match="shape of CPR numbers"):
        read(head + rows[0] * 100 + "x" * 10_000_000)  # said on the way, not at the end
    good = [f"A-{n},{n},ind,2026-01-05,M1,,,\n" for n in range(20)]
    export = read(head + "".join([*good, *rows]))
    assert len(export.cases) == 20
    assert export.accounting.lost_cases == len(rows)
    assert {(row.column, row.reason) for row in export.accounting.quarantined} == {
        ("Sag", "a case id with the shape of a CPR number is refused, unless ids are pseudonymised")
    }


def test_a_key_comes_from_a_file_or_a_variable(tmp_path, monkeypatch):
    (tmp_path / "key").write_bytes(KEY + b"\n")
    monkeypatch.setenv("REBILD_KEY", KEY.decode())
    expected = Pseudonyms(KEY).of("case", "a")
    assert Pseudonyms.read(str(tmp_path / "key")).of("case", "a") == expected
    assert Pseudonyms.read("env:REBILD_KEY").of("case", "a") == expected


@pytest.mark.parametrize("where", ["env:REBILD_NO_KEY", "hemmelig-key-på-linjen", ".", "short", "x" * 300, "a\0b"])
def test_a_key_that_can_not_be_read_is_not_repeated(tmp_path, monkeypatch, where):
    monkeypatch.chdir(tmp_path)
    Path("short").write_text("hemmelig")
    with pytest.raises(UsageError) as error:
        Pseudonyms.read(where)
    assert "hemmelig" not in str(error.value)
    assert "xxx" not in str(error.value)


def test_a_column_of_people_must_exist(source):
    with pytest.raises(MappingError, match=r"unknown column 'citizn'\. Did you mean 'citizen'"):
        source.mapping(MAPPING.replace("people: [citizen]", "people: [citizn]"))


@pytest.mark.parametrize("command", ["audit", "sample", "diff"])
def test_the_option(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REBILD_KEY", KEY.decode())
    Path("e.csv").write_text(ROWS, encoding="utf-8")
    Path("m.yaml").write_text(MAPPING, encoding="utf-8")
    common = ["--mapping", "m.yaml", "--as-of", "2026-03-02"]
    arguments = {
        "audit": ["audit", "e.csv", *common, "--findings", "f.jsonl"],
        "sample": ["sample", "e.csv", *common, "--out", "review"],
        "diff": ["diff", "rebild", "rebild", "--cases", "e.csv", *common],
    }[command]
    runner = CliRunner()
    done = runner.invoke(app, [*arguments, "--pseudonymise", "env:REBILD_KEY"])
    assert done.exit_code == 0, done.output
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*") if path.name not in {"e.csv", "m.yaml"})
    for text in (done.output, written):
        assert "9999" not in text
        assert KEY.decode() not in text
    with pytest.raises(SourceError, match="shape of CPR numbers"):
        runner.invoke(app, arguments, catch_exceptions=False)
