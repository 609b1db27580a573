"""API tokens as their owners, and those who stole one, see them: narrowed, listed, revoked at once;
none ever makes more of itself, and nobody learns of another's."""

from master_fixture import Box, Client, Master, skip_without_postgres

FULL = ("customer", "host")


def facts(answer):
    return {detail["key"]: detail["value"] for detail in answer.json["details"]}


def refused(answer, status, rule, scope=None):
    assert answer.status == status, answer
    assert facts(answer).get("rule") == rule, answer
    assert scope is None or facts(answer)["scope"] == scope, answer


def make(client, **wish):
    """A client with a new token of that client's, and what was answered."""
    made = client.must(client.post("/v1/tokens", wish))
    return Client(client.master, made["token"]), made


def own_tokens(acme):
    narrow, made = make(acme, scopes=["customer"], read_only=True, note="export")
    assert made["account"] == "acme" and made["scopes"] == ["customer"] and made["read_only"], made
    shown = acme.must(acme.get("/v1/tokens/" + made["id"]))
    assert shown == {**made, "token": ""}, shown
    listed = acme.must(acme.get("/v1/tokens"))["tokens"]
    assert shown in listed and all(row["token"] == "" for row in listed), listed
    who = narrow.must(narrow.get("/v1/whoami"))
    assert who == {"account": "acme", "roles": sorted(FULL, reverse=True), "scopes": ["customer"],
                   "read_only": True, "token_id": made["id"],
                   "token_expires_at": made["expires_at"], "member": "", "session": False,
                   "manages": False, "totp": False}, who  # fmt: skip
    # What it may and may not, and which scope it lacks.
    assert narrow.get("/v1/instances").status == 200
    refused(narrow.get("/v1/sites"), 403, "scope", "host")
    order = {"name": "x", "release": "echo"}
    refused(narrow.post("/v1/instances", order), 403, "scope", "write")
    refused(narrow.call("DELETE", "/v1/tokens/" + made["id"]), 403, "scope", "write")
    refused(narrow.get("/v1/accounts"), 403, "role")
    # A try makes nothing.
    tried = acme.must(acme.post("/v1/tokens", {"validate_only": True}))
    assert tried["token"] == "" and acme.get("/v1/tokens/" + tried["id"]).status == 404
    for wrong in ({"scopes": ["king"]}, {"scopes": ["unspecified"]}, {"scopes": "customer"},
                  {"valid_seconds": 59}, {"valid_seconds": 31622401}, {"note": "x" * 201}):
        assert acme.post("/v1/tokens", wrong).status == 400, wrong


def escalation(master, acme):
    """However a narrow token asks, it gets no more than it has."""
    narrow, made = make(acme, scopes=["customer"], valid_seconds=3600)
    child, grown = make(narrow)
    assert grown["scopes"] == ["customer"] and grown["expires_at"] <= made["expires_at"], grown
    assert grown["made_by"] == made["id"]
    for wish in ({"scopes": ["host"]}, {"scopes": ["customer", "host"]},
                 {"scopes": ["operator"]}, {"account": "acme", "scopes": ["host"]}):
        refused(child.post("/v1/tokens", wish), 403, "scope")
    refused(child.post("/v1/tokens", {"valid_seconds": 7200}), 403, "outlives_maker")
    for whose in ("operator", "eve", "nobody"):
        answer = child.post("/v1/tokens", {"account": whose})
        assert answer.status == 404, answer
        assert answer.json["message"].replace(whose, "X") == child.post(
            "/v1/tokens", {"account": "unknown"}).json["message"].replace("unknown", "X")
    refused(child.call("PUT", "/v1/accounts/acme", body={"roles": ["operator"]}), 403, "role")
    full = acme.json_id
    refused(child.call("DELETE", "/v1/tokens/" + full), 403, "scope", "host")
    # Nor by guessing the Idempotency-Key under which a fuller token was made.
    made = acme.must(acme.post("/v1/tokens", {"note": "full"}, key="k-full"))
    stolen = child.post("/v1/tokens", {"note": "full"}, key="k-full")
    assert stolen.status == 409 and "token" not in stolen.json, stolen
    assert acme.must(acme.post("/v1/tokens", {"note": "full"}, key="k-full")) == made
    # An operator's token without that scope is no operator, whatever its account is.
    plain, _ = make(master.operator, account="boss", scopes=["customer"])
    refused(plain.get("/v1/accounts"), 403, "scope", "operator")
    assert {row["account"] for row in plain.get("/v1/tokens").json["tokens"]} == {"boss"}
    refused(plain.post("/v1/tokens", {"scopes": ["operator"]}), 403, "scope", "operator")
    assert plain.post("/v1/tokens", {"account": "acme"}).status == 404
    # And one of an operator reaches no further in time than his own.
    brief, _ = make(master.operator, account="boss", valid_seconds=600)
    refused(brief.post("/v1/tokens", {"account": "acme", "valid_seconds": 700}), 403,
            "outlives_maker")  # fmt: skip


