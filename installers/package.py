"""``make package``: llama.cpp for every processor, the icons, and the bundle, into build/package/snug."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from installers import BUNDLE  # noqa: E402
from scripts import setup  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vulkan", action="store_true", help="with Vulkan, which needs its SDK")
    chosen = parser.parse_args()
    setup.install("package")
    python = [str(setup.PYTHON)]
    run([*python, str(ROOT / "installers" / "llama.py"), *(["--vulkan"] if chosen.vulkan else [])])
    run([*python, str(ROOT / "installers" / "icons.py")])
    setup.say("Making the bundle")
    folders = ["--distpath", str(BUNDLE), "--workpath", str(ROOT / "build" / "pyinstaller")]
    # Its own warnings are about systems that this is not.
    run([*python, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", *folders, str(ROOT / "build.spec")])
    size = sum(path.lstat().st_size for path in BUNDLE.rglob("*") if path.is_file())
    setup.say(f"{BUNDLE / 'snug'}: {size / 1e6:.0f} MB")


def run(command: list[str]) -> None:
    """One step; where it fails, so does everything."""
    result = subprocess.run(command, cwd=ROOT, check=False)
    if result.returncode != 0:
        setup.fail(f"{Path(command[-1]).name} did not succeed.")


if __name__ == "__main__":
    main()
