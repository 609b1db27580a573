"""The API is what it says: each operation of /v1/openapi.json called with good, bad and hostile
input made from the document itself. No 500, no status and no field that is not documented, nothing
slower than the limit it states, and what the document calls wrong is refused.

TEST_SEED=… makes other hostile input.
"""

import base64
import dataclasses
import http.client
import itertools
import json
import os
import random
import re
import sys
import time

from applicant import TAKES, Applicant
from master_fixture import Client, Master, sha256, skip_without_postgres
from release_maker import Publisher, publish

try:
    import contract
except ImportError:
    print("skipped: python3-jsonschema is missing")
    sys.exit(77)
import hostile

ROOT = os.environ["FOYER_SOURCE_DIR"]
SEED = os.environ.get("TEST_SEED", "1")
SHOWN = 30  # faults
BLOB = b"a blob of the contract"
CONTACT = 'contact = "Foyer asbl, hello@foyer.example"'
PRICES = {"currency": "EUR", "sizes": [{"size": "s", "copy_cents": 900}]}
# Their state says no in a story where nothing is wrong: no drain, no other copy, no release file.
MAY_CONFLICT = {"CancelDrain", "PromoteInstance", "StartRebalance", "StopRebalance", "DeleteNode",
                "RevealInstance", "ExecInstance", "DeleteIsp", "DeleteHost", "DeleteSite",
                "DeleteAccount", "DeletePriceList", "AcceptNodeLine",
                "PauseUpgrade", "ResumeUpgrade", "TurnBackUpgrade"}  # fmt: skip


class Walker:
    """Calls operations and judges every answer."""

    def __init__(self, master, document):
        self.master, self.document = master, document
        self.limit_s = document.tree["info"]["x-foyer-limits"]["answer_ms_max"] / 1000
        self.slowest, self.calls = (0.0, None), 0
        self.seen, self.faults = {}, []
        self.line = None

    def send(self, method, attempt, token):
        headers = {key: value.encode() for key, value in attempt.headers.items()}
        if token:
            headers["Authorization"] = "Bearer " + token
        for again in (False, True):
            self.line = self.line or Client(self.master).connect()
            try:
                self.line.request(method, attempt.target, body=attempt.body, headers=headers)
                got = self.line.getresponse()
                return got.status, dict(got.headers), got.read()
            except (http.client.HTTPException, OSError):
                # Closed after an answer it had left its body unread for: once is no surprise.
                self.line.close()
                self.line = None
                if again:
                    raise
        raise AssertionError("not reached")

    def call(self, operation, attempt, token=None):
        """Its status, headers and body; what is wrong with them is kept for the end."""
        began = time.monotonic()
        status, headers, body = self.send(operation.method, attempt, token)
        try:
            self.judge(operation, attempt, (status, headers, body), time.monotonic() - began)
        except (AssertionError, ValueError) as fault:
            self.faults.append(str(fault))
        return status, headers, body

    def judge(self, operation, attempt, answer, took):
        status, headers, body = answer
        about = f"{operation} {attempt.target[:200]} {(attempt.body or b'')[:300]!r}"
        about += f" {attempt.headers} -> {status} {body[:400]!r} (TEST_SEED={SEED})"
        assert took < self.limit_s, f"{took:.1f} s: {about}"
        self.slowest = max(self.slowest, (took, operation.id))
        self.calls += 1
        self.seen.setdefault(operation.id, set()).add(status)
        if attempt.astray and status in (404, 405):
            return self.judge_error(body, headers, about, operation.method)
        assert status in operation.statuses(), f"not documented: {about}"
        assert not attempt.refused or status >= 400, f"should be refused: {about}"
        self.judge_form(operation, status, headers, body, about)

    def judge_form(self, operation, status, headers, body, about):
        for name, schema in operation.answer_headers(status).items():
            assert name in headers, f"no header {name}: {about}"
            value = int(headers[name]) if schema.get("type") == "integer" else headers[name]
            assert self.document.is_good(schema, value), f"header {name}: {about}"
        media, schema = operation.answer_schema(status)
        if media is None:
            assert body == b"", about
            return
        assert headers["Content-Type"].split(";")[0] == media, about
        if media != "application/json" or schema is None:
            return
        answer = json.loads(body)
        for fault in self.document.validator(schema, strict=True).iter_errors(answer):
            raise AssertionError(f"{list(fault.absolute_path)}: {fault.message}: {about}")
        if status >= 400:
            self.judge_error(body, headers, about, operation.method)

    def judge_error(self, body, headers, about, method):
        if method == "HEAD":
            assert body == b"", about
            return
        error = json.loads(body)
        assert set(error) == {"code", "message", "details", "request_id", "doc"}, about
        assert error["request_id"] == headers["X-Request-Id"], about
        assert error["doc"] == f"/v1/docs#code-{error['code']}", about
        assert error["code"] != "internal" and error["message"], about


