#!/usr/bin/env python3
"""The tidy test tested: a small tree passes, and each planted violation is found by its rule."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from functions import functions_of  # noqa: E402
from planted import CLEAN, PLANTED, SPARED  # noqa: E402
from tidy_test import findings_of  # noqa: E402
from tree import File  # noqa: E402


def write(root, files):
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        if text.startswith("#!"):
            os.chmod(place, 0o755)


def found_in(files):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), files)
        return findings_of(Path(folder))[1]


class Planted(unittest.TestCase):
    def test_the_clean_tree_passes(self):
        self.assertEqual([], [str(f) for f in found_in(CLEAN)])

    def test_each_violation_is_found_where_it_was_planted(self):
        for rule, path, text in PLANTED:
            with self.subTest(rule=rule, path=path, text=text[:60]):
                found = [f for f in found_in({**CLEAN, path: text}) if f.path == path]
                self.assertIn(rule, [f.rule for f in found], [str(f) for f in found])

    def test_what_only_looks_like_a_violation_passes(self):
        for path, text in SPARED:
            with self.subTest(path=path, text=text[:60]):
                quiet = {"dead", "target", "untested", "readme"}
                found = [f for f in found_in({**CLEAN, path: text}) if f.rule not in quiet]
                self.assertEqual([], [str(f) for f in found])

    def test_a_missing_file_is_found(self):
        for path, rule in [("common/base/README.md", "readme"),
                           ("tests/unit/CMakeLists.txt", "target"),
                           ("tests/unit/master/domain/plan_test.cpp", "untested"),
                           ("schemas/sql/checksums", "migration")]:
            with self.subTest(path=path):
                files = {k: v for k, v in CLEAN.items() if k != path}
                self.assertIn(rule, [f.rule for f in found_in(files)])

    def test_a_gap_between_migrations_is_found(self):
        files = {**CLEAN, "schemas/sql/0003_add_node.sql": "SELECT 1;\n"}
        self.assertIn("migration", [f.rule for f in found_in(files)])


class Exceptions(unittest.TestCase):
    LIST = "tests/tidy/exceptions.list"
    BAD = {"master/domain/plan.cpp": '#include "master/domain/plan.h"\n#include <mutex>\n'}

    def rules_with(self, text, bad=True):
        files = {**CLEAN, "tests/README.md": "x\n", "tests/tidy/README.md": "x\n", self.LIST: text}
        return [f.rule for f in found_in({**files, **(self.BAD if bad else {})})]

    def test_an_exception_with_a_reason_silences_its_rule(self):
        line = "purity master/domain/plan.cpp the old lock goes with issue 9\n"
        self.assertEqual([], self.rules_with("limit 1\n" + line))

    def test_an_exception_without_a_reason_is_refused(self):
        self.assertIn("exceptions", self.rules_with("limit 1\npurity master/domain/plan.cpp\n"))

    def test_an_exception_for_something_fixed_must_go(self):
        line = "purity master/domain/plan.cpp the old lock goes with issue 9\n"
        self.assertEqual(["exceptions"], self.rules_with("limit 1\n" + line, bad=False))

    def test_the_list_must_match_its_limit(self):
        self.assertEqual(["exceptions"], self.rules_with("limit 1\n", bad=False))

    def test_the_limit_may_only_shrink(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            readmes = {"tests/README.md": "x\n", "tests/tidy/README.md": "x\n"}
            write(root, {**CLEAN, **readmes, self.LIST: "limit 0\n"})
            git = ["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@t.example"]
            for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "base: begin"]):
                subprocess.run(git + command, check=True, capture_output=True)
            self.assertEqual([], [str(f) for f in findings_of(root)[1]])
            line = "purity master/domain/plan.cpp the old lock goes with issue 9\n"
            write(root, {**self.BAD, self.LIST: "limit 1\n" + line})
            self.assertEqual(["exceptions"], [f.rule for f in findings_of(root)[1]])


class Functions(unittest.TestCase):
    def spans(self, path, text):
        return functions_of(File(path, text))

    def test_members_initialisers_and_lambdas_do_not_confuse_the_counter(self):
        text = ("namespace a {\nclass B {\n    B(int x) : x_{x}, y_{1} {\n        go();\n    }\n"
                "    int f() const { return [] { return 1; }(); }\n    int x_ = {};\n};\n"
                "constexpr int table[] = {1, 2};\n}\n")
        self.assertEqual([(3, 5), (6, 6)], [(a, b) for _, a, b in self.spans("a.h", text)])

    def test_braces_in_strings_comments_and_macros_do_not_count(self):
        text = ('#define M(x) {\nint f() {\n    return g("{", \'{\');  // {\n}\nint h() {\n}\n')
        self.assertEqual([(2, 4), (5, 6)], [(a, b) for _, a, b in self.spans("a.cpp", text)])

    def test_digit_separators_are_not_characters(self):
        text = "int f() {\n    return 1'000'000;\n}\nint g() {\n}\n"
        self.assertEqual([(1, 3), (4, 5)], [(a, b) for _, a, b in self.spans("a.cpp", text)])

    def test_bash_and_python(self):
        self.assertEqual([("f", 2, 4)], self.spans("a.sh", "# a\nf() { # why\n  x\n}\n"))
        self.assertEqual([("f", 1, 2)], self.spans("a.py", "def f():\n    return 1\n"))


if __name__ == "__main__":
    unittest.main()
