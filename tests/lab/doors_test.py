#!/usr/bin/python3
"""Ports of the machine that lead into the world: the first edge, else the second."""

import json
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from support.lab_case import (Lab, LabCase, SPECS, ask_machine, eventually,  # noqa: E402
                              main)


class Doors(LabCase):
    def tearDown(self):
        for cut in self.lab.status()["cuts"]:
            self.lab.run("heal", cut["scope"], cut["name"])

    def who(self, name="web"):
        return ask_machine(self.lab.port(name)).split()[:2]

    def test_the_master_is_published(self):
        self.assertEqual(self.who("api"), ["master", "198.18.254.2"])

    def test_a_cut_edge_is_replaced_by_the_other_and_back(self):
        self.lab.run("cut", "edge", "edge-paris")
        self.assertEqual(self.who()[0], "edge-liege")
        self.lab.run("heal", "edge", "edge-paris")
        self.lab.run("cut", "edge", "edge-liege")
        self.assertEqual(self.who()[0], "edge-paris")

    def test_an_edge_without_power_is_replaced(self):
        self.lab.run("kill", "edge-paris")
        self.addCleanup(self.lab.run, "boot", "edge-paris")
        self.assertEqual(self.who()[0], "edge-liege")

    def test_with_both_edges_cut_a_connection_ends_and_comes_back_later(self):
        self.lab.run("cut", "edge", "edge-paris")
        self.lab.run("cut", "edge", "edge-liege")
        self.assertEqual(self.who(), [])
        self.lab.run("heal", "edge", "edge-liege")
        eventually("the other edge answers", lambda: self.who()[:1] == ["edge-liege"])

    def test_the_forwarder_comes_back_when_it_is_killed(self):
        self.lab.run("kill", "client")
        self.assertEqual(ask_machine(self.lab.port("web"), 0.5), "")
        self.lab.run("boot", "client")
        eventually("it answers", lambda: self.who() != [])

    def test_only_the_loopback_listens(self):
        port = self.lab.port("web")
        listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
                     if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"]
        self.assertEqual(listening, [f"0100007F:{port:04X}"])


class TakenPort(LabCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.down)

    def test_a_taken_port_is_said_before_anything_is_raised(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = self.lab.up(SPECS / "standin.json", "--publish", f"web={port}", check=False)
        self.assertEqual(done.returncode, 5)
        self.assertIn(f"port {port} (web) is taken", done.stderr)
        self.assertIn(f"ss -ltnp sport = :{port}", done.stderr)
        self.assertFalse((self.lab.state / "keeper.pid").exists())

    def test_the_command_line_chooses_the_port(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.lab.up(SPECS / "standin.json", "--publish", f"web={port}")
        self.assertEqual(self.lab.port("web"), port)
        self.assertEqual(json.loads(self.lab.run("status", "--json").stdout)["publish"][0]["name"],
                         "web")
        self.assertIn(ask_machine(port).split()[0], ("edge-paris", "edge-liege"))


if __name__ == "__main__":
    main()
