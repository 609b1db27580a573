#!/usr/bin/env python3
"""Turns the records of deploy/test into its last screen.

    report.py FOLDER     FOLDER/NN-stage.json: a plain stage {name, ok, seconds, note}
                         FOLDER/NN-stage.xml: ctest's JUnit, FOLDER/NN-stage.seconds beside it

Prints a table of stages, the skipped tests with their reasons, the failed ones, and
`N passed, N failed`. Exit status 1 if anything failed or no test passed.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

def read_plain(path):
    stage = json.loads(path.read_text())
    name = stage["name"]
    return {"name": name, "seconds": float(stage["seconds"]),
            "passed": [name] if stage["ok"] else [], "failed": [] if stage["ok"] else [name],
            "skipped": [], "note": stage.get("note", ""), "tests": False}


def last_line(case):
    lines = (case.findtext("system-out") or "").strip().splitlines()
    return lines[-1].strip() if lines else "no reason given"


def read_junit(path):
    suite = ElementTree.parse(path).getroot()
    stage = {"name": path.stem.split("-", 1)[1], "seconds": 0.0, "passed": [], "failed": [],
             "skipped": [], "note": "", "tests": True}
    slowest = (0.0, "")
    for case in suite.iter("testcase"):
        name, seconds = case.get("name"), float(case.get("time", 0))
        stage["seconds"] += seconds
        slowest = max(slowest, (seconds, name))
        mark = case.find("skipped")  # ctest calls a missing program skipped too: that is a failure
        if mark is not None and mark.get("message", "").startswith(("SKIP_", "Disabled")):
            stage["skipped"].append((name, last_line(case)))
        elif case.get("status") == "run":
            stage["passed"].append(name)
        else:
            stage["failed"].append(name)
    seconds = path.with_suffix(".seconds")
    if seconds.exists():
        stage["seconds"] = float(seconds.read_text())
    if slowest[0] >= 1:
        stage["note"] = f"slowest {slowest[1]} {slowest[0]:.1f} s"
    return stage


def print_table(stages):
    print(f"\n{'stage':<16}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>10}  note")
    for s in stages:
        counts = [len(s[key]) for key in ("passed", "failed", "skipped")]
        print(f"{s['name']:<16}{counts[0]:>8}{counts[1]:>8}{counts[2]:>9}{s['seconds']:>10.1f}"
              f"  {s['note']}")


def main():
    folder = Path(sys.argv[1])
    stages = [read_plain(p) if p.suffix == ".json" else read_junit(p)
              for p in sorted(folder.iterdir()) if p.suffix in (".json", ".xml")]
    print_table(stages)
    skipped = [item for s in stages for item in s["skipped"]]
    failed = [f"{s['name']}: {name}" if name != s["name"] else name
              for s in stages for name in s["failed"]]
    for name, reason in skipped:
        print(f"skipped  {name}: {reason}")
    for name in failed:
        print(f"FAILED   {name}")
    passed = sum(len(s["passed"]) for s in stages)
    tail = f", {len(skipped)} skipped" if skipped else ""
    if not failed and not any(s["passed"] for s in stages if s["tests"]):
        failed.append("no test ran")
        print("FAILED   no test ran")
    print(f"\n{passed} passed, {len(failed)} failed{tail}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
