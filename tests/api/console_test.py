"""Logs and programs of a copy: the box is asked through the answer of its held Sync, once; whoever
called waits for it; nobody but who ordered the instance gets there; nothing of it is kept."""

import base64
import threading

from master_fixture import Master, skip_without_postgres
from release_maker import publish

SECRET = "hunter2-in-the-input"


class Call(threading.Thread):
    """A call of the API that is held."""

    def __init__(self, call):
        super().__init__()
        self.call = call
        self.start()

    def run(self):
        self.answer = self.call()

    def result(self):
        self.join(60)
        assert not self.is_alive(), "never answered"
        return self.answer


def serve(master):
    """acme with copies that run; (customer, its leading copy's box, its partition)."""
    boxes = {box.name: box for box in master.homes(3)}
    publish(master.account("house", "publisher"))
    customer = master.account("acme-org", "customer")
    order = {"name": "acme", "release": "echo", "parameters": {"company": "Acme"}}
    customer.must(customer.post("/v1/instances", order))
    for box in boxes.values():
        report(box)
    shown = customer.must(customer.get("/v1/instances/acme"))
    lead = next(copy for copy in shown["replicas"] if copy.get("role") == "primary")
    return customer, boxes, boxes[lead["node"]], lead


def report(box):
    """Its partitions run, as it was told."""
    wish = box.sync(immediate=True)
    seen = []
    for one in wish["assignments"]:
        primary = one["role"] == "REPLICA_ROLE_PRIMARY"
        seen.append({"partition": one["partition"], "ordered_at_unix_ms":
                     one["ordered_at_unix_ms"], "generation": one["generation"],
                     "epoch": one["epoch"], "role": one["role"],
                     "phase": "PARTITION_PHASE_RUNNING", "ready": True, "initialized": True,
                     "applied_revision": wish["revision"],
                     "position": {"epoch": one["epoch"], "flushed_bytes": 10,
                                  "receiving": not primary}})  # fmt: skip
    box.lineage = wish["lineage"]
    answer = box.sync(applied_lineage=wish["lineage"], applied_revision=wish["revision"],
                      observation_number=2, observations=seen, observations_full=True,
                      immediate=True)  # fmt: skip
    assert "error" not in answer, answer
    box.revision = answer["revision"]


def errands_of(box):
    """What its next answers bring; held, as an agent's Sync is."""
    for _ in range(20):
        answer = box.sync(applied_lineage=box.lineage, applied_revision=box.revision)
        assert "error" not in answer, answer
        box.revision = answer["revision"]
        if answer.get("errands"):
            return answer["errands"]
    raise AssertionError("nothing was asked")


def finish(box, errand, **outcome):
    return box.do(do="finish", request={"id": errand["id"], **outcome})


def text(data):
    return base64.b64encode(data).decode()


def logs(customer, lead_box, lead):
    call = Call(lambda: customer.get("/v1/instances/acme/log?newest=5"))
    (errand,) = errands_of(lead_box)
    assert errand["partition"] == f"acme-{lead['index']}", errand
    assert errand["read_log"]["newest"] == 5, errand
    line = {"at_unix_ms": "1772368200250", "error": True, "text": "up"}
    assert "error" not in finish(lead_box, errand, log={"lines": [line], "last": "7-40"})
    shown = customer.must(call.result())
    assert shown["lines"] == [{"at": "2026-03-01T12:30:00.250Z", "stream": "error", "text": "up",
                               "continued": False}], shown  # fmt: skip
    assert (shown["last"], shown["index"], shown["gap"]) == ("7-40", lead["index"], False), shown
    again = finish(lead_box, errand, log={})
    assert again["error"] == "not_found", again

    call = Call(lambda: customer.get("/v1/instances/acme/log?after=7-40&wait_ms=5000"))
    (errand,) = errands_of(lead_box)
    assert errand["read_log"] == {"newest": 0, "after": "7-40", "wait_ms": "5000"}, errand
    finish(lead_box, errand, failure="the box has no partition 'acme-0' yet")
    refused = call.result()
    assert refused.status == 503 and "no partition" in refused.json["message"], refused
    for wrong in ("newest=1001", "newest=1&after=7-40", "after=" + "1" * 65, "wait_ms=60001",
                  "index=77"):  # fmt: skip
        answer = customer.get("/v1/instances/acme/log?" + wrong)
        assert answer.status in (400, 404), (wrong, answer)


