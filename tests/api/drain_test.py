"""Nodes that the operator cordons and drains: what is answered, what is shown, what is refused."""

from master_fixture import Master, skip_without_postgres, until
from release_maker import publish


def node(master, name):
    return master.operator.must(master.operator.get("/v1/nodes/" + name))


def rule(answer):
    return [fact["value"] for fact in answer.json["details"] if fact["key"] == "rule"]


def order(operator, name):
    body = {"name": name, "release": "echo", "parameters": {"company": "Ann"}}
    return operator.must(operator.post("/v1/instances", body))["instance"]


def cordoned(master):
    post, must = master.operator.post, master.operator.must
    assert node(master, "site0-1")["wish"] == "open"
    answer = must(post("/v1/nodes/site0-1:cordon", key="c1"))
    assert answer["name"] == "site0-1" and answer["wish"] == "cordoned", answer
    assert must(post("/v1/nodes/site0-1:cordon", key="c1")) == answer
    # As it is already: no change.
    assert must(post("/v1/nodes/site0-1:cordon"))["revision"] == answer["revision"]
    # Three are left, and three are needed.
    held = {copy["node"] for copy in order(master.operator, "ann-shop")["replicas"]}
    assert held == {"site1-1", "site2-1", "site3-1"}, held
    must(post("/v1/nodes/site0-1:uncordon"))
    assert must(post("/v1/nodes/site0-1:uncordon"))["wish"] == "open"
    for verb in ("cordon", "uncordon", "drain", "cancel-drain"):
        assert post("/v1/nodes/nowhere-1:" + verb).status == 404, verb


def drained(master):
    post, must = master.operator.post, master.operator.must
    for seconds in (-1, 90 * 24 * 3600 + 1):
        answer = post("/v1/nodes/site1-1:drain", {"deadline_seconds": seconds})
        assert answer.status == 400, answer
    checked = must(post("/v1/nodes/site1-1:drain", {"validate_only": True}))
    assert node(master, "site1-1")["wish"] == "open", checked
    operation = must(post("/v1/nodes/site1-1:drain", {"deadline_seconds": 2}, key="d1"))
    assert operation["kind"] == "drain" and operation["node"] == "site1-1", operation
    assert [step["name"] for step in operation["steps"]], operation
    shown = node(master, "site1-1")
    assert shown["wish"] == "draining" and shown["drain_operation"] == operation["id"], shown
    assert "drain_deadline" in shown, shown
    twice = post("/v1/nodes/site1-1:drain")
    assert twice.status == 409 and operation["id"] in twice.json["message"], twice
    # Nothing was served yet, so nobody can copy: the deadline passes, and says what is left.
    where = "/v1/operations/" + operation["id"]
    late = until("deadline", lambda: [
        found for found in [master.operator.get(where).json] if found["state"] == "failed"])[0]
    assert late["error"]["code"] == "deadline_exceeded" and "ann-shop" in late["error"]["message"]
    full = master.operator.call("DELETE", "/v1/nodes/site1-1")
    assert full.status == 409 and "foyer node drain" in full.json["message"], full
    assert must(post("/v1/nodes/site1-1:cancel-drain"))["wish"] == "open"
    # A box that holds nothing is drained at once.
    done = must(post("/v1/nodes/site0-1:drain"))
    assert done["state"] == "succeeded", done
    assert master.operator.call("DELETE", "/v1/nodes/site0-1").status == 200


def rebalanced(master):
    get, post = master.operator.get, master.operator.post
    plan = master.operator.must(get("/v1/rebalance?moves_max=5"))
    # Nothing serves here, so nothing moves; the use is shown all the same.
    assert plan["moves"] == [] and int(plan["before"]["mean_millionths"]) > 0, plan
    assert plan["before"] == plan["after"] and plan["before"]["node"], plan
    for moves in (-1, 201):
        assert get(f"/v1/rebalance?moves_max={moves}").status == 400, moves
        assert post("/v1/rebalance:start", {"moves_max": moves}).status == 400, moves
    assert rule(post("/v1/rebalance:start")) == ["balanced"]
    assert rule(post("/v1/rebalance:stop")) == ["not_rebalancing"]


def main():
    skip_without_postgres()
    with Master().start() as master:
        boxes = master.homes(4)
        publish(master.account("house", "publisher"))
        cordoned(master)
        rebalanced(master)
        drained(master)
        for box in boxes:
            box.close()


if __name__ == "__main__":
    main()
