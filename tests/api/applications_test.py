"""Hosts apply from boxes without a token, the operator decides: the agent's own command against a
real master."""

import os
import subprocess
import threading

from applicant import NODE, TAKES, Applicant
from master_fixture import Client, Master, skip_without_postgres

def listed(master, query=""):
    return master.operator.must(master.operator.get("/v1/applications" + query))["applications"]


def only(rows):
    assert len(rows) == 1, rows
    return rows[0]


def kinds(master):
    events = master.operator.must(master.operator.get("/v1/events?page_size=500"))["events"]
    return [event["kind"] for event in events]


def nothing_is_done_unasked(master):
    box = Applicant(master)
    said = box.run(*box.words("lille", plan="fibre"), "--dry-run", check=0)
    assert "Nothing was sent" in said and "fibre" in said, said
    assert not os.path.exists(box.data), "a dry run made something"
    assert listed(master) == []
    said = box.run("apply", "--site", "lille", check=1)
    assert "--master" in said and "--contact" in said, said
    said = box.run("apply", check=1)
    assert "has not applied" in said, said
    said = box.run("enrol", check=1)
    assert "has not applied" in said and "--token-file" in said, said
    said = box.apply("lille", check=1, **{"ca-sha256": "0" * 64})
    assert "does not present the CA" in said, said


