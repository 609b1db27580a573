#!/usr/bin/env python3
"""Refuses a change of schemas/proto that an older program would not understand.

    tests/schemas/golden_test.py             compares with golden/promises.txt
    tests/schemas/golden_test.py --update    adds what is new to it; never removes a line
"""

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from descriptors import read_schema  # noqa: E402

HERE = Path(__file__).parent


def read_golden(path):
    return set(path.read_text().splitlines()) if path.exists() else set()


def problems_of(schema, golden):
    """(incompatible, missing from golden, style): lists of lines to print."""
    gone = sorted(golden - schema.promises)
    broken = [f"incompatible: promised and gone: {line}" for line in gone]
    added = [f"new, not in golden: {line}" for line in sorted(schema.promises - golden)]
    style = [f"no comment: {name}" for name in schema.naked]
    return broken, added, style + [f"naming: {fault}" for fault in schema.faults]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--protos", type=Path, default=HERE.parents[1] / "schemas/proto")
    parser.add_argument("--golden", type=Path, default=HERE / "golden/promises.txt")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    try:
        schema = read_schema(options.protos)
    except subprocess.CalledProcessError as error:
        print(error.stderr)
        return 1
    broken, added, style = problems_of(schema, read_golden(options.golden))
    if not schema.promises:
        broken.append(f"no .proto file below {options.protos}")
    if options.update and not broken:
        options.golden.parent.mkdir(exist_ok=True)
        options.golden.write_text("\n".join(sorted(schema.promises)) + "\n")
        print(f"golden: {len(added)} promises added")
        added = []
    for line in broken + added + style:
        print(line)
    if broken:
        print("Within v1 only additions: old boxes and clients are out there. Keep the line,"
              " deprecate the field, add another.")
    elif added:
        print("Record them: tests/schemas/golden_test.py --update")
    print(f"schemas: {len(schema.promises)} promises, {len(broken + added + style)} problems")
    return 1 if broken or added or style else 0


if __name__ == "__main__":
    sys.exit(main())
