"""Checks raw reply bodies against botocore's output shapes.

boto3 does not validate replies: a missing required member, an unknown one or a wrong enum value passes through it. This does:
required and unknown members, types, enums, patterns, lengths and ranges.
"""
import base64
import json
import re
import xml.etree.ElementTree

import botocore.session

_LOADER = botocore.session.get_session()


def problems_of_reply(service, operation, body, status=200):
    """The faults of a raw body (bytes) as sentences; an empty list when there is none."""
    model = _LOADER.get_service_model(service)
    shape = model.operation_model(operation).output_shape
    if shape is None:
        return [] if not body.strip() or body.strip() == b"{}" else [f"{operation}: a body where there should be none"]
    protocol = model.metadata["protocol"]
    if protocol in ("json", "rest-json"):
        try:
            value = json.loads(body)
        except ValueError as error:
            return [f"{operation}: no JSON: {error}"]
        return list(_check_json(shape, value, operation))
    root = xml.etree.ElementTree.fromstring(body)
    if protocol == "query":
        result = root.find("{*}" + operation + "Result")
        if result is None:
            return [f"{operation}: {operation}Result is missing"]
        root = result
    payload = shape.serialization.get("payload")
    if payload:
        return list(_check_xml_structure(shape.members[payload], root, operation))
    return list(_check_xml_structure(shape, root, operation, ignored=_not_in_body(shape)))


def _not_in_body(shape):
    """Members that travel in headers, or are the payload itself."""
    return {name for name, member in shape.members.items() if member.serialization.get("location") is not None}


def _check_text(shape, value, where):
    enum = shape.metadata.get("enum")
    if enum and value not in enum:
        yield f"{where}: {value!r} is none of {enum}"
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(_to_python(pattern), value):
        yield f"{where}: {value!r} does not match {pattern}"
    yield from _check_bounds(shape, len(value), where, "length")


def _to_python(pattern):
    return (pattern.replace(r"\p{L}", r"\w").replace(r"\p{Z}", r"\s").replace(r"\p{N}", r"\d")
            .replace(r"\p{M}", "").replace(r"\P{M}", ".").replace(r"\p{ASCII}", r"[\x00-\x7f]"))


def _check_bounds(shape, value, where, what):
    if "min" in shape.metadata and value < shape.metadata["min"]:
        yield f"{where}: {what} {value} is under {shape.metadata['min']}"
    if "max" in shape.metadata and value > shape.metadata["max"]:
        yield f"{where}: {what} {value} is over {shape.metadata['max']}"


def _check_json(shape, value, where):
    kind = shape.type_name
    if kind == "structure":
        yield from _check_json_structure(shape, value, where)
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{where}: no list"
            return
        yield from _check_bounds(shape, len(value), where, "length")
        for index, item in enumerate(value):
            yield from _check_json(shape.member, item, f"{where}[{index}]")
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{where}: no map"
            return
        for key, item in value.items():
            yield from _check_text(shape.key, key, f"{where} key")
            yield from _check_json(shape.value, item, f"{where}.{key}")
    elif kind == "string":
        if not isinstance(value, str):
            yield f"{where}: no string"
        else:
            yield from _check_text(shape, value, where)
    elif kind == "blob":
        if not isinstance(value, str):
            yield f"{where}: no base64 text"
        else:
            base64.b64decode(value)
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{where}: no boolean"
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        yield f"{where}: no number"
    elif kind in ("integer", "long"):
        if not isinstance(value, int):
            yield f"{where}: no integer"
        else:
            yield from _check_bounds(shape, value, where, "value")


def _check_json_structure(shape, value, where):
    if not isinstance(value, dict):
        yield f"{where}: no structure"
        return
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield f"{where}: a union with {len(value)} members"
    names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
    for required in shape.required_members:
        if required not in value:
            yield f"{where}: {required} is missing"
    for name, item in value.items():
        if name not in names:
            yield f"{where}: {name} is unknown"
        else:
            yield from _check_json(shape.members[names[name]], item, f"{where}.{name}")


def _local(element):
    return element.tag.rsplit("}", 1)[-1]


def _check_xml(shape, element, where):
    kind = shape.type_name
    text = element.text or ""
    if kind == "structure":
        yield from _check_xml_structure(shape, element, where)
    elif kind == "list":
        for item in element:
            yield from _check_xml(shape.member, item, f"{where}[]")
    elif len(element):
        yield f"{where}: elements where text should be"
    elif kind == "string":
        yield from _check_text(shape, text, where)
    elif kind == "boolean":
        if text not in ("true", "false"):
            yield f"{where}: {text!r} is no boolean"
    elif kind == "timestamp":
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text):
            yield f"{where}: {text!r} is no timestamp"
    elif kind in ("integer", "long"):
        if not re.fullmatch(r"-?\d+", text):
            yield f"{where}: {text!r} is no integer"
        else:
            yield from _check_bounds(shape, int(text), where, "value")


def _check_xml_structure(shape, element, where, ignored=()):
    names = {}
    for name, member in shape.members.items():
        if name in ignored:
            continue
        flattened = member.type_name == "list" and member.serialization.get("flattened")
        tag = member.serialization.get("name", name)
        if flattened:
            tag = member.member.serialization.get("name", tag)
        names[tag] = (member, flattened)
    seen = [_local(child) for child in element]
    for required in shape.required_members:
        member = shape.members[required]
        if required not in ignored and member.serialization.get("name", required) not in seen:
            yield f"{where}: {required} is missing"
    for child in element:
        tag = _local(child)
        if tag not in names:
            yield f"{where}: {tag} is unknown"
            continue
        member, flattened = names[tag]
        if not flattened and seen.count(tag) > 1:
            yield f"{where}: {tag} is there twice"
        yield from _check_xml(member.member if flattened else member, child, f"{where}.{tag}")
