"""Every resource of the public API, driven as Terraform would: create, read, apply again, import by
id, delete. What a resource cannot do stands in its row as a gap; a gap that is closed, or a new
one, fails the test, as does a route that no row speaks of.
"""

import re
from datetime import datetime, timedelta, timezone

from client_lab import ROOT, Client, Lab, Master, publish, skip_without, until, whole
from master_fixture import sha256
from release_maker import Image, Publisher, document

# What Terraform wants of a resource, and a row may lack.
RELEASES = "/v1/software-releases"
NO_READ = "cannot be read by id"
NO_TAG = "has no ETag"
NO_LIST = "is not in any list"
NO_DELETE = "cannot be deleted"
NO_UPDATE = "cannot be changed in place"
NEW_ONE = "created again as it is: another one is made"
NO_IMPORT = "what was asked for cannot all be read back"


class Resource:
    """One row: how it is made, where it is read, and what it lacks."""

    def __init__(self, kind, create, body, read=None, **more):
        self.kind, self.create, self.body, self.read = kind, create, body, read
        self.listed = more.get("listed")  # field of the list; its path, but of nodes, is `create`
        self.delete = more.get("delete")  # path; the method is DELETE
        self.update = more.get("update")  # body of a PUT to where it is read
        self.fixed = more.get("fixed", ())  # fields that are given once, and that no PUT takes
        self.who = more.get("who", "operator")
        self.routes = more.get("routes", ())  # further ones that belong to it
        self.unread = set(more.get("unread", ()))  # asked for, never to be shown: secrets, checks
        self.large = set(more.get("large", ()))  # fields that no list shows
        self.gaps = set(more.get("gaps", ()))
        self.settles = more.get("settles", lambda client: None)  # waits until nothing moves
        self.ends = more.get("ends", lambda: None)  # waits until a delete has taken effect
        self.list_path = "/v1/nodes" if kind == "node" else create


def homes():
    site = {"isp": "alder", "country": "FR", "host": "ann", "host_class": "vetted"}
    fixed = {NO_UPDATE}
    terms = {"stance": "silent", "read_on": "2026-11-27"}
    isp = {"name": "alder", "family": "trees", "asns": [64500], "terms": terms}
    host = {"name": "ann"}
    actions = ("accept-line", "cordon", "uncordon", "drain", "cancel-drain")
    return [
        Resource("isp", "/v1/isps", isp, "/v1/isps/alder", listed="isps",
                 delete="/v1/isps/alder", fixed={"family"},
                 update={"asns": [64500, 64501], "terms": terms}),
        Resource("host", "/v1/hosts", host, "/v1/hosts/ann", listed="hosts",
                 delete="/v1/hosts/ann", gaps=fixed),
        Resource(
            "site",
            "/v1/sites",
            {"name": "lille", **site},
            "/v1/sites/lille",
            listed="sites",
            delete="/v1/sites/lille",
            gaps=fixed,
            routes=("/v1/sites/{name}/promise", "/v1/sites/{name}/letter"),
        ),
        Resource(
            "node",
            "/v1/node-tokens",
            {"site": "lille", "node": "lille-9", "valid_seconds": 3600},
            "/v1/nodes/lille-9",
            listed="nodes",
            delete="/v1/nodes/lille-9",
            unread={"valid_seconds"},
            # cordon and drain are its update in place; a token again is a new token, as it should.
            gaps={NO_UPDATE, NEW_ONE},
            routes=[f"/v1/nodes/{{name}}:{action}" for action in actions],
        ),
    ]


def people():
    return [
        Resource(
            "account",
            "/v1/accounts",
            {"name": "acme-sarl", "roles": ["customer"]},
            "/v1/accounts/acme-sarl",
            listed="accounts",
            delete="/v1/accounts/acme-sarl",
            update={"roles": ["host", "customer"], "quota": {"instances": 3}},
            ),
        Resource(
            "token",
            "/v1/tokens",
            {"account": "acme-sarl", "valid_seconds": 3600, "note": "terraform"},
            "/v1/tokens/{id}",
            listed="tokens",
            delete="/v1/tokens/{id}",
            unread={"valid_seconds"},
            # What it may is never widened: a new one is made, and the old one revoked.
            gaps={NO_UPDATE, NEW_ONE},
            routes=("/v1/whoami",),
        ),
    ]


