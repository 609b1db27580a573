"""What happened, over HTTPS: as a list, as a call that is held, as a stream that is resumed; each
caller hears of his own. And streams that are not read, not ended, too many."""

import http.client
import json
import socket
import threading
import time

from master_fixture import Client, Master, skip_without_postgres, until

STREAM = {"Accept": "text/event-stream"}


class Stream:
    """A client of server-sent events, as a browser reads them."""

    def __init__(self, client, path="/v1/events", last=None):
        headers = {**STREAM, "Authorization": "Bearer " + client.token}
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        self.connection = client.connect(timeout=30)
        self.connection.request("GET", path, headers=headers)
        self.answer = self.connection.getresponse()
        self.last = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.answer.close()
        self.connection.close()

    def block(self):
        """The next block as a dict of its fields; None: the stream has ended."""
        fields = {}
        while True:
            line = self.answer.readline().decode()
            if not line:
                return None
            line = line.rstrip("\n")
            if not line:
                if "id" in fields:
                    self.last = int(fields["id"])
                return fields
            name, _, value = line.partition(": ")
            assert name not in fields, (name, fields)
            fields[name] = value

    def event(self):
        """The next event; beats are passed over."""
        while True:
            fields = self.block()
            if fields is None or "event" in fields:
                return fields
            if "data" in fields:
                event = json.loads(fields["data"])
                assert event["sequence"] == int(fields["id"]), fields
                return event


def listed(client, query="", size=7):
    """All events from the first on, page after page."""
    found, after = [], 0
    while True:
        page = client.must(client.get(f"/v1/events?after={after}&page_size={size}{query}"))
        found += page["events"]
        assert page["last"] >= after
        after = page["last"]
        if not page["has_more"]:
            return found


def make_home(operator, name, host):
    operator.must(operator.post("/v1/hosts", {"name": host}), 200, 409)
    site = {"name": name, "isp": "alder", "country": "FR", "host": host, "host_class": "vetted"}
    operator.must(operator.post("/v1/sites", site))
    operator.must(operator.post("/v1/node-tokens", {"site": name}))


