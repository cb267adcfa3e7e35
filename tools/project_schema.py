"""The shape of a project as the model of CodeBuild's API has it, in the part of JSON Schema that cblint reads."""

from __future__ import annotations

from typing import Any

SOURCE = "Made by tools/refresh_facts.py from the service model of CodeBuild, version {version}; do not edit."
PROJECT, START = "Project", "StartBuild"
_SIZES = {"string": ("minLength", "maxLength"), "list": ("minItems", "maxItems")}
_TYPES = {"string": "string", "integer": "integer", "long": "integer", "boolean": "boolean", "list": "array"}
_OTHER_ALPHABETS = r"\p{"
"""What patterns of the model have, and no regular expression of Python's."""


def schema(model: dict[str, Any]) -> dict[str, Any]:
    """The schema of what CreateProject takes and BatchGetProjects gives.

    Among its parts is what StartBuild and StartBuildBatch take: other settings than those of the project.
    """
    shapes = dict(model["shapes"])
    taken, given = shapes["CreateProjectInput"], shapes["Project"]
    shapes[PROJECT] = {**taken, "members": {**taken["members"], **given["members"]}}
    build, batch = shapes["StartBuildInput"], shapes["StartBuildBatchInput"]
    shapes[START] = {**build, "members": {**build["members"], **batch["members"]}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A project of AWS CodeBuild",
        "description": SOURCE.format(version=model["metadata"]["apiVersion"]),
        "$ref": f"#/definitions/{PROJECT}",
        "definitions": {name: _structure(shapes, name) for name in sorted(_structures(shapes, [PROJECT, START]))},
    }


def _structures(shapes: dict[str, Any], names: list[str]) -> set[str]:
    """The structures that these are made of, themselves among them."""
    found: set[str] = set()
    while names:
        name = names.pop()
        shape = shapes[name]
        members = shape.get("members", {"": shape["member"]} if "member" in shape else {})
        if name not in found and members:
            names += [member["shape"] for member in members.values()]
            found |= {name} if "members" in shape else set()
    return found


def _structure(shapes: dict[str, Any], name: str) -> dict[str, Any]:
    shape = shapes[name]
    required = {"required": shape["required"]} if shape.get("required") else {}
    return {
        "type": "object",
        "properties": {key: _part(shapes, member["shape"]) for key, member in shape["members"].items()},
        **required,
        "additionalProperties": False,
    }


def _part(shapes: dict[str, Any], name: str) -> dict[str, Any]:
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure":
        return {"$ref": f"#/definitions/{name}"}
    if kind == "timestamp":
        return {"type": ["string", "number"]}
    least, most = _SIZES.get(kind, ("minimum", "maximum"))
    limits = {least: shape.get("min") or None, most: shape.get("max")}
    pattern = shape.get("pattern", _OTHER_ALPHABETS)
    further = {
        "enum": shape.get("enum"),
        "pattern": f"^(?:{pattern})$" if _OTHER_ALPHABETS not in pattern else None,
        "items": _part(shapes, shape["member"]["shape"]) if kind == "list" else None,
    }
    return {"type": _TYPES[kind], **{key: value for key, value in {**limits, **further}.items() if value is not None}}
