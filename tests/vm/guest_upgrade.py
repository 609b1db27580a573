"""Inside the VM: newer agents for a box, ordered by its operator and installed by the machine's own
systemd and dpkg. One that is well, back again, two that cannot start, one of a stranger; what the
box serves is the same process throughout."""

import glob
import json
import os

from guest_cloud import (IN, PACKAGES, carry_out, enrol_with, foyer, install, log_of_echo, order,
                         pid, run, runs, say, start_master, token_of_a_home, until,
                         until_the_machine_is_up)

KEY, STRANGER = "/root/house.key", "/root/stranger.key"
FOLDER = "/var/lib/foyer/node/upgrade"
NODE_TOML = "/etc/foyer/node.toml"
# A new agent that is well is answered in less, also here; one that is not is waited for so long.
WAIT_S = 120
SHORTER = f"[Service]\nEnvironment=FOYER_UPGRADE_WAIT_S={WAIT_S}\n"


def be_a_host(public_key):
    """Who compared the operator's key pins it; the test waits less than he would."""
    with open(NODE_TOML, "a", encoding="utf-8") as file:
        file.write(f'\n[upgrade]\npublisher_keys = ["{public_key}"]\n')
    folder = "/etc/systemd/system/foyer-node-upgrade.service.d"
    os.makedirs(folder)
    with open(folder + "/shorter.conf", "w", encoding="utf-8") as file:
        file.write(SHORTER)
    run("systemctl", "daemon-reload")
    with open(NODE_TOML, encoding="utf-8") as file:
        return file.read()


def publish():
    """{what it is: its version}"""
    with open(f"{IN}/next/versions.json", encoding="utf-8") as file:
        versions = json.load(file)
    for name, version in versions.items():
        (file,) = glob.glob(f"{IN}/*/foyer-node_{version}_*.deb")
        foyer("agent-release", "publish", file, "--key", STRANGER if name == "strange" else KEY)
    say("published: " + ", ".join(f"{name} {version}" for name, version in versions.items()))
    return versions


def upgrade():
    return json.loads(foyer("upgrade", "show", "--output", "json"))


def ended(state):
    """Once it stands so; and what is told of the box."""
    found = until(f"the upgrade is {state}",
                  lambda: (now := upgrade())["state"] in ("finished", "stopped") and now)
    print(foyer("upgrade", "show"), flush=True)
    assert found["state"] == state, found
    (box,) = found["boxes"]
    return found, box


class Served:
    """What nobody may touch: the copy, and what the host wrote."""

    def __init__(self, host_wrote):
        self.pid, self.log, self.host_wrote = pid(), log_of_echo(), host_wrote
        assert "Bonjour" in self.log, self.log

    def check(self, version):
        """The box runs this version, whole, and the copy is as it was."""
        package = run("dpkg-query", "-W", "-f", "${Version} ${db:Status-Status}", "foyer-node")
        assert package == f"{version} installed", package
        runs_now = run("systemctl", "show", "--value", "-p", "MainPID", "foyer-node").strip()
        assert os.readlink(f"/proc/{runs_now}/exe") == "/usr/sbin/foyer-node", "an old one runs on"
        assert run("/usr/sbin/foyer-node", "--version").strip() == version
        assert run("dpkg", "--audit") == ""
        changed = run("dpkg", "--verify", "foyer-node", check=False).splitlines()
        assert [line.split()[-1] for line in changed] == [NODE_TOML], changed
        with open(NODE_TOML, encoding="utf-8") as file:
            assert file.read() == self.host_wrote, "the host's configuration is another one"
        until("the copy runs", runs)
        assert pid() == self.pid and log_of_echo() == self.log, "the copy was touched"
        until("nothing of the upgrade is left", lambda: not glob.glob(FOLDER + "/*"))
        say(f"the agent is {version}; the copy is process {self.pid} as before")


def main():
    until_the_machine_is_up()
    install(*PACKAGES)
    start_master()
    public_key = foyer("release", "keygen", "--key", KEY).strip()
    foyer("release", "keygen", "--key", STRANGER)
    host_wrote = be_a_host(public_key)
    enrol_with(token_of_a_home())
    until("the box is online", lambda: "online" in foyer("node", "ls"))
    order()
    served = Served(host_wrote)
    versions = publish()
    present, good = versions["present"], versions["good"]
    takes = run("foyer-node", "upgrades")
    assert "upgrades that a pinned key signed" in takes, takes
    served.check(present)

    foyer("upgrade", "start", good)
    _, box = ended("finished")
    assert (box["step"], box["agent_version"]) == ("done", good), box
    served.check(good)

    foyer("upgrade", "back")
    _, box = ended("finished")
    assert (box["step"], box["agent_version"]) == ("done", present), box
    served.check(present)

    foyer("upgrade", "start", versions["broken"])
    found, box = ended("stopped")
    why = f"went back to {present}: the new agent was not answered by its master within {WAIT_S} s"
    assert why in box["reason"] and "lille-1" in found["reason"], found
    assert "was not answered by its master" in run("foyer-node", "status"), run(
        "foyer-node", "status")
    journal = run("journalctl", "--no-pager", "-u", "foyer-node")
    assert "this agent cannot start" in journal, journal
    served.check(present)

    # systemd cannot run it at all, so its package is not even installed: nobody is waited for.
    foyer("upgrade", "start", versions["damaged"])
    _, box = ended("stopped")
    assert f"went back to {present}: it cannot be installed" in box["reason"], box
    assert "Job for foyer-node.service failed" in box["reason"], box
    served.check(present)

    foyer("upgrade", "start", versions["strange"])
    _, box = ended("stopped")
    assert "it refused: none of the publisher's keys that are pinned here" in box["reason"], box
    served.check(present)


if __name__ == "__main__":
    carry_out(main, ("foyer --quiet upgrade show", "foyer-node status"),
              ("foyer-master", "foyer-node", "foyer-node-upgrade"))