def check_lists(master):
    operator = master.operator
    everything = listed(operator)
    assert [one["sequence"] for one in everything] == list(range(1, len(everything) + 1))
    assert listed(operator, size=1) == listed(operator, size=500) == everything
    newest = operator.must(operator.get("/v1/events?newest=2"))
    assert newest["events"] == everything[-2:] and newest["last"] == everything[-1]["sequence"]
    assert len(operator.must(operator.get("/v1/events?newest=500"))["events"]) == len(everything)
    nodes = listed(operator, "&about=node")
    assert {one["subject"] for one in nodes} == {"lille-1", "lyon-1"}, nodes
    assert {one["owner"] for one in nodes} == {"ann", "ben"}
    assert listed(operator, "&about=node&subject=lille-1") == nodes[:1]
    assert listed(operator, "&kind=node_expected") == nodes
    # From a revision that a list showed on, nothing is missed and nothing told twice.
    middle = everything[len(everything) // 2]["revision"]
    assert listed(operator, f"&after_revision={middle}") == [
        one for one in everything if one["revision"] > middle]
    for bad in ("after=-1", "after=x", "about=boxes", "page_size=501", "wait_ms=60001",
                "newest=501", "newest=1&after=0", "newest=1&wait_ms=1", "kinds=a",
                "after=1&after=2"):
        answer = operator.get("/v1/events?" + bad)
        assert answer.status == 400, (bad, answer)


def check_own(master):
    """Nobody but an operator hears of what is another's, whatever he asks for."""
    ann, carl = master.account("ann", "host"), master.account("carl", "customer")
    assert {(one["about"], one["subject"]) for one in listed(ann)} == {
        ("node", "lille-1"), ("account", "ann")}
    assert {one["owner"] for one in listed(carl)} == {"carl"}
    for query in ("&about=node", "&subject=lille-1", "&about=cloud", "&kind=node_expected"):
        assert listed(carl, query) == [], query
    assert listed(ann, "&subject=lyon-1") == []
    with Stream(carl, "/v1/events?after=0") as stream:
        assert stream.event()["owner"] == "carl"
        last = listed(carl)[-1]["sequence"]
        while stream.last < last:
            assert stream.event()["owner"] == "carl"


def check_waiting(master):
    operator = master.operator
    page = operator.must(operator.get("/v1/events?after=0&page_size=500"))
    begun = time.monotonic()
    empty = operator.must(operator.get(f"/v1/events?after={page['last']}&wait_ms=300"))
    assert not empty["events"] and empty["last"] == page["last"] and not empty["has_more"]
    assert time.monotonic() - begun >= 0.3
    answers = []
    path = f"/v1/events?after={page['last']}&about=node&wait_ms=60000"
    waiter = threading.Thread(target=lambda: answers.append(operator.get(path)))
    waiter.start()
    operator.must(operator.post("/v1/accounts", {"name": "zoe", "roles": ["host"]}))
    operator.must(operator.post("/v1/nodes/lille-1:cordon"))
    waiter.join()
    assert [one["kind"] for one in answers[0].json["events"]] == ["node_cordoned"], answers
    operator.must(operator.post("/v1/nodes/lille-1:uncordon"))


def check_stream(master):
    operator = master.operator
    with Stream(operator) as stream:
        assert stream.answer.status == 200
        assert stream.answer.headers["Content-Type"] == "text/event-stream"
        assert stream.answer.headers["Cache-Control"] == "no-store"
        assert stream.block().keys() == {"id"}  # where it begins, at once
        operator.must(operator.post("/v1/nodes/lyon-1:cordon"))
        assert stream.event()["kind"] == "node_cordoned"
        seen = stream.last
        assert stream.block().keys() == {"id"}  # a beat
    # What happened while nobody listened is told to who resumes, whatever the address says.
    operator.must(operator.post("/v1/nodes/lyon-1:uncordon"))
    with Stream(operator, "/v1/events?after=0", last=seen) as stream:
        assert stream.event()["kind"] == "node_uncordoned"
    with Stream(operator, "/v1/events?newest=2") as stream:
        assert [stream.event()["kind"] for _ in range(2)] == ["node_cordoned", "node_uncordoned"]
    # All of the past, in chunks, then what is new.
    whole = listed(operator, size=500)
    with Stream(operator, "/v1/events?after=0&page_size=3") as stream:
        streamed = [stream.event() for _ in whole]
        assert streamed == whole, (streamed, whole)
        operator.must(operator.post("/v1/nodes/lyon-1:cordon"))
        assert stream.event()["kind"] == "node_cordoned"
    operator.must(operator.post("/v1/nodes/lyon-1:uncordon"))
    for path, headers in (("/v1/events?wait_ms=5", {}), ("/v1/events?page_size=501", {}),
                          ("/v1/events", {"Last-Event-ID": "soon"})):
        answer = operator.get(path, headers={**STREAM, **headers})
        assert answer.status == 400 and answer.json["code"] == "invalid_argument", answer
    assert Client(master).get("/v1/events", headers=STREAM).status == 401


def check_end_of_token(master):
    """Who may no longer is told so, and hears nothing more."""
    operator = master.operator
    operator.must(operator.post("/v1/accounts", {"name": "dan", "roles": ["customer"]}))
    token = operator.must(operator.post("/v1/tokens", {"account": "dan"}))
    with Stream(Client(master, token["token"])) as stream:
        stream.answer.fp.raw._sock.settimeout(90)  # pylint: disable=protected-access
        operator.must(operator.call("DELETE", "/v1/tokens/" + token["id"]))
        last = stream.event()
        for _ in range(3):  # its place, and that it is revoked, may be on their way already
            if "event" in last:
                break
            last = stream.event()
        assert last["event"] == "refused", last
        assert json.loads(last["data"])["code"] == "unauthenticated", last
        assert stream.block() is None


def check_limits(master):
    operator, carl = master.operator, master.account("carl-2", "customer")
    streams = [Stream(carl) for _ in range(3)]
    assert all(one.answer.status == 200 for one in streams)
    refused = carl.get("/v1/events", headers=STREAM)
    assert refused.status == 429 and refused.headers["Retry-After"], refused
    rules = {one["key"]: one["value"] for one in refused.json["details"]}
    assert rules["rule"] == "event_streams_per_account_max", refused
    others = [Stream(operator) for _ in range(2)]
    refused = master.account("erik", "host").get("/v1/events", headers=STREAM)
    assert refused.status == 429, refused
    assert master.metric("foyer_http_event_streams") == 5
    for one in streams + others:
        one.close()
    until("closed streams are noticed", lambda: master.metric("foyer_http_event_streams") == 0)


def check_unread(master):
    """A client that never reads is let go, and disturbs nobody."""
    operator = master.operator
    lazy = operator.connect()
    lazy.connect()
    lazy.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    lazy.request("GET", "/v1/events?after=0&page_size=500",
                 headers={**STREAM, "Authorization": "Bearer " + operator.token})
    until("the stream is there", lambda: master.metric("foyer_http_event_streams") == 1)
    note = "x" * 200
    while master.metric("foyer_http_event_streams") == 1:
        for _ in range(20):
            operator.must(operator.post("/v1/nodes/lyon-1:cordon", {}))
            operator.must(operator.post("/v1/nodes/lyon-1:uncordon", {}))
        assert operator.get("/v1/whoami", headers={"X-Note": note}).status == 200
    lazy.close()


def check_restart(master):
    """A stream ends with the master and goes on, from the same place, at the next one."""
    operator = master.operator
    with Stream(operator) as stream:
        seen = int(stream.block()["id"])
        assert master.stop() == 0
        try:
            while True:
                fields = stream.block()
                if fields is None or fields.get("event") == "refused":
                    break
        except http.client.HTTPException:
            pass
    master.start()
    operator.must(operator.post("/v1/nodes/lille-1:cordon"))
    with Stream(operator, last=seen) as stream:
        assert stream.event()["kind"] == "node_cordoned"


def main():
    skip_without_postgres()
    limits = {"event_beat_ms": 400, "event_streams_max": 5, "event_streams_per_account_max": 3,
              "transfer_timeout_ms": 3000}
    with Master(api=limits).start() as master:
        operator = master.operator
        operator.must(operator.post("/v1/isps", {"name": "alder"}))
        make_home(operator, "lille", "ann")
        make_home(operator, "lyon", "ben")
        check_lists(master)
        check_own(master)
        check_waiting(master)
        check_stream(master)
        check_limits(master)
        check_unread(master)
        check_end_of_token(master)
        check_restart(master)
        assert master.stop() == 0


main()
