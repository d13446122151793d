"""The wheel holds what the library needs away from its checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_rules_types_templates_and_the_demo(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    rules = {f"rebild_policy/rules/{path.relative_to(ROOT / 'rules').as_posix()}" for path in (ROOT / "rules").rglob("*.yaml")}
    assert rules
    assert rules <= names
    assert {"rebild_policy/py.typed", "rebild_policy/demo/sager.csv", "rebild_policy/demo/sager.yaml"} <= names
    assert any(name.startswith("rebild_policy/report/templates/") for name in names)
    assert not any(name.startswith(("tests/", "rules/", "docs/")) for name in names)


def test_the_bundled_rules_are_found_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    script = "from rebild_policy import Policy; policy = Policy.rebild(); print(policy.info.name, len(policy.rules))"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path / "installed", check=True, capture_output=True, text=True)
    assert done.stdout.split()[0] == "rebild"
    assert int(done.stdout.split()[1]) >= 9
