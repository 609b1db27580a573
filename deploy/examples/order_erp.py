#!/usr/bin/env python3
"""Orders an instance over Foyer's public API, waits until it serves, prints how to log in.

    order_erp.py acme --api https://master.example:7444 --ca ca.crt --token-file token \\
        --release tryton --countries FR,BE --parameter company='Acme SARL'

Safe to run again, whatever happened to the last run: the order carries an Idempotency-Key made of
its own content, so the same order is the same order. Python's standard library only; copy it.
"""

import argparse
import hashlib
import http.client
import json
import ssl
import sys
import time
import urllib.error
import urllib.request

ATTEMPTS = 6  # of one request, while the master is away
WAIT_MS = 20_000  # one look at an operation is held so long
# As the foyer command ends.
FAILED, USAGE, NOT_FOUND, REFUSED, RUNNING, CONFLICT, NOT_REACHABLE = range(1, 8)
EXITS = {
    "invalid_argument": USAGE,
    "not_found": NOT_FOUND,
    "already_exists": CONFLICT,
    "aborted": CONFLICT,
    "failed_precondition": REFUSED,
    "resource_exhausted": REFUSED,
    "permission_denied": REFUSED,
    "unauthenticated": REFUSED,
    "unavailable": NOT_REACHABLE,
}


class Refused(Exception):
    """The API's one error shape: code, message, details, request_id."""

    def __init__(self, status, body):
        super().__init__(body["message"])
        self.status, self.code = status, body["code"]
        self.facts = {detail["key"]: detail["value"] for detail in body.get("details", [])}
        self.request_id = body.get("request_id", "")


def say(text):
    print(text, file=sys.stderr, flush=True)


class Foyer:
    """The API with one token. Asks again, under the same key, while an answer may still come."""

    def __init__(self, url, ca, token):
        self.url, self.token = url.rstrip("/"), token
        self.tls = ssl.create_default_context(cafile=ca)

    def call(self, method, path, body=None, key=None):
        for attempt in range(ATTEMPTS):
            try:
                return self.once(method, path, body, key)
            except Refused as refused:
                # 503: not done. 504: perhaps done, and the same key tells. Others are final.
                if refused.status not in (503, 504) or attempt == ATTEMPTS - 1:
                    raise
                say(f"the master is away for a moment ({refused}); asking again")
            except (OSError, http.client.HTTPException) as error:
                why = getattr(error, "reason", error)
                if isinstance(why, ssl.SSLError) or attempt == ATTEMPTS - 1:
                    raise
                say(f"{self.url} does not answer ({why}); asking again")
            time.sleep(0.5 * 2**attempt)
        raise AssertionError("unreachable")

    def once(self, method, path, body, key):
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Authorization", "Bearer " + self.token)
        if key:
            request.add_header("Idempotency-Key", key)
        if method == "POST":
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body or {}, sort_keys=True).encode()
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                raise Refused(error.code, json.loads(text)) from None
            except (ValueError, KeyError, TypeError):  # not from the API: a proxy in between
                shape = {"code": "unknown", "message": f"HTTP {error.code}: {text[:200]!r}"}
                raise Refused(error.code, shape) from None


def key_of(verb, order):
    text = json.dumps(order, sort_keys=True).encode()
    return f"{verb}-{hashlib.sha256(text).hexdigest()[:40]}"


def place(api, order):
    """Orders. Answers with the id of the operation to follow; none: it is there for long."""
    try:
        answer = api.call("POST", "/v1/instances", order, key_of("order", order))
        return answer["operation"]["id"]
    except Refused as refused:
        if refused.code != "already_exists":
            raise
        return adopt(api, order, refused)


def adopt(api, order, refused):
    """The name is taken: by us, with the same software? (A key is remembered for 30 days.)"""
    try:
        there = api.call("GET", f"/v1/instances/{order['name']}")
    except Refused:
        raise refused from None  # somebody else's: the API does not even say that it exists
    for field in ("release", "size"):
        if order.get(field) not in (None, there[field]):
            say(f"'{order['name']}' runs with {field} '{there[field]}', not '{order[field]}'")
            raise refused
    return None


