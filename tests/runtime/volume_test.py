#!/usr/bin/env python3
"""An encrypted volume: nothing of it can be read without its key, it is a limit and a reserve, and
it survives whatever ends the box.
"""

import glob
import os
import signal
import subprocess
import sys
import time
import unittest

import runtime_lab
from runtime_lab import Driver, Place, busybox_entries, make_image, release, run

ADDRESS = "fd50:f0e:1:a::1"
MIB = 1 << 20
SIZE = 24 * MIB
CANARY = "canary-7431-of-a-tenant"
SPELL = "c=canary-$((7430 + 1))-of-a-tenant; "  # commands lie in clear beside the volume
KEY, OTHER = "k" * 52, "o" * 52
SERVE = (
    SPELL + "echo said-$c; echo $c >/foyer/volume/name-$c; sync; "
    "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"
)
HOOKS = {
    "init": (SPELL + "echo $c >/foyer/volume/mine; ls /foyer/secrets; cat /foyer/secrets/*", 20),
    "position": ("cat /foyer/volume/mine; df -k /foyer/volume", 10),
    "join": ("dd if=/dev/zero of=/foyer/volume/fill bs=4k count=16384; true", 60),
    "export": ("dd if=/dev/zero of=/foyer/volume/big bs=1M count=64; rm /foyer/volume/big; true",
               60),
}


def raw(folder):
    """All that a disk shows of a folder: names, and what lies in the files, mounts left out."""
    names, shown = "", b""
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not os.path.ismount(f"{path}/{name}")]
        for name in files:
            names += f"{path}/{name}\n"
            if os.path.isfile(f"{path}/{name}"):
                with open(f"{path}/{name}", "rb") as file:
                    shown += file.read()
    return names.encode() + shown


def devices_of(image):
    """Loop devices that show the file."""
    found = []
    for name in glob.glob("/sys/block/loop*/loop/backing_file"):
        with open(name, encoding="utf-8") as file:
            if file.read().strip() == image:
                found.append(name)
    return found


