"""The Windows installers from the bundle: a set-up for one user and a portable zip, into dist.

``--payload`` packs another folder: this is how the script is tried where the bundle cannot be built. ``SNUG_SIGN_WITH``
is a command that signs the file whose name follows it, run once for each program; without it nothing is signed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from desktop import __version__  # noqa: E402
from desktop.paths import PORTABLE  # noqa: E402

BUNDLE = ROOT / "build" / "package" / "snug"
DIST = ROOT / "dist"
ICON, PANEL = ROOT / "build" / "icons" / "snug.ico", ROOT / "build" / "icons" / "snug-panel.bmp"
PROGRAMS = ("snug.exe", "snug-cli.exe")
CONTENTS = {*PROGRAMS, "_internal"}
"""What the set-up puts in place and takes away again, by name."""
LONGEST_FILE, LONGEST_FOLDER = 259, 247
"""Letters of a path that programs of the old kind, the set-up among them, can handle."""


def room(payload: Path) -> int:
    """Letters that the path of the chosen folder may have."""
    unpacked = len("\\snug.new\\")
    return min(
        (LONGEST_FOLDER if path.is_dir() else LONGEST_FILE) - unpacked - len(str(path.relative_to(payload)))
        for path in payload.rglob("*")
    )


def setup_program(payload: Path, target: Path, version: str, sign: str) -> None:
    """The set-up; NSIS makes it, on any system."""
    makensis = shutil.which("makensis") or sys.exit("NSIS is missing: it makes the set-up (makensis).")
    defined = {
        "VERSION": version,
        "PAYLOAD": payload,
        "ICON": ICON,
        "PANEL": PANEL,
        "OUT": target,
        "ROOM": room(payload),
    }
    if sign:
        defined["SIGN"] = sign
    script = Path(__file__).with_name("snug.nsi")
    subprocess.run(
        [makensis, "-V2", "-WX", *(f"-D{name}={value}" for name, value in defined.items()), str(script)], check=True
    )


def portable(payload: Path, target: Path) -> None:
    """A zip to unpack anywhere; its data stays beside the program."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(payload.rglob("*")):
            if path.is_file():
                archive.write(path, Path("Snug") / path.relative_to(payload))
        archive.writestr(f"Snug/{PORTABLE}", "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payload", type=Path, default=BUNDLE, help="the folder to pack")
    parser.add_argument("--version", default=__version__, help="what it is to be called, to try an upgrade")
    parser.add_argument("--into", type=Path, default=DIST, help="the folder for what is made")
    chosen = parser.parse_args()
    payload, sign = chosen.payload.absolute(), os.environ.get("SNUG_SIGN_WITH", "")
    if (found := {path.name for path in payload.iterdir()}) != CONTENTS:
        sys.exit(f"{payload} holds {', '.join(sorted(found))}; the set-up knows {', '.join(sorted(CONTENTS))}.")
    into = chosen.into.absolute()
    into.mkdir(exist_ok=True)
    if sign:
        for name in PROGRAMS:
            subprocess.run(f'{sign} "{payload / name}"', shell=True, check=True)
    else:
        print("No identity (SNUG_SIGN_WITH): nothing is signed, and Windows will warn of it.")
    setup, archive = (into / f"snug-{chosen.version}-windows-{kind}" for kind in ("setup.exe", "portable.zip"))
    setup_program(payload, setup, chosen.version, sign)
    portable(payload, archive)
    for made in (setup, archive):
        print(f"  {made}: {made.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
