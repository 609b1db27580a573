"""The rows of all runs: kept in a file after each, and summed up in a table."""

import json
from dataclasses import dataclass
from pathlib import Path

from . import checks


@dataclass(frozen=True)
class Promise:
    """One that a row shows to be broken: its `key` there is neither 0 nor empty."""
    key: str
    words: str
    by_two_copies: bool = False  # only a synchronous order is promised it


# Slow is no broken promise: the machine may be. Neither is what the customer was told nothing of
# ("unknown_but_there"), nor what a frozen box says in the moment of its thaw ("woke_s").
PROMISES = (
    Promise("lost_acks", "acknowledged writes lost", by_two_copies=True),
    Promise("unfounded_reads", "names shown that are not there", by_two_copies=True),
    Promise("missed_reads", "reads without what was acknowledged before", by_two_copies=True),
    Promise("out_of_order", "values that went back", by_two_copies=True),
    Promise("two_primaries", "two led"),
    Promise("stale_answers", "answers of a former leader"),
    Promise("twice", "written more often than sent"),
    Promise("failed_but_there", "refused with 503, and done"),
    Promise("unfenced", "answers without a fence, which prove nothing"),
    Promise("lead_problem", "lead"),
    Promise("timeline_problems", "timeline"),
    Promise("problem", "problem"),
)
COLUMNS = ("rto_p50_s", "rto_p95_s", "rto_max_s", "gap_max_s", "lost_acks", "two_primaries",
           "stale_answers", "out_of_order", "came_back", "problems", "bad", "runs")


class Rows:
    def __init__(self, file=None, resumed=None):
        self.file = file or resumed
        self.rows = []
        if resumed and Path(resumed).exists():
            self.rows = json.loads(Path(resumed).read_text(encoding="utf-8"))["rows"]

    def add(self, row):
        self.rows.append(row)
        if self.file:
            aside = Path(f"{self.file}.new")  # never half a file, whenever this ends
            aside.write_text(json.dumps({"metrics": self.metrics(), "rows": self.rows}, indent=1)
                             + "\n", encoding="utf-8")
            aside.replace(self.file)

    def has(self, scenario, number):
        return any((row["scenario"], row["run"]) == (scenario, number) for row in self.rows)

    def names(self):
        return list(dict.fromkeys(row["scenario"] for row in self.rows))

    def sums(self, scenario):
        mine = [row for row in self.rows if row["scenario"] == scenario]
        rto = [row["rto_s"] for row in mine if row["rto_s"] is not None]
        gaps = [row["gap_s"] for row in mine if row["gap_s"] is not None]
        sums = {"rto_p50_s": checks.percentile(rto, 50), "rto_p95_s": checks.percentile(rto, 95),
                "rto_max_s": max(rto, default=None), "gap_max_s": max(gaps, default=None)}
        for promise in PROMISES:
            sums[promise.key] = sum(count_of(row.get(promise.key)) for row in mine)
        return {**sums, "came_back": sum(row["came_back"] for row in mine),
                "problems": sum(bool(row["problem"] or row.get("lead_problem")) for row in mine),
                "bad": sum(is_bad(row) for row in mine), "runs": len(mine)}

    def metrics(self):
        return {f"takeover.{name}.{key}": value for name in self.names()
                for key, value in self.sums(name).items()}

    def bad(self):
        return [row for row in self.rows if is_bad(row)]

    def table(self):
        lines = [("takeover.", *COLUMNS)]
        for name in self.names():
            sums = self.sums(name)
            lines.append((f"takeover.{name}", *(
                "-" if sums[key] is None else str(sums[key]) for key in COLUMNS)))
        widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                         for line in lines)


def count_of(value):
    """How much of what may not be: a number, a list of sentences, or one sentence."""
    if isinstance(value, str):
        return int(bool(value))
    return len(value) if isinstance(value, list) else value or 0


def why_bad(row):
    """What the exit status tells: the promises that this run broke, in words. Files of earlier
    versions hold fewer keys."""
    by_two_copies = row.get("mode") != "asynchronous"
    reasons = [f"{promise.words}: {row[promise.key]}" for promise in PROMISES
               if row.get(promise.key) and (by_two_copies or not promise.by_two_copies)
               and promise.key not in row.get("excused", ())]
    return reasons + ([] if row["came_back"] else ["it never came back"])


def is_bad(row):
    return bool(why_bad(row))
