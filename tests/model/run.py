#!/usr/bin/env python3
"""Checks the models of common/docs/leadership.md with Spin.

    tests/model/run.py                  every model in all its states, every planted bug and goal
    tests/model/run.py --deep           also the larger complete searches
    tests/model/run.py --swarm 10       five voters for ten minutes: NOT exhaustive
    tests/model/run.py --only bug       only what has this in its name
    tests/model/run.py --fresh          also what was searched before, of the same models
    tests/model/run.py --trail KEY      the steps of one counterexample, for a person to read

A search that is cut short, by memory or depth or time, is a failure and never a pass.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import plans  # noqa: E402
import swarm  # noqa: E402
from kept import Kept  # noqa: E402
from verifier import build, counterexample, number  # noqa: E402

MISSING = 77
MEMORY_MB = 1400  # of one search; two run at a time
MEMORY_DEEP_MB = 6000
DEPTH = 100_000
BROKEN = re.compile(r"assertion violated (?:\(9000==(\d+)\)|0) \(at depth (\d+)\)")
FOR_EVER = re.compile(r"acceptance cycle \(at depth (\d+)\)")
COUNTED = (r"([\d.e+]+) states, stored", r"([\d.e+]+) transitions \(",
           r"depth reached (\d+)", r"([\d.]+)\s+total actual memory")
CUT = ("out of memory", "max search depth too small", "Search not completed", "Bit statespace")


@dataclass
class Verdict:
    run: plans.Run
    text: str
    seconds: float
    trail: str

    @property
    def cut(self):
        """Why the search says nothing about all states; empty if it does."""
        reasons = [sign for sign in CUT if sign in self.text]
        if "errors:" not in self.text:
            reasons.append("no result")
        # A violation ends a search early, as it should.
        return [] if self.broken and reasons == ["Search not completed"] else reasons

    @property
    def broken(self):
        """(invariant or 0 for a goal, steps), or None. A run that never comes to a good end breaks
        L18."""
        if for_ever := FOR_EVER.search(self.text):
            return 18, int(for_ever[1])
        found = BROKEN.search(self.text)
        return (int(found[1] or 0), int(found[2])) if found else None

    @property
    def good(self):
        if not self.run.planted:
            return not self.cut and not self.broken and "errors: 0" in self.text
        return self.broken is not None and self.broken[0] == self.run.expect

    def line(self):
        states, transitions, depth, memory = (number(pattern, self.text) for pattern in COUNTED)
        told = (f"{states:>12,.0f} states {transitions:>13,.0f} transitions {depth:>6.0f} deep"
                f" {self.seconds:>6.1f} s {memory:>6.0f} MB")
        if self.broken:
            what = f"L{self.broken[0]} broken" if self.broken[0] else "reached"
            told += f"  {what} in {self.broken[1]} steps"
        elif self.run.planted:
            told += "  NOT FOUND"
        elif self.good:
            told += "  comes back in each run" if self.run.live else "  no error, all states"
        if self.cut:
            told += f"  CUT SHORT: {', '.join(self.cut)}"
        return f"{'ok ' if self.good else 'BAD'} {self.run.key:<48}{told}"


def search(run, folder, memory_mb):
    """Bugs and goals breadth first, for the shortest run; the protocol depth first, to the end.
    Cycles are found depth first only."""
    options = ["-DNOREDUCE", f"-DMEMLIM={memory_mb}"]
    quick = run.planted or run.live
    options += ["-O0"] if quick else ["-O2"]  # gcc takes longer than most searches
    options += [] if run.live else ["-DSAFETY"]
    options += ["-DBFS"] if run.planted and not run.live else []
    start = time.monotonic()
    pan = build(run, folder, options)
    how = ["-a"] if run.live else []
    done = subprocess.run([pan, *how, f"-m{DEPTH}", "-w23"], cwd=pan.parent, text=True, check=False,
                          capture_output=True)
    verdict = Verdict(run, done.stdout + done.stderr, time.monotonic() - start, "")
    if verdict.broken:
        verdict.trail = counterexample(pan)
    return verdict


def check(runs, folder, jobs, memory_mb, kept):
    """Number of runs that are not as they should be."""
    bad = 0
    known = {run.key: line for run in runs if (line := kept.line(run))}
    for line in known.values():
        print(f"{line}  (searched before)", flush=True)
    runs = [run for run in runs if run.key not in known]
    with ThreadPoolExecutor(jobs) as pool:
        for verdict in pool.map(lambda run: search(run, folder, memory_mb), runs):
            if verdict.good:
                kept.keep(verdict.run, verdict.line())
            print(verdict.line(), flush=True)
            if not verdict.good:
                bad += 1
                print(verdict.trail or verdict.text)
    return bad


def show(key, folder):
    runs = plans.PROTOCOL + plans.DEEP + plans.BUGS + plans.GOALS
    run = next((run for run in runs if run.key == key), None)
    if run is None:
        print("no such run; there are:", *(run.key for run in runs), sep="\n  ")
        return 1
    verdict = search(run, folder, MEMORY_DEEP_MB)
    print(verdict.line())
    print(verdict.trail or "no counterexample")
    return 0 if verdict.good else 1


def chosen(options):
    runs = plans.PROTOCOL + (plans.DEEP if options.deep else []) + plans.BUGS + plans.GOALS
    return [run for run in runs if options.only in run.key]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--swarm", type=float, metavar="MINUTES")
    parser.add_argument("--only", default="", metavar="TEXT")
    parser.add_argument("--trail", metavar="KEY")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--fresh", action="store_true")
    options = parser.parse_args()
    for tool in ("spin", "gcc"):
        if not shutil.which(tool):
            print(f"skipped: {tool} is not installed")
            return MISSING
    with tempfile.TemporaryDirectory(prefix="foyer-model.") as name:
        folder = Path(name)
        if options.trail:
            return show(options.trail, folder)
        if options.swarm:
            return swarm.search(options.swarm, options.only, folder, options.jobs)
        start = time.monotonic()
        runs = chosen(options)
        kept = Kept(options.fresh)
        bad = check(runs, folder, options.jobs, MEMORY_DEEP_MB if options.deep else MEMORY_MB, kept)
        kept.forget_old()
        print(f"model: {len(runs)} runs, {bad} bad, {time.monotonic() - start:.0f} s")
        return 1 if bad or not runs else 0


if __name__ == "__main__":
    sys.exit(main())
