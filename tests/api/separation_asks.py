"""What can be asked at each door of scope "own", made from the published document: with names of
things, which are filled in later, so that the same is asked of what is there and what never was.

What the document cannot say stands here: bodies, and what a parameter names.
"""

import re
from urllib.parse import quote, urlencode

# The collection before a {name} of a path says what it names.
COLLECTIONS = {
    "accounts": "account", "contacts": "contact", "domains": "domain", "instances": "instance",
    "members": "member", "nodes": "node", "operations": "operation", "sites": "site",
    "tokens": "token", "webhooks": "webhook",
}  # fmt: skip
# What a text in a query may name.
PARAMETERS = {
    "account": ["account"], "host": ["account"], "owner": ["account"], "instance": ["instance"],
    "member": ["member"], "node": ["node"], "site": ["site"],
    "subject": ["account", "instance", "node", "site"],
}  # fmt: skip
# Texts in a query that name nothing of anybody's.
NAMELESS = {"after", "country", "isp", "kind", "month", "page_token", "release", "since", "until"}
# Further queries worth asking beside the plain one.
QUERIES = {
    "GetOperation": [{"wait_ms": 300}],
    "ListEvents": [{"after": 0}, {"newest": 500}],
    "ReadInstanceLog": [{"newest": 5}],
}
# What is sent to each write: {kind} is a name of that kind, {own kind} one of the caller's own.
NEW = "https://203.0.113.9/hook"
BODIES = {
    "AddContact": [{"address": "new@stranger.example"}, {"address": "{address}"},
                   {"address": "new@stranger.example", "account": "{account}"}],
    "ChangeContact": [{}],
    "ChangePassword": [{"password": "not this one at all", "new_password": "nor this one at all"}],
    "ConfirmContact": [{"code": "0000-0000"}],
    "ConfirmTotp": [{"code": "000000"}],
    "CreateDomain": [{"name": "new.stranger.example", "instance": "{instance}"},
                     {"name": "{domain}", "instance": "{own instance}"}],
    "CreateMember": [{"name": "spy"}, {"name": "{member}"}, {"name": "spy", "manages": True}],
    "CreateToken": [{}, {"account": "{account}"}, {"account": "{account}", "valid_seconds": 60}],
    "CreateWebhook": [{"name": "{webhook}", "url": NEW},
                      {"name": "new-hook", "url": NEW, "subject": "{instance}"}],
    "EnableWebhook": [{}],
    "ExecInstance": [{"command": ["true"]}, {"command": ["true"], "index": 0}],
    "InviteMember": [{}],
    "LinkOidc": [{}],
    "Logout": [{}],
    "OrderInstance": [{"name": "{instance}", "release": "echo", "parameters": {"company": "X"}}],
    "PromoteInstance": [{}, {"index": 1}, {"accept_data_loss": "{instance}"}, {"force": True}],
    "RemoveTotp": [{"password": "not this one at all", "code": "000000"}],
    "ResendContactCode": [{}],
    "RevealInstance": [{}],
    "StartInstance": [{}],
    "StartTotp": [{"password": "not this one at all"}],
    "StopInstance": [{}],
    "UpdateMember": [{}, {"manages": True}],
}  # fmt: skip


def kinds_in(template):
    """The kinds of things that a query or body names."""
    if isinstance(template, dict):
        return {kind for value in template.values() for kind in kinds_in(value)}
    if isinstance(template, list):
        return {kind for value in template for kind in kinds_in(value)}
    found = re.fullmatch(r"\{([a-z ]+)\}", template) if isinstance(template, str) else None
    return {found[1]} if found else set()


def filled(template, names):
    if isinstance(template, dict):
        return {key: filled(value, names) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, names) for value in template]
    named = kinds_in(template)
    return names[next(iter(named))] if named else template


