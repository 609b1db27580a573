"""Ports on 127.0.0.1 for a server that is started in a moment."""

import random
import socket

claims = []


def claim(port):
    """Tests run beside each other: a name that only one process has, for as long as it lives. No
    file is left behind."""
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        one.bind(f"\0foyer-test-port-{port}")
    except OSError:
        one.close()
        return False
    claims.append(one)
    return True


def free_ports(count):
    """Below the range from which the kernel takes the ports of outgoing connections, and claimed:
    nobody gets one of these between our look and the server's."""
    ports = []
    while len(ports) < count:
        port = random.randrange(15_000, 32_000)
        if not claim(port):
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
    return ports