def members():
    return [
        Resource(
            "member",
            "/v1/accounts/acme-sarl/members",
            {"name": "anna", "scopes": ["customer"], "read_only": True},
            "/v1/accounts/acme-sarl/members/anna",
            listed="members",
            delete="/v1/accounts/acme-sarl/members/anna",
            update={"scopes": ["customer"], "read_only": False},
            routes=(
                "/v1/accounts/{account}/members",
                "/v1/accounts/{account}/members/{name}",
                "/v1/accounts/{account}/members/{name}:invite",
            ),
        ),
    ]


def calls():
    body = {"name": "shop", "url": "https://203.0.113.9/foyer", "about": "instance", "note": "tf"}
    return [
        Resource(
            "webhook",
            "/v1/webhooks",
            body,
            "/v1/webhooks/shop",
            listed="webhooks",
            delete="/v1/webhooks/shop",
            gaps={NO_UPDATE},
            routes=("/v1/webhooks/{name}", "/v1/webhooks/{name}:enable"),
        ),
        Resource(
            "contact",
            "/v1/contacts",
            {"address": "tf@example.org", "language": "fr", "topics": ["box", "quota"]},
            "/v1/contacts/{id}",
            listed="contacts",
            delete="/v1/contacts/{id}",
            update={"language": "en", "topics": ["box"]},
            fixed={"address"},
            routes=("/v1/contacts/{id}:resend", "/v1/contacts/{id}:confirm"),
        ),
    ]


def prices():
    size = {"size": "s", "copy_cents": 900, "synchronous_cents": 100, "further_country_cents": 5}
    return [
        Resource(
            "price list",
            "/v1/price-lists",
            {"name": "list-2026", "currency": "EUR", "sizes": [size]},
            "/v1/price-lists/list-2026",
            listed="price_lists",
            # Orders are quoted from it: a list that has begun is followed by another one.
            gaps={NO_DELETE, NO_UPDATE},
            routes=("/v1/price-lists/{name}", "/v1/quote"),
        ),
        Resource(
            "price list to come",
            "/v1/price-lists",
            {"name": "list-later", "currency": "EUR", "sizes": [size],
             "valid_from": f"{datetime.now(timezone.utc) + timedelta(days=30):%Y-%m-%dT00:00:00Z}"},
            "/v1/price-lists/list-later",
            listed="price_lists",
            delete="/v1/price-lists/list-later",
            unread={"valid_from"},  # to the millisecond
            gaps={NO_UPDATE},
        ),
    ]


def software(lab, release):
    policy = {"replicas": 3, "countries": ["FR"], "mode": "asynchronous"}
    order = {"name": "acme", "release": "echo", "version": "1-1", "size": "s"}
    order.update(parameters={"company": "A"}, policy=policy)
    actions = (":stop", ":start", ":promote", ":reveal", "/events", "/timeline", "/placement")

    def erased():
        until("acme is erased", lambda: lab.master.operator.get("/v1/instances/acme").status == 404)

    def dns_was_asked(client):
        def status():
            return client.get("/v1/domains/erp.acme.example").json["status"]

        until("DNS was asked once", lambda: "not asked yet" not in status())

    return [
        Resource(
            "software release",
            RELEASES,
            release,
            "/v1/software-releases/tool/versions/2-1",
            listed="releases",
            who="publisher",
            large={"release_json", "signature", "publisher_key"},
            gaps={NO_DELETE, NO_UPDATE},
            routes=(f"{RELEASES}/{{name}}/versions/{{version}}:withdraw", "/v1/blobs/{digest}"),
        ),
        Resource(
            "instance",
            "/v1/instances",
            order,
            "/v1/instances/acme",
            listed="instances",
            delete="/v1/instances/acme",
            who="customer",
            gaps={NO_UPDATE},
            settles=lambda client: whole(client, "acme"),
            ends=erased,
            routes=[f"/v1/instances/{{name}}{x}" for x in actions]
            + ["/v1/operations/{id}", "/v1/operations"],
        ),
        Resource(
            "domain",
            "/v1/domains",
            {"name": "erp.acme.example", "instance": "acme"},
            "/v1/domains/erp.acme.example",
            listed="domains",
            delete="/v1/domains/erp.acme.example",
            who="customer",
            gaps={NO_UPDATE},
            settles=dns_was_asked,
            routes=("/v1/domains/{name}",),
        ),
    ]


