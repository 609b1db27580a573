#!/usr/bin/python3
"""What passes a link of this machine, seen by everybody who is on the line: run in a home's own
network until standard input ends, then tells it as JSON.

usage: line_capture.py LINK WORD…    words are looked for in the bytes of every packet
"""
import collections
import json
import select
import socket
import struct
import sys

ETH_ALL, ETH_IPV4, ETH_IPV6, ETH_ARP = 3, 0x0800, 0x86DD, 0x0806
OUTGOING = 4  # of a packet's address: the kernel's PACKET_OUTGOING
PORTS = {6: "tcp", 17: "udp"}
OTHERS = {1: "icmp", 2: "igmp", 58: "icmpv6"}
BUFFER = 64 << 20
HOP_BY_HOP = 0


def of_ipv4(packet):
    """(protocol, source, destination, what it carries)"""
    head = (packet[0] & 15) * 4
    return (packet[9], socket.inet_ntop(socket.AF_INET, packet[12:16]),
            socket.inet_ntop(socket.AF_INET, packet[16:20]), packet[head:])


def of_ipv6(packet):
    protocol, rest = packet[6], packet[40:]
    if protocol == HOP_BY_HOP and len(rest) >= 2:
        protocol, rest = rest[0], rest[8 + rest[1] * 8:]
    return (protocol, socket.inet_ntop(socket.AF_INET6, packet[8:24]),
            socket.inet_ntop(socket.AF_INET6, packet[24:40]), rest)


def is_wireguard(payload):
    """A message of one of its four kinds."""
    return len(payload) >= 32 and payload[0] in (1, 2, 3, 4) and payload[1:4] == b"\0\0\0"


def read(frame, outgoing):
    """What it is as (protocol, remote address, its port, kind); port 0 where there are none."""
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == ETH_ARP:
        return ("arp", socket.inet_ntop(socket.AF_INET, frame[38:42] if outgoing else frame[28:32]),
                0, "")
    if kind not in (ETH_IPV4, ETH_IPV6):
        return (f"ethernet {kind:#06x}", "", 0, "")
    number, source, target, rest = (of_ipv4 if kind == ETH_IPV4 else of_ipv6)(frame[14:])
    remote = target if outgoing else source
    if number not in PORTS or len(rest) < 8:
        sort = str(rest[0]) if rest and number in OTHERS else ""
        return (OTHERS.get(number, f"ip {number}"), remote, 0, sort)
    ports = struct.unpack("!HH", rest[:4])
    wireguard = number == 17 and is_wireguard(rest[8:])
    return (PORTS[number], remote, ports[1] if outgoing else ports[0],
            "wireguard" if wireguard else "")


def main():
    link, words = sys.argv[1], [word.encode() for word in sys.argv[2:]]
    line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ALL))
    line.setsockopt(socket.SOL_SOCKET, 33, BUFFER)  # SO_RCVBUFFORCE
    line.bind((link, ETH_ALL))
    print("ready", flush=True)
    seen, found = collections.defaultdict(lambda: [0, 0]), collections.Counter()
    while True:
        ready, _, _ = select.select([line, sys.stdin], [], [])
        if line in ready:
            frame, about = line.recvfrom(65_536)
            row = seen[read(frame, about[2] == OUTGOING)]
            row[0] += 1
            row[1] += len(frame)
            found.update(word.decode() for word in words if word in frame)
        elif sys.stdin in ready and not sys.stdin.read(1):
            break
    dropped = struct.unpack("II", line.getsockopt(263, 6, 8))[1]  # PACKET_STATISTICS
    rows = [[*key, *row] for key, row in seen.items()]
    json.dump({"rows": rows, "found": found, "dropped": dropped}, sys.stdout)


if __name__ == "__main__":
    main()
