"""Where the functions of a file begin and end: C++ by counting braces, Python by its own parser,
bash by the closing brace in the first column."""

import ast
import re

from tree import line_of

SCOPE = re.compile(r"\b(namespace|class|struct|union|enum)\b|extern\s*\"")
NAME = re.compile(r"([~\w:]+|operator\s*\S+?|TEST_CASE|SCENARIO)\s*\(")
PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
BASH_FUNCTION = re.compile(r"^([\w-]+)\s*\(\)\s*\{", re.M)


def cpp_functions(file):
    """[(name, first line, last line)]; a lambda counts with the function around it."""
    code = PREPROCESSOR.sub(lambda m: "\n" * m.group(0).count("\n"), file.code)
    found, start, position = [], 0, 0
    while position < len(code):
        letter = code[position]
        if letter in ";}":
            start = position + 1
        elif letter == "{":
            header = code[start:position]
            if is_scope(header):
                start = position + 1
            else:
                end = closing(code, position)
                if is_member_initialiser(header, code, end):
                    position = end + 1
                    continue
                if is_function(header):
                    first = start + len(header) - len(header.lstrip())
                    found.append((name_of(header), line_of(code, first), line_of(code, end)))
                position, start = end, end + 1
        position += 1
    return found


def is_scope(header):
    bare = re.sub(r"<[^<>]*>", "", header)
    bare = re.sub(r"\b(alignas|__attribute__|requires)\s*\([^()]*\)", "", bare)
    return bool(SCOPE.search(bare)) and "(" not in bare


def is_function(header):
    return "(" in header and not header.rstrip().endswith("=")


def is_member_initialiser(header, code, end):
    following = code[end + 1:end + 200].lstrip()[:1]
    return "(" in header and following in (",", "{") and following != ""


def closing(code, position):
    depth = 0
    for place in range(position, len(code)):
        if code[place] == "{":
            depth += 1
        elif code[place] == "}":
            depth -= 1
            if depth == 0:
                return place
    return len(code) - 1


def name_of(header):
    match = NAME.search(header)
    return match.group(1) if match else "function"


def python_functions(file):
    try:
        module = ast.parse(file.text)
    except SyntaxError:
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [(node.name, node.lineno, node.end_lineno) for node in ast.walk(module)
            if isinstance(node, kinds)]


def bash_functions(file):
    found = []
    for match in BASH_FUNCTION.finditer(file.text):
        end = re.compile(r"^\}", re.M).search(file.text, match.end())
        last = line_of(file.text, end.start()) if end else len(file.lines)
        if "}" in file.text[match.end():file.text.find("\n", match.end())]:
            last = line_of(file.text, match.start())
        found.append((match.group(1), line_of(file.text, match.start()), last))
    return found


def language(file):
    """"cpp", "python", "bash", "sh", or "" for text that is none of these."""
    if file.is_cpp():
        return "cpp"
    first = file.lines[0]
    if file.path.endswith(".py") or (first.startswith("#!") and "python" in first):
        return "python"
    if first.startswith("#!") and "bash" in first:
        return "bash"
    if first.startswith("#!") and re.search(r"\bsh\b", first):
        return "sh"
    return "bash" if file.path.endswith(".sh") else ""


def functions_of(file):
    kind = language(file)
    if kind == "cpp":
        return cpp_functions(file)
    if kind == "python":
        return python_functions(file)
    return bash_functions(file) if kind in ("bash", "sh") else []
