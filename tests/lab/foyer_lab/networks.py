"""The lab's Internet as the outside knows it: a database of networks in MaxMind's format.

The master is given this file and nothing of the spec: what it says of a line comes from the address
it sees. Numbers are of those kept for documentation and private use (RFC 6996).
"""

import subprocess
from pathlib import Path

from .errors import LabError

FIRST = 64512
WRITER = Path(__file__).resolve().parents[2] / "support" / "write_asn_database.pl"


def asn_of(isp):
    return FIRST + isp.number


def write(path, networks):
    """`networks`: (prefix, number, holder) each."""
    lines = "".join(f"{prefix} {number} {holder}\n" for prefix, number, holder in networks)
    ended = subprocess.run(["perl", str(WRITER), str(path)], input=lines, text=True,
                           capture_output=True, check=False)
    if ended.returncode != 0:
        raise LabError("the database of networks could not be written", ended.stderr.strip(),
                       "deploy/lib/install run brings libmaxmind-db-writer-perl")


def write_of(path, spec):
    write(path, [(f"198.18.{isp.number}.0/24", asn_of(isp), isp.name)
                 for isp in spec.isps.values()])
