"""The Linux installers from the bundle: a ``.deb`` and a portable archive, into dist.

Built from the same files the result is the same to the byte: every time in it is that of the last commit, or what
SOURCE_DATE_EPOCH says.
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from desktop import __version__  # noqa: E402
from desktop.paths import PORTABLE  # noqa: E402
from installers.linux import share  # noqa: E402

HERE = Path(__file__).resolve().parent
BUNDLE = ROOT / "build" / "package" / "snug"
DIST = ROOT / "dist"
WORK = ROOT / "build" / "deb"
MODELS = "_internal/resources/models"

DEPENDS = (
    "libc6 (>= {glibc}), libstdc++6, libgcc-s1, libegl1, libgl1, libfontconfig1, "
    "libfreetype6, libwayland-client0, libwayland-cursor0"
)
"""What the bundle leaves to the system, since drivers and settings of the desktop belong together with it."""
CONTROL = """\
Package: snug
Version: {version}
Architecture: {architecture}
Maintainer: Snug project
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: xdg-desktop-portal, gnome-keyring | kwalletmanager, libvulkan1, mesa-vulkan-drivers
Section: utils
Priority: optional
Description: Talk to open-weight language models on your own computer
 Snug runs language models on this computer and keeps every chat encrypted.
 Nothing leaves the computer unless you ask for it.
 .
 Everything it needs comes with it, a first small model too.
"""
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def built_at() -> int:
    """Seconds since 1970 that every file in the installers carries."""
    if chosen := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(chosen)
    said = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    return int(said.stdout.strip() or 0)


def portable(*, with_model: bool, marked: bool = True) -> Path:
    """An archive to unpack anywhere. ``marked``: its data stays beside the program."""
    kind = "portable" if with_model else "portable-without-model"
    target = DIST / f"snug-{__version__}-linux-{platform.machine()}-{kind}.tar.xz"
    when = built_at()

    def entry(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if not with_model and f"/{MODELS}/" in info.name:
            return None
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        info.mtime = when
        return info

    with subprocess.Popen(["xz", "-6", "-T2", "-c"], stdin=subprocess.PIPE, stdout=target.open("wb")) as xz:
        assert xz.stdin is not None
        with tarfile.open(fileobj=xz.stdin, mode="w|", format=tarfile.GNU_FORMAT) as archive:
            archive.add(BUNDLE, "snug", filter=entry)
            if marked:
                marker = tarfile.TarInfo(f"snug/{PORTABLE}")
                marker.mtime = when
                archive.addfile(marker)
        xz.stdin.close()
    if xz.returncode != 0:
        sys.exit("xz did not succeed.")
    return target


def deb() -> Path:
    """The package for Debian, Ubuntu and their kin."""
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(BUNDLE, WORK / "usr/lib/snug", symlinks=True)
    for library in WORK.rglob("*.so*"):
        library.chmod(0o644)
    (WORK / "usr/bin").mkdir()
    (WORK / "usr/bin/snug").symlink_to("../lib/snug/snug")
    share.lay(WORK / "usr/share")
    papers = WORK / "usr/share/doc/snug"
    share.put(HERE / "copyright", papers / "copyright")
    # The same words give the same file: no name and no time in it.
    (papers / "changelog.gz").write_bytes(gzip.compress((ROOT / "CHANGELOG.md").read_bytes(), mtime=0))
    for script in ("postinst", "postrm"):
        share.put(HERE / script, WORK / f"DEBIAN/{script}", 0o755)
    architecture = ARCHITECTURES[platform.machine()]
    kilobytes = sum(path.lstat().st_size for path in (WORK / "usr").rglob("*")) // 1024
    depends = DEPENDS.format(glibc=platform.libc_ver()[1])
    control = CONTROL.format(version=__version__, architecture=architecture, kilobytes=kilobytes, depends=depends)
    (WORK / "DEBIAN/control").write_text(control)
    target = DIST / f"snug_{__version__}_{architecture}.deb"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(built_at())}
    command = ["dpkg-deb", "--build", "--root-owner-group", "-Zxz", "-z6", str(WORK), str(target)]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(WORK)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="?", choices=("deb", "portable", "without-model"), help="one of them")
    chosen = parser.parse_args().only
    DIST.mkdir(exist_ok=True)
    os.umask(0o022)
    makers = {
        "deb": deb,
        "portable": lambda: portable(with_model=True),
        "without-model": lambda: portable(with_model=False),
    }
    for name, make in makers.items():
        if chosen in (None, name):
            if name == "deb" and shutil.which("dpkg-deb") is None:
                print("  dpkg-deb is not here: no .deb is made.")
                continue
            made = make()
            print(f"  {made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
