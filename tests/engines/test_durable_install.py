"""The second judge is there where it can be installed, loads when it is asked for, and says how it is built where it is not."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import requires

import pytest

from rebild_policy import engines
from rebild_policy.engines import ENGINES, available, install_command, lacks
from rebild_policy.errors import EngineError

ON_3_13 = (
    "CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject pip install --no-binary durable-rules --no-cache-dir durable-rules==2.0.28"
)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="from Python 3.13 on durable-rules has to be built by hand")
def test_it_comes_with_the_library() -> None:
    assert lacks("durable") is None
    assert available() == tuple(ENGINES)


def test_the_library_asks_for_it_up_to_python_3_12() -> None:
    (wanted,) = [each for each in requires("rebild-policy") or () if each.startswith("durable")]
    name, _, marker = wanted.partition(";")
    assert name.strip() == engines.DURABLE_RULES
    assert marker.replace(" ", "").replace('"', "'") == "python_version<'3.13'"


def test_nothing_of_it_is_loaded_before_it_is_asked_for() -> None:
    script = """
import sys
from datetime import date
from rebild_policy import Case, Policy
Policy.rebild().check(Case.read({"id": "c"}), date(2026, 1, 5))
print([name for name in sys.modules if "durable" in name])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("version", "command"),
    [((3, 11), "pip install durable-rules==2.0.28"), ((3, 12), "pip install durable-rules==2.0.28"), ((3, 13), ON_3_13)],
)
def test_without_it_the_error_says_exactly_how_to_build_it(rules, monkeypatch, version, command) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "version_info", version)
    rules.rule("each: {d: decision_made}\nrequire: never")
    with pytest.raises(EngineError) as raised:
        ENGINES["durable"](rules.plan())
    said = "the engine 'durable' needs durable-rules, which is not installed. Install a C compiler and run: "
    assert str(raised.value) == said + command
    assert install_command() == command
    assert "durable" not in available()
    assert {"reference", "compiled"} <= set(available())
