"""A first mapping: what is found, what is left open, and that it runs once the open points are filled in."""

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rebild_policy import Policy
from rebild_policy.authoring.guessing import channel_of, event_of, is_provisional, outcome_of, plain
from rebild_policy.authoring.looking import look
from rebild_policy.authoring.proposing import OPEN, propose
from rebild_policy.cli.main import app
from rebild_policy.errors import MappingError, SourceError, UsageError
from rebild_policy.sources import load_mapping

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src" / "rebild_policy" / "demo"
EXAMPLES = ROOT / "docs" / "examples"


def proposed(export, folder, **said):
    path = folder / "proposed.yaml"
    path.write_text(propose(look(str(export), said), "proposed"), encoding="utf-8")
    return path


def test_the_demo_is_recognised_and_its_mapping_runs(tmp_path):
    path = proposed(DEMO / "sager.csv", tmp_path)
    mapping, right = load_mapping(path), load_mapping(DEMO / "sager.yaml")
    assert (mapping.source.delimiter, mapping.source.encoding) == (right.source.delimiter, right.source.encoding)
    assert mapping.time == right.time
    parts = {"case", "activity", "time", "id", "kind", "channel", "employee", "outcome", "deadline", "stamped", "matter"}
    assert {part: mapping.columns[part] for part in parts} == {part: right.columns[part] for part in parts}
    for activity, events in mapping.activities.items():
        assert events[0].event in {event.event for event in right.activities[activity]}
    assert len(mapping.activities) > 10
    assert not mapping.covers, "what an export promises is for people to say"
    assert not mapping.links
    text = path.read_text(encoding="utf-8")
    assert text.count(OPEN) >= 5
    assert '#   - "Dokument journaliseret"' in text
    audit = Policy.rebild().audit(DEMO / "sager.csv", path, date(2026, 5, 29))
    assert audit.accounting.mapped > 700
    assert not audit.violations, "nothing is covered, so nobody is accused"


@pytest.mark.parametrize("name", ["sf1470.jsonl", "sbsys-forloeb.csv", "postliste.json"])
def test_the_danish_formats(tmp_path, name):
    said = {"records": "dokumenter"} if name == "postliste.json" else {}
    path = proposed(EXAMPLES / name, tmp_path, **said)
    mapping, right = load_mapping(path), load_mapping(EXAMPLES / f"{name.partition('.')[0]}.yaml")
    assert mapping.columns["case"] in {right.columns["case"], "SagID"}
    assert mapping.columns["activity"] == right.columns["activity"]
    audit = Policy.rebild().audit(EXAMPLES / name, path, date(2026, 4, 1))
    assert audit.accounting.mapped > 0
    assert audit.accounting.quarantined == 0


def export(folder, head, *rows, name="e.csv", encoding="utf-8", delimiter=";"):
    with (folder / name).open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([head, *rows])
    return folder / name


def test_an_export_that_looks_like_nothing_says_what_is_open(tmp_path):
    path = proposed(export(tmp_path, ["x", "y"], *[["a", str(n)] for n in range(50)]), tmp_path)
    text = path.read_text(encoding="utf-8")
    for role in ("case", "activity", "time"):
        assert f"{OPEN} no column looks like the {role}" in text
    assert f"{OPEN} no activity sounds like an event" in text
    with pytest.raises(MappingError, match="columns: Input should be"):
        load_mapping(path)
    filled = text.replace("  # case: …", '  case: "x"').replace("  # activity: …", '  activity: "x"')
    filled = filled.replace("  # time: …", '  time: "y"').replace("  # an activity:\n  #   - event", '  "a":\n    - event')
    path.write_text(filled, encoding="utf-8")
    assert load_mapping(path).columns == {"case": "x", "activity": "x", "time": "y"}


@pytest.mark.parametrize(("encoding", "delimiter"), [("cp1252", ";"), ("utf-8", ","), ("utf-16", "\t"), ("cp1252", "|")])
def test_encoding_and_delimiter_are_guessed_and_said_to_be(tmp_path, encoding, delimiter):
    rows = [[f"2026-{n // 3}", "Svar sendt", f"0{n % 9 + 1}-02-2026", "Ærø, ø"] for n in range(30)]
    head = ["Sagsnr", "Hændelse", "Dato", "Emne"]
    path = proposed(export(tmp_path, head, *rows, encoding=encoding, delimiter=delimiter), tmp_path)
    mapping = load_mapping(path)
    assert (mapping.source.encoding, mapping.source.delimiter) == (encoding, delimiter)
    assert "# guessed: encoding and delimiter" in path.read_text(encoding="utf-8")
    assert mapping.time.format == ("%d-%m-%Y",)
    assert mapping.columns["activity"] == "Hændelse"


