"""What is judged after a run. Pure: lists in, numbers out."""

import bisect
import math

NOT_SENT = ("HTTP 503", "ConnectionRefusedError")  # the edge, or the machine, let nothing through


def outcome(call):
    """ok, failed (certainly not done) or unknown (it may have been done)."""
    if call.acknowledged:
        return "ok"
    return "failed" if call.error in NOT_SENT else "unknown"


def parse_fence(text):
    """"3.17" as (3, 17); None for anything else."""
    generation, dot, epoch = text.partition(".")
    if not dot or not generation.isdigit() or not epoch.isdigit():
        return None
    return int(generation), int(epoch)


def stale_answers(calls):
    """Good answers of an older (generation, epoch) to requests sent after an answer of a newer one
    was received."""
    known = [(call, parse_fence(call.fence)) for call in calls if call.acknowledged]
    known = [(call, fence) for call, fence in known if fence]
    known.sort(key=lambda pair: pair[0].end)
    ends, newest = [], []
    for call, fence in known:
        ends.append(call.end)
        newest.append(max(fence, newest[-1]) if newest else fence)
    stale = []
    for call, fence in known:
        before = bisect.bisect_left(ends, call.start)
        if before and fence < newest[before - 1]:
            stale.append((call, fence, newest[before - 1]))
    return stale


def lost_writes(writes, copies):
    """Names of acknowledged writes that some copy does not hold exactly once. `copies`: of each,
    {name: how often}."""
    acknowledged = {write.name for write in writes if write.acknowledged}
    return sorted(name for name in acknowledged
                  if any(found.get(name) != 1 for found in copies))


def unfounded_reads(reads, copies):
    """Names that somebody was shown and that are not there in the end."""
    seen = set().union(*(read.seen for read in reads if read.acknowledged))
    return sorted(name for name in seen if any(name not in found for found in copies))


def missed_reads(reads):
    """Reads that did not show what had been acknowledged before they were sent."""
    return [read for read in reads if read.acknowledged and not read.wanted <= read.seen]


def first_good_after(calls, since):
    """The moment of the first good answer to a request started after `since`; None: never."""
    return min((c.end for c in calls if c.acknowledged and c.start >= since), default=None)


def longest_gap(calls, begin, end):
    """The longest time without a good answer."""
    moments = sorted(c.end for c in calls if c.acknowledged and begin <= c.end < end)
    moments = [begin, *moments, end]
    return max(after - before for before, after in zip(moments, moments[1:]))


def overlaps(spans):
    """Pairs of different copies that were primary at one moment. `spans`: {(copy, started):
    (first, last)}, moments at which that PostgreSQL itself said so: as one run of it never becomes
    a standby again, it was primary between them too."""
    rows = sorted((first, last, who) for who, (first, last) in spans.items())
    found = []
    for number, (first, last, who) in enumerate(rows):
        for other_first, other_last, other in rows[number + 1:]:
            if other[0] != who[0] and other_first < last and first < other_last:
                found.append((who, other, min(last, other_last) - other_first))
    return found


def percentile(values, percent):
    """By nearest rank: one that was measured, never one between."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)] if ranked else None
