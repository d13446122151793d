"""Every law that asks for a `setting` is tried on every engine, on both rule sets and in both profiles."""

import pytest
from laws import SETTINGS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "setting" in metafunc.fixturenames:
        names = [f"{setting.engine}-{setting.rules}-{setting.profile}" for setting in SETTINGS]
        metafunc.parametrize("setting", SETTINGS, ids=names)
