"""The commands that the search offers: only what works."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.translation import tr_later
from desktop.ui.parts.keys import control


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be done from the search. ``more`` are other words that find it."""

    key: str
    text: str
    icon_name: str
    keys: str = ""
    more: str = ""


COMMANDS = (
    Command("new", tr_later("New chat"), "square-pen", control("N"), tr_later("start conversation")),
    Command(
        "temporary",
        tr_later("New temporary chat"),
        "eye-off",
        control("Shift+N"),
        tr_later("private incognito forget never store"),
    ),
    Command("rename", tr_later("Rename this chat"), "pencil", more="title"),
    Command("pin", tr_later("Pin or unpin this chat"), "pin"),
    Command("delete", tr_later("Delete this chat"), "trash-2", more=tr_later("erase remove")),
    Command("folder", tr_later("New folder…"), "folder", more=tr_later("client matter keep days move file")),
    Command("regenerate", tr_later("Answer again"), "refresh-cw", control("R"), tr_later("regenerate retry")),
    Command("models", tr_later("Change the model"), "box", control("M"), tr_later("choose switch")),
    Command("discover", tr_later("Find models"), "download", more=tr_later("discover search hub download get")),
    Command(
        "shelf", tr_later("Installed models"), "box", more=tr_later("models folder files disk delete rename verify")
    ),
    Command("add", tr_later("Add a model file…"), "plus", more=tr_later("gguf open import")),
    Command(
        "inspector",
        tr_later("Model settings"),
        "panel-right",
        control("I"),
        tr_later("inspector gpu layers context memory threads"),
    ),
    Command("settings", tr_later("Settings"), "settings", control(","), tr_later("preferences options")),
    Command(
        "general",
        tr_later("General"),
        "settings-2",
        more=tr_later("settings start open enter send statistics data folder"),
    ),
    Command(
        "privacy",
        tr_later("Privacy and network"),
        "shield-check",
        more=tr_later("settings offline ledger backup passphrase"),
    ),
    Command(
        "memory",
        tr_later("Models and memory"),
        "memory-stick",
        more=tr_later("settings rest idle read ahead battery limit full"),
    ),
    Command(
        "benchmark", tr_later("Benchmark"), "gauge", more=tr_later("settings speed fast measure tokens per second")
    ),
    Command("keyboard", tr_later("Keyboard"), "keyboard", more=tr_later("keys shortcuts help")),
    Command("welcome", tr_later("First steps"), "arrow-right", more=tr_later("begin start welcome first run model")),
    Command("about", tr_later("About Snug"), "info", more=tr_later("version licences support")),
    Command("lock", tr_later("Lock"), "lock-keyhole", control("Shift+L"), tr_later("hide away close private")),
    Command("light", tr_later("Light appearance"), "sun", more=tr_later("theme bright")),
    Command("dark", tr_later("Dark appearance"), "moon", more=tr_later("theme night")),
    Command("system", tr_later("Same appearance as the system"), "monitor", more=tr_later("theme light dark")),
)
