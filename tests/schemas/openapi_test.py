#!/usr/bin/env python3
"""The OpenAPI document: schemas/openapi/foyer.v1.json is what the master serves, and keeps what it
promised.

    tests/schemas/openapi_test.py             compares, with the program in FOYER_MASTER
    tests/schemas/openapi_test.py --update    writes both files; refuses a broken promise
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from golden_test import read_golden  # noqa: E402
from openapi_promises import broken_promises, promises_of  # noqa: E402

HERE = Path(__file__).parent
MASTER = os.environ.get("FOYER_MASTER", HERE.parents[1] / "build/release/bin/foyer-master")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--document", type=Path,
                        default=HERE.parents[1] / "schemas/openapi/foyer.v1.json")
    parser.add_argument("--golden", type=Path, default=HERE / "golden/openapi.txt")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    made = subprocess.run([MASTER, "openapi"], capture_output=True, check=True).stdout
    promises, golden = promises_of(json.loads(made)), read_golden(options.golden)
    broken = broken_promises(golden, promises)
    for line in broken:
        print(f"incompatible: promised and gone: {line}")
    if broken:
        print("Within v1 only additions: clients of last year are out there.")
        return 1
    if options.update:
        options.document.write_bytes(made)
        options.golden.write_text("\n".join(sorted(promises)) + "\n")
    kept = options.document.read_bytes() if options.document.exists() else b""
    if kept != made or golden != promises and not options.update:
        print(f"{options.document.name} is not what the master serves."
              " Record it: tests/schemas/openapi_test.py --update")
        return 1
    print(f"openapi: {len(promises)} promises kept, {len(made)} bytes as served")
    return 0


if __name__ == "__main__":
    sys.exit(main())
