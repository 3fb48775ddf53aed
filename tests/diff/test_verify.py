# SPDX-License-Identifier: MIT OR Apache-2.0
"""`rartifacts verify`: what it says of good and of spoiled copies, and what it refuses to read."""

import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness  # noqa: E402
from harness import GOLDENS, LEAF, ScanTest, Tree, main, run, run_as_nobody  # noqa: E402

DIGEST = "0" * 64


class VerifyTest(ScanTest):
    def setUp(self):
        super().setUp()
        self.tree.copy("rust/liba.rmeta")
        self.tree.copy("rust/libmid.rmeta", GOLDENS / "1.96.0/libmid-99aa.rmeta")
        self.tree.link("rust/libl.rmeta", "../real/libr.rmeta")
        self.tree.copy("real/libr.rmeta")
        self.manifests = {}
        for form in ("json", "sha256sums"):
            self.manifests[form] = self.folder / form
            self.manifests[form].write_bytes(self.tree.scan("--format", form).stdout)
        self.copy = Tree(shutil.copytree(self.tree.root, self.folder / "copy", symlinks=True))

    def verify(self, *arguments, form="json"):
        return run("verify", *arguments, str(self.manifests[form]), str(self.copy.root))

    def differs(self, *expected, form="json", arguments=()):
        """Text and JSON name exactly these differences: (path, what)."""
        done = self.verify("--format", "json", *arguments, form=form)
        self.assertEqual((done.code, done.stderr), (1 if expected else 0, ""), done)
        report = json.loads(done.stdout)
        self.assertEqual([(each["path"], each["what"]) for each in report["differences"]], list(expected))
        self.assertEqual(report["verdict"], "findings" if expected else "ok")
        text = self.verify(*arguments, form=form)
        self.assertEqual(text.code, done.code)
        lines = [line for line in text.stdout.decode().splitlines() if not line.startswith("not compared: ")]
        self.assertEqual([(line.split(": ")[0], line.rsplit("[")[-1].rstrip("]")) for line in lines[:-1]], list(expected))
        self.assertTrue(lines[-1].startswith("verdict: " + ("" if expected else "ok")), lines)
        return report


