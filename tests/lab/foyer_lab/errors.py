"""One shape for everything that can go wrong: what, why, and what to type next."""

OK = 0
FAILED = 1  # something broke while doing it
USAGE = 2  # wrong arguments or a wrong spec
STATE = 3  # the lab is not in a state for this: not up, already up, home is dead
UNKNOWN = 4  # no home, ISP, country or edge of that name
PORT = 5  # a port to publish is taken
EXEC = 125  # `exec` itself failed; any other status is the command's own
ENVIRONMENT = 77  # this machine cannot run a lab at all; tests skip on it


class LabError(Exception):
    """`what` happened, `why`, and the `next` command; `code` is the exit status."""

    def __init__(self, what, why="", next_step="", code=FAILED):
        super().__init__(what)
        self.what, self.why, self.next_step, self.code = what, why, next_step, code

    def as_json(self):
        return {"what": self.what, "why": self.why, "next": self.next_step, "code": self.code}

    @staticmethod
    def from_json(value):
        return LabError(value["what"], value["why"], value["next"], value["code"])

    def text(self):
        lines = [f"lab: {self.what}"]
        if self.why:
            lines.append(f"  why: {self.why}")
        if self.next_step:
            lines.append(f"  next: {self.next_step}")
        return "\n".join(lines)
