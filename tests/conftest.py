"""Tiny rule sets for tests: what a test is about, with the rest of a rule file filled in. And the manual as a site."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import settings

from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.plan import Plan, build_plan

ROOT = Path(__file__).resolve().parent.parent
# The same examples on every run, and no clock: a shared machine is slow at times, and that is no fault of the code.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

# What every rule file must hold and most tests do not care about. The examples are never judged.
HEAD = """\
rule: {name}
title: {{da: titel, en: title}}
statements: [G1]
law: []
severity: low
message: {{da: besked, en: message}}
remedy: {{da: råd, en: remedy}}
not_formalised: {{da: intet, en: nothing}}
examples:
  - {{name: {{da: a, en: a}}, as_of: 2026-01-05, events: [], expect: satisfied}}
  - {{name: {{da: b, en: b}}, as_of: 2026-01-05, events: [], expect: violated}}
  - {{name: {{da: c, en: c}}, as_of: 2026-01-05, events: [], expect: undetermined}}
  - {{name: {{da: d, en: d}}, as_of: 2026-01-05, events: [], expect: pending}}
  - {{name: {{da: e, en: e}}, as_of: 2026-01-05, events: [], expect: satisfied, deadline: last day}}
  - {{name: {{da: f, en: f}}, as_of: 2026-01-05, events: [], expect: violated, deadline: day after}}
"""
PARAMETER = """\
parameter: {name}
kind: {kind}
title: {{da: {name}, en: {name}}}
"""


@dataclass(frozen=True)
class TinyRules:
    """A folder of rules that a test writes and loads."""

    folder: Path

    def rule(self, text: str, name: str = "rule", head: str = HEAD) -> None:
        """One rule: the nodes that the test is about, under what every rule file holds."""
        self.file(f"{name}.yaml", head.format(name=name) + dedent(text))

    def parameter(self, name: str, *values: Any, kind: str = "duration") -> None:
        """A parameter of one value, or of dated ones given as (day, value)."""
        dated = [value if isinstance(value, tuple) else ("1990-01-01", value) for value in values]
        lines = [f"  - {{from: {since}, value: {value}, reference: a test}}\n" for since, value in dated]
        self.file(f"parameters/{name}.yaml", PARAMETER.format(name=name, kind=kind) + "values:\n" + "".join(lines))

    def table(self, name: str, rows: str) -> None:
        """A table of durations; each row as a flow mapping on a line of its own."""
        self.file(f"parameters/{name}.yaml", PARAMETER.format(name=name, kind="table") + "rows:\n" + dedent(rows))

    def file(self, name: str, text: str) -> Path:
        """Any file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def load(self) -> RuleSet:
        """The rules as the library reads them."""
        return load_rules(self.folder)

    def plan(self, profile: str = "guideline", **options: Any) -> Plan:
        """The plan of the rules."""
        return build_plan(self.load(), profile=profile, **options)


@pytest.fixture
def rules(tmp_path: Path) -> TinyRules:
    """An empty folder of rules."""
    folder = tmp_path / "rules"
    folder.mkdir()
    return TinyRules(folder)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it: once, however many processes run the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "site"
    said = folder / "said.txt"
    try:
        folder.mkdir()
    except FileExistsError:  # another process builds it
        deadline = time.monotonic() + 300
        while not said.exists() and time.monotonic() < deadline:
            time.sleep(0.2)
    else:
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", str(ROOT / "tools" / "site")]
        done = subprocess.run(
            [*command, "-d", str(folder / "cache"), str(ROOT / "docs"), str(folder / "html")],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            check=False,
        )
        part = folder / "part.txt"
        part.write_text(f"{done.stderr}{f'exit code {done.returncode}' if done.returncode else ''}", encoding="utf-8")
        part.rename(said)
    assert said.read_text(encoding="utf-8") == "", said.read_text(encoding="utf-8")
    return folder / "html"
