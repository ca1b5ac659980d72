"""The HTTP API as a page for people, from its own description."""

from typing import Any

INTRODUCTION = """Base address: `{server}`. The same for programs: [http-api.json](http-api.json) (OpenAPI {openapi}),
served as `{server}/openapi.json`. Steps with curl: [use-the-api.md](../howto/use-the-api.md).
"""


def page(told: dict[str, Any]) -> str:
    """Write the page."""
    server = told["servers"][0]["url"]
    parts = ["# HTTP API\n", told["info"]["description"].strip() + "\n"]
    parts.append(INTRODUCTION.format(server=server, openapi=told["openapi"]))
    operations = [
        (operation["tags"][0] if operation.get("tags") else "", method, path, operation)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]
    for tag in dict.fromkeys(each[0] for each in operations):
        parts.append(f"## {tag.capitalize()}\n")
        parts += [_operation(*each[1:]) for each in operations if each[0] == tag]
    parts.append("## What is taken and given\n")
    parts += [_model(name, schema) for name, schema in sorted(told["components"]["schemas"].items())]
    return "\n".join(parts)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    lines = [f"### `{method.upper()} {path}`\n", operation["description"].strip() + "\n"]
    queries = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
    lines += [f"- `?{each['name']}`: {_kind(each['schema'])}{_why(each)}" for each in queries]
    if body := operation.get("requestBody"):
        ((media, content),) = body["content"].items()
        named = _kind(content["schema"]) if media == "application/json" else f"the file as it is, `{media}`"
        lines.append(f"- takes {named}")
    for status, answer in operation["responses"].items():
        if status < "300":
            lines.append(f"- gives {status}{_content(answer)}")
    refusals = [status for status in operation["responses"] if status >= "400"]
    if refusals:
        lines.append(f"- may refuse with {', '.join(refusals)}")
    scopes = " or ".join(f"`{scope}`" for scope in operation.get("x-scopes", ()))
    key = f"a key for {scopes}" if scopes else "a key" if operation.get("security") else "no key"
    lines.append(f"- needs {key}")
    return "\n".join(lines) + "\n"


def _content(answer: dict[str, Any]) -> str:
    told = [
        _kind(content["schema"]) if content.get("schema") else f"`{media}`"
        for media, content in answer.get("content", {}).items()
    ]
    return ": " + " or ".join(told) if told else ""


def _model(name: str, schema: dict[str, Any]) -> str:
    lines = [f"### {name}\n", schema.get("description", "").strip() + "\n"]
    if "enum" in schema:
        lines.append("One of " + ", ".join(f"`{each}`" for each in schema["enum"]) + ".\n")
        return "\n".join(lines)
    needed = set(schema.get("required", ()))
    for field, kind in schema.get("properties", {}).items():
        default = "" if field in needed or "default" not in kind else f"; by default `{kind['default']}`"
        lines.append(f"- `{field}`: {_kind(kind)}{default}{_why(kind)}")
    return "\n".join(lines) + "\n"


def _why(schema: dict[str, Any]) -> str:
    return f" – {schema['description']}" if schema.get("description") else ""


def _kind(schema: dict[str, Any]) -> str:
    """Name what a schema allows, in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"table of {_kind(schema['additionalProperties'])}"
    bounds = [f"{schema[end]}" for end in ("minimum", "maximum") if end in schema]
    kind = {"date-time": "moment", "binary": "bytes"}.get(
        schema.get("format", ""), schema.get("type", "anything")
    )
    return f"{kind} {' to '.join(bounds)}".strip()
