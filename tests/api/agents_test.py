"""Boxes: first contact, identity, the long poll, differences, blobs."""

import base64
import json
import threading

from master_fixture import Box, Master, sha256, skip_without_postgres, until
from release_maker import publish


def refused(answer, code, rule=None):
    assert answer.get("error") == code, answer
    if rule:
        assert answer["details"].get("rule") == rule, answer


def first_contact(master):
    must, post = master.operator.must, master.operator.post
    must(post("/v1/isps", {"name": "alder"}))
    must(post("/v1/hosts", {"name": "ann"}))
    must(
        post(
            "/v1/sites",
            {
                "name": "lille",
                "isp": "alder",
                "country": "FR",
                "host": "ann",
                "host_class": "house",
            },
        )
    )
    token = must(post("/v1/node-tokens", {"site": "lille"}))["token"]
    box = Box()
    assert box.do(do="enrol", token=token)["node"] == "lille-1"
    assert (
        box.do(do="enrol", token=token)["node"] == "lille-1"
    )  # a lost answer: the same box, the same key
    refused(Box().do(do="enrol", token=token), "unauthenticated", "token_used")
    assert "error" not in box.sync(observation_number=1, observations_full=True)
    refused(
        box.do(do="enrol", token=token), "unauthenticated", "token_used"
    )  # after the first Sync not even the same box
    refused(Box().do(do="enrol", token=token[:-4]), "invalid_argument")
    return box


def other_masters(master):
    """A token for another master finds another CA there; a made-up secret finds no node."""
    with Master().start() as other:
        must, post = other.operator.must, other.operator.post
        must(post("/v1/isps", {"name": "alder"}))
        must(post("/v1/hosts", {"name": "ann"}))
        must(
            post(
                "/v1/sites",
                {
                    "name": "lille",
                    "isp": "alder",
                    "country": "FR",
                    "host": "ann",
                    "host_class": "house",
                },
            )
        )
        token = must(post("/v1/node-tokens", {"site": "lille"}))["token"]
        inside = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        here = {**inside, "a": [f"127.0.0.1:{master.agents}"]}
        refused(
            Box().do(
                do="enrol",
                token="foyer1."
                + base64.urlsafe_b64encode(json.dumps(here).encode()).decode().rstrip("="),
            ),
            "permission_denied",
        )
        unknown = {**inside, "t": "x" * 40}
        refused(
            Box().do(
                do="enrol",
                token="foyer1."
                + base64.urlsafe_b64encode(json.dumps(unknown).encode()).decode().rstrip("="),
            ),
            "unauthenticated",
            "token_unknown",
        )


def identity(master, box):
    refused(box.do(do="renew", serving=True), "permission_denied", "edge_only")
    assert "certificate_pem" in box.do(do="renew")
    # The answer to a renewal with a new key is lost: the old certificate is void, but whoever
    # holds both keys may renew.
    assert "certificate_pem" in box.do(do="renew", new_key=True, forget=True)
    refused(box.sync(immediate=True), "unauthenticated", "node_key_changed")
    refused(box.do(do="renew", new_key=True), "unauthenticated", "node_key_changed")
    assert "certificate_pem" in box.do(do="renew", kept_key=True)
    assert "error" not in box.sync(immediate=True)
    assert master.operator.call("DELETE", "/v1/nodes/lille-1").status == 200
    refused(box.sync(immediate=True), "unauthenticated", "node_deleted")
    refused(box.do(do="fetch", digest=sha256(b"x")), "unauthenticated", "node_deleted")


def where(answer):
    return {"applied_lineage": answer["lineage"], "applied_revision": answer["revision"]}


def long_poll(master, boxes):
    """A held Sync is answered by the change that concerns it, and by no other."""
    answer = boxes[0].sync(immediate=True)
    assert answer["base_revision"] == "0" and answer["settings"]["overlay_prefix"].startswith(
        "fd50:"
    )
    boxes[0].send(do="sync", request=where(answer))
    heard = []
    waiter = threading.Thread(target=lambda: heard.append(boxes[0].receive()))
    waiter.start()
    master.operator.must(master.operator.post("/v1/isps", {"name": "elsewhere"}))
    waiter.join(timeout=1)
    assert waiter.is_alive(), f"woken by a change that is not its own: {heard}"
    customer = master.account("acme", "customer")
    customer.must(
        customer.post(
            "/v1/instances", {"name": "acme", "release": "echo", "parameters": {"company": "A"}}
        )
    )
    waiter.join(timeout=25)
    assert not waiter.is_alive(), "the order did not wake the box"
    delta = heard[0]
    assert delta["base_revision"] == answer["revision"] and len(delta["assignments"]) == 1, delta
    assignment = delta["assignments"][0]
    assert (
        len(assignment["secrets"]["replication_password"]) == 20 and len(assignment["members"]) == 3
    )
    assert boxes[0].sync(immediate=True, **where(delta)).get("assignments") == []
    assert (
        boxes[0].sync(immediate=True, applied_lineage="other", applied_revision="5")[
            "base_revision"
        ]
        == "0"
    )
    return customer, delta


