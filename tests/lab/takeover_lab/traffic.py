"""A customer's writers and readers, at a steady rate through the edge, open loop."""

import time
from dataclasses import dataclass, field

import steady_writer
from erp import Erp

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
    def __init__(self, cloud, prefix):
        connection = cloud.order()["instance"]["connection"]
        erp = Erp(connection["url"], cloud.port("web"), cloud.ca_file(), timeout_s=TIMEOUT_S)
        erp.login(connection["password"])
        options = {"period_s": PERIOD_S, "in_flight_max": IN_FLIGHT_MAX}
        self.writer = steady_writer.SteadyWriter(erp, prefix, **options)
        self.reader = SteadyReader(erp, self.writer, **options)

    def start(self):
        self.writer.start()
        self.reader.start()

    def finish(self):
        """Returns when the last answer is there, or given up."""
        self.writer.ending.set()
        self.reader.ending.set()
        self.writer.finish()
        self.reader.finish()

    def writes(self):
        with self.writer.lock:
            return list(self.writer.writes)

    def reads(self):
        with self.reader.lock:
            return list(self.reader.writes)

    def in_a_row(self, since):
        """Writes started after `since` and acknowledged since the last failure."""
        return self.writer.acknowledged_in_a_row(since)
