"""Blobs and releases that lie leave nothing; orders are refused with reasons or shown."""

import os

from master_fixture import Master, sha256, skip_without_postgres, until
from release_maker import Image, Publisher, document, publish


def facts(answer):
    return {detail["key"]: detail["value"] for detail in answer.json["details"]}


def facts_of(answer, key):
    return [detail["value"] for detail in answer.json["details"] if detail["key"] == key]


def blobs(master, publisher):
    data = os.urandom(700_000)
    digest = sha256(data)
    assert publisher.call("HEAD", "/v1/blobs/" + digest).status == 404
    assert publisher.call("PUT", "/v1/blobs/" + digest, body=data).json == {
        "digest": digest,
        "size_bytes": len(data),
    }
    head = publisher.call("HEAD", "/v1/blobs/" + digest)
    assert head.status == 200 and int(head.headers["Content-Length"]) == len(data)
    assert publisher.get("/v1/blobs/" + digest).body == data
    assert publisher.call("PUT", "/v1/blobs/" + digest, body=data).status == 200  # there already
    assert (
        publisher.call(
            "PUT", "/v1/blobs/" + digest, body=data, headers={"Expect": "100-continue"}
        ).status
        == 200
    )
    wrong = publisher.call("PUT", "/v1/blobs/" + sha256(b"other"), body=data)
    assert wrong.status == 400 and facts(wrong)["rule"] == "digest", wrong
    assert publisher.call("HEAD", "/v1/blobs/" + sha256(b"other")).status == 404
    chunked = publisher.call("PUT", "/v1/blobs/" + sha256(b"abcdef"), body=iter([b"abc", b"def"]))
    assert chunked.status == 201, chunked
    assert publisher.call("PUT", "/v1/blobs/" + sha256(b"big"), body=b"x" * 3_000_000).status == 413
    assert publisher.call("PUT", "/v1/blobs/sha256:..%2f..", body=b"x").status == 400
    assert os.listdir(master.data + "/blobs/tmp") == []


def releases(publisher, other):
    image, key = Image(), Publisher()
    good = document(image)
    missing = publisher.post("/v1/software-releases", key.request(good))
    assert missing.status == 409 and facts(missing)["rule"] == "blobs_missing", missing
    image.upload(publisher)
    touched = key.request(good)
    touched["signature"] = Publisher().request(good)["signature"]
    assert publisher.post("/v1/software-releases", touched).status == 403
    surprise = publisher.post("/v1/software-releases", key.request({**good, "surprise": 1}))
    assert surprise.status == 400 and "surprise" in surprise.json["message"], surprise
    for egress in (["internet"], ["mail-relay", "198.51.100.7"]):
        out = publisher.post("/v1/software-releases", key.request({**good, "egress": egress}))
        assert out.status == 400 and "no way leads out of a home" in out.json["message"], out
        assert f"/egress/{len(egress) - 1}" in facts_of(out, "path"), out
    assert publisher.post("/v1/software-releases", key.request(b"{ not json")).status == 400
    assert publisher.post("/v1/software-releases", {"release_json": "***"}).status == 400
    row = publisher.must(publisher.post("/v1/software-releases", key.request(good), key="p1"))
    assert row["publisher"] == "house" and row["image_bytes"] == sum(map(len, image.blobs))
    assert (
        publisher.must(publisher.post("/v1/software-releases", key.request(good))) == row
    )  # the same bytes again: no change
    other_title = {**good, "title": "Other"}
    assert (
        publisher.post("/v1/software-releases", key.request(other_title)).json["code"]
        == "already_exists"
    )
    assert (
        other.post("/v1/software-releases", key.request(document(image, version="1-2"))).status
        == 403
    )  # another account
    assert (
        publisher.post(
            "/v1/software-releases", Publisher().request(document(image, version="1-2"))
        ).status
        == 403
    )  # another key
    publisher.must(
        publisher.post(
            "/v1/software-releases",
            key.request({**document(image, version="1-2"), "egress": ["mail-relay"]}),
        )
    )
    versions = [row["version"] for row in publisher.get("/v1/software-releases").json["releases"]]
    assert versions == ["1-2", "1-1"]
    assert publisher.get("/v1/software-releases/echo/versions/latest").json["version"] == "1-2"
    assert publisher.get("/v1/software-releases/echo/versions/9").status == 404