def story(master):
    """A small cloud with one of everything, and what stands for {names} in a path."""
    boxes = master.homes(4)
    publish(master.account("house", "publisher"))
    operator = master.operator
    order = {"name": "acme", "release": "echo", "parameters": {"company": "Acme"}}
    made = operator.must(operator.post("/v1/instances", order))
    operator.must(operator.call("PUT", "/v1/blobs/" + sha256(BLOB), body=BLOB), 201)
    operator.must(operator.post("/v1/price-lists", {"name": "prices", **PRICES}))
    master.account("fresh", "publisher")
    token = operator.must(operator.post("/v1/tokens", {"account": "house"}))["id"]
    # A path names an account and its member alike here.
    operator.must(operator.post("/v1/accounts/house/members", {"name": "house"}))
    operator.must(operator.post("/v1/webhooks", {"name": "shop", "url": "https://203.0.113.9/"}))
    contact = operator.must(operator.post("/v1/contacts", {"address": "a@example.org"}))["id"]
    domain = {"name": "shop.acme.example", "instance": "acme"}
    operator.must(operator.post("/v1/domains", domain))
    names = {"price-lists": "prices", "webhooks": "shop", "contacts": contact, "isps": "isp0",
             "domains": "shop.acme.example", "accounts": "house",
             "tokens": token, "hosts": "host0", "sites": "site0", "nodes": boxes[0].name,
             "applications": application_of(master, "gent"),
             "instances": "acme", "operations": made["operation"]["id"],
             "software-releases": "echo", "blobs": sha256(BLOB),
             "agent-releases": agent_release(operator, "0.2.0")}  # fmt: skip
    return boxes, names


def agent_release(operator, version):
    """A package of the agent, and an upgrade to it."""
    key = Publisher()
    document = (f"foyer-agent-package 1\npackage foyer-node\nversion {version}\n"
                f"architecture amd64\nsha256 {sha256(BLOB)[7:]}\nsize {len(BLOB)}\n").encode()
    operator.must(operator.post("/v1/agent-releases", {
        name: base64.b64encode(value).decode() for name, value in (
            ("document", document), ("signature", key.sign(document)),
            ("publisher_key", key.public))}))
    operator.must(operator.post("/v1/upgrade:start", {"version": version}))
    return version


def application_of(master, site):
    """A host asks to be taken in."""
    Applicant(master).apply(site, isp="isp0")
    listed = master.operator.must(master.operator.get("/v1/applications?state=open"))
    return next(row["id"] for row in listed["applications"] if row["site"] == site)


def names_for(operation, names):
    found = {name: names[operation.path.split("/")[2]] for name in operation.places("path")}
    if "architecture" in found:
        found["architecture"] = "amd64"
    elif "version" in found:
        found["version"] = "1-1"
    return found


def good_body(operation, names, number=0):
    """Its example, told of the things of our story; a new name for each number."""
    body = operation.body_example()
    if body is None:
        return None
    known = {"isp": "isps", "host": "hosts", "site": "sites", "instance": "instances"}
    for field, collection in known.items():
        if field in body:
            body[field] = names[collection]
    if "name" in body:
        dotted = ".acme.example" if operation.id == "CreateDomain" else ""
        body["name"] = f"{operation.id.lower()}-{number}{dotted}"
    body.pop("canaries", None)  # no box of the story takes upgrades
    if "address" in body:  # few codes go to one address
        body["address"] = f"a{number}@example.org"
    if "account" in body:  # the one has soon as many tokens as it may
        body["account"] = "house" if number else "fresh"
        body["scopes"] = ["publisher"]
    if "currency" in body:  # the example's list began in the past
        body = {"name": body["name"], **PRICES}
    if "release" in body:
        order = {"release": "echo", "parameters": {"company": "Acme"}, "policy": {"replicas": 3}}
        body = {"name": body["name"], **order}
    return body


