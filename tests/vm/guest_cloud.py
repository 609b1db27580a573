"""Inside the VM: a cloud on one machine, master and box each in the unit its package brings. What
the tests of a box's life share."""

import glob
import json
import os
import shutil
import subprocess
import sys
import time

IN = "/srv/in"
PACKAGES = ("foyer", "foyer-master", "foyer-node")
WAIT_S = 480.0  # an emulated machine is slow
MASTER_TOML = """zone = "foyer.localhost"
[database]
url = "postgresql:///foyer"
[agents]
addresses = ["localhost:7443"]
hold_ms = 5000
silent_after_ms = 20000
[api]
names = ["localhost"]
"""


def say(text):
    print(f"[{time.monotonic():6.1f} s] {text}", flush=True)


def run(*command, check=True, text=None):
    done = subprocess.run(command, input=text, text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def until(what, holds):
    deadline = time.monotonic() + WAIT_S
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {WAIT_S:.0f} s: {what}")
        time.sleep(0.5)
    say(what)
    return found


def until_the_machine_is_up():
    until("the machine is up", lambda: run("systemctl", "is-system-running", check=False).strip()
          in ("running", "degraded", "starting"))


def install(*packages):
    files = [f"{IN}/debs/{name}" for name in os.listdir(f"{IN}/debs")
             if name.split("_")[0] in packages]
    return run("dpkg", "--install", *files)


def foyer(*words):
    """What it says to programs; its notes are for people."""
    return run("foyer", "--quiet", *words)


def start_master():
    # Not Debian's default cluster: of it, nothing would be left to compare.
    run("systemctl", "start", "postgresql@15-main")
    run("runuser", "-u", "postgres", "--", "createuser", "foyer-master")
    run("runuser", "-u", "postgres", "--", "createdb", "--owner", "foyer-master", "foyer")
    with open("/etc/foyer/master.toml", "w", encoding="utf-8") as file:
        file.write(MASTER_TOML)
    run("systemctl", "enable", "--now", "foyer-master")
    token = "/var/lib/foyer/master/operator.token"
    until("the master made its operator's token", lambda: os.path.exists(token))
    until("the operator is logged in", lambda: "operator" in run(
        "foyer", "login", "--api", "https://localhost:7444", "--ca",
        "/var/lib/foyer/master/ca/ca.crt", "--token-file", token, check=False))


def token_of_a_home():
    """Where the box will be, and what enrols it there."""
    foyer("isp", "create", "alder")
    foyer("host", "create", "ann")
    foyer("site", "create", "lille", "--isp", "alder", "--country", "FR", "--host", "ann",
          "--class", "house")
    return another_token()


def another_token():
    """For the next box of that home."""
    return foyer("node", "token", "--site", "lille").strip()


def enrol_with(token):
    say(run("foyer-node", "enrol", "--token-file", "-", text=token).strip())
    run("systemctl", "enable", "--now", "foyer-node")


def order():
    foyer("release", "keygen", "--key", "/root/publisher.key")
    foyer("release", "publish", f"{IN}/release", "--key", "/root/publisher.key")
    order_again()


def order_again():
    foyer("order", "echo", "--name", "first", "--replicas", "1", "--mode", "asynchronous",
          "--param", "greeting=Bonjour", "--no-reveal", "--no-wait")
    until("the copy runs", runs)


def copy():
    return json.loads(foyer("instance", "show", "first", "--output", "json"))["replicas"][0]


def runs():
    """By its agent's word and by its master's, who for a while tells what was before."""
    told = run("foyer-node", "status", check=False).splitlines()
    if not any(line.startswith("first-0 ") and "running" in line for line in told):
        return False
    return copy()["state"] == "running" and copy()["role"] == "primary"


def pid():
    (place,) = glob.glob("/run/foyer/*/partitions/first-0/pid")
    with open(place, encoding="utf-8") as file:
        return file.read().split()[0]


def log_of_echo():
    return foyer("exec", "first", "--", "cat", "/foyer/volume/log")


def carry_out(story, questions, units):
    """And where it fails, what these answer and what these units wrote."""
    try:
        story()
    except AssertionError as failure:
        print(failure)
        for question in questions:
            if shutil.which(question.split()[0]):
                print(f"-- {question}\n{run(*question.split(), check=False)}")
        for unit in units:
            print(run("journalctl", "--no-pager", "-n", "60", "-u", unit, check=False))
        sys.exit(1)
