"""What an OpenAPI document promises to those who wrote programs against it, one line a promise.

A line that is gone is a promise broken. Lines that begin with "most" or "least" end in a number,
which may only leave more room.
"""

METHODS = ("get", "head", "post", "put", "delete")


def kind_of(schema):
    """"integer", "list of Isp", "Node": what a program must be able to read or write."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if schema.get("type") == "array":
        return "list of " + kind_of(schema["items"])
    return schema.get("contentEncoding") or schema.get("format") or schema.get("type", "constant")


def resolved(document, part):
    while "$ref" in part:
        place = part["$ref"].lstrip("#/").split("/")
        part = document
        for key in place:
            part = part[key.replace("~1", "/").replace("~0", "~")]
    return part


def limits(name, schema):
    for word, ending in (("most", ("maximum", "maxLength", "maxItems")),
                         ("least", ("minimum", "minLength", "minItems"))):
        for key in ending:
            if key in schema:
                yield f"{word} {name} {schema[key]}"


def schema_promises(name, schema):
    if "enum" in schema:
        yield from (f"value {name} {value}" for value in schema["enum"])
    request = schema.get("additionalProperties") is False
    required = schema.get("required", [])
    for field, property in schema.get("properties", {}).items():
        yield f"field {name}.{field} {kind_of(property)}"
        if request and field not in required:
            yield f"optional {name}.{field}"
        if not request and field in required:
            yield f"always {name}.{field}"
        if request:
            yield from limits(f"{name}.{field}", property)


def operation_promises(document, route, operation):
    yield f"route {route} {operation['operationId']}"
    yield from (f"role {route} {role}" for role in operation["x-foyer-roles"])
    if operation.get("security") == []:
        yield f"open {route}"
    for listed in operation.get("parameters", []):
        one = resolved(document, listed)
        name = f"{one['in']} {one['name']}"
        yield f"parameter {route} {name} {kind_of(one['schema'])}"
        if not one.get("required"):
            yield f"optional {route} {name}"
        yield from limits(f"{route} {name}", one["schema"])
    body = operation.get("requestBody")
    for media, content in (body or {}).get("content", {}).items():
        yield f"body {route} {media} {kind_of(content['schema'])}"
        if not body.get("required"):
            yield f"optional {route} body"
    for status, answer in operation["responses"].items():
        # A new refusal may come any day; an old success stays, in its form.
        for media, content in answer.get("content", {"": {}}).items():
            if status < "4":
                yield f"answer {route} {status} {media} {kind_of(content.get('schema', {}))}"


def promises_of(document):
    lines = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                lines.update(operation_promises(document, f"{method.upper()} {path}", operation))
    for name, schema in document["components"]["schemas"].items():
        lines.update(schema_promises(name, schema))
    return lines


def bounds(lines):
    """{("most", what): number}."""
    found = {}
    for line in lines:
        word, _, rest = line.partition(" ")
        if word in ("most", "least"):
            what, number = rest.rsplit(" ", 1)
            found[word, what] = int(number)
    return found


def broken_promises(old, new):
    """Lines of `old` that `new` no longer keeps."""
    now = bounds(new)
    broken = []
    for line in sorted(old - new):
        word, _, rest = line.partition(" ")
        if word not in ("most", "least"):
            broken.append(line)
            continue
        what, number = rest.rsplit(" ", 1)
        bound = now.get((word, what))
        if bound is not None and (bound < int(number) if word == "most" else bound > int(number)):
            broken.append(line)
    # A bound where there was none refuses what went through.
    before = bounds(old)
    known = {line.split(" ")[1] for line in old if line.startswith("field ")}
    known |= {line.split(" ", 1)[1].rsplit(" ", 1)[0] for line in old
              if line.startswith("parameter ")}
    broken += [f"no bound before: {word} {what} {number}" for (word, what), number in now.items()
               if (word, what) not in before and what in known]
    return broken
