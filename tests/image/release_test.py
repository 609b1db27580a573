#!/usr/bin/env python3
"""The templates of our releases fit the schema, and the schema refuses what must be refused."""
import copy
import json
import os
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is missing")
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Each with what its copies may reach besides their group: Tryton sends invoices.
TEMPLATES = {f"{HERE}/minimal/release.template.json": [],
             f"{ROOT}/deploy/software/tryton/release.template.json": ["mail-relay"]}
IMAGE = {"digest": "sha256:" + "0" * 64, "os": "linux", "architecture": "amd64",
         "compressed_bytes": 1, "unpacked_bytes": 1}

# What is changed in a good release, and must make it bad.
WRONG = [
    ("unknown key", lambda r: r.update(colour="red")),
    ("no digest", lambda r: r["image"].pop("digest")),
    ("short digest", lambda r: r["image"].update(digest="sha256:00")),
    ("relative command", lambda r: r.update(command=["serve"])),
    ("root", lambda r: r["user"].update(uid=0)),
    ("unknown hook", lambda r: r["hooks"].update(upgrade={"argv": ["/x"], "timeout_s": 1})),
    ("hook without a limit", lambda r: r["hooks"]["init"].pop("timeout_s")),
    ("low port", lambda r: r["ports"].update(web=80)),
    ("open parameters", lambda r: r["parameters"].update(additionalProperties=True)),
    ("nested parameter", lambda r: r["parameters"]["properties"].update(
        x={"type": "object", "title": "x"})),
    ("unknown egress", lambda r: r.update(egress=["mail-relay", "internet"])),
    ("no word about egress", lambda r: r.pop("egress")),
    ("egress that is no list", lambda r: r.update(egress="mail-relay")),
    ("no copies", lambda r: r["data"]["copies"].update(min=0)),
    ("memory of nothing", lambda r: r["sizes"]["s"].update(memory_bytes=1)),
]


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    schema = load(f"{ROOT}/schemas/software/release.schema.json")
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for path, egress in TEMPLATES.items():
        release = load(path)
        assert release["egress"] == egress, path
        release["image"] = dict(IMAGE)
        release["version"] = release["version"] or "1-1"
        validator.validate(release)
        copies = release["data"]["copies"]
        assert copies["min"] <= copies["default"] <= copies["max"], path
        parameters = release["parameters"]
        assert set(parameters["required"]) <= set(parameters["properties"]), path
        for parameter in parameters["properties"].values():
            if "default" in parameter:
                jsonschema.Draft7Validator(parameter).validate(parameter["default"])
        for what, change in WRONG:
            bad = copy.deepcopy(release)
            change(bad)
            assert list(validator.iter_errors(bad)), f"{path}: accepted although {what}"
    print(f"release_test: {len(TEMPLATES)} releases fit, {len(WRONG)} changes refused")


if __name__ == "__main__":
    main()
