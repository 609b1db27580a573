#!/usr/bin/python3
"""What is on a home's line while its box serves, and while one of its tenants means harm: the
overlay and the master, nothing for anybody else, and nothing that can be read."""
import contextlib
import json
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from cloud_of_homes import PROGRAMS, skip  # noqa: E402
from echo_cloud import ROOT, EchoCloud, cloud_of_homes  # noqa: E402

SPEC = {
    "isps": [{"name": name, "country": country} for name, country in
             (("orange", "FR"), ("bouygues", "FR"), ("proximus", "BE"), ("free", "FR"))],
    "homes": [{"name": "lyon", "isp": "orange", "class": "house"},
              {"name": "nantes", "isp": "bouygues", "class": "house"},
              {"name": "namur", "isp": "proximus", "class": "house", "nat": "cgnat"}],
    "edges": [{"name": "edge-paris", "isp": "free", "class": "house"}],
    "publish": [{"name": "web", "port": 0, "to": "edges", "inside": 443},
                {"name": "api", "port": 0, "to": "master", "inside": 7444}],
    "master": {"agents": {"hold_ms": 3000}},  # so that each box speaks to it while we look
}
MASTER, AGENTS_PORT, OVERLAY_PORT = "198.18.0.2", 7443, 51820
GATEWAY = "192.168.1.1"
CANARY, CONTROL, CONTROL_PORT = "canary-of-the-customer-5150", "control-on-the-line-2317", 9
VISITS = 20
STEP_S = 120.0
# What a kernel says to the link itself, whoever lives on the machine: neighbours and groups.
LINK_KINDS = {"133", "134", "135", "136", "143"}
ATTACKS = [
    f"tcp {GATEWAY} 80", f"udp {GATEWAY} 53", "tcp 192.168.1.20 445", "tcp 192.168.1.10 22",
    "tcp 192.168.1.10 7450", f"tcp {MASTER} {AGENTS_PORT}", "tcp 198.18.4.2 443",
    "udp 198.18.4.2 51820", "udp 224.0.0.251 5353", "udp 239.255.255.250 1900",
    "udp 255.255.255.255 67", "udp ff02::fb 5353", "udp ff02::1 9", "tcp 169.254.169.254 80",
    "tcp fd00:ec2::254 80", "udp 1.1.1.1 53", "udp 2606:4700:4700::1111 53", "tcp 198.51.100.1 25",
    "tcp 198.51.100.1 443", "tcp fe80::1 22", "tcp fe80::1 7450",
]  # fmt: skip


