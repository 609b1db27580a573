"""The OpenAPI document as a test reads it: its operations, what each may be sent and may answer."""

import copy
import json
from urllib.parse import quote

import jsonschema

METHODS = ("get", "head", "post", "put", "delete")
DRAFT = jsonschema.Draft202012Validator


def with_local_refs(schema):
    """#/components/schemas/X is #/$defs/X, so that each schema can stand alone."""
    if isinstance(schema, list):
        return [with_local_refs(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value.replace("#/components/schemas/", "#/$defs/")
        if key == "$ref"
        else with_local_refs(value)
        for key, value in schema.items()
    }


def sealed(schema):
    """An answer that holds more than its schema says was not documented."""
    schema = copy.deepcopy(schema)
    if "properties" in schema:
        schema.setdefault("additionalProperties", False)
        for name, property in schema["properties"].items():
            schema["properties"][name] = sealed(property)
    if "items" in schema:
        schema["items"] = sealed(schema["items"])
    return schema


class Operation:
    def __init__(self, document, path, method, described):
        self.document, self.path, self.method = document, path, method.upper()
        self.described = described
        self.id = described["operationId"]
        self.roles = set(described["x-foyer-roles"])
        self.open = described.get("security") == []
        self.write = self.method in ("POST", "PUT", "DELETE")
        self.parameters = [
            document.resolved(one) for one in described.get("parameters", [])
        ]
        body = described.get("requestBody", {"content": {}})
        self.body_required = body.get("required", False)
        self.body_type, content = next(iter(body["content"].items()), (None, {}))
        self.body_schema = content.get("schema")

    def __repr__(self):
        return f"{self.id} ({self.method} {self.path})"

    def places(self, where):
        return {one["name"]: one for one in self.parameters if one["in"] == where}

    def statuses(self):
        return {int(status) for status in self.described["responses"]}

    def fields(self):
        """Of its JSON body."""
        if self.body_type != "application/json":
            return {}
        return self.document.resolved(self.body_schema)["properties"]

    def body_example(self):
        if self.body_type != "application/json":
            return None
        examples = self.document.resolved(self.body_schema).get("examples", [{}])
        return copy.deepcopy(examples[0])

    def target(self, names, query=()):
        """The path with its {names} filled (percent-encoded), and a query of pairs."""
        path = self.path
        for name, value in names.items():
            path = path.replace("{" + name + "}", value)
        asked = "&".join(f"{quote(str(key))}={quote(str(value))}" for key, value in query)
        return path + ("?" + asked if asked else "")

    def answer_schema(self, status):
        """(media type, schema) of an answer; (None, None): no body."""
        answer = self.document.resolved(self.described["responses"][str(status)])
        media, content = next(iter(answer.get("content", {}).items()), (None, {}))
        return media, content.get("schema")

    def answer_headers(self, status):
        answer = self.document.resolved(self.described["responses"][str(status)])
        return {
            name: self.document.resolved(one)["schema"]
            for name, one in answer.get("headers", {}).items()
        }


class Document:
    def __init__(self, text):
        self.tree = json.loads(text)
        self.schemas = self.tree["components"]["schemas"]
        self.definitions = with_local_refs(self.schemas)
        self.sealed_definitions = {
            name: sealed(schema) for name, schema in self.definitions.items()
        }
        self.operations = [
            Operation(self, path, method, described)
            for path, methods in self.tree["paths"].items()
            for method, described in methods.items()
        ]

    def resolved(self, part):
        while "$ref" in part:
            part = self.at(part["$ref"])
        return part

    def at(self, reference):
        assert reference.startswith("#/"), reference
        found = self.tree
        for key in reference[2:].split("/"):
            found = found[key.replace("~1", "/").replace("~0", "~")]
        return found

    def references(self, part=None):
        part = self.tree if part is None else part
        if isinstance(part, dict):
            if "$ref" in part:
                yield part["$ref"]
            for value in part.values():
                yield from self.references(value)
        elif isinstance(part, list):
            for value in part:
                yield from self.references(value)

    def validator(self, schema, strict=False):
        alone = dict(with_local_refs(schema))
        if strict:
            alone = sealed(alone)
        alone["$defs"] = self.sealed_definitions if strict else self.definitions
        return DRAFT(alone, format_checker=jsonschema.FormatChecker())

    def is_good(self, schema, value):
        return self.validator(schema).is_valid(value)


def check(document):
    """The document is one: schemas, references, names and parameters fit together."""
    tree = document.tree
    assert tree["openapi"].startswith("3.1."), tree["openapi"]
    assert tree["info"]["title"] and tree["info"]["version"]
    for name, schema in document.definitions.items():
        DRAFT.check_schema(schema)
        for example in schema.get("examples", []):
            document.validator(document.schemas[name]).validate(example)
    for reference in document.references():
        document.at(reference)
    ids = [operation.id for operation in document.operations]
    assert len(set(ids)) == len(ids), sorted(ids)
    tags = {tag["name"] for tag in tree["tags"]}
    for operation in document.operations:
        assert operation.method.lower() in METHODS, operation
        assert set(operation.described["tags"]) <= tags, operation
        wanted = {part.split("}")[0] for part in operation.path.split("{")[1:]}
        assert set(operation.places("path")) == wanted, operation
        assert all(one.get("required") for one in operation.places("path").values()), operation
        for one in operation.parameters:
            DRAFT.check_schema(with_local_refs(one["schema"]))
        for status in operation.described["responses"]:
            media, schema = operation.answer_schema(status)
            assert schema is None or DRAFT.check_schema(with_local_refs(schema)) is None
            answer = document.resolved(operation.described["responses"][status])
            assert answer["description"], (operation, status)
            assert media is None or operation.method != "HEAD", operation
