"""What a program may import, from the docstrings: classes with their fields, properties and methods, and functions."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from pydantic import BaseModel

import rebild_policy
from reference.markdown import code, table

# Beside the package itself: the modules that users import from, and their public names.
MODULES = {
    "rebild_policy.strategies": None,
    "rebild_policy.testing": None,
    "rebild_policy.audits.comparison": ("read_audit",),
    "rebild_policy.audits.baseline": ("read_findings", "read_baseline", "with_baseline"),
    "rebild_policy.waivers": ("read_waivers",),
}
_ELSEWHERE = {
    "errors": "The errors, as a tree: [the tree of errors](../explanation/architecture.md#the-tree-of-errors).",
    "events": "The classes of events: [the vocabulary](vocabulary.md).",
}
_LONG = 100
_ATTRIBUTE = re.compile(r"^    (\w+):(?= )", re.MULTILINE)


def reference() -> str:
    """Every public name with what it says of itself."""
    parts = ["## rebild_policy"]
    for name in rebild_policy.__all__:
        if name != "__version__":
            parts += _entry(name, getattr(rebild_policy, name))
    for module, names in MODULES.items():
        found = import_module(module)
        parts += [f"## {module}", *_docstring(found)]
        for name in names or found.__all__:
            parts += _entry(name, getattr(found, name))
    return "\n\n".join(parts)


def _entry(name: str, thing: Any) -> Iterator[str]:
    yield f"### {name}"
    if isinstance(thing, ModuleType):
        yield _ELSEWHERE[name]
    elif isinstance(thing, type):
        yield from _class(name, thing)
    else:
        yield _signature(name, thing)
        yield from _docstring(thing)


def _class(name: str, class_: type) -> Iterator[str]:
    model = issubclass(class_, BaseModel)
    if not model and "__init__" in vars(class_) and not issubclass(class_, Exception | tuple):
        yield _signature(name, class_)
    yield from _docstring(class_)
    if model:
        rows = [[code(field), code(_annotation(class_, field))] for field in class_.model_fields]  # type: ignore[attr-defined]
        yield table(("Field", "Type"), rows)
    elif issubclass(class_, tuple):
        yield table(("Field", "Type"), ([code(field), code(hint)] for field, hint in class_.__annotations__.items()))
    for member, thing in _members(class_):
        yield f"#### {name}.{member}"
        if isinstance(thing, classmethod | staticmethod):
            yield _signature(f"{name}.{member}", thing.__func__)
            yield from _docstring(thing.__func__)
        elif inspect.isfunction(thing):
            yield _signature(member, thing)
            yield from _docstring(thing)
        else:
            yield from _docstring(thing)


def _members(class_: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that the class or a base of the library defines, and that say what they are."""
    seen: set[str] = set()
    for home in class_.__mro__:
        if not home.__module__.startswith("rebild_policy"):
            continue
        for name, thing in vars(home).items():
            member = (
                isinstance(thing, classmethod | staticmethod | property) or inspect.isfunction(thing) or hasattr(thing, "func")
            )
            if not name.startswith(("_", "model_")) and member and name not in seen and _words(thing):
                seen.add(name)
                yield name, thing


def _words(thing: Any) -> str:
    thing = getattr(thing, "wrapped", thing)  # a computed field wraps the property
    return inspect.cleandoc(getattr(thing, "func", thing).__doc__ or "")


def _docstring(thing: Any) -> Iterator[str]:
    if words := _words(thing):
        yield _ATTRIBUTE.sub(r"- `\1`:", words.replace("Attributes:\n", "Attributes:\n\n"))


def _annotation(class_: type, field: str) -> str:
    for home in class_.__mro__:
        if field in getattr(home, "__annotations__", {}):
            return _plain(str(home.__annotations__[field]))
    raise LookupError(field)


def _plain(hint: str) -> str:
    """A type as readers need it: what keeps CPR numbers out of a text, or a field out of the JSON, is no part of it."""
    hint = re.sub(r"Annotated\[(.+), Field\(.*\)\]", r"\1", hint)
    return hint.replace("SafeText", "str")


def _signature(name: str, function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)
    parameters = [one for one in signature.parameters.values() if one.name not in {"self", "cls"}]
    shown = signature.replace(parameters=parameters)
    if isinstance(function, type):
        shown = shown.replace(return_annotation=inspect.Signature.empty)
    text = f"{name}{str(shown).replace(chr(39), '')}"
    if len(text) > _LONG:
        inner = [str(one).replace(chr(39), "") for one in parameters]
        first = next((place for place, one in enumerate(parameters) if one.kind is inspect.Parameter.KEYWORD_ONLY), None)
        if first is not None:
            inner.insert(first, "*")
        back = shown.return_annotation
        tail = "" if back is inspect.Signature.empty else f" -> {str(back).replace(chr(39), '')}"
        text = f"{name}(\n" + "".join(f"    {one},\n" for one in inner) + f"){tail}"
    return f"```text\n{text}\n```"
