"""Who says "I am the primary": each copy's PostgreSQL is asked all the time through its local
socket, inside its partition, whatever the network does. All answer with the one clock of this
machine's kernel.
"""

import subprocess
import threading
import time
from dataclasses import dataclass

from inside import LAB, PSQL, in_partition

LOOK_S = 0.25
AGAIN_S = 1.0  # before another try where nothing answers
UNANSWERED_MAX = 2  # a frozen box answers late; what piles up there tells nothing new
WAKE_S = 1.0  # how long a thawed box may run on before it is ended
QUERY = ("SELECT pg_is_in_recovery(), extract(epoch FROM clock_timestamp()), "
         "extract(epoch FROM pg_postmaster_start_time());\n")


@dataclass(frozen=True)
class Seen:
    index: int
    started: float  # this run of its PostgreSQL
    at: float
    primary: bool


class Probe:
    """One conversation with one copy, begun again whenever it ends."""

    def __init__(self, lab_state, copy, note):
        self.copy, self.note = copy, note
        self.argv = [LAB, "exec", "--state", lab_state, copy["site"], "--",
                     *in_partition(copy, *PSQL, "-d", "postgres")]
        self.over, self.process, self.unanswered = threading.Event(), None, 0
        self.thread = threading.Thread(target=self._talk, daemon=True)
        self.thread.start()

    def _talk(self):
        while not self.over.is_set():
            self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, bufsize=1,
                                            stdout=subprocess.PIPE, text=True,
                                            stderr=subprocess.DEVNULL)
            listener = threading.Thread(target=self._listen, args=(self.process,), daemon=True)
            self.unanswered = 0
            listener.start()
            self._ask(self.process, listener)
            self._end(self.process)
            self.over.wait(AGAIN_S)

    def _ask(self, process, listener):
        while listener.is_alive() and not self.over.is_set():
            if self.unanswered < UNANSWERED_MAX:
                try:
                    process.stdin.write(QUERY)
                    process.stdin.flush()
                except OSError:
                    return
                self.unanswered += 1
            self.over.wait(LOOK_S)

    def _listen(self, process):
        for line in process.stdout:
            words = line.strip().split("|")
            self.unanswered = 0
            if len(words) == 3 and words[0] in "tf":
                self.note(Seen(self.copy["index"], float(words[2]), float(words[1]),
                               words[0] == "f"))

    @staticmethod
    def _end(process):
        try:
            process.stdin.close()
        except OSError:
            pass
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.terminate()

    def stop(self):
        self.over.set()


class Primaries:
    """The probes of all copies, and what they heard."""

    def __init__(self, lab_state):
        self.lab_state, self.probes, self.lock = lab_state, {}, threading.Lock()
        self.spans, self.last, self.frozen, self.woke_s, self.looks = {}, {}, {}, 0.0, 0

    def follow(self, copies):
        """Asks exactly these from now on."""
        wanted = {(copy["index"], copy["site"], copy["node"]): copy for copy in copies}
        for key in self.probes.keys() - wanted.keys():
            self.probes.pop(key).stop()
        for key in wanted.keys() - self.probes.keys():
            self.probes[key] = Probe(self.lab_state, wanted[key], self._note)

    def stop(self):
        for probe in self.probes.values():
            probe.stop()
        for probe in self.probes.values():
            probe.thread.join(5)

    def begin(self):
        """Forgets what was heard: a new run."""
        with self.lock:
            self.spans, self.frozen, self.woke_s, self.looks = {}, {}, 0.0, 0

    def freeze(self, index):
        """This copy's box stands still now, and cannot be ended: it wakes as what it was. What it
        says until WAKE_S after `thaw` is measured on its own."""
        self.frozen[index] = [time.time(), None]

    def thaw(self, index):
        self.frozen[index][1] = time.time()

    def _note(self, seen):
        with self.lock:
            self.last[seen.index] = (time.monotonic(), seen)
            self.looks += 1
            if not seen.primary:
                return
            still = self.frozen.get(seen.index)
            if still and seen.at >= still[0] and (
                    still[1] is None or seen.at <= still[1] + WAKE_S):
                if still[1] is not None:
                    self.woke_s = max(self.woke_s, seen.at - still[1])
                return
            key = (seen.index, seen.started)
            first, last = self.spans.get(key, (seen.at, seen.at))
            self.spans[key] = (min(first, seen.at), max(last, seen.at))

    def heard(self):
        with self.lock:
            return dict(self.spans)

    def now(self):
        """Indexes of those that said so within the last second, and how many answer at all."""
        since = time.monotonic() - 1.0
        with self.lock:
            fresh = [seen for at, seen in self.last.values() if at >= since]
        return [seen.index for seen in fresh if seen.primary], len(fresh)