class Capture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cloud_of_homes.new_folder()
        spec = folder / "capture.json"
        spec.write_text(json.dumps(SPEC))
        cls.cloud = EchoCloud(spec)
        cls.addClassCleanup(cls.cloud.down)
        cls.cloud.up()
        release = Path(tempfile.mkdtemp(dir=folder)) / "release"
        subprocess.run([ROOT / "tests/image/minimal/build-image", "--out", release, "--name",
                        "hostile", PROGRAMS / "foyer-hostile", PROGRAMS / "foyer-probe"],
                       check=True)
        cls.cloud.release(release)
        cls.cloud.order_echo("first")
        cls.cloud.must("order", "hostile@1-1", "--name", "evil", "--replicas", "3", "--param",
                       "greeting=I am evil", "--no-reveal", "--no-wait")
        for name in ("first", "evil"):
            wait_for(f"{name} serves", lambda one=name: cls.cloud.instance(one)["state"] ==
                     "running" and cls.cloud.serves(one))

    def test_the_line_carries_the_overlay_and_the_master_alone(self):
        homes = [home["name"] for home in SPEC["homes"]]
        with contextlib.ExitStack() as stack:
            lines = {home: stack.enter_context(self.capture(home)) for home in homes}
            for home in homes:  # whoever looks must see it, or nothing that follows shows anything
                self.cloud.shell(home, "python3 -c \"import socket; socket.socket(socket.AF_INET, "
                                 f"socket.SOCK_DGRAM).sendto(b'{CONTROL}', "
                                 f"('{GATEWAY}', {CONTROL_PORT}))\"")
            self.write_canary()
            for _ in range(VISITS):
                self.assertIn(CANARY, self.cloud.page("first"))
            self.attack()
            seen = {home: self.end(line) for home, line in lines.items()}
        public = {place["name"]: place["public"] for place in self.cloud.status()["places"]}
        for home in homes:
            with self.subTest(home):
                self.judge(home, seen[home], public)

    def attack(self):
        copy = self.cloud.instance("evil")["replicas"][0]
        home, partition = copy["site"], f"evil-{copy['index']}"
        plan = "\\n".join(["nonce w", *ATTACKS])
        told = self.cloud.in_container(home, partition, f"printf '{plan}\\n' | foyer-probe")
        self.assertEqual(len(ATTACKS), len(told.splitlines()), told)
        self.assertEqual([], [line for line in told.splitlines() if " blocked " not in line])
        told = self.cloud.in_container(home, partition, "foyer-hostile walls")
        rows = [json.loads(line) for line in told.splitlines()]
        self.assertEqual([], [row for row in rows if row["outcome"] != "refused"])
        print(f"{len(ATTACKS)} places blocked and {len(rows)} attacks refused at {home}")

    def write_canary(self):
        with self.cloud.line("first") as connection:
            connection.request("POST", "/cgi-bin/append", CANARY + "\n")
            self.assertEqual(200, connection.getresponse().status)

    @contextlib.contextmanager
    def capture(self, home):
        words = [cloud_of_homes.tryout.LAB, "exec", "--state", self.cloud.lab_state, home, "--",
                 "python3", "-B", HERE / "line_capture.py", "eth0", CANARY, CONTROL]
        with subprocess.Popen([str(word) for word in words], text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as line:
            self.assertEqual("ready\n", line.stdout.readline())
            yield line

    @staticmethod
    def end(line):
        line.stdin.close()
        return json.loads(line.stdout.read())

    def judge(self, home, seen, public):
        others = {address for name, address in public.items() if name != home}
        edges = {public[edge["name"]] for edge in SPEC["edges"]}
        wrong = []
        print(f"-- {home}")
        for protocol, remote, port, kind, packets, size in sorted(seen["rows"]):
            what = purpose(protocol, remote, port, kind, edges, others)
            print(f"{protocol:7} {remote:24} {port or '':>6} {packets:6} packets {size:9} bytes  "
                  f"{what or 'WRONG'}")
            if not what:
                wrong.append((protocol, remote, port, kind))
        self.assertEqual([], wrong)
        self.assertEqual(0, seen["dropped"], "not all packets were looked at")
        self.assertGreater(seen["found"].get(CONTROL, 0), 0, "what is readable was not seen")
        self.assertEqual(0, seen["found"].get(CANARY, 0), "the customer's data can be read")
        named = {purpose(*row[:4], edges, others) for row in seen["rows"]}
        self.assertLessEqual({"overlay, edge", "master"}, named)


def purpose(protocol, remote, port, kind, edges, others):
    """What an endpoint is there for; empty when nothing is known of it."""
    if (protocol, remote, port) == ("tcp", MASTER, AGENTS_PORT):
        return "master"
    if (protocol, remote, port, kind) == ("udp", remote, OVERLAY_PORT, "wireguard"):
        if remote in edges:
            return "overlay, edge"
    if protocol == "udp" and remote in others and kind == "wireguard":
        return "overlay, another home"
    if (protocol, remote, port) == ("udp", GATEWAY, CONTROL_PORT):
        return "the test's own"
    if protocol == "arp" and remote.startswith("192.168.1."):
        return "the link itself"
    if protocol == "icmp" and remote == GATEWAY and kind == "3":
        return "the test's own, refused"
    if protocol == "icmpv6" and kind in LINK_KINDS:
        return "the link itself"
    return ""


def wait_for(what, condition, seconds=STEP_S):
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            if condition():
                return
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.3)


if __name__ == "__main__":
    if not (PROGRAMS / "foyer-hostile").exists():
        skip("foyer-hostile is not built")
    unittest.main(verbosity=2)
