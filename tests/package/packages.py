# SPDX-License-Identifier: MIT OR Apache-2.0
"""Makes packages of every format out of a folder, with the real tools."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

CONTROL = "Package: headers\nVersion: 1\nArchitecture: amd64\nMaintainer: A <a@b.example>\nDescription: headers\n"
PKGINFO = "pkgname = headers\npkgver = 1-1\narch = x86_64\n"
SPEC = """Name: headers
Version: 1
Release: 1
Summary: headers
License: MIT
%description
%install
cp -a %{source}/. %{buildroot}/
%files
/
"""
RPM_DEFINES = {"__os_install_post": "%{nil}", "_build_id_links": "none", "debug_package": "%{nil}", "_target_cpu": "x86_64"}


def tool(*command, **more):
    if not shutil.which(command[0]):
        raise unittest.SkipTest(f"no {command[0]}")
    done = subprocess.run([*map(str, command)], capture_output=True, stdin=more.pop("stdin", subprocess.DEVNULL), **more)
    if done.returncode:
        raise AssertionError(f"{command}\n{done.stdout.decode()}{done.stderr.decode()}")
    return done.stdout


def tar(folder, package):
    tool("tar", "--format=gnu", "-cf", package, "-C", folder, ".")


def packed(*options):
    return lambda folder, package: tool("bsdtar", *options, "-cf", package, "-C", folder, ".")


def cpio(folder, package):
    names = subprocess.run(["find", ".", "-print0"], cwd=folder, capture_output=True, check=True).stdout
    with tempfile.TemporaryFile() as listed, open(package, "wb") as out:
        listed.write(names)
        listed.seek(0)
        subprocess.run(["cpio", "--null", "--quiet", "-oH", "newc"], cwd=folder, stdin=listed, stdout=out, check=True)


def deb(compression):
    def make(folder, package):
        with tempfile.TemporaryDirectory() as made:
            root = Path(made) / "root"
            shutil.copytree(folder, root, symlinks=True)
            (root / "DEBIAN").mkdir()
            (root / "DEBIAN/control").write_text(CONTROL)
            tool("dpkg-deb", "--root-owner-group", f"-Z{compression}", "-b", root, package)
    return make


def rpm(folder, package):
    with tempfile.TemporaryDirectory() as made:
        spec = Path(made) / "headers.spec"
        spec.write_text(SPEC)
        defines = {**RPM_DEFINES, "_topdir": made, "source": folder}
        options = [word for name, value in defines.items() for word in ("--define", f"{name} {value}")]
        tool("rpmbuild", "-bb", "--nodeps", *options, spec)
        shutil.copy(next(Path(made).glob("RPMS/*/*.rpm")), package)


def pacman(folder, package):
    with tempfile.TemporaryDirectory() as made:
        (Path(made) / ".PKGINFO").write_text(PKGINFO)
        tool("bsdtar", "--zstd", "-cf", package, "-C", made, ".PKGINFO", "-C", folder, ".")


def apk(folder, package):
    """As abuild does it: a gzip stream of .PKGINFO without the end of a tar, then one of the files."""
    with tempfile.TemporaryDirectory() as made:
        (Path(made) / ".PKGINFO").write_text(PKGINFO.replace("conflict", "replaces"))
        control = tool("tar", "--format=ustar", "-b1", "-cf", "-", "-C", made, ".PKGINFO").rstrip(b"\0")
        control += bytes(-len(control) % 512)
        data = tool("tar", "--format=ustar", "-cf", "-", "-C", folder, ".")
        Path(package).write_bytes(b"".join(tool("sh", "-c", f"gzip -n < {place(made, part)}") for part in (control, data)))


def place(folder, content):
    path = Path(folder) / "part"
    path.write_bytes(content)
    return path


FORMATS = {
    "a.tar": tar,
    "a.tar.gz": packed("--gzip"),
    "a.tar.xz": packed("--xz"),
    "a.tar.zst": packed("--zstd", "--format=pax"),
    "a.tar.bz2": packed("--bzip2"),
    "a.cpio": cpio,
    "xz.deb": deb("xz"),
    "zst.deb": deb("zstd"),
    "gz.deb": deb("gzip"),
    "a.rpm": rpm,
    "a.pkg.tar.zst": pacman,
    "a.apk": apk,
}
