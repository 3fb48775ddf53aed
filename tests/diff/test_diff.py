# SPDX-License-Identifier: MIT OR Apache-2.0
"""`rartifacts diff` on artifacts of real compilers: trees and manifests in any mix, and what cannot be read."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import mini_kernel  # noqa: E402
from harness import GOLDENS, LEAF, ScanTest, Tree, main, run  # noqa: E402


class Diff(ScanTest):
    def diff(self, old, new, code):
        done = run("diff", "--format", "json", str(old), str(new))
        self.assertEqual((done.code, done.stderr), (code, ""), done)
        text = run("diff", str(old), str(new))
        self.assertEqual((text.code, text.stderr), (code, ""), text)
        return json.loads(done.stdout), text.stdout.decode()

    def manifest(self, tree, *arguments):
        path = self.folder / f"{tree.root.name}.json"
        path.write_bytes(tree.scan("--format", "json", *arguments).stdout)
        return path

    def test_every_crate_of_two_compilers_is_other_rustc_with_the_hashes_that_inspect_shows(self):
        old, new = GOLDENS / "1.95.0", GOLDENS / "1.96.0"
        report, text = self.diff(old, new, 1)
        pairs = [each for each in report["crates"] if each["before"] and each["after"]]
        self.assertGreaterEqual(len(pairs), 6)
        for each in pairs:
            self.assertEqual(each["changes"], ["other-rustc"], each)
            for side, folder in (("before", old), ("after", new)):
                shown = json.loads(run("inspect", "--format", "json", each[side]["path"], cwd=folder).stdout)
                self.assertEqual((shown["crate"]["name"], shown["crate"]["svh"], shown["rustc"]), (each["name"], each[side]["svh"], each[side]["rustc"]))
        self.assertIn("rustc     - rustc 1.95.0", text)

    def test_two_builds_of_one_compiler(self):
        (self.folder / "a").mkdir()
        old = Tree(self.folder / "a/old")
        rustc = mini_kernel.build(old)
        new = Tree(shutil.copytree(old.root, self.folder / "new", symlinks=True))
        report, text = self.diff(old.root, new.root, 0)
        self.assertEqual((report["verdict"], report["crates"], report["files"]), ("same", [], []))
        self.assertTrue(text.startswith("no difference: "), text)
        rustc.tree = new
        rustc.crate("pin_init", mini_kernel.NO_CORE + "extern crate core; pub struct New;")
        new.write("include/generated/rustc_cfg", "--cfg=CONFIG_OTHER\n")
        (new / "rust/libffi.rmeta").unlink()
        new.copy("rust/libleaf.rmeta")
        report, text = self.diff(old.root, new.root, 1)
        self.assertEqual([(each["name"], each["changes"]) for each in report["crates"]],
                         [("ffi", ["removed"]), ("leaf", ["added"]), ("pin_init", ["rebuilt"])])
        self.assertEqual(report["files"], [{"path": "include/generated/rustc_cfg", "change": "changed"}])
        self.assertIn("1 added, 1 removed, 1 rebuilt; 1 other file\n", text)
        self.assertEqual(report["crates"], self.diff(old.root, self.folder / "new", 1)[0]["crates"])

    def test_the_same_crate_in_other_code(self):
        """rustc calls two builds one crate (rust-lang/rust#48019); the machine code in them is not the same."""
        source = "pub fn a(x: &str) -> String { x.to_uppercase() }\npub mod m { pub fn b(v: &[u8]) -> usize { v.iter().map(|x| *x as usize).sum() } }\n"
        for units in "1", "4":
            folder = self.folder / units
            folder.mkdir()
            (folder / "l.rs").write_text(source)
            tool = ["/usr/bin/rustc", "--crate-type=rlib", "--crate-name=l", f"-Ccodegen-units={units}", f"--remap-path-prefix={folder}=/x", "-o", "libl.rlib", "l.rs"]
            subprocess.run(tool, cwd=folder, check=True, capture_output=True)
        same = shutil.copytree(self.folder / "1", self.folder / "again")
        report, text = self.diff(self.folder / "1", self.folder / "4", 1)
        self.assertEqual([(each["name"], each["changes"]) for each in report["crates"]], [("l", ["other-content"])])
        self.assertEqual(report["crates"][0]["before"]["svh"], report["crates"][0]["after"]["svh"])
        self.assertIn("1 other-content", text)
        self.assertEqual(self.diff(self.folder / "1", same, 0)[0]["verdict"], "same")

    def test_another_target(self):
        old = Tree(self.folder / "old")
        rustc = mini_kernel.build(old)
        new = Tree(shutil.copytree(old.root, self.folder / "new", symlinks=True))
        target = json.loads((new / "scripts/target.json").read_text())
        new.write("scripts/target.json", json.dumps(target, indent=2))
        rustc.tree = new
        rustc.crate("core", mini_kernel.core_source(rustc.rustc))
        report, _ = self.diff(old.root, new.root, 1)
        self.assertEqual([(each["name"], each["changes"][-1]) for each in report["crates"]], [("core", "retargeted")])
        self.assertIn({"path": "scripts/target.json", "change": "changed"}, report["files"])

    def test_one_flavour_ships_crates_the_other_none(self):
        old = Tree(self.folder / "a")
        mini_kernel.build(old)
        new = Tree(self.folder / "b")
        new.config("RUST", path="usr/src/linux-headers-x/include/config/auto.conf")
        report, text = self.diff(old.root, new.root, 1)
        self.assertEqual((report["before"]["crates"], report["after"]["crates"]), (5, 0))
        self.assertTrue(text.startswith(f"--- {old.root}: 5 crates\n+++ {new.root}: no crate\n"), text)

    def test_trees_manifests_and_headers_packages_in_any_mix(self):
        tree = Tree(self.folder / "build")
        mini_kernel.build(tree)
        headers = Tree(self.folder / "headers")
        for path in mini_kernel.CLOSURE + mini_kernel.AUXILIARY + ["include/config/auto.conf"]:
            headers.copy(f"usr/src/linux-headers-x/{path}", tree / path)
        below = self.folder / "below.json"
        below.write_bytes(run("scan", "--format", "json", "build", cwd=self.folder).stdout)
        sets = [tree.root, headers.root, self.manifest(tree), self.manifest(headers), below]
        for old in sets:
            for new in sets:
                with self.subTest(old=old.name, new=new.name):
                    self.diff(old, new, 0)
        self.assertEqual(run("-C", str(self.folder), "diff", "build", "headers").code, 0)

    def kernels(self, name, *places):
        """Trees of one set, each of them the kernel in small, all the same."""
        built = self.folder / "built"
        if not built.exists():
            self.rustc = mini_kernel.build(Tree(built))
        for place in places:
            shutil.copytree(built, self.folder / name / place, symlinks=True)
        return Tree(self.folder / name)

    def changed(self, report):
        return ([(each["name"], each["changes"], (each["after"] or each["before"])["path"]) for each in report["crates"]],
                [(each["path"], each["change"]) for each in report["files"]])

    def test_changes_in_each_of_several_kernels(self):
        old, new = self.kernels("old", "a", "b"), self.kernels("new", "a", "b")
        old_list, whole = self.manifest(old), self.manifest(new)
        for other in (new.root, whole, old_list):
            self.diff(old.root, other, 0)
            self.diff(other, old.root, 0)
        for kernel in ("a", "b"):
            self.rustc.crate("pin_init", mini_kernel.NO_CORE + f"extern crate core; pub struct In_{kernel};", "-o", "changed.rmeta")
            shutil.copy(self.folder / "built/changed.rmeta", new / f"{kernel}/rust/libpin_init.rmeta")
        new.write("b/include/generated/rustc_cfg", "--cfg=CONFIG_OTHER\n")
        expected = ([("pin_init", ["rebuilt"], "a/rust/libpin_init.rmeta"), ("pin_init", ["rebuilt"], "b/rust/libpin_init.rmeta")],
                    [("b/include/generated/rustc_cfg", "changed")])
        for before in (old.root, old_list):
            for after in (new.root, self.manifest(new)):
                with self.subTest(before=before, after=after):
                    self.assertEqual(self.changed(self.diff(before, after, 1)[0]), expected)

    def test_one_more_file_elsewhere_moves_nothing_else(self):
        old = self.kernels("old", "deep/mk")
        whole = self.manifest(old)
        new = self.kernels("new", "deep/mk")
        new.copy("other/libx.rmeta")
        expected = ([("leaf", ["added"], "other/libx.rmeta")], [])
        for before in (old.root, whole):
            for after in (new.root, self.manifest(new)):
                with self.subTest(before=before, after=after):
                    self.assertEqual(self.changed(self.diff(before, after, 1)[0]), expected)
                    self.assertEqual(self.changed(self.diff(after, before, 1)[0])[0], [("leaf", ["removed"], "other/libx.rmeta")])

    def test_a_package_with_its_tree_at_the_top_is_what_its_manifest_lists(self):
        built = self.kernels("old", "mk") / "mk"
        package = self.folder / "mk.tar"
        subprocess.run(["tar", "-cf", package, "-C", built, *sorted(path.name for path in built.iterdir())], check=True)
        listed = self.folder / "mk.json"
        listed.write_bytes(run("scan", "--format", "json", "mk.tar", cwd=self.folder).stdout)
        self.assertIn(b'"mk.tar:rust/libcore.rmeta"', listed.read_bytes())
        for old in (package, listed, built):
            for new in (package, listed, built):
                with self.subTest(old=old.name, new=new.name):
                    self.diff(old, new, 0)

    def test_one_of_two_files_of_a_crate(self):
        old, new = Tree(self.folder / "old"), Tree(self.folder / "new")
        for tree in (old, new):
            tree.copy("libleaf.rmeta")
        old.copy("libleaf.rlib", GOLDENS / "1.96.0/libleaf-1a2b3c4d.rlib")
        self.assertEqual(self.changed(self.diff(old.root, new.root, 1)[0]), ([], [("libleaf.rlib", "removed")]))
        self.assertEqual(self.changed(self.diff(new.root, old.root, 1)[0]), ([], [("libleaf.rlib", "added")]))

    def test_a_copy_without_configuration_lacks_nothing_that_is_there(self):
        tree = self.kernels("old", "mk") / "mk"
        copy = Tree(self.folder / "copy")
        for path in run("scan", ".", cwd=tree).paths:
            copy.copy(path, tree / path)
        listed = self.manifest(Tree(tree))
        for old, new in ((tree, copy.root), (copy.root, tree), (listed, copy.root), (copy.root, listed)):
            report, text = self.diff(old, new, 0)
            self.assertEqual([each.split(":")[0] for each in report["not_compared"]], mini_kernel.AUXILIARY)
            self.assertIn("auto.conf", text)
        (tree / "include/generated/rustc_cfg").unlink()
        self.assertEqual(self.changed(self.diff(listed, tree, 1)[0]), ([], [("include/generated/rustc_cfg", "removed")]))

    def test_a_moved_crate(self):
        for name, place in (("old", "a/libx.rmeta"), ("new", "b/libx.rmeta")):
            tree = Tree(self.folder / name)
            tree.copy(place)
            tree.copy("libmid.rmeta", GOLDENS / "1.96.0/libmid-99aa.rmeta")
        report, text = self.diff(self.folder / "old", self.folder / "new", 1)
        self.assertEqual([each["changes"] for each in report["crates"]], [["moved"]])
        self.assertIn("(a/libx.rmeta -> b/libx.rmeta)", text)

    def test_what_could_not_be_read_is_3_and_never_the_same(self):
        good = Tree(self.folder / "good")
        good.copy("libx.rmeta")
        bad = Tree(self.folder / "bad")
        bad.write("libx.rmeta", LEAF.read_bytes()[:-1])
        empty = Tree(self.folder / "empty")
        broken = self.folder / "broken.json"
        broken.write_bytes(self.manifest(good).read_bytes()[:-20])
        for other in (bad.root, empty.root, broken, self.folder / "nowhere"):
            for old, new in ((good.root, other), (other, good.root), (other, other)):
                with self.subTest(old=old.name, new=new.name):
                    self.fails(run("diff", str(old), str(new)), 3, other.name if other != bad.root else "libx.rmeta",
                               problems=2 if old == new == bad.root or old == new == broken else 1)

    def test_wrong_usage_is_2(self):
        self.fails(run("diff", "."), 2)
        self.fails(run("diff", "--format", "yaml", ".", "."), 2)


if __name__ == "__main__":
    main()
