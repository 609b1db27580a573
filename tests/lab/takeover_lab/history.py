"""What became of a few keys whose values only rise. Pure: lists in, sentences out.

A key is written by one customer, who sends the next value only when the last one is acknowledged or
certainly not done; or it is counted up by the database itself. So no delay and no concurrency
explains a value that falls: whoever is told an older one was told by somebody who should not answer
any more, or what was acknowledged is gone.

An *update* has key, value, start, end and acknowledged; a *look* has seen = {key: value}; of each
copy, what it holds in the end is {key: value}. A key that is not there has the value 0.
"""

import bisect
from collections import Counter, defaultdict


class Told:
    """The highest value of each key that anybody had been told by some moment. Looks tell nothing
    where they may show what was never acknowledged to anybody."""

    def __init__(self, updates, looks, looks_tell=True):
        told = defaultdict(list)
        for update in updates:
            if update.acknowledged:
                told[update.key].append((update.end, update.value))
        for look in looks:
            if look.acknowledged and looks_tell:
                for key, value in look.seen.items():
                    told[key].append((look.end, value))
        self.ends, self.highest = {}, {}
        for key, rows in told.items():
            self.ends[key], self.highest[key] = [], []
            for end, value in sorted(rows):
                self.ends[key].append(end)
                self.highest[key].append(max([value, *self.highest[key][-1:]]))

    def before(self, key, moment):
        number = bisect.bisect_left(self.ends.get(key, []), moment)
        return self.highest[key][number - 1] if number else 0

    def in_the_end(self):
        return {key: highest[-1] for key, highest in self.highest.items()}


def went_back(updates, looks, copies, looks_tell=True):
    """Where a key went back: an older value was shown to a look, or a value that is no newer one
    acknowledged to an update, that began after a newer one was told; or a copy ends with an older
    one."""
    told, problems = Told(updates, looks, looks_tell), []
    good = [update for update in updates if update.acknowledged]
    for update in good:
        newest = told.before(update.key, update.start)
        if update.value <= newest:
            problems.append(f"{update.key}: {update.value} was acknowledged after {newest}")
    for (key, value), times in Counter((update.key, update.value) for update in good).items():
        if times > 1:
            problems.append(f"{key}: {value} was acknowledged {times} times")
    for look in looks:
        for key, value in look.seen.items() if look.acknowledged else ():
            newest = told.before(key, look.start)
            if value < newest:
                problems.append(f"{key}: {value} was shown after {newest}")
    for number, held in enumerate(copies):
        for key, newest in told.in_the_end().items():
            if held.get(key, 0) < newest:
                problems.append(f"{key}: copy {number} ends with {held.get(key, 0)} "
                                f"after {newest}")
    return problems


def never_written(updates, looks, copies, outcome):
    """Values that are shown, or there in the end, and that nobody had sent, or that were certainly
    not done. `outcome` of an update is "ok", "failed" or "unknown"."""
    sent = {(update.key, update.value): update for update in updates}
    problems = []

    def judge(key, value, end, where):
        update = sent.get((key, value))
        if not value:
            return  # it is not there: went_back() tells when it should be
        if update is None or update.start > end:
            problems.append(f"{key}: {value}, {where}, was not sent by then")
        elif outcome(update) == "failed":
            problems.append(f"{key}: {value}, {where}, was refused ({update.error})")

    for look in looks:
        for key, value in look.seen.items() if look.acknowledged else ():
            judge(key, value, look.end, "shown")
    for number, held in enumerate(copies):
        for key, value in held.items():
            judge(key, value, float("inf"), f"on copy {number} in the end")
    return problems
