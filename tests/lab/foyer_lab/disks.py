"""Disks of their own for boxes: file systems that can be filled, and that outlive power cuts.

Each is memory mounted on the box's folder in the world's mount namespace, before any place is
raised: places inherit it, also those that boot later. It takes only what is written into it.
Filling a disk is making it smaller: it costs nothing, whatever its size.
"""

import errno
import os
from pathlib import Path

from . import kernel
from .errors import LabError, STATE
from .spec import OWN_DISK

SIZE_BYTES = 4 << 30
TRIES = 100  # the box goes on writing while we measure
FLAGS = kernel.MS_NOSUID | kernel.MS_NODEV


class Disks:
    def __init__(self, state, homes):
        self.folders = {(home.name, number): Path(state) / "homes" / home.name / f"box{number}"
                        for home in homes for number, box in enumerate(home.boxes, 1)
                        if box.get(OWN_DISK)}

    def mount(self):
        for folder in self.folders.values():
            folder.mkdir(parents=True, exist_ok=True)
            kernel.mount("tmpfs", folder, "tmpfs", FLAGS, f"mode=0711,size={SIZE_BYTES}")

    def leave(self, name, box, room):
        """`room`: bytes that stay free, or None for all that the disk has."""
        folder = self.folders.get((name, box))
        if folder is None:
            raise LabError(f"box {box} of '{name}' has no disk of its own",
                           "only such a disk can be filled",
                           f'give the box "{OWN_DISK}": true in the spec', STATE)
        for _ in range(TRIES):
            try:
                size = SIZE_BYTES if room is None else used_bytes(folder) + room
                kernel.mount(None, folder, None, FLAGS | kernel.MS_REMOUNT, f"size={size}")
                return
            except OSError as error:  # written to since it was measured
                if error.errno != errno.EINVAL:
                    raise
        raise LabError(f"the disk of '{name}' did not fill", "the box writes all the time",
                       "try again")


def used_bytes(folder):
    seen = os.statvfs(folder)
    return (seen.f_blocks - seen.f_bfree) * seen.f_frsize
