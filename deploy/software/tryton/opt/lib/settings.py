"""Writes the settings of PostgreSQL and Tryton into /run/foyer from replica.json. They never
live in the volume, so a copied or rewound data folder brings no foreign settings with it."""
import os

from replica import DATA, REWINDING, RUN, VOLUME, secret

MIB = 1 << 20

FIXED = """
data_directory = '{data}'
hba_file = '{run}/pg_hba.conf'
ident_file = '{run}/pg_ident.conf'
external_pid_file = '{run}/postgres.pid'
unix_socket_directories = '{run}'
port = 5432
allow_alter_system = off
max_connections = 40
max_wal_senders = 12
max_replication_slots = 12
shared_buffers = 32MB
max_parallel_workers_per_gather = 0
jit = off
huge_pages = off
wal_level = replica
hot_standby = on
fsync = on
full_page_writes = on
synchronous_commit = on
# A crashed primary stays down: recovery would show commits that no standby holds.
restart_after_crash = off
# A start after a crash syncs what the kernel holds: the volume at once, not some thousand files one
# by one, which takes seconds and keeps others from the disk.
recovery_init_sync_method = syncfs
max_standby_streaming_delay = 5s
wal_receiver_status_interval = 1s
wal_receiver_timeout = 10s
wal_sender_timeout = 10s
# Who follows a new leader meets it before it is promoted, and asks again: customers wait for that.
wal_retrieve_retry_interval = 100ms
tcp_keepalives_idle = 5
tcp_keepalives_interval = 2
tcp_keepalives_count = 3
tcp_user_timeout = 10s
authentication_timeout = 10s
password_encryption = scram-sha-256
timezone = UTC
lc_messages = 'C'
log_destination = stderr
log_line_prefix = 'postgres[%p] '
log_min_messages = warning
# Statements carry the customer's data: they stay out of the log.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""


def replace_file(path, text, mode=0o600):
    temporary = path + ".new"
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    os.rename(temporary, path)


def wal_limits(volume_bytes):
    """Bounds of the log kept for standbys, in MiB: one dead standby must not fill the volume, so
    all that is kept for others is below a quarter of it; nor more than a line can catch up."""
    volume = volume_bytes // MIB
    return {"wal_keep_size": max(16, min(256, volume // 16)),
            "max_slot_wal_keep_size": max(32, min(2048, volume // 5)),
            "max_wal_size": max(32, min(512, volume // 16)),
            "min_wal_size": 16}


def connection(replica, user):
    """How this member reaches the primary, without the password itself."""
    return (f"host={replica.primary['address']} port=5432 user={user} "
            f"application_name={replica.name} passfile={RUN}/pgpass "
            "connect_timeout=3 tcp_user_timeout=10000 keepalives_idle=5 keepalives_interval=2")


def synchronous_names(replica):
    """ANY k-1 of the others; never empty where a write must reach another copy."""
    if replica.copies <= 1:
        return ""
    names = ", ".join(f'"{member["name"]}"' for member in replica.others)
    return f"ANY {replica.copies - 1} ({names})"


def postgres_conf(replica):
    lines = [FIXED.format(data=DATA, run=RUN)]
    volume = os.statvfs(VOLUME)
    for name, value in wal_limits(volume.f_blocks * volume.f_frsize).items():
        lines.append(f"{name} = {value}MB")
    lines.append(f"listen_addresses = '{replica.address}'")
    lines.append(f"synchronous_standby_names = '{synchronous_names(replica)}'")
    follows = not replica.leads and replica.primary
    lines.append(f"primary_conninfo = '{connection(replica, 'replicator') if follows else ''}'")
    lines.append(f"primary_slot_name = '{replica.name if follows else ''}'")
    return "\n".join(lines) + "\n"


def hba_conf(replica):
    lines = ["local all foyer peer map=foyer", "local replication foyer peer map=foyer",
             "local erp tryton peer map=foyer"]
    for member in replica.followers:
        lines.append(f"host replication replicator {member['address']}/128 scram-sha-256")
        lines.append(f"host postgres rewinder {member['address']}/128 scram-sha-256")
    return "\n".join(lines) + "\n"


def write(replica):
    """Write every settings file; safe to repeat, each file appears whole."""
    os.makedirs(RUN, mode=0o700, exist_ok=True)
    password = secret("replication_password").replace("\\", "\\\\").replace(":", "\\:")
    replace_file(RUN + "/pgpass", f"*:*:*:*:{password}\n")
    replace_file(RUN + "/pg_hba.conf", hba_conf(replica))
    replace_file(RUN + "/pg_ident.conf", "foyer foyer foyer\nfoyer foyer tryton\n")
    replace_file(RUN + "/postgresql.conf", postgres_conf(replica))


def mark_standby():
    """From the next start on PostgreSQL recovers and follows instead of leading."""
    with open(DATA + "/standby.signal", "w"):
        pass


def is_standby():
    return os.path.exists(DATA + "/standby.signal")


def is_usable():
    return os.path.isdir(DATA) and not os.path.exists(REWINDING)
