"""A box with a tenant who means harm beside one who works, and what the host and the neighbour feel
of it: how long they wait, measured from outside while the other floods."""

import ctypes
import http.client
import json
import os
import signal
import socket
import time

from runtime_lab import BIN, Driver, busybox_entries, make_image, release, run

GOOD, EVIL = "good-0", "evil-0"
GOOD_ADDRESS, EVIL_ADDRESS = "fd50:f0e:1:a::1", "fd50:f0e:1:a::2"
OTHER = "fd50:f0e:1:b::1"  # another copy of the hostile one's, on a box that is not there
EDGE = "fd50:f0e:1:1::"  # whose place the measuring takes
MEMORY, PIDS, CPU, DISK = 64 << 20, 64, 250, 128 << 20
PAGE = "the neighbour answers\n"


class HostileBox:
    def __init__(self, place):
        self.place = place
        blobs = place.folder("blobs")
        programs = []
        for name in ("foyer-hostile", "foyer-probe"):
            with open(f"{BIN}/{name}", "rb") as file:
                programs.append((f"bin/{name}", 0o755, file.read()))
        site = [("www", 0o755, None), ("www/index.html", 0o644, PAGE.encode())]
        more = [("bin/httpd", 0o777, ("->", "busybox"))]
        self.image = make_image(blobs, [busybox_entries() + more + programs + site])
        self.home = place.netns("home")
        # As few descriptors as a program usually has: what a tenant leaves must not need more.
        self.started_in = place.folder("started-in")
        os.chdir(self.started_in)
        self.box = Driver(place, "home", self.home, before=("prlimit", "--nofile=1024:16384"),
                          blobs=blobs, cgroup_parent=place.cgroup_parent(), plain_volumes=True)
        self.box.must("ensure", image=self.image)
        self.box.must("box_net")
        self.inside_box("ip", "address", "add", EDGE + "/128", "dev", "lo")

    def inside_box(self, *argv):
        return run("nsenter", f"--net={self.box.run_dir}/netns/box", *argv)

    def prepare(self, partition, address, command, **more):
        self.box.must("prepare", partition=partition, address=address, proxies=[EDGE],
                      memory=MEMORY, cpu=CPU, disk=DISK, secrets={"volume_key": "k" * 52},
                      release=release(self.image, command, pids=PIDS), **more)

    def start_good(self):
        self.prepare(GOOD, GOOD_ADDRESS, f"exec httpd -f -p [{GOOD_ADDRESS}]:8000 -h /www",
                     members=[GOOD_ADDRESS])
        self.box.must("start", partition=GOOD)

    def start_evil(self):
        self.prepare(EVIL, EVIL_ADDRESS, "exec foyer-hostile serve", members=[EVIL_ADDRESS, OTHER])
        self.box.must("start", partition=EVIL)

    def evil(self, *argv, **more):
        return self.box.must("run", partition=EVIL, argv=list(argv), **more)

    def begin_flood(self, name, seconds):
        """In there, and not waited for; False if nothing can be begun now."""
        line = (f"echo >/foyer/volume/report; foyer-hostile flood '{name}' {seconds} "
                "</dev/null >>/foyer/volume/report 2>&1 &")
        return self.evil("sh", "-c", line)["ok"] == 0

    def link_of(self, address):
        """The box's end of a partition's cable."""
        way = self.inside_box("ip", "-6", "route", "show", address).stdout.split()
        return way[way.index("dev") + 1]

    def left_of(self, partition, link):
        """What is still there of an erased partition."""
        run_dir, data = self.box.run_dir, self.box.data_dir
        files = [f"{data}/partitions/{partition}", f"{run_dir}/partitions/{partition}",
                 f"{run_dir}/secrets/{partition}", f"{run_dir}/netns/p-{partition}",
                 f"{run_dir}/crun/{partition}", f"{run_dir}/exits/{partition}"]
        left = [file for file in files if os.path.lexists(file)] + self.groups(partition)
        with open("/proc/self/mounts") as mounts:
            left += [line for line in mounts if f"/{partition}" in line and self.place.path in line]
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cgroup") as group, open(f"/proc/{pid}/cmdline") as line:
                    told = group.read() + line.read()
            except OSError:
                continue  # ended meanwhile
            if f"{os.path.basename(self.place.path)}/{partition}" in told or (
                    self.place.path in told and partition in told):
                left.append(f"process {pid}")
        rules = self.inside_box("nft", "list", "ruleset").stdout
        links = self.inside_box("ip", "-o", "link").stdout
        return left + [f"{link} in {what}" for what, text in
                       (("the firewall", rules), ("the links", links)) if link in text]

    def report(self):
        try:
            with open(f"{self.volume(EVIL)}/report") as file:
                return json.loads(file.read())
        except (OSError, ValueError):
            return {}  # ended with its container

    def inside(self, partition):
        """What the partition keeps: in a file system of its own, where this kernel encrypts one."""
        folder = f"{self.box.data_dir}/partitions/{partition}"
        return f"{folder}/store/private" if os.path.exists(f"{folder}/store.img") else folder

    def volume(self, partition):
        return f"{self.inside(partition)}/volume"

    def has_wall_of_disk(self):
        return os.path.exists(f"{self.box.data_dir}/partitions/{EVIL}/store.img")

    def log_bytes(self):
        return os.stat(f"{self.inside(EVIL)}/log").st_blocks * 512

    def state(self):
        return self.box.must("status", partition=EVIL)["ok"]

    # -- what the kernel counted ------------------------------------------------------------------

    def groups(self, partition):
        """The partition's folders, one in each hierarchy."""
        parent = os.path.basename(self.place.path)
        found = []
        with open("/proc/self/mounts") as mounts:
            points = [line.split()[1] for line in mounts if line.split()[2].startswith("cgroup")]
        for point in points:
            for folder, names, _ in os.walk(f"{point}/{parent}"):
                found += [f"{folder}/{name}" for name in names if name.startswith(partition)]
        return sorted(found)

    def keeper_lives(self):
        with open(f"{self.box.run_dir}/partitions/{EVIL}/keeper") as file:
            return os.path.exists(f"/proc/{file.read().strip()}")

    def keeper_cpu_s(self):
        """What the writer of the hostile partition's log has worked so far."""
        with open(f"{self.box.run_dir}/partitions/{EVIL}/keeper") as file:
            pid = file.read().strip()
        with open(f"/proc/{pid}/stat") as file:
            spent = file.read().rpartition(")")[2].split()[11:13]
        return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")

    def counted(self, *names):
        """The first of these files that a hierarchy of the hostile partition has, as a number."""
        for folder in self.groups(EVIL):
            for name in names:
                try:
                    with open(f"{folder}/{name}") as file:
                        return int(file.read())
                except (OSError, ValueError):
                    pass
        return None

    def memory_now(self):
        return self.counted("memory.current", "memory.usage_in_bytes") or 0

    def sockets_now(self):
        """Where the kernel counts them apart from other memory."""
        return self.counted("memory.kmem.tcp.usage_in_bytes") or 0

    def pids_now(self):
        return self.counted("pids.current") or 0


