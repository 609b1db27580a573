"""Spin makes a C program of a model, gcc compiles it, and it writes what it found as text."""

import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
# What the models print begins with a member's index, or these words.
STEP = re.compile(r"\d+ [a-z]|the clock|the master|the faults|a person|<<<<<START OF CYCLE")


def build(run, folder, options):
    """The verifier of this run in a folder of its own."""
    place = folder / run.key
    place.mkdir(parents=True)
    defines = [f"-D{name}={value}" for name, value in run.defines.items()]
    for source in HERE.glob("*.pml"):
        shutil.copy(source, place)
    made = subprocess.run(["spin", "-a", *defines, f"{run.model}.pml"],
                          cwd=place, text=True, check=False, capture_output=True)
    if made.returncode or "rror" in made.stdout:
        raise RuntimeError(f"{run.key}: {made.stdout}{made.stderr}")
    subprocess.run(["gcc", "-w", *options, "-o", "pan", "pan.c"], cwd=place, check=True)
    return place / "pan"


def counterexample(pan):
    """The steps of the trail that the verifier left, as the models print them."""
    done = subprocess.run([pan, "-r"], cwd=pan.parent, text=True, check=False,
                          capture_output=True)
    said = (line.strip() for line in done.stdout.splitlines())
    return "\n".join(f"    {line}" for line in said if STEP.match(line))


def number(pattern, text):
    found = re.findall(pattern, text)
    return float(found[-1]) if found else 0.0
