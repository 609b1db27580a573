"""ETag and If-Match: what is read by its name has a tag that changes whenever it does, and a write
goes through only on what the writer has seen. Over HTTP and gRPC."""

import threading

from master_fixture import Box, Master, skip_without_postgres, until
from release_maker import publish


def rules(answer):
    return [one["value"] for one in answer.json.get("details", ())
            if one["key"] == "rule"]


def story(master):
    boxes = master.homes(4)
    publish(master.account("house", "publisher"))
    operator = master.operator
    order = {"name": "acme", "release": "echo", "parameters": {"company": "Acme"}}
    made = operator.must(operator.post("/v1/instances", order))
    size = {"size": "s", "copy_cents": 1}
    operator.must(operator.post("/v1/price-lists",
                                {"name": "list", "currency": "EUR", "sizes": [size]}))
    return boxes, made["operation"]["id"]


def every_tag(master, node, operation):
    """Each thing that has a name has a tag, the same while it is the same; in lists too."""
    operator = master.operator
    token = operator.must(operator.get("/v1/whoami"))["token_id"]
    post, must = operator.post, operator.must
    must(post("/v1/webhooks", {"name": "shop", "url": "https://203.0.113.9/foyer"}))
    contact = must(post("/v1/contacts", {"address": "tag@example.org"}))["id"]
    must(post("/v1/accounts/house/members", {"name": "anna", "scopes": ["publisher"]}))
    things = {
        "isps": "isp0", "hosts": "host0", "sites": "site0", "nodes": node,
        "accounts": "house", "tokens": token, "price-lists": "list",
        "software-releases": "echo/versions/1-1", "instances": "acme", "operations": operation,
        "webhooks": "shop", "contacts": contact, "accounts/house/members": "anna",
    }  # fmt: skip
    for collection, name in things.items():
        path = f"/v1/{collection}/{name}"
        read = operator.get(path)
        tag = read.headers["ETag"]
        assert read.status == 200 and tag.startswith(f'"{read.json["revision"]}.'), read
        assert read.json["revision"] > 0, (path, read)
        same = operator.get(path, headers={"If-None-Match": tag})
        if collection != "nodes":  # a box's last Sync moves
            assert (same.status, same.body) == (304, b""), same
        field = {"price-lists": "price_lists", "software-releases": "releases",
                 "accounts/house/members": "members"}
        rows = operator.must(operator.get(f"/v1/{collection}"))[field.get(collection, collection)]
        assert read.json["revision"] in [row["revision"] for row in rows], collection


def tags_do_not_lie(master, boxes):
    """What is shown beside the row changes the tag too, but not the revision."""
    operator = master.operator
    before = operator.get("/v1/sites/site3")
    operator.must(operator.post("/v1/node-tokens", {"site": "site3", "node": "second"}))
    after = operator.get("/v1/sites/site3")
    assert after.json["nodes"] == sorted([boxes[3].name, "second"]), after
    assert before.headers["ETag"] != after.headers["ETag"]
    operator.must(operator.call("DELETE", "/v1/nodes/second"))
    price = operator.get("/v1/price-lists/list")
    assert price.json["in_force"]
    size = {"size": "s", "copy_cents": 2}
    operator.must(operator.post("/v1/price-lists",
                                {"name": "next", "currency": "EUR", "sizes": [size]}))
    until("the next list is in force",
          lambda: not operator.get("/v1/price-lists/list").json["in_force"])
    stale = operator.get("/v1/price-lists/list", headers={"If-None-Match": price.headers["ETag"]})
    assert stale.status == 200, stale


def writes(master, node):
    """(method, path, body) of each write to something that is there; only tried."""
    tried = {"validate_only": True}
    yield from (("POST", f"/v1/nodes/{node}:cordon", tried), ("POST", f"/v1/nodes/{node}:drain",
                 tried), ("DELETE", "/v1/nodes/spare?validate_only=true", None))  # fmt: skip
    for verb in ("stop", "promote", "reveal"):
        yield "POST", f"/v1/instances/acme:{verb}", tried
    yield "DELETE", "/v1/instances/acme?validate_only=true", None
    yield "POST", "/v1/software-releases/echo/versions/1-1:withdraw", {"reason": "x", **tried}
    yield "PUT", "/v1/accounts/spare", {"roles": ["host"], **tried}
    for path in ("accounts/spare", "isps/spare", "hosts/spare", "sites/spare"):
        yield "DELETE", f"/v1/{path}?validate_only=true", None
    token = master.operator.must(master.operator.get("/v1/tokens?account=spare"))["tokens"][0]
    yield "DELETE", f"/v1/tokens/{token['id']}?validate_only=true", None


def read_of(path):
    return path.split("?")[0].rsplit(":", 1)[0] if ":" in path.rsplit("/", 1)[1] else (
        path.split("?")[0])  # fmt: skip


