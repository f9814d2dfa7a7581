"""What leaves the window, always after asking: a web page opened in the browser, code saved to a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.translation import tr
from desktop.ui.chat.links import describe_link
from desktop.ui.parts.dialog import Dialog
from desktop.ui.theme import Theme

_LONGEST_SHOWN = 300
_ENDINGS = {
    "python": "py",
    "py": "py",
    "javascript": "js",
    "js": "js",
    "typescript": "ts",
    "bash": "sh",
    "sh": "sh",
    "shell": "sh",
    "html": "html",
    "css": "css",
    "json": "json",
    "yaml": "yaml",
    "toml": "toml",
    "sql": "sql",
    "c": "c",
    "cpp": "cpp",
    "c++": "cpp",
    "rust": "rs",
    "go": "go",
    "java": "java",
    "markdown": "md",
    "xml": "xml",
}


def ask_to_open(theme: Theme, window: QWidget, address: str, open_link: Callable[[str], None]) -> str:
    """Ask before a link is opened, naming the host that it really leads to. Returns why it is refused, or nothing."""
    link = describe_link(address)
    if not link.allowed:
        return link.sentence
    shown = link.url if len(link.url) <= _LONGEST_SHOWN else link.url[:_LONGEST_SHOWN] + "…"
    dialog = Dialog(
        theme,
        window,
        tr("Write to {host}?").format(host=link.host) if link.is_mail else tr("Open {host}?").format(host=link.host),
        f"{link.sentence}\n{shown}",
        tr("Stay here"),
        tr("Write a mail") if link.is_mail else tr("Open page"),
    )

    def agreed() -> None:
        open_link(link.url)

    dialog.accepted.connect(agreed)
    dialog.ask()
    return ""


def file_name(language: str) -> str:
    """A name to suggest for code in a language."""
    return f"code.{_ENDINGS.get(language.strip().lower(), 'txt')}"


def ask_to_save(window: QWidget, code: str, language: str, saved: Callable[[str, str], None]) -> QFileDialog:
    """Ask where code goes. ``saved`` is told the file's name, and what went wrong or nothing."""
    chooser = QFileDialog(window, tr("Save code"))
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.selectFile(file_name(language))

    def write(path: str) -> None:
        try:
            Path(path).write_text(code, encoding="utf-8")
        except (OSError, UnicodeError) as error:
            saved(Path(path).name, str(getattr(error, "strerror", "") or error))
        else:
            saved(Path(path).name, "")

    chooser.fileSelected.connect(write)
    chooser.finished.connect(chooser.deleteLater)
    chooser.open()
    return chooser


def ask_for_model(window: QWidget, add: Callable[[str], None]) -> QFileDialog:
    """Ask for a model file."""
    chooser = QFileDialog(window, tr("Add a model file"))
    chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
    chooser.setNameFilters([tr("Model files (*.gguf)"), tr("All files (*)")])
    chooser.fileSelected.connect(add)
    chooser.finished.connect(chooser.deleteLater)
    chooser.open()
    return chooser