def attempt_of(operation, names, body, key=None):
    if operation.id == "QuoteOrder":
        return hostile.Attempt(operation.target(names, [("release", "echo")]))
    if operation.id == "PutBlob":
        return hostile.Attempt(operation.target(names), BLOB)
    if body is None:
        return hostile.Attempt(operation.target(names))
    return hostile.Attempt(
        operation.target(names), json.dumps(body).encode(), hostile.headers_of(key=key)
    )


LOGINS = {"Login", "AcceptInvitation", "Logout", "ChangePassword", "StartTotp", "ConfirmTotp",
          "RemoveTotp", "StartOidc", "FinishOidc", "LinkOidc"}  # fmt: skip
LOGIN_REFUSALS = (400, 401, 409, 429)


def good(walker, names):
    """Each operation as the document shows it; what ends something comes last."""
    last = ("DeleteToken", "DrainNode", "CancelDrain", "StopInstance", "StartInstance",
            "DeleteDomain", "DeleteInstance", "DeleteNode", "WithdrawRelease", "DeleteWebhook",
            "DeleteMember", "RemoveContact")  # fmt: skip
    order = sorted(walker.document.operations,
                   key=lambda one: last.index(one.id) if one.id in last else -1)  # fmt: skip
    for operation in order:
        # Their bytes are signed: publish_test and upgrades_test have them.
        if operation.id in ("PublishRelease", "PublishAgentRelease"):
            continue
        if operation.id in LOGINS:  # of a person who is somebody: login_test has them
            continue
        if operation.id == "ReadInstanceLog":  # these boxes say nothing: console_test has it
            continue
        if operation.id == "ConfirmContact":  # its code is in a mail: mail_test has it
            continue
        here = names_for(operation, names)
        if operation.id == "ResendContactCode":  # few codes go to one contact
            fresh = walker.master.operator.post("/v1/contacts", {"address": "fresh@example.org"})
            here["id"] = fresh.json["id"]
        if operation.id in ("ApproveApplication", "RejectApplication"):  # each is decided once
            here["id"] = application_of(walker.master, operation.id.lower())
        attempt = attempt_of(operation, here, good_body(operation, names))
        stale(walker, operation, attempt)
        status, headers, body = walker.call(operation, attempt, walker.master.operator.token)
        conflict = operation.id in MAY_CONFLICT and status == 409
        if status not in (200, 201) and not conflict:
            walker.faults.append(f"good, yet refused: {operation} {attempt} {status} {body!r}")
        if 304 in operation.statuses():
            attempt.headers = {"If-None-Match": headers["ETag"]}
            status, _, body = walker.call(operation, attempt, walker.master.operator.token)
            assert (status, body) == (304, b""), (operation, status)


def stale(walker, operation, attempt):
    """Where the document says that If-Match is taken, an old tag stops the good request: 412."""
    if "If-Match" not in operation.places("header"):
        assert 412 not in operation.statuses(), operation
        return
    old = dataclasses.replace(attempt, headers={**attempt.headers, "If-Match": '"0.0"'})
    status, _, body = walker.call(operation, old, walker.master.operator.token)
    if status != 412:
        walker.faults.append(f"an old tag went through: {operation} {status} {body!r}")


def only_tried(operation, body):
    """What would end something is only tried, so that the story goes on; what makes something is
    made, so that the database says what it thinks of it."""
    # An account has few webhooks, an instance few names.
    few = ("CreateWebhook", "CreateDomain")
    makes = operation.id.startswith(("Create", "Order")) and operation.id not in few
    if body is None or makes or operation.id in LOGINS:
        return body
    return {**body, "validate_only": True}


def bad(walker, names, chosen):
    numbers = itertools.count(1)
    for operation in walker.document.operations:
        here = names_for(operation, names)
        if operation.method == "DELETE":
            here = {name: "nobody" for name in here}

        def make(one=operation):
            return only_tried(one, good_body(one, names, next(numbers)))

        for attempt in hostile.of(walker.document, operation, here, make, chosen):
            walker.call(operation, attempt, walker.master.operator.token)


