"""Lists: their filters, how they go on, what runs; and writes that wait for their end."""

import time

from master_fixture import Master, skip_without_postgres
from release_maker import Image, Publisher, document

HOMES = 4


def publish(client):
    image = Image()
    image.upload(client)
    client.must(client.post("/v1/software-releases", Publisher().request(document(image))))


def order(client, name, **more):
    body = {"name": name, "release": "echo", "size": "s", "parameters": {"company": "A"},
            "policy": {"replicas": 2, "mode": "asynchronous"}, **more}  # fmt: skip
    return client.must(client.post("/v1/instances", body))


def names(client, path, field):
    answer = client.must(client.get(path))
    return [row.get("name", row.get("id")) for row in answer[field]]


def refused(answer, word):
    assert answer.status == 400 and word in answer.body.decode(), answer


def instances_fit(operator, ann, bob, made):
    def found(query, client=operator):
        return names(client, "/v1/instances?" + query, "instances")

    assert found("") == ["acme", "apex", "bravo"]
    assert found("owner=ann") == ["acme", "apex"] and found("owner=bob", ann) == []
    assert found("owner=ann&release=echo", ann) == ["acme", "apex"]
    assert found("release=none") == [] and found("state=preparing") == ["acme", "apex", "bravo"]
    assert found("state=running") == [] and found("country=FR") == ["acme", "apex", "bravo"]
    assert found("country=DE") == []
    boxes = {copy["node"] for copy in made["instance"]["replicas"]}
    for number in range(HOMES):
        here = "acme" in found(f"node=site{number}-1")
        assert here == (f"site{number}-1" in boxes), (number, boxes)
    for bad in ("state=soon", "state=", "colour=blue"):
        refused(operator.get("/v1/instances?" + bad), bad.split("=")[0])
    # Filters and pages together.
    page = operator.must(operator.get("/v1/instances?owner=ann&page_size=1"))
    assert [row["name"] for row in page["instances"]] == ["acme"] and page["page"]["has_more"]
    token = page["page"]["next_page_token"]
    page = operator.must(operator.get(f"/v1/instances?owner=ann&page_size=1&page_token={token}"))
    assert [row["name"] for row in page["instances"]] == ["apex"], page
    assert page["page"]["has_more"] is False and page["page"]["next_page_token"] == ""


def boxes_and_sites_fit(operator, host):
    def boxes(query, client=operator):
        return names(client, "/v1/nodes?" + query, "nodes")

    operator.must(operator.post("/v1/nodes/site1-1:cordon"))
    assert boxes("wish=cordoned") == ["site1-1"] and len(boxes("wish=open")) == HOMES - 1
    assert len(boxes("state=online")) == HOMES and boxes("state=lost") == []
    assert len(boxes("health=well")) == HOMES and boxes("health=failing") == []
    assert boxes("site=site2") == boxes("isp=isp2") == boxes("host=host2") == ["site2-1"]
    assert boxes("isp=isp2&host=host1") == [] and boxes("country=DE") == []
    assert boxes("isp=isp2", host) == [], "another host's"
    refused(operator.get("/v1/nodes?state=asleep"), "state")
    assert names(operator, "/v1/sites?isp=isp3", "sites") == ["site3"]
    assert names(operator, "/v1/sites?host=host1&country=FR", "sites") == ["site1"]
    assert names(operator, "/v1/sites?country=DE", "sites") == []
    operator.must(operator.post("/v1/nodes/site1-1:uncordon"))


def operations_are_found(operator, ann, bob, made):
    def found(query, client=ann):
        return names(client, "/v1/operations?" + query, "operations")

    mine = made["operation"]["id"]
    assert mine in found("") and found("instance=acme") == [mine]
    assert found("state=running&instance=acme") == [mine] and found("state=failed") == []
    assert mine not in found("", bob) and mine in found("", operator)
    drain = operator.must(operator.post("/v1/nodes/site0-1:drain"))
    assert found("node=site0-1", operator) == [drain["id"]] and found("node=site0-1") == []
    operator.must(operator.post("/v1/nodes/site0-1:cancel-drain"))
    refused(ann.get("/v1/operations?state=stuck"), "state")


def writes_wait(ann):
    """No longer than asked, and not at all where nothing begins."""
    begun = time.monotonic()
    made = order(ann, "waits", wait_ms=700)
    assert time.monotonic() - begun >= 0.7 and made["operation"]["state"] == "running", made
    begun = time.monotonic()
    tried = order(ann, "tried", wait_ms=30_000, validate_only=True)
    assert "operation" not in tried and time.monotonic() - begun < 20, tried
    # The same order again is the same, however long somebody waits for it.
    body = {"name": "twice", "release": "echo", "size": "s", "parameters": {"company": "A"}}
    first = ann.must(ann.post("/v1/instances", body, key="once"))
    again = ann.must(ann.post("/v1/instances", {**body, "wait_ms": 10}, key="once"))
    assert again["operation"]["id"] == first["operation"]["id"], again
    for bad in (-1, 60_001):
        refused(ann.post("/v1/instances/acme:stop", {"wait_ms": bad}), "wait_ms")
    refused(ann.post("/v1/instances/acme:reveal", {"wait_ms": 5}), "wait_ms")


def main():
    skip_without_postgres()
    with Master().start() as master:
        boxes = master.homes(HOMES)
        publish(master.account("pub", "publisher"))
        ann, bob = master.account("ann", "customer"), master.account("bob", "customer")
        made = order(ann, "acme")
        order(ann, "apex")
        order(bob, "bravo")
        instances_fit(master.operator, ann, bob, made)
        boxes_and_sites_fit(master.operator, master.account("host0", "host"))
        operations_are_found(master.operator, ann, bob, made)
        writes_wait(ann)
        for box in boxes:
            box.close()
        assert master.stop() == 0


main()
