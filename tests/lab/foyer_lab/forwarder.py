"""Publishes places of the world on the machine's loopback.

Runs in the client place; its listening sockets were made in the machine's own network before, and
are inherited. Each connection goes to the target that answered last; when that one does not answer
within HEAD_START_S the next is tried beside it, and the first to answer wins. By the lab only:
forwarder.py JSON = [{"descriptor": 5, "targets": [["198.18.4.2", 443], ...]}, ...]
"""

import asyncio
import json
import socket
import sys

HEAD_START_S = 0.25  # before the next target is tried as well
CONNECT_S = 5.0
CONNECTIONS_MAX = 512  # more wait in the kernel's queue
CHUNK_BYTES = 64 * 1024
SILENCE_MS = 5000  # unacknowledged data for so long ends a connection: the far line is cut


class Door:
    """One published port."""

    def __init__(self, descriptor, targets):
        self.listener = socket.socket(fileno=descriptor)
        self.listener.setblocking(False)
        self.targets = [tuple(t) for t in targets]
        self.best = 0
        self.room = asyncio.Semaphore(CONNECTIONS_MAX)
        self.tasks = set()

    async def serve(self):
        loop = asyncio.get_running_loop()
        while True:
            await self.room.acquire()
            client, _ = await loop.sock_accept(self.listener)
            task = asyncio.create_task(self._carry(client))
            self.tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task):
        self.tasks.discard(task)
        self.room.release()
        if not task.cancelled() and task.exception():
            print(f"forwarder: {task.exception()!r}", file=sys.stderr, flush=True)

    async def _carry(self, client):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far = await self._connect()
        if far is None:
            client.close()
            return
        near_streams = await asyncio.open_connection(sock=client, limit=CHUNK_BYTES)
        far_streams = await asyncio.open_connection(sock=far, limit=CHUNK_BYTES)
        try:
            await asyncio.gather(_copy(near_streams[0], far_streams[1]),
                                 _copy(far_streams[0], near_streams[1]))
        except OSError:
            for _, writer in (near_streams, far_streams):
                writer.transport.abort()  # a broken half breaks the whole
        finally:
            for _, writer in (near_streams, far_streams):
                writer.close()

    async def _connect(self):
        """A connected socket to the best target that answers, or None."""
        order = [(self.best + n) % len(self.targets) for n in range(len(self.targets))]
        racing, deadline = {}, asyncio.get_running_loop().time() + CONNECT_S
        while order or racing:
            if order:
                index = order.pop(0)
                racing[asyncio.create_task(_dial(self.targets[index]))] = index
            left = deadline - asyncio.get_running_loop().time()
            pause = min(HEAD_START_S, left) if order else left
            done, _ = await asyncio.wait(racing, timeout=max(pause, 0),
                                         return_when=asyncio.FIRST_COMPLETED)
            winner = next((t for t in done if not t.exception()), None)
            for task in done:
                index = racing.pop(task)
                if task is winner:
                    self.best = index
                elif not task.exception():
                    task.result().close()
            if winner or left <= 0:
                _give_up(racing)
                return winner.result() if winner else None
        return None


def _give_up(racing):
    for task in racing:
        task.cancel()
        task.add_done_callback(lambda t: t.cancelled() or t.exception() or t.result().close())


async def _dial(target):
    far = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    for level, option, value in ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
                                 (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
                                 (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 5),
                                 (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2),
                                 (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_MS)):
        far.setsockopt(level, option, value)
    try:
        await asyncio.get_running_loop().sock_connect(far, target)
    except BaseException:
        far.close()
        raise
    return far


async def _copy(reader, writer):
    while data := await reader.read(CHUNK_BYTES):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def main(doors):
    await asyncio.gather(*(Door(d["descriptor"], d["targets"]).serve() for d in doors))


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
