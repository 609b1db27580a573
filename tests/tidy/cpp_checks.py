"""Rules for C++: layers, purity, banned calls, tests of pure code, nothing outside a target."""

import re

import rules
from tree import Finding, line_of


def layer_of(path):
    """The longest folder of rules.LAYERS that holds the file, or None."""
    parts = path.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        folder = "/".join(parts[:length])
        if folder in rules.LAYERS:
            return folder
    return None


def check_layers(tree):
    for file in tree.cpp:
        layer = layer_of(file.path)
        if layer is None:
            yield Finding(file.path, 1, "layer", "this folder is in no layer: see LAYERS in"
                          " tests/tidy/rules.py and common/docs/architecture.md")
            continue
        for line, name, quoted in file.includes:
            top = name.split("/")[0]
            if top not in rules.TOP_FOLDERS and top != "foyer":
                if quoted and name not in tree.by_path:
                    yield Finding(file.path, line, "include",
                                  f'"{name}": write the path from the root')
                continue
            if top == "foyer" and name not in tree.by_path and not name.endswith((".pb.h",)):
                yield Finding(file.path, line, "include", f"unknown file {name}")
            if not allowed(layer, name):
                yield Finding(file.path, line, "layer", f"{layer} may not include {name}; it may"
                              f" include {', '.join(rules.LAYERS[layer]) or 'std only'}")


def allowed(layer, name):
    own = name.startswith(layer + "/") and layer_of(name) == layer
    return own or any(name.startswith(folder + "/") for folder in rules.LAYERS[layer])


def check_purity(tree):
    for file in tree.cpp:
        layer = layer_of(file.path)
        if layer not in rules.PURE_FOLDERS:
            continue
        spared = rules.IMPURE_ALLOWED.get(layer)
        for line, name, _ in file.includes:
            if rules.IMPURE_INCLUDES.search(name) and not (spared and spared.search(name)):
                yield Finding(file.path, line, "purity", f"<{name}>: {layer} is pure; time,"
                              " randomness and effects come in as arguments")
        if layer in rules.PURE_STRICT:
            for match in re.finditer(r"\bstd::chrono::\w+_clock\b|\bthread_local\b", file.code):
                yield Finding(file.path, line_of(file.code, match.start()), "purity",
                              f"{match.group(0)}: {layer} knows no clock and no thread")


def check_banned(tree):
    for file in tree.cpp:
        table = rules.BANNED + (rules.BANNED_IN_HEADERS if file.path.endswith(".h") else [])
        for name, pattern, places, advice in table:
            if file.under(*places):
                continue
            for match in re.finditer(pattern, file.code, re.M):
                if not is_declaration(file.code, match):
                    call = " ".join(match.group(0).split())
                    yield Finding(file.path, line_of(file.code, match.start()), f"banned-{name}",
                                  f"`{call}`: {advice}")


def is_declaration(code, match):
    """A function of ours with the same name: `void system(` or `Status system(`."""
    before = code[max(0, match.start() - 40):match.start()]
    word = re.search(r"([\w>&*]+)[ \t]+$", before)
    return bool(word) and word.group(1) not in ("return", "else", "do", "co_return", "throw")


def check_headers(tree):
    included = {name for file in tree.cpp for _, name, _ in file.includes}
    for file in tree.cpp:
        if not file.path.endswith(".h"):
            continue
        if "#pragma once" not in file.text:
            yield Finding(file.path, 1, "header", "begin with #pragma once")
        if not file.text.lstrip().startswith(("//", "/*")):
            yield Finding(file.path, 1, "header", "open with a comment: what it is for")
        if file.path not in included:
            yield Finding(file.path, 1, "dead", "no file includes this header")


def check_targets(tree):
    """Every .cpp stands in the CMakeLists.txt of its folder or of one above, by name or by glob."""
    for file in tree.cpp:
        if file.path.endswith(".cpp") and not in_a_target(tree, file.path):
            yield Finding(file.path, 1, "target", "no CMakeLists.txt builds this file")


def in_a_target(tree, path):
    parts = path.split("/")
    for length in range(len(parts) - 1, -1, -1):
        lists = tree.by_path.get("/".join(parts[:length] + ["CMakeLists.txt"]))
        if lists is not None:
            text = re.sub(r"#[^\n]*", "", lists.text)
            relative = "/".join(parts[length:])
            if is_named(text, relative) or is_globbed(text, relative):
                return True
    return False


def is_named(text, relative):
    if re.search(r"(?<![\w./-])" + re.escape(relative) + r"(?![\w./-])", text):
        return True
    stem = relative[:-len(".cpp")]  # "${stem}.cpp" in a foreach over stems
    for ending in ("_test", ""):
        if stem.endswith(ending) and "}" + ending + ".cpp" in text:
            bare = stem[:len(stem) - len(ending)]
            if re.search(r"(?<![\w/-])" + re.escape(bare) + r"(?![\w./-])", text):
                return True
    return False


def is_globbed(text, relative):
    for glob in re.findall(r"GLOB(?:_RECURSE)?\s[^)]*", text):
        for pattern in re.findall(r"[^\s\"]*\*[^\s\")]*", glob):
            tail = re.sub(r"^\$\{[^}]*\}/", "", pattern)
            wanted = "".join("[^/]*" if c == "*" else re.escape(c) for c in tail)
            deep = "RECURSE" in glob and re.fullmatch(wanted, relative.rsplit("/", 1)[-1])
            if deep or re.fullmatch(wanted, relative):
                return True
    return False


def check_unit_tests(tree):
    for file in tree.cpp:
        if layer_of(file.path) not in rules.TESTED_FOLDERS or not file.path.endswith(".h"):
            continue
        if "(" not in re.sub(r"\boperator\s*(<=>|==)\s*\([^()]*\)", "", file.code):
            continue  # plain nouns
        stem = file.name[:-2]
        if not any(t.path.endswith((f"/{stem}_test.cpp", f"/{stem}_prop_test.cpp")) and
                   file.path in {name for _, name, _ in t.includes}
                   for t in tree.cpp if t.under("tests/unit", "tests/property")):
            yield Finding(file.path, 1, "untested", f"needs tests/unit/{file.folder}/"
                          f"{stem}_test.cpp that includes it")


CHECKS = [check_layers, check_purity, check_banned, check_headers, check_targets, check_unit_tests]
