"""Engines: a plan and a case in, verdicts out. `reference` defines the meaning; the others are held to it."""

from __future__ import annotations

from collections.abc import Callable

from rebild_policy.engines.base import Engine, Judgement
from rebild_policy.engines.compiled import CompiledEngine
from rebild_policy.engines.reference import ReferenceEngine
from rebild_policy.plan import Plan

ENGINES: dict[str, Callable[[Plan], Engine]] = {"reference": ReferenceEngine, "compiled": CompiledEngine}

__all__ = ["ENGINES", "CompiledEngine", "Engine", "Judgement", "ReferenceEngine"]