def follow(api, operation_id, end):
    """Tells each step as it changes. The operation when it has ended; None: time is over."""
    revision, told = 0, {}
    while time.monotonic() < end:
        left = max(0, min(WAIT_MS, int((end - time.monotonic()) * 1000)))
        query = f"?wait_ms={left}&after_revision={revision}"
        operation = api.call("GET", f"/v1/operations/{operation_id}{query}")
        revision = operation["revision"]
        for step in operation["steps"]:
            now = (step["state"], step.get("detail", ""))
            if told.get(step["name"]) != now:
                told[step["name"]] = now
                say(f"  {step['name']}: {now[0]}{'  ' + now[1] if now[1] else ''}")
        if operation["state"] != "running":
            return operation
    return None


def reveal(api, name):
    """User and password; the password is shown once, and again for ten minutes under its key."""
    try:
        return api.call("POST", f"/v1/instances/{name}:reveal", {}, f"reveal-{name}")
    except Refused as refused:
        if refused.facts.get("rule") not in ("password_shown", "no_password", "secret_wiped"):
            raise
        say(str(refused))
        return api.call("GET", f"/v1/instances/{name}")["connection"]


def order_of(options):
    parameters = {}
    for text in options.parameter:
        name, equals, value = text.partition("=")
        if not equals:
            say(f"--parameter takes name=value, not '{text}'")
            sys.exit(USAGE)
        parameters[name] = value
    order = {"name": options.name, "release": options.release, "parameters": parameters}
    if options.size:
        order["size"] = options.size
    policy = {}
    if options.replicas:
        policy["replicas"] = options.replicas
    if options.countries:
        policy["countries"] = options.countries.split(",")
    return {**order, "policy": policy} if policy else order


def run(options):
    try:
        with open(options.token_file, encoding="ascii") as file:
            api = Foyer(options.api, options.ca, file.read().strip())
    except (OSError, ValueError) as error:
        say(f"cannot read --token-file or --ca: {error}")
        return USAGE
    end = time.monotonic() + options.patience
    order = order_of(options)
    operation_id = place(api, order)
    if operation_id:
        say(f"ordered: {order['name']} ({operation_id})")
        operation = follow(api, operation_id, end)
        if operation is None:
            say("still being prepared; run the same command again to go on watching")
            return RUNNING
        if operation["state"] == "failed":
            say(f"failed: {operation['error']['message']}")
            return FAILED
    login = reveal(api, order["name"])
    print(f"url       {login['url']}")
    print(f"user      {login['user']}")
    if login.get("password"):
        print(f"password  {login['password']}")
    return 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", help="becomes the first label of its URL")
    parser.add_argument("--api", required=True, help="https://host:port of the master")
    parser.add_argument("--ca", required=True, help="file with the CA of the master")
    parser.add_argument("--token-file", required=True, help="file with an API token of a customer")
    parser.add_argument("--release", default="tryton")
    parser.add_argument("--size", help="default: the smallest")
    parser.add_argument("--replicas", type=int, help="copies; default: as the release says")
    parser.add_argument("--countries", help="FR,BE: where every copy must be")
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--patience", type=int, default=600, metavar="SECONDS")
    try:
        return run(parser.parse_args())
    except Refused as refused:
        say(f"refused ({refused.code}): {refused}")
        for key, value in refused.facts.items():
            say(f"  {key}: {value}")
        say(f"  request {refused.request_id}")
        return EXITS.get(refused.code, FAILED)
    except (OSError, http.client.HTTPException) as error:  # no connection, or no trust
        say(f"cannot reach the master: {getattr(error, 'reason', error)}")
        return NOT_REACHABLE


if __name__ == "__main__":
    sys.exit(main())
