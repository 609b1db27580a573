"""Several laboratories at once, each a process with homes of its own. Their faults take turns: each
takeover has the machine to itself, and what comes before and after it overlaps."""

import multiprocessing
import os
import signal
import sys
from multiprocessing import connection

from .laboratory import Laboratory, one_run
from .scenarios import ALL

END_S = 120.0  # a laboratory takes its homes down meanwhile


class Lane:
    """One laboratory in a process of its own, which ends when whoever asks it ends."""

    def __init__(self, context, turn, options, seed, others):
        self.pipe, theirs = context.Pipe()
        # A fork copies the ends of the other pipes; held there, they would never be at an end.
        not_theirs = [self.pipe, *(other.pipe for other in others)]
        self.process = context.Process(target=serve, args=(theirs, not_theirs, turn, options, seed))
        self.process.start()
        theirs.close()

    def give(self, scenario, number):
        self.pipe.send((scenario.name, number))

    def end(self):
        if self.process.is_alive():
            os.kill(self.process.pid, signal.SIGTERM)
        self.process.join(END_S)


def serve(pipe, not_ours, turn, options, seed):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    for other in not_ours:
        other.close()
    laboratory = Laboratory(options)
    try:
        while True:
            name, number = pipe.recv()
            pipe.send(one_run(laboratory, ALL[name], number, options, seed, turn))
    except (EOFError, BrokenPipeError):
        pass  # whoever asked is gone
    finally:
        laboratory.down()


def row_of(lane):
    try:
        return lane.pipe.recv()
    except EOFError:  # it could not be raised; its own words stand above
        lane.process.join(END_S)
        sys.exit(lane.process.exitcode or 1)


def run_all(jobs, options, seed, add):
    """Each (scenario, number) once, in whichever laboratory is free; `add` gets the rows."""
    context = multiprocessing.get_context("fork")
    turn, lanes = context.Lock(), []
    jobs = list(reversed(jobs))
    try:
        for _ in range(min(options.labs, len(jobs))):
            lanes.append(Lane(context, turn, options, seed, lanes))
            lanes[-1].give(*jobs.pop())
        busy = {lane.pipe: lane for lane in lanes}
        while busy:
            for pipe in connection.wait(list(busy)):
                add(row_of(busy[pipe]))
                if jobs:
                    busy[pipe].give(*jobs.pop())
                else:
                    busy.pop(pipe).end()
    finally:
        for lane in lanes:
            lane.end()
