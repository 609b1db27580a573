#!/usr/bin/env python3
"""The style of the repository as a test: prints path:line: [rule] advice, fails on any finding.

    tests/tidy/tidy_test.py [--root FOLDER] [PATH_PREFIX…]     only findings below PATH_PREFIX count
"""

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import cpp_checks  # noqa: E402
import text_checks  # noqa: E402
from tree import Finding, read_tree  # noqa: E402

EXCEPTIONS = "tests/tidy/exceptions.list"


def read_exceptions(text):
    """(limit, {(rule, path): line}, [(line, problem)])"""
    limit, found, problems = 0, {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, 2)
        if words[0] == "limit" and len(words) == 2 and words[1].isdigit():
            limit = int(words[1])
        elif len(words) < 3 or len(words[2].split()) < 3:
            problems.append((number, "write RULE PATH REASON, the reason in a few words"))
        else:
            found[(words[0], words[1])] = number
    return limit, found, problems


def limit_before(root):
    """The smallest limit of the last two commits, or None without history."""
    limits = []
    for commit in ("HEAD", "HEAD~1"):
        shown = subprocess.run(["git", "-c", "safe.directory=*", "-C", str(root), "show",
                                f"{commit}:{EXCEPTIONS}"], capture_output=True, text=True)
        if shown.returncode == 0:
            limits.append(read_exceptions(shown.stdout)[0])
    return min(limits) if limits else None


def apply_exceptions(tree, findings):
    file = tree.by_path.get(EXCEPTIONS)
    if file is None:
        return findings
    limit, exceptions, problems = read_exceptions(file.text)
    kept = [f for f in findings if (f.rule, f.path) not in exceptions]
    used = {(f.rule, f.path) for f in findings}
    kept += [Finding(EXCEPTIONS, line, "exceptions", problem) for line, problem in problems]
    for key, line in exceptions.items():
        if key not in used:
            kept.append(Finding(EXCEPTIONS, line, "exceptions", f"{key[0]} {key[1]} is fixed:"
                                " remove the line and lower the limit"))
    if len(exceptions) != limit:
        kept.append(Finding(EXCEPTIONS, 1, "exceptions",
                            f"{len(exceptions)} lines but limit {limit}"))
    before = limit_before(tree.root)
    if before is not None and limit > before:
        kept.append(Finding(EXCEPTIONS, 1, "exceptions", f"limit {limit} was {before}: it may only"
                            " shrink; fix the code instead"))
    return kept


def findings_of(root):
    tree = read_tree(root)
    found = []
    for check in cpp_checks.CHECKS + text_checks.CHECKS:
        found.extend(check(tree))
    return tree, sorted(apply_exceptions(tree, found), key=lambda f: (f.path, f.line, f.rule))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default=Path(__file__).parents[2])
    parser.add_argument("prefix", nargs="*")
    options = parser.parse_args()
    tree, found = findings_of(options.root)
    if options.prefix:
        found = [f for f in found if f.path.startswith(tuple(options.prefix))]
    for finding in found:
        print(finding)
    print(f"tidy: {len(tree.files)} files read, {len(found)} findings")
    if not tree.files:
        print("tidy: no files: wrong --root?")
    return 1 if found or not tree.files else 0


if __name__ == "__main__":
    sys.exit(main())
