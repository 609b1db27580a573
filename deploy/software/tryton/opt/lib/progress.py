"""Has the web server finished any request since this was asked last? Exit status 0: yes, or it was
never asked. Who asks through its own queue cannot tell one that is busy from one that stands."""
import json
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from settings import replace_file  # noqa: E402
from web import ASKED, STATS  # noqa: E402

WAIT_S = 2
STATS_BYTES_MAX = 1 << 20


def finished():
    """Requests since its workers began; None: its statistics do not answer."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(WAIT_S)
            line.connect(STATS)
            text = b""
            while len(text) < STATS_BYTES_MAX and (piece := line.recv(65536)):
                text += piece
        return sum(worker["requests"] for worker in json.loads(text)["workers"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def before():
    try:
        with open(ASKED, encoding="utf-8") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def main():
    now, then = finished(), before()
    if now is None:
        return 1
    replace_file(ASKED, f"{now}\n")
    return 0 if now != then else 1


if __name__ == "__main__":
    sys.exit(main())
