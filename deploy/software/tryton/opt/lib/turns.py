"""Who came first is answered first. The threads of one process share one interpreter: begun all at
once, as when an edge lets go of what it held during a takeover, they would all end at once, and
late. So a few compute at a time, in the order in which they came, and the others wait for their
turn. Nobody waits for ever behind those who take long."""
import threading


class Turns:
    def __init__(self, at_once, patience_s):
        self._free = threading.Semaphore(at_once)
        self._patience_s = patience_s
        self._mine = threading.local()

    def __enter__(self):
        self._mine.held = self._free.acquire(timeout=self._patience_s)

    def __exit__(self, *_):
        if self._mine.held:
            self._free.release()
