"""What each copy holds in the end, asked through its own local socket. A standby may still be
reading the log: it is asked again until it holds what is wanted, or it is too late.
"""

import time

from . import sql_writers
from .counters import parse_name
from .scene import LOOK_S

CATCH_UP_S = 20.0  # for all copies together


class Holdings:
    """Each answer is a list with an entry a copy, in the order of `copies`."""

    def __init__(self, scene):
        self.scene = scene
        self.copies = scene.inside.instance()["replicas"]
        self.deadline = time.monotonic() + CATCH_UP_S

    def parties(self, prefix, wanted):
        """{name: how often}; `wanted` are names."""
        return self._ask("erp", "SELECT name, count(*) FROM party_party WHERE name LIKE "
                         f"'{prefix}%' GROUP BY name", lambda row: (row[0], int(row[1])),
                         wanted.issubset)

    def counters(self, prefix, newest):
        """{key: value}; `newest` is what each key must have at least."""
        return self._ask("erp", f"SELECT name FROM party_party WHERE name LIKE '{prefix}%'",
                         lambda row: parse_name(row[0]), at_least(newest))

    def sql_names(self, wanted):
        """{name: key} of what the SQL writers wrote."""
        return self._ask("postgres", f"SELECT name, key FROM {sql_writers.TABLE}",
                         lambda row: (row[0], row[1]), wanted.issubset)

    def sql_counters(self, newest):
        return self._ask("postgres", f"SELECT key, value FROM {sql_writers.COUNTERS}",
                         lambda row: (row[0], int(row[1])), at_least(newest))

    def _ask(self, database, query, read, holds):
        return [self._copy(copy, database, query, read, holds) for copy in self.copies]

    def _copy(self, copy, database, query, read, holds):
        while True:
            answer = self.scene.sql(copy, query, database) or ""
            found = dict(read(line.split("|")) for line in answer.splitlines())
            if holds(found) or time.monotonic() > self.deadline:
                return found
            time.sleep(LOOK_S)


def at_least(newest):
    return lambda found: all(found.get(key, 0) >= value for key, value in newest.items())
