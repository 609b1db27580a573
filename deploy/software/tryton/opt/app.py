"""Tryton's WSGI application, with its refusals answered: what it raises before its own handlers
(a foreign Origin) would otherwise close the connection without a word. And with the one database
named to whoever logs in: sao fills its field with it. Tryton's own list would try every database of
the cluster, which its role may not open."""
import json
import sys

from trytond.backend.postgresql.database import Database
from trytond.transaction import Transaction
from werkzeug.exceptions import HTTPException

sys.path.append("/opt/foyer/lib")   # at the end: its names are short
from turns import Turns  # noqa: E402

# Two in each process: one long report keeps nobody waiting, a second one does for half a second.
turns = Turns(at_once=2, patience_s=0.5)


class OutcomeUnknown(Exception):
    """A write is on this copy's disk, and perhaps on no other."""


def told(commit):
    """PostgreSQL answers a commit whose wait for another copy was cancelled with a warning only.
    Whoever asked must not take that for done: the write may be lost with this home."""
    def checked(transaction, *arguments, **options):
        connection = transaction.connection
        if connection is not None and hasattr(connection, "notices"):
            connection.notices = []
        result = commit(transaction, *arguments, **options)
        for notice in getattr(connection, "notices", ()):
            if "might not have been replicated" in notice:
                raise OutcomeUnknown("it is not known whether this was saved for good")
        return result
    return checked


Transaction.commit = told(Transaction.commit)


def leads():
    """This copy may write, by what its box says; where nothing is said, PostgreSQL decides."""
    try:
        with open("/foyer/config/replica.json", encoding="utf-8") as file:
            return json.load(file)["role"] == "primary"
    except (OSError, ValueError, KeyError):
        return True


def reading_while_following(get_connection):
    """A copy that loads the ERP because it may lead soon still follows: PostgreSQL would refuse it
    a session that may write, and the thread that loads would end."""
    def checked(database, autocommit=False, readonly=False):
        return get_connection(database, autocommit=autocommit, readonly=readonly or not leads())
    return checked


Database.get_connection = reading_while_following(Database.get_connection)

# The database is loaded by the import itself: what is above has to stand by then.
from trytond.application import app  # noqa: E402
from trytond.protocols import dispatcher  # noqa: E402

dispatcher.db_list = lambda request, *parameters: ["erp"]


def application(environ, start_response):
    with turns:
        try:
            return app(environ, start_response)
        except HTTPException as refusal:
            return refusal(environ, start_response)
