"""The language of the window: English, unless there is a translation into the one that the system speaks."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QTranslator

from desktop import translation


def speak(folder: Path, languages: list[str] | None = None) -> QTranslator | None:
    """Look for ``snug_*.qm`` in the folder and use the first that fits ``languages``, the system's own unless given.

    To be called when there is an application, and before anything is said.
    """
    for language in languages or QLocale().uiLanguages():
        name = language.replace("-", "_")
        if name.partition("_")[0] in ("en", "C"):
            return None
        translator = QTranslator()
        if (folder / f"snug_{name}.qm").is_file() and translator.load(f"snug_{name}", str(folder)):
            use(translator)
            return translator
    return None


def use(translator: QTranslator | None) -> None:
    """From now on words come from a translator; None: English."""
    if translator is None:
        translation.use(None)
        return
    ask = translator.translate
    translation.use(lambda text, meaning, number: ask(translation.CONTEXT, text, meaning, number))
