"""foyer logs, foyer exec: what goes on inside a copy."""

import json
import subprocess
import unittest

from harness import BINARY, CliTest


class Console(CliTest):
    def test_a_log_is_lines_of_text_that_steer_no_terminal(self):
        done = self.ok("logs", "acme")
        self.assertRegex(done.out, r"\Aone\nbad .\[2J\n\Z")
        self.assertNotIn("\x1b", done.out)
        self.assertIn("newest=100", self.api.calls[-1]["query"])
        self.ok("logs", "acme", "--copy", "1", "--newest", "5")
        self.assertEqual(self.api.calls[-1]["query"], "newest=5&index=1")
        self.assertRegex(self.ok("logs", "acme", "-t").out, r"\A20\S+Z  one\n")
        lines = json.loads(self.ok("logs", "acme", "-o", "json").out)["lines"]
        self.assertEqual(lines[1]["stream"], "error")
        self.assertRegex(self.ok("logs", "acme", "-o", "csv").out, r"(?m)^20\S+Z,output,one,")
        self.assertIn("foyer instance ls", self.fails(3, "logs", "nobody").err)

    def test_a_log_is_followed_until_it_is_refused(self):
        done = self.foyer("logs", "acme", "-f")
        self.assertEqual(done.code, 4, done)
        self.assertRegex(done.out, r"\Aone\nbad .*\nline 2\nline 3\n\Z")
        self.assertIn("the log began anew", done.err)
        # Goes on with the copy it began with.
        self.assertIn("after=7-2&wait_ms=20000&index=1", self.api.calls[1]["query"])

    def test_a_program_s_output_and_exit_code_are_this_command_s(self):
        done = subprocess.run([BINARY, "exec", "-i", "acme", "--", "psql", "-c", "select 1"],
                              input=b"given\xff\n", capture_output=True, env=self.environment(),
                              timeout=60)  # fmt: skip
        self.assertEqual(done.returncode, 3, done)
        self.assertEqual(done.stdout, b"given\xff\nout\x1b\n")  # a pipe gets every byte
        self.assertIn(b"no\n", done.stderr)
        self.assertIn(b"only its beginning", done.stderr)
        sent = json.loads(self.api.writes()[0]["body"])
        self.assertEqual(sent["command"], ["psql", "-c", "select 1"])
        self.assertEqual(sent["timeout_ms"], 30_000)
        self.assertNotIn("given", str(sent))
        on_terminal = self.on_terminal("exec", "acme", "--copy", "2", "--", "true")
        self.assertNotIn("out\x1b", on_terminal.out)
        self.assertEqual(json.loads(self.api.writes()[1]["body"])["index"], 2)

    def test_bad_use_is_told(self):
        self.assertIn("PROGRAM", self.fails(2, "exec", "acme").err)
        self.assertIn("--newest", self.fails(2, "logs", "acme", "--newest", "0").err)
        self.assertIn("65536", self.fails(2, "exec", "-i", "acme", "--", "cat",
                                          stdin="x" * 70_000).err)  # fmt: skip


if __name__ == "__main__":
    unittest.main()
