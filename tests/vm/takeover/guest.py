"""The first program of a home's machine: the home's line, its agent, and a door for the judge.

The door is TCP in a network of its own, which the agent does not see. A call is one JSON line
{"argv"}, then its standard input to the end; the answer is frames: a byte (1 output,
2 errors, 0 the exit status), four bytes of length, the bytes.
"""

import ctypes
import json
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

PORT, BACKLOG = 7460, 64
PROGRAMS = ("foyer-node", "foyer-crun", "foyer-fence", "foyer-probe")
AGENT = Path("/var/lib/foyer-lab/agent.json")  # what runs after each boot
LINE = """
ip netns add judge
ip link set eth0 netns judge
ip -n judge link set lo up
ip -n judge addr add 10.0.2.15/24 dev eth0
ip -n judge link set eth0 up
ip addr add 192.168.1.10/24 dev eth1
ip link set eth1 up
ip route add default via 192.168.1.1
modprobe -a wireguard nf_tables nft_chain_nat tun || true
hostname machine
hwclock --hctosys --utc  # the kernel read whole seconds; this waits for the beginning of one
"""
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def enter(network):
    with open(network, "rb") as file:
        if LIBC.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), network)


def door():
    enter("/run/netns/judge")
    found = socket.create_server(("0.0.0.0", PORT), backlog=BACKLOG)
    enter("/proc/1/ns/net")
    return found


class Call:
    def __init__(self, line):
        self.line, self.lock = line, threading.Lock()

    def say(self, kind, data):
        with self.lock:
            self.line.sendall(bytes([kind]) + len(data).to_bytes(4, "big") + data)

    def pass_on(self, process, kind, pipe):
        try:
            while piece := os.read(pipe.fileno(), 65536):
                self.say(kind, piece)
        except OSError:  # nobody listens any more
            process.terminate()

    def feed(self, process, source):
        try:
            while piece := source.read1(65536):
                process.stdin.write(piece)
                process.stdin.flush()
        except OSError:
            pass
        try:
            process.stdin.close()
        except OSError:
            pass

    def answer(self):
        source = self.line.makefile("rb")
        asked = json.loads(source.readline())
        try:
            process = subprocess.Popen(asked["argv"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except OSError as failure:
            self.say(2, f"{failure}\n".encode())
            self.say(0, b"127")
            return
        threading.Thread(target=self.feed, args=(process, source), daemon=True).start()
        listeners = [threading.Thread(target=self.pass_on, args=(process, kind, pipe), daemon=True)
                     for kind, pipe in ((1, process.stdout), (2, process.stderr))]
        for listener in listeners:
            listener.start()
        for listener in listeners:
            listener.join()
        self.say(0, str(process.wait()).encode())

    def serve(self):
        with self.line:
            try:
                self.answer()
            except (OSError, ValueError):
                pass
            try:
                self.line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def find_programs(folder):
    """Where the other homes have them (foyer_lab/machines.py): after each boot anew, for it may be
    a folder in memory, such as /tmp."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.symlink_to("/run/in")


def keep_agent():
    """As systemd does it: started again when it ends."""
    while True:
        if AGENT.exists():
            argv = json.loads(AGENT.read_text(encoding="utf-8"))
            find_programs(Path(argv[0]).parent)
            with open("/dev/ttyS0", "ab", buffering=0) as log:
                subprocess.run(argv, check=False, stdin=subprocess.DEVNULL, stdout=log,
                               stderr=log)
        time.sleep(0.5)


def main():
    subprocess.run(["sh", "-ec", LINE], check=True)
    for name in PROGRAMS:
        link = Path("/usr/sbin") / name
        link.unlink(missing_ok=True)
        link.symlink_to(f"/run/in/{name}")
    listener = door()
    threading.Thread(target=keep_agent, daemon=True).start()
    while True:
        line, _ = listener.accept()
        threading.Thread(target=Call(line).serve, daemon=True).start()


if __name__ == "__main__":
    main()
