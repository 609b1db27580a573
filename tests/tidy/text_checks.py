"""Rules for every file: sizes, words, READMEs, migrations, scripts, names of tests."""

import ast
import hashlib
import re
import sys

import rules
from functions import functions_of, language
from tree import Finding, line_of

CONFIG = (".proto", ".sql", ".cmake", "CMakeLists.txt")
CONFIG_COLUMNS_MAX = 140
WEB = (".js", ".ts", ".css", ".html", ".mjs")


def check_sizes(tree):
    for file in tree.files:
        kind = language(file)
        if not (kind or file.path.endswith(CONFIG + WEB)):
            continue
        count = len(file.lines) - (file.text.endswith("\n"))
        if count > rules.FILE_LINES_MAX:
            yield Finding(file.path, rules.FILE_LINES_MAX + 1, "file-size",
                          f"{count} lines; at most {rules.FILE_LINES_MAX}: one idea a file")
        for name, first, last in functions_of(file):
            if last - first + 1 > rules.FUNCTION_LINES_MAX:
                yield Finding(file.path, first, "function-size", f"{name} has {last - first + 1}"
                              f" lines; at most {rules.FUNCTION_LINES_MAX}")
        columns = rules.COLUMNS_MAX if kind or file.path.endswith(WEB) else CONFIG_COLUMNS_MAX
        for number, line in enumerate(file.lines, 1):
            if len(line) > columns and "://" not in line:
                yield Finding(file.path, number, "columns",
                              f"{len(line)} columns; at most {columns}")


def check_text(tree):
    for file in tree.files:
        if file.name in ("LICENSE", "package-lock.json"):
            continue
        if file.text and not file.text.endswith("\n"):
            yield Finding(file.path, len(file.lines), "text", "ends without a newline")
        if "\r" in file.text and not file.under("tests/fuzz"):
            yield Finding(file.path, 1, "text", "carriage returns")
        for match in rules.WORKPLACE.finditer(file.text):
            yield Finding(file.path, line_of(file.text, match.start()), "workplace",
                          f"'{match.group(0)}': the repository speaks of Foyer alone")
        if not file.under("tests/tidy"):
            for match in rules.TODO.finditer(file.text):
                yield Finding(file.path, line_of(file.text, match.start()), "todo",
                              f"write {match.group(1)}(#issue), or do it")
        if language(file):
            for number, line in enumerate(file.lines, 1):
                if line.endswith((" ", "\t")):
                    yield Finding(file.path, number, "text", "space at the end of the line")


def check_layout(tree):
    for top in sorted({file.path.split("/")[0] for file in tree.files}):
        known = rules.TOP_FILES if top in tree.by_path else rules.TOP_FOLDERS
        if top not in known:
            yield Finding(top, 1, "layout", "not a name of the top folder: see TOP_FOLDERS in"
                          " tests/tidy/rules.py")
    for folder in sorted(tree.folders):
        if folder.startswith(".") or folder.count("/") > 1:
            continue
        if f"{folder}/README.md" not in tree.by_path:
            yield Finding(folder, 1, "readme", "needs a README.md: purpose, vocabulary, flow,"
                          " invariants")


def check_migrations(tree):
    migrations = sorted(f.path for f in tree.files
                        if f.folder == "schemas/sql" and f.name.endswith(".sql"))
    if not migrations:
        return
    yield from check_migration_names(migrations)
    yield from check_migration_sums(tree, migrations)


def check_migration_names(migrations):
    for number, path in enumerate(migrations, 1):
        name = path.rsplit("/", 1)[1]
        if not re.fullmatch(r"\d{4}_[a-z0-9]+(_[a-z0-9]+)+\.sql", name):
            yield Finding(path, 1, "migration", "name it NNNN_verb_noun.sql")
        elif int(name[:4]) != number:
            yield Finding(path, 1, "migration", f"number {name[:4]} should be {number:04}: no"
                          " gaps, no repeats")


