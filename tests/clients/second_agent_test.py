"""An agent in another language brings an order to serving, hands the lead over, and comes back."""

import base64
import json
import re

from client_lab import (
    HERE,
    Lab,
    Master,
    SecondAgent,
    instance_is,
    publish,
    skip_without,
    until,
    whole,
)
import fake_time  # of tests/support

AGENT_LINES_MAX = 240


def is_small():
    lines = len((HERE / "second_agent.py").read_text(encoding="ascii").splitlines())
    assert lines < AGENT_LINES_MAX, f"second_agent.py has {lines} lines"


def refuses_a_wrong_master(lab):
    """A token that names another CA: nothing is sent, the box does not enrol."""
    ask = lab.master.operator
    token = ask.must(ask.post("/v1/node-tokens", {"site": "home-alder"}))
    body = token["token"].removeprefix("foyer1.")
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    told["ca"] = "0" * 64
    forged = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    box = SecondAgent(lab, token["node"], "foyer1." + forged).start()
    until("it gives up", lambda: box.process.poll() is not None, 60)
    assert box.process.returncode != 0
    assert "does not show the CA" in box.log.read_text(), box.log.read_text()
    assert lab.node(box.name)["state"] == "expected"
    ask.must(ask.call("DELETE", f"/v1/nodes/{box.name}"))


def order_serves(lab, customer):
    order = {"name": "acme", "release": "echo", "parameters": {"company": "Acme"}}
    customer.must(customer.post("/v1/instances", order))
    acme = instance_is(customer, "acme", "running")
    assert {copy["state"] for copy in acme["replicas"]} == {"running"}, acme
    assert {copy["node"] for copy in acme["replicas"]} == set(lab.boxes), acme
    roles = sorted(copy["role"] for copy in acme["replicas"])
    assert roles == ["primary", "standby", "standby"], acme

    return whole(customer, "acme")


def leader_of(acme):
    leads = [copy for copy in acme["replicas"] if copy["role"] == "primary"]
    return leads[0] if leads else {"index": None}  # between two leaders


def lead_moves(customer, acme):
    """A person asks: every copy stops and says what it holds, another one is named, promotes. Two
    answers of three are enough: a named copy that answers last is passed over, and asked again.
    """
    target = next(copy["index"] for copy in acme["replicas"] if copy["role"] == "standby")
    for _ in range(5):
        before = customer.get("/v1/instances/acme").json["epoch"]
        asked = customer.post("/v1/instances/acme:promote", {"index": target})
        operation = "/v1/operations/" + customer.must(asked)["id"] + "?wait_ms=1000"
        until("it ends", lambda url=operation: customer.get(url).json["state"] != "running", 60)
        after = instance_is(customer, "acme", "running")
        assert after["epoch"] == before + 1, after
        if leader_of(after)["index"] == target:
            return after
    raise AssertionError(f"copy {target} was passed over five times")


def silent_and_back(lab, customer, acme):
    """A standby's box is killed: degraded, not down. It comes back with its journal, as itself."""
    standby = next(copy for copy in acme["replicas"] if copy["role"] == "standby")
    box = lab.boxes[standby["node"]]
    before = box.journal()
    box.kill()
    until("it is called silent", lambda: lab.node(box.name)["state"] == "silent", 60)
    degraded = instance_is(customer, "acme", "degraded")
    assert leader_of(degraded)["state"] == "running", degraded
    box.start()
    lab.online(box)
    back = instance_is(customer, "acme", "running")
    assert back["epoch"] == acme["epoch"], back
    key = re.compile(r'"key": "[^"]+"')
    assert key.search(before)[0] == key.search(box.journal())[0], "it came back with another key"


def renews(lab, box):
    """Two thirds of 90 days later, by its own clock: a new key and a certificate for it, which the
    master takes from then on, and the old ones no more."""
    fake = fake_time.library()
    before = json.loads(box.journal())["me"]
    box.kill()
    later = {"LD_PRELOAD": fake, "FAKETIME": "+61d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    box.start(**later)
    until(
        "the certificate is renewed",
        lambda: json.loads(box.journal())["me"]["certificate"] != before["certificate"],
        60,
    )
    box.kill()
    box.start()
    after = json.loads(box.journal())
    assert after["me"]["key"] != before["key"]
    box.kill()
    # A thief of the old key: refused, in words.
    old = {**after, "me": {**after["me"], **before}}
    old["me"].pop("next_key", None)
    (box.folder / "journal.json").write_text(json.dumps(old), encoding="ascii")
    box.start()
    until("the old key is refused", lambda: "UNAUTHENTICATED" in box.log.read_text(), 60)
    box.kill()
    (box.folder / "journal.json").write_text(json.dumps(after), encoding="ascii")
    box.start()
    lab.online(box)


def leader_silent(lab, customer, acme):
    """The leader's box is killed: another copy is asked to lead, and holds what was written."""
    lead = leader_of(acme)
    box = lab.boxes[lead["node"]]
    box.kill()
    until("it is called silent", lambda: lab.node(box.name)["state"] == "silent", 60)
    customer.must(customer.post("/v1/instances/acme:promote"))
    after = instance_is(customer, "acme", "degraded")
    assert leader_of(after)["node"] != box.name, after
    assert after["epoch"] > acme["epoch"], after
    box.start()
    back = instance_is(customer, "acme", "running")
    returned = next(copy for copy in back["replicas"] if copy["node"] == box.name)
    assert returned["role"] == "standby", "an old leader came back as a leader"


def stops_starts_goes(lab, customer):
    customer.must(customer.post("/v1/instances/acme:stop"))
    until(
        "every copy is stopped",
        lambda: all(
            copy["state"] == "stopped"
            for copy in customer.get("/v1/instances/acme").json["replicas"]
        ),
    )
    customer.must(customer.post("/v1/instances/acme:start"))
    instance_is(customer, "acme", "running")
    customer.must(customer.call("DELETE", "/v1/instances/acme"))
    until("it is erased", lambda: customer.get("/v1/instances/acme").status == 404)
    assert list(lab.wire.iterdir()) == [], "a log was left behind"
    assert all(lab.node(name)["partitions"] == [] for name in lab.boxes)


def master_restarts(lab, customer):
    """Boxes find it again by themselves, and tell it all anew."""
    lab.master.kill()
    lab.master.start()
    lab.online(*lab.boxes.values())
    instance_is(customer, "acme", "running")


def main():
    is_small()
    skip_without()
    fake_time.library()
    quick = {"hold_ms": 1000, "silent_after_ms": 6000}
    with Master(agents=quick).start() as master:
        lab = Lab(master)
        publish(master.account("house", "publisher"))
        boxes = [lab.home(isp) for isp in ("alder", "birch", "cedar")]
        lab.online(*boxes)
        refuses_a_wrong_master(lab)
        customer = master.account("acme", "customer")
        acme = order_serves(lab, customer)
        acme = lead_moves(customer, acme)
        silent_and_back(lab, customer, acme)
        renews(lab, boxes[0])
        acme = instance_is(customer, "acme", "running")
        leader_silent(lab, customer, acme)
        master_restarts(lab, customer)
        stops_starts_goes(lab, customer)


if __name__ == "__main__":
    main()
