"""The software that second_agent.py runs: a log of lines, copied from its primary.

It stands for a container and its hooks (common/docs/replica-contract.md), and what it says of
itself is true: of the files in `wire`, a folder that stands for the overlay, where the log of each
copy lies under the copy's address.
"""

import os
import shutil

from foyer.agent.v1 import agent_pb2 as api


class SmallLog:
    def __init__(self, wire, wish, memory):
        """`memory`: what the agent's journal keeps of this copy: order, initialized, led."""
        self.wire, self.wish, self.memory = wire, wish, memory
        self.log = self.log_of(wish.address)

    def log_of(self, address):
        return self.wire / address.replace(":", "_")

    def end_of(self, address):
        return self.log_of(address).stat().st_size if self.log_of(address).exists() else -1

    def step(self):
        """One step towards the wish; answers with what is true of the copy afterwards."""
        wish = self.wish
        seen = api.Observation(
            partition=wish.partition,
            generation=wish.generation,
            epoch=wish.epoch,
            role=api.REPLICA_ROLE_STANDBY,
            phase=api.PARTITION_PHASE_STOPPED,
            applied_revision=wish.revision,
            ordered_at_unix_ms=self.memory["order"],
        )
        if wish.HasField("group") or wish.kind == api.REPLICA_KIND_WITNESS:
            seen.phase, seen.reason = api.PARTITION_PHASE_FAILED, "this agent has no voter"
        elif wish.desired == api.DESIRED_STATE_RUNNING:
            self.run(seen)
        seen.initialized = self.memory["initialized"]
        return seen

    def run(self, seen):
        wish = self.wish
        who = wish.leader if wish.HasField("leader") else None
        leader = [one for one in wish.members if one.index == who]
        leads = wish.index == who
        if leads and (self.memory["initialized"] or wish.founder):
            self.lead([wish.generation, wish.epoch])
            seen.role = api.REPLICA_ROLE_PRIMARY
            seen.followers.extend(self.followers())
            holders = 1 + sum(follower.lag_bytes == 0 for follower in seen.followers
                              if follower.sync_state == "quorum")
            seen.ready = holders >= wish.copies
        elif leader and not leads:
            seen.ready = self.follow(leader[0])
        if not self.memory["initialized"]:
            seen.phase, seen.step = api.PARTITION_PHASE_PREPARING, "join: the primary has no log"
            return
        seen.position.CopyFrom(self.position(seen.ready and not leads))
        running, starting = api.PARTITION_PHASE_RUNNING, api.PARTITION_PHASE_STARTING
        seen.phase = running if seen.ready else starting

    def lead(self, fence):
        """init and promote: the fence is in the log, on disk, before anything else."""
        if self.memory["led"] != fence:
            with open(self.log, "a", encoding="ascii") as log:
                log.write(f"{fence[0]} {fence[1]}\n")
                log.flush()
                os.fsync(log.fileno())
            self.memory.update(initialized=True, led=fence)

    def follow(self, primary):
        """join, rejoin and the stream: the log is what the primary's is. False: it has none."""
        if self.end_of(primary.address) < 0:
            return False
        theirs = self.log_of(primary.address)
        if not self.log.exists() or self.log.read_bytes() != theirs.read_bytes():
            shutil.copyfile(theirs, self.log)
        self.memory["initialized"] = True
        return True

    def position(self, receiving):
        last = self.log.read_text(encoding="ascii").splitlines()[-1]
        generation, epoch = map(int, last.split())
        end = self.end_of(self.wish.address)
        return api.Position(
            generation=generation, epoch=epoch, flushed_bytes=end, receiving=receiving
        )

    def followers(self):
        """The primary's view: who has a log here, and how much of mine it lacks."""
        end = self.end_of(self.wish.address)
        others = [(one, "quorum") for one in self.wish.members if one.index != self.wish.index]
        others += [(one, "async") for one in self.wish.learners]  # nothing waits for them
        return [
            api.Follower(
                name=one.name,
                state="streaming",
                sync_state=counts,
                lag_bytes=max(0, end - self.end_of(one.address)),
            )
            for one, counts in others
            if self.end_of(one.address) >= 0
        ]

    def erase(self):
        self.log.unlink(missing_ok=True)
