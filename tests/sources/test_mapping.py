"""Mapping files: what is read from a right one, and where each wrong one is said to be wrong."""

import hashlib
from pathlib import Path

import jsonschema
import pytest

from rebild_policy.documents import read_document
from rebild_policy.errors import MappingError
from rebild_policy.sources import Mapping, coverage_of, load_mapping

ROOT = Path(__file__).parents[2]
SHIPPED = [
    ROOT / "docs/examples/receipt.yaml",
    ROOT / "docs/examples/receipt-assumed.yaml",
    ROOT / "src/rebild_policy/demo/sager.yaml",
]


def test_a_mapping_knows_the_file_it_came_from(source):
    mapping = source.mapping()
    path = source.folder / "mapping.yaml"
    assert (mapping.mapping, mapping.file) == ("small", "mapping.yaml")
    assert mapping.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert str(mapping.at("channel")) == "mapping.yaml:9"
    assert mapping.columns["channel"] == "Kanal"
    assert mapping.activities["Ansøgning"][1].event == "application_received"


def test_defaults_are_the_plain_case(source):
    mapping = source.mapping("mapping: m\ncolumns: {case: c, activity: a, time: t}\nactivities: {x: [{event: reply_sent}]}\n")
    assert (mapping.source.format, mapping.source.delimiter, mapping.source.encoding) == (None, ",", "utf-8")
    assert (mapping.time.format, mapping.time.zone) == (("iso",), "Europe/Copenhagen")
    assert (mapping.time.precision, mapping.time.same_day) == ("clock", "unknown")


def test_coverage_is_what_is_promised_and_nothing_else(source):
    coverage = coverage_of(source.mapping())
    assert coverage.covers("inquiry_received", "channel")
    assert not coverage.covers("inquiry_received", "date_stamped_on")
    assert not coverage.covers("inquiry_received", "actor")
    assert all(coverage.covers("hearing_sent", name) for name in ("matter", "respond_by", "mode", "actor"))
    assert not coverage.covers("decision_made")
    assert not coverage.covers("application_received"), "mapped, but not promised"
    assert coverage.covers("case", "kind")
    assert not coverage.covers("case", "authority")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_mappings_load_and_fit_the_published_schema(path):
    load_mapping(path)
    _, document = read_document(path, MappingError)
    jsonschema.validate(document, Mapping.model_json_schema())


def test_the_schema_describes_every_key():
    schema = Mapping.model_json_schema()
    undescribed = [
        f"{name}.{key}"
        for name, part in {**schema["$defs"], "Mapping": schema}.items()
        for key, spec in part["properties"].items()
        if "description" not in spec and "$ref" not in spec and name != "TextShape"
    ]
    assert not undescribed
    assert "set" in schema["$defs"]["EventMapping"]["properties"]


