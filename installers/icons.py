"""The program's icon from the brand's drawing, in the form that each system wants, into build/icons."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ROOT = Path(__file__).resolve().parent.parent
MARK, SNUG = (ROOT / "resources" / "brand" / name for name in ("snug-mark.svg", "first-run-snug.svg"))
TOKENS = ROOT / "resources" / "theme" / "tokens.json"
FOLDER = ROOT / "build" / "icons"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512, 1024)
WINDOWS = (16, 24, 32, 48, 64, 256)
MACOS = {b"icp4": 16, b"icp5": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}
"""Apple's names of the sizes."""
PANEL = (328, 628)
"""Twice what NSIS shows at 96 dpi; it makes it smaller itself."""


def png(size: int) -> bytes:
    """The mark, so many pixels square."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(MARK)).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    return data.data()


def ico(pictures: dict[int, bytes]) -> bytes:
    """Windows' container: a head, one entry for each picture, the pictures."""
    head = struct.pack("<3H", 0, 1, len(WINDOWS))
    place, entries, body = 6 + 16 * len(WINDOWS), b"", b""
    for size in WINDOWS:
        picture = pictures[size]
        entries += struct.pack("<4B2H2I", size % 256, size % 256, 0, 0, 1, 32, len(picture), place + len(body))
        body += picture
    return head + entries + body


def icns(pictures: dict[int, bytes]) -> bytes:
    """Apple's container: a head, then each picture behind its name and length."""
    body = b"".join(name + struct.pack(">I", 8 + len(pictures[size])) + pictures[size] for name, size in MACOS.items())
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def panel() -> QImage:
    """What stands beside the last words of the set-up for Windows: the picture of the first steps, on their ground."""
    image = QImage(*PANEL, QImage.Format.Format_RGB888)
    image.fill(QColor(json.loads(TOKENS.read_text())["color"]["light"]["sidebar"]))
    drawing = QSvgRenderer(str(SNUG))
    size = QSizeF(drawing.defaultSize()).scaled(PANEL[0] - 32, PANEL[1], Qt.AspectRatioMode.KeepAspectRatio)
    place = QRectF(QPointF(0, 0), size)
    place.moveCenter(QRectF(image.rect()).center())
    painter = QPainter(image)
    drawing.render(painter, place)
    painter.end()
    return image


def main() -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QGuiApplication([])
    FOLDER.mkdir(parents=True, exist_ok=True)
    pictures = {size: png(size) for size in SIZES}
    for size, picture in pictures.items():
        (FOLDER / f"snug-{size}.png").write_bytes(picture)
    (FOLDER / "snug.ico").write_bytes(ico(pictures))
    (FOLDER / "snug.icns").write_bytes(icns(pictures))
    panel().save(str(FOLDER / "snug-panel.bmp"))
    del application


if __name__ == "__main__":
    main()
