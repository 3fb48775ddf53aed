# SPDX-License-Identifier: MIT OR Apache-2.0
"""Symbolic links: kept as links, with what they lead to; errors when that is not in the tree."""

import unittest

from harness import GOLDENS, ScanTest, Tree, main, run


class Links(ScanTest):
    def test_a_link_and_its_target_are_both_listed(self):
        self.tree.copy("real/libx.rmeta")
        self.tree.link("rust/libx.rmeta", "../real/libx.rmeta")
        self.lists(self.tree.scan(), "real/libx.rmeta", "rust/libx.rmeta")

    def test_a_target_whose_name_says_nothing_is_listed_with_its_link(self):
        self.tree.copy("store/blob")
        self.tree.link("libx.rmeta", "store/blob")
        self.lists(self.tree.scan(), "libx.rmeta", "store/blob")

    def test_every_link_of_a_chain_is_listed(self):
        self.tree.copy("c/blob")
        self.tree.link("b/middle", "../c/blob")
        self.tree.link("a/libx.rmeta", "../b/middle")
        self.lists(self.tree.scan(), "a/libx.rmeta", "b/middle", "c/blob")

    def test_a_link_through_a_linked_directory_lists_that_link_too(self):
        self.tree.copy("real/libx.rmeta")
        self.tree.link("alias", "real")
        self.tree.link("rust/libx.rmeta", "../alias/libx.rmeta")
        self.lists(self.tree.scan(), "alias", "real/libx.rmeta", "rust/libx.rmeta")

    def test_a_link_that_the_user_names_brings_its_target(self):
        self.tree.copy("real/libx.rmeta")
        self.tree.link("libx.rmeta", "real/libx.rmeta")
        self.lists(run("scan", "libx.rmeta", cwd=self.tree.root), "libx.rmeta", "real/libx.rmeta")

    def test_a_link_to_a_tree_that_the_user_names_means_the_tree(self):
        self.tree.copy("rust/libx.rmeta")
        self.tree.link("rust/link.rmeta", "libx.rmeta")
        (self.folder / "build").symlink_to("tree")
        for typed in ("build", "build/"):
            self.lists(run("scan", typed, cwd=self.folder), "build/rust/libx.rmeta", "build/rust/link.rmeta")

    def test_links_below_a_named_link_lead_where_the_system_says(self):
        self.tree.copy("deep/down/libx.rmeta")
        self.tree.copy("libx.rmeta", GOLDENS / "1.95.0/libmidpriv.rmeta")  # where a copy of the link would lead
        self.tree.link("deep/down/build/link.rmeta", "../libx.rmeta")
        self.tree.link("build", "deep/down/build")
        self.fails(run("scan", "build", cwd=self.tree.root), 3, "build/link.rmeta")

    def test_dangling_links_are_named(self):
        self.tree.link("libx.rmeta", "nowhere.rmeta")
        self.fails(self.tree.scan(), 3, "libx.rmeta", "dangling")

    def test_link_loops_are_named(self):
        self.tree.link("liba.rmeta", "libb.rmeta")
        self.tree.link("libb.rmeta", "liba.rmeta")
        self.tree.link("libself.rmeta", "libself.rmeta")
        self.fails(self.tree.scan(), 3, "liba.rmeta", "libb.rmeta", "libself.rmeta", "loop", problems=3)

    def test_absolute_links_are_refused_even_when_they_lead_inside(self):
        self.tree.link("libx.rmeta", self.tree.copy("real/liby.rmeta"))
        self.fails(self.tree.scan(), 3, "libx.rmeta", "absolute")

    def test_links_out_of_the_tree_are_refused(self):
        Tree(self.folder / "outside").copy("liby.rmeta")
        self.tree.link("rust/libx.rmeta", "../../outside/liby.rmeta")
        self.fails(self.tree.scan(), 3, "rust/libx.rmeta", "out of the tree")

    def test_links_that_leave_the_tree_and_come_back_are_refused(self):
        self.tree.copy("real/liby.rmeta")
        self.tree.link("libx.rmeta", "../tree/real/liby.rmeta")
        self.fails(self.tree.scan(), 3, "libx.rmeta", "out of the tree")

    def test_links_out_through_a_linked_directory_are_refused(self):
        Tree(self.folder / "outside").copy("liby.rmeta")
        self.tree.link("alias", "../outside")
        self.tree.link("libx.rmeta", "alias/liby.rmeta")
        self.fails(self.tree.scan(), 3, "libx.rmeta", "out of the tree")

    def test_keep_going_lists_everything_but_the_broken_link(self):
        self.tree.copy("liby.rmeta")
        self.tree.link("libx.rmeta", "nowhere")
        done = self.tree.scan("--keep-going")
        self.assertEqual((done.code, done.stdout), (3, b"liby.rmeta\n"))

    def test_linked_directories_are_not_walked(self):
        self.tree.copy("rust/libx.rmeta")
        self.tree.link("rust/up", "..")
        self.tree.link("rust/self", ".")
        self.tree.link("again", "rust")
        self.tree.link("outside", "/")
        self.lists(self.tree.scan(), "rust/libx.rmeta")

    def test_links_to_what_is_no_artifact_are_not_listed(self):
        self.tree.copy("libx.rmeta")
        self.tree.write("notes.txt", "hello")
        self.tree.link("liblink.so", "notes.txt")
        (self.tree / "directory.so").mkdir()
        self.tree.link("libdirectory.so", "directory.so")
        self.lists(self.tree.scan(), "libx.rmeta")


if __name__ == "__main__":
    main()
