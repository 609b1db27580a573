#!/usr/bin/env python3
"""Two homes and two edges joined by tunnels: who reaches whom, and when an edge or agent dies."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import runtime_lab
from runtime_lab import Driver, Place, busybox_entries, inside, make_image, pid_of, release, run

CLUSTER = "fd50:f0e:1::/48"
NODES = {
    "home-a": ("fd50:f0e:1:a", 10),
    "home-b": ("fd50:f0e:1:b", 11),
    "edge-1": ("fd50:f0e:1:1", 1),
    "edge-2": ("fd50:f0e:1:2", 2),
}
A, B = "fd50:f0e:1:a::1", "fd50:f0e:1:b::1"
SILENT = "fd50:f0e:1:b::2"
RELAY = "fd50:f0e:1::19"  # of mail, the same at all edges
# Says who it is and who speaks with it.
MAIL_SERVER = """
import socket, sys
door = socket.create_server((sys.argv[1], 25), family=socket.AF_INET6)
while True:
    one, peer = door.accept()
    one.sendall(f"{sys.argv[2]} {peer[0]}".encode())
    one.close()
"""
LISTEN = "while :; do echo hello | nc -l -p {port}; done"


class Overlay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.blobs = cls.place.folder("blobs")
        cls.image = make_image(cls.blobs, [busybox_entries()])
        serve = "; ".join(
            f"(while :; do nc -l -p {port} -e echo hello; done) &" for port in (8000, 5432, 9999)
        ).replace("&;", "&")
        reach = "nc -w 3 {} 5432"
        hooks = {
            "position": (reach.format(B), 10),
            "health": ("nc -w 2 " + B + " 9999; nc -w 2 " + B + " 8000", 10),
            "export": (
                "nc -w 2 fe80::1%eth0 22; nc -w 2 198.18.0.1 53; nc -w 2 fd50:f0e:1:1:: 5432",
                20,
            ),
        }
        cls.release = release(cls.image, serve + " wait", hooks)
        cls.release["egress"] = ["mail-relay"]
        cls.wan = cls.place.netns("wan")
        run("nsenter", f"--net={cls.wan}", "ip", "link", "add", "br0", "type", "bridge")
        run("nsenter", f"--net={cls.wan}", "ip", "link", "set", "br0", "up")
        cls.spaces, cls.keys, cls.boxes = {}, {}, {}
        for node, (_, number) in NODES.items():
            cls.join_wan(node, number)
        for node in NODES:
            cls.start(node)
            cls.apply(node)
        for node, address in (("home-a", A), ("home-b", B)):
            cls.boxes[node].must("ensure", image=cls.image)
            cls.boxes[node].must(
                "prepare",
                partition="acme-0",
                address=address,
                members=[A, B],
                proxies=["fd50:f0e:1:1::"],
                mail_relay=RELAY,
                release=cls.release,
            )
            cls.boxes[node].must("start", partition="acme-0")

    @classmethod
    def join_wan(cls, node, number):
        space = cls.place.netns(node)
        run(
            "nsenter",
            f"--net={cls.wan}",
            "ip",
            "link",
            "add",
            f"v{number}",
            "type",
            "veth",
            "peer",
            "name",
            "wan0",
            "netns",
            space,
        )
        run("nsenter", f"--net={cls.wan}", "ip", "link", "set", f"v{number}", "master", "br0", "up")
        run(
            "nsenter",
            f"--net={space}",
            "ip",
            "address",
            "add",
            f"198.18.0.{number}/24",
            "dev",
            "wan0",
        )
        run("nsenter", f"--net={space}", "ip", "link", "set", "wan0", "up")
        cls.spaces[node] = space
        private = run("wg", "genkey").stdout
        with open(f"{cls.place.path}/{node}.key", "w") as file:
            file.write(private)
        cls.keys[node] = run("wg", "pubkey", input=private).stdout.strip()

    @classmethod
    def start(cls, node):
        cls.boxes[node] = Driver(
            cls.place,
            node,
            cls.spaces[node],
            blobs=cls.blobs,
            key_file=f"{cls.place.path}/{node}.key",
            cgroup_parent=cls.place.cgroup_parent(f"-{node}"),
        )

    @classmethod
    def apply(cls, node):
        edge = node.startswith("edge")
        peers = {
            other: {
                "edge": other.startswith("edge"),
                "key": cls.keys[other],
                "allowed": [f"{NODES[other][0]}::/64"],
                "endpoint": f"198.18.0.{NODES[other][1]}:51820" if other.startswith("edge") else "",
            }
            for other in NODES
            if other != node and (edge or other.startswith("edge"))
        }
        return cls.boxes[node].must(
            "overlay_apply",
            prefix=f"{NODES[node][0]}::/64",
            cluster=CLUSTER,
            edge=edge,
            **({"mail_relay": RELAY} if edge else {}),
            peers=peers,
        )

    @classmethod
    def tearDownClass(cls):
        for node, box in cls.boxes.items():
            for partition in box.ask("list").get("ok", []):
                box.ask("erase", partition=partition)
            for pid in cls.tunnel_pids(node):
                os.kill(pid, signal.SIGKILL)
            box.close()
        cls.place.remove()

    @classmethod
    def tunnel_pids(cls, node):
        folder = cls.boxes[node].run_dir + "/wg"
        return [pid_of(f"{folder}/{name}") for name in os.listdir(folder) if name.endswith(".pid")]

    def tend(self, node, times=1, period_ms=300):
        self.boxes[node].must("tend", times=times, period_ms=period_ms)

    def reach(self):
        return self.boxes["home-a"].must("hook", partition="acme-0", hook="position", live=True)[
            "output"
        ]

    def edge_reach(self, node, address, port):
        box = f"{self.boxes[node].run_dir}/netns/box"
        return subprocess.run(
            ["nsenter", f"--net={box}", "busybox", "nc", "-w", "3", address, str(port)],
            capture_output=True,
            text=True,
            timeout=20,
            stdin=subprocess.DEVNULL,
        ).stdout

    def tend_until_reached(self, *nodes):
        """Handshakes take what they take on a busy machine."""
        deadline = time.monotonic() + 60
        while self.reach() != "hello\n":
            self.assertLess(time.monotonic(), deadline, "the members do not reach each other")
            for node in nodes:
                self.tend(node, 3)

    def test_1_members_reach_each_other_and_nothing_else(self):
        self.tend_until_reached("home-a", "home-b")
        self.assertEqual(
            "",
            self.boxes["home-a"].must("hook", partition="acme-0", hook="health", live=True)[
                "output"
            ],
        )
        self.assertEqual(
            "",
            self.boxes["home-a"].must("hook", partition="acme-0", hook="export", live=True)[
                "output"
            ],
        )

    def test_2_the_web_port_is_for_the_edges_that_were_named(self):
        self.assertEqual("hello\n", self.edge_reach("edge-1", B, 8000))
        self.assertEqual("", self.edge_reach("edge-2", B, 8000))
        self.assertEqual("", self.edge_reach("edge-1", B, 5432))
        self.assertEqual("", self.edge_reach("home-a", B, 8000))

    def test_3_handshakes_are_told(self):
        ages = self.boxes["home-a"].must("overlay_ages")["ok"]
        self.assertEqual({"edge-1", "edge-2"}, set(ages))

    def speak(self, home, address, port, source, partition="acme-0"):
        """What a copy at this home hears there, speaking from this address."""

        def call():
            with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as one:
                one.settimeout(2)
                try:
                    one.bind((source, 0))
                    one.connect((address, port))
                    return one.recv(100).decode()
                except OSError:
                    return ""

        return inside(f"{self.boxes[home].run_dir}/netns/p-{partition}", call)

    def serve_mail(self):
        for edge in ("edge-1", "edge-2"):
            server = subprocess.Popen(
                ["nsenter", f"--net={self.boxes[edge].run_dir}/netns/box", sys.executable,
                 "-c", MAIL_SERVER, RELAY, edge])
            self.addCleanup(server.wait)
            self.addCleanup(server.kill)

    def test_3a_mail_reaches_the_relay_of_an_edge_alone(self):
        self.serve_mail()
        for home, own in (("home-a", A), ("home-b", B)):
            deadline = time.monotonic() + 30
            while not (heard := self.speak(home, RELAY, 25, own)):
                self.assertLess(time.monotonic(), deadline, f"{home} does not reach the relay")
                self.tend(home, 1)
            self.assertIn(heard, (f"edge-1 {own}", f"edge-2 {own}"))
            self.assertEqual("", self.speak(home, RELAY, 26, own))
            self.assertEqual("", self.speak(home, RELAY, 587, own))
            for edge in ("fd50:f0e:1:1::", "fd50:f0e:1:2::"):
                self.assertEqual("", self.speak(home, edge, 25, own))
        # Another's address, also one of its own home's, gets nowhere.
        space = f"{self.boxes['home-a'].run_dir}/netns/p-acme-0"
        for foreign in ("fd50:f0e:1:a::7", B):
            run("nsenter", f"--net={space}", "ip", "addr", "add", f"{foreign}/128", "dev",
                "eth0", "nodad")
            self.assertEqual("", self.speak("home-a", RELAY, 25, foreign))
            run("nsenter", f"--net={space}", "ip", "addr", "del", f"{foreign}/128", "dev",
                "eth0")

    def test_3b_a_release_that_does_not_list_the_relay_reaches_nothing(self):
        """Its neighbour in the same home does, and so does it while its release lists it."""
        self.serve_mail()
        deadline = time.monotonic() + 30
        while not self.speak("home-b", RELAY, 25, B):
            self.assertLess(time.monotonic(), deadline, "home-b does not reach the relay")
            self.tend("home-b", 1)
        for egress, heard in (([], False), (None, False), (["mail-relay"], True), ([], False)):
            self.assertEqual(heard, self.mail_of_silent(egress), egress)

    def mail_of_silent(self, egress):
        """Whether it hears the relay, even with a route that nobody gave it."""
        wish = {key: value for key, value in self.release.items() if key != "egress"}
        if egress is not None:
            wish["egress"] = egress
        box = self.boxes["home-b"]
        box.must("prepare", partition="silent-0", address=SILENT, members=[SILENT],
                 proxies=["fd50:f0e:1:1::"], mail_relay=RELAY, release=wish)
        box.must("start", partition="silent-0")  # later ones find it running
        with open(f"{box.data_dir}/partitions/silent-0/config/replica.json") as file:
            told = json.load(file).get("mail_relay")
        heard = [self.speak("home-b", RELAY, 25, SILENT, "silent-0")]
        space = f"--net={box.run_dir}/netns/p-silent-0"
        routed = run("nsenter", space, "ip", "-6", "route", "show", RELAY).stdout.strip()
        if not routed:
            run("nsenter", space, "ip", "-6", "route", "add", f"{RELAY}/128", "via", "fe80::1",
                "dev", "eth0", "src", SILENT)
            heard.append(self.speak("home-b", RELAY, 25, SILENT, "silent-0"))
            run("nsenter", space, "ip", "-6", "route", "del", f"{RELAY}/128")
        self.assertEqual(bool(routed), told == {"address": RELAY, "port": 25})
        self.assertEqual("", self.speak("home-b", "fd50:f0e:1:1::", 25, SILENT, "silent-0"))
        return any(heard)

    def test_4_tunnels_survive_the_agent(self):
        before = self.tunnel_pids("home-a")
        self.boxes["home-a"].kill()
        self.assertEqual("hello\n", self.edge_reach("edge-1", A, 8000))
        self.start("home-a")
        self.apply("home-a")
        self.boxes["home-a"].must(
            "prepare",
            partition="acme-0",
            address=A,
            members=[A, B],
            proxies=["fd50:f0e:1:1::"],
            mail_relay=RELAY,
            release=self.release,
        )
        self.assertEqual(sorted(before), sorted(self.tunnel_pids("home-a")))
        self.tend_until_reached("home-a")

    def test_5_a_dead_tunnel_process_is_replaced(self):
        pids = self.tunnel_pids("home-a")
        if not pids:
            self.skipTest("the kernel has WireGuard")
        os.kill(pids[0], signal.SIGKILL)
        self.tend("home-a", 3, 1000)
        self.tend_until_reached("home-a")
        self.assertEqual(len(pids), len(self.tunnel_pids("home-a")))

    def test_6_traffic_goes_round_a_dead_edge(self):
        self.tend("home-a", 3)
        self.tend("home-b", 3)
        used = self.route("home-a")
        # Take away the edge home-a uses: its line is cut, nothing is announced.
        for edge in ("edge-1", "edge-2"):
            if self.tunnel_to("home-a", edge) == used:
                dead = edge
        self.cut(dead)
        begun = time.monotonic()
        threads = [
            threading.Thread(target=self.tend, args=(node, 15, 1000))
            for node in ("home-a", "home-b")
        ]
        for thread in threads:
            thread.start()
        while self.route("home-a") == used and time.monotonic() - begun < 15:
            time.sleep(0.05)
        switched = time.monotonic() - begun
        for thread in threads:
            thread.join()
        print(f"switched {switched:.1f} s after the edge was cut", file=sys.stderr)
        self.assertNotEqual(used, self.route("home-a"))
        # The edge may come back without its memory: home-a has begun anew with it.
        self.assertEqual(0, self.received("home-a", used))
        self.tend_until_reached("home-a", "home-b")

    def cut(self, node):
        line = f"v{NODES[node][1]}"
        drop = f"iifname {line} drop; oifname {line} drop;"
        rules = f"table bridge cut {{ chain f {{ type filter hook forward priority 0; {drop} }}\n}}"
        run("nsenter", f"--net={self.wan}", "nft", "-f", "-", input=rules)

    def received(self, node, tunnel):
        """Bytes from the tunnel's only peer since it was made known."""
        box = f"{self.boxes[node].run_dir}/netns/box"
        shown = run("nsenter", f"--net={box}", "wg", "show", tunnel, "transfer").stdout
        return int(shown.split()[1])

    def route(self, node):
        shown = run(
            "nsenter",
            f"--net={self.boxes[node].run_dir}/netns/box",
            "ip",
            "-6",
            "route",
            "show",
            CLUSTER,
        ).stdout
        return shown.split("dev ")[1].split()[0]

    def tunnel_to(self, node, edge):
        shown = run(
            "nsenter",
            f"--net={self.boxes[node].run_dir}/netns/box",
            "ip",
            "-6",
            "route",
            "show",
            f"{NODES[edge][0]}::/64",
        ).stdout
        return shown.split("dev ")[1].split()[0]


if __name__ == "__main__":
    runtime_lab.skip_unless_able()
    unittest.main(argv=sys.argv[:1], verbosity=2, warnings="ignore")
