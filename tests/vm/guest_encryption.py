"""Inside the VM: volumes encrypted as a host may choose instead of fscrypt. The agent makes, opens
and closes them in the sandbox of its unit; what it leaves is a machine as it was before."""

import glob
import os

from guest_cloud import (PACKAGES, another_token, carry_out, enrol_with, foyer, install,
                         log_of_echo, order, order_again, pid, run, runs, say, start_master,
                         token_of_a_home, until, until_the_machine_is_up)
from guest_picture import (STORE, compare, groups_of_processes, nothing_runs, picture,
                           remove_master, store_is)

NODE_TOML = "/etc/foyer/node.toml"
NOTHING = {"mappings": "", "loops": "", "views": "", "programs": []}
PARTITIONS = "/system.slice/foyer-partitions.service/partitions"


def content_of(file, begin=0, length=-1):
    with open(file, "rb") as opened:
        opened.seek(begin)
        return opened.read(length)


def choose(encryption, as_packaged):
    with open(NODE_TOML, "w", encoding="utf-8") as file:
        file.write(f'{as_packaged}\n[volumes]\nencryption = "{encryption}"\n')


def volumes_check():
    said = run("foyer-node", "check")
    return next((line for line in said.splitlines() if line.startswith("volumes ")), said)


# -- what is open ----------------------------------------------------------------------------------

def programs():
    """[(process id, its control group)] of what shows volumes."""
    found = []
    for process, group in groups_of_processes():
        try:
            if content_of(f"/proc/{process}/cmdline").startswith(b"gocryptfs\0"):
                found.append((process, group.strip().removeprefix("0::")))
        except OSError:
            continue
    return sorted(found)


def held():
    """What of volumes the kernel has, and who shows them."""
    return {
        "mappings": "" if not glob.glob("/dev/mapper/foyer-*") else run("dmsetup", "table"),
        "loops": run("losetup", "--noheadings", "--output", "NAME,BACK-FILE").strip(),
        "views": run("findmnt", "--noheadings", "--list", "--output", "TARGET", "--types",
                     "fuse.gocryptfs,fuse", check=False).strip(),
        "programs": programs()}


def one_loop(found):
    assert found["loops"].endswith(f" {STORE}.img") and found["loops"].count("\n") == 0, found


def is_luks():
    found = held()
    one_loop(found)
    assert "crypt aes-xts-plain64" in found["mappings"], found
    source = run("findmnt", "--noheadings", "--output", "SOURCE", STORE).strip()
    assert source.startswith("/dev/mapper/foyer-loop"), source
    assert content_of(STORE + ".img", length=8) == b"LUKS\xba\xbe\x00\x02"
    assert (found["views"], found["programs"]) == ("", []), found
    return found


def is_gocryptfs():
    found = held()
    one_loop(found)
    assert found["mappings"] == "", found
    shown = {f"{STORE}/private/{name}" for name in ("keeper", "volume")}
    assert set(found["views"].splitlines()) == shown, found
    assert content_of(STORE + ".img", 1024 + 0x78, 16) == b"foyer-gocryptfs\0"
    # Not in the agent's own group, which systemd empties when it stops the unit for good.
    assert len(found["programs"]) == 2, found
    assert all(group.startswith(PARTITIONS) for _, group in found["programs"]), found
    return found


# -- one after the other ---------------------------------------------------------------------------

def serve(encryption, token, give_order):
    say(f"-- {encryption}: {volumes_check()}")
    enrol_with(token)
    until("the box is online", lambda: "online" in foyer("node", "ls"))
    give_order()


def outlives_its_agent(look):
    """The copy, and all that its volume consists of."""
    first, told, found = pid(), log_of_echo(), look()
    assert "Bonjour" in told, told
    store_is(opened=True)
    run("systemctl", "restart", "foyer-node")
    until("a restarted agent says that it runs", runs)
    run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "foyer-node")
    until("one that was killed is started again", runs)
    assert pid() == first and log_of_echo() == told, "the copy was touched"
    assert look() == found, f"the volume was touched:\n{found}\n{look()}"
    return told


def is_put_away_and_comes_back(told, look):
    """The box is switched off: nothing is open any more. Switched on it opens the same volume."""
    run("systemctl", "stop", "foyer-node")
    run("foyer-node", "clear")
    closed()
    store_is(opened=False)
    run("systemctl", "start", "foyer-node")
    until("switched on again it serves", runs)
    look()
    assert log_of_echo() == told, log_of_echo()


def closed():
    assert held() == NOTHING, held()
    runs_on = [one for one in groups_of_processes() if PARTITIONS in one[1]]
    assert not os.path.exists("/run/foyer") and not runs_on, runs_on


def luks_until_it_leaves():
    told = outlives_its_agent(is_luks)
    is_put_away_and_comes_back(told, is_luks)
    foyer("instance", "delete", "first", "--yes", "--no-wait")
    until("the order's copy is gone", lambda: held() == NOTHING)
    run("foyer-node", "leave")
    until("the box has left", lambda: "has left the cloud" in run("foyer-node", "status"))
    run("systemctl", "stop", "foyer-node")
    run("foyer-node", "clear", "--erase")
    closed()


def gocryptfs_until_it_is_cleared():
    told = outlives_its_agent(is_gocryptfs)
    is_put_away_and_comes_back(told, is_gocryptfs)
    first = pid()
    run("kill", "-KILL", str(programs()[0][0]))
    until("the copy is cut off", lambda: not os.path.exists(f"/proc/{first}"))
    until("it runs again, on a volume that is shown anew", lambda: runs() and pid() != first)
    is_gocryptfs()
    assert log_of_echo().startswith(told), log_of_echo()
    run("systemctl", "stop", "foyer-master")
    run("systemctl", "stop", "foyer-node")
    run("foyer-node", "clear", "--erase")
    closed()
    say("cleared without the master")


def main():
    until_the_machine_is_up()
    before = picture()
    install(*PACKAGES)
    start_master()
    as_packaged = content_of(NODE_TOML).decode()

    choose("luks", as_packaged)
    serve("luks", token_of_a_home(), order)
    luks_until_it_leaves()

    choose("gocryptfs", as_packaged)
    serve("gocryptfs", another_token(), order_again)
    gocryptfs_until_it_is_cleared()

    run("dpkg", "--purge", "foyer-node")
    nothing_runs()
    remove_master()
    compare(before, picture())


if __name__ == "__main__":
    carry_out(main, ("foyer --quiet instance show first", "foyer-node status", "losetup",
                     "dmsetup table", "findmnt --noheadings --list"),
              ("foyer-master", "foyer-node"))
