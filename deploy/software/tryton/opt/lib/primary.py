"""Questions to the member that replica.json names as the primary."""
import subprocess

import postgres
import settings


def ask(replica, user, database, command):
    """What it answers; None: it does not, or with nothing."""
    done = postgres.run("psql", "-X", "-A", "-t", "-q", "-w", "-c", command, "-d",
                        settings.connection(replica, user) + " " + database,
                        text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.strip() if done.returncode == 0 and done.stdout.strip() else None