def rights(walker, names):
    """From the document: who may not is told so, and nobody without a token gets anything."""
    callers = {role: walker.master.account("just-" + role, role).token
               for role in ("operator", "host", "customer", "publisher", "auditor")}  # fmt: skip
    for operation in walker.document.operations:
        body = only_tried(operation, good_body(operation, names, "never"))
        attempt = attempt_of(operation, names_for(operation, names), body)
        if operation.open:
            status = walker.call(operation, attempt)[0]
            # Nobody is who the example says; it is said so, or not to guess on.
            assert status == 200 or operation.id in LOGINS and status in LOGIN_REFUSALS, (
                operation, status)
            continue
        for token in (None, "foyer_abc_def", "x" * 4_000):
            assert walker.call(operation, attempt, token)[0] == 401, operation
        for role, token in callers.items():
            if role not in operation.roles:
                assert walker.call(operation, attempt, token)[0] == 403, (operation, role)


def methods(walker):
    """A method that a path does not have is told which it has."""
    for path, described in walker.document.tree["paths"].items():
        target = re.sub(r"\{\w+\}", "x", path)
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            if method.lower() in described:
                continue
            attempt = hostile.Attempt(target)
            status, headers, _ = walker.send(method, attempt, walker.master.operator.token)
            assert status == 405, (method, path, status)
            allowed = headers["Allow"].split(", ")
            if method not in ("PATCH", "OPTIONS", "TRACE"):
                assert sorted(allowed) == sorted(one.upper() for one in described), (path, allowed)


def same_as_recorded(client, text):
    """What is served is what is recorded in schemas/, and every route of the table is in it."""
    with open(ROOT + "/schemas/openapi/foyer.v1.json", "rb") as file:
        assert file.read() == text, "schemas/openapi: tests/schemas/openapi_test.py --update"
    with open(ROOT + "/master/app/route_table.h", encoding="utf-8") as file:
        table = file.read().split("namespace routes {", 1)[1]
    routes = set(re.findall(r'"(/(?:v1/|healthz)[^"]*)"', table))
    assert routes == set(json.loads(text)["paths"]), routes ^ set(json.loads(text)["paths"])
    tag = client.get("/v1/openapi.json").headers["ETag"]
    assert client.get("/v1/openapi.json", headers={"If-None-Match": tag}).status == 304


def page(client):
    """The page for people needs nothing from elsewhere, and no script."""
    answer = client.get("/v1/docs")
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-cache", answer
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ") and "script" not in policy, policy
    text = answer.body.decode()
    assert "<script" not in text and "src=" not in text, "the page loads something"
    assert not re.findall(r'href="(?!#|openapi\.json"|data:,")', text)
    # Where each error sends its reader.
    document = json.loads(client.get("/v1/openapi.json").body)
    for code in document["components"]["schemas"]["Error"]["properties"]["code"]["enum"]:
        assert f'id="code-{code}"' in text, code


def main():
    skip_without_postgres()
    print(f"TEST_SEED={SEED}")
    # So that each answer tells of it, and nothing is refused for it.
    rate = {"requests_per_second": 100_000, "requests_burst": 1_000_000}
    with Master(api=rate, agents={"errand_margin_ms": 100}, root=CONTACT,
                more=TAKES.format(of_source=10, calls=1000)).start() as master:
        text = Client(master).get("/v1/openapi.json").body
        document = contract.Document(text)
        contract.check(document)
        same_as_recorded(Client(master), text)
        page(Client(master))
        boxes, names = story(master)
        walker = Walker(master, document)
        rights(walker, names)
        methods(walker)
        bad(walker, names, random.Random(SEED))
        good(walker, names)
        assert Client(master).get("/healthz").status == 200
        for fault in walker.faults[:SHOWN]:
            print(fault)
        assert not walker.faults, f"{len(walker.faults)} faults, the first of them above"
        print(f"{walker.calls} calls of {len(document.operations)} operations; the slowest took"
              f" {walker.slowest[0]:.2f} s ({walker.slowest[1]})")  # fmt: skip
        for box in boxes:
            box.close()
        assert master.stop() == 0


main()
