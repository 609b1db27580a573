"""Inside the VM: what a box must leave as it found it, files and what the kernel answers."""

import hashlib
import os
import shutil
import stat

from guest_cloud import IN, run, say

STORE = "/var/lib/foyer/node/partitions/first-0/store"
OF_THE_BOX = ("foyer-node", "foyer-partitions")
BOOKS = ("/proc", "/sys", "/dev", "/run", "/tmp", IN, "/var/lib/dpkg", "/var/lib/apt",
         "/var/cache", "/var/log", "/root", "/etc/ld.so.cache", "/var/lib/postgresql",
         "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-",
         "/var/lib/systemd/random-seed", "/var/lib/systemd/timers")
# Of the kernel and of systemd: what a box adds to, and must leave as it found it.
ASKED = ("nft list ruleset", "ip -o link show", "ip rule show", "ip -6 rule show",
         "findmnt --noheadings --list --output TARGET,FSTYPE",
         "losetup --noheadings --output BACK-FILE", "ls /dev/mapper",
         "systemctl list-unit-files --no-legend --no-pager --state=enabled",
         "find /sys/fs/cgroup -type d -name *foyer*", "ls /run")


def facts(path):
    info = os.lstat(path)
    who = f"{stat.filemode(info.st_mode)} {info.st_uid}:{info.st_gid}"
    if stat.S_ISLNK(info.st_mode):
        return f"{who} -> {os.readlink(path)}"
    if not stat.S_ISREG(info.st_mode):
        return who
    if path.startswith("/usr/"):  # written by packages alone, and much of it
        return f"{who} {info.st_size} {info.st_mtime_ns}"
    with open(path, "rb") as file:
        return f"{who} {hashlib.sha256(file.read()).hexdigest()}"


def answer(question):
    try:
        return run(*question.split())
    except AssertionError as failure:  # systemd of a machine that has just begun may be too busy
        say(str(failure))
        return run(*question.split())


def picture():
    """{file or question: what is there or answered}."""
    found = {question: answer(question) for question in ASKED}
    for folder, folders, files in os.walk("/"):
        folders[:] = [name for name in folders if os.path.join(folder, name) not in BOOKS]
        for name in folders + files:
            path = os.path.join(folder, name)
            if path not in BOOKS:
                found[path] = facts(path)
    return found


def compare(before, after):
    wrong = [f"- {path}" for path in sorted(before.keys() - after.keys())]
    wrong += [f"+ {path}" for path in sorted(after.keys() - before.keys())]
    wrong += [f"! {path}\n  was {before[path]}\n  is  {after[path]}"
              for path in sorted(before.keys() & after.keys()) if before[path] != after[path]]
    say(f"{len(before)} files and answers before; {len(wrong)} differ now")
    assert not wrong, "\n".join(wrong)


def store_is(opened):
    """The volume's own file system: mounted while the box serves, and closed it shows nothing."""
    assert os.path.ismount(STORE) == opened, f"{STORE} is {'closed' if opened else 'open'}"
    with open(STORE + ".img", "rb") as file:
        assert b"Bonjour" not in file.read(), "the volume lies on the disk in clear"


def groups_of_processes():
    """(process id, its control groups) of each."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/cgroup", encoding="utf-8") as file:
                yield int(process), file.read()
        except OSError:
            continue


def nothing_runs():
    assert not os.path.exists("/run/foyer"), os.listdir("/run/foyer")
    for process, group in groups_of_processes():
        assert not any(unit in group for unit in OF_THE_BOX), f"{process} of {group} lives on"


def remove_master():
    """The rest of the cloud, once the box is gone."""
    run("dpkg", "--purge", "foyer", "foyer-master")
    run("runuser", "-u", "postgres", "--", "dropdb", "foyer")
    run("runuser", "-u", "postgres", "--", "dropuser", "foyer-master")
    run("systemctl", "stop", "postgresql@15-main")
    shutil.rmtree("/.config")   # what the operator's own login made; without $HOME it lies here
