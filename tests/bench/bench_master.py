"""A real foyer-master with its private PostgreSQL, for the benches. Standard library only."""

import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from free_ports import free_ports  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("FOYER_BUILD", ROOT / "build/release"))
TICK = os.sysconf("SC_CLK_TCK")


def program(name):
    """Where a built program is; FOYER_MASTER and the like name another one."""
    return os.environ.get(name.upper().replace("-", "_"), str(BUILD / "bin" / name))


class Report:
    """A table for people, and one flat object of metric ids to numbers."""

    def __init__(self):
        self.metrics, self.rows = {}, []

    def row(self, *cells):
        self.rows.append([cell if isinstance(cell, str) else f"{cell:,.1f}" for cell in cells])

    def end_table(self):
        widths = [max(len(row[i]) for row in self.rows) for i in range(len(self.rows[0]))]
        for row in self.rows:
            print("  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths))
            ).rstrip())
        print(flush=True)
        self.rows = []

    def metric(self, name, value):
        self.metrics[name] = value

    def write(self, file):
        if file:
            Path(file).write_text(json.dumps(self.metrics, indent=2) + "\n", encoding="ascii")


class BenchMaster:
    """One data folder; the master in it may be started and killed any number of times."""

    def __init__(self, **sections):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # as orderly as Ctrl-C
        self.folder = tempfile.mkdtemp(prefix="foyer-bench-")
        os.chmod(self.folder, 0o755)
        self.data = self.folder + "/data"
        self.agents, self.https, self.grpc, self.metrics_port = free_ports(4)
        self.log_file = self.folder + "/log"
        self.process = None
        self.configure(**sections)

    def configure(self, **sections):
        """Of the next start."""
        sections.setdefault("agents", {}).update(
            listen=f"127.0.0.1:{self.agents}", addresses=[f"127.0.0.1:{self.agents}"]
        )
        sections.setdefault("api", {}).update(
            https_listen=f"127.0.0.1:{self.https}", grpc_listen=f"127.0.0.1:{self.grpc}"
        )
        sections["api"].setdefault("requests_per_second", 0)  # a bench asks as fast as it can
        for name in ("agents", "api"):  # and all of it comes from one address
            sections[name].setdefault("connections_per_source_max", 0)
        sections.setdefault("metrics", {}).update(listen=f"127.0.0.1:{self.metrics_port}")
        with open(self.folder + "/master.toml", "w", encoding="ascii") as out:
            for name, keys in sections.items():
                out.write(f"[{name}]\n")
                out.writelines(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.kill()
        try:
            os.kill(self.postgres_pid(), signal.SIGQUIT)
            time.sleep(1)
        except OSError:
            pass
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- its life -------------------------------------------------------------------------------

    def start(self, patience_s=600):
        """Seconds from the start of the program until it serves."""
        self.log_begins = os.path.getsize(self.log_file) if os.path.exists(self.log_file) else 0
        begin = time.monotonic()
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [program("foyer-master"), "run", "--dev", self.data,
                 "--config", self.folder + "/master.toml"],
                stderr=log,
            )
        while not self.serves():
            if self.process.poll() is not None or time.monotonic() - begin > patience_s:
                sys.exit("the master does not serve:\n" + self.log_text()[-2000:])
            time.sleep(0.02)
        return time.monotonic() - begin

    def serves(self):
        try:
            return self.metrics()["foyer_up"] == 1
        except (OSError, KeyError):
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def log_text(self):
        """Since the last start."""
        with open(self.log_file, encoding="utf-8") as file:
            file.seek(self.log_begins)
            return file.read()

    # --- what it says ---------------------------------------------------------------------------

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics") as page:
            lines = page.read().decode().splitlines()
        return {
            line.split()[0]: float(line.split()[1])
            for line in lines if line and not line.startswith("#") and "{" not in line
        }

    def call(self, method, path, body=None, key=None):
        token = Path(self.data + "/operator.token").read_text(encoding="ascii").strip()
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.https}{path}",
            method=method,
            data=json.dumps(body or {}).encode() if method != "GET" else None,
            headers={"Authorization": "Bearer " + token, "Content-Type": "application/json",
                     **({"Idempotency-Key": key} if key else {})},
        )
        context = ssl.create_default_context(cafile=self.data + "/ca/ca.crt")
        try:
            with urllib.request.urlopen(request, context=context) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as refused:
            sys.exit(f"{method} {path}: {refused.code} {refused.read().decode()[:400]}")

    # --- what it costs --------------------------------------------------------------------------

    def cpu_s(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self):
        """(private, resident) bytes."""
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        kib = {name: int(size) for name, size in re.findall(r"(\w+):\s+(\d+) kB", rollup)}
        return (kib["Private_Dirty"] + kib["Private_Clean"]) * 1024, kib["Rss"] * 1024

    # --- its database ---------------------------------------------------------------------------

    def postgres_pid(self):
        return int(Path(self.data + "/postgres/postmaster.pid").read_text().splitlines()[0])

    def socket_folder(self):
        return Path(self.data + "/postgres/postmaster.pid").read_text().splitlines()[4]

    def sql(self, text):
        """What psql prints, unaligned."""
        done = subprocess.run(
            ["psql", "-h", self.socket_folder(), "-U", "foyer", "-d", "foyer", "-qAtX",
             "-v", "ON_ERROR_STOP=1"],
            input=text, capture_output=True, text=True, check=False,
        )
        if done.returncode != 0:
            sys.exit("psql: " + done.stderr[-1000:])
        return done.stdout.strip()

    def durability(self):
        return self.sql(
            "SELECT 'fsync ' || current_setting('fsync') || ', synchronous_commit '"
            " || current_setting('synchronous_commit') || ', shared_buffers '"
            " || current_setting('shared_buffers')"
        )

    def commits(self):
        return int(self.sql("SELECT batch FROM leadership"))
