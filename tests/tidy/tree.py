"""The files the tidy test looks at, and what a C++ file says once comments and strings are gone."""

import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

CPP = (".h", ".cpp")
BINARY = (".png", ".jpg", ".webp", ".gz", ".zst", ".ico", ".woff2", ".pdf", ".bin", ".desc")
NOT_CODE = re.compile(r"/\*.*?\*/|//[^\n]*|R\"(\w*)\(.*?\)\1\"|\"(?:\\.|[^\"\\\n])*\""
                      r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


@dataclass(frozen=True)
class Finding:
    """One broken rule at one place; printed as path:line: [rule] what to do."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


def blank(match):
    """As many newlines as before, so that line numbers stay; a space where something stood."""
    text = match.group(0)
    quote = '""' if text[0] in "\"R" else " "
    return quote + "\n" * text.count("\n")


@dataclass
class File:
    """One tracked text file, its path relative to the root with forward slashes."""

    path: str
    text: str
    executable: bool = False

    @cached_property
    def lines(self):
        return self.text.split("\n")

    @cached_property
    def code(self):
        """C++ without comments, strings and character literals; includes keep their names."""
        return NOT_CODE.sub(blank, self.text)

    @cached_property
    def includes(self):
        """[(line, name, quoted)] of this file's #include lines."""
        found = []
        for match in INCLUDE.finditer(self.text):
            line = line_of(self.text, match.start(2))
            found.append((line, match.group(2), match.group(1) == '"'))
        return found

    @property
    def folder(self):
        return self.path.rsplit("/", 1)[0] if "/" in self.path else ""

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    def is_cpp(self):
        return self.path.endswith(CPP)

    def under(self, *folders):
        return any((self.path + "/").startswith(folder.rstrip("/") + "/") for folder in folders)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


@dataclass
class Tree:
    """All files of a working copy that are tracked, or new and not ignored."""

    root: Path
    files: list = field(default_factory=list)

    @cached_property
    def by_path(self):
        return {file.path: file for file in self.files}

    @cached_property
    def cpp(self):
        return [file for file in self.files if file.is_cpp()]

    @cached_property
    def folders(self):
        found = set()
        for file in self.files:
            parts = file.path.split("/")[:-1]
            found.update("/".join(parts[: n + 1]) for n in range(len(parts)))
        return found


def paths_of(root):
    if (root / ".git").exists():
        command = ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-coz",
                   "--exclude-standard"]
        listed = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        return sorted({path for path in listed.split("\0") if path})
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def read_tree(root):
    root = Path(root)
    tree = Tree(root)
    for path in paths_of(root):
        place = root / path
        if place.is_symlink() or not place.is_file() or path.endswith(BINARY):
            continue
        raw = place.read_bytes()
        if b"\0" in raw[:4096]:
            continue
        mode = place.stat().st_mode
        tree.files.append(File(path, raw.decode("utf-8", "replace"), bool(mode & 0o111)))
    return tree
