"""The published JSON Schemas: which there are, and what each holds."""

from __future__ import annotations

from typing import Any

from rebild_policy.schemas import SCHEMAS, schema
from reference.markdown import code, sentence, table

# What goes in and what comes out, in the order of the page. A test holds this to the schemas there are.
GROUPS = {
    "What you write": ("case", "mapping", "waivers", "overlay"),
    "What a rule set is made of": ("rule", "terms", "parameter", "statements", "laws", "ruleset", "exceptions"),
    "What comes out": ("report", "finding", "audit", "comparison", "published", "diff", "sample"),
}
_MANY = 10


def schema_tables() -> str:
    """Every schema with its keys."""
    if sorted(name for names in GROUPS.values() for name in names) != sorted(SCHEMAS):
        raise LookupError("put the new schema into a group, in tools/reference/schemata.py")
    parts = []
    for title, names in GROUPS.items():
        parts.append(f"## {title}")
        for name in names:
            found = schema(name)
            parts.append(f"### {name}")
            parts.append(sentence(str(found.get("description", ""))))
            parts.append(f"[rules/schemas/{name}.json](../../rules/schemas/{name}.json)")
            required = found.get("required", ())
            rows = [
                [code(key), _type(about, found.get("$defs", {})), "yes" if key in required else ""]
                for key, about in found.get("properties", {}).items()
            ]
            if rows:
                parts.append(table(("Key", "Holds", "Required"), rows))
    return "\n\n".join(part for part in parts if part)


def _type(about: dict[str, Any], known: dict[str, Any]) -> str:
    """What a value is, in words."""
    if "$ref" in about:
        name = about["$ref"].rpartition("/")[2]
        return _type(known[name], known) if "enum" in known[name] else f"an object: {code(name)}"
    if "const" in about:
        return code(about["const"])
    if "enum" in about:
        return "one of " + ", ".join(map(code, about["enum"]))
    choices = about.get("anyOf") or about.get("oneOf")
    if choices:
        return "one of the events" if len(choices) > _MANY else " or ".join(dict.fromkeys(_type(one, known) for one in choices))
    kind = about.get("type", "anything")
    if kind == "array":
        return "a list" if "items" not in about or not about["items"] else f"a list of: {_type(about['items'], known)}"
    if kind == "string" and "format" in about:
        return str(about["format"])
    return {"string": "text", "null": "nothing", "boolean": "yes or no", "integer": "a whole number"}.get(str(kind), str(kind))
