"""A small cloud with one ordered ERP, for tests: the try-out's own code, on free ports."""
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/lib/try"))
import cloud as tryout  # noqa: E402

SKIP = 77
TRYTON = ROOT / "deploy/software/tryton"
PROGRAMS = Path(os.environ.get("FOYER_BIN", ROOT / "build/release/bin"))


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIP)


def new_folder():
    """For a cloud of a test's own. Skips where there cannot be one."""
    if os.geteuid() != 0:
        skip("a lab of homes needs root")
    folder = Path(tempfile.mkdtemp(prefix="foyer-e2e-", dir="/var/tmp"))
    folder.chmod(0o755)
    return folder


def raise_cloud(spec=ROOT / "tests/lab/specs/small.json", programs=PROGRAMS, choices=(),
                recipe=TRYTON):
    """The Cloud, in a folder of its own; call .down() on it, or it ends with this process. Skips
    where that is impossible. `recipe`: the folder that makes the release which is ordered."""
    folder = new_folder()
    subprocess.run([recipe / "build-image", "--out", folder / "release"], check=True,
                   stderr=subprocess.DEVNULL)
    cloud = tryout.Cloud(folder, time.clock_gettime(time.CLOCK_BOOTTIME),
                         spec=spec, programs=programs, choices=choices)
    try:
        cloud.up(owner=os.getpid())
    except SystemExit as stopped:
        cloud.down()
        if stopped.code == SKIP:
            skip("the lab cannot run here; its reason stands above")
        raise RuntimeError(f"the cloud did not come up: {stopped.code}") from stopped
    return cloud