# Tasks over the whole cloud, what the API says of itself, and health: nothing that is created and
# kept.
NO_RESOURCE = {"/v1/rebalance", "/v1/rebalance:start", "/v1/rebalance:stop", "/healthz",
               "/v1/audit", "/v1/events", "/v1/instances/{name}/log",
               "/v1/instances/{name}:exec", "/v1/openapi.json", "/v1/docs",
               # Hosts make them from their boxes, operators decide: api/applications_test.py.
               "/v1/applications", "/v1/applications/{id}",
               "/v1/applications/{id}:approve", "/v1/applications/{id}:reject",
               # Signed once and never taken back, and a task over all boxes: api/upgrades_test.py.
               "/v1/agent-releases", "/v1/agent-releases/{version}/architectures/{architecture}",
               "/v1/upgrade", "/v1/upgrade:back", "/v1/upgrade:pause", "/v1/upgrade:resume",
               "/v1/upgrade:start",
               # How people get in: no program's.
               "/v1/login", "/v1/login:accept", "/v1/login:oidc-start", "/v1/login:oidc-finish",
               "/v1/login:oidc-link", "/v1/login:password", "/v1/login:totp",
               "/v1/login:totp-confirm", "/v1/login:totp-remove", "/v1/logout"}


def fields_missing(asked, shown, unread):
    """Names of what was asked for and is not shown with the same value."""
    missing = []
    for key, value in asked.items():
        if key in unread:
            continue
        if isinstance(value, dict):
            missing += fields_missing(value, shown.get(key) or {}, unread)
        elif shown.get(key) != value and not (key == "node" and shown.get("name") == value):
            missing.append(key)
    return missing