# What is replaced in the small mapping, by what, the line where the error must point, and words of the message.
WRONG = [
    ("covers:", "cover:", "cover:", "unknown key 'cover'. Did you mean 'covers'?"),
    ("      when:", "      whenn:", "whenn:", "unknown key 'whenn'. Did you mean 'when'?"),
    ("{column: kind}", "{colum: kind}", "kind: {colum", "unknown key 'colum'. Did you mean 'column'?"),
    ("kind: {column: text}", "kind: {columm: text}", "columm", "unknown key 'columm'. Did you mean 'column'?"),
    ('delimiter: ";"', 'delimter: ";"', "source:", "unknown key 'delimter'. Did you mean 'delimiter'?"),
    ("event: reply_sent", "event: replysent", "replysent", "event type 'replysent'. Did you mean 'reply_sent'?"),
    ("respond_by: {", "respondby: {", "respondby", "'respondby'. Did you mean 'respond_by'?"),
    ("kind: {column: text}", "received_on: {column: text}", "received_on", "follows from other fields"),
    ("kind: {column: text}", "id: {column: text}", "id: {column: text}", "unknown field of inquiry_received 'id'"),
    ("Brev: post", "Brev: pots", "Brev:", "'pots' is not one of post,"),
    ("kind: {column: text}", "channel2: {value: 1}", "channel2", "Did you mean 'channel'?"),
    ("kind: {column: text}", "written: {value: ja}", "written", "true or false is expected"),
    ("kind: {column: text}", "date_stamped_on: {value: snart}", "date_stamped", "a date (YYYY-MM-DD)"),
    ("matter: {column: text}", "mode: {value: writen}", "mode:", "Did you mean 'written'?"),
    ("matter: {column: text}", "matter: {value: 3}", "matter:", "a text is expected"),
    ("{column: deadline}", "{column: deadlin}", "respond_by", "unknown column 'deadlin'. Did you mean 'deadline'?"),
    ("{column: deadline}", "{column: deadline, value: 2026-01-05}", "respond_by", "either a value or a column"),
    ("{column: deadline}", "{}", "respond_by", "either a value or a column"),
    ("matter: {column: text}", "mode: {value: oral, values: {a: oral}}", "mode:", "values translate a column"),
    ("row.channel !=", "row.chanel !=", "when:", "'chanel' is not one of the mapping's columns. Did you mean 'channel'"),
    ("row.channel !=", "inquiry.channel !=", "when:", "Write row.channel"),
    ("!= 'Intern'", "!= 1", "when:", "Put it in quotes"),
    ("!= 'Intern'", "< 'Intern'", "when:", "does not compare texts"),
    ("row.channel != 'Intern'", "row.channel", "when:", "by itself is not a condition"),
    ("row.channel != 'Intern'", "day(row) == 'x'", "when:", "no day"),
    ("row.channel != 'Intern'", "parameters.x == 'x'", "when:", "no parameter"),
    ("row.channel != 'Intern'", "row.text == 'x' or 'a' in ('a', 'b')", "when:", "before 'in' comes a column"),
    ("row.channel != 'Intern'", "row.channel in (1, 2)", "when:", "a list of quoted texts"),
    ("row.channel != 'Intern'", "__import__('os').system('true')", "when:", "not in the language"),
    ("reply_sent.inquiry:", "reply_sent.inquiri:", "inquiri:", "Did you mean 'inquiry'?"),
    ("reply_sent.inquiry:", "replies.inquiry:", "replies", "unknown event type 'replies'"),
    ("reply_sent.inquiry:", "reply_sent.actor:", "reply_sent.actor", "unknown link of reply_sent 'actor'"),
    ("latest earlier unanswered", "last", "reply_sent.inquiry:", "not a link policy. Write one of: latest earlier TYPE"),
    ("unanswered inquiry_received", "unanswered inquiry", "reply_sent.inquiry:", "unknown event type 'inquiry'"),
    ("unanswered inquiry_received", "unanswered hearing_sent", "reply_sent.inquiry:", "can't point to hearing_sent"),
    ("  reply_sent: [inquiry]", "  reply_snt: [inquiry]", "reply_snt", "Did you mean 'reply_sent'?"),
    ("[channel, kind]", "[channel, knd]", "knd", "Did you mean 'kind'?"),
    ("[channel, kind]", "[received_on]", "received_on", "unknown field of inquiry_received"),
    ("case_covers: [kind]", "case_covers: [kin]", "case_covers", "unknown field of the case 'kin'"),
    ("case:\n  kind: {", "case:\n  kinds: {", "kinds:", "unknown field of the case 'kinds'. Did you mean 'kind'?"),
    ("irrelevant: [Oprettet]", "irrelevant: [Svar]", "irrelevant", "this activity is mapped as well"),
    ("time: {", "time: {zone: Europe/Aalborg, ", "time: {", "'Europe/Aalborg' is not a time zone"),
    ('"%d-%m-%Y"]', '"%d-%m"]', "time: {", "not a pattern that gives a day, a month and a year"),
    ('"%d-%m-%Y"]', '"%d-%q-%Y"]', "time: {", "not a pattern"),
    ("time: {", "time: {precision: minutes, ", "time: {", "'clock', 'day' or 'midnight-is-day'"),
    ("  time: Dato\n", "", "columns:", "name the column of time"),
    ("  text: Emne", "  class: Emne", "columns:", "a word of the rule language"),
    ("  text: Emne", "  Text: Emne", "Text: Emne", "String should match pattern"),
    ("format: csv", "format: excel", "source:", "'csv', 'jsonl'"),
    ("format: csv", "format: jsonl", "source:", "delimiter and quote belong to csv"),
    ('delimiter: ";"', 'delimiter: ";;"', "source:", "String should match pattern"),
    ("  Svar:\n    - event: reply_sent", "  Svar: {event: reply_sent}", "Svar:", "are a list: '- event: reply_sent'"),
    ("  Svar:\n    - event: reply_sent", "  Svar: {event: reply_sent, set: {channel: post}}", "Svar:", "are a list: '- event"),
    ("  Svar:\n    - event: reply_sent", "  Svar: []", "Svar:", "at least 1 item"),
    ("  Svar:\n", "  Ind:\n", "Ind:\n    - event: reply_sent", "stands here twice"),
    ("mapping: small", "mapping: &a small", "mapping:", "anchors and aliases are not read"),
]


@pytest.mark.parametrize(("old", "new", "place", "words"), WRONG, ids=[new.strip()[:40] for _, new, _, _ in WRONG])
def test_what_is_wrong_is_named_with_its_line_and_the_remedy(source, old, new, place, words):
    assert old in source.small, "the test itself"
    text = source.small.replace(old, new, 1)
    line = text[: text.index(place)].count("\n") + 1
    with pytest.raises(MappingError) as error:
        source.mapping(text)
    said = str(error.value)
    assert words in said
    assert said.startswith(f"mapping.yaml:{line}: ")


def test_a_link_is_not_both_set_and_guessed(source):
    text = source.small.replace("    - event: reply_sent\n", "    - event: reply_sent\n      set: {inquiry: {column: text}}\n")
    with pytest.raises(MappingError, match=r"mapping\.yaml:27: 'inquiry' is set here and linked by a policy"):
        source.mapping(text)


BOMB = "a: &a [x, x]\n" + "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(20))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "does not hold a mapping"),
        (b"- a\n- b\n", "does not hold a mapping"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text in UTF-8"),
        ("mapping: små\n".encode("cp1252"), "not text in UTF-8"),
        ("mapping: small\n".encode("utf-16"), "not text in UTF-8"),
        (b"mapping: a\x00b\n", "not YAML"),
        (b"mapping: [unclosed\n", "not YAML"),
        (b"mapping: !!python/object/apply:os.system [true]\n", "tags are not read"),
        (BOMB.encode(), "anchors and aliases are not read"),
        (b"[" * 5000, "does not hold a mapping|nested deeper"),
        (b"a: " + b"[" * 5000, "nested deeper"),
        (b"mapping: " + b"x" * 1_100_000, "larger than 1 MB"),
    ],
)
def test_hostile_files_give_one_clear_error(tmp_path, content, words):
    path = tmp_path / "mapping.yaml"
    path.write_bytes(content)
    with pytest.raises(MappingError, match=words):
        load_mapping(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MappingError, match=r"absent\.yaml: the file can't be read: No such file"):
        load_mapping(tmp_path / "absent.yaml")
