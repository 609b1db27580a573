"""Questions to a name server as bytes on a socket: no resolver, no cache, no library between."""

import random
import socket
import struct

A, NS, SOA, AAAA, IXFR, AXFR, ANY = 1, 2, 6, 28, 251, 252, 255
OK, FORMAT, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, NOTAUTH = 0, 1, 2, 3, 4, 5, 9
TIMEOUT_S = 2.0


class Answer:
    """code, flags; records: [(name, type, ttl, text)], of the answer section, then authority and
    additional in `others`."""

    def __init__(self, message):
        self.size = len(message)
        _, flags, asked, answered, authority, additional = struct.unpack(">6H", message[:12])
        self.code, self.authoritative = flags & 15, bool(flags & 0x400)
        self.cut, self.recursion = bool(flags & 0x200), bool(flags & 0x80)
        at = 12
        for _ in range(asked):
            at = name_at(message, at)[1] + 4
        found = []
        for _ in range(answered + authority + additional):
            name, at = name_at(message, at)
            kind, _, ttl, length = struct.unpack(">HHIH", message[at:at + 10])
            at += 10
            found.append((name, kind, ttl, data(message, kind, at, length)))
            at += length
        self.records, self.others = found[:answered], found[answered:]

    def texts(self, kind):
        return {text for _, one, _, text in self.records if one == kind}


def name_at(message, at):
    labels, end = [], None
    for _ in range(128):
        length = message[at]
        if length & 0xC0 == 0xC0:
            end = end or at + 2
            at = (length & 0x3F) << 8 | message[at + 1]
        elif length == 0:
            return ".".join(labels), end or at + 1
        else:
            labels.append(message[at + 1:at + 1 + length].decode())
            at += length + 1
    raise ValueError("a name without end")


def data(message, kind, at, length):
    if kind == A:
        return socket.inet_ntop(socket.AF_INET, message[at:at + length])
    if kind == AAAA:
        return socket.inet_ntop(socket.AF_INET6, message[at:at + length])
    if kind == NS:
        return name_at(message, at)[0]
    if kind == SOA:
        primary, at = name_at(message, at)
        person, at = name_at(message, at)
        return (primary, person, *struct.unpack(">5I", message[at:at + 20]))
    return message[at:at + length]


def question(name, kind):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    head = struct.pack(">6H", random.randrange(1 << 16), 0x100, 1, 0, 0, 0)
    return head + labels + b"\0" + struct.pack(">2H", kind, 1)


def send(server, port, message, tcp=False, timeout=TIMEOUT_S):
    """The answer's bytes; OSError when none comes."""
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM) as line:
        line.settimeout(timeout)
        line.connect((server, port))
        if not tcp:
            line.send(message)
            return line.recv(65535)
        line.sendall(struct.pack(">H", len(message)) + message)
        with line.makefile("rb") as stream:
            length = struct.unpack(">H", stream.read(2))[0]
            return stream.read(length)


def ask(server, port, name, kind, tcp=False, timeout=TIMEOUT_S):
    sent = question(name, kind)
    got = send(server, port, sent, tcp, timeout)
    if got[:2] != sent[:2]:
        raise OSError("an answer to another question")
    return Answer(got)
