#!/usr/bin/python3
"""A cut is silent, immediate, exact, has a direction, and heals."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from support.lab_case import PATIENCE_S, SILENCE_S, LabCase, main  # noqa: E402

MASTER, PARIS, LIEGE = "198.18.0.2", "198.18.2.3", "198.18.3.3"


class Cuts(LabCase):
    def tearDown(self):
        for cut in self.lab.status()["cuts"]:
            self.lab.run("heal", cut["scope"], *filter(None, [cut["name"]]))

    def reached(self, silent=frozenset()):
        """Who reaches the master now; those who should not are not waited for long."""
        def hears(home):
            patience_s = SILENCE_S if home in silent else PATIENCE_S
            return self.lab.hears(home, MASTER, 7444, patience_s)

        homes = sorted(self.ALL)
        with ThreadPoolExecutor(len(homes)) as pool:  # they wait beside each other
            heard = list(pool.map(hears, homes))
        return {home for home, answer in zip(homes, heard) if answer}

    ALL = {"lyon", "lille", "nantes", "namur", "gand", "edge-paris", "edge-liege"}

    def check(self, scope, name, silent):
        self.lab.run("cut", scope, *filter(None, [name]))
        self.assertEqual(self.reached(silent), self.ALL - silent)
        self.lab.run("heal", scope, *filter(None, [name]))
        self.assertEqual(self.reached(), self.ALL)

    def test_a_line(self):
        self.check("line", "lyon", {"lyon"})

    def test_a_line_behind_a_carrier_nat(self):
        self.check("line", "namur", {"namur"})

    def test_an_isp(self):
        self.check("isp", "free", {"nantes", "edge-paris"})

    def test_an_isp_with_its_carrier_nat(self):
        self.check("isp", "proximus", {"namur", "gand", "edge-liege"})

    def test_a_country(self):
        self.check("country", "FR", {"lyon", "lille", "nantes", "edge-paris"})

    def test_an_edge(self):
        self.check("edge", "edge-liege", {"edge-liege"})

    def test_the_master(self):
        self.check("master", "", self.ALL)

    def test_a_cut_isp_is_cut_inside_too_but_an_island_is_not(self):
        self.lab.run("cut", "isp", "proximus")
        self.assertFalse(self.lab.hears("namur", LIEGE, 443))
        self.lab.run("heal", "isp", "proximus")
        self.lab.run("cut", "isp", "proximus", "--island")
        self.assertTrue(self.lab.hears("namur", LIEGE, 443, PATIENCE_S))
        self.assertFalse(self.lab.hears("namur", PARIS, 443))
        self.assertFalse(self.lab.hears("lyon", LIEGE, 443))

    def test_directions_are_separate(self):
        """UDP to the edge: its ear tells what went in, our ear tells what came back."""
        for direction, arrives in (("out", False), ("in", True)):
            self.lab.run("cut", "line", "lyon", "--direction", direction)
            self.assertEqual(self.lab.place("lyon")["cut"], direction)
            sent, back = self._udp_from_lyon(SILENCE_S)
            self.assertEqual((sent, back), (arrives, False), direction)
            self.lab.run("heal", "line", "lyon", "--direction", direction)
            self.assertEqual(self._udp_from_lyon(PATIENCE_S), (True, True))

    def _udp_from_lyon(self, patience_s):
        """(the packet reached the far end, an answer came back)"""
        count = "import pathlib,sys; print(pathlib.Path('/proc/net/snmp').read_text())"
        before = self._datagrams(count)
        said = self.lab.exec("lyon", "/usr/bin/python3", "-c", UDP, PARIS, "443",
                             patience_s).stdout
        return self._datagrams(count) > before, bool(said.strip())

    def _datagrams(self, count):
        text = self.lab.exec("edge-paris", "/usr/bin/python3", "-c", count).stdout
        udp = [line.split() for line in text.splitlines() if line.startswith("Udp:")]
        return int(udp[1][udp[0].index("InDatagrams")])

    def test_cuts_add_up(self):
        self.lab.run("cut", "line", "nantes")
        self.lab.run("cut", "isp", "free")
        self.lab.run("heal", "isp", "free")
        self.assertEqual(self.reached({"nantes"}), self.ALL - {"nantes"})

    def test_a_cut_answers_nothing_and_its_packets_do_not_come_late(self):
        self.lab.run("cut", "line", "lyon")
        ping = self.lab.exec("lyon", "ping", "-c", "3", "-i", "0.2", "-W", "1", MASTER, check=False)
        self.assertIn("100% packet loss", ping.stdout)
        self.assertNotIn("errors", ping.stdout)
        self.assertNotIn("nreachable", ping.stdout)
        self.lab.run("heal", "line", "lyon")
        ping = self.lab.exec("lyon", "ping", "-c", "3", "-i", "0.2", "-W", "5", MASTER)
        self.assertIn(" 0% packet loss", ping.stdout)
        self.assertNotIn("DUP", ping.stdout)

    def test_a_name_that_does_not_exist_is_said(self):
        for words in (("line", "paris"), ("isp", "sfr"), ("country", "IT"), ("edge", "lyon")):
            done = self.lab.run("cut", *words, check=False)
            self.assertEqual(done.returncode, 4)
            self.assertIn("known:", done.stderr)
        self.assertEqual(self.lab.status()["cuts"], [])


UDP = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(float(sys.argv[3]))
    s.sendto(b"?", (sys.argv[1], int(sys.argv[2])))
    try:
        print(s.recv(200).decode())
    except TimeoutError:
        pass
"""


if __name__ == "__main__":
    main()
