"""The plugin for pytest, in suites of its own: what it offers, what it collects, and what it leaves alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from rebild_policy.bundled import rules_folder

LATE = """\
from rebild_policy import Case

CASE = Case.read({"id": "c", "events": [
    {"type": "inquiry_received", "id": "letter", "time": "2026-01-05", "channel": "email"},
    {"type": "reply_sent", "id": "answer", "time": "2026-02-05", "inquiry": "letter"},
]})
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Pytest in a folder, with warnings as errors."""
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def suite(folder: Path, code: str, **settings: str) -> Path:
    """A suite of one file."""
    lines = [f"rebild_policy_{name} = {value}" for name, value in settings.items()]
    (folder / "pytest.ini").write_text("\n".join(["[pytest]", "addopts = --strict-config", *lines]) + "\n", encoding="utf-8")
    (folder / "test_it.py").write_text(LATE + code, encoding="utf-8")
    return folder


@pytest.fixture
def own_rules(tmp_path: Path) -> Path:
    """A suite with a folder of rules: one of the shipped ones and what it rests on."""
    folder = tmp_path / "policy" / "rules"
    (folder / "contact").mkdir(parents=True)
    for name in ("ruleset.yaml", "terms.yaml", "statements.yaml", "laws.yaml"):
        shutil.copy(rules_folder() / name, folder / name)
    shutil.copytree(rules_folder() / "parameters", folder / "parameters")
    shutil.copy(rules_folder() / "contact" / "late-reply.yaml", folder / "contact")
    return suite(tmp_path, "def test_rules(policy): assert [rule.name for rule in policy.rules] == ['late-reply']\n")


def configure(folder: Path, text: str) -> None:
    (folder / "pytest.ini").write_text(f"[pytest]\n{text}\n", encoding="utf-8")


# ------------------------------------------------------------------------------------------------------ asserting
def test_a_failure_shows_finding_evidence_and_smallest_change(tmp_path: Path) -> None:
    done = run(suite(tmp_path, "def test_it(assert_compliant): assert_compliant(CASE)\n", as_of="2026-03-01"))
    assert done.returncode == 1
    for words in (
        "Check of case c as of 2026-03-01",
        "possible deviation: Written inquiry not answered in time (late-reply, G21, G26)",
        "Close: Reply sent on 2026-02-05 (answer), 13 working days late.",
        "Smallest change: The rule would be met with “reply sent” on 2026-01-19",
    ):
        assert words in done.stdout
    assert "testing/assertions.py" not in done.stdout  # the traceback ends in the test


@pytest.mark.parametrize(
    ("code", "arguments", "code_expected"),
    [
        ("def test_it(assert_compliant): assert_compliant(CASE, date(2026, 1, 10))", (), 0),
        ("def test_it(assert_compliant): assert_compliant(CASE)", ("--rebild-as-of", "2026-01-10"), 0),
        ("def test_it(assert_compliant): assert_compliant(CASE, rules=['decision-without-hearing'])", (), 0),
        ("def test_it(assert_compliant): assert_compliant(CASE, rules=['late-reply'])", (), 1),
        ("def test_it(policy): assert policy.profile == 'guideline'", (), 0),
        ("def test_it(policy): assert policy.profile == 'statutory'", ("--rebild-profile", "statutory"), 0),
        ("import pytest\n@pytest.fixture\ndef policy(): return 1\ndef test_it(policy): assert policy == 1", (), 0),
    ],
)
def test_days_rules_and_profiles(tmp_path: Path, code: str, arguments: tuple[str, ...], code_expected: int) -> None:
    folder = suite(tmp_path, f"from datetime import date\n{code}\n", as_of="2026-03-01")
    done = run(folder, *arguments)
    assert done.returncode == code_expected, done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no day to check as of: give one to assert_compliant, or set --rebild-as-of."),
        (("--rebild-as-of", "tomorrow"), "--rebild-as-of is no date: write YYYY-MM-DD."),
        (("--rebild-as-of", "2026-03-01", "--rebild-profile", "statuory"), "the profile is one of guideline, statutory."),
    ],
)
def test_what_is_wrong_with_the_settings_is_said(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = run(suite(tmp_path, "def test_it(assert_compliant): assert_compliant(CASE)\n"), *arguments)
    assert done.returncode == 1
    assert message in done.stdout


# --------------------------------------------------------------------------------------------------- rules as tests
def test_examples_of_own_rules_are_tests(own_rules: Path) -> None:
    configure(own_rules, "rebild_policy_rules = policy/rules")
    done = run(own_rules, "-vv")
    assert done.returncode == 0, done.stdout
    assert "policy/rules/contact/late-reply.yaml::answered after five working days[guideline] PASSED" in done.stdout
    assert "answered after five working days[statutory] PASSED" in done.stdout
    assert "test_it.py::test_rules PASSED" in done.stdout


def test_only_those_of_one_profile(own_rules: Path) -> None:
    configure(own_rules, "rebild_policy_rules = policy/rules\nrebild_policy_profile = statutory")
    done = run(own_rules, "--collect-only", "policy")
    assert "[statutory]" in done.stdout
    assert "[guideline]" not in done.stdout


def test_one_file_may_be_named(own_rules: Path) -> None:
    configure(own_rules, "rebild_policy_rules = policy/rules")
    done = run(own_rules, "policy/rules/contact/late-reply.yaml", "-k", "phone")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_without_the_setting_no_rule_is_collected(own_rules: Path) -> None:
    (own_rules / "test_it.py").write_text("def test_nothing(): pass\n", encoding="utf-8")
    configure(own_rules, "")
    assert "1 test collected" in run(own_rules, "--collect-only").stdout


def test_an_example_that_comes_out_otherwise_fails_in_its_line(own_rules: Path) -> None:
    configure(own_rules, "rebild_policy_rules = policy/rules")
    path = own_rules / "policy" / "rules" / "contact" / "late-reply.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("expect: satisfied", "expect: violated", 1), encoding="utf-8")
    done = run(own_rules, "policy")
    assert done.returncode == 1
    assert "expected inquiry: violated, and it is satisfied" in done.stdout
    assert "policy/rules/contact/late-reply.yaml:" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("name", ["contact/late-reply.yaml", "terms.yaml"])
def test_a_file_that_is_wrong_is_an_error_of_that_file(own_rules: Path, name: str) -> None:
    configure(own_rules, "rebild_policy_rules = policy/rules")
    path = own_rules / "policy" / "rules" / name
    path.write_text(path.read_text(encoding="utf-8") + "\nextra: 1\n", encoding="utf-8")
    done = run(own_rules, "policy")
    assert done.returncode == 2  # interrupted: errors during collection
    assert f"ERROR policy/rules/{name}" in done.stdout
    assert "unknown key 'extra'" in done.stdout


# -------------------------------------------------------------------------------------------------------- no burden
def test_it_is_registered_by_an_entry_point() -> None:
    (entry,) = entry_points(group="pytest11", name="rebild_policy")
    assert entry.value == "rebild_policy.pytest_plugin"


def test_it_loads_no_part_of_the_package_before_it_is_needed(tmp_path: Path) -> None:
    code = "import json, sys, pytest; pytest.main(['--collect-only', '-q']); print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "rebild_policy.pytest_plugin" in loaded
    own = {name for name in loaded if name.startswith("rebild_policy")}
    light = {"rebild_policy", "rebild_policy.version", "rebild_policy.pytest_plugin"}
    # Hypothesis may be loaded by a plugin of its own, and then its entry point is.
    assert own <= light | {"rebild_policy.registration", "rebild_policy.strategies", "rebild_policy.strategies.registering"}
    assert not {"pydantic", "holidays", "yaml"} & loaded


def test_pytest_does_not_warn_that_the_package_is_loaded_already(tmp_path: Path) -> None:
    """As it would where Hypothesis loaded it first: only of an installation does pytest mark what it wants to rewrite."""
    mark = "from _pytest.config import Config; from _pytest.assertion.rewrite import AssertionRewritingHook as Hook"
    code = f"import warnings; warnings.simplefilter('error'); import hypothesis, rebild_policy; {mark}; "
    code += "Hook(Config.fromdictargs({}, [])).mark_rewrite('rebild_policy')"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