class Applied:
    """What one row did."""

    def __init__(self, lab, row, clients):
        self.lab, self.row, self.client = lab, row, clients[row.who]
        self.found = set()

    def run(self):
        key = "tf-" + self.row.kind.replace(" ", "-")
        made = self.client.post(self.row.create, self.row.body, key=key)
        assert made.status == 200, (self.row.kind, made)
        self.row.settles(self.client)
        self.row.read = self.row.read.format(**{"id": made.json.get("id", "")})
        self.row.delete = self.row.delete and self.row.delete.format(id=made.json.get("id", ""))
        before = self.reads()
        again = self.client.post(self.row.create, self.row.body, key=key)
        assert again.body == made.body, f"{self.row.kind}: another answer under the same key"
        self.applies_again(made)
        before = self.changes(before)
        after = self.client.get(self.row.read)
        if before.status == 200 and NEW_ONE not in self.found:
            assert after.body == before.body, (self.row.kind, before.body, after.body)
            assert after.headers["ETag"] == before.headers["ETag"]
        self.imports(after)
        self.lists(after)

    def reads(self):
        first, second = self.client.get(self.row.read), self.client.get(self.row.read)
        if first.status != 200:
            assert first.status == 404 and first.json["code"] == "not_found", first
            self.found.add(NO_READ)
        assert first.json == second.json or first.status != 200, (first.body, second.body)
        if not first.headers["ETag"]:
            self.found.add(NO_TAG)
        else:
            seen = {"If-None-Match": first.headers["ETag"]}
            assert self.client.get(self.row.read, headers=seen).status == 304
        return second if first.status == 200 else first

    def applies_again(self, made):
        """The same once more, as a program that forgot everything would ask: it is the same, or it
        hears that the thing is there, to be imported by its name."""
        again = self.client.post(self.row.create, self.row.body)
        if again.status == 409 and again.json["code"] == "already_exists":
            return
        assert again.status == 200, (self.row.kind, again)
        if again.json != made.json:
            self.found.add(NEW_ONE)

    def updates(self, before):
        """In place, on what was read: whoever saw an older one is refused."""
        tag, path = before.headers["ETag"], self.row.read

        def put(body, seen):
            return self.client.call("PUT", path, body=body, headers={"If-Match": seen})

        changed = put(self.row.update, tag)
        assert changed.status == 200, changed
        read = self.client.get(path)
        assert read.json == changed.json and read.headers["ETag"] != tag
        assert not fields_missing(self.row.update, read.json, ())
        body = {k: v for k, v in self.row.body.items() if k not in self.row.fixed}
        assert put(body, tag).status == 412
        same = put(self.row.update, read.headers["ETag"])
        assert same.json == changed.json, "as it is already: no change"
        assert put(body, "*").status == 200
        return self.client.get(path)

    def changes(self, before):
        """PATCH and PUT are told not to be there, in words: 405 or 404, never 500."""
        if self.row.update:
            return self.updates(before)
        statuses = set()
        for method in ("PATCH", "PUT"):
            answer = self.client.call(method, self.row.read, body={})
            assert answer.json["code"] and answer.json["message"], answer
            statuses.add(answer.status)
        if not statuses & {200}:
            assert statuses <= {404, 405, 501}, (self.row.kind, statuses)
            self.found.add(NO_UPDATE)
        return before

    def imports(self, read):
        """Somebody else, with the id alone, finds everything that was asked for."""
        stranger = Client(self.lab.master, self.client.token)
        shown = read.json if read.status == 200 else self.in_list(stranger)
        missing = fields_missing(self.row.body, shown or {}, self.row.unread)
        if missing:
            self.found.add(NO_IMPORT)
        self.missing = missing

    def in_list(self, client):
        if not self.row.listed:
            return None
        field = self.row.listed
        parts = self.row.read.split("/")
        name = parts[5] if "members" in parts else parts[3]
        rows = client.must(client.get(self.row.list_path + "?page_size=500"))[field]
        return next((row for row in rows if row.get("name", row.get("id")) == name), None)

    def lists(self, read):
        shown = self.in_list(self.client)
        if shown is None:
            self.found.add(NO_LIST)
        elif read.status == 200 and self.row.kind != "node":  # a box's last Sync moves
            known = {key: value for key, value in read.json.items() if key not in self.row.large}
            assert shown | known == shown and not any(shown[key] for key in self.row.large), shown

    def goes(self):
        key = "tf-delete-" + self.row.kind.replace(" ", "-")
        if not self.row.delete:
            answer = self.client.call("DELETE", self.row.read)
            assert answer.status in (404, 405, 409), (self.row.kind, answer)
            self.found.add(NO_DELETE)
            return
        gone = self.client.call("DELETE", self.row.delete, key=key)
        assert gone.status == 200, gone
        self.row.ends()
        assert self.client.get(self.row.read).status == 404
        assert self.client.call("DELETE", self.row.delete).status == 404
        again = self.client.call("DELETE", self.row.delete, key=key)
        assert again.body == gone.body, "a delete whose answer was lost"