class Volume(unittest.TestCase):
    ENCRYPTION = "fscrypt"
    FILE_SYSTEM_AT = 0  # in the image
    SHOWN_IN = "private"

    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.blobs = cls.place.folder("blobs")
        cls.image = make_image(cls.blobs, [busybox_entries()])
        cls.release = release(cls.image, SERVE, HOOKS)
        cls.space = cls.place.netns("home")
        cls.begin()
        cls.box.must("ensure", image=cls.image)

    @classmethod
    def begin(cls):
        cls.box = Driver(cls.place, "home", cls.space, blobs=cls.blobs,
                         cgroup_parent=cls.place.cgroup_parent(), encryption=cls.ENCRYPTION)
        cls.partition = f"{cls.box.data_dir}/partitions/acme-0"
        cls.store, cls.file = f"{cls.partition}/store", f"{cls.partition}/store.img"

    @classmethod
    def tearDownClass(cls):
        for partition in cls.box.ask("list").get("ok", []):
            cls.box.ask("erase", partition=partition)
        cls.box.close()
        cls.place.remove()

    def setUp(self):
        done = self.prepare()
        if "was built without" in str(done) or "no loop devices" in str(done):
            self.skipTest(f"this kernel encrypts no folder: {done}")
        if "this machine cannot" in str(done):
            self.skipTest(f"this machine has no {self.ENCRYPTION}: {done}")
        self.assertIn("ok", done)

    def tearDown(self):
        self.box.must("erase", partition="acme-0")
        self.assertEqual([], os.listdir(f"{self.box.data_dir}/partitions"))
        self.assertEqual([], devices_of(self.file))

    def prepare(self, key=KEY, **more):
        secrets = {"admin_password": "s3cret"}
        if key:
            secrets["volume_key"] = key
        return self.box.ask("prepare", partition="acme-0", address=ADDRESS, members=[ADDRESS],
                            secrets=secrets, disk=SIZE, release=self.release, **more)

    def hook(self, name):
        return self.box.must("hook", partition="acme-0", hook=name)

    def power_cut(self):
        """As far as one machine can play it: all is gone from memory, the disk stays."""
        self.box.must("kill", partition="acme-0")
        self.box.kill()
        self.unmount()
        self.forget()
        self.assertEqual([], devices_of(self.file))
        type(self).begin()

    def unmount(self):
        run("umount", self.store)

    def forget(self):
        """What is left of the open store beside its mount."""

    def test_what_a_tenant_writes_and_prints_cannot_be_read_without_the_key(self):
        out = self.hook("init")["output"]
        self.assertIn("s3cret", out)
        self.assertNotIn("volume_key", out)
        self.assertNotIn(KEY, out)
        self.box.must("start", partition="acme-0")
        for _ in range(100):
            if CANARY in str(self.box.must("log", partition="acme-0", newest=10, wait_ms=200)):
                break
        os.sync()
        self.assertIn(CANARY.encode(), raw(f"{self.store}/{self.SHOWN_IN}"), "in an open store")
        shown = raw(self.box.data_dir)
        self.assertGreater(len(shown), SIZE)
        self.power_cut()
        for looked_at in (shown, raw(self.box.data_dir)):
            for secret in (CANARY, KEY, "s3cret"):
                self.assertNotIn(secret.encode(), looked_at)

    def test_it_is_there_again_with_its_key_and_with_no_other(self):
        self.hook("init")
        self.power_cut()
        self.assertIn("key has not come yet", str(self.prepare(key="")))
        self.assertIn("made with another key", str(self.prepare(key=OTHER)))
        self.assertIn("ok", self.prepare())
        self.assertIn(CANARY, self.hook("position")["output"])

    def test_an_agent_that_dies_leaves_it_open_and_the_next_finds_it(self):
        self.hook("init")
        self.box.must("start", partition="acme-0")
        self.box.kill()
        type(self).begin()
        self.assertIn("ok", self.prepare())
        self.assertEqual("running", self.box.must("status", partition="acme-0")["ok"])
        self.assertEqual(1, len(devices_of(self.file)))

    def test_a_namespace_that_still_has_it_shares_one_device_with_us(self):
        self.hook("init")
        with subprocess.Popen(["unshare", "--mount", "sh", "-c", "echo in; exec sleep 600"],
                              stdout=subprocess.PIPE, text=True) as other:
            try:
                self.assertEqual("in\n", other.stdout.readline())
                self.unmount()
                self.assertIn("ok", self.prepare())
                self.assertEqual(1, len(devices_of(self.file)))
                self.assertIn(CANARY, self.hook("position")["output"])
            finally:
                other.kill()

    def test_it_is_a_limit_and_a_reserve(self):
        self.assertGreaterEqual(os.stat(self.file).st_blocks * 512, SIZE)
        full = self.hook("export")
        self.assertIn("No space left", str(full))
        words = self.hook("position")["output"].split()
        self.assertLess(int(words[words.index("/foyer/volume") - 4]) * 1024, SIZE)

    def test_a_damaged_store_is_told_and_not_written_on(self):
        self.hook("init")
        self.power_cut()
        with open(self.file, "r+b") as file:
            file.seek(self.FILE_SYSTEM_AT)
            before = file.read(4096)
            file.seek(self.FILE_SYSTEM_AT)
            file.write(bytes(4096))
        self.assertIn("the volume is damaged", str(self.prepare()))
        with open(self.file, "r+b") as file:
            file.seek(self.FILE_SYSTEM_AT)
            file.write(before)
        self.assertIn("ok", self.prepare())
        self.assertIn(CANARY, self.hook("position")["output"])

    def test_a_store_that_became_read_only_is_opened_anew(self):
        self.hook("init")
        run("mount", "-o", "remount,ro", self.store)
        self.assertIn("ok", self.prepare())
        self.hook("init")

    def test_a_try_that_the_power_cut_is_begun_anew(self):
        self.box.must("erase", partition="acme-0")
        os.makedirs(self.partition)
        with open(self.file + ".new", "wb") as torn:
            torn.write(b"torn" * 1000)
        self.assertIn("ok", self.prepare())
        self.assertFalse(os.path.exists(self.file + ".new"))
        self.begin_folder_anew()
        self.hook("init")

    def begin_folder_anew(self):
        self.box.must("kill", partition="acme-0")
        os.rename(f"{self.store}/private", f"{self.store}/private.new")
        self.assertIn("ok", self.prepare())
        self.assertFalse(os.path.exists(f"{self.store}/private.new"))

    def test_a_disk_without_room_is_told_and_nothing_is_left(self):
        self.box.must("erase", partition="acme-0")
        done = self.box.ask("prepare", partition="acme-0", address=ADDRESS, members=[ADDRESS],
                            secrets={"volume_key": KEY}, disk=1 << 50, release=self.release)
        self.assertIn("disk full: the volume needs 1073741824 MiB", str(done))
        self.assertEqual([], os.listdir(f"{self.box.data_dir}/partitions"))
        self.assertIn("ok", self.prepare())

    def test_a_volume_of_before_stays_as_it_is(self):
        self.box.must("erase", partition="acme-0")
        self.assertIn("ok", self.prepare(key=""))
        self.hook("init")
        self.assertIn("ok", self.prepare())
        self.assertFalse(os.path.exists(self.file))
        self.assertIn(CANARY, self.hook("position")["output"])


