#!/usr/bin/python3
"""The helper that installs another version of the agent, with a dpkg of the test's own in a folder
of the test's own: what it does when all goes well, when the new agent does not sync, when the
package is damaged, and when power fails before or after each single thing it does.
"""

import contextlib
import hashlib
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

HELPER = Path(__file__).resolve().parents[2] / "node-agent/tools/foyer-node-upgrade"
ORDER = "1764000000000"

# Each program the helper calls, counted; at the call CUT the power fails, before or after it.
WRAPPER = """#!/bin/sh
count=$(( $(cat "$TEST/count" 2>/dev/null || echo 0) + 1 ))
echo $count >"$TEST/count"
if [ "$count" = "${{CUT:-0}}" ] && [ "$WHEN" = before ]; then kill -s KILL -- "-$GROUP"; fi
{real} "$@"
status=$?
if [ "$count" = "${{CUT:-0}}" ] && [ "$WHEN" = after ]; then kill -s KILL -- "-$GROUP"; fi
exit $status
"""

# As dpkg and the agent that it restarts: what is unpacked runs, and says so if it can.
DPKG = """#!/bin/sh
for file; do :; done
version=$(sed -n 's/^version //p' "$file")
echo "$*" >>"$TEST/dpkg.log"
if [ -f "$TEST/dpkg.locked" ]; then
    rm "$TEST/dpkg.locked"
    echo "dpkg frontend lock is taken" >&2
    exit 2
fi
echo "(Reading database ... 20000 files and directories currently installed.)"
echo half >"$TEST/installed"
grep -q "^bad$" "$file" && { echo "pre-installation script failed" >&2; exit 1; }
echo "$version" >"$TEST/installed"
grep -q "^mute$" "$file" || echo "$version" >"$FOLDER/synced"
"""


