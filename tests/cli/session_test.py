"""Login, trust, retries, and publishing of releases."""
import base64
import hashlib
import json
import os
import pathlib
import socket
import stat
import subprocess
import unittest

from fake_api import TOKEN, make_certificates
from harness import CliTest


class Login(CliTest):
    def setUp(self):
        super().setUp()
        os.remove(self.config)
        self.token_file = self.write_file("token", TOKEN + "\n")
        self.words = ("login", "--api", self.api.url, "--ca", self.api.ca_file, "--token-file")

    def test_login_verifies_and_writes_a_private_file(self):
        self.config = self.path(".config/foyer/config.toml")
        done = self.ok(*self.words, self.token_file)
        self.assertIn("as 'operator'", done.err)
        self.assertNotIn(TOKEN, done.out + done.err)
        self.assertEqual(stat.S_IMODE(os.stat(self.config).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(self.config)).st_mode), 0o700)
        self.assertIn("operator", self.ok("whoami").out)

    def test_the_token_may_come_through_a_pipe(self):
        self.ok(*self.words, "-", stdin=TOKEN + "\n")
        self.ok("whoami")

    def test_no_option_takes_a_secret(self):
        self.fails(2, *self.words[:-1], "--token", TOKEN)
        for group in ("login", "order", "release publish", "token create", "node token"):
            options = self.ok(*group.split(), "--help").out
            self.assertNotRegex(options, r"--(token|password|secret)\b(?!-)")
        self.assertEqual(self.api.calls, [])

    def test_profiles_live_side_by_side(self):
        self.ok(*self.words, self.token_file)
        self.ok("--profile", "second", *self.words, self.token_file)
        self.ok("whoami", "--profile", "second")
        self.ok("whoami", FOYER_PROFILE="second")
        self.assertIn("did you mean 'second'",
                      self.fails(3, "whoami", "--profile", "secnd").err)

    def test_a_wrong_token_is_not_remembered(self):
        self.write_file("token", "foyer_wrong\n")
        self.fails(4, *self.words, self.token_file)
        self.assertFalse(os.path.exists(self.config))
        self.assertIn("foyer login", self.fails(3, "whoami").err)

    def test_files_others_may_read_are_refused(self):
        os.chmod(self.token_file, 0o644)
        self.assertIn("chmod 600", self.fails(4, *self.words, self.token_file).err)
        os.chmod(self.token_file, 0o600)
        self.ok(*self.words, self.token_file)
        os.chmod(self.config, 0o640)
        self.assertIn("chmod 600", self.fails(4, "whoami").err)

    def test_a_header_cannot_be_smuggled_in_the_token(self):
        self.fails(2, *self.words, self.write_file("evil", "a\r\nX-Evil: 1"))
        self.assertEqual(self.api.calls, [])

    def test_a_plain_http_address_is_refused(self):
        self.fails(2, "login", "--api", "http://localhost:1", "--ca", self.api.ca_file,
                   "--token-file", self.token_file)


class Trust(CliTest):
    def configure(self, url, ca_file):
        self.write_file("config.toml", f'[profiles.default]\napi = "{url}"\n'
                                       f'ca_file = "{ca_file}"\ntoken = "{TOKEN}"\n')

    def test_another_ca_is_not_trusted_and_sees_no_token(self):
        os.mkdir(self.path("other"))
        self.configure(self.api.url, make_certificates(self.path("other")))
        self.assertIn("not trusted", self.fails(4, "whoami").err)
        self.assertEqual(self.api.calls, [])

    def test_a_certificate_for_another_name_is_not_trusted(self):
        self.configure(f"https://127.0.0.1:{self.api.port}", self.api.ca_file)
        self.assertIn("other names", self.fails(4, "whoami").err)
        self.assertEqual(self.api.calls, [])

    def test_a_ca_file_that_is_none_is_refused(self):
        self.configure(self.api.url, self.write_file("no.crt", "hello\n"))
        self.fails(2, "whoami")
        self.configure(self.api.url, self.path("missing.crt"))
        self.fails(3, "whoami")


