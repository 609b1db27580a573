"""Inside the VM: the life of a box, from the packages to a machine that is as it was before. Master
and box are on one machine, each in the unit its package brings."""

import json
import os

from guest_cloud import (PACKAGES, carry_out, enrol_with, foyer, install, log_of_echo, order, pid,
                         run, runs, say, start_master, token_of_a_home, until,
                         until_the_machine_is_up)
from guest_picture import compare, nothing_runs, picture, remove_master, store_is

# -- the cloud -------------------------------------------------------------------------------------

def enrol():
    token = token_of_a_home()
    as_it_is = picture()
    check_machine()
    offer = run("foyer-node", "enrol", "--dry-run", "--token-file", "-", text=token)
    assert "would offer" in offer and "localhost:7443" in offer, offer
    compare(as_it_is, picture())
    refused = run("systemctl", "start", "foyer-node", check=False)
    assert run("systemctl", "is-active", "foyer-node", check=False).strip() != "active", refused
    enrol_with(token)


def check_machine():
    said = json.loads(run("foyer-node", "check", "--output", "json"))
    print(run("foyer-node", "check"), flush=True)
    found = {one["subject"]: one for one in said["findings"]}
    assert said["can_be_a_box"], said
    assert found["control groups"]["value"] == "version 2", said
    assert found["wireguard"]["value"] == "in the kernel", said
    for subject in ("nftables", "seccomp", "user namespaces", "programs", "disk"):
        assert found[subject]["verdict"] in ("good", "poor"), found[subject]


def pause():
    """By the host, with his customer's copy stopped and kept; and without the master."""
    before = pid()
    say(run("foyer-node", "pause", "--now", "--until", "2h").strip())
    assert not os.path.exists(f"/proc/{before}"), "the copy runs on"
    until("the operator sees the pause", lambda: "paused by its host" in foyer(
        "node", "show", "lille-1"))
    run("systemctl", "stop", "foyer-master")
    run("systemctl", "restart", "foyer-node")
    until("the pause outlives a restart", lambda: "its host has paused this box" in run(
        "foyer-node", "status", check=False))
    say(run("foyer-node", "resume").strip())
    until("without a master it serves again", lambda: "running" in run("foyer-node", "status"))
    run("systemctl", "start", "foyer-master")
    until("the master hears of it", runs)


def leave():
    """Only once its customer's copy is gone; then it is no member any more, and can show that."""
    said = run("foyer-node", "leave")
    assert "1 copy moves to another box" in said, said
    foyer("instance", "delete", "first", "--yes", "--no-wait")
    until("the box has left", lambda: "has left the cloud" in run("foyer-node", "status"))
    assert "lille-1" not in foyer("node", "ls"), "the master knows it still"
    receipt = run("foyer-node", "receipt")
    assert "box      lille-1 of the cloud foyer.localhost" in receipt, receipt
    print(receipt, flush=True)
    run("systemctl", "restart", "foyer-node")
    until("it stays gone", lambda: "has left the cloud" in run("foyer-node", "status",
                                                              check=False))


# -- one after the other ---------------------------------------------------------------------------

def main():
    until_the_machine_is_up()
    before = picture()
    say("installed: " + ", ".join(install(*PACKAGES).splitlines()[-2:]))
    compare_units()
    start_master()
    enrol()
    until("the box is online", lambda: "online" in foyer("node", "ls"))
    order()
    store_is(opened=True)
    print(run("foyer-node", "selftest"), flush=True)
    pause()
    first, told = pid(), log_of_echo()
    assert "Bonjour" in told, told

    run("systemctl", "restart", "foyer-node")
    until("a restarted agent says that it runs", runs)
    install("foyer-node")
    until("an upgraded agent says that it runs", runs)
    run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "foyer-node")
    until("one that was killed is started again", runs)
    assert pid() == first and log_of_echo() == told, "the copy was touched"

    refused = run("foyer-node", "clear", check=False)
    assert "stop the agent first" in refused, refused
    run("dpkg", "--remove", "foyer-node")
    nothing_runs()
    store_is(opened=False)
    say("removed: nothing of it runs, its data are kept and cannot be read")
    install("foyer-node")
    run("systemctl", "enable", "--now", "foyer-node")
    until("installed again it serves again", runs)
    assert log_of_echo() == told, log_of_echo()
    leave()

    run("systemctl", "stop", "foyer-master")
    say("the master is away")
    run("dpkg", "--purge", "foyer-node")
    nothing_runs()
    remove_master()
    compare(before, picture())


def compare_units():
    """Installing starts and enables nothing."""
    for unit in ("foyer-master", "foyer-node"):
        for verb in ("is-active", "is-enabled"):
            said = run("systemctl", verb, unit, check=False).strip()
            assert said in ("inactive", "disabled"), f"{unit} {verb}: {said}"


if __name__ == "__main__":
    carry_out(main, ("foyer --quiet instance show first", "foyer-node status"),
              ("foyer-master", "foyer-node", "foyer-node-clear"))
