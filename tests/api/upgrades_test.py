"""Packages of the agent and upgrades of boxes to them: published by the command, given out by Sync,
answered by boxes; never two at once, stopped by a failure, turned back."""

import base64
import json
import os
import subprocess
import tempfile

from command_test_tools import commander
from master_fixture import Master, sha256, skip_without_postgres, until
from release_maker import Publisher


def facts(answer):
    return {detail["key"]: detail["value"] for detail in answer.json["details"]}


def make_deb(folder, version, package="foyer-node", architecture="amd64"):
    tree = f"{folder}/{package}-{version}"
    os.makedirs(tree + "/DEBIAN")
    with open(tree + "/DEBIAN/control", "w", encoding="ascii") as out:
        out.write(f"Package: {package}\nVersion: {version}\nArchitecture: {architecture}\n"
                  "Maintainer: Foyer <packages@foyer.invalid>\nDescription: of a test\n")
    file = f"{folder}/{package}_{version}_{architecture}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, file], check=True,
                   capture_output=True)
    return file


def publishes(master, foyer, folder):
    """By the command; what lies is refused with the reason."""
    key = folder + "/house.key"
    public = foyer("release", "keygen", "--key", key).strip()
    for version in ("1.0", "2.0"):
        file = make_deb(folder, version)
        foyer("agent-release", "publish", file, "--key", key, "--dry-run", code=4)  # not sent yet
        shown = json.loads(foyer("agent-release", "publish", file, "--key", key, "--output",
                                 "json"))
        with open(file, "rb") as data:
            assert shown["digest"] == sha256(data.read()), shown
        assert shown["publisher_key"] == public
        foyer("agent-release", "publish", file, "--key", key)  # again: no change
    assert "1.0" in foyer("agent-release", "ls") and "2.0" in foyer("agent-release", "ls")
    assert "amd64" in foyer("agent-release", "show", "2.0")
    said = foyer("agent-release", "publish", make_deb(folder, "1", package="other"), "--key", key,
                 code=2, stream="stderr")
    assert "is package 'other'; boxes take foyer-node" in said, said
    lying(master.operator)


def lying(operator):
    key = Publisher()
    blob = os.urandom(1000)
    operator.must(operator.call("PUT", "/v1/blobs/" + sha256(blob), body=blob), 201)

    def sent(document, signed=None):
        signature = key.sign((signed or document).encode())
        return operator.post("/v1/agent-releases", {
            "document": base64.b64encode(document.encode()).decode(),
            "signature": base64.b64encode(signature).decode(),
            "publisher_key": base64.b64encode(key.public).decode()})

    def document(version="3.0", size=1000, digest=sha256(blob)):
        return (f"foyer-agent-package 1\npackage foyer-node\nversion {version}\n"
                f"architecture amd64\nsha256 {digest[7:]}\nsize {size}\n")
    assert sent(document(), signed=document("4.0")).status == 403
    assert sent(document(size=999)).status == 400
    assert facts(sent(document(digest=sha256(b"?"))))["rule"] == "blobs_missing"
    assert sent(document() + "more 1\n").status == 400
    assert sent(document(version="2.0")).json["code"] == "already_exists"
    assert sent(document()).status == 200


class Agent:
    """A box that takes upgrades, as far as the master sees it."""

    def __init__(self, box, version="1.0"):
        self.box, self.version, self.number, self.order = box, version, 1, None
        self.say("UPGRADE_PHASE_NONE")

    def say(self, phase, reason="", stance="UPGRADE_STANCE_TAKES"):
        self.number += 1
        answer = self.box.sync(
            observation_number=self.number, agent_version=self.version,
            upgrade={"stance": stance, "architecture": "amd64", "order": self.order or 0,
                     "phase": phase, "reason": reason})
        assert "error" not in answer, answer
        return self.take(answer)

    def hear(self):
        """The next answer, held until there is something."""
        return self.take(self.box.sync(applied_lineage=self.box.lineage,
                                       applied_revision=self.box.revision))

    def take(self, answer):
        assert "error" not in answer, answer
        self.box.lineage, self.box.revision = answer["lineage"], int(answer["revision"])
        found = answer.get("upgrade")
        self.order = int(found["number"]) if found else self.order
        return found

    def done(self, version):
        self.version = version
        return self.say("UPGRADE_PHASE_DONE")


