#!/usr/bin/env python3
"""The smallest release keeps the contract: three copies, one killed, one promoted, nothing lost."""
import os
import subprocess
import sys
import tempfile
import urllib.request

from support import sandbox
from support.replica import Group, unpack, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))


def fetch(replica, path="/", data=None):
    url = f"http://[{replica.address}]:8000{path}"
    with urllib.request.urlopen(url, data=data, timeout=20) as answer:
        return answer.read().decode()


def answers(replica):
    try:
        return fetch(replica)
    except OSError:
        return None


def check_takeover(group):
    """From the first start to the return of a killed primary."""
    first, second, third = group.replicas
    group.configure()
    first.must("init")
    first.must("init")
    assert second.run_stopped("join")[0] == 75, "joins nobody"
    first.start()
    wait_for(lambda: first.hook("position")[0] == 0, "the primary runs")
    assert answers(first) is None, "open without a second copy"
    for standby in (second, third):
        wait_for(lambda: standby.joined(), "join")
        standby.start()
    wait_for(lambda: answers(first), "open once another copy holds the log")
    assert fetch(first, "/cgi-bin/append", b"one\n").startswith("ok")
    wait_for(lambda: second.json("position")["flushed_bytes"] ==
             first.json("position")["flushed_bytes"], "the standby follows")

    first.stop(9)
    group.primary = None
    for standby in (second, third):
        standby.reload()
        wait_for(lambda: not standby.json("position")["receiving"], "follows nobody")
    positions = [(r.json("position")["epoch"], r.json("position")["flushed_bytes"], r)
                 for r in (second, third)]
    best = max(positions, key=lambda p: p[:2])[2]
    group.primary, group.epoch = best.index, 2
    second.reload(), third.reload()
    wait_for(lambda: best.hook("promote")[0] == 0, "promote")
    assert "one" in fetch(best), "an acknowledged line is lost"
    first.configure()
    wait_for(lambda: first.run_stopped("rejoin")[0] == 0, "rejoin")
    first.start()
    wait_for(lambda: first.json("position") and first.json("position")["epoch"] == 2, "rejoined")
    assert first.json("health")["healthy"]
    for replica in group.replicas:
        replica.stop()


def main():
    sandbox.enter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        subprocess.run([f"{HERE}/minimal/build-image", "--out", f"{folder}/release"], check=True)
        release = unpack(f"{folder}/release", f"{folder}/root")
        with Group(folder, "echo", release, f"{folder}/root", {"greeting": "hello"}) as group:
            check_takeover(group)
    print("echo_test: passed")


if __name__ == "__main__":
    sys.exit(main())