def from_application_to_node(master):
    must, post, get = master.operator.must, master.operator.post, master.operator.get
    ann = Applicant(master)
    said = ann.run(
        *ann.words("lille", message="back door, 19h", plan="fibre 20"), "--with-check", check=0
    )
    row = only(listed(master))
    assert row["id"] in said and "an operator has to decide" in said, said
    assert row["state"] == "open" and row["contact"] == "ann@example.org", row
    assert row["message"] == "back door, 19h" and row["plan"] == "fibre 20", row
    assert any(one["subject"] == "memory" for one in row["findings"]), row["findings"]
    assert any("not in the register" in remark for remark in row["remarks"]), row
    assert "application_received" in kinds(master)
    # A box that says itself again, and one that asks.
    assert row["id"] in ann.apply("lille")
    assert row["id"] in ann.run("apply", check=0)
    assert len(listed(master)) == 1
    assert "has applied already" in ann.apply("dijon", check=1)
    assert "an operator has to decide" in ann.run("enrol", check=1)
    # Another box hears that the name is taken, and nothing else.
    bob = Applicant(master)
    said = bob.apply("lille", check=1, contact="bob@example.org")
    assert "choose another name" in said and "ann@" not in said and row["id"] not in said, said
    # What lies on the box is its own; the secret is nowhere but in its key.
    kept = ann.data + "/identity/application.json"
    assert os.stat(kept).st_mode & 0o077 == 0, oct(os.stat(kept).st_mode)
    assert "ann@" not in open(kept, encoding="utf-8").read()

    waiting = subprocess.Popen(
        [NODE, "apply", "--wait", "--data", ann.data],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    path = "/v1/applications/" + row["id"]
    refused = post(path + ":approve")
    assert refused.status == 409 and "foyer isp create" in refused.json["message"], refused
    must(post("/v1/isps", {"name": "acorn"}))
    tried = must(post(path + ":approve", {"validate_only": True}))
    assert tried["node"] == "lille-1" and only(listed(master))["state"] == "open"
    assert waiting.poll() is None
    approved = must(post(path + ":approve", {"host": "ann"}))
    assert approved["state"] == "approved" and approved["node"] == "lille-1", approved
    said = waiting.communicate(timeout=300)[0]
    assert waiting.returncode == 0 and "enrolled as lille-1" in said, said
    assert os.path.exists(ann.data + "/identity/node.json") and not os.path.exists(kept)
    node = must(get("/v1/nodes/lille-1"))
    assert node["site"] == "lille", node
    site = must(get("/v1/sites/lille"))
    assert site["host"] == "ann" and site["isp"] == "acorn" and site["host_class"] == "open", site
    assert must(get("/v1/accounts/ann"))["roles"] == ["host"]
    assert "application_approved" in kinds(master)
    entries = must(get(f"/v1/audit?subject={row['id']}"))["entries"]
    assert [entry["rpc"].rsplit("/", 1)[1] for entry in entries] == ["ApproveApplication"], entries
    assert "enrolled already" in ann.apply("lille", check=1)
    return row["id"]


def rejected_and_withdrawn(master):
    must, post = master.operator.must, master.operator.post
    bob = Applicant(master)
    bob.apply("gent", contact="bob@example.org", country="BE")
    row = only(listed(master, "?state=open"))
    must(post(f"/v1/applications/{row['id']}:reject", {"reason": "we have no edge near you yet"}))
    said = bob.run("apply", "--wait", check=1)
    assert "rejected: we have no edge near you yet" in said, said
    assert "rejected" in bob.run("enrol", check=1)
    assert "rejected" in bob.apply("gent", check=1, contact="bob@example.org", country="BE")
    assert post(f"/v1/applications/{row['id']}:reject").status == 409

    eve = Applicant(master)
    eve.apply("mons", contact="eve@example.org")
    assert "taken back" in eve.run("apply", "--withdraw", check=0)
    row = only(listed(master, "?state=withdrawn"))
    assert row["contact"] == "" and row["findings"] == [] and row["erased_at"], row
    assert "has not applied" in eve.run("apply", check=1)
    assert post(f"/v1/applications/{row['id']}:approve").status == 409


def terms_that_forbid(master):
    operator = master.operator
    operator.must(operator.post("/v1/isps", {
        "name": "birch", "terms": {"stance": "forbidden", "quote": "The customer runs no servers.",
                                   "source": "terms, 7", "read_on": "2026-11-20"}}))  # fmt: skip
    before = len(listed(master))
    said = Applicant(master).apply("oslo", check=1, isp="birch", country="NO")
    assert "The customer runs no servers." in said and "terms, 7" in said, said
    assert len(listed(master)) == before


def operators_alone(master, known):
    """Nobody else reads an application, or hears that there are any."""
    must, post = master.operator.must, master.operator.post
    doors = [("GET", "/v1/applications"), ("GET", "/v1/applications/" + known),
             ("POST", f"/v1/applications/{known}:approve"),
             ("POST", f"/v1/applications/{known}:reject")]  # fmt: skip
    must(post("/v1/accounts", {"name": "all", "roles": ["customer", "publisher"]}))
    must(post("/v1/accounts", {"name": "audit", "roles": ["auditor"]}))
    for account in ("ann", "all", "audit"):
        token = must(post("/v1/tokens", {"account": account}))["token"]
        client = Client(master, token)
        for method, path in doors:
            answer = client.call(method, path, body={} if method == "POST" else None)
            assert answer.status == 403, (account, method, path, answer)
        events = client.get("/v1/events?page_size=500")
        assert "application_received" not in events.body.decode(), events
        log = client.get("/v1/audit").body.decode()  # an auditor's is the whole log
        assert ("ApproveApplication" in log) == (account == "audit"), (account, log)
        assert "ann@example.org" not in log
    for method, path in doors:
        answer = Client(master).call(method, path, body={} if method == "POST" else None)
        assert answer.status == 401, (method, path, answer)


def a_line_sends_few(master):
    """So many of one line a day, taken back or not; the database gets no further row."""
    boxes = [Applicant(master) for _ in range(8)]
    said = [box.run(*box.words(f"home-{number}")) for number, box in enumerate(boxes)]
    refused = [text for text in said if "from your line came" in text]
    assert refused and len(listed(master)) == 6, (len(listed(master)), said)
    taken = next(box for box, text in zip(boxes, said) if "from your line came" not in text)
    taken.run("apply", "--withdraw", check=0)
    assert "from your line came" in boxes[-1].apply("home-9", check=1)
    assert len(listed(master)) == 6


def too_many_calls(master):
    """A flood is answered without being read, and leaves nothing."""
    boxes = [Applicant(master) for _ in range(4)]
    said = []

    def knock(box):
        for number in range(10):
            said.append(box.run(*box.words(f"flood-{number}")))

    threads = [threading.Thread(target=knock, args=(box,)) for box in boxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert any("asked too often" in text for text in said), said[-3:]
    assert len(listed(master)) <= 6, listed(master)
    assert master.operator.get("/v1/whoami").status == 200


def closed_by_default():
    with Master().start() as master:
        said = Applicant(master).apply("lille", check=1)
        assert "takes no applications" in said, said
        assert master.operator.must(master.operator.get("/v1/applications"))["accepted"] is False


def main():
    skip_without_postgres()
    with Master(more=TAKES.format(of_source=6, calls=1000)).start() as master:
        nothing_is_done_unasked(master)
        known = from_application_to_node(master)
        rejected_and_withdrawn(master)
        terms_that_forbid(master)
        operators_alone(master, known)
        a_line_sends_few(master)
    with Master(more=TAKES.format(of_source=6, calls=20)).start() as master:
        too_many_calls(master)
    closed_by_default()


main()
