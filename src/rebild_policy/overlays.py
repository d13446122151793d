"""Overlays: another municipality's parameters, severities and switched-off rules, each with a reason, without a fork.

An overlay is a folder with `overlay.yaml`, and with `parameters/*.yaml` where a whole parameter is another, such as the adopted
table of processing times. Rules stay those of the rule set; a report says what the overlay changed and why.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from rebild_policy.building import Builder
from rebild_policy.documents import read_document
from rebild_policy.errors import Location, ParameterError, RuleError, did_you_mean, shown
from rebild_policy.loading import OverlayInfo, RuleSet, Switch, folder_digest, load_parameters
from rebild_policy.parameters import Dated, ParameterDefinition, read_value
from rebild_policy.rulefiles import OverlayShape
from rebild_policy.rules import Rule


def with_overlay(ruleset: RuleSet, folder: Path) -> RuleSet:
    """The rule set as the overlay in a folder changes it. Raises `RuleError` with file and line, and the nearest right name."""
    path = folder / "overlay.yaml"
    if not path.is_file():
        raise RuleError("there is no overlay.yaml.", at=Location(shown(folder)), remedy="Name the folder that holds it.")
    reader, document = read_document(path, RuleError)
    shape = reader.model(document, OverlayShape)
    build = Builder(reader, document)
    for key, known in (("severities", ruleset.rules), ("off", ruleset.rules)):
        names = {rule.name for rule in known}
        for name in getattr(shape, key):
            if name not in names:
                raise build.fail(f"unknown rule '{name}'.", (key, name), did_you_mean(name, names))
    own = load_parameters(folder)
    strange = next((name for name in own if name not in ruleset.parameters), None)
    if strange:
        raise RuleError(f"unknown parameter '{strange}'.", at=own[strange].at, remedy=did_you_mean(strange, ruleset.parameters))
    parameters = {**ruleset.parameters, **own}
    for name, setting in shape.parameters.items():
        if name not in parameters:
            raise build.fail(f"unknown parameter '{name}'.", ("parameters", name), did_you_mean(name, parameters))
        parameters[name] = _set(parameters[name], setting.value, setting.since, setting.reason, build.at(("parameters", name)))
    switches = (
        *(Switch("parameter", name, str(setting.value), setting.reason) for name, setting in shape.parameters.items()),
        *(Switch("parameter", name, "", definition.values[-1].reference if definition.values else shape.title.en)
          for name, definition in own.items()),
        *(Switch("severity", name, setting.severity, setting.reason) for name, setting in shape.severities.items()),
        *(Switch("off", name, "", setting.reason) for name, setting in shape.off.items()),
    )  # fmt: skip
    return replace(
        ruleset,
        rules=tuple(_changed(rule, shape) for rule in ruleset.rules if rule.name not in shape.off),
        parameters=parameters,
        overlay=OverlayInfo(shape.overlay, shape.title.text, folder_digest(folder), switches),
    )


def _changed(rule: Rule, shape: OverlayShape) -> Rule:
    setting = shape.severities.get(rule.name)
    return replace(rule, severity=setting.severity) if setting else rule


def _set(parameter: ParameterDefinition, value: Any, since: date | None, reason: str, at: Location) -> ParameterDefinition:
    """A parameter with another value for all days, or from a day on."""
    if parameter.kind == "table":
        remedy = f"Put the whole table into parameters/{parameter.name}.yaml of the overlay."
        raise ParameterError(f"the table '{parameter.name}' can't be set to a single value.", at=at, remedy=remedy)
    try:
        read = read_value(parameter.kind, value, parameter.name)
    except ParameterError as error:
        raise ParameterError(error.message, at=at, remedy=error.remedy) from None
    if since is None:
        return replace(parameter, values=(Dated(date.min, read, reason),), overridden=True)
    earlier = tuple(dated for dated in parameter.values if dated.since < since)
    return replace(parameter, values=(*earlier, Dated(since, read, reason)), overridden=True)