class LuksVolume(Volume):
    ENCRYPTION = "luks"
    FILE_SYSTEM_AT = MIB

    def mappings(self):
        return sorted(name for name in os.listdir("/dev/mapper") if name.startswith("foyer-"))

    def forget(self):
        for name in self.mappings():
            run("cryptsetup", "close", name)

    def begin_folder_anew(self):
        """The folder is made by one step: nothing of it is half done."""

    def tearDown(self):
        super().tearDown()
        self.assertEqual([], self.mappings())

    def test_it_is_luks_and_tells_so_by_itself(self):
        self.hook("init")
        self.assertEqual(1, len(self.mappings()))
        with open(self.file, "rb") as file:
            self.assertEqual(b"LUKS\xba\xbe\x00\x02", file.read(8))
        self.power_cut()
        self.box.close()
        type(self).ENCRYPTION = "fscrypt"  # the host changes his mind; what is there stays
        try:
            type(self).begin()
            self.assertIn("ok", self.prepare())
            self.assertEqual(1, len(self.mappings()))
            self.assertIn(CANARY, self.hook("position")["output"])
        finally:
            self.box.close()
            type(self).ENCRYPTION = "luks"
            type(self).begin()

    def test_an_open_one_is_given_to_no_other_key(self):
        self.assertIn("made with another key", str(self.prepare(key=OTHER)))

    def header(self, content):
        """Puts another one in place of all but the first bytes; the one that was there."""
        with open(self.file, "r+b") as file:
            file.seek(8)
            before = file.read(MIB - 8)
            file.seek(8)
            file.write(content)
        os.sync()
        return before

    def test_an_open_one_knows_its_key_and_asks_no_program(self):
        whole = self.header(bytes(MIB - 8))
        self.assertIn("ok", self.prepare())
        self.assertIn("error", self.prepare(key=OTHER))
        (name,) = self.mappings()
        run("dmsetup", "rename", name, "foyer-earlier")
        self.assertIn("error", self.prepare(), "there is no header that cryptsetup could read")
        self.header(whole)
        self.assertIn("ok", self.prepare(), "one that an earlier agent named")
        self.assertIn("made with another key", str(self.prepare(key=OTHER)))
        self.assertEqual(["foyer-earlier"], self.mappings())

    def test_one_that_was_opened_and_not_mounted_is_found(self):
        self.hook("init")
        self.box.must("kill", partition="acme-0")
        run("umount", self.store)
        self.assertIn("ok", self.prepare())
        self.assertEqual(1, len(self.mappings()))
        self.assertIn(CANARY, self.hook("position")["output"])

    def test_a_draft_that_a_dead_agent_left_open_goes(self):
        self.box.must("erase", partition="acme-0")
        os.makedirs(self.partition)
        draft = self.file + ".new"
        with open(draft, "wb") as file:
            file.truncate(SIZE)
        subprocess.run(["cryptsetup", "luksFormat", "-q", "--pbkdf", "pbkdf2",
                        "--pbkdf-force-iterations", "1000", "--key-file=-", draft],
                       input=b"k", check=True)
        subprocess.run(["cryptsetup", "open", "--key-file=-", draft, "foyer-draft"], input=b"k",
                       check=True)
        self.assertIn("ok", self.prepare())
        self.assertEqual([], devices_of(draft))
        self.assertNotIn("foyer-draft", self.mappings())


