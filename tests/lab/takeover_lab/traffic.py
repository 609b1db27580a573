"""A customer's writers and readers, at a steady rate through the edge, open loop."""

import time
from dataclasses import dataclass, field

import steady_writer
from erp import Erp

from . import counters

PERIOD_S = 0.2  # of each; with both, ten requests a second
TIMEOUT_S = 15.0
IN_FLIGHT_MAX = 160  # so many hang when nothing answers for longer than TIMEOUT_S
RECENT = 3  # a read asks for the last writes only: what they are is known exactly


@dataclass
class Read(steady_writer.Write):
    asked: list = field(default_factory=list)
    wanted: set = field(default_factory=set)  # acknowledged before it was sent
    seen: set = field(default_factory=set)


class SteadyReader(steady_writer.SteadyCalls):
    """Asks for the newest writes: those acknowledged must be shown, others may be."""

    def __init__(self, erp, writer, **options):
        super().__init__(erp, "", **options)
        self.writer = writer

    def new_write(self):
        with self.writer.lock:
            recent = list(self.writer.writes[-50:])
        good = sorted((w for w in recent if w.acknowledged), key=lambda w: w.end)[-RECENT:]
        open_ones = [w.name for w in recent if not w.acknowledged][-RECENT:]
        wanted = {write.name for write in good}
        return Read("", time.monotonic(), asked=sorted(wanted) + open_ones, wanted=wanted)

    def call(self, write):
        rows = self.erp.find("party.party", [["name", "in", write.asked]], ("name",))
        write.seen = {row["name"] for row in rows}


class Traffic:
    """Of one run: writes of new names and reads of them, updates of a few keys and looks at
    them."""

    def __init__(self, cloud, prefix):
        connection = cloud.order()["instance"]["connection"]
        erp = Erp(connection["url"], cloud.port("web"), cloud.ca_file(), timeout_s=TIMEOUT_S)
        erp.login(connection["password"])
        options = {"period_s": PERIOD_S, "in_flight_max": IN_FLIGHT_MAX}
        self.writer = steady_writer.SteadyWriter(erp, prefix, **options)
        self.reader = SteadyReader(erp, self.writer, **options)
        self.counter_writer = counters.CounterWriter(erp, f"count-{prefix}",
                                                     period_s=counters.UPDATE_PERIOD_S)
        self.counter_reader = counters.CounterReader(erp, self.counter_writer,
                                                     period_s=counters.LOOK_PERIOD_S)
        self.all = (self.writer, self.reader, self.counter_writer, self.counter_reader)

    def start(self):
        for one in self.all:
            one.start()

    def finish(self):
        """Returns when the last answer is there, or given up."""
        for one in self.all:
            one.ending.set()
        for one in self.all:
            one.finish()

    def writes(self):
        return calls_of(self.writer)

    def reads(self):
        return calls_of(self.reader)

    def updates(self):
        return calls_of(self.counter_writer)

    def looks(self):
        return calls_of(self.counter_reader)

    def in_a_row(self, since):
        """Writes started after `since` and acknowledged since the last failure."""
        return self.writer.acknowledged_in_a_row(since)


def calls_of(steady):
    with steady.lock:
        return list(steady.writes)