class Copies(VerifyTest):
    def test_an_exact_copy_is_ok(self):
        for form in self.manifests:
            report = self.differs(form=form)
            self.assertEqual((report["files"], report["links"]), (4, 0) if form == "sha256sums" else (3, 1))

    def test_the_tree_itself_is_ok(self):
        for form, manifest in self.manifests.items():
            self.assertEqual(run("verify", str(manifest), str(self.tree.root)).code, 0)

    def test_a_missing_file(self):
        os.remove(self.copy / "rust/liba.rmeta")
        for form in self.manifests:
            self.differs(("rust/liba.rmeta", "missing"), form=form)

    def test_a_missing_directory(self):
        shutil.rmtree(self.copy / "rust")
        self.differs(*[(f"rust/{name}.rmeta", "missing") for name in ("liba", "libl", "libmid")])

    def test_a_file_where_a_directory_should_be(self):
        shutil.rmtree(self.copy / "rust")
        self.copy.write("rust")
        self.differs(*[(f"rust/{name}.rmeta", "missing") for name in ("liba", "libl", "libmid")])

    def test_a_changed_byte_and_a_changed_size(self):
        content = LEAF.read_bytes()
        self.copy.write("rust/liba.rmeta", content[:-1] + bytes([content[-1] ^ 1]))
        self.copy.write("real/libr.rmeta", content[:-1])
        self.differs(("real/libr.rmeta", "changed"), ("rust/liba.rmeta", "changed"))
        self.differs(("real/libr.rmeta", "changed"), ("rust/liba.rmeta", "changed"), ("rust/libl.rmeta", "changed"), form="sha256sums")

    def test_extra_files_below_covered_directories_and_only_there(self):
        self.copy.write("rust/deep/er/x.c")
        self.copy.link("rust/y", "liba.rmeta")
        self.copy.write("elsewhere/z")
        self.copy.write("rust2/z")
        for form in self.manifests:
            self.differs(("rust/deep/er/x.c", "extra"), ("rust/y", "extra"), form=form)
            self.differs(form=form, arguments=["--files-only"])

    def test_another_mode(self):
        os.chmod(self.copy / "rust/liba.rmeta", 0o600)
        self.differs(("rust/liba.rmeta", "wrong-mode"))
        self.assertIn("modes", self.differs(arguments=["--any-mode"])["not_compared"][0])
        self.assertIn("modes", self.differs(form="sha256sums")["not_compared"][0])

    def test_another_type(self):
        for name, make in {"directory": os.mkdir, "link": lambda path: os.symlink("libmid.rmeta", path), "fifo": os.mkfifo}.items():
            with self.subTest(name):
                os.remove(self.copy / "rust/liba.rmeta")
                make(self.copy / "rust/liba.rmeta")
                self.differs(("rust/liba.rmeta", "wrong-type"))
                expected = "changed" if name == "link" else "wrong-type"
                self.differs(("rust/liba.rmeta", expected), form="sha256sums")
                os.rename(self.copy / "rust/liba.rmeta", self.folder / name)
                self.copy.copy("rust/liba.rmeta")

    def test_a_link_that_became_a_file_another_link_or_broke(self):
        link = self.copy / "rust/libl.rmeta"
        os.remove(link)
        self.copy.copy("rust/libl.rmeta")
        self.differs(("rust/libl.rmeta", "wrong-type"))
        self.differs(form="sha256sums")
        os.remove(link)
        link.symlink_to("liba.rmeta")
        self.differs(("rust/libl.rmeta", "wrong-link"))
        os.remove(self.copy / "real/libr.rmeta")
        os.remove(link)
        link.symlink_to("../real/libr.rmeta")
        for form in self.manifests:
            self.differs(("real/libr.rmeta", "missing"), ("rust/libl.rmeta", "broken-link"), form=form)

    def test_no_link_is_followed_out_of_the_directory(self):
        outside = Tree(shutil.copytree(self.copy / "rust", self.folder / "outside", symlinks=True))
        shutil.rmtree(self.copy / "rust")
        for target in (str(outside.root), "../outside"):
            with self.subTest(target):
                self.copy.link("rust", target)
                self.differs(*[(f"rust/{name}.rmeta", "broken-link") for name in ("liba", "libl", "libmid")])
                os.remove(self.copy / "rust")
        self.copy.copy("rust/libmid.rmeta", GOLDENS / "1.96.0/libmid-99aa.rmeta")
        self.copy.link("rust/libl.rmeta", "../real/libr.rmeta")
        self.copy.link("rust/liba.rmeta", str(outside / "liba.rmeta"))
        self.differs(("rust/liba.rmeta", "wrong-type"))
        self.differs(("rust/liba.rmeta", "broken-link"), form="sha256sums")

    def test_directories_and_links_to_them(self):
        kernel = Tree(self.folder / "kernel")
        kernel.copy("b/c/libx.rmeta")
        self.manifests["json"].write_bytes(kernel.scan("--format", "json", "--dirs").stdout)
        self.copy = Tree(shutil.copytree(kernel.root, self.folder / "kernel2"))
        self.assertEqual(self.differs()["directories"], 2)
        os.chmod(self.copy / "b", 0o700)
        os.rename(self.copy / "b/c", self.copy / "c")
        self.copy.link("b/c", "../c")
        self.differs(("b", "wrong-mode"), ("b/c", "wrong-type"))

    def test_the_manifest_inside_of_the_copy_is_no_extra_file(self):
        self.copy.copy("libtop.rmeta")
        manifest = self.copy.write("SHA256SUMS", self.copy.scan("--format", "sha256sums").stdout)
        self.assertEqual(run("verify", str(manifest), str(self.copy.root)).code, 0)
        self.assertEqual(run("-C", str(self.copy.root), "verify", "SHA256SUMS", ".").code, 0)
        self.copy.write("SHA256SUMS.bak")
        self.assertEqual(run("verify", str(manifest), str(self.copy.root)).code, 1)

    def test_standard_input_is_called_dash(self):
        for manifest in self.manifests.values():
            done = subprocess.run([harness.program, "verify", "-", str(self.copy.root)], input=manifest.read_bytes(), capture_output=True, timeout=20)
            self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_sha256sum_itself_agrees(self):
        sums = self.manifests["sha256sums"]
        self.assertEqual(subprocess.run(["sha256sum", "--check", "--strict", "--quiet", str(sums)], cwd=self.copy.root).returncode, 0)
        written = subprocess.run("find . -name '*.rmeta' -print0 | xargs -0 sha256sum", shell=True, cwd=self.copy.root, capture_output=True).stdout
        sums.write_bytes(b"# made by hand\n\n" + written)
        self.differs(form="sha256sums")
        sums.write_bytes(written.replace(b"  ./", b" *./"))
        self.differs(form="sha256sums")

    def test_what_cannot_be_read_is_3_and_no_verdict(self):
        os.chmod(self.folder, 0o755)
        os.chmod(self.copy / "rust/liba.rmeta", 0)
        done = run_as_nobody("verify", "--any-mode", str(self.manifests["json"]), "copy", cwd=self.folder)
        self.fails(done, 3, "rust/liba.rmeta")
        self.fails(run("verify", str(self.manifests["json"]), str(self.folder / "nowhere")), 3, "nowhere")
        self.fails(run("verify", str(self.folder / "nowhere"), str(self.copy.root)), 3, "nowhere")
        self.fails(run("verify", str(self.copy.root), str(self.copy.root)), 3)


