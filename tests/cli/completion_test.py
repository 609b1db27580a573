"""Completion in the real shells: bash and zsh on a terminal, fish by its own `complete -C`."""
import os
import pty
import re
import select
import shutil
import socket
import subprocess
import time
import unittest

from fake_api import ROWS
from harness import BINARY, CliTest

LIMIT_S = 30


class Terminal:
    """A shell on a terminal. What is typed is completed by the shell itself."""

    def __init__(self, test, shell, *options, setup):
        self.leader, follower = pty.openpty()
        folder = os.path.dirname(BINARY)
        environment = test.environment(COLUMNS="200", PS1="> ", INPUTRC="/dev/null")
        environment["PATH"] = folder + ":" + environment["PATH"]
        self.child = subprocess.Popen([shell, *options], stdin=follower, stdout=follower,
                                      stderr=follower, env=environment, cwd=test.folder.name,
                                      start_new_session=True)
        os.close(follower)
        self.send(setup + "\necho rea''dy\n")
        self.read_until("ready\r\n")

    def send(self, text):
        os.write(self.leader, text.encode())

    def read_until(self, mark):
        seen, deadline = "", time.monotonic() + LIMIT_S
        while mark not in seen:
            if not select.select([self.leader], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"no {mark!r} in {seen!r}")
            seen += os.read(self.leader, 65536).decode(errors="replace")
        return seen

    def typed(self, line, keys="\t"):
        """(the line after the keys, all that was seen). Ctrl-A goes to its beginning."""
        self.send(line + keys + "\x01printf '<%s>' \x05 en''d\n")
        seen = self.read_until("<end>")
        return re.search(r"((?:<[^<>]*>)*)<end>", seen)[1], seen

    def close(self):
        self.child.kill()
        self.child.wait()
        os.close(self.leader)


class Completion(CliTest):
    """What is offered, without any shell."""

    def words(self, *words, **environment):
        done = self.ok("__complete", *words, **environment)
        self.assertEqual(done.err, "")
        kind, *lines = done.out.splitlines()
        return [line.split("\t")[0] for line in lines] if kind == "words\t" else kind

    def test_commands_and_options_of_the_real_tree(self):
        self.assertEqual(self.words("no"), ["node"])
        self.assertEqual(self.words("node", "dr"), ["drain"])
        self.assertEqual(self.words("node", "drain", "--d"), ["--deadline", "--dry-run"])
        self.assertIn("--output", self.words("node", "drain", "--"))
        self.assertNotIn("--dry-run", self.words("node", "drain", "--dry-run", "--"))
        self.assertIn("--param", self.words("order", "--param", "a=b", "--"))
        self.assertEqual(self.words("nod", "x", ""), [])

    def test_values(self):
        self.assertEqual(self.words("order", "--mode", "a"), ["asynchronous"])
        self.assertEqual(self.words("order", "--mode=a"), ["--mode=asynchronous"])
        self.assertEqual(self.words("account", "create", "x", "--role", "host,cu"),
                         ["host,customer"])
        self.assertEqual(self.words("login", "--ca", ""), "files\t")
        self.assertEqual(self.words("login", "--ca="), "files\t--ca=")
        self.assertEqual(self.words("release", "publish", ""), "folders\t")
        self.assertEqual(self.words("isp", "create", "--", "--"), [])
        self.assertEqual(self.api.calls, [])

    def test_names_of_the_api(self):
        for words, names in ((("instance", "stop", ""), ["acme"]),
                             (("node", "drain", ""), ["lille-1", "liege-1"]),
                             (("node", "drain", "lie"), ["liege-1"]),
                             (("node", "token", "--site="), ["--site=lille"]),
                             (("site", "create", "x", "--isp", "a"), ["alder"]),
                             (("token", "create", "--account", ""), ["acme"]),
                             (("order", ""), ["tryton"]), (("quote", "tr"), ["tryton"]),
                             (("order", "tryton@"), ["tryton@7.0.30-1"]),
                             (("release", "withdraw", ""), ["tryton@7.0.30-1"]),
                             (("order", "tryton", "--size", ""), ["s"]),
                             (("order", "tryton", "--param", "c"), ["company=", "country="]),
                             (("instance", "promote", "acme", "--to", ""), ["0", "1", "2"]),
                             (("price-list", "show", ""), ["list-2026"]),
                             (("isp", "create", ""), []), (("whoami", "--profile", ""),
                                                           ["default"])):
            with self.subTest(words):
                self.assertEqual(self.words(*words), names)

    def test_the_profile_typed_before_is_asked(self):
        self.write_file("other.toml", "")
        self.assertEqual(self.words("--config", self.path("other.toml"), "node", "show", ""), [])
        self.assertEqual(self.words("--profile", "nobody", "node", "show", ""), [])
        self.assertEqual(self.words("node", "show", "", FOYER_PROFILE="nobody"), [])
        self.assertEqual(self.api.calls, [])

    def test_faults_are_silent_and_short(self):
        for fault in ("unavailable", "cut", "html"):
            self.api.faults = [fault]
            self.assertEqual(self.words("node", "show", ""), [])
        with socket.create_server(("127.0.0.1", 0)) as server:  # accepts, and never answers
            self.write_file("config.toml", '[profiles.default]\ntoken = "foyer_x"\n'
                            f'api = "https://localhost:{server.getsockname()[1]}"\n'
                            f'ca_file = "{self.api.ca_file}"\n')
            begun = time.monotonic()
            self.assertEqual(self.words("node", "show", ""), [])
            self.assertLess(time.monotonic() - begun, 5)
        self.write_file("config.toml", "[")
        self.assertEqual(self.words("node", "show", ""), [])

    def test_what_a_shell_could_take_for_a_command_is_not_offered(self):
        names = [row["name"] for row in ROWS["hosts"]]
        try:
            for evil in ("$(reboot)", "a b", "a;b", "`x`", "x\nwords", "../é"):
                ROWS["hosts"].append({"name": evil})
            self.assertEqual(self.words("host", "show", ""), names)
        finally:
            del ROWS["hosts"][len(names):]

    def test_the_hidden_word_is_in_no_help(self):
        self.assertNotIn("__complete", self.ok("--help").out)
        self.assertIn("did you mean 'zsh'", self.fails(2, "completion", "zhs").err)