class GocryptfsVolume(Volume):
    ENCRYPTION = "gocryptfs"
    SHOWN_IN = "private/keeper"

    def programs(self):
        """Process ids of what shows a store of this test."""
        found = []
        for name in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(name, "rb") as file:
                    words = file.read().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue  # ended meanwhile
            if words[0] == b"gocryptfs" and self.place.path.encode() in b" ".join(words):
                found.append(int(name.split("/")[2]))
        return sorted(found)

    def views(self):
        """The views that are mounted where we are."""
        with open("/proc/self/mounts", encoding="utf-8") as mounts:
            return [line.split()[1] for line in mounts if f" {self.store}/private" in line]

    def unmount(self):
        for folder in reversed(self.views()):
            run("umount", folder)
        # Their programs end a moment later, or never, where somebody else still has the views.
        run("umount", "-l", self.store)

    def wait_until(self, holds):
        for _ in range(100):
            if holds():
                return
            time.sleep(0.1)
        self.fail("it does not come to be")

    def forget(self):
        self.wait_until(lambda: not self.programs() and not devices_of(self.file))

    def begin_folder_anew(self):
        self.power_cut()
        self.assertIn("ok", self.prepare())
        self.box.must("kill", partition="acme-0")
        for folder in reversed(self.views()):
            run("umount", folder)
        os.rename(f"{self.store}/gocryptfs", f"{self.store}/gocryptfs.new")
        self.assertIn("ok", self.prepare())
        self.assertFalse(os.path.exists(f"{self.store}/gocryptfs.new"))

    def tearDown(self):
        super().tearDown()
        self.assertEqual([], self.programs())
        self.assertEqual([], self.views())

    def test_it_tells_so_by_itself(self):
        self.hook("init")
        with open(self.file, "rb") as file:
            file.seek(1024 + 0x78)
            self.assertEqual(b"foyer-gocryptfs\0", file.read(16))
        self.power_cut()
        self.box.close()
        type(self).ENCRYPTION = "auto"  # the host changes his mind; what is there stays
        try:
            type(self).begin()
            self.assertIn("ok", self.prepare())
            self.assertEqual(2, len(self.programs()))
            self.assertIn(CANARY, self.hook("position")["output"])
        finally:
            self.box.close()
            type(self).ENCRYPTION = "gocryptfs"
            type(self).begin()

    def test_an_open_one_is_given_to_no_other_key(self):
        self.assertIn("made with another key", str(self.prepare(key=OTHER)))
        self.assertIn("ok", self.prepare())

    def test_its_programs_show_the_key_to_nobody_who_looks(self):
        for program in self.programs():
            for what in ("cmdline", "environ"):
                with open(f"/proc/{program}/{what}", "rb") as file:
                    self.assertNotIn(KEY.encode(), file.read())
            self.assertIn("pipe:", os.readlink(f"/proc/{program}/fd/0"))

    def test_an_agent_that_dies_takes_no_program_with_it(self):
        self.hook("init")
        self.box.must("start", partition="acme-0")
        before = self.programs()
        self.assertEqual(2, len(before))
        self.box.kill()
        type(self).begin()
        self.assertEqual("running", self.box.must("status", partition="acme-0")["ok"])
        self.assertIn("ok", self.prepare())
        self.assertEqual(before, self.programs())
        self.assertEqual("running", self.box.must("status", partition="acme-0")["ok"])

    def test_a_program_that_dies_ends_the_copy_and_the_next_start_shows_all_again(self):
        self.hook("init")
        for which in (0, 1):
            self.box.must("start", partition="acme-0")
            before = self.programs()
            os.kill(before[which], signal.SIGKILL)
            self.wait_until(lambda: self.box.must("status", partition="acme-0")["ok"] == "exited")
            self.assertIn("opened anew", str(self.box.ask("start", partition="acme-0")))
            self.assertIn("ok", self.prepare())
            self.assertEqual(2, len(self.programs()))
            self.assertEqual([], [program for program in self.programs() if program in before])
            self.box.must("start", partition="acme-0")
            self.assertEqual("running", self.box.must("status", partition="acme-0")["ok"])
            self.box.must("kill", partition="acme-0")
            self.assertIn(CANARY, self.hook("position")["output"])
        for folder in reversed(self.views()):
            run("umount", folder)
        for folder in ("keeper", "volume"):
            self.assertEqual([], os.listdir(f"{self.store}/private/{folder}"), "written beneath")

    def test_who_was_cut_off_does_not_pass_for_running_once_all_is_shown_anew(self):
        self.hook("init")
        self.box.must("start", partition="acme-0")
        with open(f"{self.box.run_dir}/partitions/acme-0/pid", encoding="ascii") as file:
            first = int(file.read().split()[0])
        os.kill(self.programs()[1], signal.SIGKILL)
        self.wait_until(lambda: self.box.must("status", partition="acme-0")["ok"] == "exited")
        self.assertIn("ok", self.prepare())
        self.assertNotEqual("running", self.box.must("status", partition="acme-0")["ok"])
        self.assertFalse(runtime_lab.is_alive(first))
        self.box.must("start", partition="acme-0")
        self.assertEqual("running", self.box.must("status", partition="acme-0")["ok"])

    def test_a_full_volume_leaves_its_log_room(self):
        full = self.hook("join")
        self.assertIn("No space left", str(full))
        self.box.must("start", partition="acme-0")
        self.wait_until(
            lambda: CANARY in str(self.box.must("log", partition="acme-0", newest=10, wait_ms=0)))
        self.assertEqual("running", self.box.must("status", partition="acme-0")["ok"])


if __name__ == "__main__":
    runtime_lab.skip_unless_able()
    unittest.main(argv=sys.argv[:1], verbosity=2)