class Hostile(VerifyTest):
    def refused(self, content, *mentions):
        path = self.folder / "hostile"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.fails(run("verify", str(path), str(self.copy.root)), 3, "hostile: ", *mentions)

    def manifest(self, **changes):
        manifest = json.loads(self.manifests["json"].read_text())
        manifest["artifacts"][0].update(changes)
        return json.dumps({**manifest, "artifacts": [each for each in manifest["artifacts"]]})

    def test_paths_that_lead_out_are_refused(self):
        for path in ("/etc/passwd", "../x", "rust/../../x", "..", "rust/..", "", ".", "./", "a\0b"):
            with self.subTest(path):
                self.refused(self.manifest(path=path))
                if "\0" not in path:
                    self.refused(f"{DIGEST}  {path}\n", "line 1")
        self.refused(self.manifest(path="x", path_base64="Li4veA=="))
        self.refused(json.dumps({"version": 1, "artifacts": [], "directories": [{"path": "../x"}]}))

    def test_paths_that_occur_twice_are_refused(self):
        self.refused(f"{DIGEST}  a\n{DIGEST}  ./a\n", "twice")
        self.refused(self.manifest(path="rust//liba.rmeta"), "twice")

    def test_members_of_another_type_are_named(self):
        for name, wrong in {"path": 1, "kind": "crate", "side": [], "size": -1, "mode": "rwx", "sha256": "x", "crate": [], "elf": 3, "notes": {},
                            "link_target": {}, "rustc": 7, "path_base64": "?"}.items():
            with self.subTest(name):
                self.refused(self.manifest(**{name: wrong}), f"artifacts[0]")
        crate = json.loads(self.manifests["json"].read_text())["artifacts"][0]["crate"]
        for name, wrong in {"svh": "xyz", "name": 1, "dependencies": 1, "panic": "never", "is_stub": "no", "triple": None, "flags": []}.items():
            with self.subTest(name):
                self.refused(self.manifest(crate={**crate, name: wrong}), "artifacts[0].crate")

    def test_what_is_no_manifest_is_refused(self):
        good = self.manifests["json"].read_bytes()
        for content in (b"", b"\n\n", b"{}", b"[]", b"[" * 10, good[:-3], good + b"x", b"{\"version\": 1}", b"{\"version\": 2, \"artifacts\": []}",
                        b"\x7fELF", b"abc  x\n", DIGEST.encode() + b" x\n", b"\\" + DIGEST.encode() + b"  a\\x\n", b"{\"version\": true, \"artifacts\": []}"):
            with self.subTest(content[:20]):
                self.refused(content)

    def test_an_empty_manifest_verifies_nothing(self):
        self.refused(b"{\"version\": 1, \"artifacts\": []}", "lists no file")
        self.refused(b"# nothing\n", "lists no file")

    def test_depth_and_number_are_limited(self):
        self.refused(b"{\"version\": 1, \"artifacts\": " + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}", "nested deeper")
        self.refused(b"{\"version\": 1, \"artifacts\": " + b"[" * 1_000_000, "nested deeper")
        self.refused(b"{\"version\": 1, \"artifacts\": [], \"x\": [" + b"1," * 4_100_000 + b"1]}", "over the limit held-bytes")
        for value in b'"%s"' % (b"k" * (5 << 20)), b"1" * (5 << 20):
            self.refused(b"{\"version\": 1, \"artifacts\": [], \"x\": " + value + b"}", "over the limit recorded-text")
        self.refused(b"#" * (65 << 20), "more than")

    def test_members_that_are_not_known_are_passed_over(self):
        manifest = json.loads(self.manifest(later={"a": [1, 2]}))
        manifest["later"] = None
        (self.folder / "later").write_text(json.dumps(manifest))
        self.assertEqual(run("verify", str(self.folder / "later"), str(self.copy.root)).code, 0)

    def test_a_manifest_without_modes_or_digests_says_what_was_not_compared(self):
        manifest = json.loads(self.manifest())
        for artifact in manifest["artifacts"]:
            artifact.pop("mode", None)
            artifact.pop("sha256")
        (self.folder / "poor").write_text(json.dumps(manifest))
        self.copy.write("rust/liba.rmeta", b"x" * LEAF.stat().st_size)
        done = run("verify", str(self.folder / "poor"), str(self.copy.root))
        self.assertEqual(done.code, 0)
        self.assertIn(b"not compared: modes of 3 files", done.stdout)
        self.assertIn(b"not compared: content of 3 files", done.stdout)

    def test_hostile_names_are_shown_on_one_line(self):
        manifest = json.loads(self.manifest())
        manifest["artifacts"][0]["path"] = "x\x1b[31m\nverdict: ok"
        (self.folder / "names").write_text(json.dumps(manifest))
        done = run("verify", str(self.folder / "names"), str(self.copy.root))
        self.assertEqual(done.code, 1)
        self.assertNotIn(b"\x1b", done.stdout)
        self.assertEqual(done.stdout.count(b"\nverdict: "), 1)


