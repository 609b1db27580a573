"""Who may open which door: every route of the table with every role and none; what is whose."""

import os
import re

from master_fixture import Box, Client, Master, skip_without_postgres
from release_maker import publish

ROLES = {
    "operators": {"operator"},
    "hosts": {"operator", "host"},
    "customers": {"operator", "customer"},
    "publishers": {"operator", "publisher"},
    "release_readers": {"operator", "customer", "publisher"},
    "everybody": {"operator", "host", "customer", "publisher", "auditor"},
}
PUT_BACK = {
    "name": "nobody",
    "account": "nobody",
    "id": "op-none",
    "version": "1",
    "architecture": "amd64",
    "digest": "sha256:" + "0" * 64,
}


def routes():
    with open(
        os.environ["FOYER_SOURCE_DIR"] + "/master/app/route_table.h", encoding="utf-8"
    ) as file:
        text = file.read()
    found = []
    for path, roles in re.findall(
        r'(?:read|stream)\("([^"]+)",\s*"[^"]+",\s*(\w+),\s*Scope', text.replace("\n", " ")
    ):
        found.append(("GET", path, ROLES[roles]))
    for method, path, roles in re.findall(
        r'write\(HttpMethod::(\w+),\s*"([^"]+)",\s*"[^"]+",\s*(\w+),\s*Scope', text
    ):
        found.append((method.upper(), path, ROLES[roles]))
    for method, path, roles in re.findall(
        r'Route\{HttpMethod::(\w+),\s*"([^"]+)",\s*"",\s*(\w+),\s*Scope::All', text
    ):
        found.append((method.upper(), path, ROLES[roles]))
    for path in re.findall(r'login\("([^"]+)",\s*"[^"]+",\s*Scope::Own\)', text):
        found.append(("POST", path, ROLES["everybody"]))
    assert len(found) == 106, f"the table has other lines than this test reads: {len(found)}"
    return found


def filled(path):
    return re.sub(r"\{(\w+)\}", lambda match: PUT_BACK[match.group(1)], path)


def every_route_with_every_role(master):
    callers = {
        role: master.account("only-" + role, role)
        for role in ("operator", "host", "customer", "publisher", "auditor")
    }
    for method, path, allowed in routes():
        # An unknown field makes every write that passes the gate harmless.
        body = {"no_such_field": 1} if method in ("POST", "PUT") and "blobs" not in path else None
        for role, client in callers.items():
            answer = client.call(method, filled(path), body=body)
            assert (answer.status == 403) == (role not in allowed), (method, path, role, answer)
        for nobody in (
            Client(master),
            Client(master, "foyer_abc_def"),
            Client(master, "rubbish"),
            Client(master, "foyer_" + "x" * 5000),
        ):
            answer = nobody.call(method, filled(path), body=body)
            assert answer.status == 401, (method, path, answer)
            if method != "HEAD":
                assert (
                    answer.json["code"] == "unauthenticated" and answer.json["request_id"]
                ), answer


def doors_before_the_login(master):
    """Who is not known yet may ask there, and nowhere else; a token changes nothing."""
    paths = ("/v1/login", "/v1/login:accept", "/v1/login:oidc-start", "/v1/login:oidc-finish")
    for path in paths:
        for caller in (Client(master), Client(master, "foyer_abc_def"), master.operator):
            answer = caller.post(path, {"no_such_field": 1})
            assert answer.status == 400, (path, answer)


