"""The box of a home as a machine of its own: becomes qemu, in the box's network. A SIGKILL to it is
a power cut: what the machine's kernel had not given to its disk is lost.
usage: home_machine.py FOLDER ROOT PROGRAMS (disk; kernel; Foyer's programs)"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Of this folder: power has a guest of its own.
from guest import PORT, PROGRAMS

sys.path.insert(0, str(HERE.parent / "power"))
from machine import Machine  # noqa: E402

MEMORY_MIB = 6144
LINE = """
link add br0 type bridge
tuntap add tap0 mode tap
addr flush dev eth0
link set eth0 master br0
link set tap0 master br0
link set tap0 up
link set br0 up
"""


class HomeMachine(Machine):
    guest, memory_mib = HERE / "guest.py", MEMORY_MIB

    def network(self):
        inside = f"user,id=door,restrict=on,hostfwd=tcp:127.0.0.1:{PORT}-10.0.2.15:{PORT}"
        return ["-netdev", inside, "-device", "virtio-net-pci,netdev=door,romfile=",
                "-netdev", "tap,id=line,ifname=tap0,script=no,downscript=no",
                "-device", "virtio-net-pci,netdev=line,romfile=,mac=52:54:00:12:34:99"]


def main():
    folder, root, programs = map(Path, sys.argv[1:])
    tools = [programs / name for name in PROGRAMS]
    machine = HomeMachine(folder, folder / "disk", root, None, tools)
    machine.pack()
    console = folder / "console"
    if console.exists():
        console.rename(folder / f"console.{len(list(folder.glob('console.*')))}")
    subprocess.run(["ip", "link", "del", "br0"], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["ip", "link", "del", "tap0"], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["ip", "-batch", "-"], input=LINE, text=True, check=True)
    argv = machine.command()
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