def programs(master, customer, lead_box, lead):
    body = {"command": ["psql", "-c", "select 1"], "input": text(SECRET.encode()),
            "timeout_ms": 5000}  # fmt: skip
    path = "/v1/instances/acme:exec"
    head = {"Idempotency-Key": "run-1"}
    call = Call(lambda: customer.post(path, body, headers=head))
    (errand,) = errands_of(lead_box)
    asked = errand["run_program"]
    assert asked["argv"] == body["command"] and asked["timeout_ms"] == "5000", errand
    assert base64.b64decode(asked["input"]).decode() == SECRET, errand
    finish(lead_box, errand, program={"exit_code": 3, "output": text(b"1\n\xff"),
                                      "errors": text(b"oh")})  # fmt: skip
    shown = customer.must(call.result())
    assert (shown["exit_code"], shown["index"]) == (3, lead["index"]), shown
    assert base64.b64decode(shown["output"]) == b"1\n\xff", shown

    again = customer.post(path, body, headers=head)
    assert again.status == 409 and "already" in again.json["message"], again
    tried = customer.post(path, {**body, "validate_only": True})
    assert tried.status == 200, tried
    for wrong in ({"command": []}, {"command": [""]}, {"command": ["x"] * 65},
                  {"command": ["x" * 9000]}, {"timeout_ms": 55001}, {"input": text(b"x" * 65537)},
                  {"index": 77}):  # fmt: skip
        answer = customer.post(path, {**body, **wrong})
        assert answer.status in (400, 404), (wrong, answer)

    events = customer.must(customer.get("/v1/instances/acme/events"))["events"]
    told = [one["message"] for one in events if one["kind"] == "program_run"]
    assert len(told) == 1 and "psql -c select 1" in told[0], told
    audit = master.operator.must(master.operator.get("/v1/audit"))["entries"]
    entry = [one for one in audit if one["rpc"].endswith("/ExecInstance")]
    assert len(entry) == 1 and entry[0]["account"] == "acme-org", entry
    assert SECRET not in str(events) + str(audit) + master.log_text()


def strangers(master, lead_box, lead):
    other = master.account("other-org", "customer")
    for method, path in (("GET", "/v1/instances/acme/log"), ("POST", "/v1/instances/acme:exec")):
        body = {"command": ["true"]} if method == "POST" else None
        assert other.call(method, path, body).status == 404
        refused = master.operator.call(method, path, body)
        assert refused.status == 403 and "acme-org" in refused.json["message"], refused
    assert not lead_box.sync(applied_lineage=lead_box.lineage, immediate=True).get("errands")


def boxes_that_do_not_answer(customer, boxes, lead_box):
    """A box that takes an errand and says nothing, and one that answers for another."""
    stranger = next(box for box in boxes.values() if box is not lead_box)
    body = {"command": ["true"], "timeout_ms": 1}
    call = Call(lambda: customer.post("/v1/instances/acme:exec", body))
    (errand,) = errands_of(lead_box)
    assert finish(stranger, errand, program={})["error"] == "not_found"
    late = call.result()
    assert late.status == 504 and "did not say in time" in late.json["message"], late
    assert finish(lead_box, errand, program={})["error"] == "not_found"


def main():
    with Master(agents={"hold_ms": 2000}).start() as master:
        customer, boxes, lead_box, lead = serve(master)
        logs(customer, lead_box, lead)
        programs(master, customer, lead_box, lead)
        strangers(master, lead_box, lead)
        boxes_that_do_not_answer(customer, boxes, lead_box)
    print("ok")


if __name__ == "__main__":
    skip_without_postgres()
    main()
