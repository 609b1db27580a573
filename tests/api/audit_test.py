"""The audit log over HTTPS with a real master: who is in it and as whom, who may read what of it,
what of it can be asked for, and the command that checks a saved copy of it.
"""

import json
import os
import subprocess
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from master_fixture import Client, Master, skip_without_postgres

PASSWORD = "four words in a row"
HIDDEN = ("member", "token_id", "request_id", "body_hash", "previous", "hash")


def entries(client, size=100, **asked):
    query = "".join(f"&{key}={value}" for key, value in asked.items())
    found, token = [], ""
    while True:
        page = client.must(client.get(f"/v1/audit?page_size={size}&page_token={token}{query}"))
        found += page["entries"]
        token = page["page"]["next_page_token"]
        if not token:
            return found


def told(log):
    """(account, member, rpc, subject) of each."""
    return [(one["account"], one["member"], one["rpc"].split("/")[1], one["subject"])
            for one in log]


def rule_of(answer):
    return [d["value"] for d in answer.json["details"] if d["key"] == "rule"]


def verify(log, *options, **more):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "audit.json"
        file.write_text(json.dumps({"entries": log, **more}), encoding="utf-8")
        done = subprocess.run([os.environ["FOYER_CLI"], "audit", "verify", file, *options],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def who_changed_what(master):
    operator = master.operator
    before = len(entries(operator))
    auditor = master.account("eve", "auditor")
    operator.must(operator.post("/v1/isps", {"name": "alder"}, key="k-1"))
    operator.must(operator.post("/v1/isps", {"name": "alder"}, key="k-1"))  # a repetition
    assert operator.post("/v1/isps", {"name": "alder"}).status == 409  # changes nothing
    operator.must(operator.post("/v1/isps", {"name": "birch", "validate_only": True}))
    log = entries(auditor)[before:]
    assert told(log) == [
        ("operator", "", "CreateAccount", "eve"),
        ("operator", "", "CreateToken", log[1]["subject"]),
        ("operator", "", "CreateIsp", "alder"),
    ], log
    assert log[2]["request_id"] == "k-1" and log[2]["version"] == 2
    assert log[2]["token_id"] == operator.get("/v1/whoami").json["token_id"]
    assert [one["owner"] for one in log] == ["eve", "eve", ""]
    assert operator.token.split("_")[2] not in json.dumps(log)
    # The reader of the log may do nothing else.
    assert auditor.post("/v1/isps", {"name": "cedar"}).status == 403
    assert auditor.get("/v1/nodes").status == 403
    return auditor


def the_chain(master, auditor):
    # A page is a page, whatever its size, and the chain goes on after a restart.
    whole = entries(auditor)
    assert entries(auditor, size=1) == whole
    assert master.stop() == 0
    master.start()
    master.operator.must(master.operator.post("/v1/hosts", {"name": "maison"}))
    page = auditor.must(auditor.get("/v1/audit?page_size=500"))
    whole = page["entries"]
    assert not page["partial"] and not page["page"]["next_page_token"]
    assert [one["sequence"] for one in whole] == list(range(1, len(whole) + 1))
    assert verify(whole)[0] == 0, verify(whole)
    # What is missing at the end is told by what was kept.
    kept = ("--expect-hash", whole[-1]["hash"])
    assert verify(whole, *kept)[0] == 0
    assert verify(whole[:-1])[0] == 0
    status, said = verify(whole[:-1], *kept)
    assert status != 0 and "cut off" in said, said
    for field in ("subject", "member", "token_id", "owner"):
        changed = json.loads(json.dumps(whole))
        changed[1][field] = "somebody-else"
        status, said = verify(changed)
        assert status != 0 and "audit entry 2" in said, said


def joined(master, manager, name, **rights):
    nobody = Client(master)
    made = manager.must(manager.post("/v1/accounts/acme/members", {"name": name, **rights}))
    asked = {"account": "acme", "member": name, "password": PASSWORD}
    nobody.must(nobody.post("/v1/login:accept", {**asked, "invitation": made["invitation"]}))
    return Client(master, nobody.must(nobody.post("/v1/login", asked))["token"])


def which_of_its_people(master, auditor):
    """In an organisation of several people it is told who it was."""
    acme = master.account("acme", "customer", "host")
    anna = joined(master, acme, "anna", manages=True)
    bert = joined(master, acme, "bert")
    bert.must(bert.post("/v1/tokens", {"note": "bert's"}))
    mine = anna.must(anna.post("/v1/tokens", {"note": "anna's"}))
    program = Client(master, mine["token"])
    gone = program.must(program.post("/v1/tokens", {}))
    program.must(program.call("DELETE", "/v1/tokens/" + gone["id"]))
    log = entries(auditor, account="acme")
    did = [(one["member"], one["rpc"].split("/")[1]) for one in log]
    assert did == [
        ("", "CreateMember"), ("anna", "AcceptInvitation"), ("anna", "Login"),
        ("", "CreateMember"), ("bert", "AcceptInvitation"), ("bert", "Login"),
        ("bert", "CreateToken"), ("anna", "CreateToken"), ("anna", "CreateToken"),
        ("anna", "DeleteToken"),
    ], did  # fmt: skip
    assert log[-1]["token_id"] == mine["id"] != log[-3]["token_id"], log[-1]
    assert log[2]["token_id"] == "" and log[-3]["token_id"] == log[2]["subject"], log
    assert entries(auditor, account="acme", member="bert") == [
        one for one in log if one["member"] == "bert"
    ]
    return acme, anna, bert


def each_reads_its_own(master, auditor, acme, anna, bert):
    operator = master.operator
    other = master.account("other", "customer")
    own = entries(acme)
    ours = [one for one in entries(auditor) if one["owner"] == "acme"]
    assert [one["sequence"] for one in own] == [one["sequence"] for one in ours]
    assert {one["account"] for one in own} == {"acme", "operator"}
    # What an operator did to them: that it was done, when and to what; no more of him.
    for shown, real in zip(own, ours, strict=True):
        if real["account"] == "acme":
            assert shown == real, (shown, real)
            continue
        assert shown["account"] == "operator", shown
        assert not any(shown[field] for field in HIDDEN), shown
        assert all(real[field] for field in ("token_id", "body_hash", "hash")), real
        kept = ("sequence", "at", "rpc", "subject", "owner", "revision", "version")
        assert [shown[field] for field in kept] == [real[field] for field in kept]
    # An operator by another name is no other to them.
    boss = master.account("boss", "operator")
    boss.must(boss.post("/v1/tokens", {"account": "acme"}))
    assert told(entries(acme))[-1][:3] == ("operator", "", "CreateToken")
    assert told(entries(auditor))[-1][0] == "boss"
    # Nobody else's, however it is asked for.
    assert {one["owner"] for one in entries(other)} == {"other"}
    assert entries(other, subject="acme") == []
    for asked in ("account=acme", "account=operator", "account=nobody"):
        refused = other.get("/v1/audit?" + asked)
        assert refused.status == 403 and rule_of(refused) == ["role"], refused
    assert entries(acme, account="acme") == [one for one in entries(acme)
                                             if one["account"] == "acme"]  # fmt: skip
    assert acme.get("/v1/audit").json["partial"]
    # Who manages reads what all of them did, a member what he did himself.
    assert entries(anna) == entries(acme)
    did = entries(bert)
    assert did and {one["member"] for one in did} == {"bert"}
    assert entries(bert, member="bert") == did == entries(anna, member="bert")
    refused = bert.get("/v1/audit?member=anna")
    assert refused.status == 403 and rule_of(refused) == ["manages"], refused
    # An operator's member of the same name is nobody of theirs.
    page = operator.must(operator.post("/v1/accounts/operator/members", {"name": "bert"}))
    nobody = Client(master)
    login = {"account": "operator", "member": "bert", "password": PASSWORD}
    nobody.must(nobody.post("/v1/login:accept", {**login, "invitation": page["invitation"]}))
    second = Client(master, nobody.must(nobody.post("/v1/login", login))["token"])
    second.must(second.post("/v1/tokens", {"account": "acme"}))
    assert told(entries(acme))[-1][:2] == ("operator", "")
    assert entries(anna, member="bert") == did
    # A token that is no operator's reads as little as one of another account.
    narrow = operator.must(operator.post("/v1/accounts", {
        "name": "both", "roles": ["operator", "customer"]}))  # fmt: skip
    made = operator.must(operator.post("/v1/tokens", {
        "account": narrow["name"], "scopes": ["customer"]}))  # fmt: skip
    assert {one["owner"] for one in entries(Client(master, made["token"]))} == {"both"}


def a_name_that_is_given_again(master):
    """Reads nothing of the account that had it before."""
    first = master.account("twice", "customer")
    first.must(first.post("/v1/tokens", {"note": "a secret of the first"}))
    assert len(entries(first)) == 3
    master.operator.must(master.operator.call("DELETE", "/v1/accounts/twice"))
    again = master.account("twice", "customer")
    assert told(entries(again))[0] == ("operator", "", "CreateAccount", "twice")
    assert len(entries(again)) == 2
    assert len(entries(master.operator, subject="twice")) == 3


def what_is_asked_for(master, auditor):
    operator = master.operator
    isps = entries(auditor, subject="alder")
    assert told(isps) == [("operator", "", "CreateIsp", "alder")]
    assert auditor.get("/v1/audit?subject=alder").json["partial"]
    assert entries(auditor, subject="nothing") == []
    # Times: stretches that follow each other are the whole log, and each can be verified.
    time.sleep(0.01)
    middle = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+", "%2B")
    time.sleep(0.01)
    operator.must(operator.post("/v1/isps", {"name": "willow"}))
    earlier, later = entries(auditor, until=middle), entries(auditor, since=middle)
    assert told(later) == [("operator", "", "CreateIsp", "willow")]
    assert earlier + later == entries(auditor)
    assert not auditor.get(f"/v1/audit?since={middle}").json["partial"]
    assert verify(later)[0] == verify(earlier)[0] == 0
    tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
    assert entries(auditor, since=f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}") == []
    # Page after page, with every filter.
    for asked in ({"account": "acme"}, {"account": "acme", "member": "anna"},
                  {"until": middle}, {"account": "operator", "until": middle}):  # fmt: skip
        found = entries(auditor, **asked)
        assert len(found) > 2 and entries(auditor, size=1, **asked) == found, asked
    wrong = {
        "page_token=rubbish": "/page/page_token",
        "since=yesterday": "?since",
        "since=1960-01-01T00:00:00Z": "/since",
        "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z": "/until",
        "member=anna": "/account",
    }
    for query, path in wrong.items():
        refused = auditor.get("/v1/audit?" + query)
        assert refused.status == 400, refused
        assert {"key": "path", "value": path} in refused.json["details"], refused


def main():
    skip_without_postgres()
    with Master().start() as master:
        auditor = who_changed_what(master)
        the_chain(master, auditor)
        people = which_of_its_people(master, auditor)
        each_reads_its_own(master, auditor, *people)
        a_name_that_is_given_again(master)
        what_is_asked_for(master, auditor)
        whole = entries(auditor)
        assert verify(whole)[0] == 0, verify(whole)
        assert verify(whole, partial=True)[0] != 0
        assert master.stop() == 0


main()
