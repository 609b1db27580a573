"""Runs the real `foyer` against a FakeApi, as a user types it."""
import os
import pty
import select
import subprocess
import tempfile
import time
import unittest

from fake_api import TOKEN, FakeApi

BINARY = os.environ["FOYER_BINARY"]
RUN_LIMIT_S = 60
ORDER = ("order", "tryton", "--name", "acme", "--size", "s", "--countries", "FR,BE",
         "--min-countries", "2", "--replicas", "3", "--mode", "synchronous", "--param",
         "company=Acme SARL", "--param", "seats=12")


class Done:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class CliTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="foyer-cli-")
        self.api = FakeApi(self.folder.name)
        self.config = self.path("config.toml")
        with open(os.open(self.config, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(f'[profiles.default]\napi = "{self.api.url}"\n'
                       f'ca_file = "{self.api.ca_file}"\ntoken = "{TOKEN}"\n')

    def tearDown(self):
        self.api.close()
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write_file(self, name, text, mode=0o600):
        with open(os.open(self.path(name), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "w") as f:
            f.write(text)
        return self.path(name)

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "HOME": self.folder.name, "LANG": "C.UTF-8",
                "TERM": "xterm", "FOYER_CONFIG": self.config, **more}

    def foyer(self, *words, stdin="", **environment):
        """Without a terminal."""
        done = subprocess.run([BINARY, *words], input=stdin, capture_output=True, text=True,
                              env=self.environment(**environment), timeout=RUN_LIMIT_S)
        return Done(done.returncode, done.stdout, done.stderr)

    def ok(self, *words, **more):
        done = self.foyer(*words, **more)
        self.assertEqual(done.code, 0, done)
        return done

    def fails(self, code, *words, **more):
        done = self.foyer(*words, **more)
        self.assertEqual(done.code, code, done)
        self.assertEqual(done.out, "", done)
        self.assertRegex(done.err, r"(?m)^foyer: ", done)
        return done

    def on_terminal(self, *words, typed="", answers=(), **environment):
        """All three streams on one terminal; `typed` is there from the start, each of `answers`
        comes when it is asked for: (what is seen then, what is typed)."""
        leader, follower = pty.openpty()
        child = subprocess.Popen([BINARY, *words], stdin=follower, stdout=follower,
                                 stderr=follower, env=self.environment(**environment))
        os.close(follower)
        os.write(leader, typed.encode())
        seen, deadline = b"", time.monotonic() + RUN_LIMIT_S
        answers, looked = list(answers), 0
        while time.monotonic() < deadline:
            if not select.select([leader], [], [], 1)[0]:
                continue
            try:
                piece = os.read(leader, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            seen += piece
            if answers and answers[0][0].encode() in seen[looked:]:
                looked = len(seen)
                os.write(leader, answers.pop(0)[1].encode())
        os.close(leader)
        if child.poll() is None and time.monotonic() >= deadline:
            child.kill()
        return Done(child.wait(), seen.decode(), "")
