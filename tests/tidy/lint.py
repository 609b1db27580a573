#!/usr/bin/env python3
"""clang-format over everything, clang-tidy over what is affordable.

    lint.py format [--fix]                      every C++ file, against .clang-format
    lint.py tidy --build FOLDER [--budget S]    files of compile_commands.json; changed ones first

A file that passed clang-tidy is remembered (--cache) by its content, the headers of ours it
includes and the configuration, so the second run costs seconds. With --budget no new file is begun
after S seconds; what is left is counted, and deploy/test --all has no budget.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tree import read_tree  # noqa: E402

ROOT = Path(__file__).parents[2]
FORMAT, TIDY = "clang-format-19", "clang-tidy-19"
FILES_A_CALL = 50


def run_format(tree, fix):
    paths = [file.path for file in tree.cpp]
    failed = False
    for first in range(0, len(paths), FILES_A_CALL):
        how = ["-i"] if fix else ["--dry-run", "-Werror"]
        call = subprocess.run([FORMAT, "--style=file", *how, *paths[first:first + FILES_A_CALL]],
                              cwd=ROOT, capture_output=True, text=True)
        failed |= call.returncode != 0
        wrong = {line.split(":")[0] for line in call.stderr.splitlines() if ": error:" in line}
        for path in sorted(wrong):
            print(f"{path}: not formatted: {FORMAT} -i {path}")
    print(f"format: {len(paths)} files")
    return 1 if failed else 0


def closure(tree, path, known):
    """The files of ours that `path` includes, itself too."""
    if path not in known:
        known[path] = {path}
        for _, name, _ in tree.by_path[path].includes:
            if name in tree.by_path:
                known[path] |= closure(tree, name, known)
    return known[path]


def key_of(tree, path, known):
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for name in sorted(closure(tree, path, known)):
        digest.update(name.encode() + b"\0" + tree.by_path[name].text.encode())
    if any("foyer/" in line for name in known[path] for _, line, _ in tree.by_path[name].includes):
        for name in sorted(f.path for f in tree.files if f.path.endswith(".proto")):
            digest.update(tree.by_path[name].text.encode())
    return digest.hexdigest()


def changed_paths():
    found = set()
    for command in (["diff", "--name-only", "HEAD~1"], ["ls-files", "-o", "--exclude-standard"]):
        shown = subprocess.run(["git", "-c", "safe.directory=*", *command], cwd=ROOT,
                               capture_output=True, text=True)
        found.update(shown.stdout.split())
    return found


# What g++ precompiled clang cannot read; without it each file is seen to include what it uses.
PRECOMPILED = re.compile(r" -fpch-preprocess| -Winvalid-pch| -include \S+/cmake_pch\.hxx")


def bare_commands(build, folder):
    """The build's commands without what is precompiled, in a folder of their own."""
    entries = json.loads((build / "compile_commands.json").read_text())
    for entry in entries:
        entry["command"] = PRECOMPILED.sub("", entry["command"])
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    return entries


def run_tidy(tree, options):
    with tempfile.TemporaryDirectory(prefix="foyer-tidy-") as folder:
        return tidy(tree, options, Path(folder))


def tidy(tree, options, commands):
    entries = bare_commands(Path(options.build), commands)
    paths = {os.path.relpath(os.path.join(e["directory"], e["file"]), ROOT) for e in entries}
    paths = sorted(p for p in paths if p in tree.by_path)
    known, changed, cache = {}, changed_paths(), Path(options.cache)
    cache.mkdir(parents=True, exist_ok=True)
    keys = {path: cache / key_of(tree, path, known) for path in paths}
    todo = [path for path in paths if not keys[path].exists()]
    todo.sort(key=lambda path: (path not in changed, path))
    deadline = time.monotonic() + options.budget if options.budget else None
    state = {"done": 0, "failed": 0, "left": 0}

    def lint(path):
        if deadline is not None and time.monotonic() > deadline:
            state["left"] += 1
            return
        call = subprocess.run([TIDY, "--quiet", "-p", str(commands), path], cwd=ROOT,
                              capture_output=True, text=True)
        state["done"] += 1
        if call.returncode == 0:
            keys[path].touch()
        else:
            state["failed"] += 1
            print(call.stdout.strip() or call.stderr.strip(), flush=True)

    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lint, todo))
    print(f"clang-tidy: {state['done']} files read, {len(paths) - len(todo)} unchanged since they"
          f" passed, {state['failed']} with findings, {state['left']} left for deploy/test --all")
    return 1 if state["failed"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["format", "tidy"])
    parser.add_argument("--fix", action="store_true")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--cache", default=str(Path.home() / ".cache/foyer/clang-tidy"))
    parser.add_argument("--budget", type=float, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    tree = read_tree(ROOT)
    return run_format(tree, options.fix) if options.what == "format" else run_tidy(tree, options)


if __name__ == "__main__":
    sys.exit(main())
