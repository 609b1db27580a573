"""New minimal Debians to install packages in, made once for each list of what is in them, and a
picture of one: every file with its mode, owner and content."""

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path("/var/cache/foyer/package-roots")
# What the packages depend on is there before them, so that a picture shows the packages alone.
INCLUDE = ("ca-certificates,systemd,systemd-sysv,man-db,"
           "crun,conmon,umoci,nftables,iproute2,wireguard-tools,procps,"
           "libssl3,libpq5,libcurl4,libargon2-1,liboath0,libcjose0,libc-ares2,libidn2-0,"
           "libmaxminddb0,libbrotli1,e2fsprogs")
# Names that Debian 13 gives libraries of the same content.
RENAMED = {"libssl3": "libssl3t64", "libcurl4": "libcurl4t64", "liboath0": "liboath0t64"}
# What apt, dpkg and the loader remember of every installation.
BOOKS = ("var/lib/dpkg", "var/lib/apt", "var/cache", "var/log", "etc/ld.so.cache",
         "var/lib/systemd/deb-systemd-helper-enabled", "proc", "sys", "dev", "tmp", "run")
BACKUPS = ("etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-")


def include_of(suite):
    names = INCLUDE.split(",")
    return ",".join(RENAMED.get(name, name) if suite == "trixie" else name for name in names)


def base(suite):
    """The folder of a new Debian with what our packages depend on."""
    include = include_of(suite)
    key = hashlib.sha256(f"{suite} {include}".encode()).hexdigest()[:16]
    place = CACHE / f"{suite}-{key}"
    if place.exists():
        return place
    CACHE.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=CACHE, prefix="making."))
    try:
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={include}",
                        suite, work / "root"], check=True)
        for old in CACHE.glob(f"{suite}-*"):
            shutil.rmtree(old)
        (work / "root").rename(place)
    finally:
        shutil.rmtree(work)
    return place


class Machine:
    """A Debian of one's own: the base below, what is changed in a folder that is thrown away."""

    def __init__(self, suite):
        self.work = Path(tempfile.mkdtemp(prefix="foyer-package."))
        for name in ("disk", "root"):
            (self.work / name).mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.work / "disk"], check=True)
        for name in ("upper", "work"):
            (self.work / "disk" / name).mkdir()
        layers = (f"lowerdir={base(suite)},upperdir={self.work}/disk/upper,"
                  f"workdir={self.work}/disk/work")
        self.root = self.work / "root"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, self.root], check=True)

    def close(self):
        subprocess.run(["umount", self.root], check=True)
        subprocess.run(["umount", self.work / "disk"], check=True)
        shutil.rmtree(self.work)

    def run(self, *command, check=True):
        """In the machine, as root, with a /proc of its own."""
        inside = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--net",
                  "chroot", self.root, "sh", "-c", "mount -t proc proc /proc && exec \"$@\"", "sh"]
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}
        return subprocess.run([*inside, *command], check=check, env=env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def picture(self):
        """{path: what is there}, but what apt and dpkg remember."""
        found = {}
        for folder, folders, files in os.walk(self.root):
            inside = os.path.relpath(folder, self.root)
            folders[:] = [name for name in folders if not is_book(inside, name)]
            for name in folders + files:
                if not is_book(inside, name):
                    path = os.path.normpath(os.path.join(inside, name))
                    found[path] = facts(os.path.join(folder, name))
        return found


def is_book(folder, name):
    path = os.path.normpath(os.path.join(folder, name))
    return path in BOOKS or path in BACKUPS


def facts(path):
    info = os.lstat(path)
    who = f"{stat.filemode(info.st_mode)} {info.st_uid}:{info.st_gid}"
    if stat.S_ISLNK(info.st_mode):
        return f"{who} -> {os.readlink(path)}"
    if not stat.S_ISREG(info.st_mode):
        return who
    with open(path, "rb") as file:
        return f"{who} {hashlib.sha256(file.read()).hexdigest()}"


def differences(before, after):
    """Lines "- path" (gone), "+ path" (new), "! path: was → is"."""
    lines = [f"- {path}" for path in sorted(before.keys() - after.keys())]
    lines += [f"+ {path}" for path in sorted(after.keys() - before.keys())]
    lines += [f"! {path}: {before[path]} → {after[path]}"
              for path in sorted(before.keys() & after.keys()) if before[path] != after[path]]
    return lines
