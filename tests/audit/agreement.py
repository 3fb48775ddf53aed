# SPDX-License-Identifier: MIT OR Apache-2.0
"""What audit says of a set, and whether that is what rustc says; see `verdicts`."""

import json
import os
import subprocess
from dataclasses import dataclass, field

from judge import UNPRIVILEGED


@dataclass
class Answer:
    """What audit says. A finding is (rule, crate, code)."""

    code: int
    errors: list = field(default_factory=list)
    others: list = field(default_factory=list)
    complaint: str = ""

    def __str__(self):
        if self.code not in (0, 1):
            return f"exit status {self.code}: {self.complaint.splitlines()[0]}"
        said = [" ".join(filter(None, finding)) for finding in dict.fromkeys(self.errors)]
        said += [f"({rule})" for rule in dict.fromkeys(rule for rule, *_ in self.others)]
        return ", ".join(said) or "ok"


def audit(rartifacts, root, kit):
    command = [rartifacts, "audit", *kit.operands(root), "--report", "json", *kit.reader(), "--host-arch", os.uname().machine]
    done = subprocess.run([*(UNPRIVILEGED or []), *command], cwd=root, capture_output=True, text=True, timeout=60)
    answer = Answer(done.returncode, complaint=done.stderr.strip())
    for finding in json.loads(done.stdout)["findings"] if done.stdout else []:
        if not finding["waived"]:
            short = finding["rule"], finding["crate"] or "", finding["rustc_error"] or ""
            (answer.errors if finding["severity"] == "error" else answer.others).append(short)
    return answer


def agree(verdict, answer, broken):
    """audit's exit code and findings, held against rustc's verdict; see above. `broken`: what was done, and to which files"""
    if verdict.accepts:
        return answer.code == 0 and not answer.errors
    if answer.code == 3:
        return any(f": {path}: " in answer.complaint for path in broken)
    if answer.code != 1:
        return False
    if [rule for rule, *_ in answer.errors] == ["no-artifacts"]:
        return verdict.code == "E0463"
    return (verdict.crate, verdict.code) in [(crate, code) for _, crate, code in answer.errors]
