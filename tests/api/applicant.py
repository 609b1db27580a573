"""A machine whose host asks to be taken in: the agent's own command, in a folder of its own."""

import os
import subprocess
import tempfile

NODE = os.environ["FOYER_NODE"]
TAKES = """
[applications]
accept = true
ask_again_s = 1
source_day_max = {of_source}
calls_per_minute = {calls}
"""


class Applicant:
    """A machine in a folder of its own."""

    def __init__(self, master):
        self.master = master
        self.data = tempfile.mkdtemp(prefix="foyer-applicant-") + "/node"

    def run(self, *words, check=None):
        done = subprocess.run(
            [NODE, *words, "--data", self.data], capture_output=True, text=True, timeout=300
        )
        if check is not None:
            assert done.returncode == check, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def words(self, site, **more):
        said = {
            "master": f"127.0.0.1:{self.master.agents}",
            "ca-sha256": ca_of(self.master),
            "site": site,
            "isp": "acorn",
            "country": "FR",
            "contact": "ann@example.org",
            **more,
        }
        return ["apply"] + [word for key, value in said.items() for word in ("--" + key, value)]

    def apply(self, site, check=0, **more):
        return self.run(*self.words(site, **more), check=check)


def ca_of(master):
    return master.operator.must(master.operator.get("/v1/applications"))["ca_sha256"]
