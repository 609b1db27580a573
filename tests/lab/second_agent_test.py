#!/usr/bin/python3
"""A second agent is started by hand in the folder of one that runs: it is refused with the reason,
and neither the first one nor the copy it cares for notices."""

import os
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
sys.dont_write_bytecode = True

import cloud_of_homes  # noqa: E402
from echo_cloud import EchoCloud  # noqa: E402

SPEC = HERE / "specs/small.json"
WAIT_S = 150.0
TRIES = 3


class SecondAgent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = EchoCloud(SPEC)
        cls.addClassCleanup(cls.cloud.down)
        cls.cloud.up()
        cls.cloud.order_echo("first")
        deadline = time.monotonic() + WAIT_S
        while not cls.cloud.serves("first"):
            assert time.monotonic() < deadline, cls.cloud.ask("instance", "show", "first")
            time.sleep(0.5)
        copy = next(copy for copy in cls.cloud.instance()["replicas"]
                    if cls.runs_at(copy["site"]))
        cls.home, cls.partition = copy["site"], f"first-{copy.get('index', 0)}"

    @classmethod
    def runs_at(cls, home):
        return any(one["phase"] == "running"
                   for one in cls.cloud.box_status(home).get("partitions", []))

    def test_it_is_refused_and_the_copy_keeps_its_process(self):
        agent = self.cloud.service(self.home)
        process = self.cloud.container(self.home, self.partition)
        for _ in range(TRIES):
            second = self.cloud.run(self.home, *self.cloud.node_program(self.home, "run"),
                                    "--config", self.cloud.folder(self.home).with_suffix(".toml"),
                                    check=False)
            self.assertEqual(1, second.returncode, second.stderr)
            self.assertIn(f"another agent runs in '{self.cloud.folder(self.home)}'", second.stderr)
            self.assertIn("foyer-node status", second.stderr)
        self.assertEqual(agent, self.cloud.service(self.home))
        self.assertEqual(process, self.cloud.container(self.home, self.partition))
        self.assertTrue(self.cloud.serves("first"))
        self.assertTrue(self.runs_at(self.home))


if __name__ == "__main__":
    os.environ.setdefault("FOYER_BIN", str(cloud_of_homes.PROGRAMS))
    sys.exit(unittest.main(verbosity=2))
