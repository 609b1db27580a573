#!/usr/bin/env python3
"""A container keeps every promise of common/docs/replica-contract.md, seen from inside."""

import json
import os
import sys
import time
import unittest

import runtime_lab
from runtime_lab import Driver, Place, busybox_entries, make_image, release, run

ADDRESS = "fd50:f0e:1:a::1"
SERVE = (
    "trap 'exit 7' TERM; trap 'echo reloaded >/foyer/volume/reloaded' HUP; echo up; "
    "while :; do sleep 1 & wait $!; done"
)
HOOKS = {
    "init": (
        "cat /proc/self/status; cat /proc/self/uid_map; id -u; env; cat /foyer/secrets/*; "
        "echo 'step: one' >&2; echo noise >&2; touch /foyer/volume/mine; "
        "touch /bin/x 2>/dev/null && echo ROOT WRITABLE; "
        "mount -t tmpfs none /tmp 2>/dev/null && echo MOUNTED; true",
        20,
    ),
    "join": ("exit 75", 20),
    "rejoin": ("sleep 100", 1),
    "promote": (
        "dd if=/dev/zero of=/dev/shm/big bs=1M count=15 && "
        "dd if=/dev/zero of=/tmp/big bs=1M count=15 && "
        "dd if=/dev/zero of=/run/big bs=1M count=15 && echo SURVIVED",
        20,
    ),
    "position": ("cat /proc/self/status; id -u; cat /foyer/config/replica.json", 10),
    "health": ("sleep 100 & sleep 100", 1),
    "export": ("i=0; while [ $i -lt 100 ]; do sleep 5 & i=$((i+1)); done; echo ALL STARTED", 20),
}