class Box:
    def __init__(self, wanted="", present=""):
        self.kept = tempfile.TemporaryDirectory()  # gone with the box
        self.root = Path(self.kept.name)
        self.folder = self.root / "var/lib/foyer/node/upgrade"
        self.folder.mkdir(parents=True)
        (self.root / "usr/sbin").mkdir(parents=True)
        self.programs = self.root / "programs"
        self.programs.mkdir()
        self.put_program(self.root / "usr/sbin/foyer-node", "#!/bin/sh\nexit 0\n")
        self.put_program(self.programs / "dpkg.real", DPKG)
        for name in ("sync", "mv", "rm", "sha256sum"):
            real = subprocess.run(["which", name], capture_output=True, text=True, check=True)
            self.put_program(self.programs / name, WRAPPER.format(real=real.stdout.strip()))
        self.put_program(self.programs / "dpkg",
                         WRAPPER.format(real=self.programs / "dpkg.real"))
        (self.root / "installed").write_text("1\n", encoding="ascii")
        wanted = self.put("wanted.deb", f"version 2\n{wanted}")
        present = self.put("present.deb", f"version 1\n{present}")
        self.put("go", f"order {ORDER}\nversion 2\npresent 1\nsha256 {wanted}\n"
                       f"present_sha256 {present}\n")

    @staticmethod
    def put_program(path, text):
        path.write_text(text, encoding="ascii")
        path.chmod(0o755)

    def put(self, name, text):
        (self.folder / name).write_text(text, encoding="ascii")
        return hashlib.sha256(text.encode()).hexdigest()

    def command(self, cut=0, when="before"):
        (self.root / "count").unlink(missing_ok=True)
        script = 'GROUP=$$; export GROUP; exec sh "$0"'
        return {"args": ["sh", "-c", script, str(HELPER)], "start_new_session": True,
                "env": {"PATH": f"{self.programs}:{os.environ['PATH']}", "TEST": str(self.root),
                        "FOLDER": str(self.folder), "CUT": str(cut), "WHEN": when,
                        "FOYER_UPGRADE_ROOT": str(self.root), "FOYER_UPGRADE_WAIT_S": "3",
                        "FOYER_UPGRADE_SECOND": "0.01", "FOYER_UPGRADE_LOCK_TRIES": "5"}}

    def boot_for(self, seconds):
        """The power fails some time after the helper began dpkg, if that still runs."""
        with subprocess.Popen(**self.command(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as helper:
            while helper.poll() is None and not (self.folder / "phase").exists():
                time.sleep(0.002)
            time.sleep(seconds)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(helper.pid, signal.SIGKILL)

    def boot(self, cut=0, when="before"):
        """Runs the helper; True where it ran to its end."""
        done = subprocess.run(**self.command(cut, when), capture_output=True, text=True,
                              check=False)
        if done.returncode not in (0, -9):
            raise AssertionError(f"{done.returncode}: {done.stdout}{done.stderr}")
        return done.returncode == 0

    def installed(self):
        return (self.root / "installed").read_text(encoding="ascii").strip()

    def outcome(self):
        path = self.folder / "outcome"
        return path.read_text(encoding="ascii").splitlines() if path.exists() else None

    def calls(self):
        return int((self.root / "count").read_text(encoding="ascii"))


# The machine's own dpkg, on a tree of the test's; what it has configured says that it synced.
REAL_DPKG = """#!/bin/sh
/usr/bin/dpkg --root="$TEST/tree" --force-not-root --force-bad-path "$@" || exit $?
/usr/bin/dpkg-query --admindir="$TEST/tree/var/lib/dpkg" -W -f '${Version}\\n' foyer-node \\
    >"$FOLDER/synced"
"""


class RealBox(Box):
    """Two packages made by dpkg-deb, installed by dpkg."""

    def __init__(self):
        super().__init__()
        self.admin = self.root / "tree/var/lib/dpkg"
        for name in ("info", "updates", "triggers"):
            (self.admin / name).mkdir(parents=True)
        (self.admin / "status").touch()
        self.put_program(self.programs / "dpkg", REAL_DPKG)
        hashes = {name: self.make_deb(name, version)
                  for name, version in (("wanted", "2"), ("present", "1"))}
        self.put("go", f"order {ORDER}\nversion 2\npresent 1\nsha256 {hashes['wanted']}\n"
                       f"present_sha256 {hashes['present']}\n")
        subprocess.run([self.programs / "dpkg", "--install", self.folder / "present.deb"],
                       check=True, capture_output=True,
                       env={**os.environ, "TEST": str(self.root), "FOLDER": str(self.folder)})
        (self.folder / "synced").unlink()

    def make_deb(self, name, version):
        tree = self.root / name
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN/control").write_text(
            f"Package: foyer-node\nVersion: {version}\nArchitecture: all\n"
            "Maintainer: F <f@foyer.invalid>\nDescription: of a test\n", encoding="ascii")
        for number in range(60):
            (tree / f"file-{number}").write_bytes(os.urandom(20_000) + version.encode())
        file = self.folder / f"{name}.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, file],
                       check=True, capture_output=True)
        return hashlib.sha256(file.read_bytes()).hexdigest()

    def status(self):
        done = subprocess.run(
            ["dpkg-query", f"--admindir={self.admin}", "-W", "-f",
             "${Version} ${db:Status-Status}", "foyer-node"], check=True, capture_output=True,
            text=True)
        return done.stdout

    def versions_of_files(self):
        return {file.read_bytes()[-1:].decode()
                for file in (self.root / "tree").glob("file-*")}