class Pulse:
    """A process that does one small thing again and again and notes how long each took, in ms."""

    def __init__(self, beat, pause_s=0.004, netns=None):
        self.reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(writer)
            return
        over = []
        signal.signal(signal.SIGTERM, lambda *_: over.append(True))
        if netns:
            with open(netns) as file:
                ctypes.CDLL(None).setns(file.fileno(), 0x40000000)
        took, wrong = [], 0
        step = beat()
        while not over:
            begun = time.monotonic()
            try:
                wrong += not step()
            except OSError:
                wrong += 1
            took.append((time.monotonic() - begun) * 1000)
            time.sleep(pause_s)
        with os.fdopen(writer, "w") as file:
            json.dump([took, wrong], file)
        os._exit(0)

    def end(self):
        """(times in ms, how many went wrong)."""
        os.kill(self.pid, signal.SIGTERM)
        with os.fdopen(self.reader) as file:
            took, wrong = json.load(file)
        os.waitpid(self.pid, 0)
        return took, wrong


def visits():
    """A page of the neighbour's, as an edge asks for it."""

    def step():
        line = http.client.HTTPConnection(GOOD_ADDRESS, 8000, timeout=30, source_address=(EDGE, 0))
        line.request("GET", "/index.html")
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer.status == 200 and text == PAGE

    return step


def wakes():
    """Another process of the host answers."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        while theirs.recv(1):
            theirs.send(b"x")
        os._exit(0)
    theirs.close()

    def step():
        ours.send(b"x")
        return ours.recv(1) == b"x"

    return step


def writer_of(folder):
    """4 kB of the host's that reach its disk."""

    def begin():
        file = os.open(f"{folder}/host-writes", os.O_CREAT | os.O_WRONLY, 0o600)

        def step():
            os.pwrite(file, b"x" * 4096, 0)
            os.fsync(file)
            return True

        return step

    return begin


def p99(times):
    return sorted(times)[int(len(times) * 0.99)] if times else 0.0


# -- what the host's own root can still do ---------------------------------------------------------


def host_can():
    """What the machine's administrator is refused; empty when all is well."""
    libc = ctypes.CDLL(None, use_errno=True)
    refused = []

    def check(what, result):
        if result < 0:
            refused.append(f"{what}: {os.strerror(ctypes.get_errno())}")
        return result

    for what, call in (("inotify", lambda: libc.inotify_init1(0)),
                       ("a terminal", lambda: os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)),
                       ("a queue", lambda: libc.mq_open(b"/foyer-test-host", 0o102, 0o600, None))):
        fd = check(what, call())
        if fd >= 0:
            os.close(fd)
    libc.mq_unlink(b"/foyer-test-host")
    timer = ctypes.c_void_p()
    if check("a timer", libc.timer_create(1, None, ctypes.byref(timer))) == 0:
        libc.timer_delete(timer)
    context = ctypes.c_ulong(0)
    if check("events of disks", libc.syscall(206, 512, ctypes.byref(context))) == 0:
        libc.syscall(207, context)
    return refused
