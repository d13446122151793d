"""JSON Schemas of what goes in and comes out, made from the models."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from rebild_policy.audits.comparisonresults import AuditComparison
from rebild_policy.audits.publishing import Published
from rebild_policy.audits.results import Audit
from rebild_policy.errors import UsageError, did_you_mean
from rebild_policy.facts import Case
from rebild_policy.facts.base import REGISTRY
from rebild_policy.policydiff import PolicyDifference
from rebild_policy.results import Finding, Report
from rebild_policy.review.sampling import Sample
from rebild_policy.rulefiles import (
    ExceptionsShape,
    LawsShape,
    OverlayShape,
    ParameterShape,
    RuleSetShape,
    RuleShape,
    StatementsShape,
    TermsShape,
)
from rebild_policy.sources.shapes import Mapping
from rebild_policy.waivers import WaiversShape

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema called `name`. Raises `UsageError` naming the nearest."""
    make = SCHEMAS.get(name)
    if make is None:
        raise UsageError(f"unknown schema '{name}'.", remedy=did_you_mean(name, SCHEMAS))
    return {"$schema": DIALECT, **make()}


def _model(model: type[BaseModel], mode: JsonSchemaMode) -> Callable[[], dict[str, Any]]:
    return lambda: model.model_json_schema(mode=mode)


def _case() -> dict[str, Any]:
    """The case, whose events are one of the event types known now: the shipped ones and those of users."""
    union: Any = reduce(or_, REGISTRY.values())
    events = TypeAdapter(Annotated[union, Field(discriminator="type")]).json_schema(mode="validation")
    case = Case.model_json_schema(mode="validation")
    definitions = {**case.pop("$defs", {}), **events.pop("$defs", {})}
    definitions.pop("Event", None)
    case["properties"]["events"]["items"] = events
    return {**case, "$defs": definitions}


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "case": _case,
    "report": _model(Report, "serialization"),
    "finding": _model(Finding, "serialization"),
    "audit": _model(Audit, "serialization"),
    "mapping": _model(Mapping, "validation"),
    "rule": _model(RuleShape, "validation"),
    "terms": _model(TermsShape, "validation"),
    "parameter": _model(ParameterShape, "validation"),
    "statements": _model(StatementsShape, "validation"),
    "laws": _model(LawsShape, "validation"),
    "ruleset": _model(RuleSetShape, "validation"),
    "exceptions": _model(ExceptionsShape, "validation"),
    "waivers": _model(WaiversShape, "validation"),
    "overlay": _model(OverlayShape, "validation"),
    "comparison": _model(AuditComparison, "serialization"),
    "diff": _model(PolicyDifference, "serialization"),
    "published": _model(Published, "serialization"),
    "sample": _model(Sample, "serialization"),
}


def schema_text(name: str) -> str:
    """The JSON Schema called `name`, as it is printed and shipped. Raises `UsageError` naming the nearest."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into a folder, which is made, and say which files they are."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.json" for name in SCHEMAS]
    for path in paths:
        path.write_text(schema_text(path.stem), encoding="utf-8")
    return paths