def check_migration_sums(tree, migrations):
    sums = tree.by_path.get("schemas/sql/checksums")
    lines = sums.lines if sums else []
    listed = dict(reversed(line.split(None, 1)) for line in lines if line.strip())
    for path in migrations:
        name = path.rsplit("/", 1)[1]
        digest = hashlib.sha256((tree.root / path).read_bytes()).hexdigest()
        if listed.get(name) != digest:
            advice = "a released migration never changes" if name in listed else "add its line"
            yield Finding(path, 1, "migration", f"schemas/sql/checksums does not hold"
                          f" {digest[:12]}…: {advice}"
                          " (cd schemas/sql && sha256sum *.sql > checksums)")
    for name in sorted(set(listed) - {path.rsplit("/", 1)[1] for path in migrations}):
        yield Finding("schemas/sql/checksums", 1, "migration",
                      f"{name} is gone: migrations only grow")


def check_scripts(tree):
    for file in tree.files:
        if file.under(*rules.IMAGE_FOLDERS):
            continue
        kind = language(file)
        if file.lines[0].startswith("#!") and not file.executable:
            yield Finding(file.path, 1, "script", "has an interpreter line but is not executable")
        if kind in ("bash", "sh"):
            yield from check_shell(file, kind)
        if kind == "python":
            yield from check_imports(tree, file)


def check_shell(file, kind):
    wanted = "set -euo pipefail" if kind == "bash" else "set -eu"
    if file.lines[0].startswith("#!") and wanted not in file.text:
        yield Finding(file.path, 1, "script", f"needs `{wanted}`")
    for number, line in enumerate(file.lines, 1):
        bare = line.split("#", 1)[0]
        if re.search(r"\b(pkill|killall)\b", bare):
            yield Finding(file.path, number, "script", "kill by process id, never by name")
        if re.search(r"\bcurl\b.*\s(-[a-zA-Z]*k\b|--insecure\b)", bare):
            yield Finding(file.path, number, "script", "certificates are verified everywhere: no"
                          " curl -k")


def check_imports(tree, file):
    try:
        module = ast.parse(file.text)
    except SyntaxError as error:
        yield Finding(file.path, error.lineno or 1, "script", f"does not parse: {error}")
        return
    ours = {f.name[:-3] for f in tree.files if f.name.endswith(".py")}
    ours |= {folder.rsplit("/", 1)[-1] for folder in tree.folders}
    for node in ast.walk(module):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            top = name.split(".")[0]
            allowed = file.under(*rules.PYTHON_PACKAGES.get(top, []))
            if top not in sys.stdlib_module_names and top not in ours and not allowed:
                yield Finding(file.path, node.lineno, "script",
                              f"import {top}: standard library only")


TEST = re.compile(r"\b(?:foyer_test\s*\(\s*|add_test\s*\(\s*NAME\s+)\"?([^\s\")]+)")
LABEL = re.compile(r"\bLABELS?\s+\"?([A-Za-z][\w;]*)")


def check_test_names(tree):
    for file in tree.files:
        if file.name != "CMakeLists.txt":
            continue
        text = re.sub(r"#[^\n]*", "", file.text)
        folder = file.path.split("/")[1] if re.match(r"tests/\w+/", file.path) else ""
        for match in TEST.finditer(text):
            name = match.group(1)
            fixed = name.split("${")[0]
            line = line_of(text, match.start())
            if fixed == name and not rules.TEST_NAME.fullmatch(name):
                yield Finding(file.path, line, "test-name",
                              f"'{name}' does not begin with its folder")
            elif folder and "/" in fixed and not fixed.startswith(f"{folder}/"):
                yield Finding(file.path, line, "test-name",
                              f"'{name}' should begin with {folder}/")
        for match in LABEL.finditer(text):
            for label in sorted(set(match.group(1).split(";")) - rules.TEST_LABELS):
                yield Finding(file.path, line_of(text, match.start()), "test-name",
                              f"label '{label}' is none of {' '.join(sorted(rules.TEST_LABELS))}")


CHECKS = [check_sizes, check_text, check_layout, check_migrations, check_scripts, check_test_names]
