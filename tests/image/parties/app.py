"""A few of Tryton's JSON-RPC methods, on a table of names: what the laboratories' customers call.
It has no users, so a login always succeeds: nothing but tests may reach it."""
import json
import threading

import psycopg2

RUN = "/run/foyer"
BODY_BYTES_MAX = 1 << 20
COLUMNS = ("id", "name")
here = threading.local()


class OutcomeUnknown(Exception):
    """A write is on this copy's disk, and perhaps on no other."""


def query(sql, values):
    """The rows of one statement, a transaction of its own; [] where it has none."""
    line = getattr(here, "line", None)
    if line is None or line.closed:
        line = here.line = psycopg2.connect(host=RUN, user="tryton", dbname="erp")
        line.autocommit = True
    line.notices = []
    try:
        with line.cursor() as cursor:
            cursor.execute(sql, values)
            rows = cursor.fetchall() if cursor.description else []
    except psycopg2.OperationalError:
        line.close()
        raise
    # A wait for another copy that was cancelled is answered with a warning only.
    if any("might not have been replicated" in notice for notice in line.notices):
        raise OutcomeUnknown("it is not known whether this was saved for good")
    return rows


def create(records, _context):
    rows = query("INSERT INTO party_party (name) SELECT unnest(%s::text[]) RETURNING id",
                 ([record["name"] for record in records],))
    return [row[0] for row in rows]


def write(parties, values, _context):
    query("UPDATE party_party SET name = %s WHERE id = ANY(%s)", (values["name"], parties))


def search_read(domain, offset, limit, _order, _fields, _context):
    [[column, operator, wanted]] = domain
    if column not in COLUMNS or operator != "in":
        raise ValueError(f"no such question: {domain}")
    kind = "int" if column == "id" else "text"
    rows = query(f"SELECT id, name FROM party_party WHERE {column} = ANY(%s::{kind}[]) ORDER BY id "
                 "OFFSET %s LIMIT %s", (wanted, offset, limit))
    return [dict(zip(COLUMNS, row)) for row in rows]


METHODS = {
    "common.server.version": lambda: "parties",
    "common.db.login": lambda user, parameters, language: [1, user],
    "model.res.user.get_preferences": lambda context_only, context: {},
    "model.party.party.create": create,
    "model.party.party.write": write,
    "model.party.party.search_read": search_read,
}


def answer(environ):
    size = int(environ.get("CONTENT_LENGTH") or 0)
    if not 0 < size <= BODY_BYTES_MAX:
        return "400 Bad Request", {}
    asked = json.loads(environ["wsgi.input"].read(size))
    method = METHODS.get(asked["method"])
    if method is None:
        return "404 Not Found", {}
    try:
        return "200 OK", {"id": asked["id"], "result": method(*asked["params"])}
    except OutcomeUnknown as unknown:
        return "200 OK", {"id": asked["id"], "error": [str(unknown)]}
    except psycopg2.Error:
        return "500 Internal Server Error", {}


def application(environ, start_response):
    status, value = answer(environ)
    text = json.dumps(value).encode()
    start_response(status, [("Content-Type", "application/json"),
                            ("Content-Length", str(len(text)))])
    return [text]