class Container(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.blobs = cls.place.folder("blobs")
        cls.image = make_image(cls.blobs, [busybox_entries()])
        cls.release = release(cls.image, SERVE, HOOKS)
        cls.space = cls.place.netns("home")
        cls.box = cls.driver()
        cls.box.must("ensure", image=cls.image)

    @classmethod
    def driver(cls):
        return Driver(
            cls.place,
            "home",
            cls.space,
            blobs=cls.blobs,
            cgroup_parent=cls.place.cgroup_parent(),
        )

    @classmethod
    def tearDownClass(cls):
        for partition in cls.box.ask("list").get("ok", []):
            cls.box.ask("erase", partition=partition)
        cls.box.close()
        cls.place.remove()

    def setUp(self):
        self.prepare()

    def prepare(self, **more):
        wish = {
            "partition": "acme-0",
            "address": ADDRESS,
            "members": [ADDRESS, "fd50:f0e:1:b::1"],
            "proxies": ["fd50:f0e:1:1::"],
            "secrets": {"admin_password": "s3cret"},
            "release": self.release,
            **more,
        }
        self.box.must("prepare", **wish)

    def tearDown(self):
        self.box.must("erase", partition="acme-0")
        self.assertEqual([], self.box.must("list")["ok"])
        left = [
            name
            for folder in (
                self.box.run_dir + "/secrets",
                self.box.run_dir + "/partitions",
                self.box.data_dir + "/partitions",
                self.box.run_dir + "/crun",
            )
            for name in os.listdir(folder)
        ]
        self.assertEqual([], left)
        self.assertEqual(
            [], [name for name in os.listdir(self.box.run_dir + "/netns") if name != "box"]
        )

    def hook(self, name, **more):
        return self.box.must("hook", partition="acme-0", hook=name, **more)

    def check_walls(self, status):
        for wall in (
            "CapBnd:\t0000000000000000",
            "CapEff:\t0000000000000000",
            "NoNewPrivs:\t1",
            "Seccomp:\t2",
        ):
            self.assertIn(wall, status)

    def test_a_stopped_hook_sees_the_walls_and_its_files(self):
        done = self.hook("init")
        out = done["output"]
        self.assertEqual(0, done["ok"], done)
        self.check_walls(out)
        self.assertRegex(out, r"\n +0 +\d{6,} +65536\n")
        self.assertIn("\n1000\n", out)
        self.assertIn("FROM_IMAGE=yes", out)
        self.assertIn("s3cret", out)
        self.assertNotIn("ROOT WRITABLE", out)
        self.assertNotIn("MOUNTED", out)
        self.assertEqual(["one"], done["steps"])
        self.assertIn("noise", done["messages"])
        self.assertTrue(os.path.exists(f"{self.box.data_dir}/partitions/acme-0/volume/mine"))

    def test_secrets_are_private_and_go_when_they_are_withdrawn(self):
        file = f"{self.box.run_dir}/secrets/acme-0/admin_password"
        self.assertEqual(0o400, os.stat(file).st_mode & 0o777)
        self.assertGreater(os.stat(file).st_uid, 65536)
        self.prepare(secrets={})
        self.assertFalse(os.path.exists(file))
        self.assertNotIn("s3cret", self.hook("init")["output"])

    def test_exit_status_75_and_a_timeout_are_told_apart(self):
        self.assertEqual(75, self.hook("join")["ok"])
        self.assertEqual(124, self.hook("rejoin")["ok"])

    def test_memory_is_limited_with_its_tmpfs(self):
        done = self.hook("promote")
        self.assertNotIn("SURVIVED", done["output"] if done["ok"] == 0 else "")
        self.assertNotEqual(0, done["ok"])

    def test_processes_are_limited(self):
        self.assertNotIn("ALL STARTED", self.hook("export")["output"])

    def test_a_service_starts_hears_reload_and_keeps_its_exit_code(self):
        self.box.must("start", partition="acme-0")
        self.assertEqual("running", self.box.must("status", partition="acme-0")["ok"])
        live = self.hook("position", live=True)
        self.check_walls(live["output"])
        self.assertIn("\n1000\n", live["output"])
        self.assertIn('"role": "standby"', live["output"])
        self.assertNotIn('"primary"', live["output"])
        self.prepare(role="primary", leader=0)
        self.box.must("reload", partition="acme-0")
        self.assertIn('"role": "primary"', self.hook("position", live=True)["output"])
        self.wait_for(f"{self.box.data_dir}/partitions/acme-0/volume/reloaded")
        self.assertEqual(124, self.hook("health", live=True)["ok"])
        self.box.must("stop", partition="acme-0")
        self.assertEqual(
            {"ok": "exited", "exit_code": 7}, self.box.must("status", partition="acme-0")
        )
        with open(f"{self.box.data_dir}/partitions/acme-0/log") as log:
            self.assertIn("up", log.read())

    def test_its_log_is_read_from_a_place_on_and_waited_for(self):
        self.assertEqual([], self.box.must("log", partition="acme-0", newest=5)["ok"])
        self.box.must("start", partition="acme-0")
        first = self.box.must("log", partition="acme-0", newest=5, wait_ms=20_000)
        self.assertEqual([[False, "up"]], first["ok"])
        self.assertEqual([], self.box.must("log", partition="acme-0", after=first["last"])["ok"])
        say = ["sh", "-c", "echo from one beside >/proc/1/fd/1; echo badly >/proc/1/fd/2"]
        self.box.must("run", partition="acme-0", argv=say)
        more = self.box.must("log", partition="acme-0", after=first["last"], wait_ms=20_000)
        self.assertEqual([False, "from one beside"], more["ok"][0])
        # Another file than the place is of.
        place = first["last"].split("-")
        rotated = self.box.must("log", partition="acme-0", after=f"{int(place[0]) + 1}-5")
        self.assertTrue(rotated["gap"])
        self.assertEqual("up", rotated["ok"][0][1])
        self.assertIn("error", self.box.ask("log", partition="acme-0", after="x"))
        self.assertIn("error", self.box.ask("log", partition="nobody-7"))

    def test_a_program_runs_in_the_service_s_walls_and_is_ended_in_time(self):
        run_in = {"partition": "acme-0"}
        self.assertIn("error", self.box.ask("run", argv=["true"], **run_in))
        self.box.must("start", partition="acme-0")
        seen = self.box.must("run", argv=["cat", "/proc/self/status"], **run_in)
        self.assertEqual(0, seen["ok"])
        self.check_walls(seen["output"])
        told = self.box.must("run", argv=["sh", "-c", "cat; id -u; echo no >&2; exit 3"],
                             input="given", **run_in)  # fmt: skip
        self.assertEqual((3, "given1000\n"), (told["ok"], told["output"]))
        self.assertIn("no", told["errors"])
        missing = self.box.must("run", argv=["no-such-program"], **run_in)
        self.assertNotEqual(0, missing["ok"])
        self.assertIn("no-such-program", missing["errors"])
        late = self.box.must("run", argv=["sh", "-c", "echo begun; sleep 100"], timeout_ms=1_000,
                             **run_in)  # fmt: skip
        self.assertTrue(late["timed_out"])
        self.assertEqual((124, "begun\n"), (late["ok"], late["output"]))
        left = self.box.must("run", argv=["sh", "-c", "ps | grep -c '[s]leep 100'"], **run_in)
        self.assertEqual("0\n", left["output"])
        self.assertEqual("running", self.box.must("status", partition="acme-0")["ok"])

    def test_a_service_survives_the_agent_and_is_adopted(self):
        self.box.must("start", partition="acme-0")
        self.box.kill()
        type(self).box = self.driver()
        self.box.must("prepare", partition="acme-0", address=ADDRESS, release=self.release)
        self.assertEqual(["acme-0"], self.box.must("list")["ok"])
        self.assertEqual("running", self.box.must("status", partition="acme-0")["ok"])
        self.box.must("start", partition="acme-0")  # starts nothing: it runs
        self.assertIn("CapBnd", self.hook("position", live=True)["output"])
        self.box.must("kill", partition="acme-0")
        self.assertEqual(
            {"ok": "exited", "exit_code": 137}, self.box.must("status", partition="acme-0")
        )

    def wall(self):
        """The rules of its network, each with the number that the kernel gave it when it came."""
        rules = run("nsenter", f"--net={self.box.run_dir}/netns/box", "nft", "-a", "list",
                    "ruleset").stdout
        return [line for line in rules.splitlines() if ADDRESS in line]

    def test_the_network_of_a_running_service_is_laid_anew_only_if_it_is_wished_otherwise(self):
        self.box.must("start", partition="acme-0")
        stands = self.wall()
        self.assertTrue(stands)
        self.prepare(role="primary", epoch=2)
        self.assertEqual(stands, self.wall())
        self.prepare(members=[ADDRESS, "fd50:f0e:1:b::1", "fd50:f0e:1:c::1"])
        other = self.wall()
        self.assertIn("fd50:f0e:1:c::1", "".join(other))
        self.prepare()
        self.assertNotIn("fd50:f0e:1:c::1", "".join(self.wall()))
        before = self.wall()
        self.box.must("kill", partition="acme-0")
        self.prepare()
        self.assertNotEqual(before, self.wall(), "who starts, starts behind what was just laid")

    def test_a_killed_service_can_start_again(self):
        for _ in range(2):
            self.box.must("start", partition="acme-0")
            self.box.must("kill", partition="acme-0")
        self.assertEqual("exited", self.box.must("status", partition="acme-0")["ok"])

    def test_partitions_of_two_boxes_of_a_machine_share_no_user(self):
        box = Driver(
            self.place,
            "neighbour",
            self.place.netns("neighbour"),
            blobs=self.blobs,
            cgroup_parent=self.place.cgroup_parent("-neighbour"),
        )
        box.must("ensure", image=self.image)
        wish = {"address": ADDRESS, "members": [ADDRESS], "release": self.release}
        box.must("prepare", partition="acme-1", **wish)
        owners = {
            os.stat(f"{one.data_dir}/partitions/{name}/volume").st_uid
            for one, name in ((self.box, "acme-0"), (box, "acme-1"))
        }
        claims = sorted(os.listdir(f"{self.place.path}/uids"))
        self.assertEqual(2, len(owners), owners)
        self.assertEqual({int(name) + 1000 for name in claims if name != "lock"}, owners)
        box.must("erase", partition="acme-1")
        box.close()
        self.assertEqual(2, len(os.listdir(f"{self.place.path}/uids")), "erased: free again")

    def test_the_machine_s_cgroup2_is_hidden_from_crun_and_nothing_is_said_of_it(self):
        """Also where the mount lies beneath others, as in a container's view of the machine."""
        show = f"{runtime_lab.BIN}/foyer-crun --version"
        cover = (
            "mkdir -p /run/.cgroup && mount --rbind /sys/fs/cgroup /run/.cgroup && "
            "mount -t sysfs none /sys && mount --move /run/.cgroup /sys/fs/cgroup && "
        )
        for begin in ("", cover, "mount -t tmpfs none /sys/fs/cgroup && "):
            done = run("unshare", "-mn", "sh", "-ec", "mount -t tmpfs none /run; " + begin + show)
            self.assertEqual("", done.stderr)
            self.assertIn("crun version", done.stdout)

    def test_an_impossible_partition_name_is_refused(self):
        self.assertIn(
            "error",
            self.box.ask("prepare", partition="../x", address=ADDRESS, release=self.release),
        )

    def wait_for(self, path):
        for _ in range(1200):  # a minute
            if os.path.exists(path):
                return
            time.sleep(0.05)
        self.fail(f"{path} did not appear")


if __name__ == "__main__":
    runtime_lab.skip_unless_able()
    unittest.main(argv=sys.argv[:1], verbosity=2, warnings="ignore")
