"""Accounts changed and removed by their operator, and what they may have."""

from master_fixture import Client, Master, skip_without_postgres, until
from release_maker import publish

GIB = 1 << 30


def rule(answer):
    return {one["key"]: one["value"] for one in answer.json["details"]}.get("rule")


def changed(master):
    operator = master.operator
    acme = master.account("acme", "customer")
    assert acme.get("/v1/sites").status == 403
    made = operator.must(operator.call("PUT", "/v1/accounts/acme",
                                       body={"roles": ["customer", "host"]}))  # fmt: skip
    assert sorted(made["roles"]) == ["customer", "host"], made
    assert acme.get("/v1/sites").status == 200, "its token has what its account got"
    assert operator.get("/v1/accounts/acme").json == made
    # As it is already: no change, no new revision.
    again = operator.must(operator.call("PUT", "/v1/accounts/acme",
                                        body={"name": "acme", "roles": ["host", "customer"]}))
    assert again["revision"] == made["revision"]
    # The body is all of it: what is left out ends.
    quota = {"roles": ["customer"], "quota": {"instances": 2, "disk_bytes": GIB}}
    assert operator.must(operator.call("PUT", "/v1/accounts/acme", body=quota))["quota"] == {
        "instances": 2, "disk_bytes": GIB}  # fmt: skip
    assert operator.must(operator.call("PUT", "/v1/accounts/acme",
                                       body={"roles": ["customer"]}))["quota"] == {}  # fmt: skip
    for wrong in ({}, {"roles": []}, {"roles": ["customer"], "quota": {"copies": -1}},
                  {"roles": ["customer"], "name": "eve"}, {"roles": ["customer"], "nose": 1}):
        assert operator.call("PUT", "/v1/accounts/acme", body=wrong).status == 400, wrong
    assert operator.call("PUT", "/v1/accounts/nobody", body={"roles": ["host"]}).status == 404
    assert acme.call("PUT", "/v1/accounts/acme", body={"roles": ["operator"]}).status == 403


def last_operator(master):
    operator = master.operator
    lose = {"roles": ["customer"]}
    assert rule(operator.call("PUT", "/v1/accounts/operator", body=lose)) == "last_operator"
    assert rule(operator.call("DELETE", "/v1/accounts/operator")) == "last_operator"
    second = master.account("second", "operator")
    assert rule(operator.call("DELETE", "/v1/accounts/operator")) == "own_account"
    operator.must(second.call("PUT", "/v1/accounts/operator", body=lose))
    assert operator.get("/v1/accounts").status == 403
    assert rule(second.call("PUT", "/v1/accounts/second", body=lose)) == "last_operator"
    second.must(second.call("PUT", "/v1/accounts/operator", body={"roles": ["operator"]}))
    assert operator.get("/v1/accounts").status == 200


def quotas(master):
    operator, boxes = master.operator, master.homes(3)
    publish(master.account("house", "publisher"))
    carl = master.account("carl", "customer")
    order = {"release": "echo", "parameters": {"company": "C"}}
    operator.must(operator.call("PUT", "/v1/accounts/carl",
                                body={"roles": ["customer"], "quota": {"copies": 3}}))  # fmt: skip
    carl.must(carl.post("/v1/instances", {"name": "one", **order}))
    beyond = carl.post("/v1/instances", {"name": "two", **order})
    assert beyond.status == 429 and rule(beyond) == "quota", beyond
    facts = {one["key"]: one["value"] for one in beyond.json["details"]}
    assert (facts["quota"], facts["used"], facts["allowed"], facts["asked"]) == (
        "copies", "3", "3", "3"), facts  # fmt: skip
    shown = carl.must(carl.get("/v1/accounts/carl"))
    assert shown["used"]["instances"] == 1 and shown["used"]["copies"] == 3, shown
    assert shown["used"]["disk_bytes"] > 0 and shown["quota"] == {"copies": 3}
    # It is used until it is gone, and another's orders are no matter.
    assert rule(operator.call("DELETE", "/v1/accounts/carl")) == "account_has_instances"
    assert rule(operator.call("DELETE", "/v1/accounts/house")) == "account_has_releases"
    master.account("host1", "host")
    assert rule(operator.call("DELETE", "/v1/accounts/host1")) == "account_has_sites"
    assert master.stop() == 0
    master.start()
    assert carl.must(carl.get("/v1/accounts/carl")) == shown
    assert carl.post("/v1/instances", {"name": "two", **order}).status == 429
    return boxes


def removed(master):
    operator = master.operator
    eve = master.account("eve", "customer")
    eve.must(eve.post("/v1/tokens", {"note": "mine"}, key="mine"))
    operator.must(operator.call("DELETE", "/v1/accounts/eve", key="eve-goes"))
    assert eve.get("/v1/whoami").status == 401
    assert operator.get("/v1/accounts/eve").status == 404
    assert operator.get("/v1/tokens?account=eve").json["tokens"] == []
    assert operator.call("DELETE", "/v1/accounts/eve").status == 404
    assert operator.call("DELETE", "/v1/accounts/eve", key="eve-goes").status == 200
    # Somebody else gets the name, and none of what was.
    other = master.account("eve", "customer")
    heard = other.must(other.get("/v1/events?after=0"))["events"]
    assert [one["kind"] for one in heard] == ["account_created", "token_created"], heard
    assert other.must(other.get("/v1/events?newest=9"))["events"] == heard
    fresh = other.must(other.post("/v1/tokens", {"note": "other"}, key="mine"))
    assert fresh["note"] == "other"
    assert eve.get("/v1/whoami").status == 401


def the_key_is_kept(master):
    """A master whose last token of an operator is revoked writes a new one."""
    operator = master.operator
    mine = operator.must(operator.get("/v1/whoami"))["token_id"]
    for row in operator.must(operator.get("/v1/tokens?account=second"))["tokens"]:
        operator.must(operator.call("DELETE", "/v1/tokens/" + row["id"]))
    operator.must(operator.call("DELETE", "/v1/tokens/" + mine))
    assert operator.get("/v1/whoami").status == 401

    def fresh():
        with open(master.data + "/operator.token", encoding="ascii") as file:
            client = Client(master, file.read().strip())
        return client if client.get("/v1/accounts").status == 200 else None

    master.operator = until("a new token is in the file", fresh)


def main():
    skip_without_postgres()
    with Master().start() as master:
        changed(master)
        last_operator(master)
        boxes = quotas(master)
        removed(master)
        the_key_is_kept(master)
        for box in boxes:
            box.close()
        assert master.stop() == 0


main()
