"""HTTP/2 and TLS by hand, as rude as a test wants to be: what a well-behaved gRPC client cannot do.
Standard library only."""

import socket
import ssl
import struct
import time

PATIENCE_S = 60
DATA, HEADERS, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 4, 6, 8
END_HEADERS, ACK = 4, 1
WINDOW_BYTES, PIECE_BYTES = 65_535, 16_384


def plain(port, source="127.0.0.1"):
    line = socket.create_connection(("127.0.0.1", port), PATIENCE_S, (source, 0))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def secure(master, port, alpn=("h2",), **more):
    """After the handshake."""
    tls = master.tls()
    tls.set_alpn_protocols(list(alpn))
    return tls.wrap_socket(plain(port, **more), server_hostname="127.0.0.1")


def frame(kind, flags, stream, payload=b""):
    head = struct.pack(">I", len(payload))[1:] + bytes((kind, flags))
    return head + struct.pack(">I", stream) + payload


def field(name, value):
    """A literal of HPACK that nobody remembers."""
    return b"\0" + bytes((len(name),)) + name + bytes((len(value),)) + value


def call(stream, method):
    """The begin of a call that sends no message yet."""
    fields = (
        (b":method", b"POST"),
        (b":scheme", b"https"),
        (b":path", method),
        (b":authority", b"localhost"),
        (b"content-type", b"application/grpc"),
        (b"te", b"trailers"),
    )
    return frame(HEADERS, END_HEADERS, stream, b"".join(field(*one) for one in fields))


def greeted(master, port, **more):
    """Both sides have said their settings."""
    line = secure(master, port, **more)
    line.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0))
    return line


def reads(line, patience_s):
    """What comes within that time, and whether the other end closed."""
    got, end = b"", time.monotonic() + patience_s
    while (left := end - time.monotonic()) > 0:
        line.settimeout(left)
        try:
            piece = line.recv(65536)
        except TimeoutError:
            break
        except OSError:
            return got, True
        if not piece:
            return got, True
        got += piece
    return got, False


def closed_after(line, patience_s=PATIENCE_S):
    """Seconds until the other end closed; None: it did not."""
    begun = time.monotonic()
    _, closed = reads(line, patience_s)
    return time.monotonic() - begun if closed else None


class Sender:
    """Sends the messages of calls as fast as it is allowed to, and never the end of one."""

    def __init__(self, master, port):
        self.line = greeted(master, port)
        self.rest, self.windows, self.is_closed = b"", {0: WINDOW_BYTES}, False

    def hear(self, patience_s):
        got, self.is_closed = reads(self.line, patience_s)
        self.rest += got
        while len(self.rest) >= 9 + (size := int.from_bytes(self.rest[:3], "big")):
            kind, flags, stream = self.rest[3], self.rest[4], int.from_bytes(self.rest[5:9], "big")
            payload, self.rest = self.rest[9 : 9 + size], self.rest[9 + size :]
            if kind == WINDOW_UPDATE and stream in self.windows:
                self.windows[stream] += int.from_bytes(payload, "big")
            elif kind in (SETTINGS, PING) and not flags & ACK:
                self.line.sendall(frame(kind, ACK, 0, payload if kind == PING else b""))

    def begin(self, stream, method, size):
        """How much of a message of that size is taken before the other end wants no more."""
        self.line.sendall(call(stream, method))
        self.windows[stream], sent = WINDOW_BYTES, 0
        message = b"\0" + struct.pack(">I", size) + b"x" * (size - 1)
        while not self.is_closed and sent < len(message):
            room = min(self.windows[0], self.windows[stream], PIECE_BYTES, len(message) - sent)
            if room > 0:
                self.line.sendall(frame(DATA, 0, stream, message[sent : sent + room]))
                sent += room
                self.windows[0] -= room
                self.windows[stream] -= room
            else:
                self.hear(0.1)
                if min(self.windows[0], self.windows[stream]) <= 0:
                    break
        return sent
