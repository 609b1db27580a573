#!/usr/bin/python3
"""What a command sees inside, and what status tells."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from support.lab_case import LAB, LabCase, main  # noqa: E402


class Inside(LabCase):
    def test_exec_gives_the_commands_own_status_and_streams(self):
        done = self.lab.exec("lyon", "sh", "-c", "cat; echo err >&2; exit 7", check=False)
        self.assertEqual((done.returncode, done.stderr), (7, "err\n"))
        piped = subprocess.run([str(LAB), "exec", "--state", str(self.lab.state),
                                "lyon", "--", "cat"], input="through\n", text=True,
                               capture_output=True, check=True)
        self.assertEqual(piped.stdout, "through\n")
        self.assertEqual(self.lab.exec("lyon", "sh", "-c", "kill -9 $$", check=False).returncode,
                         137)

    def test_words_behind_the_dashes_are_the_commands(self):
        self.assertEqual(self.lab.exec("lyon", "echo", "--box", "2", "-1d").stdout, "--box 2 -1d\n")

    def test_exec_at_reaches_master_edges_and_client(self):
        for words, name in ((["master"], "master"), (["client"], "client"),
                            (["edge", "edge-paris"], "edge-paris")):
            done = self.lab.run("exec-at", *words, "--", "hostname")
            self.assertEqual(done.stdout, f"{name}\n")

    def test_a_failure_of_exec_itself_is_125_and_a_missing_program_127(self):
        for words, code in ((("paris", "--", "true"), 125), (("lyon", "--box", "2", "--", "true"),
                            125), (("lyon", "--", "no-such-program"), 127)):
            self.assertEqual(self.lab.run("exec", *words, check=False).returncode, code)

    def test_a_box_sees_only_itself(self):
        ps = self.lab.exec("nantes", "ps", "-e", "-o", "pid=,args=", box=2).stdout
        self.assertIn("nantes-2", ps)
        self.assertNotIn("nantes-1", ps)
        links = self.lab.exec("nantes", "ls", "/sys/class/net").stdout.split()
        self.assertEqual(links, ["eth0", "lo"])
        self.assertEqual(self.lab.exec("nantes", "ls", "/run").stdout, "")
        self.assertEqual(self.lab.exec("nantes", "hostname", box=2).stdout, "nantes-2\n")

    def test_a_box_may_make_groups_where_it_is_told(self):
        parent = self.lab.place("lyon")["boxes"][0]["cgroup_parent"]
        mine = self.lab.exec("lyon", "cat", "/proc/self/cgroup").stdout
        self.assertIn(parent.replace("/tenants", "/agent"), mine)
        for root in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup"):
            found = self.lab.exec("lyon", "sh", "-c", f"test -d {root}{parent} && "
                                  f"mkdir {root}{parent}/one && rmdir {root}{parent}/one",
                                  check=False)
            if found.returncode == 0:
                return
        self.fail(f"no hierarchy has {parent}")

    def test_status_is_a_table_for_people_and_json_for_programs(self):
        table = self.lab.run("status").stdout
        self.assertRegex(table, r"nantes +home +free +FR +vetted +plain +198.18.2.2 +2 +up +agent")
        place = self.lab.place("nantes")
        self.assertEqual([b["address"] for b in place["boxes"]], ["192.168.1.10", "192.168.1.11"])
        name = Path(f"/proc/{self.lab.agent_pid('nantes', 2)}/cmdline").read_bytes()
        self.assertIn(b"nantes-2", name)

    def test_wrong_words_are_refused_with_status_2(self):
        for words in (("clock", "lyon", "1y"), ("cut", "isp"), ("cut", "moon", "x"), ("cut", "line",
                      "lyon", "--island"), ("fly",)):
            self.assertEqual(self.lab.run(*words, check=False).returncode, 2, words)


if __name__ == "__main__":
    main()