def document_of(package):
    return base64.b64decode(package["document"]).decode()


def boxes_by_step(operator):
    found = {}
    for box in operator.must(operator.get("/v1/upgrade"))["boxes"]:
        found.setdefault(box["step"], []).append(box["node"])
    return found


def one_after_the_other(operator, foyer, agents):
    """A canary, then the others, one at a time; a held Sync is answered with the order."""
    assert operator.get("/v1/upgrade").status == 404
    refused = operator.post("/v1/upgrade:start", {"version": "9.9"})
    assert refused.status == 404 and "agent-release ls" in refused.json["message"], refused
    assert operator.post("/v1/upgrade:pause").status == 409
    first = agents[1]
    first.box.send(do="sync", request={"applied_lineage": first.box.lineage,
                                       "applied_revision": first.box.revision})
    said = foyer("upgrade", "start", "2.0", "--at-most", "1", "--canary", first.box.name,
                 "--observe", "1s")
    assert "running" in said and first.box.name in said, said
    order = first.take(first.box.receive())
    assert order, "the held call is answered with the order"
    assert "version 2.0" in document_of(order["wanted"])
    assert "version 1.0" in document_of(order["present"])
    digest = "sha256:" + document_of(order["wanted"]).split("sha256 ")[1].split("\n")[0]
    assert first.box.do(do="fetch", digest=digest)["sha256"] == digest[7:]
    assert boxes_by_step(operator)["ordered"] == [first.box.name]
    assert first.say("UPGRADE_PHASE_INSTALLING")["number"] == str(first.order)  # until it is done
    assert first.done("2.0") is None
    until("the canary was watched", lambda: "ordered" in boxes_by_step(operator))
    return first


def stopped_and_back(master, operator, foyer, agents, first):
    (second,) = boxes_by_step(operator)["ordered"]
    second = next(agent for agent in agents if agent.box.name == second)
    until("the second hears of it", second.hear)
    second.say("UPGRADE_PHASE_WENT_BACK", "the new agent was not answered")
    shown = operator.must(operator.get("/v1/upgrade"))
    assert shown["state"] == "stopped" and "the new agent was not answered" in shown["reason"]
    kinds = {event["kind"] for event in operator.must(
        operator.get("/v1/events?newest=100"))["events"]}
    assert {"upgrade_stopped", "node_upgrade_failed", "node_upgraded", "upgrade_started",
            "agent_release_published"} <= kinds, kinds
    assert "went back" in foyer("upgrade", "show")
    foyer("upgrade", "resume")
    third = next(agent for agent in agents if agent not in (first, second))
    until("the third hears of it", third.hear)
    third.done("2.0")
    until("it is finished",
          lambda: operator.must(operator.get("/v1/upgrade"))["state"] == "finished")
    assert boxes_by_step(operator)["failed"] == [second.box.name]
    foyer("upgrade", "back")

    def all_back():
        ordered = boxes_by_step(operator).get("ordered", [])
        assert len(ordered) <= 1, ordered
        for one in (first, third):
            if one.box.name in ordered:
                order = one.say("UPGRADE_PHASE_FETCHING")
                assert "version 1.0" in document_of(order["wanted"]), order
                one.done("1.0")
        return operator.must(operator.get("/v1/upgrade"))["state"] == "finished"
    until("all are back", all_back)
    assert {agent.version for agent in agents} == {"1.0"}
    before = operator.must(operator.get("/v1/upgrade"))
    master.stop()
    master.start()
    until("it is as it was", lambda: operator.get("/v1/upgrade").status == 200)
    assert operator.must(operator.get("/v1/upgrade")) == before


def main():
    skip_without_postgres()
    with Master().start() as master, tempfile.TemporaryDirectory() as folder:
        operator = master.operator
        foyer = commander(master, operator.token)
        publishes(master, foyer, folder)
        for role in ("host", "customer", "publisher"):
            other = master.account("a-" + role, role)
            assert other.get("/v1/upgrade").status == 403
            assert other.post("/v1/upgrade:start", {"version": "2.0"}).status == 403
            assert other.get("/v1/agent-releases").status == 403
        agents = [Agent(box) for box in master.homes(3)]
        first = one_after_the_other(operator, foyer, agents)
        stopped_and_back(master, operator, foyer, agents, first)


main()
