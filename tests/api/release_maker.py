"""A small release with an image of three blobs, signed by openssl, as any publisher could."""

import atexit
import base64
import json
import os
import shutil
import subprocess
import tempfile

from master_fixture import sha256


class Publisher:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="foyer-key-")
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.key = self.folder + "/key.pem"
        subprocess.run(
            ["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.key],
            check=True,
            capture_output=True,
        )
        der = subprocess.run(
            ["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"],
            check=True,
            capture_output=True,
        ).stdout
        self.public = der[-32:]

    def sign(self, data):
        path = self.folder + "/message"
        with open(path, "wb") as out:
            out.write(data)
        signature = self.folder + "/signature"
        subprocess.run(
            [
                "openssl",
                "pkeyutl",
                "-sign",
                "-rawin",
                "-inkey",
                self.key,
                "-in",
                path,
                "-out",
                signature,
            ],
            check=True,
            capture_output=True,
        )
        with open(signature, "rb") as file:
            return file.read()

    def request(self, document):
        text = document if isinstance(document, bytes) else json.dumps(document).encode()
        return {
            "release_json": base64.b64encode(text).decode(),
            "signature": base64.b64encode(self.sign(text)).decode(),
            "publisher_key": base64.b64encode(self.public).decode(),
        }


class Image:
    def __init__(self):
        self.config, self.layer = b"{}", os.urandom(300_000)
        self.manifest = json.dumps(
            {
                "schemaVersion": 2,
                "config": {"digest": sha256(self.config), "size": len(self.config)},
                "layers": [{"digest": sha256(self.layer), "size": len(self.layer)}],
            }
        ).encode()
        self.blobs = [self.config, self.layer, self.manifest]
        self.digest = sha256(self.manifest)

    def upload(self, client):
        for blob in self.blobs:
            client.must(client.call("PUT", "/v1/blobs/" + sha256(blob), body=blob), 200, 201)


def document(image, name="echo", version="1-1"):
    size = {"cpu_millicores": 100, "memory_bytes": 64 << 20, "disk_bytes": 64 << 20, "pids": 32}
    return {
        "schema": 1,
        "name": name,
        "version": version,
        "title": "Echo",
        "image": {
            "digest": image.digest,
            "os": "linux",
            "architecture": "amd64",
            "compressed_bytes": sum(map(len, image.blobs)),
            "unpacked_bytes": 1,
        },
        "command": ["/serve"],
        "user": {"uid": 1000, "gid": 1000},
        "sizes": {"s": size},
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "required": ["company"],
            "properties": {
                "company": {"type": "string", "title": "Company", "minLength": 1, "maxLength": 40},
                "country": {
                    "type": "string",
                    "title": "Country",
                    "enum": ["FR", "BE"],
                    "default": "FR",
                },
            },
        },
        "secrets": ["admin_password", "replication_password"],
        "login": {"user": "admin", "path": "/"},
        "hooks": {},
        "ports": {"web": 8000},
        "stop_timeout_s": 10,
        "health_period_s": 5,
        "position_period_s": 5,
        "egress": [],
        "data": {
            "copies": {"min": 1, "max": 3, "default": 3},
            "modes": ["synchronous", "asynchronous"],
        },
    }


def publish(client, name="echo", version="1-1"):
    image = Image()
    image.upload(client)
    publisher = Publisher()
    client.must(
        client.post("/v1/software-releases", publisher.request(document(image, name, version)))
    )
    return publisher, image