LINES = (("foyer nod", "foyer node "), ("foyer node dr", "foyer node drain "),
         ("foyer node drain lie", "foyer node drain liege-1 "),
         ("foyer --output j", "foyer --output json "),
         ("foyer node ls --output=j", "foyer node ls --output=json "),
         ("foyer order tryton@7", "foyer order tryton@7.0.30-1 "),
         ("foyer order tryton --param comp", "foyer order tryton --param company="),
         ("foyer login --ca spec", "foyer login --ca special.pem "),
         ("foyer login --ca=spec", "foyer login --ca=special.pem "),
         ("foyer release publish relea", "foyer release publish releases/"))


class InShells(CliTest):
    def setUp(self):
        super().setUp()
        self.write_file("special.pem", "")
        self.write_file("releases.txt", "")
        os.mkdir(self.path("releases"))

    def script(self, shell):
        return self.write_file("_foyer", self.ok("completion", shell).out)

    def test_bash(self):
        terminal = Terminal(self, "bash", "--norc", "-i",
                            setup=f"bind 'set bell-style none'; . {self.script('bash')}")
        self.addCleanup(terminal.close)
        for line, meant in LINES:
            with self.subTest(line):
                words = "".join(f"<{word}>" for word in meant.split())
                self.assertEqual(terminal.typed(line)[0], words)
        # In the middle of a line, and all candidates at the second key.
        words, _ = terminal.typed("foyer nod x", "\x1bb\x02\t")
        self.assertEqual(words, "<foyer><node><x>")
        self.assertRegex(terminal.typed("foyer node show li", "\t\t")[1], r"liege-1 +lille-1")

    def test_zsh(self):
        zsh = shutil.which("zsh")
        if zsh is None:
            self.skipTest("zsh is not installed: deploy/packages/test.list")
        self.script("zsh")
        terminal = Terminal(
            self, zsh, "-f", "-i", setup="unsetopt beep; PROMPT='> '; bindkey -e;"
            f" fpath=({self.folder.name} $fpath); autoload -U compinit;"
            f" compinit -u -d {self.path('dump')}")
        self.addCleanup(terminal.close)
        for line, meant in LINES:
            with self.subTest(line):
                words = "".join(f"<{word.rstrip('/')}>" for word in meant.split())
                self.assertEqual(terminal.typed(line)[0].replace("/>", ">"), words)
        _, seen = terminal.typed("foyer node ", "\t")
        self.assertRegex(seen, r"drain +-- move its copies")

    def test_fish(self):
        fish = shutil.which("fish")
        if fish is None:
            self.skipTest("fish is not installed: deploy/packages/test.list")
        script = self.script("fish")
        environment = self.environment()
        environment["PATH"] = os.path.dirname(BINARY) + ":" + environment["PATH"]
        for line, meant in LINES:
            with self.subTest(line):
                done = subprocess.run(
                    [fish, "--no-config", "-c", f"source {script}; complete -C '{line}'"],
                    env=environment, cwd=self.folder.name, capture_output=True, text=True,
                    timeout=LIMIT_S)
                self.assertEqual(done.stderr, "")
                offered = [row.split("\t")[0] for row in done.stdout.splitlines()]
                self.assertEqual(offered, [meant.split()[-1]])
        done = subprocess.run([fish, "--no-config", "-c",
                               f"source {script}; complete -C 'foyer node '"], env=environment,
                              capture_output=True, text=True, timeout=LIMIT_S)
        self.assertIn("drain\tmove its copies", done.stdout)


if __name__ == "__main__":
    unittest.main()
