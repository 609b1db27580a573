"""Ports on 127.0.0.1 for a server that is started in a moment."""

import random
import socket


def free_ports(count):
    """Below the range from which the kernel takes the ports of outgoing connections: nobody gets
    one of these between our look and the server's."""
    ports = []
    while len(ports) < count:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", random.randrange(15_000, 32_000)))
            except OSError:
                continue
            ports.append(probe.getsockname()[1])
    return ports