class Ask:
    """One way of asking at one door."""

    def __init__(self, door, query=None, body=None):
        self.door, self.query, self.body = door, query or {}, body
        self.kinds = set(door.path_kinds.values()) | kinds_in(self.query) | kinds_in(body)

    def __repr__(self):
        return f"{self.door.rpc}: {self.door.method} {self.door.path} {self.query} {self.body}"

    def of_others(self):
        """Kinds of what may be another's."""
        return {kind for kind in self.kinds if not kind.startswith("own ")}

    def http(self, names, only_try=False):
        """(method, target, body)"""
        path = self.door.path
        for parameter, kind in self.door.path_kinds.items():
            path = path.replace("{" + parameter + "}", quote(names[kind], safe=""))
        query, body = filled(self.query, names), filled(self.body, names)
        if only_try and self.body is None:
            query = {**query, "validate_only": True}
        elif only_try:
            body = {**body, "validate_only": True}
        text = urlencode({key: "true" if value is True else value for key, value in query.items()})
        return self.door.method, path + ("?" + text if text else ""), body

    def message(self, names, only_try=False):
        """The same as one message of its rpc."""
        path = {parameter: names[kind] for parameter, kind in self.door.path_kinds.items()}
        tried = {"validate_only": True} if only_try else {}
        return {**path, **filled(self.query, names), **filled(self.body or {}, names), **tried}

    def typed(self, names):
        """What of the names the caller said himself."""
        return {names[kind] for kind in self.of_others()}


class Door:
    """An operation of the document."""

    def __init__(self, document, path, method, described):
        self.path, self.method = path, method.upper()
        self.rpc = described["operationId"]
        self.service = described.get("x-foyer-rpc", "")
        self.scope, self.roles = described["x-foyer-scope"], set(described["x-foyer-roles"])
        self.write = self.method not in ("GET", "HEAD")
        parameters = [self.resolved(document, one) for one in described.get("parameters", [])]
        self.queries = {one["name"]: self.resolved(document, one["schema"])
                        for one in parameters if one["in"] == "query"}  # fmt: skip
        self.if_match = any(one["name"] == "If-Match" for one in parameters)
        content = described.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        fields = self.resolved(document, schema).get("properties", {})
        self.may_only_try = "validate_only" in fields or "validate_only" in self.queries
        self.path_kinds, self.unknown = {}, []
        for collection, parameter in re.findall(r"([\w-]+)/\{(\w+)\}", path):
            if collection in COLLECTIONS:
                self.path_kinds[parameter] = COLLECTIONS[collection]
            else:
                self.unknown.append(f"COLLECTIONS: what '{collection}' in '{path}' holds")

    @staticmethod
    def resolved(document, part):
        while "$ref" in part:
            found = document
            for key in part["$ref"][2:].split("/"):
                found = found[key.replace("~1", "/").replace("~0", "~")]
            part = found
        return part

    def asks(self):
        """All of them; what this file should say and does not is added to `unknown`."""
        texts = [name for name, schema in self.queries.items()
                 if schema.get("type") == "string" and "enum" not in schema]  # fmt: skip
        flags = [name for name, schema in self.queries.items()
                 if schema.get("type") == "boolean" and name != "validate_only"]  # fmt: skip
        for name in texts:
            if name not in PARAMETERS and name not in NAMELESS:
                self.unknown.append(f"PARAMETERS or NAMELESS: the query '{name}' of {self.rpc}")
        queries = [{}, *QUERIES.get(self.rpc, [])]
        queries += [{name: "{" + kind + "}"} for name in texts for kind in PARAMETERS.get(name, ())]
        queries += [{name: True} for name in flags]
        if self.method in ("GET", "DELETE"):
            return [Ask(self, query) for query in queries]
        if self.rpc not in BODIES:
            self.unknown.append(f"BODIES: what a stranger would send to {self.rpc}")
        return [Ask(self, query, body) for query in queries for body in BODIES.get(self.rpc, ())]


def doors(document):
    return [
        Door(document, path, method, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]


def own_asks(document):
    """Every ask of every door of scope "own"; AssertionError says what has to be added here."""
    found, unknown = [], []
    known = {door.rpc: door for door in doors(document) if door.scope == "own"}
    for door in known.values():
        found += door.asks()
        unknown += door.unknown
    gone = (set(BODIES) | set(QUERIES)) - set(known)
    unknown += [f"BODIES, QUERIES: {rpc} is no door of scope own any more" for rpc in gone]
    assert not unknown, "add to tests/api/separation_asks.py: " + "; ".join(sorted(unknown))
    # Who logs out is asked nothing more.
    return sorted(found, key=lambda ask: ask.door.rpc == "Logout")
