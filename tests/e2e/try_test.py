#!/usr/bin/python3
"""The two things a newcomer types after `deploy/try`: what the README and the try-out tell him to.

`deploy/try` itself, as a person calls it, in a folder and on ports of the test's own: raised, asked
again, used with nothing but curl, its ISP cut, and removed without a trace.
"""
import json
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "support"))
from cloud_of_homes import ROOT, skip  # noqa: E402
from free_ports import free_ports  # noqa: E402

TRY_S = 900
KEYS = {"api_url", "grpc_address", "ca_file", "tokens", "instances", "lab_state"}


def machine():
    """What a lab could leave behind: links, rules, mounts, namespaces."""
    looks = (("ip", "-br", "link"), ("nft", "list", "tables"), ("ip", "netns", "list"))
    seen = [subprocess.run(look, text=True, check=False, stdout=subprocess.PIPE).stdout
            for look in looks]
    seen[0] = sorted(line.split()[0] for line in seen[0].splitlines())
    return seen + [Path("/proc/self/mounts").read_text()]


class TryOut(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            skip("a lab of homes needs root")
        cls.before = machine()
        cls.folder = Path(tempfile.mkdtemp(prefix="foyer-e2e-try-", dir="/var/tmp"))
        cls.folder.chmod(0o755)
        cls.state = cls.folder / "state"
        cls.ports = dict(zip(("web", "api", "grpc"), free_ports(3)))
        cls.json_file = cls.folder / "try.json"
        done = cls.run_try("--json", cls.json_file, *(word for name, port in cls.ports.items()
                                                      for word in ("--publish", f"{name}={port}")))
        if done.returncode != 0:
            cls.run_try("--down")
            sys.exit(f"deploy/try failed:\n{done.stdout}\n{done.stderr}")
        cls.said = done.stdout
        cls.told = json.loads(cls.json_file.read_text())

    @classmethod
    def run_try(cls, *words):
        """deploy/try, called from a folder of no meaning."""
        return subprocess.run([ROOT / "deploy/try", *words], cwd="/", text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=TRY_S,
                              env={**os.environ, "FOYER_TRY_STATE": str(cls.state)})

    def test_1_what_it_says_is_what_a_person_needs(self):
        instance = self.told["instances"][0]
        for text in (instance["url"].rstrip("/"), instance["password"], "certutil"):
            self.assertIn(text, self.said)
        self.assertTrue(self.said.rstrip().endswith("sudo deploy/try --pull-the-plug"))
        table = self.said[self.said.index("COPY"):].splitlines()[:4]
        self.assertEqual(table[0].split(), ["COPY", "HOME", "ISP", "COUNTRY", "ROLE"])
        self.assertEqual(len({row.split()[2] for row in table[1:]}), 3, table)

    def test_2_what_it_writes_is_what_a_program_needs_and_nobody_else_reads(self):
        self.assertEqual(set(self.told), KEYS)
        self.assertEqual(set(self.told["tokens"]), {"operator", "host", "customer"})
        self.assertEqual(set(self.told["instances"][0]),
                         {"name", "release", "url", "resolve", "database", "user", "password"})
        self.assertEqual(stat.S_IMODE(self.json_file.stat().st_mode), 0o600)

    def test_3_a_second_run_says_the_same_and_raises_nothing(self):
        os.chmod(self.json_file, 0o644)
        again = self.run_try("--json", self.json_file)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotIn("raising", again.stdout)
        self.assertEqual(json.loads(self.json_file.read_text()), self.told)
        self.assertEqual(stat.S_IMODE(self.json_file.stat().st_mode), 0o600)

    def test_4_with_nothing_but_curl(self):
        instance = self.told["instances"][0]
        text = (ROOT / "deploy/software/tryton/README.md").read_text()
        recipe = re.search(r"```sh\n(rpc\(\).*?|# The body.*?)```", text, re.DOTALL).group(1)
        (self.folder / ".curlrc").write_text(f"cacert = {self.told['ca_file']}\n"
                                             f"resolve = {instance['resolve']}\n")
        done = subprocess.run(["sh", "-eu"], input="AUTH=\n" + recipe, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                              env={**os.environ, "CURL_HOME": str(self.folder),
                                   "URL": instance["url"].rstrip("/"),
                                   "PASSWORD": instance["password"]})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r'"number": ?"F\d{4}-00001"')
        self.assertRegex(done.stdout, r'"state": ?"posted"')
        self.assertIn("Jane Doe", done.stdout)

    def test_5_each_command_of_the_readme_proves_its_paragraph(self):
        readme = (ROOT / "README.md").read_text()
        proofs = re.findall(r"Proof: `sudo ([^`]+)`", readme)
        self.assertEqual(len(proofs), 3, "one a paragraph: customer, host, operator")
        for proof in proofs[1:]:
            command = proof.replace("/var/lib/foyer-try", str(self.state))
            done = subprocess.run(["sh", "-euc", command], cwd=ROOT, text=True, check=False,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=60)
            self.assertEqual(done.returncode, 0, command + done.stderr)
            self.assertTrue(done.stdout.strip(), command)
        self.assertEqual(proofs[0], "deploy/try --pull-the-plug")

    def test_6_pull_the_plug(self):
        done = self.run_try("--pull-the-plug")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"acknowledged invoices lost +0")

    def test_7_down_leaves_nothing(self):
        done = self.run_try("--down")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(self.state.exists())
        self.assertEqual(machine(), self.before)
        for words in (("--down",), ("--pull-the-plug",)):
            self.assertNotIn("Traceback", self.run_try(*words).stderr)

    @classmethod
    def tearDownClass(cls):
        if cls.state.exists():
            cls.run_try("--down")
        for path in cls.folder.iterdir():
            path.unlink()
        cls.folder.rmdir()


class NotHere(unittest.TestCase):
    def test_a_taken_port_is_said_before_anything_is_compiled(self):
        with tempfile.TemporaryDirectory(prefix="foyer-e2e-try-", dir="/var/tmp") as folder, \
                socket.socket() as taken:
            os.chmod(folder, 0o755)
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = subprocess.run([ROOT / "deploy/try", "--publish", f"web={port}"], text=True,
                                  check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=TRY_S,
                                  env={**os.environ, "FOYER_TRY_STATE": f"{folder}/state"})
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(f"port {port} (web) is taken", done.stderr)
        self.assertIn("--publish web=PORT", done.stderr)
        self.assertNotIn("compiling", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
