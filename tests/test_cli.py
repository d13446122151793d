"""The command line as a user runs it: exit codes, languages, and one clear line for whatever is wrong."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from rebild_policy import Policy
from rebild_policy.schemas import SCHEMAS
from rebild_policy.version import VERSION

RUN = "from rebild_policy.cli.main import main; main()"
# Runs command lines, each in a process of its own that is forked from one that has loaded the library.
FORKING = """
import importlib, json, os, sys, traceback
from rebild_policy import Policy
from rebild_policy.cli.main import main
for name in "audit check coverage demo explain fmt lint mutate new rules schema selftest test".split():
    importlib.import_module(f"rebild_policy.cli.{name}")
Policy.rebild()

def run(folder, number, arguments):
    os.chdir(folder)
    for stream, descriptor in (("out", 1), ("err", 2)):
        os.dup2(os.open(f"{number}.{stream}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    sys.argv = ["rebild-policy", *arguments]
    code = 0
    try:
        main()
    except SystemExit as exit:
        code = exit.code or 0
    except BaseException:
        traceback.print_exc()
        code = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

for request in sys.stdin:
    folder, lines = json.loads(request)
    children = []
    for number, arguments in enumerate(lines):
        children.append(os.fork())
        if not children[-1]:
            run(folder, number, arguments)
        if number % 4 == 3 or number == len(lines) - 1:
            codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
            print(*codes, end=" ", flush=True)
            children = []
    print(flush=True)
"""
LETTER = {"type": "inquiry_received", "id": "letter", "time": "2026-01-05T10:12", "channel": "email"}
CASE = {"id": "2026-0117", "events": [LETTER]}
AS_OF = ("--as-of", "2026-05-01")


class Done(NamedTuple):
    code: int
    out: str
    err: str


def environment(**more):
    return {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "120", "PYTHONUTF8": "1", **more}


def run(folder, *arguments, **more):
    """One command in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], cwd=folder, capture_output=True, env=environment(**more), check=False
    )
    return Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


