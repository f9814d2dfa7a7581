"""The commands that the search offers: only what works."""

from __future__ import annotations

from dataclasses import dataclass

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
    Command("new", "New chat", "square-pen", control("N"), "start conversation"),
    Command("temporary", "New temporary chat", "eye-off", control("Shift+N"), "private incognito forget never store"),
    Command("rename", "Rename this chat", "pencil", more="title"),
    Command("pin", "Pin or unpin this chat", "pin"),
    Command("delete", "Delete this chat", "trash-2", more="erase remove"),
    Command("folder", "New folder…", "folder", more="client matter keep days move file"),
    Command("regenerate", "Answer again", "refresh-cw", control("R"), "regenerate retry"),
    Command("models", "Change the model", "box", control("M"), "choose switch"),
    Command("discover", "Find models", "download", more="discover search hub download get"),
    Command("shelf", "Installed models", "box", more="models folder files disk delete rename verify"),
    Command("add", "Add a model file…", "plus", more="gguf open import"),
    Command("inspector", "Model settings", "panel-right", control("I"), "inspector gpu layers context memory threads"),
    Command("settings", "Settings", "settings", control(","), "preferences options"),
    Command("general", "General", "settings-2", more="settings start open enter send statistics data folder"),
    Command("privacy", "Privacy and network", "shield-check", more="settings offline ledger backup passphrase"),
    Command("memory", "Models and memory", "memory-stick", more="settings rest idle read ahead battery limit full"),
    Command("benchmark", "Benchmark", "gauge", more="settings speed fast measure tokens per second"),
    Command("keyboard", "Keyboard", "keyboard", more="keys shortcuts help"),
    Command("welcome", "First steps", "arrow-right", more="begin start welcome first run model"),
    Command("about", "About Snug", "info", more="version licences support"),
    Command("lock", "Lock", "lock-keyhole", control("Shift+L"), "hide away close private"),
    Command("light", "Light appearance", "sun", more="theme bright"),
    Command("dark", "Dark appearance", "moon", more="theme night"),
    Command("system", "Same appearance as the system", "monitor", more="theme light dark"),
)
