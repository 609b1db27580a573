"""Manual pages under groff's own warnings, and as man shows them."""
import os
import re
import shutil
import subprocess
import unittest

from harness import CliTest

SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "FILES", "ENVIRONMENT"]


class Manual(CliTest):
    def pages(self):
        folder = self.path("man/man1")
        self.assertIn("pages written", self.ok("man", "--all", folder).err)
        return {name: os.path.join(folder, name) for name in sorted(os.listdir(folder))}

    def commands(self, *words):
        """Every command, from the help people see."""
        text = self.ok(*words, "--help").out
        usage = re.search(r"(?ms)^Usage: (.*?)\n\n", text)[1]
        yield ("foyer", *words)
        if usage.split()[-1] != "COMMAND":
            return
        listed = text.split("\n\n")
        for block in listed[listed.index(next(b for b in listed if b.startswith("Usage:"))) + 1:]:
            title, *lines = block.splitlines()
            if title.rstrip(":") in ("Options", "Examples", "Exit status", "Arguments"):
                break
            for line in lines:
                if found := re.match(r"  ([a-z]\S*)", line):
                    yield from self.commands(*words, found[1])

    def test_every_command_has_a_page_without_a_warning(self):
        pages = self.pages()
        self.assertEqual(set(pages), {"-".join(words) + ".1" for words in self.commands()})
        for name, path in pages.items():
            with self.subTest(name), open(path, encoding="ascii") as file:
                text = file.read()
                done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z", path],
                                      capture_output=True, text=True, check=True)
                self.assertEqual(done.stderr + done.stdout, "")
                sections = re.findall(r"(?m)^\.SH (.*)", text)
                self.assertEqual([s for s in sections if s in SECTIONS], SECTIONS)
                self.assertEqual(sections[-1], "SEE ALSO")
                self.assertRegex(text, r"\.SH NAME\nfoyer[\\a-z-]* \\- \S")
                seen = re.search(r"(?s)\.SH SEE ALSO\n(.*)", text)[1]
                for page in re.findall(r"\.BR (\S+) \(1\)", seen):
                    self.assertIn(page.replace("\\-", "-") + ".1", pages)

    def test_leading_commands_have_examples(self):
        pages = self.pages()
        for words in ("foyer", "foyer-login", "foyer-order", "foyer-instance-ls",
                      "foyer-instance-promote", "foyer-node-token", "foyer-node-drain",
                      "foyer-site-create", "foyer-release-publish", "foyer-token-create"):
            with self.subTest(words), open(pages[words + ".1"], encoding="ascii") as file:
                self.assertIn(".SH EXAMPLES", file.read())

    def test_man_shows_them(self):
        pages = self.pages()
        environment = self.environment(MANWIDTH="80", LC_ALL="C.UTF-8", MANROFFOPT="-ww")
        for name in ("foyer.1", "foyer-order.1"):
            done = subprocess.run(["man", "--warnings", "-l", pages[name]], env=environment,
                                  capture_output=True, text=True, check=True)
            self.assertEqual(done.stderr, "")
            self.assertTrue(all(len(line) <= 80 or "foyer " in line
                                for line in done.stdout.splitlines()))
        self.assertIn("where every copy must be: FR,BE", done.stdout)
        self.assertIn("foyer order tryton --name acme --dry-run", done.stdout)

    def test_one_page_is_source_in_a_pipe_and_readable_on_a_terminal(self):
        source = self.ok("man", "node", "drain").out
        self.assertTrue(source.startswith('.TH FOYER-NODE-DRAIN 1 "" "foyer '))
        self.assertEqual(source, self.ok("man", "foyer", "node", "drain").out)
        shown = self.on_terminal("man", "node", "drain", MANPAGER="cat", LC_ALL="C.UTF-8").out
        self.assertIn("foyer-node-drain - move its copies to other boxes", shown)
        self.assertNotIn(".TH", shown)
        self.assertIn("did you mean 'drain'", self.fails(2, "man", "node", "drian").err)
        self.fails(2, "man", "node", "--all", self.path("man"))
        self.assertFalse(os.path.exists(self.path("man")))

    def test_without_man_the_source_is_printed(self):
        os.mkdir(self.path("bin"))
        shown = self.on_terminal("man", "order", PATH=self.path("bin")).out
        self.assertIn(".SH NAME", shown)

    def test_help_is_a_command_too(self):
        self.assertEqual(self.ok("help", "node", "drain").out, self.ok("node", "drain", "-h").out)
        self.assertEqual(self.ok("help").out, self.ok("--help").out)
        self.assertIn("did you mean 'node'", self.fails(2, "help", "nod").err)
        self.assertEqual(self.api.calls, [])


if __name__ == "__main__":
    if shutil.which("groff") is None or shutil.which("man") is None:
        raise SystemExit("groff and man are needed: deploy/packages/test.list")
    unittest.main()