@pytest.fixture(scope="module")
def run_all():
    """Run several commands in a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", FORKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    ) as server:

        def run_in(folder, *lines):
            server.stdin.write(json.dumps([str(folder), [list(map(str, line)) for line in lines]]) + "\n")
            server.stdin.flush()
            codes = [int(code) for code in server.stdout.readline().split()]
            assert len(codes) == len(lines)
            read = [
                [(folder / f"{number}.{stream}").read_text("utf-8") for stream in ("out", "err")] for number in range(len(lines))
            ]
            return [Done(code, *texts) for code, texts in zip(codes, read, strict=True)]

        yield run_in
        server.stdin.close()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "case.json").write_text(json.dumps(CASE), "utf-8")
    return tmp_path


# -------------------------------------------------------------------------------------------------------------- what works
def test_check_prints_a_report_and_json(run_all, folder):
    text = run(folder, "check", "case.json", *AS_OF)
    assert (text.code, text.err) == (0, "")
    assert "possible deviation" in text.out
    assert "Written inquiry not answered in time" in text.out
    assert "illegal" not in text.out.lower()
    (dumped,) = run_all(folder, ("check", "case.json", *AS_OF, "--format", "json"))
    assert (dumped.code, dumped.err) == (0, "")
    report = json.loads(dumped.out)
    (late,) = (finding for finding in report["findings"] if finding["rule"] == "late-reply")
    assert late["verdict"] == "violated"
    assert late["explanation"]["message"]["en"].startswith("The inquiry counts as received on 2026-01-05.")


def test_both_languages_and_both_profiles(run_all, folder):
    danish, english, statutory, twice, rules, explained = run_all(
        folder,
        ("check", "case.json", *AS_OF, "--lang", "da"),
        ("check", "case.json", *AS_OF, "--lang", "en"),
        ("check", "case.json", *AS_OF, "--profile", "statutory", "--format", "json"),
        ("check", "case.json", *AS_OF, "--lang", "da", "--profile", "statutory"),
        ("rules", "--lang", "da"),
        ("explain", "late-reply", "--lang", "da"),
    )
    assert {done.code for done in (danish, english, statutory, twice, rules, explained)} == {0}
    assert "mulig afvigelse" in danish.out
    assert "Skriftlig henvendelse ikke besvaret i tide" in danish.out
    assert "possible deviation" not in danish.out
    assert "possible deviation" in english.out
    assert "Skriftlig" not in english.out
    assert json.loads(statutory.out)["profile"] == "statutory"
    assert "Skriftlig henvendelse ikke besvaret i tide" in rules.out
    assert "besvaret" in explained.out
    assert "ulovlig" not in (danish.out + rules.out + explained.out).lower()


def test_the_language_is_that_of_the_locale(run_all, folder):
    assert "mulig afvigelse" in run(folder, "check", "case.json", *AS_OF, LC_ALL="da_DK.UTF-8").out
    (elsewhere,) = run_all(folder, ("check", "case.json", *AS_OF))
    assert "possible deviation" in elsewhere.out


def test_exit_codes_by_severity(run_all, folder):
    (folder / "fine.json").write_text(json.dumps({"id": "c"}), "utf-8")
    done = run_all(
        folder,
        *[("check", "case.json", *AS_OF, "--fail-on", severity) for severity in ("never", "low", "medium", "high")],
        ("check", "fine.json", *AS_OF, "--fail-on", "low"),
        ("check", "case.json", "--as-of", "2026-01-10", "--fail-on", "low"),
    )
    assert [one.code for one in done] == [0, 1, 1, 0, 0, 0]
    assert all(one.out and not one.err for one in done)


def test_rules_of_ones_own(run_all, folder, rules):
    rules.rule("each: {i: inquiry_received}\nif: i.written\nrequire: never\n", name="never-written")
    checked, listed, explained = run_all(
        folder,
        ("check", "case.json", *AS_OF, "--rules", rules.folder, "--format", "json"),
        ("rules", "--rules", rules.folder, "--format", "json"),
        ("explain", "never-written", "--rules", rules.folder, "--lang", "en"),
    )
    assert [finding["rule"] for finding in json.loads(checked.out)["findings"]] == ["never-written"]
    assert [rule["rule"] for rule in json.loads(listed.out)["rules"]] == ["never-written"]
    assert "never-written" in explained.out


def test_the_rules_are_listed_and_each_is_explained(run_all, folder):
    policy = Policy.rebild()
    names = [rule.name for rule in policy.rules]
    listed, dumped, *explained = run_all(
        folder, ("rules",), ("rules", "--format", "json"), *[("explain", name) for name in names]
    )
    assert all(name in listed.out for name in names)
    found = json.loads(dumped.out)
    assert sorted(rule["rule"] for rule in found["rules"]) == sorted(names)
    assert found["ruleset"]["digest"] == policy.info.digest
    for rule, page in zip(policy.rules, explained, strict=True):
        assert (page.code, page.err) == (0, "")
        assert rule.title.en.split()[0] in page.out
        assert all(statement in page.out for statement in rule.statements)


def test_every_schema_is_printed(run_all, folder):
    for name, done in zip(SCHEMAS, run_all(folder, *[("schema", name) for name in SCHEMAS]), strict=True):
        assert done.code == 0, name
        assert json.loads(done.out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_version_and_help(run_all, folder):
    said, nothing, *helped = run_all(
        folder, ("--version",), (), ("--help",), *[(name, "--help") for name in ("check", "audit", "selftest", "demo")]
    )
    assert said == Done(0, f"rebild-policy {VERSION}\n", "")
    assert "Usage" in nothing.out + nothing.err
    for done in helped:
        assert (done.code, done.err) == (0, "")
        assert "Usage" in done.out


def test_python_m_is_the_same_program(folder):
    command = [sys.executable, "-m", "rebild_policy"]
    done = subprocess.run([*command, "--version"], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == f"rebild-policy {VERSION}\n"
    wrong = subprocess.run([*command, "check", "none.json", *AS_OF], cwd=folder, capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("rebild-policy: none.json")


def test_today_is_said_and_never_assumed(run_all, folder):
    said, assumed = run_all(folder, ("check", "case.json", "--as-of", "today", "--format", "json"), ("check", "case.json"))
    assert said.code == 0
    assert date.fromisoformat(json.loads(said.out)["as_of"]) >= date(2026, 1, 1)
    assert assumed.code == 2
    assert "--as-of" in assumed.err
    assert assumed.out == ""


def test_output_in_a_pipe_has_no_colours_and_no_bar(run_all, folder):
    commands = run_all(folder, ("check", "case.json", *AS_OF), ("rules",), ("explain", "late-reply"))
    for done in commands:
        assert "\x1b" not in done.out + done.err
        assert "\r" not in done.out + done.err
        assert done.err == ""


def test_a_reader_that_leaves_early_is_no_error(folder):
    reader, writer = os.pipe()
    os.close(reader)
    for arguments in (("explain", "late-reply"), ("schema", "terms")):
        done = subprocess.run(
            [sys.executable, "-c", RUN, *arguments],
            cwd=folder,
            stdout=writer,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
    os.close(writer)


def test_an_output_without_danish_letters_is_no_error(folder):
    done = run(folder, "check", "case.json", *AS_OF, "--lang", "da", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert (done.code, done.err) == (0, "")
    assert "mulig afvigelse" in done.out


# ------------------------------------------------------------------------------------------------------------ what is wrong
WRONG_USE = [
    ((), "Usage"),
    (("chek",), "No such command 'chek'. Did you mean 'check'"),
    (("check",), "Missing argument"),
    (("check", "case.json"), "Missing option '--as-of'"),
    (("check", "case.json", *AS_OF, "--lang", "fr"), "'fr' is not one of 'da', 'en'"),
    (("check", "case.json", *AS_OF, "--profile", "statute"), "is not one of 'guideline', 'statutory'"),
    (("check", "case.json", *AS_OF, "--format", "xml"), "is not one of 'text', 'json'"),
    (("check", "case.json", *AS_OF, "--fail-on", "always"), "'always' is not one of"),
    (("check", "case.json", *AS_OF, "--asof", "x"), "No such option"),
    (("audit", "export.csv", *AS_OF), "Missing option '--mapping'"),
    (("selftest", "--cases", "0"), "--cases"),
]


def test_wrong_use_is_2_and_goes_to_standard_error(run_all, folder):
    for (_, words), done in zip(WRONG_USE, run_all(folder, *[line for line, _ in WRONG_USE]), strict=True):
        assert done.code == 2
        assert words in done.err + (done.out if not done.err else "")
        assert "Traceback" not in done.err


WRONG_INPUT = [
    (("check", "case.json", "--as-of", "2026-02-30"), "--as-of is no date. Write YYYY-MM-DD, or today."),
    (("check", "case.json", "--as-of", "20260501"), "--as-of is no date."),
    (("check", "case.json", "--as-of", "2026-W18-5"), "--as-of is no date."),
    (("check", "case.json", "--as-of", "2026-05-01T10:00"), "--as-of is no date."),
    (("check", "case.json", "--as-of", ""), "--as-of is no date."),
    (("check", "nowhere.json", *AS_OF), "nowhere.json: the file can't be read: No such file or directory."),
    (("check", ".", *AS_OF), "the file can't be read: Is a directory."),
    (("explain", "late-rply"), "unknown rule 'late-rply'. Did you mean 'late-reply'?"),
    (("explain", ""), "unknown rule ''."),
    (("schema", "reprt"), "unknown schema 'reprt'. Did you mean 'report'?"),
    (("rules", "--rules", "nowhere"), "nowhere: there is no such folder of rules."),
    (("rules", "--rules", "case.json"), "case.json: there is no such folder of rules."),
    (("rules", "--rules", "empty"), "empty: the folder holds no rule."),
    (("check", "case.json", *AS_OF, "--rules", "broken"), "broken/rule.yaml:1: unknown key 'rul'. Did you mean 'rule'?"),
    (("audit", "nowhere.csv", "--mapping", "nowhere.yaml", *AS_OF), "nowhere.yaml: the file can't be read"),
    (("audit", "case.json", "--mapping", "case.json", "--as-of", "soon"), "--as-of is no date."),
    (("audit", "case.json", "--mapping", "case.json", "--as-of", "soon", "--preflight"), "--as-of is no date."),
    (("selftest", "--engines", "reference,compild", "--cases", "5"), "unknown engine 'compild'. Did you mean 'compiled'?"),
]


def one_line(done, code=2):
    """The only line of an error."""
    assert done.code == code, done
    assert done.out == ""
    (line,) = done.err.splitlines()
    assert line.startswith("rebild-policy: ")
    assert "unexpected" not in line
    return line.removeprefix("rebild-policy: ")


def test_what_is_wrong_is_one_line_on_standard_error(run_all, folder):
    (folder / "empty").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "rule.yaml").write_text("rul: x\n", "utf-8")
    for (_, words), done in zip(WRONG_INPUT, run_all(folder, *[line for line, _ in WRONG_INPUT]), strict=True):
        assert words in one_line(done)


def big(events):
    return json.dumps({"id": "c", "events": events}).encode()


BAD_CASES = {
    "empty": (b"", "this is not JSON"),
    "blank": (b"  \n", "this is not JSON"),
    "binary": (bytes(range(256)), "the file is not text in UTF-8"),
    "utf-16": (json.dumps(CASE).encode("utf-16"), "the file is not text in UTF-8"),
    "latin-1": ('{"id": "æ"}'.encode("latin-1"), "the file is not text in UTF-8"),
    "cut off": (json.dumps(CASE).encode()[:-5], "this is not JSON"),
    "second line": (b'{"id": "c",\n "events": [}\n', "second line:2: this is not JSON"),
    "a list": (b"[]", "Input should be a valid dictionary"),
    "a text": (b'"case"', "Input should be a valid dictionary"),
    "nothing": (b"null", "Input should be a valid dictionary"),
    "not a number": (b'{"id": NaN}', "this is not JSON that can be read"),
    "infinite": (b'{"id": "c", "events": [-Infinity]}', "this is not JSON that can be read"),
    "a huge number": (b'{"id": ' + b"9" * 5000 + b"}", "this is not JSON that can be read"),
    "deep": (b'{"id": ' + b"[" * 100_000, "this is not JSON"),
    "deep and closed": (b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "this is not JSON that can be read"),
    "a key twice": (b'{"id": "c", "id": "d"}', "a key stands twice in one object. Remove one."),
    "no id": (b"{}", "id: Field required"),
    "half a character": (b'{"id": "\\ud800"}', "id: Input should be a valid string"),
    "unknown field": (b'{"id": "c", "evnts": []}', "unknown field 'evnts'. Did you mean 'events'?"),
    "unknown type": (
        big([{**LETTER, "type": "inquiry_recieved"}]),
        "events[0]: unknown event type. Did you mean 'inquiry_received'?",
    ),
    "unknown event field": (big([{**LETTER, "chanel": "x"}]), "events[0]: unknown field 'chanel'. Did you mean 'channel'?"),
    "a field of two lines": (big([{**LETTER, "cha\nnel\u2028": "x"}]), "events[0]: a key that is no field."),
    "wrong type": (big([{**LETTER, "written": "yes"}]), "events[0].written: Input should be a valid boolean"),
    "no date": (big([{**LETTER, "time": "yesterday"}]), "events[0].time: a time is written YYYY-MM-DD"),
    "year 1": (big([{**LETTER, "time": "0001-01-01T00:00"}]), "events[0].time: a time lies in the years 1990 to 2100"),
    "one id twice": (big([LETTER, {**LETTER, "channel": "post"}]), "event 2 has the id of another event"),
    "another case": (big([{**LETTER, "case": "other"}]), "event 1 is of another case"),
    "events are text": (b'{"id": "c", "events": "x"}', "events: Input should be a valid tuple"),
}


def test_a_bad_case_is_one_line_that_names_the_file(run_all, folder):
    for name, (content, _) in BAD_CASES.items():
        (folder / name).write_bytes(content)
    done = run_all(folder, *[("check", name, *AS_OF) for name in BAD_CASES])
    for (name, (_, words)), one in zip(BAD_CASES.items(), done, strict=True):
        line = one_line(one)
        assert line.startswith(name)
        assert words in line
        assert len(line) < 400


def test_a_case_of_50_mb_is_not_read(run_all, folder):
    with (folder / "sparse.json").open("wb") as file:
        file.truncate(1 << 40)
    (done,) = run_all(folder, ("check", "sparse.json", *AS_OF))
    assert "larger than 50 MB. Is it an export? Use: rebild-policy audit." in one_line(done)


def test_a_file_without_the_right_to_read_it(run_all, folder):
    path = folder / "case.json"
    path.chmod(0)
    if os.access(path, os.R_OK):  # as root, every file can be read
        path.unlink()
    (done,) = run_all(folder, ("check", "case.json", *AS_OF))
    assert "case.json: the file can't be read: " in one_line(done)


def test_no_error_repeats_what_stands_in_a_case(run_all, folder):
    secret = "Karen Hansen 010190-1234"
    broken = [{**LETTER, field: [secret]} for field in ("id", "time", "channel", "kind", "written", "merged_into")]
    broken += [{**LETTER, "type": secret}, {**LETTER, "time": secret}, {**LETTER, "case": secret}, {**LETTER, "010190-1234": 1}]
    for number, event in enumerate(broken):
        (folder / f"{number}.json").write_bytes(big([event]))
    for done in run_all(folder, *[("check", f"{number}.json", *AS_OF) for number in range(len(broken))]):
        line = one_line(done)
        assert "Karen" not in line
        assert "010190" not in line


def test_hostile_ids_are_shown_as_they_are(run_all, folder):
    names = [
        "[/bold]",
        "[red]x[/red]",
        "\\[x]",
        "{0}",
        "%s",
        "a\tb",
        "😀",
        "x" * 200,
        "a\nb",
        "\u202eabc",
        "[link=http://x]y[/link]",
    ]
    for number, name in enumerate(names):
        (folder / f"{number}.json").write_text(json.dumps({"id": name, "events": [{**LETTER, "id": name}]}), "utf-8")
    lines = [("check", f"{number}.json", *AS_OF) for number in range(len(names))]
    for name, done in zip(names, run_all(folder, *lines), strict=True):
        assert (done.code, done.err) == (0, "")
        if name.isprintable() and len(name) < 20:
            assert name in done.out


def test_a_control_character_of_a_case_does_not_reach_the_terminal(run_all, folder):
    name = "\x1b[31mred\x1b[0m \x07 \x9b31m"
    (folder / "case.json").write_text(json.dumps({"id": name, "events": [{**LETTER, "id": name}]}), "utf-8")
    (done,) = run_all(folder, ("check", "case.json", *AS_OF))
    assert done.code == 0
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.out)


# --------------------------------------------------------------------------------------------------------- the long commands
def test_selftest(run_all, folder):
    (done,) = run_all(folder, ("selftest", "--cases", "30", "--seed", "3"))
    assert (done.code, done.err) == (0, "")
    assert "30 cases" in done.out
    assert "never seen:" in done.out
    # It requires "never", so that nothing satisfies it, in however many cases.
    assert not re.search(r"digital-message-despite-exemption[^;]*satisfied", done.out)
    assert "\x1b" not in done.out
    assert list(folder.glob("*.yaml")) == []


NEW = ("new", "reply-not-sent", "--statement", "M1", "--trigger", "inquiry_received", "--rules", "mine")


def test_what_authors_of_rules_run(run_all, folder):
    (made,) = run_all(folder, NEW)
    assert (made.code, made.err) == (0, "")
    assert "mine/reply-not-sent.yaml" in made.out
    failing, covered, mutated, form, linted = run_all(
        folder,
        ("test", "--rules", "mine"),
        ("coverage", "--rules", "mine"),
        ("mutate", "--rules", "mine"),
        ("fmt", "--check", "--rules", "mine"),
        ("lint", "--rules", "mine"),
    )
    assert [done.code for done in (failing, covered, mutated, form, linted)] == [1, 1, 2, 0, 1]
    assert "0 passed, 6 failed" in failing.out
    assert "[every engine; guideline, statutory]" in failing.out
    assert covered.out.endswith("0 of 3: 0.0 %\n")
    assert "an example of 'reply-not-sent' fails already. Run rebild-policy test" in mutated.err
    assert form.out == "0 files to format.\n"
    assert "unfinished" in linted.out
    enough, some = run_all(
        folder, ("coverage", "--rules", "mine", "--threshold", "0"), ("test", "reply-not-sent", "--rules", "mine")
    )
    assert (enough.code, some.code) == (0, 1)


def test_fmt_writes_what_is_not_in_canonical_form(run_all, folder):
    run_all(folder, NEW)
    path = folder / "mine" / "reply-not-sent.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("severity: medium", "severity:   'medium'"), encoding="utf-8")
    check, write = ("fmt", "--check", "--rules", "mine"), ("fmt", "mine/reply-not-sent.yaml", "--rules", "mine")
    checked, one, again, strange = (run_all(folder, line)[0] for line in (check, write, check, ("fmt", "elsewhere.yaml")))
    assert [done.code for done in (checked, one, again, strange)] == [1, 0, 0, 2]
    assert "mine/reply-not-sent.yaml: not in canonical form" in checked.out
    assert path.read_text(encoding="utf-8") == good
    assert "is no file of the rules" in strange.err


def test_wrong_words_of_authors_get_one_line(run_all, folder):
    cases = {
        ("test", "late-replay"): "unknown rule 'late-replay'. Did you mean 'late-reply'?",
        ("mutate", "--rules", "nowhere"): "there is no such folder of rules",
        ("new", *NEW[1:], "--within", "soon"): "--within: 'soon' is not a duration",
        ("schema",): "which schema? Known: ",
    }
    for done, message in zip(run_all(folder, *cases), cases.values(), strict=True):
        assert done.code == 2
        assert message in done.err
        assert len(done.err.splitlines()) == 1


def test_all_schemas_are_written_into_a_folder(run_all, folder):
    (done,) = run_all(folder, ("schema", "--out", "mine/schemas"))
    assert done.code == 0
    assert {path.stem for path in (folder / "mine" / "schemas").iterdir()} == set(SCHEMAS)


def test_demo_leaves_a_page_and_says_where(run_all, folder):
    (done,) = run_all(folder, ("demo", "--out", "build/[red]demo", "--lang", "da"))
    assert (done.code, done.err) == (0, "")
    left = folder / "build" / "[red]demo"
    assert {path.name for path in left.iterdir()} == {"report.html", "findings.jsonl", "quarantine.csv"}
    assert str(left / "report.html") in done.out
    assert "\x1b" not in done.out
    assert all(json.loads(line) for line in (left / "findings.jsonl").read_text("utf-8").splitlines())


def test_audit_of_the_shipped_export(run_all, folder):
    import rebild_policy

    demo = Path(rebild_policy.__file__).parent / "demo"
    shipped = (demo / "sager.csv", "--mapping", demo / "sager.yaml", "--as-of", "2026-05-29")
    text, dumped, preflight, written, nowhere = run_all(
        folder,
        ("audit", *shipped, "--fail-on", "low"),
        ("audit", *shipped, "--format", "json", "--lang", "da"),
        ("audit", *shipped, "--preflight"),
        ("audit", *shipped, "--findings", "f.jsonl", "--html", "r.html", "--quarantine", "q.csv", "--profile", "statutory"),
        ("audit", *shipped, "--html", "no/such/folder/r.html"),
    )
    assert [done.code for done in (text, dumped, preflight, written)] == [1, 0, 0, 0]
    assert {done.err for done in (text, dumped, preflight, written)} == {""}
    assert not re.search("[\x1b\r]", text.out + preflight.out + written.out)
    audit = json.loads(dumped.out)
    account = audit["accounting"]
    assert account["rows"] == sum(account[part] for part in ("mapped", "quarantined", "duplicates")) + sum(
        activity["rows"] for activity in account["irrelevant"] + account["unmapped"]
    )
    assert audit["command"].startswith("rebild-policy audit ")
    assert "possible deviation" in text.out
    assert "late-reply" in preflight.out
    assert {path.name for path in folder.iterdir()} >= {"f.jsonl", "r.html", "q.csv"}
    assert "no/such/folder/r.html" in one_line(nowhere)