def revoked_at_once(acme):
    """Also for the next call on the same connection."""
    thief, made = make(acme)
    line = thief.connect()
    assert thief.get("/v1/whoami", connection=line).status == 200
    gone = acme.call("DELETE", "/v1/tokens/" + made["id"], key="revoke-1")
    assert gone.status == 200 and gone.json["revoked"] == [made["id"]], gone
    after = thief.get("/v1/whoami", connection=line)
    line.close()
    unknown = Client(thief.master, "foyer_aaaaaaaaaa_" + "b" * 40).get("/v1/whoami")
    assert after.status == unknown.status == 401
    assert {**after.json, "request_id": ""} == {**unknown.json, "request_id": ""}
    again = acme.call("DELETE", "/v1/tokens/" + made["id"], key="revoke-1")
    assert again.body == gone.body, "a revocation whose answer was lost"
    assert acme.call("DELETE", "/v1/tokens/" + made["id"]).status == 404
    # What a thief made with it goes too, if asked.
    thief, made = make(acme)
    second, _ = make(thief)
    third, _ = make(second)
    tried = acme.call("DELETE", f"/v1/tokens/{made['id']}?with_made=true&validate_only=true")
    assert len(tried.json["revoked"]) == 3 and third.get("/v1/whoami").status == 200
    acme.must(acme.call("DELETE", f"/v1/tokens/{made['id']}?with_made=true"))
    for client in (thief, second, third):
        assert client.get("/v1/whoami").status == 401
    # A token may end itself.
    own, made = make(acme, scopes=["host"])
    assert own.call("DELETE", "/v1/tokens/" + made["id"]).status == 200
    assert own.get("/v1/whoami").status == 401


def nobody_learns(acme, eve):
    """Another's token is answered as one that never was: read, revoked, or with a precondition."""
    target = acme.json_id
    for method, headers in (("GET", {}), ("DELETE", {}), ("DELETE", {"If-Match": '"1"'}),
                            ("DELETE", {"If-Match": "*"})):  # fmt: skip
        there = eve.call(method, "/v1/tokens/" + target, headers=headers)
        never = eve.call(method, "/v1/tokens/" + "a" * 10, headers=headers)
        assert there.status == never.status == 404, (method, headers, there, never)
        assert there.json["message"].replace(target, "X") == never.json["message"].replace(
            "a" * 10, "X")  # fmt: skip
        assert there.json["details"] == never.json["details"]
    assert target not in [row["id"] for row in eve.get("/v1/tokens").json["tokens"]]
    assert eve.get("/v1/tokens?account=acme").json["tokens"] == []
    assert acme.get("/v1/whoami").status == 200


def bounded(master):
    crowd = master.account("crowd", "customer")
    pages = []
    for _ in range(49):
        make(crowd)
    refused(crowd.post("/v1/tokens", {}), 429, "tokens_max")
    refused(master.operator.post("/v1/tokens", {"account": "crowd"}), 429, "tokens_max")
    token = ""
    while True:
        page = crowd.must(crowd.get(f"/v1/tokens?page_size=7&page_token={token}"))
        pages += [row["id"] for row in page["tokens"]]
        token = page["page"]["next_page_token"]
        if not token:
            break
    assert len(set(pages)) == 50 and pages == sorted(pages)
    crowd.must(crowd.call("DELETE", "/v1/tokens/" + pages[0]))


def the_same_over_grpc(master, acme):
    box = Box()
    with open(master.data + "/ca/ca.crt", encoding="ascii") as file:
        where = {"do": "raw", "address": f"127.0.0.1:{master.grpc}", "ca": file.read()}
    narrow, _ = make(acme, scopes=["customer"], read_only=True)

    def ask(rpc, message=""):
        return box.do(**where, method="/foyer.api.v1." + rpc, message=message,
                      metadata=[["authorization", "Bearer " + narrow.token]])  # fmt: skip

    assert "message" in ask("InstanceService/ListInstances")
    for rpc, scope in (("FleetService/ListSites", "host"),
                       ("InstanceService/OrderInstance", "write"),
                       ("AccountService/CreateToken", "write")):  # fmt: skip
        answer = ask(rpc)
        assert answer["error"] == "permission_denied", answer
        assert answer["details"] == {"rule": "scope", "scope": scope}, answer
    box.close()


def written_down(master, secrets):
    """Making and revoking is in the audit log; a secret is nowhere but in its one answer."""
    entries = master.operator.must(master.operator.get("/v1/audit?page_size=500"))["entries"]
    seen = {(one["account"], one["rpc"].split("/")[1]) for one in entries}
    assert ("acme", "CreateToken") in seen and ("acme", "DeleteToken") in seen, seen
    log = master.log_text()
    assert not [secret for secret in secrets if secret.rsplit("_", 1)[1] in log]


def main():
    skip_without_postgres()
    with Master().start() as master:
        acme, eve = master.account("acme", *FULL), master.account("eve", "customer")
        master.account("boss", "operator", "customer")
        for client in (acme, eve):
            client.json_id = client.must(client.get("/v1/whoami"))["token_id"]
        own_tokens(acme)
        escalation(master, acme)
        revoked_at_once(acme)
        nobody_learns(acme, eve)
        bounded(master)
        the_same_over_grpc(master, acme)
        written_down(master, [acme.token, eve.token])
        # It is so after a restart too.
        before = acme.must(acme.get("/v1/tokens"))["tokens"]
        assert master.stop() == 0
        master.start()
        assert acme.must(acme.get("/v1/tokens"))["tokens"] == before
        assert master.stop() == 0


main()
