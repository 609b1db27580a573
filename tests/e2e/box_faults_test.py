#!/usr/bin/python3
"""What boxes suffer, through the whole cloud: a full disk, a wrong clock, tokens that are no use,
an image that was tampered with, a database that stands still, a node that was deleted.

Each fault is made while an instance serves through the edge. Each must be told to whoever can mend
it, must leave running partitions alone, and must be over by itself when its cause is gone.
"""
import base64
import gzip
import json
import shutil
import ssl
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[0] / "lab"))
from echo_cloud import ROOT, STEP_S, EchoCloud  # noqa: E402
from foyer_lab.services import faketime_library  # noqa: E402

SPEC = ROOT / "tests/lab/specs/faults.json"
HOLD_S = 5.0  # of that spec: the long poll
SERVING_S = 120  # of that spec: a certificate's life; a third of it outlasts FROZEN_S and tries
FULL, CLOCKED, SPARE, EDGE = "nantes", "namur", "brest", "edge-paris"  # homes
MIB = 1 << 20
FROZEN_S = 3 * HOLD_S  # boxes call twice at least
VISITS_MIN = 3  # meanwhile: a copy of "echo" has a tenth of a processor, and followers to serve


class Visitor:
    """Somebody who uses the instance all the time; keeps what failed."""

    def __init__(self, cloud, name="first"):
        self.cloud, self.name, self.visits, self.failed = cloud, name, 0, []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.visit)

    def visit(self):
        while not self.over.wait(0.2):
            self.visits += 1
            try:
                self.cloud.page(self.name)
            except OSError as error:
                self.failed.append(repr(error))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def blobs(release):
    return release / "image/blobs/sha256"


def layer_of(release):
    return max(blobs(release).iterdir(), key=lambda blob: blob.stat().st_size)


