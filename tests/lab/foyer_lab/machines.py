"""Homes whose box is a machine of its own (tests/vm/takeover): its processes are those of qemu's
guest, so SIGKILL to the home loses what that kernel had not given to its disk."""

import json
import subprocess
import sys
import time
from pathlib import Path

from .client import Command, machine_folder
from .errors import LabError
from .raise_lab import service

VM = Path(__file__).resolve().parents[2] / "vm"
LAUNCHER = VM / "takeover/home_machine.py"
BOOT_S = 240.0
AGENT = "/var/lib/foyer-lab/agent.json"  # as VM/takeover/guest.py reads it
CGROUP_PARENT = "/foyer/partitions"  # as VM/power/init.sh makes it


def start(client, state, bin_folder, home):
    """Boots it with an empty disk; returns when it answers."""
    root = Path(subprocess.run([VM / "vm-root"], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.strip())
    folder = machine_folder(state, home.name)
    folder.mkdir(parents=True)
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", root / "root.ext4",
                    folder / "disk"], check=True)
    client.ask("start", service=service(state, home.name, 1, "agent", [
        sys.executable, "-B", LAUNCHER, folder, root, bin_folder]))
    deadline = time.monotonic() + BOOT_S
    box = state / "homes" / home.name / "box1"
    # Programs and folders have the names that they have in the other homes.
    script = f"mkdir -p '{box}' '{bin_folder.parent}' && ln -sfn /run/in '{bin_folder}'"
    while client.run(Command(home.name, 1, ["sh", "-euc", script])).status != 0:
        if time.monotonic() > deadline:
            raise LabError(f"the machine of '{home.name}' did not come up",
                           f"it does not answer after {BOOT_S:.0f} s",
                           f"read {folder}/console and {state}/log/{home.name}-1-agent.log")
        time.sleep(0.5)


def start_agent(client, home, argv, config, text):
    """From now on after each boot."""
    script = (f"mkdir -p $(dirname {AGENT}); cat >'{config}'; "
              f"printf %s \"$1\" >{AGENT}.new; sync; mv {AGENT}.new {AGENT}; sync")
    words = json.dumps([str(word) for word in argv])
    one = client.run(Command(home.name, 1, ["sh", "-euc", script, "sh", words],
                             data=text.encode()))
    if one.status != 0:
        raise LabError(f"the agent of '{home.name}' could not be started", one.errors.strip(),
                       "lab down")
