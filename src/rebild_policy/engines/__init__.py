"""Engines: a plan and a case in, verdicts out. `reference` defines the meaning; the others are held to it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from rebild_policy.engines.base import Engine, Judgement
from rebild_policy.engines.compiled import CompiledEngine
from rebild_policy.engines.reference import ReferenceEngine
from rebild_policy.errors import EngineError
from rebild_policy.plan import Plan

DURABLE_RULES: Final = "durable-rules==2.0.28"
_BUILT: Final = f"pip install {DURABLE_RULES}"
# Python 3.13 removed a name that its C source uses; the one that took its place long ago does the same.
_BUILT_ON_3_13: Final = (
    f"CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject pip install --no-binary durable-rules --no-cache-dir {DURABLE_RULES}"
)


def _durable(plan: Plan) -> Engine:
    """The durable engine. It is loaded when it is asked for: its library is slow to build, and not there on every Python."""
    lacking = lacks("durable")
    if lacking:
        raise EngineError(lacking, remedy=f"Install a C compiler and run: {install_command()}")
    engine: Engine = import_module("rebild_policy.engines.durable.engine").DurableEngine(plan)
    return engine


ENGINES: dict[str, Callable[[Plan], Engine]] = {
    "reference": ReferenceEngine,
    "compiled": CompiledEngine,
    "durable": _durable,
}


def lacks(engine: str) -> str | None:
    """What an engine can't be made for want of; None where nothing is missing."""
    if engine == "durable" and find_spec("durable_rules_engine") is None:
        return "the engine 'durable' needs durable-rules, which is not installed."
    return None


def available() -> tuple[str, ...]:
    """The engines that can be made under this Python as it is installed."""
    return tuple(name for name in ENGINES if lacks(name) is None)


def install_command() -> str:
    """How durable-rules is installed under this Python."""
    return _BUILT if sys.version_info < (3, 13) else _BUILT_ON_3_13


__all__ = ["ENGINES", "CompiledEngine", "Engine", "Judgement", "ReferenceEngine", "available", "install_command", "lacks"]
