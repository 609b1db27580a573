"""What is judged after a run. Pure: lists in, numbers out."""

import bisect
import enum
import math
from collections import Counter
from dataclasses import dataclass

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
    """Names of acknowledged writes that some copy does not hold. `copies`: of each, {name: how
    often}."""
    acknowledged = {write.name for write in writes if write.acknowledged}
    return sorted(name for name in acknowledged if any(not found.get(name) for found in copies))


def written_twice(writes, copies):
    """Names that some copy holds more often than their client sent them. Who sends a write of
    unknown outcome again may find it twice; nobody on the way may do so for him."""
    sent = Counter(write.name for write in writes)
    return sorted(name for name, times in sent.items()
                  if any(found.get(name, 0) > times for found in copies))


def there_by_outcome(writes, copies, word):
    """Names of writes of that outcome that some copy holds."""
    return sorted({write.name for write in writes if outcome(write) == word
                   and any(found.get(write.name) for found in copies)})


def shown(reads):
    """All names that somebody was shown."""
    return set().union(*(read.seen for read in reads if read.acknowledged))


def unfounded_reads(reads, copies):
    """Names that somebody was shown and that are not there in the end."""
    return sorted(name for name in shown(reads) if any(name not in found for found in copies))


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


@dataclass(frozen=True)
class SqlAck:
    """A transaction that a copy's PostgreSQL acknowledged through its local socket. It counted
    `key` up to `value`."""
    name: str
    index: int
    at: float  # when its statement ran, by the kernel's clock
    started: float  # this run of its PostgreSQL
    key: str = ""
    value: int = 0
    start: float = 0.0  # sent and answered, by the writer's clock
    end: float = 0.0
    acknowledged = True


def parse_sql_answer(line):
    """The fields of a SqlAck that an acknowledged write tells; None for anything else."""
    words = line.strip().split("|")
    if len(words) != 5:
        return None
    try:
        return {"name": words[0], "key": words[1], "value": int(words[2]), "at": float(words[3]),
                "started": float(words[4])}
    except ValueError:
        return None


def sql_spans(acknowledged):
    """As overlaps() compares them: {(copy, started): (first, last)} statement acknowledged."""
    found = {}
    for one in acknowledged:
        first, last = found.get((one.index, one.started), (one.at, one.at))
        found[one.index, one.started] = (min(first, one.at), max(last, one.at))
    return found


class Lead(enum.Enum):
    """What a scenario demands of the lead, from the fault to the heal."""
    MOVES = "moves"
    STAYS = "stays"
    EITHER = "either"  # it depends on how long something takes


def lead_problem(lead, leader, spans, fault, healed):
    """What is wrong with who led after a fault that struck copy `leader`; empty: nothing. `spans`
    as in overlaps(); `fault` and `healed` are moments of the same clock. What moved only after the
    heal came too late to be one."""
    others = sorted(first for (index, _), (first, _) in spans.items()
                    if index != leader and first > fault)
    if lead is Lead.MOVES and not (others and others[0] <= healed):
        return "nobody took over before the heal"
    if lead is Lead.STAYS and others:
        return f"the lead moved {others[0] - fault:.1f} s after the fault, and had to stay"
    return ""


def percentile(values, percent):
    """By nearest rank: one that was measured, never one between."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)] if ranked else None


# -- the timeline, as the API tells it ------------------------------------------------------------

LEADER_MOMENTS = ("detected_ms", "fenced_ms", "elected_ms", "announced_ms", "promoted_ms",
                  "opened_ms")
EDGE_MOMENTS = ("announced_ms", "routed_ms", "answered_ms")


def newer_takeovers(timeline, before):
    """Those after the fence `before` = (generation, epoch), oldest first."""
    def fence(takeover):
        return int(takeover["to"]["generation"]), int(takeover["to"]["epoch"])
    return [takeover for takeover in reversed(timeline.get("takeovers", []))
            if fence(takeover) > before]


def is_told(takeover):
    """Both the leader's box and an edge have told all of their moments."""
    return all(key in takeover for key in LEADER_MOMENTS + EDGE_MOMENTS)


def timeline_problems(takeovers, leader, cause):
    """What is wrong with the first takeover after a fault that struck copy `leader`. Where another
    one followed at once, only the last was answered by."""
    if not takeovers:
        return ["the timeline holds no takeover"]
    first = takeovers[0]
    problems = []
    if first.get("from", {}).get("index") != leader:
        problems.append(f"it is not from copy {leader}: {first.get('from')}")
    if not first.get("from", {}).get("site") or not first["to"].get("site"):
        problems.append("it does not tell the homes")
    if first["cause"] not in cause.split("|"):
        problems.append(f"its cause is {first['cause']}, not {cause}")
    for moments, takeover in ((LEADER_MOMENTS, first), (EDGE_MOMENTS, takeovers[-1])):
        missing = [key for key in moments if key not in takeover]
        if missing:
            problems.append(f"not told: {', '.join(missing)}")
        told = [int(takeover[key]) for key in moments if key in takeover]
        if told != sorted(told) or told and told[0] < 0:
            problems.append(f"not in order: {dict(zip(moments, told))}")
    return problems
