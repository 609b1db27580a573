"""Transactions as fast as the database takes them, beside the ERP's: one writer in each copy's
partition, through the local socket, so no network and no edge is in its way. Of the copies that
refuse (they follow) it asks again; what a copy acknowledges must be on all copies in the end, no
two copies may acknowledge at one time, and the keys that each transaction counts up never go back.
"""

import subprocess
import threading
import time

from inside import LAB, PSQL, in_partition

from .checks import SqlAck, parse_sql_answer

AGAIN_S = 0.2  # after a refusal, and before another try where nothing answers
KEYS = 4
TABLE, COUNTERS = "lab_writes", "lab_counters"
CREATE = (f"DROP TABLE IF EXISTS {TABLE}, {COUNTERS}; "
          f"CREATE TABLE {TABLE} (name text PRIMARY KEY, key text, value bigint); "
          f"CREATE TABLE {COUNTERS} (key text PRIMARY KEY, value bigint NOT NULL); "
          f"INSERT INTO {COUNTERS} SELECT 'sql-' || n, 0 FROM generate_series(0, {KEYS - 1}) n")
INSERT = (f"WITH counted AS (UPDATE {COUNTERS} SET value = value + 1 WHERE key = '{{key}}' "
          f"RETURNING key, value) INSERT INTO {TABLE} SELECT '{{name}}', key, value FROM counted "
          "RETURNING name, key, value, extract(epoch FROM clock_timestamp()), "
          "extract(epoch FROM pg_postmaster_start_time());\n")
BROKEN_WAIT = "WARNING:"  # a wait for the standbys that was broken off: nothing was promised


class SqlWriter:
    """The writer of one copy; begun again whenever its conversation ends."""

    def __init__(self, lab_state, copy, prefix, note):
        self.copy, self.prefix, self.note = copy, prefix, note
        self.argv = [LAB, "exec", "--state", lab_state, copy["site"], "--", *in_partition(
            copy, *PSQL, "-v", "VERBOSITY=terse", "-d", "postgres")]
        self.over, self.process, self.count = threading.Event(), None, 0
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.over.is_set():
            self.process = subprocess.Popen(
                self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                stderr=subprocess.STDOUT)
            try:
                while not self.over.is_set() and self._write(self.process):
                    pass
            except OSError:
                pass  # it ended between two statements
            self.end()
            self.over.wait(AGAIN_S)

    def _write(self, process):
        """One statement and its answer; False when the conversation is over."""
        self.count += 1
        name = f"{self.prefix}{self.copy['index']}-{self.count}"
        start = time.monotonic()
        process.stdin.write(INSERT.format(name=name, key=f"sql-{self.count % KEYS}"))
        process.stdin.flush()
        promised, line = True, process.stdout.readline()
        while line.startswith(BROKEN_WAIT):
            promised, line = False, process.stdout.readline()
        answer = parse_sql_answer(line)
        if answer and answer["name"] == name:
            if promised:
                self.note(SqlAck(**answer, index=self.copy["index"], start=start,
                                 end=time.monotonic()))
            return True
        if line.startswith("ERROR:"):
            self.over.wait(AGAIN_S)
            return True
        return False

    def end(self):
        try:
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.terminate()


class SqlWriters:
    """Those of a run, and what was acknowledged to them."""

    def __init__(self, lab_state, copies, prefix):
        self.lock, self.acknowledged = threading.Lock(), []
        self.writers = [SqlWriter(lab_state, copy, prefix, self._note) for copy in copies]

    def _note(self, one):
        with self.lock:
            self.acknowledged.append(one)

    def finish(self):
        """What was acknowledged, once nobody writes any more."""
        for writer in self.writers:
            writer.over.set()
        deadline = time.monotonic() + 5
        for writer in self.writers:
            writer.thread.join(max(0.1, deadline - time.monotonic()))
        with self.lock:
            return list(self.acknowledged)
