"""Tryton under uwsgi on a unix socket, and the small HTTP router that opens the web port in front
of it. Two programs, so that the slow one is loaded before the port may open, and closing is one
kill."""
import os

import settings
from replica import RUN

SOCKET = RUN + "/tryton.sock"
STATS = RUN + "/web.stats"   # what its workers have done, as JSON, to whoever connects
ASKED = RUN + "/web.asked"   # and what that was when it was asked last
LOADED = RUN + "/loaded"   # written by uwsgi when its first worker takes requests
TRYTON_CONF = """
[web]
root = /usr/share/tryton-sao/www
num_proxies = 1
[database]
uri = postgresql://tryton@/?host={run}
list = False
[session]
authentications = password
[email]
uri = {mail}
from = no-reply@{hostname}
[password]
passlib = /opt/foyer/passlib.ini
"""

WORKERS = ["uwsgi", "--plugin", "python3", "--master", "--need-app", "--socket", SOCKET,
           "--chmod-socket=600", "--listen", "512", "--processes", "2", "--threads", "4",
           "--wsgi-file", "/opt/foyer/app.py", "--mule=/opt/foyer/cron.py",
           "--buffer-size", "16384", "--disable-logging", "--single-interpreter",
           "--stats", STATS, "--no-orphans", "--auto-procname",
           f"--hook-accepting1-once=write:{LOADED} yes"]
ROUTER = ["uwsgi", "--plugin", "http", "--master", "--no-orphans", "--processes", "0",
          "--http-to", SOCKET, "--disable-logging", "--http-timeout", "240",
          "--buffer-size", "16384", "--listen", "512"]


def environment():
    return {"PATH": "/usr/bin:/bin", "HOME": RUN, "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "TRYTOND_CONFIG": RUN + "/trytond.conf", "TRYTOND_DATABASE_NAMES": "erp",
            "PYTHONDONTWRITEBYTECODE": "1"}


def mail_uri(replica):
    """Of the edges' relay; of nobody, where there is none."""
    relay = replica.json.get("mail_relay")
    return f"smtp://[{relay['address']}]:{relay['port']}" if relay else "smtp://127.0.0.1:1"


def start(replica):
    """Load Tryton; nobody can reach it yet. Returns its pid."""
    settings.replace_file(RUN + "/trytond.conf", TRYTON_CONF.format(
        run=RUN, mail=mail_uri(replica), hostname=replica.json["hostname"]))
    return os.posix_spawn("/usr/bin/uwsgi", WORKERS, environment(), setpgroup=0)


def forget():
    """It was ended: what it said of itself is over."""
    for path in (LOADED, ASKED):
        if os.path.exists(path):
            os.unlink(path)


def is_loaded():
    return os.path.exists(LOADED)


def open_port(replica):
    """Let clients in. Returns the router's pid."""
    return os.posix_spawn("/usr/bin/uwsgi", [*ROUTER, "--http", f"[{replica.address}]:8000"],
                          environment(), setpgroup=0)
