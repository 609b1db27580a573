"""The audit log over HTTPS with a real master: who is in it, who may read it, and the command that
checks a saved copy of it."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from master_fixture import Master, skip_without_postgres


def entries(client, size=100):
    return client.rows("/v1/audit", "entries", size)


def verify(log):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "audit.json"
        file.write_text(json.dumps({"entries": log}), encoding="utf-8")
        done = subprocess.run([os.environ["FOYER_CLI"], "audit", "verify", file],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def main():
    skip_without_postgres()
    with Master().start() as master:
        operator = master.operator
        before = len(entries(operator))
        auditor = master.account("eve", "auditor")
        operator.must(operator.post("/v1/isps", {"name": "alder"}, key="k-1"))
        operator.must(operator.post("/v1/isps", {"name": "alder"}, key="k-1"))  # a repetition
        assert operator.post("/v1/isps", {"name": "alder"}).status == 409  # changes nothing
        operator.must(operator.post("/v1/isps", {"name": "birch", "validate_only": True}))
        log = entries(auditor)[before:]
        assert [(one["account"], one["rpc"].split("/")[1], one["subject"]) for one in log] == [
            ("operator", "CreateAccount", "eve"), ("operator", "CreateToken", log[1]["subject"]),
            ("operator", "CreateIsp", "alder")], log
        assert log[2]["request_id"] == "k-1"
        # A page is a page, whatever its size, and the chain goes on after a restart.
        whole = entries(auditor)
        assert entries(auditor, size=1) == whole
        assert master.stop() == 0
        master.start()
        operator.must(operator.post("/v1/hosts", {"name": "maison"}))
        whole = entries(auditor)
        assert [one["sequence"] for one in whole] == list(range(1, len(whole) + 1))
        assert verify(whole)[0] == 0, verify(whole)
        whole[1]["subject"] = "somebody-else"
        status, said = verify(whole)
        assert status != 0 and "audit entry 2" in said, said
        # The reader of the log may do nothing else, and others may not read it.
        assert auditor.post("/v1/isps", {"name": "cedar"}).status == 403
        assert auditor.get("/v1/nodes").status == 403
        for role in ("customer", "host", "publisher"):
            assert master.account("a-" + role, role).get("/v1/audit").status == 403
        assert operator.get("/v1/audit?page_token=rubbish").status == 400
        assert master.stop() == 0


main()