def every_route_is_spoken_of(rows):
    text = (ROOT / "master/app/route_table.h").read_text(encoding="utf-8")
    routes = set(re.findall(r'"(/(?:v1/|healthz)[^"]*)"', text.split("namespace routes {")[1]))
    spoken = set(NO_RESOURCE)
    for row in rows:
        spoken |= {row.create, *row.routes} | {row.list_path}
        shape = re.sub(r"(?<=isps/|osts/|ites/|odes/|unts/)[^/]+$", "{name}", row.read)
        shape = re.sub(r"instances/acme$", "instances/{name}", shape)
        spoken.add(re.sub(r"/tool/versions/2-1$", "/{name}/versions/{version}", shape))
    new = routes - spoken
    assert not new, f"routes that no row speaks of: {sorted(new)}"


def switches(lab, customer):
    """A wish that a program states again although it is so already is no change."""
    ask, name = lab.master.operator, sorted(lab.boxes)[0]
    for verb, wish in (("cordon", "cordoned"), ("uncordon", "open")):
        first = ask.must(ask.post(f"/v1/nodes/{name}:{verb}"))
        again = ask.must(ask.post(f"/v1/nodes/{name}:{verb}"))
        assert first["wish"] == again["wish"] == wish, again
        assert first["revision"] == again["revision"], again
    for verb, state in (("stop", "stopped"), ("start", "running")):
        begun = customer.must(customer.post(f"/v1/instances/acme:{verb}"))
        meanwhile = customer.must(customer.post(f"/v1/instances/acme:{verb}"))
        assert meanwhile["state"] != "failed", meanwhile
        assert meanwhile["id"] == begun["id"] or meanwhile["state"] == "succeeded", meanwhile
        # Whoever asks to wait hears its end, not its time-out.
        waited = customer.must(customer.post(f"/v1/instances/acme:{verb}", {"wait_ms": 60_000}))
        assert waited["state"] == "succeeded", waited
        until("the task ended", lambda state=state: settled(customer, state))
        operation = f"/v1/operations/{begun['id']}"
        until("it is done", lambda path=operation: customer.get(path).json["state"] == "succeeded")
        revision = customer.get("/v1/instances/acme").json["revision"]
        again = customer.must(customer.post(f"/v1/instances/acme:{verb}"))
        assert again["state"] == "succeeded", again
        assert customer.get("/v1/instances/acme").json["revision"] == revision


def settled(customer, state):
    replicas = customer.get("/v1/instances/acme").json["replicas"]
    return {copy["state"] for copy in replicas} == {state}


def main():
    skip_without()
    with Master(agents={"hold_ms": 1000, "silent_after_ms": 60_000}).start() as master:
        lab = Lab(master)
        house = master.account("house", "publisher")
        publish(house)
        image = Image()
        image.upload(house)
        release = Publisher().request(document(image, "tool", "2-1"))
        clients = {"operator": master.operator, "publisher": house}
        clients["customer"] = master.account("acme", "customer")
        lab.online(*[lab.home(isp) for isp in ("birch", "cedar", "dogwood")])
        rows = [*homes(), *people(), *prices(), *calls(), *members(), *software(lab, release)]
        every_route_is_spoken_of(rows)
        applied = [Applied(lab, row, clients) for row in rows]
        for one in applied:
            one.run()
        switches(lab, clients["customer"])
        blob(house, image)
        for one in reversed(applied):
            one.goes()
        wrong = []
        for one in applied:
            print(f"{one.row.kind}: {'; '.join(sorted(one.found)) or 'whole'} {one.missing or ''}")
            if one.found != one.row.gaps:
                more, closed = one.found - one.row.gaps, one.row.gaps - one.found
                wrong.append(f"{one.row.kind}: new gaps {sorted(more)}, closed {sorted(closed)}")
        assert not wrong, wrong


def blob(publisher, image):
    """Content names it: to put it again is no change, and it can be read back whole."""
    path = "/v1/blobs/" + sha256(image.layer)
    assert publisher.call("PUT", path, body=image.layer).status in (200, 201)
    assert publisher.call("HEAD", path).status == 200
    assert publisher.get(path).body == image.layer
    assert publisher.call("DELETE", path).status in (404, 405)


if __name__ == "__main__":
    main()
