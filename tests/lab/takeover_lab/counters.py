"""Customers who change the same few parties again and again: the name of each ends with a number
that only rises, so that who sees an older one after a newer one knows that something went back.
"""

import time
from collections import deque
from dataclasses import dataclass, field

import steady_writer

from .checks import NOT_SENT

KEYS = 3
UPDATE_PERIOD_S = 0.4  # of all keys together
LOOK_PERIOD_S = 1.0  # each look asks for all of them
ASKED_MAX = 20  # the newest; those before them are judged in the end only


@dataclass
class Update(steady_writer.Write):
    key: str = ""
    value: int = 0


@dataclass
class Look(steady_writer.Write):
    asked: dict = field(default_factory=dict)  # {key: id of its party}
    seen: dict = field(default_factory=dict)  # {key: value}; 0: it is not there


@dataclass
class Key:
    label: str
    party: int = 0  # its id; 0: not made yet
    value: int = 0  # sent last


def name_of(key, value):
    return f"{key} {value}"


def parse_name(name):
    """(key, value) of a party's name."""
    key, _, value = name.rpartition(" ")
    return key, int(value)


class CounterWriter(steady_writer.SteadyCalls):
    """One update of a key at a time. A key whose update may or may not have been done is left
    alone from then on, and another one begun: done late, it could rightly overtake a later one."""

    def __init__(self, erp, prefix, **options):
        super().__init__(erp, prefix, in_flight_max=KEYS, **options)
        self.keys = {}
        self.free = deque(self.new_key() for _ in range(KEYS))

    def new_key(self):
        key = Key(f"{self.prefix}{len(self.keys)}")
        self.keys[key.label] = key
        return key

    def new_write(self):
        key = self.free.popleft()  # as many as may be in flight, so there is one
        key.value += 1
        return Update(name_of(key.label, key.value), time.monotonic(), key=key.label,
                      value=key.value)

    def call(self, write):
        key = self.keys[write.key]
        try:
            if key.party:
                self.erp.model("party.party", "write", [key.party], {"name": write.name})
            else:
                key.party = self.erp.create_party(write.name)
        except Exception as failure:
            if steady_writer.kind_of(failure) not in NOT_SENT:
                key = self.replacement()
            raise
        finally:
            self.free.append(key)

    def replacement(self):
        with self.lock:
            return self.new_key()

    def parties(self):
        """{key: id} of the newest keys that have a party."""
        with self.lock:
            made = [key for key in self.keys.values() if key.party]
        return {key.label: key.party for key in made[-ASKED_MAX:]}


class CounterReader(steady_writer.SteadyCalls):
    def __init__(self, erp, counters, **options):
        super().__init__(erp, "", **options)
        self.counters = counters

    def new_write(self):
        return Look("", time.monotonic(), asked=self.counters.parties())

    def call(self, write):
        parties = list(write.asked.values())
        rows = self.erp.find("party.party", [["id", "in", parties]], ("name",))
        names = {row["id"]: row["name"] for row in rows}
        write.seen = {key: parse_name(names[party])[1] if party in names else 0
                      for key, party in write.asked.items()}
