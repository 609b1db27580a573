"""Asking the local PostgreSQL. One session a program, opened with its first question and again
after it was lost: a program's start for each question costs fifty times its answer."""
import select
import time

import psycopg2
import psycopg2.extensions
from replica import RUN

QUERY_S = 10   # whoever asks has other things to do, pid 1 of the container above all

_session = None
_deadline = 0.0   # monotonic, of the question under way


def wait(connection):
    """For the library, which would wait for ever; what it raises ends the session."""
    while (state := connection.poll()) != psycopg2.extensions.POLL_OK:
        reads = [connection] if state == psycopg2.extensions.POLL_READ else []
        writes = [] if reads else [connection]
        left = _deadline - time.monotonic()
        if left <= 0 or not any(select.select(reads, writes, [], left)):
            raise psycopg2.OperationalError("no answer in time")


psycopg2.extensions.set_wait_callback(wait)


def query(sql, **values):
    """The rows of the last of these statements; [] where it has none; None while PostgreSQL does
    not answer in time, or refuses. `%(name)s` stands for a value, `%%` for a `%`."""
    global _session, _deadline
    _deadline = time.monotonic() + QUERY_S
    try:
        if _session is None or _session.closed:
            _session = psycopg2.connect(host=RUN, user="foyer", dbname="postgres")
            _session.autocommit = True
        with _session.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []
    except psycopg2.Error:
        return None
