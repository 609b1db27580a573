#!/usr/bin/env python3
"""Images: verified before use, resumed, laid in order, harmless; a full disk leaves nothing."""

import os
import sys
import unittest

import runtime_lab
from runtime_lab import Driver, Place, busybox_entries, make_image, run


class Images(unittest.TestCase):
    def setUp(self):
        self.place = Place()
        self.blobs = self.place.folder("blobs")
        self.space = self.place.netns("home")

    def tearDown(self):
        self.box.close()
        self.place.remove()

    def start(self, **config):
        self.box = Driver(
            self.place,
            "home",
            self.space,
            blobs=self.blobs,
            cgroup_parent="/" + os.path.basename(self.place.path),
            **config,
        )
        return self.box

    def root(self, digest):
        return f"{self.box.data_dir}/images/roots/{digest[7:]}"

    def test_layers_are_laid_in_order_and_disarmed(self):
        upper = [
            ("etc/added", 0o644, b"new"),
            ("bin/.wh.cat", 0o644, b""),
            ("bin/tool", 0o6755, b"#!/bin/sh\n"),
        ]
        digest = make_image(self.blobs, [busybox_entries(), upper])
        self.start().must("ensure", image=digest)
        root = self.root(digest)
        self.assertTrue(os.path.exists(f"{root}/etc/added"))
        self.assertFalse(os.path.lexists(f"{root}/bin/cat"))
        self.assertEqual(0o755, os.stat(f"{root}/bin/tool").st_mode & 0o7777)
        self.assertEqual(0o755, os.stat(f"{root}/bin/busybox").st_mode & 0o7777)
        again = self.box.must("ensure", image=digest)
        self.assertEqual(4, again["fetches"])

    def test_a_blob_with_another_hash_is_refused_and_never_unpacked(self):
        digest = make_image(self.blobs, [busybox_entries()])
        biggest = max(
            os.listdir(self.blobs), key=lambda name: os.path.getsize(f"{self.blobs}/{name}")
        )
        with open(f"{self.blobs}/{biggest}", "r+b") as file:
            file.seek(1000)
            file.write(b"evil")
        answer = self.start().ask("ensure", image=digest)
        self.assertIn("does not have the hash", answer["error"]["message"])
        self.assertEqual([], os.listdir(f"{self.box.data_dir}/images/roots"))
        self.assertEqual([], os.listdir(f"{self.box.data_dir}/images/partial"))

    def test_a_partial_download_is_resumed(self):
        digest = make_image(self.blobs, [busybox_entries()])
        biggest = max(
            os.listdir(self.blobs), key=lambda name: os.path.getsize(f"{self.blobs}/{name}")
        )
        size = os.path.getsize(f"{self.blobs}/{biggest}")
        self.start()
        with open(f"{self.blobs}/{biggest}", "rb") as whole, open(
            f"{self.box.data_dir}/images/partial/{biggest}", "wb"
        ) as part:
            part.write(whole.read(size - 1000))
        self.assertLess(self.box.must("ensure", image=digest)["bytes"], 1000 + 4096)

    def test_an_image_with_a_device_is_refused(self):
        digest = make_image(self.blobs, [busybox_entries() + [("dev/zero", 0o666, ("device",))]])
        self.assertIn("device", self.start().ask("ensure", image=digest)["error"]["message"])
        self.assertEqual([], os.listdir(f"{self.box.data_dir}/images/roots"))

    def test_a_full_disk_says_so_and_keeps_nothing(self):
        digest = make_image(self.blobs, [busybox_entries() + [("big", 0o644, os.urandom(3 << 20))]])
        for size in ("2m", "6m"):  # too small to fetch, too small to unpack
            with self.subTest(size=size):
                data = self.place.folder(f"small-{size}")
                run("mount", "-t", "tmpfs", "-o", f"size={size},mode=711", "tmpfs", data)
                self.start(data_dir=data)
                answer = self.box.ask("ensure", image=digest)
                self.assertIn("disk full", answer["error"]["message"])
                self.assertRegex(answer["error"]["message"], r"needs \d+ bytes, \d+ are free")
                self.assertEqual([], os.listdir(f"{data}/images/roots"))
                self.assertEqual([], os.listdir(f"{data}/images/partial"))
                left = sum(
                    os.path.getsize(f"{data}/images/blobs/sha256/{name}")
                    for name in os.listdir(f"{data}/images/blobs/sha256")
                )
                self.assertLess(left, 10000)
                if size != "6m":
                    self.box.close()

    def test_what_nobody_needs_is_collected(self):
        digest = make_image(self.blobs, [busybox_entries()])
        self.start().must("ensure", image=digest)
        self.box.must("collect")
        for folder in ("roots", "blobs/sha256", "partial"):
            self.assertEqual([], os.listdir(f"{self.box.data_dir}/images/{folder}"))


if __name__ == "__main__":
    runtime_lab.skip_unless_able()
    unittest.main(argv=sys.argv[:1], verbosity=2, warnings="ignore")