def test_no_cell_is_shown_but_those_of_lists_and_none_with_a_cpr_number(tmp_path):
    rows = [[f"2026-{n // 3}", "Svar sendt", "01-02-2026", f"Ane Opfundet {n}"] for n in range(30)]
    rows += [["2026-1", "Notat om 990199-9998", "01-02-2026", "x"]] * 3
    text = proposed(export(tmp_path, ["Sagsnr", "Aktivitet", "Dato", "Udfald"], *rows), tmp_path).read_text(encoding="utf-8")
    assert "Opfundet" not in text
    assert "9998" not in text
    assert "further activities that are not listed" in text


def test_midnights_and_slashes_are_asked_about(tmp_path):
    rows = [["1", "Svar sendt", "2026-01-05T00:00:00"], ["1", "Svar sendt", "2026-01-06T00:00:00"]] * 5
    path = proposed(export(tmp_path, ["Sag", "Aktivitet", "Dato"], *rows), tmp_path)
    assert load_mapping(path).time.precision == "midnight-is-day"
    assert f"{OPEN} 100% of the times are midnights" in path.read_text(encoding="utf-8")
    rows = [["1", "Svar sendt", str(1_767_571_200 + 86_400 * n)] for n in range(5)]
    assert load_mapping(proposed(export(tmp_path, ["Sag", "Aktivitet", "Dato"], *rows), tmp_path)).time.format == ("epoch",)
    assert f"{OPEN} 100% of" in (tmp_path / "proposed.yaml").read_text(encoding="utf-8")
    rows = [["1", "Svar sendt", "2026-01-05T11:00:00"]] * 5
    assert load_mapping(proposed(export(tmp_path, ["Sag", "Aktivitet", "Dato"], *rows), tmp_path)).time.precision == "clock"
    rows = [["1", "Svar sendt", "05/01/2026"]] * 5
    assert f"{OPEN} is the day written before the month?" in proposed(
        export(tmp_path, ["Sag", "Aktivitet", "Dato"], *rows), tmp_path
    ).read_text(encoding="utf-8")


def test_an_export_of_other_words_is_recognised_too(tmp_path):
    """What a newcomer tried: none of these columns and activities has a name of the demo's."""
    path = proposed(EXAMPLES / "udtraek.csv", tmp_path)
    mapping, text = load_mapping(path), path.read_text(encoding="utf-8")
    assert (mapping.source.encoding, mapping.time.format) == ("cp1252", ("%d-%m-%Y",))
    named = {
        "case": "Sagsnummer",
        "activity": "Hændelse",
        "time": "Hændelsesdato",
        "id": "Dok.nr.",
        "channel": "Kommunikationsvej",
    }
    assert {part: mapping.columns[part] for part in named} == named
    found = {activity: [event.event for event in events] for activity, events in mapping.activities.items()}
    assert found["Ansøgning modtaget"] == ["inquiry_received", "application_received"]
    assert found["Svarbrev sendt"] == ["reply_sent"]
    assert found["Afslag sendt"] == found["Bevilling sendt"] == ["decision_made"]
    for activity, outcome in (("Afslag sendt", "refused"), ("Bevilling sendt", "granted")):
        said = {name: field.value for name, field in mapping.activities[activity][0].assign.items() if field.column is None}
        assert said == {"outcome": outcome, "act": "decision", "final": True}
    assert "#   reply_sent: [inquiry]" in text, "what could be promised names the fields that there are"
    audit = Policy.rebild().audit(EXAMPLES / "udtraek.csv", path, date(2026, 5, 1))
    assert not audit.violations, "nothing is promised yet, so nobody is accused"


