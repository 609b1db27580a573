"""What happens to the files of a replica behind PostgreSQL's back."""
import os


def rot(replica, path):
    with open(f"{replica.folder}/volume/pg/{path}", "r+b") as file:
        file.seek(2 * 8192 + 4000)
        old = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([old[0] ^ 1]))


def made_in_advance(replica):
    """Segments of zeros, as PostgreSQL makes them before it writes there: so many that whoever
    takes any file of the folder takes one of them."""
    folder = f"{replica.folder}/volume/pg/pg_wal"
    newest = max(name for name in os.listdir(folder) if len(name) == 24)
    owner = os.stat(f"{folder}/{newest}")
    for number in range(64):
        path = f"{folder}/{newest[:8]}000000FF{number:08X}"
        with open(path, "wb") as file:
            file.truncate(owner.st_size)
        os.chown(path, owner.st_uid, owner.st_gid)
        os.chmod(path, 0o600)
