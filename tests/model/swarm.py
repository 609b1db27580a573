"""More voters than can be searched whole: many short random searches, each of which forgets states
that look alike (bitstate hashing). That they find nothing is a hint, never a proof.
"""

import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import plans
from verifier import build, counterexample, number

ROUND_SECONDS = 20
OPTIONS = ["-O1", "-DSAFETY", "-DNOREDUCE", "-DBITSTATE", "-DT_RAND", "-DP_RAND"]


def one_search(pan, seed):
    """What the verifier printed until its time was over. Depths differ, so do the corners seen."""
    depth = (200, 1_000, 5_000, 50_000)[seed % 4]
    with subprocess.Popen([pan, f"-m{depth}", "-w28", f"-RS{seed}"], cwd=pan.parent, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        try:
            return running.communicate(timeout=ROUND_SECONDS)[0]
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGINT)  # it then prints what it has
            return running.communicate()[0]


def search_one(run, folder, end):
    pan = build(run, folder, OPTIONS)
    states, rounds = 0.0, 0
    while rounds == 0 or time.monotonic() < end:
        rounds += 1
        text = one_search(pan, rounds)
        states += number(r"([\d.e+]+) states, stored", text)
        if "assertion violated" in text:
            print(f"BAD {run.key}: seed {rounds}\n{text}\n{counterexample(pan)}")
            return 1
    print(f"ok  {run.key}: NOT EXHAUSTIVE, bitstate, {rounds} random searches, {states:,.0f} states"
          " in all, no error", flush=True)
    return 0


def search(minutes, only, folder, jobs):
    """All swarm runs share the time; 1 if one found an error."""
    runs = [run for run in plans.SWARM if only in run.key]
    share = minutes * 60 * jobs / max(len(runs), 1)
    with ThreadPoolExecutor(jobs) as pool:
        found = pool.map(
            lambda run: search_one(run, folder, time.monotonic() + share), runs)
        return 1 if sum(found) or not runs else 0
