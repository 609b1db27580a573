"""Can this machine run a lab at all? Each refusal says what is missing and what to type."""

import os
import shutil
import subprocess
from pathlib import Path

from . import kernel
from .cgroups import hierarchies
from .errors import ENVIRONMENT, LabError

PROGRAMS = {"ip": "iproute2", "tc": "iproute2", "nft": "nftables", "sleep": "coreutils"}
FOYER_PROGRAMS = {"crun": "crun", "conmon": "conmon", "wg": "wireguard-tools"}
MEMORY_BASE_MIB, MEMORY_BOX_MIB, MEMORY_FOYER_BOX_MIB = 128, 8, 64

# What a world needs of the kernel, tried in a network of its own that ends with the probe.
PROBE = """ip link add p0 type veth peer name p1 && ip link add p2 type bridge || exit 11
nft -f - <<'N' || exit 12
table inet probe { chain post { type nat hook postrouting priority srcnat; masquerade fully-random
}
}
N
"""


def _no(what, why, next_step):
    return LabError(what, why, next_step, ENVIRONMENT)


def check(spec):
    """LabError (exit 77) with the first reason why the lab cannot run on this machine."""
    if os.geteuid() != 0:
        raise _no("a lab needs root", "it makes network namespaces", "run it through sudo")
    foyer = spec.run is None
    wanted = {**PROGRAMS, **(FOYER_PROGRAMS if foyer else {})}
    missing = [p for p in wanted if not shutil.which(p)]
    if missing:
        packages = " ".join(dict.fromkeys(wanted[p] for p in missing))
        raise _no(f"missing program: {', '.join(missing)}", "not found in PATH",
                  f"apt-get install -y --no-install-recommends {packages}")
    _check_memory(spec, foyer)
    if not any(h.has("freezer") or h.version == 2 for h in hierarchies()):
        raise _no("no control groups that can freeze", "neither a v1 freezer nor cgroup v2 is "
                  "mounted writable", "mount -t cgroup2 none /sys/fs/cgroup")
    if foyer or any(h.wired for h in spec.homes):
        _check_tun()
    _check_namespaces()


def check_programs(spec, bin_folder):
    """The same for what is built from this tree."""
    if spec.run is None:
        _check_binaries(bin_folder, ("foyer-master", "foyer-node", "foyer"))
    if any(h.wired for h in spec.homes):
        _check_binaries(bin_folder, ("foyer-lab-wire",))


def _check_memory(spec, foyer):
    boxes = sum(len(h.boxes) for h in spec.homes)
    needed = MEMORY_BASE_MIB + boxes * (MEMORY_FOYER_BOX_MIB if foyer else MEMORY_BOX_MIB)
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            available = int(line.split()[1]) // 1024
            if available < needed:
                raise _no("not enough memory", f"{available} MiB are available, {boxes} boxes need "
                          f"about {needed} MiB", "stop something, or use a spec with fewer homes")


def _check_tun():
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        raise _no("/dev/net/tun cannot be used", error.strerror or str(error),
                  "modprobe tun; mkdir -p /dev/net; mknod /dev/net/tun c 10 200") from error


def _check_namespaces():
    def enter():
        kernel.unshare(kernel.CLONE_NEWNET | kernel.CLONE_NEWNS | kernel.CLONE_NEWUTS
                       | kernel.CLONE_NEWIPC)

    hint = "run it on a real or virtual machine, or in a container started with --privileged"
    try:
        subprocess.run(["true"], preexec_fn=lambda: kernel.unshare(kernel.CLONE_NEWPID), check=True)
        done = subprocess.run(["sh", "-c", PROBE], preexec_fn=enter, text=True, timeout=30,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise _no("namespaces cannot be made here", str(error), hint) from error
    reason = done.stdout.strip().splitlines()[:1] or [f"status {done.returncode}"]
    if done.returncode == 11:
        raise _no("the kernel has no veth or bridge", reason[0], "modprobe veth bridge")
    if done.returncode:
        raise _no("the kernel has no nftables NAT", reason[0], "modprobe nf_tables nft_masq nf_nat")


def _check_binaries(folder, names):
    for name in names:
        if not os.access(Path(folder) / name, os.X_OK):
            raise _no(f"{name} is not built", f"{Path(folder) / name} is not there",
                      "cmake --preset release && cmake --build --preset release, or name the "
                      "folder with --bin")