def test_a_column_of_days_is_the_time_whatever_it_is_called(tmp_path):
    rows = [[f"S{n // 3}", "Svar sendt", f"0{n % 9 + 1}-02-2026", f"{n}"] for n in range(30)]
    text = proposed(export(tmp_path, ["Sagsnr", "Aktivitet", "Hvornår", "Brik"], *rows), tmp_path).read_text(encoding="utf-8")
    assert 'time: "Hvornår"' in text
    assert '# id: "Brik"  # another value in every row' in text
    rows = [[*row, row[2]] for row in rows]
    text = proposed(export(tmp_path, ["Sagsnr", "Aktivitet", "Hvornår", "Brik", "Fra"], *rows), tmp_path).read_text(
        encoding="utf-8"
    )
    assert 'no column looks like the time. Name it. These hold times: "Hvornår", "Fra".' in text


def test_a_half_recognised_activity_is_offered_and_not_taken(tmp_path):
    rows = [["S1", name, "05-02-2026"] for name in ("Svar sendt", "Svar afgivet")] * 4
    path = proposed(export(tmp_path, ["Sagsnr", "Aktivitet", "Dato"], *rows), tmp_path)
    assert set(load_mapping(path).activities) == {"Svar sendt"}
    text = path.read_text(encoding="utf-8")
    offered = text.partition("Take the '# ' away where it is right:\n")[2].partition("\n\n")[0]
    assert '# "Svar afgivet"' in offered
    path.write_text(text.replace(offered, re.sub(r"^  # ", "  ", offered, flags=re.MULTILINE)), encoding="utf-8")
    assert set(load_mapping(path).activities) == {"Svar sendt", "Svar afgivet"}


def test_a_provisional_decision_is_not_proposed_as_final():
    assert [is_provisional(name) for name in ("Midlertidig afgørelse truffet", "Afgørelse truffet")] == [True, False]
    assert [outcome_of(name) for name in ("Afslag sendt", "Bevilget", "Afgørelse", "Delvist afslag, delvist bevilget")] == [
        "refused",
        "granted",
        None,
        None,
    ]


def test_words_are_compared_without_their_marks():
    assert plain("LøbeNr.") == "loebe nr"
    assert (event_of("Svar sendt").what, event_of("AFGØRELSE TRUFFET").score) == ("reply_sent", 100)
    assert event_of("Kaffepause").score < 60
    assert (channel_of("E-mail").what, channel_of("Intern").score < 90) == ("email", True)


def test_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    done = runner.invoke(app, ["init-mapping", str(DEMO / "sager.csv"), "--out", "m.yaml"])
    assert done.exit_code == 0
    assert done.stdout.startswith("Written: m.yaml, with ")
    assert load_mapping("m.yaml").mapping == "sager"
    with pytest.raises(UsageError, match=r"m\.yaml is there already"):
        runner.invoke(app, ["init-mapping", str(DEMO / "sager.csv"), "--out", "m.yaml"], catch_exceptions=False)
    Path("e.json").write_text(json.dumps({"rows": [{"Sag": "a", "Dato": "2026-01-05", "Aktivitet": "Svar sendt"}] * 3}))
    assert 'records: "rows"' in runner.invoke(app, ["init-mapping", "e.json", "--source", "records=rows"]).stdout
    for wrong, error in (("records", UsageError), ("hest=ko", UsageError), ("records=row", SourceError)):
        with pytest.raises(error):
            runner.invoke(app, ["init-mapping", "e.json", "--source", wrong], catch_exceptions=False)


def test_an_audit_by_an_untouched_proposal_says_what_to_do(tmp_path):
    path = proposed(EXAMPLES / "udtraek.csv", tmp_path)
    ask = ["audit", str(EXAMPLES / "udtraek.csv"), "--mapping", str(path), "--as-of", "2026-05-01"]
    done = CliRunner().invoke(app, ask)
    assert done.exit_code == 0
    assert "promises nothing of what the export holds" in done.stderr
    path.write_text(path.read_text("utf-8").replace("# covers:", "covers:\n  reply_sent: [inquiry]"), encoding="utf-8")
    assert not CliRunner().invoke(app, ask).stderr


def test_an_automatic_receipt_is_proposed_as_one(tmp_path):
    rows = [["S1", "Automatisk kvittering", "05-02-2026"], ["S1", "Svar til borger", "06-02-2026"]] * 4
    mapping = load_mapping(proposed(export(tmp_path, ["Sagsnr", "Aktivitet", "Dato"], *rows), tmp_path))
    (receipt,) = mapping.activities["Automatisk kvittering"]
    assert (receipt.event, receipt.assign["automatic"].value) == ("acknowledgement_sent", True)
    assert mapping.activities["Svar til borger"][0].event == "reply_sent"
