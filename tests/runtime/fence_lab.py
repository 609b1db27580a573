"""A partition behind its wall, a neighbour's world beside it, and talkers that note when the last
answer came. All times in milliseconds of CLOCK_BOOTTIME, as the fences count."""

import ctypes
import os
import select
import socket
import threading
import time

from runtime_lab import run

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
EDGE, MEMBER, BOX = "fd50:f0e:1:1::", "fd50:f0e:1:b::1", "fd50:f0e:1:a::"
WEB, REPLICATION = 8000, 5432


def boot_ms():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def wait_until(when):
    while (left := when - boot_ms()) > 0:
        time.sleep(left / 1000)


def socket_in(netns):
    """A TCP socket that lives in the namespace of this file."""
    made = []

    def make():
        with open(netns) as file:
            if LIBC.setns(file.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        made.append(socket.socket(socket.AF_INET6))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


def lay_line(box_netns, world_netns):
    """A cable that the box takes for a tunnel; at its other end live an edge and a member."""
    inside = ["nsenter", f"--net={box_netns}"]
    outside = ["nsenter", f"--net={world_netns}"]
    run(*inside, "ip", "link", "add", "wgline", "type", "veth", "peer", "name", "e0", "netns",
        world_netns)
    for place, link, own in ((inside, "wgline", "fe80::1"), (outside, "e0", "fe80::2")):
        run(*place, "ip", "addr", "add", f"{own}/64", "dev", link, "nodad")
        run(*place, "ip", "link", "set", link, "up")
    for address in (EDGE, MEMBER):
        run(*outside, "ip", "addr", "add", f"{address}/128", "dev", "e0", "nodad")
        run(*inside, "ip", "route", "add", f"{address}/128", "via", "fe80::2", "dev", "wgline")
    run(*outside, "ip", "route", "add", "fd50:f0e:1:a::/64", "via", "fe80::1", "dev", "e0")
    run(*inside, "ip", "addr", "add", f"{BOX}/128", "dev", "lo", "nodad")


class Echo:
    """Answers each byte with itself."""

    def __init__(self, netns, address, port):
        self.listener = socket_in(netns)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(1000)
        self.accepted = 0
        self.open = [self.listener]
        self.ending = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while not self.ending:
            ready, _, _ = select.select(self.open, [], [], 0.1)
            for one in ready:
                try:
                    if one is self.listener:
                        self.open.append(one.accept()[0])
                        self.accepted += 1
                    elif data := one.recv(1000):
                        one.send(data)
                    else:
                        self.open.remove(one)
                        one.close()
                except OSError:
                    self.open.remove(one)

    def close(self):
        self.ending = True
        self.thread.join()
        for one in self.open:
            one.close()


class Talk:
    """An established connection on which a byte goes out each two milliseconds."""

    def __init__(self, netns, source, address, port):
        self.socket = socket_in(netns)
        self.socket.bind((source, 0))
        self.socket.settimeout(3)
        self.socket.connect((address, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(0)
        self.last = 0  # when the last answer came
        self.ending = False
        self.thread = threading.Thread(target=self.talk, daemon=True)
        self.thread.start()

    def talk(self):
        while not self.ending:
            try:
                self.socket.send(b"x")
            except BlockingIOError:
                pass
            try:
                if self.socket.recv(1000):
                    self.last = boot_ms()
            except BlockingIOError:
                pass
            time.sleep(0.002)

    def passes(self, within=200):
        """An answer comes in the next so many milliseconds; not one that lay here unread."""
        time.sleep(0.05)
        begun = boot_ms()
        while boot_ms() - begun < within:
            if self.last > begun:
                return True
            time.sleep(0.002)
        return False

    def close(self):
        self.ending = True
        self.thread.join()
        self.socket.close()


class Life:
    """Notes when a process ended: by its descriptor, which is exact and never a stranger's."""

    def __init__(self, pid):
        self.pid = pid
        self.file = os.pidfd_open(pid)

    def ends(self, by):
        """When it ended, or None if it is alive at `by`."""
        poll = select.poll()
        poll.register(self.file, select.POLLIN)
        while not poll.poll(max(0, min(1000, by - boot_ms()))):
            if boot_ms() >= by:
                return None
        return boot_ms()

    def lives(self):
        return self.ends(0) is None

    def close(self):
        os.close(self.file)
