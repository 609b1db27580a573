"""A world of the test's own: mount, pid and network namespaces that die with it, and a bridge
in them."""
import os
import subprocess
import sys

MARK = "FOYER_TEST_SANDBOX"
PREFIX = "fd50:f0e:1"
SKIPPED = 77


def run(*argv, **options):
    return subprocess.run(argv, check=True, **options)


def skip(reason):
    print(f"skipped: {reason}", flush=True)
    sys.exit(SKIPPED)


def enter():
    """Start this script again inside the sandbox; returns once inside it."""
    if os.environ.get(MARK):
        leave_an_init()
        build_network()
        return
    if os.geteuid() != 0:
        skip("needs root for namespaces")
    for tool in ("crun", "unshare", "ip"):
        if subprocess.run(["which", tool], stdout=subprocess.DEVNULL, check=False).returncode != 0:
            skip(f"{tool} is missing")
    os.execvpe("unshare",
               ["unshare", "--mount", "--propagation", "private", "--net", "--pid", "--fork",
                "--kill-child", "--mount-proc", sys.executable, "-B", *sys.argv],
               {**os.environ, MARK: "1"})


def leave_an_init():
    """The first process of these namespaces inherits what a dying crun leaves behind. As long as
    nobody waits for that, the container it belonged to does not end; so one does nothing else."""
    test = os.fork()
    if test == 0:
        return
    while True:
        pid, status = os.wait()
        if pid == test:
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def hide_hybrid_cgroup():
    """crun refuses a cgroup2 tree that still holds a controller beside version 1."""
    if os.path.ismount("/sys/fs/cgroup/unified"):
        run("umount", "/sys/fs/cgroup/unified")


def build_network():
    hide_hybrid_cgroup()
    os.makedirs("/run/netns", exist_ok=True)
    run("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
    run("ip", "link", "set", "lo", "up")
    run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
    run("ip", "link", "add", "br0", "type", "bridge")
    run("ip", "address", "add", f"{PREFIX}:ffff::1/48", "dev", "br0", "nodad")
    run("ip", "link", "set", "br0", "up")


def add_namespace(name, address):
    """A network namespace with one ULA address on the bridge; returns its path."""
    run("ip", "netns", "add", name)
    run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
    run("ip", "link", "set", name, "master", "br0", "up")
    for argv in (["link", "set", "lo", "up"],
                 ["address", "add", f"{address}/48", "dev", "eth0", "nodad"],
                 ["link", "set", "eth0", "up"]):
        run("ip", "-n", name, *argv)
    return f"/run/netns/{name}"
