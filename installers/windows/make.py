"""The Windows installers from the bundle: a set-up for one user and a portable zip, into dist.

``--payload`` packs another folder: this is how the script is tried where the bundle cannot be built.
"""

from __future__ import annotations

import argparse
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
ICON = ROOT / "build" / "icons" / "snug.ico"


def setup_program(payload: Path) -> Path:
    """The set-up; NSIS makes it, on any system."""
    makensis = shutil.which("makensis") or sys.exit("NSIS is missing: it makes the set-up (makensis).")
    target = DIST / f"snug-{__version__}-windows-setup.exe"
    defined = {"VERSION": __version__, "PAYLOAD": payload, "ICON": ICON, "OUT": target}
    script = Path(__file__).with_name("snug.nsi")
    subprocess.run(
        [makensis, "-V2", "-WX", *(f"-D{name}={value}" for name, value in defined.items()), str(script)], check=True
    )
    return target


def portable(payload: Path) -> Path:
    """A zip to unpack anywhere; its data stays beside the program."""
    target = DIST / f"snug-{__version__}-windows-portable.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(payload.rglob("*")):
            if path.is_file():
                archive.write(path, Path("Snug") / path.relative_to(payload))
        archive.writestr(f"Snug/{PORTABLE}", "")
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payload", type=Path, default=BUNDLE, help="the folder to pack")
    payload = parser.parse_args().payload.absolute()
    DIST.mkdir(exist_ok=True)
    for made in (setup_program(payload), portable(payload)):
        print(f"  {made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
