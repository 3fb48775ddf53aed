# SPDX-License-Identifier: MIT OR Apache-2.0
"""Shells on a terminal of their own: a test types, and reads what the shell offers."""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import termios
import time
import unittest

ESCAPES = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>78M])")
PATIENCE = 60  # seconds until something must have appeared


class Shell:
    """A shell that was started with `arguments`, in `folder`."""

    def __init__(self, arguments, folder, environment):
        if not shutil.which(arguments[0]):
            raise unittest.SkipTest(f"no {arguments[0]} on PATH")
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(arguments[0], arguments, {**os.environ, "TERM": "xterm", "PS1": "ready> ", **environment})
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 200, 160, 0, 0))

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def read(self, *expected, quiet=0.25):
        """What appears, until all of `expected` has (within PATIENCE) and nothing more comes for `quiet` seconds."""
        shown, end = b"", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            text = ESCAPES.sub(b"", shown).decode(errors="replace")
            complete = all(each in text for each in expected)
            ready, _, _ = select.select([self.terminal], [], [], quiet if complete else 0.2)
            if ready:
                try:
                    piece = os.read(self.terminal, 65536)
                except OSError:
                    break
                if b"\x1b[c" in piece or b"\x1b[0c" in piece:  # fish asks what the terminal is
                    os.write(self.terminal, b"\x1b[?62;c")
                shown += piece
            elif complete:
                break
        return ESCAPES.sub(b"", shown).decode(errors="replace")
