"""takeover: strikes who leads an instance, run after run, and says what its customers met."""

import argparse
import os
import random
import signal
import sys
import time
from pathlib import Path

import cloud_of_homes

from .lanes import run_all
from .rows import Rows, why_bad
from .scenarios import ALL, LABS, NAMED_ONLY

LABS_AT_ONCE_MAX = 16
OF_A_DAY = 6
OTHER_LABS_OF_A_DAY = 1  # one more is raised for it


def parser():
    top = argparse.ArgumentParser(prog="takeover", description=__doc__.partition(": ")[2],
                                  epilog="scenarios: " + ", ".join(ALL))
    top.add_argument("--scenario", required=True, metavar="NAME[,NAME…]|all|day[:DATE]",
                     help=f"day: {OF_A_DAY} of them, others each day")
    top.add_argument("--runs", type=int, default=1, help="of each scenario (%(default)s)")
    top.add_argument("--json", type=Path, metavar="FILE", help="write every row there")
    top.add_argument("--resume", type=Path, metavar="FILE", help="go on with the rows of a file")
    top.add_argument("--seed", type=int, default=None, help="of the moments of the faults")
    top.add_argument("--labs", type=int, default=1, choices=range(1, LABS_AT_ONCE_MAX + 1),
                     metavar=f"1…{LABS_AT_ONCE_MAX}", help="laboratories at once, whose faults "
                     "take turns: some 2 GiB and half a processor each (%(default)s)")
    top.add_argument("--mode", choices=("synchronous", "asynchronous"), default="synchronous",
                     help="of the order (%(default)s); asynchronous may lose what it acknowledged")
    top.add_argument("--patience", choices=("measured", "quick", "patient"), default="quick",
                     help="of the order (%(default)s); measured becomes patient after two runs, "
                     "whose faults heal as soon as those of a line that resets")
    top.add_argument("--hold", type=float, metavar="SECONDS",
                     help="from the fault to the heal at least, instead of each scenario's own")
    top.add_argument("--sql", action="store_true", help="beside the ERP's customers, transactions "
                     "as fast as each copy's database takes them (it is slower then)")
    top.add_argument("--bin", type=Path, default=cloud_of_homes.PROGRAMS,
                     help="folder of the programs (%(default)s)")
    top.add_argument("--keep", type=Path, metavar="DIR",
                     help="logs and groups of every run that went wrong go below DIR")
    return top


def usual_names():
    return [name for name, scenario in ALL.items() if scenario.lab not in NAMED_ONLY]


def of_the_day(date):
    """Some of all, the same for the same date; few that need a lab of their own, so that a round of
    them is short."""
    names, others = [], 0
    usual = usual_names()
    for name in random.Random(date).sample(sorted(usual), len(usual)):
        others += ALL[name].lab != "plain"
        if ALL[name].lab == "plain" or others <= OTHER_LABS_OF_A_DAY:
            names.append(name)
    # That of another lab comes last: what is up stays up for all the others.
    return sorted(names[:OF_A_DAY], key=lambda name: ALL[name].lab != "plain")


def chosen(text):
    if text == "all":
        return [ALL[name] for name in usual_names()]
    word, _, date = text.partition(":")
    if word == "day":
        date = date or time.strftime("%F", time.gmtime())
        names = of_the_day(date)
        print(f"scenarios of {date}: {', '.join(names)}", flush=True)
    else:
        names = text.split(",")
    for name in names:
        if name not in ALL:
            sys.exit(f"takeover: there is no scenario '{name}'; known: {', '.join(ALL)}")
    return [ALL[name] for name in names]


def main(argv):
    options = parser().parse_args(argv)
    scenarios = chosen(options.scenario)
    rows = Rows(options.json, options.resume)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    os.environ["FOYER_BIN"] = str(options.bin)
    print(f"seed {seed}", flush=True)
    # Those that need another lab come last; else round by round: what a machine does meanwhile
    # meets all scenarios alike.
    jobs = [(scenario, number) for lab in LABS for number in range(1, options.runs + 1)
            for scenario in scenarios
            if scenario.lab == lab and not rows.has(scenario.name, number)]
    try:
        run_all(jobs, options, seed, rows.add)
    finally:
        print("\n" + rows.table(), flush=True)
    for row in rows.bad():
        print(f"bad: {row['scenario']} {row['run']}: {'; '.join(why_bad(row))}")
    return 1 if rows.bad() else 0
