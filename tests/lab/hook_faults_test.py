#!/usr/bin/python3
"""Hooks that hang, fail and lie, in real homes that elect: another copy serves, every acknowledged
line is there, two never serve, and whoever looks reads why.

A home's copy of the image is changed in place, as no customer and no publisher could: so a hook
misbehaves at one home alone.
"""
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

SPEC = HERE / "specs/takeover.json"
WAIT_S = 150.0
TRIES = 5
FUTURE = """#!/bin/sh
echo '{"role": "standby", "epoch": 999999, "flushed_bytes": 99999999, "receiving": false}'
"""
LIES = "exit 0"
FAILS = "echo 'it cannot be done' >&2; exit 1"
HANGS = "exec sleep 600"


def roomier(release):
    """With four times the processor, so that its scripts answer at once."""
    release["sizes"]["s"]["cpu_millicores"] = 400


class HookFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = EchoCloud(SPEC)
        cls.addClassCleanup(cls.cloud.down)
        cls.cloud.up()
        cls.cloud.release_again("1-2", roomier)

    def order(self, *names):
        for name in names:
            self.cloud.must("order", "echo@1-2", "--name", name, "--replicas", "3", "--patience",
                            "quick", "--param", f"greeting=I am {name}", "--no-reveal", "--no-wait")
        for name in names:
            self.until(f"{name} is well", lambda name=name: self.is_well(name))

    # -- looking ----------------------------------------------------------------------------------

    def until(self, what, holds):
        begun = time.monotonic()
        while not (found := holds()):
            if time.monotonic() - begun > WAIT_S:
                self.fail(f"not within {WAIT_S:.0f} s: {what}\n"
                          + self.cloud.ask("instance", "ls")[1])
            time.sleep(0.3)
        print(f"{time.monotonic() - begun:6.1f} s until {what}", flush=True)
        return found

    def is_well(self, name):
        shown = self.cloud.instance(name)
        return shown["state"] == "running" and "3 of 3 copies live" in shown.get("durability", "")

    def homes(self, name):
        """Of its copies, the leader's first."""
        copies = self.cloud.instance(name)["replicas"]
        return [copy["site"] for copy in sorted(copies, key=lambda one: one["role"] != "primary")]

    def leads(self, name, home):
        return self.cloud.copy(name, home)["role"] == "primary"

    def lines(self, name):
        """What it serves; None while it does not."""
        try:
            return self.cloud.page(name).splitlines()[1:]
        except OSError:
            return None

    def failed_at(self, home, name, why):
        """A step of its copy there failed for that."""
        return any(why in str(line) for line in self.cloud.log(home, "step_failed")
                   if line["partition"].startswith(f"{name}-"))

    # -- doing ------------------------------------------------------------------------------------

    def write(self, name, line):
        """Acknowledged by who leads: two copies hold it."""
        with self.cloud.line(name) as connection:
            connection.request("POST", "/cgi-bin/append", line + "\n")
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200, answer.read())

    def hand_over(self, name, home, until):
        """As often as it takes: where the machine is busy, who is to lead may not stand in time,
        and another one does."""
        copy = str(self.cloud.copy(name, home)["index"])
        for _ in range(TRIES):
            status, out, errors = self.cloud.ask("instance", "promote", name, "--to", copy)
            if until():
                return
        self.fail(f"{TRIES} times: {status}\n{out}{errors}")

    def spoil(self, home, hook, spoilt):
        """`spoilt` makes another script of it. Call what is returned to mend it."""
        roots = f"{self.cloud.folder(home)}/images/roots"
        file = self.cloud.shell(home, f"ls {roots}/*/opt/echo/{hook}")
        before = self.cloud.run(home, "cat", file).stdout

        def put(script):
            self.cloud.run(home, "sh", "-euc", f"cat >{file}.new; chmod 755 {file}.new; "
                                               f"mv {file}.new {file}", text=script)

        put(spoilt(before))
        self.addCleanup(put, before)
        return lambda: put(before)

    # -- what goes wrong --------------------------------------------------------------------------

    def test_1_an_heir_that_cannot_lead_leaves_the_lead_to_another(self):
        faults = {"fails": FAILS, "hangs": HANGS, "lies": LIES}
        self.order(*faults)
        heirs = {name: self.homes(name)[1] for name in faults}
        for home in set(heirs.values()):
            cases = " ".join(f"{name}) {fault};;" for name, fault in faults.items()
                             if heirs[name] == home)
            first = ". /opt/echo/lib\n"
            spoilt = f"{first}case $(json_text instance) in {cases} esac\n"
            self.spoil(home, "promote", lambda before, new=spoilt: before.replace(first, new))
        for name, why in (("fails", "promote: failed with status 1"),
                          ("hangs", "promote: timed out"),
                          ("lies", "promote: said it was done, but its log is still of")):
            heir = heirs[name]
            self.write(name, "the last word")
            self.hand_over(name, heir, lambda: self.failed_at(heir, name, why))
            self.until(f"another one serves '{name}'", lambda: (
                not self.leads(name, heir) and self.lines(name)))
            self.assertIn("the last word", self.lines(name))
        self.doCleanups()
        for name in faults:
            self.until(f"{name} is well again", lambda name=name: self.is_well(name))

    def test_2_a_position_that_nobody_can_have_is_not_believed(self):
        self.order("future")
        leader, liar, third = self.homes("future")
        honest = self.spoil(liar, "position", lambda _: FUTURE)
        why = "position: says generation 1, epoch 999999, which its group has not begun"
        self.until("the reason is told", lambda: why in self.cloud.must("instance", "show",
                                                                        "future"))
        self.write("future", "the last word")
        self.hand_over("future", third, lambda: self.leads("future", third))
        self.until("it serves", lambda: self.lines("future"))
        self.assertIn("the last word", self.lines("future"))
        honest()
        self.until("future is well again", lambda: self.is_well("future"))
        self.hand_over("future", liar, lambda: self.leads("future", liar))
        self.until("it serves", lambda: self.lines("future"))
        self.assertIn("the last word", self.lines("future"))


if __name__ == "__main__":
    os.environ.setdefault("FOYER_BIN", str(cloud_of_homes.PROGRAMS))
    sys.exit(unittest.main(verbosity=2))
