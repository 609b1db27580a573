#!/usr/bin/python3
"""Each home is behind its own line and NAT, and a source address tells the ISP."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from support.lab_case import LabCase, SILENCE_S, main  # noqa: E402

MASTER, EDGE_PARIS = "198.18.0.2", "198.18.2.3"
PUBLIC = {"lyon": "198.18.1.2", "lille": "198.18.1.3", "nantes": "198.18.2.2",
          "namur": "198.18.3.2", "gand": "198.18.3.2"}


class Addresses(LabCase):
    def test_a_home_is_seen_from_its_isps_prefix(self):
        for home, address in PUBLIC.items():
            with self.subTest(home):
                self.assertEqual(self.lab.ask(home, EDGE_PARIS, 443).split()[:2],
                                 ["edge-paris", address])
                self.assertEqual(self.lab.ask(home, MASTER, 7444).split()[:2], ["master", address])

    def test_homes_behind_one_carrier_nat_share_its_address(self):
        self.assertEqual(self.lab.place("namur")["public"], self.lab.place("gand")["public"])
        route = self.lab.exec("namur", "ip", "-4", "route", "get", MASTER).stdout
        self.assertIn("via 192.168.1.1", route)

    def test_all_homes_use_the_same_addresses_inside(self):
        for home in ("lyon", "lille", "namur"):
            self.assertIn("192.168.1.10/24", self.lab.exec(home, "ip", "-4", "addr").stdout)

    def test_two_boxes_of_a_home_reach_each_other(self):
        self.assertEqual(self.lab.ask("nantes", "192.168.1.11", 7000).split()[:2],
                         ["nantes-2", "192.168.1.10"])
        self.assertEqual(self.lab.ask("nantes", "192.168.1.10", 7000, box=2).split()[:2],
                         ["nantes-1", "192.168.1.11"])

    def test_nobody_gets_in_from_outside(self):
        for address in sorted(set(PUBLIC.values())):
            with self.subTest(address):
                asked = self.lab.exec("client", "/usr/bin/python3", "-c", CONNECT, address, "7000",
                                      str(SILENCE_S), check=False)
                self.assertEqual(asked.stdout, "silence\n", asked.stderr)

    def test_unknown_addresses_are_silent_not_refused(self):
        for address in ("198.18.1.99", "203.0.113.1", "192.168.1.10"):
            asked = self.lab.exec("client", "/usr/bin/python3", "-c", CONNECT, address, "7000",
                                  str(SILENCE_S), check=False)
            self.assertEqual(asked.stdout, "silence\n", asked.stderr)

    def test_only_the_symmetric_nat_changes_ports(self):
        """One local port towards two destinations: the same outside port, or two different ones."""
        for home, kept in (("lyon", True), ("lille", False)):
            ports = set()
            for address, port in ((MASTER, 7444), (EDGE_PARIS, 443)):
                answer = self.lab.exec(home, "/usr/bin/python3", "-c", FROM_PORT, address,
                                       str(port)).stdout
                ports.add(answer.split()[2])
            self.assertEqual(ports == {"40404"}, kept, f"{home}: {ports}")


CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3]))
    print("answered")
except TimeoutError:
    print("silence")
"""
FROM_PORT = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("0.0.0.0", 40404))
    s.settimeout(1)
    for _ in range(20):
        s.sendto(b"?", (sys.argv[1], int(sys.argv[2])))
        try:
            print(s.recv(200).decode())
            break
        except TimeoutError:
            continue
"""


if __name__ == "__main__":
    main()