def every_write(master, node):
    operator, post, must = master.operator, master.operator.post, master.operator.must
    master.account("spare", "host")
    for kind in ("isps", "hosts"):
        must(post(f"/v1/{kind}", {"name": "spare"}))
    must(post("/v1/isps", {"name": "line"}))
    must(post("/v1/hosts", {"name": "owner"}))
    site = {"country": "FR", "host_class": "vetted"}
    must(post("/v1/sites", {"name": "spare", "isp": "line", "host": "owner", **site}))
    must(post("/v1/node-tokens", {"site": "site0", "node": "spare"}))
    count = 0
    for method, path, body in writes(master, node):
        tag = operator.get(read_of(path)).headers["ETag"]
        assert tag, path

        def tried(value):
            return operator.call(method, path, body=body, headers={"If-Match": value})

        wrong = tried('"1.ffff"')
        assert wrong.status == 412 and wrong.json["code"] == "aborted", (path, wrong)
        assert rules(wrong) == ["if_match"], wrong
        assert tried('W/' + tag).status == 412, "a weak tag is never equal"
        assert tried('"abc", "def"').status == 412
        for good in (tag, f'"1", {tag}', "*", tag.split(".")[0] + '"'):
            answer = tried(good)
            # Their state may say no for a reason of their own, but it is not this one.
            assert answer.status in (200, 409) and rules(answer) != ["if_match"], (path, answer)
        for bad in ("", "17", '"17', "*, *", "x" * 2_000, '"1" "2"'):
            assert tried(bad).status == 400, (path, bad)
        gone = path.replace("spare", "nobody").replace("acme", "nobody").replace(node, "nobody")
        if gone != path:
            for value in ("*", tag):
                answer = operator.call(method, gone, body=body, headers={"If-Match": value})
                assert answer.status == 404, (gone, answer)
        count += 1
    assert count == 14, count


def senseless(master):
    """Where there is nothing to compare it with, it is refused and nothing is done."""
    operator = master.operator
    for method, path, body in (
        ("GET", "/v1/isps/isp0", None), ("GET", "/v1/isps", None), ("GET", "/v1/whoami", None),
        ("POST", "/v1/isps", {"name": "never"}), ("POST", "/v1/tokens", {}),
        ("POST", "/v1/rebalance:start", {}), ("GET", "/healthz", None),
        ("GET", "/v1/openapi.json", None), ("PUT", "/v1/blobs/sha256:" + "0" * 64, "x"),
    ):  # fmt: skip
        answer = operator.call(method, path, body=body, headers={"If-Match": "*"})
        assert answer.status == 400 and rules(answer) == ["if_match_here"], (path, answer)
    assert operator.get("/v1/isps/never").status == 404


def one_of_many(master):
    """Thirty who saw the same revision: one of them changes it."""
    operator = master.operator
    master.account("prize", "customer")
    tag = operator.get("/v1/accounts/prize").headers["ETag"]
    statuses = []

    def change(number):
        answer = operator.call("PUT", "/v1/accounts/prize", headers={"If-Match": tag},
                               body={"roles": ["customer"], "quota": {"instances": number}})
        statuses.append(answer.status)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [412] * 29, statuses


def a_lost_answer(master):
    """A repetition under the same key is answered, though its own effect moved the revision."""
    operator = master.operator
    tag = operator.get("/v1/accounts/prize").headers["ETag"]
    body = {"roles": ["customer", "host"]}
    first = operator.call("PUT", "/v1/accounts/prize", body=body, key="k1",
                          headers={"If-Match": tag})  # fmt: skip
    again = operator.call("PUT", "/v1/accounts/prize", body=body, key="k1",
                          headers={"If-Match": tag})  # fmt: skip
    assert first.status == again.status == 200 and first.body == again.body
    assert operator.call("PUT", "/v1/accounts/prize", body=body, key="k2",
                         headers={"If-Match": tag}).status == 412  # fmt: skip
    # Refused for it, the same key goes through with the new tag.
    tag = operator.get("/v1/accounts/prize").headers["ETag"]
    assert operator.call("PUT", "/v1/accounts/prize", body=body, key="k2",
                         headers={"If-Match": tag}).status == 200  # fmt: skip


def over_grpc(master, node):
    box = Box()
    with open(master.data + "/ca/ca.crt", encoding="ascii") as file:
        where = {"do": "raw", "address": f"127.0.0.1:{master.grpc}", "ca": file.read()}
    message = (bytes([0x0A, len(node)]) + node.encode()).hex()

    def ask(rpc, *values):
        metadata = [["authorization", "Bearer " + master.operator.token]]
        metadata += [["if-match", value] for value in values]
        return box.do(**where, method="/foyer.api.v1.FleetService/" + rpc, message=message,
                      metadata=metadata)  # fmt: skip

    stale = ask("CordonNode", '"1"')
    assert stale["error"] == "aborted" and stale["details"]["rule"] == "if_match", stale
    assert ask("GetNode", "*")["details"]["rule"] == "if_match_here"
    assert ask("CordonNode", '"1')["error"] == "invalid_argument"
    assert ask("CordonNode", "*", "*")["error"] == "invalid_argument"
    tag = master.operator.get("/v1/nodes/" + node).headers["ETag"]
    assert "message" in ask("CordonNode", tag)
    assert ask("UncordonNode", tag)["error"] == "aborted", "it was cordoned since"
    assert "message" in ask("UncordonNode", "*")
    box.close()


def main():
    skip_without_postgres()
    with Master().start() as master:
        boxes, operation = story(master)
        node = boxes[0].name
        every_tag(master, node, operation)
        tags_do_not_lie(master, boxes)
        every_write(master, node)
        senseless(master)
        one_of_many(master)
        a_lost_answer(master)
        over_grpc(master, node)
        for box in boxes:
            box.close()
        assert master.stop() == 0


main()
