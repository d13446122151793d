"""The plugin for pytest: a `policy`, `assert_compliant` with a policy and a day, and the examples of rules as tests.

    [tool.pytest.ini_options]
    rebild_policy_rules = ["rules"]          # folders of your own rules: their examples are tests, and they make `policy`
    rebild_policy_profile = "statutory"      # or --rebild-profile
    rebild_policy_as_of = "2026-05-01"       # or --rebild-as-of

Pytest loads this wherever the package is installed. So it loads no part of the package before one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rebild_policy.policy import Policy
    from rebild_policy.rules import Profile

_RULE_FILES = {".yaml", ".yml"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, on the command line and in the configuration."""
    group = parser.getgroup("rebild-policy", "policy as code")
    group.addoption("--rebild-profile", metavar="NAME", help="profile of the `policy` fixture and of the examples of rules")
    group.addoption("--rebild-as-of", metavar="DATE", help="day as of which the fixture `assert_compliant` checks")
    parser.addini(
        "rebild_policy_rules", "folders of rules whose examples are tests; the first makes `policy`", type="paths", default=[]
    )
    parser.addini("rebild_policy_profile", "see --rebild-profile", default="")
    parser.addini("rebild_policy_as_of", "see --rebild-as-of", default="")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The examples of a rule file that lies in one of the folders named in the configuration."""
    if file_path.suffix not in _RULE_FILES:
        return None
    for folder in parent.config.getini("rebild_policy_rules"):
        if file_path.is_relative_to(folder):
            rule_file = import_module("rebild_policy.testing.collecting").RuleFile
            found: pytest.Collector = rule_file.from_parent(parent, path=file_path, folder=folder, only=_profile(parent.config))
            return found
    return None


@pytest.fixture(scope="session")
def policy(pytestconfig: pytest.Config) -> Policy:
    """The policy of the folder that `rebild_policy_rules` names first, or the bundled one; of the profile that is set."""
    policies: type[Policy] = import_module("rebild_policy").Policy
    profile: Profile = _profile(pytestconfig) or "guideline"
    folders = pytestconfig.getini("rebild_policy_rules")
    return policies.load(folders[0], profile=profile) if folders else policies.rebild(profile=profile)


@pytest.fixture
def assert_compliant(pytestconfig: pytest.Config, policy: Policy) -> Callable[..., None]:
    """`rebild_policy.testing.assert_compliant` with the policy of the fixture, and the day that is set unless one is given."""
    function = import_module("rebild_policy.testing").assert_compliant
    day = _setting(pytestconfig, "as_of")
    return partial(_checked, function, policy, day)


def _checked(function: Callable[..., None], policy: Policy, day: str, case: Any, as_of: Any = None, **options: Any) -> None:
    __tracebackhide__ = True
    if as_of is None:
        if not day:
            raise pytest.UsageError("no day to check as of: give one to assert_compliant, or set --rebild-as-of.")
        as_of = _day(day)
    function(case, as_of, **{"policy": policy, **options})


def _day(text: str) -> Any:
    try:
        return import_module("rebild_policy.facts").read_day(text)
    except ValueError:
        raise pytest.UsageError("--rebild-as-of is no date: write YYYY-MM-DD.") from None


def _profile(config: pytest.Config) -> Profile | None:
    known: dict[str, Profile] = {"guideline": "guideline", "statutory": "statutory"}
    name = _setting(config, "profile")
    if name and name not in known:
        raise pytest.UsageError(f"the profile is one of {', '.join(known)}.")
    return known.get(name)


def _setting(config: pytest.Config, name: str) -> str:
    """An option of the command line, or else of the configuration; empty where neither is set."""
    return config.getoption(f"rebild_{name}") or config.getini(f"rebild_policy_{name}") or ""