class Helper(unittest.TestCase):
    def check_over(self, box, kind, installed):
        self.assertEqual(box.installed(), installed)
        self.assertEqual(box.outcome()[:2], [ORDER, kind])
        self.assertFalse((box.folder / "go").exists())
        self.assertFalse((box.folder / "phase").exists())
        log = (box.root / "dpkg.log").read_text(encoding="ascii") if \
            (box.root / "dpkg.log").exists() else ""
        self.assertNotIn("\n\n", log)
        self.assertTrue(box.boot())  # nothing is left to be done

    def test_all_goes_well(self):
        box = Box()
        box.boot()
        self.check_over(box, "done", "2")
        log = (box.root / "dpkg.log").read_text(encoding="ascii")
        self.assertIn("--force-confold", log)  # nobody is there to be asked

    def test_an_agent_that_does_not_sync_goes_back(self):
        box = Box(wanted="mute\n")
        box.boot()
        self.check_over(box, "went_back", "1")
        self.assertIn("was not answered by its master", box.outcome()[2])

    def test_a_package_that_cannot_be_installed_goes_back(self):
        box = Box(wanted="bad\n")
        box.boot()
        self.check_over(box, "went_back", "1")
        self.assertEqual(box.outcome()[2],
                         "it cannot be installed: pre-installation script failed")

    def test_a_package_that_was_changed_meanwhile_is_not_installed(self):
        box = Box()
        box.put("wanted.deb", "version 3\n")
        box.boot()
        self.check_over(box, "went_back", "1")
        self.assertIn("the package is damaged", box.outcome()[2])

    def test_what_no_pinned_key_signed_is_refused(self):
        box = Box()
        box.put_program(box.root / "usr/sbin/foyer-node",
                        '#!/bin/sh\necho "foyer-node: none of the keys signed it"\nexit 1\n')
        box.boot()
        self.check_over(box, "refused", "1")
        self.assertIn("none of the keys signed it", box.outcome()[2])
        self.assertFalse((box.root / "dpkg.log").exists())

    def test_another_dpkg_is_waited_for(self):
        box = Box()
        (box.root / "dpkg.locked").touch()
        box.boot()
        self.check_over(box, "done", "2")

    def test_without_an_order_nothing_is_done(self):
        box = Box()
        (box.folder / "go").unlink()
        self.assertTrue(box.boot())
        self.assertEqual(box.installed(), "1")

    def test_power_may_fail_at_every_step(self):
        cuts = 0
        for wanted, kind, installed in (("", "done", "2"), ("mute\n", "went_back", "1"),
                                        ("bad\n", "went_back", "1")):
            whole = Box(wanted=wanted)
            whole.boot()
            for cut in range(1, whole.calls() + 1):
                for when in ("before", "after"):
                    with self.subTest(wanted=wanted, cut=cut, when=when):
                        box = Box(wanted=wanted)
                        self.assertFalse(box.boot(cut, when))
                        cuts += 1
                        self.assertTrue(box.boot())
                        self.check_over(box, kind, installed)
        print(f"{cuts} cuts")

    def test_with_debians_own_dpkg(self):
        box = RealBox()
        self.assertEqual(box.status(), "1 installed")
        self.assertTrue(box.boot())
        self.assertEqual(box.outcome()[:2], [ORDER, "done"])
        self.assertEqual(box.status(), "2 installed")
        self.assertEqual(box.versions_of_files(), {"2"})

    def test_debians_own_dpkg_is_cut_half_way(self):
        halves = 0
        for after_ms in range(10, 160, 15):
            box = RealBox()
            with self.subTest(after_ms=after_ms):
                box.boot_for(after_ms / 1000)
                halves += box.status() not in ("1 installed", "2 installed")
                self.assertTrue(box.boot())
                self.assertEqual(box.outcome()[:2], [ORDER, "done"])
                self.assertEqual(box.status(), "2 installed")
                self.assertEqual(box.versions_of_files(), {"2"})
        print(f"{halves} packages were half there")

    def test_a_package_that_cuts_the_power_itself_goes_back(self):
        box = Box()
        (box.folder / "phase").write_text("install 3\n", encoding="ascii")
        box.boot()
        self.check_over(box, "went_back", "1")
        self.assertIn("cut short 3 times", box.outcome()[2])


if __name__ == "__main__":
    unittest.main(verbosity=2)
