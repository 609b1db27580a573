#!/usr/bin/env python3
"""The zone as an edge's name server answers it: records, refusals, reloads, restarts, adoption."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

import runtime_lab
from runtime_lab import Driver, Place, inside, is_alive, pid_of

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import dns_client as dns  # noqa: E402

PORT = 5353
ZONE = "cloud.example.org"
NAME = f"acme.{ZONE}"
LILLE, PARIS = "198.18.1.11", "2001:db8::1"
RATE = 100  # answers a second to one network


def wish(names=(NAME,), lille=True, paris=True):
    return {
        "zone": ZONE,
        "edges": {
            "lille-1": {"address": LILLE, "lives": lille},
            "paris-1": {"address": PARIS, "lives": paris},
        },
        "names": list(names),
    }


class Zone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.space = cls.place.netns("edge")
        cls.box = cls.driver()
        cls.box.must("zone_apply", **wish())

    @classmethod
    def driver(cls):
        parent = f"/{os.path.basename(cls.place.path)}"
        return Driver(
            cls.place, "edge", cls.space, listen="::", dns_port=PORT, cgroup_parent=parent
        )

    @classmethod
    def tearDownClass(cls):
        cls.box.must("zone_stop")
        cls.box.close()
        cls.place.remove()

    @classmethod
    def knot_pid(cls):
        return pid_of(cls.box.run_dir + "/zone/knot.pid")

    def ask(self, name, kind, server="127.0.0.1", tcp=False):
        def call():
            answer = dns.ask(server, PORT, name, kind, tcp)
            return {key: value for key, value in vars(answer).items()}

        found = inside(self.space, call)
        self.assertNotIn("failure", found)
        return found

    def texts(self, *question, **how):
        return sorted(text for _, _, _, text in map(tuple, self.ask(*question, **how)["records"]))

    def serial(self):
        return self.texts(ZONE, dns.SOA)[0][2]

    def test_1_names_point_to_the_edges_that_live(self):
        for server in ("127.0.0.1", "::1"):
            for tcp in (False, True):
                answer = self.ask(NAME, dns.A, server, tcp)
                self.assertEqual([[NAME, dns.A, 30, LILLE]], answer["records"])
                self.assertTrue(answer["authoritative"])
                self.assertFalse(answer["recursion"])
        self.assertEqual([[NAME, dns.AAAA, 30, PARIS]], self.ask(NAME, dns.AAAA)["records"])
        self.assertEqual([LILLE], self.texts(NAME.upper(), dns.A))

    def test_2_the_zone_names_its_servers(self):
        servers = [f"lille-1.ns.{ZONE}", f"paris-1.ns.{ZONE}"]
        self.assertEqual(servers, self.texts(ZONE, dns.NS))
        self.assertEqual([LILLE], self.texts(servers[0], dns.A))
        self.assertEqual([PARIS], self.texts(servers[1], dns.AAAA))
        primary, person, serial, *times = self.texts(ZONE, dns.SOA)[0]
        self.assertEqual((servers[0], f"hostmaster.{ZONE}"), (primary, person))
        self.assertEqual(10, times[-1])
        self.assertLess(abs(serial - time.time()), 600)
        self.assertEqual(serial, self.box.must("zone_serial")["ok"])

    def test_3_what_is_not_there_is_denied_and_nothing_else_is_answered(self):
        nobody = self.ask(f"nobody.{ZONE}", dns.A)
        self.assertEqual((dns.NXDOMAIN, True), (nobody["code"], nobody["authoritative"]))
        self.assertEqual([dns.SOA], [kind for _, kind, _, _ in nobody["others"]])
        self.assertEqual(dns.REFUSED, self.ask("example.org", dns.A)["code"])
        self.assertEqual(dns.REFUSED, self.ask("id.server", dns.A)["code"])
        for kind in (dns.AXFR, dns.IXFR):
            answer = self.ask(ZONE, kind, tcp=True)
            self.assertIn(answer["code"], (dns.REFUSED, dns.NOTAUTH))
            self.assertEqual([], answer["records"])

    def test_4_noise_is_survived(self):
        pid = self.knot_pid()

        def call():
            question = dns.question(NAME, dns.A)
            told = 0
            for length in range(len(question)):
                for tcp in (False, True):
                    try:
                        dns.send("127.0.0.1", PORT, question[:length], tcp, timeout=0.02)
                        told += 1
                    except (OSError, ValueError, dns.struct.error):
                        pass
            return {"told": told}

        self.assertNotIn("failure", inside(self.space, call))
        self.assertEqual(pid, self.knot_pid())
        self.assertEqual([LILLE], self.texts(NAME, dns.A))

    def test_5_changes_lose_no_question_and_the_serial_grows(self):
        pid, ended, seen = self.knot_pid(), f"{self.place.path}/changed", {}

        def call():
            found = {"asked": 0, "lost": 0, "serials": []}
            while not os.path.exists(ended):
                found["asked"] += 1
                try:
                    answer = dns.ask("127.0.0.1", PORT, ZONE, dns.SOA, timeout=1)
                    found["serials"].append(answer.records[0][3][2])
                except OSError:
                    found["lost"] += 1
                time.sleep(0.02)
            return found

        client = threading.Thread(target=lambda: seen.update(inside(self.space, call)))
        client.start()
        for number in range(20):
            names = [NAME, f"n{number}.{ZONE}"]
            self.box.must("zone_apply", **wish(names))
            self.assertEqual([LILLE], self.texts(f"n{number}.{ZONE}", dns.A))
            time.sleep(0.05)  # on a fast machine all is changed before much was asked
        open(ended, "w").close()
        client.join()
        self.assertNotIn("failure", seen)
        self.assertEqual(0, seen["lost"], seen["asked"])
        self.assertGreater(seen["asked"], 20)
        self.assertEqual(sorted(seen["serials"]), seen["serials"])
        self.assertEqual(pid, self.knot_pid())
        before = self.serial()
        self.box.must("zone_apply", **wish(names))
        self.assertEqual(before, self.serial(), "nothing changed")

    def test_6_a_dead_edge_is_left_out_and_put_back(self):
        self.box.must("zone_apply", **wish(paris=False))
        self.assertEqual([], self.texts(NAME, dns.AAAA))
        self.assertEqual([LILLE], self.texts(NAME, dns.A))
        self.assertIn(f"paris-1.ns.{ZONE}", self.texts(ZONE, dns.NS))
        self.box.must("zone_apply", **wish())
        self.assertEqual([PARIS], self.texts(NAME, dns.AAAA))
        self.assertIn("no edge", self.box.ask("zone_apply", **wish(lille=False, paris=False))[
            "error"]["message"])
        self.assertEqual([LILLE], self.texts(NAME, dns.A), "never an empty answer")

    def test_7_names_say_nothing_else_to_the_server(self):
        evil = ["x\nevil A 6.6.6.6", "$INCLUDE /etc/passwd", "@", "*", 'a"b', "a.b", "a b", ""]
        names = [NAME, *(f"{label}.{ZONE}" for label in evil)]
        self.box.must("zone_apply", **wish(names))
        self.assertEqual([LILLE], self.texts(NAME, dns.A))
        for name in (f"evil.{ZONE}", f"nobody.{ZONE}"):
            self.assertEqual(dns.NXDOMAIN, self.ask(name, dns.A)["code"])
        bad = {**wish(), "zone": 'a"\nserver:'}
        self.assertIn("is not a DNS zone", self.box.ask("zone_apply", **bad)["error"]["message"])
        self.box.must("zone_apply", **wish())

    def test_8_it_is_never_root_and_its_files_are_private(self):
        with open(f"/proc/{self.knot_pid()}/status") as file:
            facts = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        self.assertNotIn("0", facts["Uid"].split() + facts["Gid"].split())
        self.assertEqual("", facts["Groups"].strip())
        bind_service = "0000000000000400"
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(bind_service, facts[kind])
        self.assertEqual("1", facts["NoNewPrivs"])
        folder = self.box.data_dir + "/zone"
        for name in [".", "knot.conf", "zone.txt"]:
            found = os.stat(f"{folder}/{name}")
            self.assertEqual(0, found.st_uid)
            self.assertEqual(0, found.st_mode & 0o027, name)
        self.assertEqual(0, os.stat(self.box.run_dir + "/zone/knot.pid").st_uid)

    def test_9a_it_outlives_the_agent_and_is_adopted(self):
        pid, before = self.knot_pid(), self.serial()
        self.box.kill()
        self.assertEqual([LILLE], self.texts(NAME, dns.A))
        type(self).box = self.driver()
        self.box.must("zone_apply", **wish())
        self.box.must("zone_check")
        self.assertEqual((pid, before), (self.knot_pid(), self.serial()))
        self.box.must("zone_apply", **wish([NAME, f"other.{ZONE}"]))
        self.assertEqual(pid, self.knot_pid())
        self.assertGreater(self.serial(), before)

    def test_9b_a_zone_that_was_written_and_never_told_is_told_by_the_check(self):
        file = self.box.data_dir + "/zone/zone.txt"
        with open(file) as text:
            later = re.sub(r"hostmaster \d+", f"hostmaster {self.serial() + 5}", text.read())
        with open(file, "w") as text:
            text.write(later)
        with open(self.box.data_dir + "/zone-serial", "w") as text:
            text.write(str(self.serial() + 5))
        self.box.kill()
        type(self).box = self.driver()
        before = self.serial()
        self.box.must("zone_apply", **wish([NAME, f"other.{ZONE}"]))
        self.box.must("zone_check")
        self.assertEqual(before + 5, self.serial())

    def test_9c_a_dead_server_is_started_again_with_its_serial(self):
        pid, before = self.knot_pid(), self.serial()
        os.kill(pid, signal.SIGKILL)
        # Its number belongs to another process of the same user now.
        user = os.stat(self.box.run_dir + "/zone/knot").st_uid
        stranger = subprocess.Popen(["setpriv", f"--reuid={user}", "--clear-groups", "sleep", "60"])
        self.addCleanup(stranger.wait)
        self.addCleanup(stranger.kill)
        with open(self.box.run_dir + "/zone/knot/knot.pid", "w") as file:
            file.write(str(stranger.pid))
        self.box.must_soon("zone_check")
        self.assertNotEqual(pid, self.knot_pid())
        self.assertEqual(before, self.serial())
        self.assertEqual([LILLE], self.texts(NAME, dns.A))

    def test_9d_the_serial_grows_although_the_clock_was_ahead(self):
        with open(self.box.data_dir + "/zone-serial") as text:
            ahead = int(text.read()) + 1_000_000
        self.box.kill()
        with open(self.box.data_dir + "/zone-serial", "w") as text:
            text.write(str(ahead))
        type(self).box = self.driver()
        self.box.must("zone_apply", **wish([NAME, f"third.{ZONE}"]))
        self.assertEqual(ahead + 1, self.serial())

    def test_9e_one_network_gets_so_many_answers_a_second(self):
        def call():
            question = dns.question(NAME, dns.A)
            family, kind = dns.socket.AF_INET, dns.socket.SOCK_DGRAM
            with dns.socket.socket(family, kind) as line:
                line.connect(("127.0.0.1", PORT))
                line.settimeout(0.3)
                whole = cut = 0
                begun = time.monotonic()
                for _ in range(3000):
                    line.send(question)
                sent_s = time.monotonic() - begun
                try:
                    while True:
                        answer = dns.Answer(line.recv(4096))
                        whole += not answer.cut
                        cut += answer.cut
                except OSError:
                    pass
            return {"whole": whole, "cut": cut, "sent_s": sent_s}

        found = inside(self.space, call)
        print(f"{found} of 3000 questions at once", file=sys.stderr)
        self.assertLess(found["whole"], RATE * (found["sent_s"] + 3))
        time.sleep(1.5)
        self.assertEqual([LILLE], self.texts(NAME, dns.A, tcp=True))

    def test_9f_a_port_that_is_taken_is_told(self):
        self.box.must("zone_stop")
        taker = inside_taker(self.space)
        try:
            answer = self.box.ask("zone_apply", **wish())
            self.assertIn("knot did not start", answer["error"]["message"])
        finally:
            taker.kill()
            taker.wait()

    def test_9g_a_box_that_is_an_edge_no_more_leaves_nothing_but_the_serial(self):
        time.sleep(1.1)  # the pause after a failed start
        self.box.must("zone_apply", **wish())
        pid, before = self.knot_pid(), self.serial()
        self.box.must("zone_stop")
        self.assertFalse(is_alive(pid))
        folders = [f"{self.box.data_dir}/zone", f"{self.box.run_dir}/zone"]
        self.assertEqual([], [folder for folder in folders if os.path.exists(folder)])
        self.box.must("zone_stop")
        self.assertIn("no zone yet", self.box.ask("zone_check")["error"]["message"])
        self.box.must("zone_apply", **wish())
        self.assertGreater(self.serial(), before)


def inside_taker(space):
    """A stranger on the port, of both kinds."""
    code = (
        "import socket, time\n"
        "taken = [socket.socket(socket.AF_INET6, kind) for kind in (1, 2)]\n"
        "[one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1) for one in taken]\n"
        f"[one.bind(('::', {PORT})) for one in taken]\n"
        "taken[0].listen()\n"
        "print('taken', flush=True)\n"
        "time.sleep(60)\n"
    )
    taker = subprocess.Popen(
        ["nsenter", f"--net={space}", sys.executable, "-c", code], stdout=subprocess.PIPE
    )
    taker.stdout.readline()
    taker.stdout.close()
    return taker


if __name__ == "__main__":
    runtime_lab.skip_unless_able()
    if not shutil.which("knotd"):
        print("skipped: missing knotd")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2, warnings="ignore")
