#!/usr/bin/env python3
"""The OpenAPI document is valid in the eyes of others: judged by the schema that the OpenAPI
Initiative publishes for its version, with a parser that many programs use (npm). Documents that are
broken in one way each are refused, so that the judge is known to judge.
"""

import copy
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parents[1] / "schemas/openapi/foyer.v1.json"
SKIPPED = 77


def planted(document):
    """What no reader of OpenAPI 3.1 may take, by name."""
    paths = list(document["paths"])
    broken = {}

    def plant(name):
        broken[name] = copy.deepcopy(document)
        return broken[name]

    del plant("no title")["info"]["title"]
    del plant("no paths, components or webhooks")["paths"]
    broken["no paths, components or webhooks"].pop("components")
    one = plant("a parameter that is nowhere")["paths"][paths[0]]
    next(iter(one.values()))["parameters"] = [{"name": "x", "in": "nowhere"}]
    one = plant("an answer without description")["paths"][paths[0]]
    next(iter(one.values()))["responses"] = {"200": {}}
    one = plant("a reference to nothing")["paths"][paths[0]]
    next(iter(one.values()))["responses"] = {"200": {"$ref": "#/components/responses/Nothing"}}
    return broken


def judged(files):
    done = subprocess.run(["node", HERE / "openapi_valid.mjs", *files], capture_output=True,
                          text=True, check=True, timeout=100)  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    modules = os.environ.get("NODE_PATH", "")
    if not os.path.isdir(modules + "/@apidevtools/swagger-parser"):
        print("skipped: no npm package @apidevtools/swagger-parser in NODE_PATH "
              "(deploy/lib/npm-modules)")
        return SKIPPED
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    broken = planted(document)
    with tempfile.TemporaryDirectory(prefix="foyer-openapi-") as folder:
        files = [DOCUMENT]
        for number, one in enumerate(broken.values()):
            files.append(Path(folder) / f"{number}.json")
            files[-1].write_text(json.dumps(one), encoding="utf-8")
        ours, *others = judged(files)
    assert ours["valid"], ours["why"]
    for name, answer in zip(broken, others):
        assert not answer["valid"], f"taken although it has {name}"
    print(f"openapi: valid 3.1; {len(others)} broken ones refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
