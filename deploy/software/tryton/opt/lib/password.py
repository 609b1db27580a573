"""The hash Tryton's password check (passlib's scrypt) understands, without starting Tryton."""
import base64
import hashlib
import secrets

LOG_ROUNDS, BLOCK_SIZE, PARALLEL = 14, 8, 5   # as in passlib.ini: 16 MB a login


def scrypt_hash(password):
    def text(data):
        return base64.b64encode(data).decode().rstrip("=")

    salt = secrets.token_bytes(16)
    key = hashlib.scrypt(password.encode(), salt=salt, n=1 << LOG_ROUNDS, r=BLOCK_SIZE, p=PARALLEL,
                         maxmem=64 << 20, dklen=32)
    return f"$scrypt$ln={LOG_ROUNDS},r={BLOCK_SIZE},p={PARALLEL}${text(salt)}${text(key)}"
