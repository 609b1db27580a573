"""Inside the machine: writes as PostgreSQL writes its log, and tells what is safe by then; or reads
what is there. usage: write_ahead.py write FOLDER SECONDS | write_ahead.py check FOLDER

Segments are made before they are needed, whole, of zeros, under their name by rename. Records
follow one another in pages; a page that gains one is written anew in its place, so that what is
safe is written over again and again. One file, `control`, is overwritten in place with the first
record that is still needed. A line of `write` is the number of a record that fdatasync has
confirmed. `check` prints {"first", "last"}, the records that are there without a gap, and fails
where something cannot be read or `control` is torn.
"""

import json
import os
import random
import struct
import sys
import time
import zlib

PAGE, PAGES, KEPT = 8192, 32, 2
HEAD = struct.Struct("<QHI")  # its number, the length of what follows, a checksum of both
RECORD_MAX, BATCH_MAX = 700, 4


def packed(number, body):
    return HEAD.pack(number, len(body), zlib.crc32(body, number & 0xFFFFFFFF)) + body


def first_in(data):
    """The record at the beginning: its number and size. None: there is none, or a torn one."""
    if len(data) < HEAD.size:
        return None
    number, length, checksum = HEAD.unpack_from(data)
    body = data[HEAD.size:HEAD.size + length]
    whole = length > 0 and len(body) == length
    if not whole or zlib.crc32(body, number & 0xFFFFFFFF) != checksum:
        return None
    return number, HEAD.size + length


def sync_folder(folder):
    place = os.open(folder, os.O_RDONLY)
    os.fsync(place)
    os.close(place)


def segments(folder):
    return sorted(int(name) for name in os.listdir(folder) if name.isdigit())


class Log:
    def __init__(self, folder, number, segment):
        self.folder, self.number, self.segment = folder, number, segment
        self.file = self.open_segment()
        self.page, self.content = 0, b""

    def open_segment(self):
        name = f"{self.folder}/{self.segment}"
        with open(name + ".new", "wb") as draft:
            draft.write(bytes(PAGE * PAGES))
            draft.flush()
            os.fsync(draft.fileno())
        os.rename(name + ".new", name)
        sync_folder(self.folder)
        return os.open(name, os.O_RDWR)

    def write_page(self):
        os.pwrite(self.file, self.content.ljust(PAGE, b"\0"), self.page * PAGE)

    def append(self, rng):
        self.number += 1
        record = packed(self.number, rng.randbytes(rng.randrange(50, RECORD_MAX)))
        if len(self.content) + len(record) > PAGE:
            self.write_page()
            self.page, self.content = self.page + 1, b""
            if self.page == PAGES:
                self.next_segment()
        self.content += record

    def commit(self):
        self.write_page()
        os.fdatasync(self.file)
        print(self.number, flush=True)

    def next_segment(self):
        os.fdatasync(self.file)
        os.close(self.file)
        self.segment, self.page = self.segment + 1, 0
        self.file = self.open_segment()
        self.keep_few()

    def keep_few(self):
        """What comes before the oldest segment that stays is needed no more, and goes."""
        there = segments(self.folder)
        oldest = there[-KEPT:][0]
        with open(f"{self.folder}/{oldest}", "rb") as file:
            found = first_in(file.read(PAGE))
        write_control(self.folder, found[0] if found else self.number + 1)
        for segment in there[:-KEPT]:
            os.unlink(f"{self.folder}/{segment}")
        sync_folder(self.folder)


def write_control(folder, needed, name="control"):
    file = os.open(f"{folder}/{name}", os.O_RDWR | os.O_CREAT, 0o600)
    os.pwrite(file, packed(needed, b"needed").ljust(PAGE, b"\0"), 0)
    os.fsync(file)
    os.close(file)


def check(folder):
    """(first, last) of the records that follow one another from the first that is needed. (0, 0):
    nobody has written yet."""
    if not os.path.exists(f"{folder}/control"):
        return 0, 0
    with open(f"{folder}/control", "rb") as file:
        needed = first_in(file.read())
    assert needed, "control is torn"
    first = last = None
    for segment in segments(folder):
        with open(f"{folder}/{segment}", "rb") as file:
            content = file.read()
        for page in range(0, len(content), PAGE):
            rest = content[page:page + PAGE]
            while (found := first_in(rest)) and (last is None or found[0] == last + 1):
                first, last = first or found[0], found[0]
                rest = rest[found[1]:]
    assert first is None or first <= needed[0], f"needed from {needed[0]} on, there from {first} on"
    return first or needed[0], last or needed[0] - 1


def write(folder, seconds):
    rng = random.Random()
    if not os.path.exists(f"{folder}/control"):
        os.makedirs(folder, exist_ok=True)
        sync_folder(os.path.dirname(folder))
        write_control(folder, 1, "control.new")
        os.rename(f"{folder}/control.new", f"{folder}/control")
        sync_folder(folder)
    log = Log(folder, check(folder)[1], max(segments(folder), default=0) + 1)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(rng.randrange(BATCH_MAX) + 1):
            log.append(rng)
        log.commit()


def main():
    if sys.argv[1] == "write":
        write(sys.argv[2], float(sys.argv[3]))
    else:
        first, last = check(sys.argv[2])
        print(json.dumps({"first": first, "last": last}))


if __name__ == "__main__":
    main()