def orders(master):
    customer = master.account("acme", "customer")
    order = {"name": "acme", "release": "echo", "parameters": {"company": "Acme"}}
    assert customer.post("/v1/instances", {**order, "release": "none"}).status == 404
    wrong = customer.post(
        "/v1/instances", {**order, "parameters": {"company": "", "country": "DE"}}
    )
    assert wrong.status == 400, wrong
    assert facts_of(wrong, "path") == ["/parameters/company", "/parameters/country"], wrong
    impossible = customer.post("/v1/instances", order)
    assert impossible.status in (409, 429) and impossible.json["details"], impossible
    master.homes(3)
    plan = customer.must(customer.post("/v1/instances", {**order, "validate_only": True}))
    assert len(plan["instance"]["replicas"]) == 3 and "operation" not in plan
    assert len(plan["placement"]["chosen"]) == 3, plan
    assert customer.get("/v1/instances/acme").status == 404
    placed = customer.must(customer.post("/v1/instances", order, key="o1"))
    assert customer.must(customer.post("/v1/instances", order, key="o1")) == placed
    assert customer.post("/v1/instances", order).json["code"] == "already_exists"
    shown = customer.get("/v1/instances/acme")
    instance = shown.json
    for field in ("name", "state", "url", "generation", "epoch", "replicas"):
        assert field in instance, field
    assert {"index", "kind", "role", "node", "site", "isp", "country", "state"} <= set(
        instance["replicas"][0]
    )
    assert (
        instance["parameters"] == {"company": "Acme", "country": "FR"}
        and len({row["isp"] for row in instance["replicas"]}) == 3
    )
    assert (
        customer.get("/v1/instances/acme", headers={"If-None-Match": shown.headers["ETag"]}).status
        == 304
    )
    assert "password" not in shown.body.decode().replace('password":""', "")
    residency = customer.post(
        "/v1/instances", {**order, "name": "acme2", "policy": {"countries": ["BE"]}}
    )
    assert residency.status in (409, 429) and residency.json["details"], residency
    return customer


def reveal(customer, operation_wait=1_000):
    first = customer.must(customer.post("/v1/instances/acme:reveal", {}, key="r1"))
    assert len(first["password"]) == 20 and first["user"] == "admin"
    assert customer.must(customer.post("/v1/instances/acme:reveal", {}, key="r1")) == first
    refused = customer.post("/v1/instances/acme:reveal", {}, key="r2")
    assert refused.status == 409 and "shown at" in refused.json["message"], refused
    listing = customer.get("/v1/instances/acme/events").json["events"]
    assert {"password_shown"} <= {event["kind"] for event in listing}
    operation = customer.must(customer.call("DELETE", "/v1/instances/acme", key="d1"))
    held = customer.must(customer.get(f"/v1/operations/{operation['id']}?wait_ms={operation_wait}"))
    assert held["state"] == "running" and held["kind"] == "delete"
    return first["password"]


def withdrawal(master, customer, publisher, other):
    publish(publisher, name="flawed", version="9-1")
    path = "/v1/software-releases/flawed/versions/9-1"
    why = {"reason": "it forgets invoices"}
    assert other.post(path + ":withdraw", why).status == 403
    assert publisher.post(path + ":withdraw", {}).status == 400
    assert publisher.post(path + "0:withdraw", why).status == 404
    latest = "/v1/software-releases/flawed/versions/latest"
    assert publisher.must(publisher.get(latest))["version"] == "9-1"
    gone = publisher.must(publisher.post(path + ":withdraw", why, key="w1"))
    assert gone["withdrawn_reason"] == why["reason"] and gone["withdrawn_at"], gone
    assert publisher.must(publisher.post(path + ":withdraw", why, key="w1")) == gone
    assert master.operator.post(path + ":withdraw", why).status == 409
    assert publisher.get(latest).status == 404
    order = {"name": "late", "release": "flawed", "version": "9-1", "parameters": {"company": "A"}}
    refused = customer.post("/v1/instances", order)
    assert refused.status == 409 and "it forgets invoices" in refused.json["message"], refused


def main():
    skip_without_postgres()
    with Master(blobs={"blob_bytes_max": 2_000_000}).start() as master:
        publisher, other = master.account("house", "publisher"), master.account(
            "other", "publisher"
        )
        blobs(master, publisher)
        releases(publisher, other)
        customer = orders(master)
        password = reveal(customer)
        withdrawal(master, customer, publisher, other)
        assert password not in master.log_text()
        until("the blob folder is clean", lambda: os.listdir(master.data + "/blobs/tmp") == [])
        publish(other, name="second")


main()
