"""Bad and hostile requests, made from what the OpenAPI document says an operation takes."""

import json
import string
from dataclasses import dataclass, field

MISFITS = {  # what is none of this type
    "string": [0, 1.5, True, [], {}, ["x"]],
    "integer": ["1", "", 1.5, True, [], {}, 2**63, 2**64, -(2**63) - 1, 10**30],
    "boolean": ["true", 0, 1, [], {}],
    "array": ["x", 1, {}, True],
    "object": ["x", 1, [], True],
}
TEXTS = [
    "", " ", "A", "-", "a" * 41, "é" * 150, "x" * 5_000, "..", "../etc/passwd", "a/b", "a\\b",
    "a:b", "%00", "\x00", "\x01\x1f", "a\nb", "\u202e", "\ufeff", "💥", "'; DROP TABLE nodes; --",
    "${jndi:x}", "<script>alert(1)</script>", "{{7*7}}", "null", "foyer_a_b", "0", "=cmd|' /C'!A0",
]  # fmt: skip
NUMBERS = [-1, 0, 1, 2, 59, 201, 501, 60_001, 2**31 - 1, 2**31, -(2**31) - 1, 2**63 - 1, -(2**63)]
SEGMENTS = [
    ".", "..", "%2e%2e", "%2E", "a%2fb", "%00", "%0a", "%7f", "%ff", "%c3%28", "%zz", "%", "a%2",
    "%25%32%65", "x" * 300, "y" * 3_900, "z" * 4_200, "a:b", ":", ":stop", "a;b=c", "é", "💥",
    "~", "*", "a+b", "a%20b", "'--", "%F0%9F%92%A5", "NOBODY", "0", "-",
]  # fmt: skip
BODIES = [
    b"", b" ", b"{", b"}", b"[]", b"null", b"true", b"1", b'"x"', b"{}{}", b"{} x", b"\xff\xfe{}",
    b"\xef\xbb\xbf{}", b'{"a":}', b"{'a':1}", b'{"a":1,}', b"{/**/}", b'{"a":NaN}',
    b'{"\\ud800":1}',
    b'{"a":"\\ud800"}', b'{"a":"\xff"}', b'{"a":"\xc0\x80"}', b'{"a":"\x00"}', b'{"":1}',
    b'{"a":1e999}', b'{"a":' + b"9" * 5_000 + b"}", b'{"x":' * 100 + b"1" + b"}" * 100,
    b"[" * 100_000, b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", b" " * 70_000 + b"{}",
]  # fmt: skip
# The first one is good where one is taken: "it must exist".
TAGS = ["*", "", "17", '"17', "*, *", '"1" "2"', "W/", "\x7f", "x" * 2_000, '"1",' * 20 + '"1"']
KEYS = ["x" * 65, "a b", "é", "ok-\x7f", "x" * 10_000]


@dataclass
class Attempt:
    """One request; `refused`: the document says it is wrong, so it must not go through."""

    target: str
    body: bytes | None = None
    headers: dict = field(default_factory=dict)
    refused: bool = False
    astray: bool = False  # may miss its route

    def as_json(self, value, **more):
        return Attempt(self.target, json.dumps(value).encode(), headers_of(**more))


def headers_of(kind="application/json", key=None):
    made = {"Content-Type": kind}
    if key is not None:
        made["Idempotency-Key"] = key
    return made


def misfit(document, schema, random):
    told = document.resolved(schema)
    return random.choice(MISFITS[told.get("type", "string")])


def odd_value(document, schema, random):
    """Of the right type, but odd."""
    told = document.resolved(schema)
    kind = told.get("type", "string")
    if kind == "integer":
        return random.choice(NUMBERS + [told.get("maximum", 0) + 1, told.get("minimum", 0) - 1])
    if kind == "array":
        one = odd_value(document, told["items"], random)
        return random.choice([[], [one], [one] * 50, [one, None]])
    if kind == "boolean":
        return random.choice([True, False])
    if kind == "object":
        many = {letter: letter for letter in string.ascii_letters}
        return random.choice([{}, {"a": {"b": [1, None, True]}}, {"": 0}, many])
    if random.random() < 0.3 and "maxLength" in told:
        return "a" * (told["maxLength"] + random.choice([0, 1, 2]))
    return random.choice(TEXTS)