def replaced(boxes, delta):
    """A newer Sync of the same box ends the older one."""
    boxes[0].send(do="sync", request=where(delta), background=True)
    until("the call is held", lambda: boxes[0].master.metric("foyer_syncs_held") == 1)
    boxes[0].send(do="sync", request={**where(delta), "immediate": True}, background=True)
    answers = [boxes[0].receive(), boxes[0].receive()]
    older = [answer for answer in answers if "error" in answer]
    assert len(older) == 1, answers
    refused(older[0], "aborted", "sync_replaced")


def reports(master, customer, boxes):
    """What boxes report becomes what customers see; a report is acknowledged by its number."""
    for number, box in enumerate(boxes):
        wish = box.sync(immediate=True)["assignments"][0]
        observation = {
            "partition": wish["partition"],
            "generation": wish["generation"],
            "epoch": wish["epoch"],
            "role": wish["role"],
            "phase": "PARTITION_PHASE_RUNNING",
            "ready": True,
            "initialized": True,
        }
        answer = box.sync(
            observation_number=5 + number, observations=[observation], observations_full=True
        )
        assert answer["observations_acknowledged"] == str(5 + number), answer
        assert not answer["observations_wanted"]
    instance = customer.get("/v1/instances/acme").json
    assert instance["state"] == "running", instance
    assert {row["state"] for row in instance["replicas"]} == {"running"}
    operations = [
        event
        for event in customer.get("/v1/instances/acme/events").json["events"]
        if event["kind"] == "order_succeeded"
    ]
    assert operations
    refused(
        boxes[0].sync(observation_number=9, observations=[{"partition": "acme-0"}]),
        "invalid_argument",
    )
    nodes = master.operator.get("/v1/nodes").json["nodes"]
    assert {row["state"] for row in nodes} == {"online"} and all(
        "last_seen_at" in row for row in nodes
    )
    skewed = boxes[0].do(do="sync", request={"immediate": True, "clock_unix_ms": "86400000"})
    assert "error" not in skewed
    assert master.operator.get("/v1/nodes/" + boxes[0].name).json["clock_offset_ms"] < -86_400_000


def free_disk(master, customer, boxes):
    """Orders pass over a box whose disk is full of something else; what it says now and then is not
    written down each time."""
    gibibyte = 1 << 30
    order = {"name": "late", "release": "echo", "parameters": {"company": "A"}}
    box = boxes[1]

    def commits():
        return master.metric("foyer_planner_commits_total")

    def says(size):
        answer = box.sync(immediate=True, disk_free_bytes=str(size))
        assert "error" not in answer, answer
        return master.operator.get("/v1/nodes/" + box.name).json

    assert "disk_free_bytes" in says(50 * gibibyte)
    assert says(1)["disk_free_bytes"] == 1
    refused_order = customer.post("/v1/instances", order)
    facts = {detail["key"]: detail["value"] for detail in refused_order.json["details"]}
    assert refused_order.status in (409, 429), refused_order
    assert facts["rule"] == "distinct_isps" and facts["excluded_disk_low"] == "1", facts
    # Whose home it is, is no customer's business.
    assert box.name not in refused_order.body.decode(), refused_order
    told = master.operator.post("/v1/instances", order).json["details"]
    assert {"key": "excluded_disk_low", "value": box.name} in told, told
    before = commits()
    for size in (1, 5, 1_000_000, 1):
        says(size)
    assert commits() == before
    assert says(40 * gibibyte)["disk_free_bytes"] == 40 * gibibyte
    assert commits() == before + 1
    customer.must(customer.post("/v1/instances", {**order, "validate_only": True}))


def blobs(boxes, image):
    digest = sha256(image.layer)
    whole = boxes[0].do(do="fetch", digest=digest)
    assert whole == {
        "bytes": len(image.layer),
        "total": len(image.layer),
        "sha256": digest[7:],
    }, whole
    rest = boxes[0].do(do="fetch", digest=digest, offset=250_000)
    assert (
        rest["bytes"] == len(image.layer) - 250_000
        and rest["sha256"] == sha256(image.layer[250_000:])[7:]
    )
    assert boxes[0].do(do="fetch", digest=digest, offset=len(image.layer))["bytes"] == 0
    refused(boxes[0].do(do="fetch", digest=digest, offset=len(image.layer) + 1), "invalid_argument")
    refused(boxes[0].do(do="fetch", digest=sha256(b"none")), "not_found")
    refused(boxes[0].do(do="fetch", digest="../../ca/ca.key"), "invalid_argument")


def main():
    skip_without_postgres()
    # Not a minute's round of last-seen times while commits are counted.
    with Master(agents={"seen_flush_ms": 3_600_000}).start() as master:
        box = first_contact(master)
        other_masters(master)
        identity(master, box)
        _, image = publish(master.account("house", "publisher"))
        boxes = master.homes(3)
        customer, delta = long_poll(master, boxes)
        replaced(boxes, delta)
        reports(master, customer, boxes)
        free_disk(master, customer, boxes)
        blobs(boxes, image)


main()
