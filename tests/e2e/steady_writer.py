"""A customer's program that writes at a steady rate, and what became of each of its writes.

Open loop: a write starts every PERIOD_S whether or not earlier ones have ended, so that a server
that stands still is not spared. Nothing is tried twice.
"""
import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from erp import Refused

PERIOD_S = 0.1
CALM = 4  # so many under way are no queue
IN_FLIGHT_MAX = 64  # on a machine too busy for this rate no queue on the way overflows


@dataclass
class Write:
    name: str
    start: float
    end: float = 0.0  # 0: under way
    error: str = ""  # empty once it has ended: acknowledged
    fence: str = ""  # "generation.epoch" of its answer, as the edge wrote it

    @property
    def acknowledged(self):
        return self.end > 0 and not self.error


class SteadyCalls:
    """Calls at a steady rate from start() to finish(); `call` of a derived class is one of them."""

    def __init__(self, erp, prefix, period_s=PERIOD_S, in_flight_max=IN_FLIGHT_MAX):
        self.erp, self.prefix, self.period_s = erp, prefix, period_s
        self.writes = []
        self.held_back = []  # moments at which too many were under way to start another
        self.lock = threading.Lock()
        self.ending = threading.Event()
        self.room = threading.Semaphore(in_flight_max)
        self.pool = ThreadPoolExecutor(in_flight_max)
        self.pacer = threading.Thread(target=self._pace)

    def call(self, write):
        raise NotImplementedError

    def new_write(self):
        return Write(f"{self.prefix}{len(self.writes):05d}", time.monotonic())

    def start(self):
        self.pacer.start()

    def finish(self):
        """Returns when the last write has ended."""
        self.ending.set()
        if self.pacer.ident is not None:
            self.pacer.join()
        self.pool.shutdown()

    def _pace(self):
        due = time.monotonic()
        while not self.ending.wait(max(0.0, due - time.monotonic())):
            due += self.period_s
            if not self.room.acquire(blocking=False):
                self.held_back.append(time.monotonic())
                continue
            write = self.new_write()
            with self.lock:
                self.writes.append(write)
            self.pool.submit(self._write, write)

    def _write(self, write):
        error = ""
        try:
            self.call(write)
        except Exception as failure:  # whatever a client may meet: it is what is counted
            error = kind_of(failure)
        finally:
            with self.lock:
                write.fence = self.erp.fence()
                write.error, write.end = error, time.monotonic()
            self.room.release()

    def acknowledged_in_a_row(self, since):
        """How many of the writes started after `since` were acknowledged after the last failure."""
        with self.lock:
            ended = sorted((w for w in self.writes if w.start >= since and w.end),
                           key=lambda write: write.end)
        count = 0
        for write in reversed(ended):
            if write.error:
                break
            count += 1
        return count

    def wait_until_calm(self, patience_s):
        """Until few writes are under way; on a machine too busy for the rate that never comes."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            with self.lock:
                if sum(not write.end for write in self.writes) <= CALM:
                    return
            time.sleep(PERIOD_S)

    def between(self, begin, end):
        """The writes started in that time."""
        with self.lock:
            return [write for write in self.writes if begin <= write.start < end]

    def longest_gap(self, begin, end):
        """The longest time without an acknowledgement, in seconds."""
        with self.lock:
            moments = sorted(w.end for w in self.writes if w.acknowledged and begin <= w.end < end)
        moments = [begin, *moments, end]
        return max(after - before for before, after in zip(moments, moments[1:]))


class SteadyWriter(SteadyCalls):
    """Creates parties "steady-<run>-<number>", or with another prefix."""

    def __init__(self, erp, prefix=None, **options):
        super().__init__(erp, prefix or f"steady-{os.getpid()}-", **options)

    def call(self, write):
        self.erp.create_party(write.name)


def kind_of(failure):
    """A failure in a few words, the same for all of its kind."""
    if isinstance(failure, Refused):
        about = failure.args[1]
        if isinstance(about, int):
            return f"HTTP {about}"
        if isinstance(about, str):
            return about.partition("(")[0]
        return f"ERP: {about[0] if about else about}"
    return type(failure).__name__


def kinds(writes):
    """{"HTTP 502": 3, …} of those that failed."""
    return Counter(write.error for write in writes if write.error)
