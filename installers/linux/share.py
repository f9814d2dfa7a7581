"""What desktops and software centres are told of Snug, as it lies in ``/usr/share``: the entry of the menu, icons, the
type of model files, AppStream's description.

``python installers/linux/share.py FOLDER`` lays it into a folder; every package for Linux takes it from there. Standard
library only. The icons come from ``installers/icons.py``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from desktop import APP_ID, __date__, __version__  # noqa: E402

HERE = Path(__file__).resolve().parent
MARK = ROOT / "resources" / "brand" / "snug-mark.svg"
ICONS = ROOT / "build" / "icons"
SIZES = (16, 32, 48, 128, 256)

NO_RELEASE = "<releases/>"
RELEASE = '<releases>\n    <release version="{version}" date="{date}"/>\n  </releases>'


def metainfo() -> str:
    """AppStream's description, with the release that this is."""
    told = (HERE / f"{APP_ID}.metainfo.xml").read_text(encoding="utf-8")
    return told.replace(NO_RELEASE, RELEASE.format(version=__version__, date=__date__))


def lay(folder: Path) -> None:
    """All of it. Files go by the name of the app, as Flatpak wants it: it shows others nothing else."""
    put(HERE / f"{APP_ID}.desktop", folder / f"applications/{APP_ID}.desktop")
    put(HERE / f"{APP_ID}.mime.xml", folder / f"mime/packages/{APP_ID}.xml")
    put(MARK, folder / f"icons/hicolor/scalable/apps/{APP_ID}.svg")
    for size in SIZES:
        put(ICONS / f"snug-{size}.png", folder / f"icons/hicolor/{size}x{size}/apps/{APP_ID}.png")
    described = folder / f"metainfo/{APP_ID}.metainfo.xml"
    described.parent.mkdir(parents=True, exist_ok=True)
    described.write_text(metainfo(), encoding="utf-8")
    described.chmod(0o644)


def put(source: Path, target: Path, mode: int = 0o644) -> None:
    """A file, in a folder that is made where it is missing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


if __name__ == "__main__":
    lay(Path(sys.argv[1]))
