# SPDX-License-Identifier: MIT OR Apache-2.0
"""audit --rustc: what is run, where, with what, and that nothing of it is left."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
from harness import ScanTest, run

PATIENCE = 10  # seconds that a compiler has
VERSION = "rustc 1.96.0 (0123456789 2026-05-01)"

# What rustup's proxy does with a folder: the nearest rust-toolchain.toml above it names the compiler.
PROXY = """
folder=$PWD
while :; do
  if [ -e "$folder/rust-toolchain.toml" ]; then
    exec "$(sed -n 's/^path = "\\(.*\\)"/\\1/p' "$folder/rust-toolchain.toml")/bin/rustc" "$@"
  fi
  [ "$folder" = / ] && break
  folder=$(dirname "$folder")
done
echo "VERSION"
"""


class RustcTest(ScanTest):
    def setUp(self):
        super().setUp()
        self.tree.copy("libleaf.rmeta")

    def script(self, text, name="rustc", folder="bin"):
        place = self.folder / folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("#!/bin/sh\n" + text.replace("VERSION", VERSION))
        place.chmod(0o755)
        return place

    def audit(self, rustc, cwd=None, **more):
        return run("audit", "-q", "--rustc", str(rustc), ".", cwd=cwd or self.tree.root, **more)

    def asked(self, result):
        """The compiler was asked: its version is not that of the crate, and is named."""
        self.assertEqual(result.code, 1, result)
        self.assertIn(VERSION.encode(), result.stdout)

    def running(self, mark):
        """Processes whose command line has `mark`."""
        found = []
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if mark.encode() in place.read_bytes():
                    found.append(place.parent.name)
            except OSError:
                pass
        return found

    def gone(self, mark):
        for _ in range(100):
            if not self.running(mark):
                return
            time.sleep(0.01)
        self.fail(f"still running: {self.running(mark)}")


class Where(RustcTest):
    def poison(self):
        """A compiler of the tree's own, that a rust-toolchain.toml in it names; it would leave a trace."""
        trace = self.folder / "trace"
        self.script(f"touch {trace}; echo 'rustc 6.6.6 (tree)'", folder="tree/evil/bin")
        self.tree.write("rust-toolchain.toml", f'[toolchain]\npath = "{self.tree / "evil"}"\n')
        return trace

    def test_a_proxy_obeys_no_file_of_the_tree(self):
        trace = self.poison()
        self.asked(self.audit(self.script(PROXY)))
        self.assertFalse(trace.exists())

    def test_rustup_obeys_no_file_of_the_tree(self):
        rustc = shutil.which("rustc")
        if not rustc or Path(rustc).resolve().name != "rustup":
            self.skipTest("rustc on PATH is not rustup's")
        trace = self.poison()
        environment = {key: value for key, value in os.environ.items() if key != "RUSTUP_TOOLCHAIN"}
        subprocess.run([rustc, "-vV"], cwd=self.tree.root, capture_output=True, env=environment)
        tempted = trace.exists()
        trace.unlink(missing_ok=True)
        done = subprocess.run([harness.program, "audit", "-q", "--rustc", "rustc", "."], cwd=self.tree.root, capture_output=True, env=environment)
        self.assertIn(done.returncode, (0, 1), done)
        self.assertNotIn(b"6.6.6", done.stdout)
        self.assertFalse(trace.exists(), f"rustup by itself ran it: {tempted}")

    def test_a_name_is_looked_for_as_the_shell_does_and_starts_in_the_root_folder(self):
        place = self.script("pwd > $0.where; echo 'VERSION'", name="my-rustc")
        for rustc, path, cwd in (("my-rustc", f"/nowhere:{place.parent}", None), ("../bin/my-rustc", "/usr/bin:/bin", None),
                                 ("my-rustc", ":/usr/bin:/bin", place.parent), ("./my-rustc", "/usr/bin:/bin", place.parent)):
            with self.subTest(rustc=rustc, path=path):
                done = run("-C", str(cwd or self.tree.root), "audit", "-q", "--rustc", rustc, str(self.tree.root), env={"PATH": path})
                self.asked(done)
                self.assertEqual(Path(f"{place}.where").read_text(), "/\n")

    def test_a_link_is_started_by_its_own_name(self):
        """rustc of rustup is a link to rustup, which sees by its name what it is to be."""
        self.script('case $0 in */rustc) echo "VERSION";; *) echo rustup;; esac', name="rustup")
        link = self.folder / "bin/rustc"
        link.symlink_to("rustup")
        self.asked(self.audit(link))

    def test_the_environment_is_clean(self):
        place = self.script("env > $0.env; echo 'VERSION'")
        self.asked(self.audit(place, env={"LD_LIBRARY_PATH": "/evil", "RUSTC_WRAPPER": "evil", "RUSTUP_TOOLCHAIN": "stable", "RUSTUP_HOME": "/r",
                                          "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}))
        found = dict(line.split("=", 1) for line in Path(f"{place}.env").read_text().splitlines())
        for shells_own in ("PWD", "OLDPWD", "SHLVL", "_"):
            found.pop(shells_own, None)
        self.assertEqual(found.pop("LANG"), "C")
        self.assertEqual(found.pop("RUSTUP_TOOLCHAIN"), "stable")
        self.assertEqual(found.pop("RUSTUP_HOME"), "/r")
        self.assertLessEqual(set(found), {"PATH", "HOME", "CARGO_HOME"})
        kept = {key: value for key, value in os.environ.items() if not key.startswith("RUSTUP_")}
        subprocess.run([harness.program, "audit", "-q", "--rustc", place, "."], cwd=self.tree.root, capture_output=True, env=kept)
        self.assertNotIn("RUSTUP_", Path(f"{place}.env").read_text())

    def test_what_cannot_be_started_or_is_no_compiler_is_named(self):
        for rustc, says in ((self.folder / "nowhere", "No such file"), ("nowhere-to-be-found", "No such file"), (self.tree.root, "denied"),
                            (self.script("exit 1", "a"), "failed"), (self.script("echo gcc 12", "b"), "does not print what rustc prints"),
                            (self.script("kill -9 $$", "c"), "failed"), (self.script("yes rustc", "d"), "does not print what rustc prints")):
            with self.subTest(rustc=rustc):
                self.fails(self.audit(rustc), 3, says)


class Patience(RustcTest):
    def test_ten_seconds_are_ten_seconds_and_nothing_is_left(self):
        mark = f"rartifacts-test-{os.getpid()}"
        bodies = {
            "closes its output and sleeps": "exec >&- 2>&-; exec sleep 1000.MARK",
            "trickles": "while :; do printf r; sleep 0.3; done # MARK",
            "ignores signals": "trap '' TERM INT HUP PIPE; while :; do sleep 1; done # MARK",
            "forks": "sleep 1000.MARK & sleep 1001.MARK & wait",
            "forks into a session of its own": "setsid sh -c 'sleep 1000.MARK & exec sleep 1001.MARK' & wait",
            "answers and does not end": "echo 'VERSION'; exec >&-; exec sleep 1000.MARK",
        }
        outcomes = {}

        def ask(number, what, body):
            digits = f"{os.getpid()}{number}"  # sleep takes 1000.12345
            script = self.script(body.replace("MARK", digits), name=f"rustc-{mark}-{number}")
            began = time.monotonic()
            done = subprocess.run([harness.program, "audit", "-q", "--rustc", script, "."], cwd=self.tree.root, capture_output=True, timeout=3 * PATIENCE)
            outcomes[what] = done, time.monotonic() - began, digits

        threads = [threading.Thread(target=ask, args=(number, *item)) for number, item in enumerate(bodies.items())]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for what in bodies:
            with self.subTest(what):
                done, took, digits = outcomes[what]
                self.assertEqual(done.returncode, 3, done)
                self.assertIn(b"did not end within 10 seconds", done.stderr)
                self.assertGreater(took, PATIENCE - 1)
                self.assertLess(took, PATIENCE + 5)
                self.gone(f".{digits}")
        self.gone(mark)

    def test_a_child_that_is_left_behind_holds_nobody_up_and_is_ended(self):
        digits = f"{os.getpid()}77"
        for how in (f"sleep 1000.{digits} &", f"setsid sleep 1000.{digits} &"):
            with self.subTest(how):
                self.asked(self.audit(self.script(f"{how}\necho 'VERSION'")))
                self.gone(f"1000.{digits}")

    def test_other_children_of_ours_are_let_be(self):
        digits = f"{os.getpid()}78"
        script = self.script("echo 'VERSION'")
        shell = f"sleep 1000.{digits} & exec {harness.program} audit -q --rustc {script} ."
        subprocess.run(["sh", "-c", shell], cwd=self.tree.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        left = self.running(f"1000.{digits}")
        self.assertEqual(len(left), 1)
        os.kill(int(left[0]), signal.SIGKILL)

    def test_a_signal_ends_the_child_too(self):
        digits = f"{os.getpid()}79"
        script = self.script(f"exec sleep 1000.{digits}")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                asking = subprocess.Popen([harness.program, "audit", "-q", "--rustc", script, "."], cwd=self.tree.root, stderr=subprocess.DEVNULL)
                while not self.running(f"1000.{digits}"):
                    time.sleep(0.01)
                asking.send_signal(number)
                self.assertEqual(asking.wait(timeout=PATIENCE - 2), -number)
                self.gone(f"1000.{digits}")

    def test_a_caller_that_waits_for_no_child_gets_an_answer(self):
        self.asked(self.audit(self.script("echo 'VERSION'"), preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)))


if __name__ == "__main__":
    harness.main()