class AsPath(VerifyTest):
    def test_scan_of_a_manifest_lists_the_same_artifacts(self):
        goldens = run("-C", str(GOLDENS), "scan", "--profile", "all", "--keep-going", "--format", "json", ".").stdout
        (self.folder / "goldens").write_bytes(goldens)
        again = run("-C", str(self.folder), "scan", "--profile", "all", "--format", "json", "goldens")
        self.assertEqual((again.code, again.stderr), (0, ""))
        self.assertGreater(len(json.loads(goldens)["artifacts"]), 400)
        self.assertEqual(json.loads(again.stdout)["artifacts"], json.loads(goldens)["artifacts"])

    def test_tree_draws_from_a_manifest_what_it_draws_from_the_tree(self):
        self.assertEqual(run("tree", str(self.manifests["json"])).stdout, run("tree", ".", cwd=self.tree.root).stdout)

    def test_audit_refuses_a_manifest_because_it_holds_no_configuration(self):
        self.fails(run("audit", str(self.manifests["json"])), 2, "configuration")

    def test_a_damaged_manifest_is_3(self):
        self.manifests["json"].write_bytes(self.manifests["json"].read_bytes()[:-9])
        self.fails(run("scan", "json", cwd=self.folder), 3, "json: ")


if __name__ == "__main__":
    main()
