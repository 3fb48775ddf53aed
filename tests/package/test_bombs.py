# SPDX-License-Identifier: MIT OR Apache-2.0
"""What asks for much gets little: time and memory stay within limits, and the answer is the limit's name, never a verdict.

A limit is no fault of a file: what is large because there is much in it is read."""

import bz2
import gzip
import hashlib
import lzma
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import bombs
import harness
import made_crates
from harness import ScanTest, main, run

MIB = 1 << 20
#: Bytes of an input that may take two seconds, and most memory, whatever it claims.
SMALL = 100_000
MOST_MEMORY = 64 * MIB


class Bombs(ScanTest):
    def measure(self, *arguments, cpu=60, program=None):
        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        return harness.run_measured(*arguments, cwd=self.folder, executable=program, preexec_fn=limit)

    def bounded(self, *arguments, codes=(3,), mention="over the limit", seconds=2, memory=MOST_MEMORY):
        result, took, peak = self.measure(*arguments)
        self.assertIn(result.code, codes, result)
        if result.code == 3:
            self.assertIn(mention, result.stderr)
            self.assertEqual(result.stdout, b"", result)
            self.assertNotIn("E0786", result.stderr)
        if not harness.is_sanitized():
            self.assertLess(took, seconds * SLOWNESS, result)
            self.assertLess(peak, memory, result)
        return result

    def small(self, name):
        self.assertLessEqual((self.folder / name).stat().st_size, SMALL)
        return name

    # ---- One text under many names ----

    def test_hard_links_to_a_text(self):
        name = self.small(bombs.hard_links_to_a_text(self.folder))
        for command in "audit", "scan":
            self.bounded(command, name, codes=(0, 1, 3), mention="")

    def test_symbolic_links_to_a_text(self):
        name = self.small(bombs.symbolic_links_to_a_text(self.folder))
        self.bounded("audit", name, codes=(0, 1, 3), mention="")

    def test_hard_links_to_metadata(self):
        name = self.small(bombs.hard_links_to_metadata(self.folder))
        self.bounded("audit", name, codes=(0, 1, 3), mention="")
        self.bounded("diff", name, name, codes=(0, 3))

    def test_hard_links_with_content(self):
        name = self.small(bombs.hard_links_with_content(self.folder))
        self.bounded("audit", name, codes=(0, 1, 3), mention="over the limit")

    def test_links_on_disk(self):
        self.bounded("audit", bombs.links_on_disk(self.folder), codes=(0, 1, 3), mention="", seconds=10)

    # ---- One file under many names ----

    def test_kernels_that_share_a_file(self):
        exports = b"".join(b"0x00000000\tf%07d\tvmlinux\tEXPORT_SYMBOL\t\n" % i for i in range(25_000))
        bombs.kernels_of_one_file(self.folder / "exports", "Module.symvers", exports)
        self.bounded("audit", "exports", codes=(1,), seconds=1)
        bombs.kernels_of_one_file(self.folder / "options", "include/generated/rustc_cfg", b"-a\n" * 400_000)
        self.bounded("scan", "options", mention="no metadata of crate kernel", seconds=1)
        bombs.kernels_of_one_file(self.folder / "released", "include/config/kernel.release", b"6" * MIB)
        (self.folder / "released/leaf.ko").write_bytes(bombs.large_module(1))
        self.bounded("audit", "released", codes=(1, 3), mention="", seconds=1)

    def test_names_of_a_file_are_looked_at_once(self):
        count = 2000
        archive = bombs.empty_members(40_000)
        for ending in "rlib", "a":
            bombs.names_of_one_file(self.folder / ending, [f"lib{i}.{ending}" for i in range(count)], archive)
        result = self.bounded("scan", "rlib", mention="an rlib without its member lib.rmeta", seconds=1)
        self.assertEqual(result.stderr.count("an rlib without its member"), count)
        result = self.bounded("scan", "-p", "all", "-f", "paths", "a", codes=(0,), seconds=1)
        self.assertEqual(len(result.stdout.splitlines()), count)
        (self.folder / "behind").mkdir()
        (self.folder / "behind/x").write_bytes(archive)
        for i in range(count):
            (self.folder / f"behind/lib{i}.a").symlink_to("x")
        result = self.bounded("scan", "-p", "all", "-f", "paths", "behind", codes=(0,), seconds=1)
        self.assertEqual(len(result.stdout.splitlines()), count + 1)

    def test_packages_to_be_made_that_share_a_file(self):
        names = [f"lib{i}.a" for i in range(400)]
        bombs.names_of_one_file(self.folder / "one", names, b"!<arch>\n" + bytes(8 * MIB))
        (self.folder / "other").mkdir()
        for name in names:
            os.link(self.folder / "one" / name, self.folder / "other" / name)
        self.bounded("audit", "--together", "one", "other", mention="limit work", seconds=1)

    def test_holes_are_no_input(self):
        names = [f"x{i}" for i in range(1500)]
        bombs.names_of_one_file(self.folder / "one", names, bombs.empty_members(40_000))
        for name in names:
            (self.folder / "one" / f"lib{name}.a").symlink_to(name)
        (self.folder / "one/hole.so").touch()
        os.truncate(self.folder / "one/hole.so", 1 << 40)
        self.bounded("scan", "-p", "all", "one", mention="limit work", seconds=1)

    def test_digests_of_a_file_are_made_once(self):
        content = bytes(16 * MIB)
        names = [f"{i}.txt" for i in range(400)]
        bombs.names_of_one_file(self.folder / "names", names, content)
        for i in range(400):
            (self.folder / f"names/l{i}.txt").symlink_to("0.txt")
        digest = hashlib.sha256(content).hexdigest()
        (self.folder / "sums").write_text("".join(f"{digest}  {name}\n" for i in range(400) for name in (f"{i}.txt", f"l{i}.txt")))
        self.bounded("verify", "--files-only", "sums", "names", codes=(0,), seconds=1)

    def test_details_of_a_file_are_held_once(self):
        text, table = b"\0", bytes(24)
        for i in range(12_000):
            table += struct.pack("<IBBHQQ", len(text), 0x12, 0, 1, 0, 0)
            text += b"_RNvC4core8a%07d\0" % i
        made = bombs.elf([(".symtab", 2, table, 2, 0), (".strtab", 3, text, 0, 0), (".text", 1, bytes(64), 0, 6)])
        names = [f"{i:02}.o" for i in range(64)]
        bombs.names_of_one_file(self.folder / "twins", names, made)
        result = self.bounded("inspect", *(f"twins/{name}" for name in names), codes=(0,), seconds=3)
        (self.folder / "files").mkdir()
        for name in names[:12]:
            (self.folder / "files" / name).write_bytes(made)
        others = self.bounded("inspect", *(f"files/{name}" for name in names[:12]), codes=(0,), seconds=3)
        self.assertTrue(result.stdout.replace(b"twins/", b"files/").startswith(others.stdout + b"\n"))

    # ---- Decoders ----

    def test_windows(self):
        for make in bombs.xz_with_a_window_of_a_gibibyte, bombs.zstd_with_a_window_of_two_gibibytes:
            self.bounded("audit", self.small(make(self.folder)), mention="limit window")

    def test_what_unfolds_to_gigabytes(self):
        self.bounded("audit", bombs.zstd_of_runs(self.folder), mention="limit unfolded-bytes", seconds=4)

    def test_names_without_end(self):
        for pack in bz2.compress, gzip.compress:
            name = self.small(bombs.name_without_end(self.folder, pack))
            for command in "audit", "scan":
                self.bounded(command, name, mention="limit held-bytes", memory=24 * MIB)

    def test_compression_in_compression(self):
        self.bounded("audit", bombs.compression_in_compression(self.folder), mention="neither tar nor cpio")

    def test_many_controls(self):
        self.bounded("audit", bombs.many_controls(self.folder), mention="a second control.tar.gz", seconds=3)

    # ---- tar ----

    def test_sparse_maps(self):
        self.bounded("audit", self.small(bombs.sparse_map(self.folder)), codes=(1, 3), mention="")

    def test_sparse_terabytes(self):
        self.bounded("audit", self.small(bombs.sparse_terabytes(self.folder)))

    # ---- Sets ----

    def test_many_kernels(self):
        self.bounded("scan", bombs.many_kernels(self.folder, 400), mention="", seconds=4)
        self.bounded("audit", bombs.many_kernels(self.folder), codes=(1, 3), mention="", seconds=10)

    def test_links_through_folders(self):
        name = self.small(bombs.links_through_folders(self.folder))
        self.bounded("audit", name, codes=(0, 1, 3), mention="")

    def test_deep_folders_cost_what_find_costs(self):
        name = bombs.deep_folders(self.folder)
        try:
            _, find, _ = self.measure(name, "-name", "x", program=shutil.which("find"))
            for command in (["audit"], ["scan", "--allow-empty"], ["tree"], ["toolchain"]):
                with self.subTest(command):
                    self.bounded(*command, name, codes=(0, 3), mention="", seconds=3 * find)
            # Who sees all directories that are above would pay for each of them.
            self.bounded("scan", "--sniff", name, seconds=max(1, 3 * find))
        finally:
            subprocess.run(["rm", "-rf", self.folder / name], check=True)

    def test_files_deep_down(self):
        name = bombs.files_deep_down(self.folder)
        try:
            self.bounded("scan", "--sniff", name, mention="limit work", seconds=2)
            self.bounded("scan", name, mention="no Rust artifacts", seconds=2)
        finally:
            subprocess.run(["rm", "-rf", self.folder / name], check=True)

    # ---- Crates ----

    def test_many_files_of_one_name_for_many_hashes(self):
        name = self.small(bombs.crates_of_one_name(self.folder))
        for command in "audit", "tree":
            self.bounded(command, name, mention="limit work")

    def test_long_lists_of_what_crates_need(self):
        name = self.small(bombs.crates_that_need_all_before(self.folder))
        for arguments in (["tree"], ["tree", "-i", "c0"], ["tree", "-f", "json"], ["tree", "-f", "dot"], ["scan", "-f", "spdx"],
                          ["scan", "-f", "cyclonedx"], ["audit", "-r", "html"]):
            with self.subTest(arguments):
                self.bounded(*arguments, name, codes=(0, 1, 3))

    def test_long_lists_of_what_is_gone(self):
        name = self.small(bombs.crates_that_need_what_is_gone(self.folder))
        self.bounded("audit", name, codes=(1, 3))

    def test_many_files_with_a_long_target(self):
        self.bounded("audit", self.small(bombs.files_with_a_long_target(self.folder)), mention="limit work")

    def test_a_chain_of_crates_that_is_longer_than_the_stack(self):
        (self.tree / "use").mkdir()
        made = [made_crates.Made("c", number) for number in range(4000)]
        made_crates.make_crates(self.tree / "chain", "c", len(made), 1, [".rmeta"])
        self.tree.write("use/libuser.rmeta", made_crates.Made("user", 1).metadata(made[-1:]))
        result = self.limited(resource.RLIMIT_STACK, MIB // 2, "audit", "-L", "tree/chain", "tree/use")
        self.assertEqual((result.code, result.stderr), (0, ""), result)

    def test_one_name_many_times_in_a_finding(self):
        name = self.small(bombs.crate_that_needs_one_name(self.folder))
        for form in "json", "sarif", "ndjson":
            result = self.bounded("audit", "--strict", "--report", form, name, codes=(1,), seconds=1)
            self.assertIn(b'"core_8000"', result.stdout)

    # ---- Items ----

    def test_paths_that_are_longer_than_all_names(self):
        name = bombs.modules_with_long_names(self.folder)
        for arguments in (["api"], ["api", "--all"], ["api", "--has", "deep::x"], ["diff", "--api", name]):
            with self.subTest(arguments):
                self.bounded(*arguments[:1], name, *arguments[1:], mention="limit held-bytes")
        self.bounded("inspect", name, codes=(0,))

    def test_a_list_that_is_too_long_is_never_cut_short(self):
        name = bombs.globs_of_one_module(self.folder)
        for arguments in ([], ["--members"], ["-f", "json"]):
            self.bounded("api", name, *arguments, mention="limit held-bytes", seconds=10, memory=160 * MIB)

    def test_sources_with_holes(self):
        name = bombs.sources_with_holes(self.folder)
        self.bounded("sources", "--check", "sources", name, mention="limit work")
        self.bounded("diff", "--api", "--source-old", "sources", name, name, mention="limit work")

    def test_what_is_needed(self):
        self.tree.copy("libleaf.rmeta")
        self.bounded("audit", "--needs", bombs.paths_of_many_parts(self.folder), "tree", mention="not a path")

    # ---- Objects ----

    def test_names_and_tables(self):
        for make in bombs.symbol_names_of_any_length, bombs.names_that_refer_back, bombs.overlapping_members:
            name = make(self.folder)
            for command in "inspect", "audit":
                with self.subTest(make.__name__, command=command):
                    self.bounded(command, name, codes=(0, 1, 3), mention="", seconds=3)

    def test_places_of_panics(self):
        self.bounded("audit", self.small(bombs.lengths_in_every_section(self.folder)), mention="limit work")

    def test_one_object_many_times_in_a_thin_archive(self):
        name = self.small(bombs.thin_archive_of_one_object(self.folder))
        self.bounded("inspect", name, codes=(0, 3), mention="limit work")

    def test_libraries_in_many_folders(self):
        self.bounded("audit", bombs.library_that_needs_much(self.folder), codes=(1, 3), mention="limit work")

    def test_deflated_metadata(self):
        self.bounded("inspect", bombs.deflated_metadata(self.folder), seconds=3)

    # ---- Text ----

    def test_waivers(self):
        self.tree.copy("libleaf.rmeta")
        for make in bombs.dotted_keys, bombs.nested_lists:
            result = self.bounded("audit", "--waivers", make(self.folder), "tree", codes=(2, 3), mention="limit nesting")
            self.assertIn("limit nesting", result.stderr)
        self.bounded("audit", "--waivers", bombs.many_values_in_toml(self.folder), "tree", codes=(2, 3), mention="limit held-bytes", memory=160 * MIB)

    def test_many_waivers_for_many_findings(self):
        name = self.small(bombs.files_that_are_none(self.folder))
        stars = self.small(bombs.many_waivers(self.folder, "*[a-z]*[a-z]*[a-z]b"))
        for option in "--waivers", "--baseline":
            self.bounded("audit", "--quiet", option, stars, name, mention="limit work")
        self.bounded("audit", "--quiet", "--report", "ndjson=lines.ndjson", name, codes=(1,))
        self.bounded("report", "--quiet", "--baseline", stars, "--from", "lines.ndjson", mention="limit work", seconds=4)
        paths = bombs.many_waivers(self.folder, name + ":" + "a" * 200 + "/libNUMBER.rmeta", 2000)
        self.bounded("audit", "--quiet", "--baseline", paths, name, codes=(0,))

    def test_manifests(self):
        self.tree.copy("libleaf.rmeta")
        self.bounded("verify", bombs.nested_json(self.folder), "tree", mention="")
        self.bounded("verify", bombs.many_values(self.folder), "tree", mention="", seconds=10, memory=160 * MIB)
        self.bounded("verify", bombs.long_key(self.folder), "tree", mention="limit recorded-text", seconds=10)
        for note, count in (200, 240_000), (1_000_000, 60):
            for command in (["verify"], ["audit"]):
                arguments = [*command, bombs.many_artifacts(self.folder, note, count), *(["tree"] if command == ["verify"] else [])]
                self.bounded(*arguments, codes=(1, 2, 3), mention="", seconds=10, memory=160 * MIB)
        self.bounded("verify", bombs.many_directories(self.folder), "tree", mention="limit held-bytes", seconds=10, memory=160 * MIB)

    def test_lists_of_crates(self):
        for element, count in (b"{},", 1), (b"{},", 300), (b'{"name":"a"},', 300), (b"[[],[]],", 300), (b"1,", 300):
            with self.subTest(element, count=count):
                name = self.small(bombs.lists_of_nothing(self.folder, element, count))
                self.bounded("scan", "--allow-empty", name, codes=(0, 3), mention="")

    def test_lines_of_digests(self):
        (self.folder / "empty").mkdir()
        self.bounded("verify", bombs.lines_of_digests(self.folder), "empty", mention="limit held-bytes", seconds=10, memory=160 * MIB)
        self.bounded("verify", bombs.lines_of_digests(self.folder, 20_000), "empty", codes=(1,), seconds=2)

    def test_copies(self):
        for make, code in (bombs.listed_names_of_a_file, 0), (bombs.listed_folders, 1):
            self.bounded("verify", *make(self.folder), codes=(code,), seconds=0.15)
        self.bounded("verify", *bombs.listed_behind_links(self.folder), mention="limit work", seconds=2)
        self.bounded("verify", *bombs.listed_terabyte(self.folder), mention="limit work", seconds=0.15)

    def test_manifests_side_by_side(self):
        for make in bombs.manifest_of_kernels, bombs.manifest_of_versions:
            sides = make(self.folder, "before"), make(self.folder, "after", first=1 << 20)
            self.bounded("diff", *sides, codes=(1, 3), seconds=2, memory=160 * MIB)

    def test_projects(self):
        bombs.projects_of_nothing(self.folder / "kernels", 200)
        self.bounded("audit", "kernels", codes=(1, 3), mention="", seconds=10, memory=160 * MIB)

    # ---- What is large because there is much in it ----

    def test_a_large_module_is_no_corrupt_one(self):
        module = bombs.large_module()
        (self.folder / "big.ko.xz").write_bytes(lzma.compress(module, preset=0))
        with open(self.folder / "a.tar", "wb") as out:
            out.write(bombs.entry("big.ko.xz", (self.folder / "big.ko.xz").read_bytes()) + bytes(1024))
        for arguments in ("inspect", "big.ko.xz"), ("scan", "-k", "kernel-module", "-p", "all", "a.tar"):
            result = self.bounded(*arguments, codes=(0,), seconds=10, memory=80 * MIB)
            self.assertIn(b"big", result.stdout)

    # ---- The program's own limits ----

    def limited(self, limit, value, *arguments, **more):
        return run(*arguments, cwd=self.folder, preexec_fn=lambda: resource.setrlimit(limit, (value, value)), **more)

    def test_what_the_system_refuses_is_no_verdict(self):
        if harness.is_sanitized():
            self.skipTest("the address sanitizer needs more")
        self.tree.copy("libleaf.rmeta")
        (self.folder / "x.ko.xz").write_bytes(lzma.compress(bombs.large_module(2)))
        for result in (self.limited(resource.RLIMIT_NOFILE, 4, "audit", "tree"),
                       self.limited(resource.RLIMIT_NOFILE, 5, "audit", "x.ko.xz"),
                       self.limited(resource.RLIMIT_AS, 24 * MIB, "audit", "x.ko.xz")):
            self.assertIn(result.code, (0, 3), result)
            self.assertNotIn(b"corrupt-artifact", result.stdout)
            self.assertNotIn("E0786", result.stderr)

    def test_a_missing_module_is_no_verdict(self):
        with tempfile.TemporaryDirectory() as alone:
            program = shutil.copy(harness.program, alone)
            (self.folder / "x.ko.xz").write_bytes(lzma.compress(bombs.large_module(2)))
            result = run("audit", "x.ko.xz", cwd=self.folder, executable=program)
            if result.code != 0:  # 0: it is installed on this machine
                self.fails(result, 3, "module")


# A build without optimization takes some times as long.
SLOWNESS = float(os.environ.get("RARTIFACTS_TEST_SLOWNESS", "4"))

if __name__ == "__main__":
    main()