def flip_a_byte(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def token_with(token, **changes):
    """The same token with other insides (a: addresses, t: secret, ca: hash of the master's CA)."""
    family, body = token.split(".")
    inside = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = json.dumps({**inside, **changes}).encode()
    return f"{family}.{base64.urlsafe_b64encode(changed).decode().rstrip('=')}"


class BoxFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = EchoCloud(SPEC)
        cls.addClassCleanup(cls.cloud.down)
        cls.cloud.up()

    def wait_for(self, what, condition, seconds=STEP_S):
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            if time.monotonic() > deadline:
                self.fail(f"not within {seconds:.0f} s: {what}\n{self.cloud.ask('node', 'ls')[1]}"
                          f"{self.cloud.ask('instance', 'ls')[1]}{self.newest_lines(FULL)}")
            time.sleep(0.3)
        return found

    def newest_lines(self, home, lines=30):
        return "\n".join([f"-- agent of {home}", *self.cloud.agent_lines(home)[-lines:]])

    def wait_failed(self, name, home, why):
        """The copy on that home is failed, and whoever looks at the instance reads why."""
        def told():
            copy = self.cloud.copy(name, home)
            return copy["state"] == "failed" and why in copy.get("detail", "")

        self.wait_for(f"copy of {name} at {home} failed: {why}", told)
        self.assertIn(why, self.cloud.must("instance", "show", name))

    def wait_running(self, name):
        self.wait_for(f"{name} runs", lambda: self.cloud.instance(name)["state"] == "running")
        self.assertTrue(self.cloud.serves(name))

    def delete(self, name):
        self.cloud.must("instance", "delete", name, "--yes", "--no-wait")
        self.wait_for(f"{name} is erased", lambda: name not in self.cloud.instances())

    def shown(self, home, text):
        return self.wait_for(f"node show says '{text}'", lambda: text in self.cloud.must(
            "node", "show", f"{home}-1"))

    # -- a full disk ------------------------------------------------------------------------------

    def fill_unheard(self, *orders):
        """The disk fills while these orders are on their way: the master cannot know of it yet, and
        trusts what the box said before."""
        self.cloud.lab("freeze", FULL)
        try:
            self.cloud.lab("disk", FULL, "0")
            for name in orders:
                self.cloud.order_echo(name)
        finally:
            self.cloud.lab("thaw", FULL)

    def fill_to_the_last_page(self):
        """Nothing is left, nor in reserve. What the box was writing gives room back when it is done
        (a file replaces the one before), so it is filled until that is over."""
        self.cloud.lab("disk", FULL, "0")  # first, so that nothing can fill the reserve again
        self.cloud.shell(FULL, f": >{self.cloud.folder(FULL)}/state/reserve")
        for _ in range(3):
            time.sleep(0.3)
            self.cloud.lab("disk", FULL, "0")

    def refused_for_its_disk(self, name):
        """An order that comes later is placed elsewhere; here there is no elsewhere."""
        status, out, errors = self.cloud.ask("order", "echo@1-1", "--name", name, "--replicas", "3",
                                             "--param", f"greeting=I am {name}", "--no-wait")
        self.assertNotEqual(status, 0, out)
        self.assertIn("1 by disk_low", errors)
        self.assertIn(f"{FULL}-1", errors)

    def test_1_a_full_disk_is_told_leaves_nothing_and_is_over_by_itself(self):
        self.fill_unheard("first", "second")
        self.wait_failed("first", FULL, "disk full: the image needs")
        self.wait_for("the others serve", self.cloud.serves)
        self.assertEqual(self.cloud.instance()["state"], "degraded")
        events = self.cloud.must("instance", "events", "first")
        self.assertRegex(events, f"copy_failed.*{FULL}-1.*disk full")
        self.shown(FULL, "the disk is full")
        self.assertIn("online, disk full", self.cloud.must("node", "ls"))
        self.nothing_half_made()
        self.refused_for_its_disk("later")

        # What was ordered before is still obeyed: to delete is what makes room.
        self.wait_failed("second", FULL, "disk full")
        self.delete("second")

        self.room_for_the_image_but_not_for_the_volume()
        self.cloud.lab("disk", FULL, "free")
        self.wait_running("first")
        self.wait_room()

    def wait_room(self):
        self.wait_for("the operator sees that there is room again",
                      lambda: "disk full" not in self.cloud.must("node", "ls"))

    def room_for_the_image_but_not_for_the_volume(self):
        layer = layer_of(self.cloud.state / "release")
        image = layer.stat().st_size + len(gzip.decompress(layer.read_bytes()))
        self.cloud.lab("disk", FULL, str(image + MIB))
        self.wait_failed("first", FULL, "disk full: the volume needs 16 MiB")
        self.nothing_half_made(image=True)

    def nothing_half_made(self, image=False):
        """No part of an image, no volume, no container, no network: also between two tries."""
        def clean():
            run = f"/run/foyer/{FULL}-1"
            left = self.cloud.files(FULL, "images/partial", "partitions")
            left += self.cloud.shell(FULL, f"ls {run}/crun {run}/exits {run}/partitions; ls "
                                           f"{run}/netns | grep -vx box || true").split()
            left = [name for name in left if not name.endswith(":")]
            roots = self.cloud.shell(FULL, f"ls {self.cloud.folder(FULL)}/images/roots").split()
            big = self.cloud.shell(FULL, f"find {self.cloud.folder(FULL)}/images/blobs -type f "
                                         "-size +64k").split()
            return not left and len(roots) == len(big) == (1 if image else 0)

        self.wait_for("nothing half made is on the box", clean)

    def test_2_a_box_that_can_write_nothing_at_all_still_says_so(self):
        partition = f"first-{self.cloud.copy('first', FULL)['index']}"
        before = self.cloud.container(FULL, partition)
        self.addCleanup(self.cloud.lab, "disk", FULL, "free")
        self.fill_to_the_last_page()
        self.fill_unheard("third")
        self.wait_failed("third", FULL, "this box cannot write its orders down: ")
        link = self.cloud.box_status(FULL)["master"]
        self.assertTrue(link["connected"])
        self.assertIn("cannot take orders", link["problem"], self.newest_lines(FULL))
        self.assertNotIn("third", " ".join(self.cloud.files(FULL, "partitions", "state")))
        self.assertEqual(self.cloud.copy("first", FULL)["state"], "running")
        self.cloud.lab("disk", FULL, "free")
        self.wait_running("third")
        self.assertEqual(self.cloud.container(FULL, partition), before)
        self.assertEqual(self.cloud.box_status(FULL)["master"]["problem"], "")
        self.wait_room()
        self.delete("third")

    def test_3_what_was_ordered_and_deleted_unheard_by_a_box_is_gone_when_it_hears(self):
        self.cloud.lab("cut", "line", FULL)
        try:
            self.cloud.order_echo("unheard")
            self.cloud.must("instance", "delete", "unheard", "--yes", "--no-wait")
            self.wait_for("the box gives its call up, and with it the answer that was lost",
                          lambda: not self.cloud.box_status(FULL)["master"]["connected"])
        finally:
            self.cloud.lab("heal", "line", FULL)
        self.wait_for("unheard is erased", lambda: "unheard" not in self.cloud.instances())
        steps = {line["partition"] for line in self.cloud.log(FULL, "step_done")}
        self.assertFalse([one for one in steps if one.startswith("unheard-")], "never heard of")

    # -- a wrong clock ----------------------------------------------------------------------------

    def test_4_a_clock_wrong_by_a_day_is_told_and_touches_nothing(self):
        partition = f"first-{self.cloud.copy('first', CLOCKED)['index']}"
        before = self.cloud.container(CLOCKED, partition)
        with Visitor(self.cloud) as visitor:
            for offset, words in (("+1d", "24 h ahead of"), ("-1d", "24 h behind")):
                with self.subTest(offset):
                    self.cloud.lab("clock", CLOCKED, offset)
                    self.clock_is_told(words)
            agent = self.cloud.service(CLOCKED)
            self.cloud.lab("clock", CLOCKED, "0")
            self.wait_for("the box says that its clock is right", lambda: self.cloud.log(
                CLOCKED, "clock_right"))
            self.shown(CLOCKED, "right (")
        self.assertEqual(self.cloud.box_status(CLOCKED)["clock"]["problem"], "")
        self.assertEqual(self.cloud.service(CLOCKED), agent, "nobody restarted anything")
        self.assertEqual(self.cloud.container(CLOCKED, partition), before)
        self.assertEqual(visitor.failed, [])
        self.wait_running("first")

    def clock_is_told(self, words):
        def told():
            status = self.cloud.box_status(CLOCKED)
            return status and words in status["clock"]["problem"] and status["master"]["connected"]

        self.wait_for(f"foyer-node status says '{words}'", told)
        self.assertIn("timedatectl", self.cloud.box_status(CLOCKED)["clock"]["problem"])
        logged = [line["problem"] for line in self.cloud.log(CLOCKED, "clock_wrong")]
        self.assertIn(words, " ".join(logged))
        self.shown(CLOCKED, f"wrong: {words}")
        self.assertIn("online, clock wrong", self.cloud.must("node", "ls"))
        self.assertTrue(self.cloud.serves())

    # -- first contact ----------------------------------------------------------------------------

    def enrol(self, token, folder="box2", clock=None):
        """`foyer-node enrol` on the spare box, in a folder beside its own: (status, words)."""
        words = []
        if clock:
            words = ["env", f"LD_PRELOAD={faketime_library()}", f"FAKETIME={clock}",
                     "FAKETIME_DONT_FAKE_MONOTONIC=1"]
        done = self.cloud.run(SPARE, *words, self.cloud.programs / "foyer-node", "enrol", "--data",
                              self.cloud.folder(SPARE).with_name(folder), "--token-file", "-",
                              text=token + "\n", check=False)
        return done.returncode, done.stdout + done.stderr

    def token(self, name):
        return json.loads(self.cloud.must("node", "token", "--site", SPARE, "--name", name,
                                          "--output", "json"))["token"]

    def test_5_what_is_no_use_for_enrolment_says_why(self):
        token = self.token("brest-2")
        for bad, clock, why in (
                (token, "+1d", ("24 h ahead", "timedatectl", "the same token")),
                (token, "-1d", ("24 h behind", "timedatectl", "the same token")),
                (token, "-4000d", ("the clock of this box", "timedatectl", "valid only from")),
                (token_with(token, ca="c" * 64), None, ("the token is for another master",)),
                (token_with(token, t="x" * 40), None, ("unknown to this master",)),
                (token[:-9], None, ("not a usable enrolment token", "copy it again"))):
            with self.subTest(why[0]):
                status, words = self.enrol(bad, clock=clock)
                self.assertEqual(status, 1, words)
                for part in why:
                    self.assertIn(part, words)
        status, words = self.enrol(token)  # none of that used it up
        self.assertEqual((status, "enrolled as brest-2" in words), (0, True), words)
        status, words = self.enrol(token, folder="box3")
        self.assertEqual(status, 1, words)
        self.assertIn("this token was used by node 'brest-2'; ask the operator for a new", words)
        status, words = self.enrol(token)
        self.assertIn("enrolled already", words)
        self.cloud.must("node", "delete", "brest-2", "--yes")

    # -- tampered releases ------------------------------------------------------------------------

    def test_6_a_tampered_image_is_refused_by_every_box_and_runs_when_it_is_whole(self):
        other = self.other_version("1-2")
        self.cloud.release(other)
        layer = layer_of(other)
        stored = self.cloud.lab_state / "master/blobs/sha256" / layer.name
        flip_a_byte(stored)
        self.cloud.order_echo("tampered", "1-2")
        image = json.loads((other / "release.json").read_text())["image"]["digest"]
        homes = [copy["site"] for copy in self.cloud.instance("tampered")["replicas"]]
        self.assertEqual(len(homes), 3)
        for home in homes:
            self.wait_failed("tampered", home, "does not have the hash it was ordered by: refused")
            left = " ".join(self.cloud.files(home, "images", "partitions"))
            self.assertNotIn(f"roots/{image[7:]}", left)
            self.assertNotIn(layer.name, left.replace(f"partial/{layer.name}", ""))
            self.assertNotIn("tampered", left)
        self.assertTrue(self.cloud.serves())
        flip_a_byte(stored)
        self.wait_running("tampered")
        self.delete("tampered")

    def other_version(self, version):
        """The same release with another version, whose image has other bytes."""
        folder = self.cloud.state / f"release-{version}"
        with_root = self.cloud.state / "root"
        with_root.mkdir()
        subprocess.run(["tar", "-xzf", layer_of(self.cloud.state / "release"), "-C", with_root],
                       check=True)
        (with_root / "etc/version").write_text(version)
        subprocess.run([ROOT / "deploy/software/pack-release", "--root", with_root, "--template",
                        ROOT / "tests/image/minimal/release.template.json", "--out", folder,
                        "--set", f"version={version}"], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(with_root)
        return folder

    def test_7_a_release_its_publisher_did_not_sign_is_refused_by_every_box(self):
        """Whoever changes the master's database still cannot make a box run something else."""
        self.cloud.release(self.other_version("1-3"))
        self.sql("UPDATE releases SET release_json = replace(release_json, '/opt/echo/serve', "
                 "'/bin/busybox') WHERE version = '1-3'")
        self.cloud.lab("restart", "master")
        self.wait_for("the master is back", self.is_well)
        self.cloud.order_echo("unsigned", "1-3")
        for copy in self.cloud.instance("unsigned")["replicas"]:
            self.wait_failed("unsigned", copy["site"], "release of 'unsigned' refused")
        self.assertTrue(self.cloud.serves())
        self.delete("unsigned")

    def sql(self, statement):
        postgres = self.cloud.lab_state / "master/postgres"
        socket = (postgres / "postmaster.pid").read_text().splitlines()[4]
        subprocess.run([ROOT / "tests/lab/lab", "exec-at", "master", "--state",
                        self.cloud.lab_state, "--", "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1",
                        "-c", statement, f"host={socket} user=foyer dbname=foyer"], check=True)

    def is_well(self):
        try:
            return self.cloud.call("GET", "/healthz")[0] == 200
        except OSError:
            return False

    # -- the master's database --------------------------------------------------------------------

    def postgres(self, signal):
        """Sends a signal to the master's PostgreSQL and all its children."""
        file = self.cloud.lab_state / "master/postgres/postmaster.pid"
        subprocess.run([ROOT / "tests/lab/lab", "exec-at", "master", "--state",
                        self.cloud.lab_state, "--", "sh", "-euc",
                        f"pid=$(head -n 1 {file}); kill -{signal} $pid "
                        "$(cat /proc/$pid/task/$pid/children)"], check=True)

    def test_8_a_database_that_stands_still_stops_orders_and_nothing_else(self):
        with Visitor(self.cloud) as visitor:
            self.postgres("STOP")
            try:
                began = time.monotonic()
                for _ in range(2):  # one that finds out, and one that comes later
                    status, told = self.cloud.call("POST", "/v1/isps", {"name": "later"})
                    self.assertEqual((status, told["code"]), (503, "unavailable"), told)
                    self.assertIn("database", told["message"])
                    self.assertTrue(told["request_id"])
                self.assertEqual(self.cloud.call("GET", "/healthz")[0], 503)
                self.assertEqual(self.cloud.call("GET", "/v1/instances/first")[0], 200)
                time.sleep(max(0.0, FROZEN_S - (time.monotonic() - began)))
                for home in (FULL, CLOCKED):
                    self.assertTrue(self.cloud.box_status(home)["master"]["connected"], home)
                self.assertEqual(self.cloud.call("POST", "/v1/isps", {"name": "later"})[0], 503)
            finally:
                self.postgres("CONT")
            self.wait_for("the master is well", self.is_well)
            states = json.loads(self.cloud.must("node", "ls", "--output", "json"))["nodes"]
            self.assertEqual({node["state"] for node in states}, {"online"})
            self.cloud.order_echo("after")
            self.wait_running("after")
        self.assertGreater(visitor.visits, VISITS_MIN)
        self.assertEqual(visitor.failed, [])
        self.assertEqual(self.cloud.call("POST", "/v1/isps", {"name": "later"})[0], 200)
        self.delete("after")

    # -- an edge's certificate ---------------------------------------------------------------------

    def test_8b_an_edge_renews_its_certificate_by_itself_and_nobody_notices(self):
        """Certificates live SERVING_S in this cloud; the proxy is never restarted for a new one."""
        self.cloud.order_echo("secured")
        self.wait_running("secured")
        proxy = self.cloud.shell(EDGE, f"cat /run/foyer/{EDGE}-1/edge/haproxy.pid")
        with Visitor(self.cloud, "secured") as visitor, self.cloud.line("secured") as old:
            known = old.sock.getpeercert()

            def is_new():
                self.assertTrue(self.cloud.edge_answers_on(old), "the old connection goes on")
                with self.cloud.line("secured") as fresh:
                    found = fresh.sock.getpeercert()
                return found if found["serialNumber"] != known["serialNumber"] else None

            renewed = self.wait_for("another certificate is served", is_new, 2.0 * SERVING_S)
            left_s = ssl.cert_time_to_seconds(known["notAfter"]) - time.time()
            self.assertTrue(self.cloud.edge_answers_on(old))
        self.assertGreater(left_s, SERVING_S / 8, "long before the old one ended")
        self.assertGreater(ssl.cert_time_to_seconds(renewed["notAfter"]),
                           ssl.cert_time_to_seconds(known["notAfter"]))
        self.assertEqual(visitor.failed, [])
        self.assertEqual(proxy, self.cloud.shell(EDGE,
                                                 f"cat /run/foyer/{EDGE}-1/edge/haproxy.pid"))
        self.delete("secured")

    # -- a deleted node ---------------------------------------------------------------------------

    def test_9_a_deleted_node_is_refused_says_so_and_does_not_hammer(self):
        status, _, errors = self.cloud.ask("node", "delete", f"{FULL}-1", "--yes")
        self.assertEqual(status, 4)
        self.assertIn("node_not_empty", errors)
        self.cloud.must("node", "delete", f"{SPARE}-1", "--yes")

        def told():
            link = self.cloud.box_status(SPARE).get("master", {"connected": True})
            return not link["connected"] and "does not exist any more" in link["problem"]

        self.wait_for("the box says that it was removed", told)
        self.assertIn("enrol the box again", self.cloud.box_status(SPARE)["master"]["problem"])
        agent = self.cloud.service(SPARE)
        self.cloud.order_echo("meanwhile")
        self.wait_running("meanwhile")
        self.delete("meanwhile")
        refused = [line for line in self.cloud.log(SPARE, "sync_failed")
                   if "does not exist any more" in line["problem"]]
        self.assertTrue(refused)
        for line in refused:
            self.assertEqual(line["code"], "unauthenticated", line)
            self.assertGreaterEqual(line["retry_ms"], 15_000, "half of the first pause at least")
        self.assertEqual(self.cloud.service(SPARE), agent, "it waits, it does not end")

        # What the message says helps: a new identity with a new token.
        self.cloud.run(SPARE, "rm", "-r", self.cloud.folder(SPARE) / "identity")
        status, words = self.enrol(self.token(f"{SPARE}-1"), folder="box1")
        self.assertEqual(status, 0, words)
        self.cloud.lab("restart", SPARE)
        self.wait_for("the box is back", lambda: self.cloud.box_status(SPARE).get(
            "master", {}).get("connected"))
        self.shown(SPARE, "online")


if __name__ == "__main__":
    unittest.main(verbosity=2)
