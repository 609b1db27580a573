"""The rows of all runs: kept in a file after each, and summed up in a table."""

import json
from pathlib import Path

from . import checks

COLUMNS = ("rto_p50_s", "rto_p95_s", "rto_max_s", "gap_max_s", "lost_acks", "two_primaries",
           "stale_answers", "came_back", "problems", "runs")


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

    def done(self, scenario):
        return sum(row["scenario"] == scenario for row in self.rows)

    def names(self):
        return list(dict.fromkeys(row["scenario"] for row in self.rows))

    def sums(self, scenario):
        mine = [row for row in self.rows if row["scenario"] == scenario]
        rto = [row["rto_s"] for row in mine if row["rto_s"] is not None]
        gaps = [row["gap_s"] for row in mine if row["gap_s"] is not None]
        return {"rto_p50_s": checks.percentile(rto, 50), "rto_p95_s": checks.percentile(rto, 95),
                "rto_max_s": max(rto, default=None), "gap_max_s": max(gaps, default=None),
                "lost_acks": sum(row["lost_acks"] or 0 for row in mine),
                "two_primaries": sum(row["two_primaries"] for row in mine),
                "stale_answers": sum(row["stale_answers"] + row["missed_reads"] for row in mine),
                "came_back": sum(row["came_back"] for row in mine),
                "problems": sum(bool(row["problem"]) for row in mine), "runs": len(mine)}

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


def is_bad(row):
    """What the exit status tells: something acknowledged was lost, though a synchronous order
    promises that it never is; two led; it never came back."""
    promised = row.get("mode") != "asynchronous"
    return bool(promised and row["lost_acks"] or row["two_primaries"] or not row["came_back"])
