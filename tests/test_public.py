"""The public surface: what is exported, what an import loads, and that the package says it is typed."""

import json
import re
import subprocess
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import rebild_policy
from rebild_policy.version import VERSION

NAMES = [
    "Audit",
    "AuditComparison",
    "Calendar",
    "Case",
    "Coverage",
    "Event",
    "Finding",
    "Policy",
    "PolicyError",
    "Report",
    "Row",
    "Verdict",
    "__version__",
    "compare_audits",
    "errors",
    "events",
]
HEAVY = {"pydantic", "holidays", "rich", "yaml", "typer", "hypothesis", "jinja2", "rapidfuzz", "zoneinfo"}


def python(code, *arguments):
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_names_are_these_and_each_is_there():
    assert rebild_policy.__all__ == sorted(NAMES) == NAMES
    assert set(NAMES) <= set(dir(rebild_policy))
    for name in NAMES:
        assert getattr(rebild_policy, name) is not None


def test_a_star_gives_every_name():
    found = python("from rebild_policy import *; print([name for name in dir() if name != 'annotations'])")
    assert set(NAMES) - {"__version__"} <= set(re.findall(r"'(\w+)'", found))


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="module 'rebild_policy' has no attribute 'Polcy'"):
        rebild_policy.Polcy  # noqa: B018 - the access is what is tested


@pytest.mark.parametrize(
    ("statement", "loaded"),
    [
        ("import rebild_policy", set()),
        ("import rebild_policy; rebild_policy.__version__; dir(rebild_policy)", set()),
        ("from rebild_policy import errors", {"rapidfuzz"}),
        ("from rebild_policy import Calendar", {"holidays", "zoneinfo"}),
        ("from rebild_policy import Case, events, Coverage", {"pydantic", "rapidfuzz", "zoneinfo"}),
        ("from rebild_policy import Policy", {"pydantic", "rapidfuzz", "zoneinfo", "holidays", "yaml"}),
    ],
)
def test_an_import_loads_what_it_needs_and_no_more(statement, loaded):
    code = f"import json, sys; before = set(sys.modules); {statement}; print(json.dumps(sorted(set(sys.modules) - before)))"
    modules = {name.partition(".")[0] for name in json.loads(python(code))}
    assert modules & HEAVY == loaded


def test_the_command_line_loads_no_engine_before_a_command_is_chosen():
    code = "import json, sys, rebild_policy.cli.main; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(python(code)))
    assert not {"pydantic", "holidays", "yaml", "jinja2"} & loaded
    assert not {name for name in loaded if re.match(r"rebild_policy\.(engines|plan|facts|report|sources|policy)", name)}


def test_the_package_says_that_it_is_typed():
    assert (Path(rebild_policy.__file__).parent / "py.typed").read_bytes() == b""


def test_the_version_is_one_and_the_same():
    assert rebild_policy.__version__ == VERSION
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert version("rebild-policy") == VERSION


def test_the_command_is_installed():
    (command,) = entry_points(group="console_scripts", name="rebild-policy")
    assert command.value == "rebild_policy.cli.main:main"


def test_every_public_name_is_documented():
    for name in NAMES:
        if name != "__version__":
            assert getattr(rebild_policy, name).__doc__