def bodies(document, operation, target, make, random):
    """JSON bodies, each good but for one thing; make() gives a new good one each time."""
    schema = operation.body_schema
    fields = operation.fields()
    base = Attempt(target)

    def judged(body):
        attempt = base.as_json(body)
        attempt.refused = not document.is_good(schema, body)
        return attempt

    for name, told in fields.items():
        yield judged({**make(), name: misfit(document, told, random)})
        if name == "validate_only":  # stays: nothing is to happen
            continue
        for _ in range(3):
            yield judged({**make(), name: odd_value(document, told, random)})
        yield base.as_json({**make(), name: None})  # stands for a field that is left out
        without = {key: value for key, value in make().items() if key != name}
        yield judged(without)
    yield judged({**make(), "no_such_field": 1})
    yield judged({**make(), "Name": "x"})
    good = make()
    for name in list(good)[:2]:
        twice = json.dumps(good)[:-1] + f", {json.dumps(name)}: {json.dumps(good[name])}}}"
        yield Attempt(target, twice.encode(), headers_of(), refused=True)
    # Nothing but white space is an empty object: good where nothing is required.
    for raw in BODIES:
        wrong = bool(raw.strip()) and raw.strip() != b"{}"
        yield Attempt(target, raw, headers_of(), refused=wrong)
    for kind in ("text/plain", "application/xml", "application/json-seq", "multipart/form-data"):
        yield Attempt(target, json.dumps(good).encode(), headers_of(kind), refused=True)


def queries(document, operation, names, random):
    known = operation.places("query")
    for name, told in known.items():
        schema = document.resolved(told["schema"])
        kind = schema["type"]
        for value in ("", "x", "1.5", "0x10", "1e3", "+1", "٣", "true", "-1", 2**64, "a" * 4_000):
            wrong = kind == "integer" and not (isinstance(value, str) and value.isdecimal())
            yield Attempt(operation.target(names, [(name, value)]), refused=wrong)
        value = odd_value(document, schema, random)
        odd = not document.is_good(schema, value)
        yield Attempt(operation.target(names, [(name, value)]), refused=odd)
        yield Attempt(operation.target(names, [(name, 1), (name, 1)]), refused=True)
    # Probes and browsers put what they like behind an open door's address.
    yield Attempt(operation.target(names, [("no_such_key", 1)]), refused=not operation.open)
    for raw in ("?%zz", "?a=%01", "?=", "?&&&", "?" + "a=1&" * 40, "?page.page_size=1", "?%ff=%ff"):
        wrong = raw != "?&&&" and not (operation.open and raw in ("?=", "?%ff=%ff",
                                                                  "?page.page_size=1"))  # fmt: skip
        yield Attempt(operation.target(names) + raw, refused=wrong)


def paths(operation, names):
    for name in names:
        for segment in SEGMENTS:
            segment = "".join(
                letter if letter < "\x7f" else "".join(f"%{byte:02x}" for byte in letter.encode())
                for letter in segment
            )
            yield Attempt(operation.target({**names, name: segment}), astray=True, refused=True)
    target = operation.target(names)
    for trick in ("/" + target, target + "/", target + "//", target + "/.", target + ":explode",
                  target.upper(), target.replace("/v1", "/v1/../v1"), target + "#x", target + ";"):
        if trick != target:
            yield Attempt(trick, astray=True, refused=True)


def of(document, operation, names, make, random):
    """All attempts for an operation that would take `names` in its path and make() as its body."""
    target = operation.target(names)
    good = make()
    raw = None if good is None else json.dumps(good).encode()
    if good is not None:
        yield from bodies(document, operation, target, make, random)
    elif operation.body_type is None:
        yield from queries(document, operation, names, random)
        if not operation.write and not operation.open and operation.method == "GET":
            yield Attempt(target, b"{}", headers_of(), refused=True)
    for attempt in paths(operation, names):
        attempt.body, attempt.headers = raw, headers_of() if raw else {}
        yield attempt
    if operation.write and operation.path != "/v1/blobs/{digest}":
        for key in KEYS:
            yield Attempt(target, raw, headers_of(key=key), refused=True)
    known = {} if raw is None else headers_of()
    for tag in TAGS:
        good = "If-Match" in operation.places("header") and tag == TAGS[0]
        yield Attempt(target, raw, {**known, "If-Match": tag}, refused=not good)
    yield Attempt(target, raw, {"X-Filler": "y" * 20_000}, refused=True)
    yield Attempt(target, raw, {"If-None-Match": "é\"*, W/" * 20, "Accept": "text/x"})
