"""What replica.json says, and where things are. Nothing here touches the database."""
import json
import os
import sys

VOLUME = "/foyer/volume"
DATA = VOLUME + "/pg"
# Present while pg_rewind changes DATA: such a folder is good for nothing but another clone.
REWINDING = VOLUME + "/rewinding"
# Says which pages of DATA the disk gives back otherwise than they were written: only another copy
# helps.
DAMAGED = VOLUME + "/damaged"
# Epoch and name of the primary whose history DATA was last made a prefix of, by copy or rewind.
FOLLOWS = VOLUME + "/follows"
CONFIG = "/foyer/config/replica.json"
SECRETS = "/foyer/secrets"
RUN = "/run/foyer"
# Holds the fence in which the web port is open; absent while it is closed.
OPEN = RUN + "/open"
GOLDEN = "/opt/foyer/golden"
POSTGRES_BIN = "/usr/lib/postgresql/17/bin/"

NOT_YET = 75


class Replica:
    """One reading of replica.json."""

    def __init__(self, path=CONFIG):
        with open(path, encoding="utf-8") as file:
            self.json = json.load(file)
        self.role = self.json["role"]
        self.address = self.json["address"]
        self.generation = self.json["generation"]
        self.epoch = self.json["epoch"]
        self.copies = self.json["copies"]
        self.primary = self.json.get("primary")
        self.warm = self.json.get("warm", False)
        self.parameters = self.json.get("parameters", {})
        members = self.json["members"]
        self.name = next(m["name"] for m in members if m["index"] == self.json["index"])
        # Whose acknowledgement counts; and all who may copy from here.
        self.others = [m for m in members if m["index"] != self.json["index"]]
        self.followers = self.others + self.json.get("learners", [])

    @property
    def fence(self):
        """Orders leaders: (generation, epoch)."""
        return self.generation, self.epoch

    @property
    def leads(self):
        return self.role == "primary"


def secret(name):
    with open(os.path.join(SECRETS, name), encoding="utf-8") as file:
        return file.read().rstrip("\n")


def step(text):
    """One line of progress for people."""
    print(f"step: {text}", file=sys.stderr, flush=True)


def fail(text, status=1):
    step(text)
    sys.exit(status)
