#!/usr/bin/python3
"""The zone at each edge: names that resolve by the edges alone, and the loss of one of them, with
the master there and with the master off. A client that knows both edges goes on; whoever asks anew
is not sent to the dead one any more, and is again when it is back.
"""
import json
import subprocess
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[0] / "support"))
import dns_client as dns  # noqa: E402
from echo_cloud import ROOT, STEP_S, EchoCloud, cloud_of_homes  # noqa: E402

SPEC = ROOT / "tests/lab/specs/zone.json"
ZONE = "cloud.example.org"
NAME = f"first.{ZONE}"
DEAD, ALIVE = "edge-paris", "edge-aix"
VISITOR = HERE / "zone_visitor.py"
PYTHON = "/usr/bin/python3"
# As common/docs/zone.md promises: three questions, each 2 s after the other and at most 2 s long.
LEFT_OUT_S = 12.0
VISIT_S = 10.0  # the longest a visit may take while an edge dies: dials, and a tunnel that moves


class Zone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = EchoCloud(SPEC)
        cls.addClassCleanup(cls.cloud.down)
        cls.cloud.up()
        places = {place["name"]: place for place in cls.cloud.status()["places"]}
        cls.address = {name: places[name]["public"] for name in (DEAD, ALIVE)}
        cls.both = sorted(cls.address.values())
        cls.cloud.order_echo("first")
        wait_for("the instance serves at both edges, by its name",
                 lambda: all(cls.texts(NAME, dns.A, edge) == cls.both and cls.served_at(edge)
                             for edge in (DEAD, ALIVE)))

    # -- from the client's room -------------------------------------------------------------------

    @classmethod
    def at_client(cls, *argv):
        with cls.client(*argv) as done:
            out = done.communicate(timeout=60)[0]
        return out if done.returncode == 0 else ""

    @classmethod
    def client(cls, *argv):
        words = [cloud_of_homes.tryout.LAB, "exec-at", "--state", cls.cloud.lab_state, "client",
                 "--", PYTHON, *map(str, argv)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    @classmethod
    def ask(cls, name, kind, edge):
        answer = cls.at_client(VISITOR, "--ask", name, kind, cls.address[edge])
        return json.loads(answer) if answer else None

    @classmethod
    def texts(cls, name, kind, edge):
        answer = cls.ask(name, kind, edge)
        return answer["texts"] if answer else None

    @classmethod
    def served_at(cls, edge):
        script = ("import ssl, sys, http.client, socket; tls = ssl.create_default_context("
                  "cafile=sys.argv[1]); line = tls.wrap_socket(socket.create_connection(("
                  "sys.argv[2], 443), 5), server_hostname=sys.argv[3]); "
                  "c = http.client.HTTPConnection(sys.argv[3]); c.sock = line; "
                  "c.request('GET', '/'); print(c.getresponse().status)")
        return cls.at_client("-c", script, cls.cloud.ca_file(), cls.address[edge],
                             NAME).strip() == "200"

    def visitor(self, seconds):
        """A client that knows both name servers, at work in the background."""
        return self.client(VISITOR, self.cloud.ca_file(), NAME, seconds, ",".join(self.both))

    # -- what must hold ---------------------------------------------------------------------------

    def test_1_each_edge_answers_for_the_zone(self):
        for edge in (DEAD, ALIVE):
            answer = self.ask(NAME, dns.A, edge)
            self.assertEqual((dns.OK, self.both, [30, 30]),
                             (answer["code"], answer["texts"], answer["ttl"]))
            servers = sorted(f"{name}-1.ns.{ZONE}" for name in (DEAD, ALIVE))
            self.assertEqual(servers, self.texts(ZONE, dns.NS, edge))
            self.assertEqual([self.address[edge]], self.texts(f"{edge}-1.ns.{ZONE}", dns.A, edge))
            self.assertEqual(dns.NXDOMAIN, self.ask(f"nobody.{ZONE}", dns.A, edge)["code"])
            self.assertEqual(dns.REFUSED, self.ask("example.org", dns.A, edge)["code"])
            zone = self.cloud.box_status(edge)["zone"]
            self.assertEqual((ZONE, ""), (zone["name"], zone["problem"]))
            # The lab's resolver is silent: that must not hold up the start.
            self.assertEqual([], self.cloud.log(edge, "zone_failed"))
            page = self.cloud.run(edge, *self.cloud.node_program(edge, "status")).stdout
            self.assertIn(f"zone     {ZONE}, serial ", page)

    def test_2_an_edge_dies_and_returns(self):
        self.lose_an_edge()

    def test_3_the_same_with_the_master_off(self):
        self.cloud.lab("kill", "master")
        self.addCleanup(self.cloud.lab, "boot", "master")
        self.lose_an_edge()

    def test_4_the_name_server_outlives_an_agent(self):
        def serial():
            return self.texts(ZONE, dns.SOA, ALIVE)

        before = serial()
        self.assertTrue(before)
        pid = self.cloud.shell(ALIVE, f"cat /run/foyer/{ALIVE}-1/zone/knot.pid")
        self.cloud.lab("restart", ALIVE)
        wait_for("the new agent tells its zone",
                 lambda: self.cloud.box_status(ALIVE).get("zone", {}).get("serial"))
        self.assertEqual(pid, self.cloud.shell(ALIVE, f"cat /run/foyer/{ALIVE}-1/zone/knot.pid"))
        self.assertEqual(before, serial())

    def test_5_a_proxy_that_hangs_is_a_dead_edge(self):
        pid = self.cloud.shell(DEAD, f"cut -d' ' -f2 /run/foyer/{DEAD}-1/edge/haproxy.pid")
        self.cloud.shell(DEAD, f"kill -STOP {pid}")
        self.addCleanup(self.cloud.shell, DEAD, f"kill -CONT {pid} || true")
        for edge in (DEAD, ALIVE):
            wait_for(f"{edge} leaves out the edge whose proxy hangs",
                     lambda one=edge: self.texts(NAME, dns.A, one) == [self.address[ALIVE]])
        self.cloud.shell(DEAD, f"kill -CONT {pid}")
        self.wait_both()

    def wait_both(self):
        wait_for("both edges name both", lambda: all(self.texts(NAME, dns.A, edge) == self.both
                                                     for edge in (DEAD, ALIVE)))

    def lose_an_edge(self):
        with self.visitor(70) as visitor:
            visitor.stdout.readline()
            time.sleep(3)
            self.cloud.lab("kill", DEAD)
            killed = time.clock_gettime(time.CLOCK_BOOTTIME)
            wait_for("the dead edge is left out",
                     lambda: self.texts(NAME, dns.A, ALIVE) == [self.address[ALIVE]], 0.2)
            left_out_s = time.clock_gettime(time.CLOCK_BOOTTIME) - killed
            self.assertEqual(2, len(self.texts(ZONE, dns.NS, ALIVE)), "it stays a name server")
            time.sleep(max(0.0, 32 - left_out_s))  # every answer that named it has run out
            self.cloud.lab("boot", DEAD)
            booted = time.clock_gettime(time.CLOCK_BOOTTIME)
            self.wait_both()
            back_s = time.clock_gettime(time.CLOCK_BOOTTIME) - booted
            rows = [json.loads(line) for line in visitor.stdout]
        failed = [row for row in rows if not row["ok"]]
        longest = max(row["took"] for row in rows)
        sent = [row for row in rows if row["ok"] and row["at"] > killed + LEFT_OUT_S + 30 and
                row["at"] < booted]
        print(f"left out after {left_out_s:.1f} s, named again {back_s:.1f} s after its power was "
              f"back; {len(rows)} visits, {len(failed)} failed, longest {longest:.1f} s",
              file=sys.stderr)
        self.assertEqual([], failed)
        self.assertLess(longest, VISIT_S)
        self.assertLess(left_out_s, LEFT_OUT_S + 3, "3 s: what a question of the test may take")
        for row in sent:
            self.assertEqual([self.address[ALIVE]], row["dialled"])


def wait_for(what, holds, pause_s=0.5):
    deadline = time.monotonic() + STEP_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"never happened: {what}")
        time.sleep(pause_s)


if __name__ == "__main__":
    unittest.main(verbosity=2)
