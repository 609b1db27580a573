#!/usr/bin/python3
"""The packages in new minimal Debians 12 and 13: installed, used, upgraded, removed, purged. After
the purge each file of the machine is as it was before.
"""

import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from package_roots import ROOT, Machine, differences  # noqa: E402

SKIP = 77
PACKAGES = ("foyer", "foyer-master", "foyer-node")
BUILD = Path(os.environ.get("FOYER_BUILD", ROOT / "build/release"))


def packages():
    files = {file.name.split("_")[0]: file for file in BUILD.glob("*.deb")}
    return [files[name] for name in PACKAGES]


class Installed(unittest.TestCase):
    suite = ""

    @classmethod
    def setUpClass(cls):
        if not cls.suite:
            raise unittest.SkipTest("the two Debians below are tested")
        cls.machine = Machine(cls.suite)
        cls.addClassCleanup(cls.machine.close)
        cls.before = cls.machine.picture()
        (cls.machine.root / "tmp/debs").mkdir()
        for file in packages():
            shutil.copy(file, cls.machine.root / "tmp/debs")
        cls.install()

    @classmethod
    def install(cls):
        # Without a network: all they need is there, and no package of another source.
        done = cls.machine.run("sh", "-c", "dpkg --install /tmp/debs/*.deb", check=False)
        if done.returncode != 0:
            raise AssertionError(done.stdout)
        return done.stdout

    def told(self, *command):
        done = self.machine.run(*command, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_1_the_programs_find_all_their_libraries(self):
        version = self.told("foyer", "--version").split()[1]
        self.assertEqual(self.told("foyer-node", "--version").strip(), version)
        self.assertIn("Runs in the foreground", self.told("foyer-master", "--help"))
        for program in ("/usr/bin/foyer", "/usr/sbin/foyer-master", "/usr/sbin/foyer-node"):
            self.assertNotIn("not found", self.told("ldd", program))
        self.assertIn("foyer-node", self.told("dpkg", "-S", "/usr/libexec/foyer/foyer-fence"))

    def test_2_what_they_come_with_is_sound(self):
        self.told("foyer-master", "check-config", "/etc/foyer/master.toml")
        units = ["/usr/lib/systemd/system/foyer-master.service",
                 "/usr/lib/systemd/system/foyer-node.service",
                 "/usr/lib/systemd/system/foyer-partitions.service",
                 "/usr/lib/systemd/system/foyer-node-upgrade.path",
                 "/usr/lib/systemd/system/foyer-node-upgrade.service"]
        self.assertEqual(self.told("systemd-analyze", "verify", "--man=no", *units), "")
        self.assertIn("foyer-order", self.told("sh", "-c", "ls /usr/share/man/man1"))
        for file in ("bash-completion/completions/foyer", "zsh/vendor-completions/_foyer",
                     "fish/vendor_completions.d/foyer.fish", "doc/foyer-node/README.md"):
            self.assertTrue((self.machine.root / "usr/share" / file).stat().st_size > 0, file)
        self.assertIn("foyer-master:", self.told("getent", "passwd", "foyer-master"))

    def test_3_nothing_is_started_or_enabled(self):
        for unit in ("foyer-master.service", "foyer-node.service", "foyer-node-upgrade.*"):
            self.assertFalse(list(self.machine.root.glob(f"etc/systemd/system/*/{unit}")))
        helper = self.machine.root / "usr/libexec/foyer/foyer-node-upgrade"
        self.assertTrue(os.access(helper, os.X_OK))
        done = self.machine.run("foyer-node", "run", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("enrol", done.stdout)

    def test_4_an_upgrade_keeps_what_the_operator_wrote(self):
        config = self.machine.root / "etc/foyer/node.toml"
        config.write_text("exec = false\n", encoding="utf-8")
        self.assertNotIn("what to do next", self.install())
        self.assertEqual(config.read_text(encoding="utf-8"), "exec = false\n")

    def test_5_tampered_with_it_is_refused(self):
        good = packages()[0].read_bytes()
        bad = self.machine.root / "tmp/bad.deb"
        for at in (len(good) // 4, len(good) // 2, len(good) - 100):
            bad.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            done = self.machine.run("dpkg", "--install", "/tmp/bad.deb", check=False)
            self.assertNotEqual(done.returncode, 0, done.stdout)
        self.told("foyer", "--version")

    def test_6_removed_it_keeps_data_purged_nothing(self):
        data = self.machine.root / "var/lib/foyer"
        (data / "node/state").mkdir(parents=True)
        (data / "node/state/journal").write_text("kept", encoding="utf-8")
        (data / "master").mkdir()
        self.told("dpkg", "--remove", *PACKAGES)
        self.assertFalse((self.machine.root / "usr/sbin/foyer-node").exists())
        self.assertTrue((data / "node/state/journal").exists())
        self.assertTrue((self.machine.root / "etc/foyer/node.toml").exists())
        self.told("dpkg", "--purge", *PACKAGES)
        left = differences(self.before, self.machine.picture())
        print(f"{self.suite}: {len(self.before)} files before, {len(left)} differ after the purge")
        self.assertEqual(left, [])


class Debian12(Installed):
    suite = "bookworm"


class Debian13(Installed):
    suite = "trixie"


def main():
    for program in ("mmdebstrap", "cpack"):
        if shutil.which(program) is None:
            print(f"skipped: {program} is missing: sudo deploy/lib/install build image")
            return SKIP
    if os.geteuid() != 0:
        print("skipped: only root can make a Debian root")
        return SKIP
    subprocess.run([ROOT / "deploy/package", "--no-build"], check=True)
    return unittest.main(verbosity=2)


if __name__ == "__main__":
    sys.exit(main())
