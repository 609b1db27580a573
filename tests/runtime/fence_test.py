#!/usr/bin/env python3
"""The fences of a lease fall by themselves: traffic is cut and processes are dead at the deadline,
although the agent is stopped, frozen or killed. box-driver is the agent here."""

import os
import signal
import sys
import time
import unittest

import runtime_lab
from fence_lab import (BOX, EDGE, MEMBER, REPLICATION, WEB, Echo, Life, Talk, boot_ms, lay_line,
                       socket_in, wait_until)
from runtime_lab import Driver, Place, busybox_entries, make_image, pid_of, release

ADDRESS = {"acme-0": "fd50:f0e:1:a::1", "other-0": "fd50:f0e:1:a::2"}
# A fence may fall this much before its time (its timers count in steps), and this much after: the
# protocol's margin. What was measured is printed.
EARLY_MAX, LATE_MAX = 60, 1000


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


class Fences(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.blobs = cls.place.folder("blobs")
        image = make_image(cls.blobs, [busybox_entries()])
        cls.release = release(image, "sleep 1000 & sleep 1000 & while :; do sleep 1; done")
        cls.space = cls.place.netns("home")
        cls.world = cls.place.netns("world")
        cls.box = cls.driver()
        cls.box.must("ensure", image=image)
        for partition in ADDRESS:
            cls.prepare(partition)
        cls.box_netns = f"{cls.box.run_dir}/netns/box"
        lay_line(cls.box_netns, cls.world)

    @classmethod
    def driver(cls, *before):
        return Driver(cls.place, "home", cls.space, blobs=cls.blobs, before=before,
                      cgroup_parent=cls.place.cgroup_parent())

    @classmethod
    def prepare(cls, partition):
        cls.box.must("prepare", partition=partition, address=ADDRESS[partition],
                     members=[ADDRESS[partition], MEMBER], proxies=[EDGE, BOX],
                     release=cls.release)

    @classmethod
    def tearDownClass(cls):
        for partition in ADDRESS:
            cls.box.ask("erase", partition=partition)
        cls.box.close()
        cls.place.remove()

    @classmethod
    def killer(cls):
        return pid_of(f"{cls.box.run_dir}/fence.pid")

    def setUp(self):
        self.things = []
        for partition in ADDRESS:
            self.box.must("start", partition=partition)
        self.life = self.keep(Life(self.first_process("acme-0")))
        for partition, address in ADDRESS.items():
            for port in (WEB, REPLICATION):
                echo = self.keep(Echo(self.netns(partition), address, port))
                if (partition, port) == ("acme-0", REPLICATION):
                    self.door = echo
        self.keep(Echo(self.world, MEMBER, REPLICATION))

    def tearDown(self):
        for thing in reversed(self.things):
            thing.close()
        for partition in ADDRESS:
            self.box.must("kill", partition=partition)
            self.box.must("fence_forget", partition=partition)

    def keep(self, thing):
        self.things.append(thing)
        return thing

    def netns(self, partition):
        return f"{self.box.run_dir}/netns/p-{partition}"

    def first_process(self, partition):
        with open(f"{self.box.run_dir}/partitions/{partition}/pid") as file:
            return int(file.read())

    def client(self, partition="acme-0"):
        return self.keep(Talk(self.world, EDGE, ADDRESS[partition], WEB))

    def standby(self, partition="acme-0"):
        return self.keep(Talk(self.world, MEMBER, ADDRESS[partition], REPLICATION))

    def outwards(self, partition="acme-0"):
        return self.keep(Talk(self.netns(partition), ADDRESS[partition], MEMBER, REPLICATION))

    def extend(self, ms, partition="acme-0", **more):
        until = boot_ms() + ms
        self.box.must("fence_extend", partition=partition, until=until, **more)
        return until

    def check_time(self, what, at, until):
        self.assertIsNotNone(at, f"{what}: never")
        print(f"  {what}: {at - until:+d} ms from the deadline", file=sys.stderr)
        self.assertGreaterEqual(at, until - EARLY_MAX, what)
        self.assertLessEqual(at, until + LATE_MAX, what)

    def check_dead(self, until):
        self.check_time("processes dead", self.life.ends(until + 5000), until)

    def test_connections_are_cut_while_the_agent_is_stopped(self):
        until = self.extend(1500, open=True)
        talks = {"client": self.client(), "standby": self.standby(), "outwards": self.outwards(),
                 "client on this box": self.keep(
                     Talk(self.box_netns, BOX, ADDRESS["acme-0"], WEB))}
        for name, talk in talks.items():
            self.assertTrue(talk.passes(), name)
        os.kill(self.box.process.pid, signal.SIGSTOP)
        try:
            wait_until(until + 1500)
            for name, talk in talks.items():
                self.check_time(f"{name} cut", talk.last, until)
                self.assertFalse(talk.passes(), name)
            self.assertFalse(self.life.lives())
        finally:
            os.kill(self.box.process.pid, signal.SIGCONT)

    def test_processes_die_while_the_agent_is_stopped(self):
        until = self.extend(800)
        os.kill(self.box.process.pid, signal.SIGSTOP)
        try:
            self.check_dead(until)
        finally:
            os.kill(self.box.process.pid, signal.SIGCONT)

    def test_processes_die_when_the_agent_is_killed_and_the_next_one_finds_the_killer(self):
        until, killer = self.extend(1500), self.killer()
        self.box.kill()
        type(self).box = self.driver()
        later = self.extend(2000)
        self.assertEqual(killer, self.killer())
        self.assertIsNone(self.life.ends((until + later) // 2), "the new agent extended it")
        self.box.kill()
        self.check_dead(later)
        type(self).box = self.driver()

    def test_the_killer_s_own_group_is_not_its_agent_s(self):
        """The agent frozen with everything that it left in its group."""
        before = Life(self.killer())
        self.box.close()
        self.assertIsNotNone(before.ends(boot_ms() + 5000), "nothing to guard, no agent")
        before.close()
        frozen = self.freezer()
        type(self).box = self.driver(*frozen["enter"])
        try:
            self.prepare("acme-0")
            until = self.extend(800)
            frozen["set"](True, self.box.process.pid)
            self.check_dead(until)
        finally:
            frozen["set"](False, self.box.process.pid)
            self.box.close()
            type(self).box = self.driver()
            frozen["remove"]()

    def freezer(self):
        """How an agent is frozen here: v1, a group it is started in; v2, the leaf it chose."""
        old = "/sys/fs/cgroup/freezer"
        if os.path.isdir(old):
            group = f"{old}/{os.path.basename(self.place.path)}-agent"
            os.mkdir(group)

            def freeze(on, _):
                write(f"{group}/freezer.state", "FROZEN" if on else "THAWED")

            enter = ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh"]
            return {"enter": enter, "set": freeze, "remove": lambda: os.rmdir(group)}
        if os.environ.get("FOYER_TEST_CGROUP") != "chosen":
            self.skipTest("the agent has no group of its own here")

        def freeze_leaf(on, pid):
            with open(f"/proc/{pid}/cgroup") as file:
                leaf = "/sys/fs/cgroup" + file.read().split("0::")[1].strip()
            aside = os.path.dirname(leaf) + "/test"  # this test began in the same leaf
            os.makedirs(aside, exist_ok=True)
            if on:
                write(f"{aside}/cgroup.procs", "0")
            write(f"{leaf}/cgroup.freeze", "1" if on else "0")
            if not on:
                write(f"{leaf}/cgroup.procs", str(os.getpid()))
                os.rmdir(aside)

        return {"enter": [], "set": freeze_leaf, "remove": lambda: None}

    def test_a_refresh_extends_both_fences(self):
        until = self.extend(600)
        talk = self.standby()
        for _ in range(5):
            wait_until(until - 300)
            until = self.extend(600)
            self.assertTrue(talk.passes())
            self.assertTrue(self.life.lives())
        self.check_dead(until)
        wait_until(until + 500)
        self.check_time("standby cut", talk.last, until)

    def test_the_gate_closes_to_clients_that_are_connected_and_opens_again(self):
        until = self.extend(10_000, open=True)
        client, standby = self.client(), self.standby()
        self.assertTrue(client.passes())
        self.box.must("fence_extend", partition="acme-0", until=until)
        self.assertFalse(client.passes(500))
        self.assertTrue(standby.passes())
        fresh = socket_in(self.world)
        fresh.bind((EDGE, 0))
        fresh.settimeout(0.5)
        self.assertRaises(TimeoutError, fresh.connect, (ADDRESS["acme-0"], WEB))
        fresh.close()
        self.box.must("fence_extend", partition="acme-0", until=until, open=True)
        self.assertTrue(client.passes(5000))

    def test_lifted_it_replicates_without_a_lease_and_lives(self):
        until = self.extend(500, open=True)
        client, outwards = self.client(), self.outwards()
        self.box.must("fence_lift", partition="acme-0")
        wait_until(until + 1000)
        self.assertTrue(self.life.lives())
        self.assertTrue(outwards.passes())
        self.assertFalse(client.passes())

    def test_closed_nothing_passes_also_while_the_table_is_made_again(self):
        standby = self.standby()
        self.box.must("fence_close", partition="acme-0")
        self.assertFalse(standby.passes())
        last = standby.last
        knocks = []
        for _ in range(25):
            for _ in range(20):
                knocks.append(socket_in(self.world))
                knocks[-1].bind((MEMBER, 0))
                knocks[-1].setblocking(False)
                knocks[-1].connect_ex((ADDRESS["acme-0"], REPLICATION))
            self.box.must("box_net")
            self.prepare("acme-0")
        for knock in knocks:
            knock.close()
        self.assertEqual(1, self.door.accepted, "the standby, before it was closed")
        self.assertFalse(standby.passes())
        self.assertEqual(last, standby.last)
        self.assertTrue(self.life.lives(), "closed is not killed")
        self.box.must("fence_forget", partition="acme-0")
        self.assertTrue(standby.passes(20_000))

    def test_a_killed_killer_is_there_again_with_its_deadlines(self):
        until, first = self.extend(2000), Life(self.killer())
        os.kill(first.pid, signal.SIGKILL)
        first.ends(boot_ms() + 5000)
        first.close()
        # Nobody extends: the agent notices by itself.
        self.check_dead(until)
        self.assertNotEqual(first.pid, self.killer())

    def test_an_extension_after_the_killer_s_death_is_guarded_or_refused(self):
        for name in (signal.SIGKILL, signal.SIGSTOP):
            self.extend(5000)
            os.kill(self.killer(), name)
            begun, answers, longest = boot_ms(), [], 0
            while boot_ms() - begun < 8000 and "ok" not in answers:
                asked = boot_ms()
                until = asked + 1500
                answer = self.box.ask("fence_extend", partition="acme-0", until=until)
                longest = max(longest, boot_ms() - asked)
                answers.append(answer.get("error", {}).get("message", "ok"))
                time.sleep(0.05)
            print(f"  killer got {name.name}: {len(answers) - 1} refused, then taken after "
                  f"{boot_ms() - begun} ms; the longest call took {longest} ms: "
                  f"{sorted(set(answers))}", file=sys.stderr)
            self.assertEqual("ok", answers[-1])
        self.check_dead(until)

    def test_a_partition_without_any_call_is_not_concerned(self):
        client, standby = self.client("other-0"), self.standby("other-0")
        life = self.keep(Life(self.first_process("other-0")))
        until = self.extend(300)
        self.check_dead(until)
        self.box.must("fence_close", partition="acme-0")
        os.kill(self.killer(), signal.SIGKILL)
        wait_until(until + 1000)
        for talk in (client, standby):
            self.assertTrue(talk.passes())
        self.assertTrue(life.lives())
        self.assertEqual("running", self.box.must("status", partition="other-0")["ok"])

    def test_what_comes_up_late_in_the_group_dies_too(self):
        """A hung agent's own child may still be starting the service when the deadline comes."""
        until = self.extend(300)
        self.check_dead(until)
        self.box.must("kill", partition="acme-0")
        self.box.ask("start", partition="acme-0")
        late = boot_ms()
        while self.box.must("status", partition="acme-0")["ok"] == "running":
            self.assertLess(boot_ms(), late + 5000)

    def test_what_no_lease_can_be_is_refused_and_what_is_over_falls(self):
        far = self.box.ask("fence_extend", partition="acme-0", until=boot_ms() + 500_000)
        self.assertIn("no lease is that long", far["error"]["message"])
        self.assertIn("error", self.box.ask("fence_lift", partition="../x"))
        standby = self.standby()
        self.assertTrue(standby.passes())
        past = self.box.ask("fence_extend", partition="acme-0", until=boot_ms() - 1)
        self.assertIn("the lease is over", past["error"]["message"])
        self.assertFalse(standby.passes())
        self.check_dead(boot_ms())

    def test_whoever_ends_the_killer_ends_what_it_guards(self):
        until = self.extend(30_000)
        os.kill(self.killer(), signal.SIGTERM)
        self.assertIsNotNone(self.life.ends(boot_ms() + 5000))
        self.assertLess(boot_ms(), until)

    def test_what_an_extension_costs(self):
        took = sorted(self.box.must("fence_extend", partition="acme-0", until=boot_ms() + 60_000,
                                    times=1000)["took_us"])
        with open(f"/proc/{self.killer()}/status") as status:
            memory = [line.split(":")[1].strip() for line in status
                      if line.startswith(("VmRSS", "VmLck"))]
        print(f"  extend: median {took[500]} µs, p99 {took[990]} µs, max {took[-1]} µs; "
              f"the killer has {memory[0]} locked, {memory[1]} resident", file=sys.stderr)
        self.assertNotEqual("0 kB", memory[0])
        self.assertLess(len(os.listdir(f"/proc/{self.killer()}/fd")), 20, "descriptors pile up")


if __name__ == "__main__":
    runtime_lab.skip_unless_able()
    unittest.main(argv=sys.argv[:1], verbosity=2, warnings="ignore")