class Retries(CliTest):
    def test_a_read_is_tried_again_and_says_so(self):
        self.api.faults = ["unavailable", "html"]
        done = self.ok("whoami")
        self.assertEqual(done.err.count("trying again in"), 2)
        self.assertIn("(2 of 6)", done.err)

    def test_a_write_whose_answer_was_lost_is_repeated_under_the_same_id_and_done_once(self):
        self.api.faults = ["cut", "unavailable"]
        self.ok("isp", "create", "dune")
        writes = self.api.writes()
        self.assertEqual(len(writes), 3)
        self.assertEqual(len({call["key"] for call in writes}), 1)
        self.assertEqual(len(self.api.recorded), 1)

    def test_a_refusal_is_not_tried_again(self):
        self.fails(3, "isp", "show", "nowhere")
        self.assertEqual([call["path"] for call in self.api.calls],
                         ["/v1/isps/nowhere", "/v1/isps"])  # to say what was meant

    def test_an_operation_is_waited_for_through_an_outage(self):
        self.ok("instance", "stop", "acme", "--no-wait")
        self.api.faults = [None, "unavailable", "cut"]
        done = self.ok("op", "wait", "op-1")
        self.assertIn("waiting", done.err)

    def test_nobody_there_is_exit_7_after_a_bounded_time(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.write_file("config.toml", f'[profiles.default]\napi = "https://localhost:{port}"\n'
                                       f'ca_file = "{self.api.ca_file}"\ntoken = "{TOKEN}"\n')
        done = self.fails(7, "isp", "create", "dune")
        self.assertEqual(done.err.count("trying again in"), 5)
        self.assertIn("--request-id", done.err)


class Publishing(CliTest):
    def setUp(self):
        super().setUp()
        self.key = self.path("publisher.key")
        self.release = self.path("release")
        os.makedirs(self.release + "/image/blobs/sha256")
        layer = self.add_blob(os.urandom(700_000), "layer")
        config = self.add_blob(b"{}", "config")
        manifest = self.add_blob(json.dumps({"config": config, "layers": [layer]}).encode(), "m")
        self.write_json("image/oci-layout", {"imageLayoutVersion": "1.0.0"})
        self.write_json("image/index.json", {"manifests": [manifest]})
        self.write_json("release.json", {"name": "tryton", "version": "7.0.30-1",
                                         "image": {"digest": manifest["digest"]}})
        self.layer = layer["digest"]

    def add_blob(self, content, kind):
        name = hashlib.sha256(content).hexdigest()
        with open(f"{self.release}/image/blobs/sha256/{name}", "wb") as file:
            file.write(content)
        return {"mediaType": kind, "digest": "sha256:" + name, "size": len(content)}

    def write_json(self, name, value):
        with open(f"{self.release}/{name}", "w") as file:
            json.dump(value, file, indent=1)

    def publish(self):
        return ("release", "publish", self.release, "--key", self.key)

    def test_a_release_is_signed_sent_and_published(self):
        public = self.ok("release", "keygen", "--key", self.key).out.strip()
        self.assertEqual(stat.S_IMODE(os.stat(self.key).st_mode), 0o600)
        done = self.ok(*self.publish())
        self.assertEqual(len(self.api.blobs), 3)
        body = self.api.published[0]
        document = pathlib.Path(self.release, "release.json").read_bytes()
        self.assertEqual(base64.b64decode(body["release_json"], validate=True), document)
        self.assertEqual(body["publisher_key"], public)
        self.assert_signed(document, body)
        self.assertNotIn(pathlib.Path(self.key).read_text().split()[1], done.out + done.err)

    def assert_signed(self, document, body):
        """By another implementation's command line."""
        der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(body["publisher_key"])
        for name, content in (("doc", document), ("sig", base64.b64decode(body["signature"])),
                              ("pub.der", der)):
            with open(self.path(name), "wb") as file:
                file.write(content)
        subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                        self.path("pub.der"), "-rawin", "-in", self.path("doc"), "-sigfile",
                        self.path("sig")], check=True, capture_output=True)

    def test_blobs_that_are_there_are_not_sent_again(self):
        self.ok("release", "keygen", "--key", self.key)
        self.ok(*self.publish())
        before = len([call for call in self.api.calls if call["method"] == "PUT"])
        done = self.ok(*self.publish())
        self.assertEqual(done.err.count("already there"), 3)
        self.assertEqual(len([c for c in self.api.calls if c["method"] == "PUT"]), before)

    def test_an_upload_is_repeated_after_a_fault(self):
        self.ok("release", "keygen", "--key", self.key)
        self.api.faults = [None, "unavailable", None, None, "cut"]
        self.ok(*self.publish())
        self.assertEqual(len(self.api.blobs), 3)

    def test_a_terminal_sees_the_transfer(self):
        self.ok("release", "keygen", "--key", self.key)
        self.assertRegex(self.on_terminal(*self.publish()).out, r"layer 1  \[█+\]  68\d.* KiB of")

    def test_a_damaged_image_is_refused_before_a_byte_is_sent(self):
        self.ok("release", "keygen", "--key", self.key)
        path = f"{self.release}/image/blobs/sha256/{self.layer[7:]}"
        content = bytearray(pathlib.Path(path).read_bytes())
        content[1000] ^= 1
        pathlib.Path(path).write_bytes(content)
        self.assertIn("is damaged", self.fails(2, *self.publish()).err)
        os.truncate(path, 10)
        self.assertIn("has 10 bytes", self.fails(2, *self.publish()).err)
        os.remove(path)
        self.assertIn("is missing", self.fails(3, *self.publish()).err)
        self.assertEqual(self.api.calls, [])

    def test_an_image_release_json_does_not_name_is_refused(self):
        self.ok("release", "keygen", "--key", self.key)
        self.write_json("image/index.json", {"manifests": []})
        self.assertIn("does not hold the image", self.fails(2, *self.publish()).err)
        self.write_json("image/index.json", [])
        self.fails(2, *self.publish())

    def test_a_key_is_never_overwritten_nor_taken_from_another_kind_of_file(self):
        self.ok("release", "keygen", "--key", self.key)
        before = pathlib.Path(self.key).read_text()
        self.fails(6, "release", "keygen", "--key", self.key)
        self.assertEqual(pathlib.Path(self.key).read_text(), before)
        self.write_file("publisher.key", "something else\n")
        self.fails(2, *self.publish())


if __name__ == "__main__":
    unittest.main()