def what_is_whose(master):
    master.homes(3)
    publish(master.account("house", "publisher"))
    ann, bob = master.account("ann", "customer"), master.account("bob", "customer")
    order = ann.must(
        ann.post(
            "/v1/instances",
            {"name": "ann-shop", "release": "echo", "parameters": {"company": "Ann"}},
        )
    )
    operation = "/v1/operations/" + order["operation"]["id"]
    assert ann.get("/v1/instances/ann-shop").status == 200
    assert ann.get(operation).status == 200
    # A customer learns why, and how many others there are, but not what other homes are called.
    own = ann.must(ann.get("/v1/instances/ann-shop/placement"))
    assert [copy["node"] for copy in own["chosen"]]
    assert not own.get("listed") and not own.get("runners_up")
    hidden = bob.get("/v1/instances/ann-shop")
    unknown = bob.get("/v1/instances/no-shop")
    assert hidden.status == unknown.status == 404
    assert hidden.json["message"].replace("ann-shop", "X") == unknown.json["message"].replace(
        "no-shop", "X"
    )
    for verb in ("stop", "start", "promote", "reveal"):
        assert bob.post(f"/v1/instances/ann-shop:{verb}").status == 404, verb
    assert bob.call("DELETE", "/v1/instances/ann-shop").status == 404
    assert bob.get("/v1/instances/ann-shop/events").status == 404
    assert bob.get("/v1/instances/ann-shop/placement").status == 404
    assert bob.get("/v1/instances/ann-shop/timeline").status == 404
    assert ann.must(ann.get("/v1/instances/ann-shop/timeline")).get("takeovers", []) == []
    assert bob.get(operation).status == 404
    for wrong in ("Ann-shop", "ann-shop ", "no-shop", "yes"):
        answer = ann.post("/v1/instances/ann-shop:promote", {"accept_data_loss": wrong})
        assert answer.status == 400 and "type the name of this very instance" in answer.json[
            "message"], answer  # fmt: skip
    # A name belongs to whom the instance does; another's is as if it did not exist.
    asked = {"name": "shop.ann.example", "instance": "ann-shop"}
    assert bob.post("/v1/domains", asked).status == 404
    made = ann.must(ann.post("/v1/domains", asked))
    assert (made["owner"], made["state"]) == ("ann", "waiting_for_dns"), made
    hidden, unknown = bob.get("/v1/domains/shop.ann.example"), bob.get("/v1/domains/x.ann.example")
    assert hidden.status == unknown.status == 404
    assert hidden.json["message"].replace("shop.", "x.") == unknown.json["message"]
    assert bob.call("DELETE", "/v1/domains/shop.ann.example").status == 404
    assert bob.get("/v1/domains").json["domains"] == []
    assert [row["name"] for row in ann.get("/v1/domains").json["domains"]] == ["shop.ann.example"]
    assert master.operator.get("/v1/domains/shop.ann.example").status == 200
    assert bob.get("/v1/instances").json["instances"] == []
    assert [row["name"] for row in ann.get("/v1/instances").json["instances"]] == ["ann-shop"]
    assert master.operator.get("/v1/instances/ann-shop").status == 200
    # A host sees his own home, and no other.
    host = master.account("host1", "host")
    assert [row["name"] for row in host.get("/v1/sites").json["sites"]] == ["site1"]
    assert [row["site"] for row in host.get("/v1/nodes").json["nodes"]] == ["site1"]
    assert host.get("/v1/sites/site0").status == 404
    assert host.get("/v1/nodes/site0-1").status == 404
    who = host.get("/v1/whoami").json
    assert (who["account"], who["roles"], who["scopes"]) == ("host1", ["host"], ["host"]), who
    # An account sees itself and its tokens, and nobody else's.
    assert host.get("/v1/accounts/host1").json["roles"] == ["host"]
    hidden, unknown = host.get("/v1/accounts/ann"), host.get("/v1/accounts/nobody")
    assert hidden.status == unknown.status == 404
    assert hidden.json["message"].replace("ann", "nobody") == unknown.json["message"]
    assert {row["account"] for row in host.get("/v1/tokens").json["tokens"]} == {"host1"}
    assert host.get("/v1/tokens?account=ann").json["tokens"] == []
    other = master.operator.get("/v1/tokens?account=ann").json["tokens"][0]["id"]
    assert host.get("/v1/tokens/" + other).status == 404
    assert host.call("DELETE", "/v1/tokens/" + other).status == 404
    assert ann.get("/v1/tokens/" + other).status == 200


def the_same_rights_over_grpc(master):
    box = Box()
    with open(master.data + "/ca/ca.crt", encoding="ascii") as file:
        where = {"do": "api", "address": f"127.0.0.1:{master.grpc}", "ca": file.read()}
    answer = box.do(**where, token=master.operator.token)
    assert answer["who"]["account"] == "operator" and answer["accounts"]["accounts"], answer
    answer = box.do(**where, token=master.account("carol", "customer").token)
    assert answer["who"]["account"] == "carol", answer
    assert answer["who"]["roles"] == ["ACCOUNT_ROLE_CUSTOMER"], answer
    assert answer["accounts"]["error"] == "permission_denied", answer
    assert answer["accounts"]["details"]["rule"] == "role", answer
    answer = box.do(**where, token="foyer_a_b")
    assert answer["who"]["error"] == "unauthenticated", answer
    box.close()


def reflection_and_health(master):
    """Tools find the public services by reflection and ask after the server's health; what boxes
    speak is not told to whoever asks."""
    box = Box()
    with open(master.data + "/ca/ca.crt", encoding="ascii") as file:
        where = {"do": "raw", "ca": file.read()}
    reflect = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"

    def ask(port, method, message):
        return box.do(**where, address=f"127.0.0.1:{port}", method=method, message=message)

    listed = ask(master.grpc, reflect, "3a00")  # list_services
    names = bytes.fromhex(listed["message"])
    for service in ("Fleet", "Instance", "Operation", "Release", "Account"):
        assert f"foyer.api.v1.{service}Service".encode() in names, names
    assert b"foyer.agent" not in names, names
    file = b"foyer.api.v1.InstanceService"
    told = ask(master.grpc, reflect, (b"\x22" + bytes([len(file)]) + file).hex())
    assert b"OrderInstanceRequest" in bytes.fromhex(told["message"]), told
    for port in (master.grpc, master.agents):
        assert ask(port, "/grpc.health.v1.Health/Check", "")["message"] == "0801", port  # SERVING
    assert "error" in ask(master.agents, reflect, "3a00")
    box.close()


def main():
    skip_without_postgres()
    with Master().start() as master:
        every_route_with_every_role(master)
        what_is_whose(master)
        doors_before_the_login(master)
        the_same_rights_over_grpc(master)
        reflection_and_health(master)


main()
